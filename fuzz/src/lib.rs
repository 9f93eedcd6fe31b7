//! What each fuzz target does with its input, and what must be true afterwards.
//!
//! The functions are separate from libFuzzer, so that `cargo test` also runs them, on the seeds in
//! `fuzz/seeds`. Each returns a number that shows whether the input reached what it is meant for:
//! the seeds of a target must not return 0 in total.

mod abi;
mod removal;
mod search;

/// What a fuzz target does with its input.
pub type Target = fn(&[u8]) -> usize;

/// Every fuzz target, by the name of its file in `fuzz_targets` and of its folder in `seeds`.
pub const TARGETS: [(&str, Target); 10] = [
    ("abi", abi::calls),
    ("audit_record", search::audit_record),
    ("chat_id", removal::chat_id),
    ("csv", search::csv),
    ("hostile_record", search::hostile_record),
    ("hunting_csv", search::hunting_csv),
    ("journal", removal::journal),
    ("json", search::json),
    ("packed", search::packed),
    ("response", removal::response),
];

/// Runs the target of this name.
///
/// # Panics
/// No target has this name, or the target found a fault.
pub fn run(name: &str, input: &[u8]) -> usize {
    let target = TARGETS.iter().find(|target| target.0 == name);
    target.expect("a target of this name").1(input)
}
