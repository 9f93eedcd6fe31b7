//! A row of the advanced hunting table `MessageEvents`, as far as chats need it.

use serde::Deserialize;

use super::error::RecordError;
use super::lenient::{Flag, List, Text};

/// One message. There is no tenant in it: the `TenantId` that Sentinel adds is the workspace.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct MessageEvent<'a> {
    #[serde(borrow)]
    pub(crate) timestamp: Text<'a>,
    /// Sentinel's name for it.
    #[serde(borrow)]
    pub(crate) time_generated: Text<'a>,
    /// And the name in what Sentinel's portal exports.
    #[serde(borrow, rename = "TimeGenerated [UTC]")]
    pub(crate) time_generated_utc: Text<'a>,
    #[serde(borrow)]
    pub(crate) teams_message_id: Text<'a>,
    #[serde(borrow)]
    pub(crate) sender_email_address: Text<'a>,
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
    /// When it was sent, under whichever name.
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

/// Who got the message.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Recipient<'a> {
    #[serde(borrow)]
    pub(crate) recipient_smtp_address: Text<'a>,
    #[serde(borrow)]
    pub(crate) recipient_object_id: Text<'a>,
}

/// The recipients in `json`, which is an array of them.
pub(crate) fn recipients(json: &str) -> Result<Vec<Recipient<'_>>, RecordError> {
    if json.trim().is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str::<List<Recipient<'_>>>(json)
        .map(|list| list.0)
        .map_err(|_| RecordError::Recipients)
}
