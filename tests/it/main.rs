//! Integration tests of the library: through the C ABI of the release build, and through its Rust
//! API against the sandbox.

mod abi;
mod architecture;
mod common;
mod dependencies;
mod error_ids;
mod file_search;
mod fuzz_seeds;
mod online_search;
mod registration;
mod removal;
mod report;
mod sign_in;
