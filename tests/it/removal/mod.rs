//! Removals through the release library, against a loopback Graph with faults.

mod bulk;
mod journal;
mod limits;
mod network;
mod outcomes;
mod pace;
mod responses;
mod returns;
mod users;

use crate::common::fast;
use sandbox::{Fault, Trick};
use serde_json::{Value, json};

fn status(code: u16, graph_code: &str, message: &str) -> Fault {
    Fault::Status {
        code,
        graph_code: graph_code.into(),
        message: message.into(),
        headers: Default::default(),
    }
}

fn throttle(retry_after: &str) -> Fault {
    Fault::Throttle {
        retry_after: Some(retry_after.into()),
    }
}

/// Responses with an error status whose bodies aren't valid Graph errors.
fn unreadable_errors() -> [Fault; 5] {
    let hostile = |trick| Fault::HostileError { status: 400, trick };
    [
        Fault::MalformedError { status: 400 },
        Fault::WrongContentType { status: 400 },
        hostile(Trick::Nested),
        hostile(Trick::Huge),
        hostile(Trick::ControlCharacters),
    ]
}

/// Run options that end a removal after 100 ms, for tests of its final status.
fn impatient() -> Value {
    let mut options = fast();
    options["retry"]["item_time_ms"] = json!(100);
    options
}

/// Run options that leave a removal 30 s for its retries.
fn patient() -> Value {
    let mut options = fast();
    options["retry"]["item_time_ms"] = json!(30_000);
    options
}
