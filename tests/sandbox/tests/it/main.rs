//! The sandbox over HTTP, as its clients see it.

mod checks;
mod client;
mod controls;
mod faults;
mod program;
mod record;
mod searches;
mod throttling;
mod throughput;
