//! Microsoft Graph: the removal request, directory and search requests, and their responses.
//!
//! Source: the v1.0 page of `chat: removeAllAccessForUser` and the Teams page on removing an
//! external chat from a user's view.

mod call;
mod chat_id;
mod client;
mod ids;
mod removal;
mod response;

pub use call::Call;
pub use chat_id::ChatId;
pub(crate) use chat_id::{ThreadForm, users_of_one_to_one};
pub use client::GraphClient;
pub use ids::REMOVAL_SCOPE;
pub(crate) use ids::{COMMAND_LINE_TOOLS_APP_ID, GRAPH_APP_ID, REMOVAL_SCOPE_ID};
pub use removal::{Removal, RemovalRequest, User};
pub use response::GraphResponse;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub use crate::http::{Body, ClientError, ExchangeError, MAX_RESPONSE_BYTES, TransportFault};
use crate::input::InvalidInput;

/// All characters except RFC 3986's unreserved ones.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes `text` for use as a path segment or a query value.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The version of the Graph API in a request's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ApiVersion {
    /// `v1.0`, which has the action since November 2025.
    #[default]
    V1,
    /// `beta`, which the sample script uses.
    Beta,
}

impl ApiVersion {
    /// Parses `v1.0` or `beta`.
    ///
    /// # Errors
    /// Any other text.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        match text.trim() {
            "v1.0" => Ok(Self::V1),
            "beta" => Ok(Self::Beta),
            other => Err(InvalidInput::new("ApiVersion", other, "use v1.0 or beta")),
        }
    }

    /// Returns the version as written in the path.
    pub fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}
