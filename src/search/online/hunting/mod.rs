//! Defender's advanced hunting through Graph.
//!
//! Source: the v1.0 page of `security/runHuntingQuery` and its limits: 30 days; 100,000 rows per
//! response, which does not say when there are more; 3 minutes; and a share of processor time per
//! tenant and quarter of an hour. So rows are counted first and requested in slices of time. The
//! older API limits a response to 124 MB.

mod hunt;
mod table;

use jiff::Timestamp;

use self::hunt::{Hunt, ROW_LIMIT};
use self::table::TABLES;
use super::span::back;
use super::{Sink, SourceContext, SourceError, Span};
use crate::graph::GraphResponse;
use crate::identity::RequestError;
use crate::search::query::Query;

/// The required permission, as the end of a sentence.
const PERMISSION: &str = "ThreatHunting.Read.All, and the account a role in Defender. \
    Use Connect-ChatAccess -Scope Chat.ReadWrite.All, ThreatHunting.Read.All";

/// Queries the tables. If the tenant lacks one, a warning says so and the other is still read.
pub(super) fn search(
    span: &Span,
    query: &Query,
    context: &SourceContext<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), SourceError> {
    let days = Span::HUNTING_DAYS;
    // One day of tolerance, for a clock that is slow.
    if span.start < back(Timestamp::now(), days + 1) {
        context.warn(format!(
            "Defender keeps {days} days. -Hunting does not find older messages."
        ));
    }
    let mut missing = Vec::new();
    let mut error = None;
    for table in &TABLES {
        let hunt = Hunt {
            table,
            include_internal: query.include_internal,
            row_limit: ROW_LIMIT,
            context,
        };
        match hunt.run(span, sink) {
            Ok(()) => {}
            Err(stop) if stop.is_cancelled() => return Err(stop),
            Err(SourceError::Request(RequestError::Refused(response), _))
                if response.status == 400
                    && message_contains(&response, "Failed to resolve table") =>
            {
                missing.push(table.name);
            }
            Err(why) => error = error.or(Some(why)),
        }
    }
    if let Some(error) = error {
        return Err(error);
    }
    let why = "it requires Defender for Office 365 (MessageEvents) \
        or Defender for Cloud Apps (CloudAppEvents)";
    match missing[..] {
        [] => Ok(()),
        [one] => {
            context.warn(format!("Your tenant has no table {one}; {why}."));
            Ok(())
        }
        _ => Err(SourceError::Other(
            format!("Your tenant has neither table of Teams chats; {why}."),
            "Use an audit log export, or -StartDate without -Hunting.",
        )),
    }
}

/// Returns whether Graph's message contains `text`.
fn message_contains(refusal: &GraphResponse, text: &str) -> bool {
    refusal
        .message
        .as_deref()
        .is_some_and(|message| message.contains(text))
}
