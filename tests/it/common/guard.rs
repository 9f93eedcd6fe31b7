//! Handles that a test can't leave open.

use std::ops::Deref;

use serde_json::Value;

use super::native;

/// An open handle of the release library, closed when it is dropped. A test may close it earlier.
pub struct Guard(i64);

impl Guard {
    /// Opens a handle.
    ///
    /// # Panics
    /// The library refuses the request.
    pub fn open(request: &Value, secret: Option<&str>) -> Self {
        Self(native().open(request, secret).expect("the handle opens"))
    }

    /// Opens an account with an access token for the Graph at this address.
    pub fn account(graph: &str, token: &str) -> Self {
        Self(native().account(graph, token))
    }

    /// Opens a run of this account.
    pub fn run(account: i64, options: Value) -> Self {
        Self(native().run(&[account], options))
    }
}

impl Deref for Guard {
    type Target = i64;

    fn deref(&self) -> &i64 {
        &self.0
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        native().close(self.0);
    }
}
