//! A row of the advanced hunting table `MessageEvents`: the columns that a search uses.

use serde::Deserialize;

use super::error::RecordError;
use super::lenient::{Flag, List, Text};

/// A message. It contains no tenant: the `TenantId` that Sentinel adds is the workspace.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct MessageEvent<'a> {
    #[serde(borrow)]
    pub(crate) timestamp: Text<'a>,
    /// Sentinel's name for the timestamp.
    #[serde(borrow)]
    pub(crate) time_generated: Text<'a>,
    /// The name in exports of Sentinel's portal.
    #[serde(borrow, rename = "TimeGenerated [UTC]")]
    pub(crate) time_generated_utc: Text<'a>,
    #[serde(borrow)]
    pub(crate) teams_message_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) sender_email_address: Text<'a>,
    /// The name that the recipients see.
    #[serde(borrow)]
    pub(crate) sender_display_name: Text<'a>,
    #[serde(borrow)]
    pub(crate) sender_object_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) thread_id: Text<'a>,
    /// chat, meeting, space or topic; the documented columns lack it.
    #[serde(borrow)]
    pub(crate) thread_type: Text<'a>,
    pub(crate) is_external_thread: Flag,
}

impl MessageEvent<'_> {
    /// Returns the time when it was sent.
    pub(crate) fn time(&self) -> &str {
        [
            &self.timestamp,
            &self.time_generated,
            &self.time_generated_utc,
        ]
        .into_iter()
        .find_map(Text::filled)
        .unwrap_or_default()
    }
}

/// A recipient of a message.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Recipient<'a> {
    #[serde(borrow)]
    pub(crate) recipient_smtp_address: Text<'a>,
    #[serde(borrow)]
    pub(crate) recipient_display_name: Text<'a>,
    #[serde(borrow)]
    pub(crate) recipient_object_id: Text<'a>,
}

/// Reads the recipients in a JSON array.
pub(crate) fn recipients(json: &str) -> Result<Vec<Recipient<'_>>, RecordError> {
    if json.trim().is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str::<List<Recipient<'_>>>(json)
        .map(|list| list.0)
        .map_err(|error| match error.into() {
            RecordError::TooManyItems => RecordError::TooManyItems,
            _ => RecordError::Recipients,
        })
}
