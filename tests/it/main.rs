//! Integration tests of the library: through the C ABI of the release build, and through its Rust API against
//! the sandbox.

mod abi;
mod bulk;
mod common;
mod dependencies;
mod file_search;
mod fuzz_seeds;
mod header;
mod online_search;
mod outcomes;
mod pace;
mod registration;
mod report;
mod search_abi;
mod sign_in;
mod sign_in_abi;
