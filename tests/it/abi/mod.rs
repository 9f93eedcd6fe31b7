//! The C ABI of the release library, and the header that declares it.

mod arguments;
mod handles;
mod header;
mod probe;
mod search;
mod sign_in;
