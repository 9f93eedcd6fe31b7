//! The searches for chats with external users: audit log, advanced hunting, lists of chats.
//!
//! | Request | |
//! |---|---|
//! | `POST /security/auditLog/queries` | creates an audit log query |
//! | `GET /security/auditLog/queries/{id}` | returns its status |
//! | `GET /security/auditLog/queries/{id}/records` | returns its records, in pages |
//! | `POST /security/runHuntingQuery` | runs a hunting query over the tables of Defender |
//! | `GET /security/incidents/{id}` | returns an incident of Defender |
//! | `GET /security/alerts_v2/{id}` | returns an alert of Defender |
//! | `GET /users/{id or name}/chats` | lists the chats of a user |
//! | `GET /chats/{id}/members` | lists the members of a chat |
//!
//! None of them counts against the limits of removals. Their own limits are those of their
//! settings.

mod alerts;
mod audit_query;
mod chats;
mod hunting;
mod paging;

pub use alerts::Alerts;
pub use audit_query::AuditLog;
pub use chats::Chats;
pub use hunting::Hunting;

use hyper::Method;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{Refusal, Request, expect_method};
use crate::response::Response;
use crate::service::Service;
use crate::token::TokenClaims;

/// The data of the searches, and the audit log queries that were created.
#[derive(Default)]
pub(crate) struct Searches {
    pub(crate) audit: audit_query::AuditQueries,
    pub(crate) hunting: hunting::HuntingTables,
    pub(crate) alerts: alerts::AlertLists,
    pub(crate) chats: chats::ChatLists,
}

/// The search or the result that a path names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    AuditQueries,
    AuditQuery(String),
    AuditRecords(String),
    Hunting,
    Incident(String),
    Alert(String),
    /// The chats of the user with this id or user principal name.
    UserChats(String),
    /// The members of the chat with this id.
    ChatMembers(String),
}

impl Entry {
    /// Parses the segments after the version.
    pub(crate) fn parse(segments: &[&str]) -> Option<Self> {
        let is = |segment: &str, name: &str| segment.eq_ignore_ascii_case(name);
        let audit = |security, log, queries| {
            is(security, "security") && is(log, "auditLog") && is(queries, "queries")
        };
        match *segments {
            [security, action] if is(security, "security") && is(action, "runHuntingQuery") => {
                Some(Self::Hunting)
            }
            [security, incidents, id] if is(security, "security") && is(incidents, "incidents") => {
                Some(Self::Incident(id.into()))
            }
            [security, alerts, id] if is(security, "security") && is(alerts, "alerts_v2") => {
                Some(Self::Alert(id.into()))
            }
            [users, key, chats] if is(users, "users") && is(chats, "chats") => {
                Some(Self::UserChats(key.into()))
            }
            [chats, id, members] if is(chats, "chats") && is(members, "members") => {
                Some(Self::ChatMembers(id.into()))
            }
            [a, b, c] if audit(a, b, c) => Some(Self::AuditQueries),
            [a, b, c, id] if audit(a, b, c) => Some(Self::AuditQuery(id.into())),
            [a, b, c, id, records] if audit(a, b, c) && is(records, "records") => {
                Some(Self::AuditRecords(id.into()))
            }
            _ => None,
        }
    }

    /// Returns the id of the chat that the path names.
    pub(crate) fn chat(&self) -> Option<&str> {
        match self {
            Self::ChatMembers(chat) => Some(chat),
            _ => None,
        }
    }
}

/// Serves a search for the account of `claims`.
pub(super) fn serve(
    service: &Service,
    request: &Request,
    claims: &TokenClaims,
    entry: &Entry,
) -> Result<Response, Refusal> {
    let method = match entry {
        Entry::AuditQueries | Entry::Hunting => &Method::POST,
        _ => &Method::GET,
    };
    expect_method(request, method)?;
    match entry {
        Entry::AuditQueries => audit_query::create(service, request, claims),
        Entry::AuditQuery(id) => audit_query::poll(service, request, claims, id),
        Entry::AuditRecords(id) => audit_query::records(service, request, claims, id),
        Entry::Hunting => hunting::serve(service, request, claims),
        Entry::Incident(id) => alerts::incident(service, request, claims, id),
        Entry::Alert(id) => alerts::alert(service, request, claims, id),
        Entry::UserChats(key) => chats::of_user(service, request, claims, key),
        Entry::ChatMembers(id) => chats::members(service, request, claims, id),
    }
}

/// Parses a time as records write it: with an offset, or in UTC without one.
fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    let utc = text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC);
    Some(utc.ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_searches_in_any_case() {
        for (segments, entry) in [
            (
                &["Security", "auditlog", "Queries"][..],
                Some(Entry::AuditQueries),
            ),
            (
                &["security", "auditLog", "queries", "Q"],
                Some(Entry::AuditQuery("Q".into())),
            ),
            (
                &["security", "auditLog", "queries", "Q", "records"],
                Some(Entry::AuditRecords("Q".into())),
            ),
            (&["security", "runhuntingquery"], Some(Entry::Hunting)),
            (
                &["users", "A@b", "chats"],
                Some(Entry::UserChats("A@b".into())),
            ),
            (
                &["chats", "19:a", "members"],
                Some(Entry::ChatMembers("19:a".into())),
            ),
            (
                &["security", "Incidents", "2931"],
                Some(Entry::Incident("2931".into())),
            ),
            (
                &["security", "alerts_v2", "da1_2"],
                Some(Entry::Alert("da1_2".into())),
            ),
            (&["security", "auditLog"], None),
            (&["users", "a", "messages"], None),
            (&[], None),
        ] {
            assert_eq!(Entry::parse(segments), entry, "{segments:?}");
        }
    }

    #[test]
    fn a_time_without_an_offset_is_utc() {
        let utc = instant("2026-11-01T05:00:00Z");
        assert!(utc.is_some());
        assert_eq!(instant("2026-11-01T05:00:00"), utc);
        assert_eq!(instant("2026-11-01T06:00:00.0000000+01:00"), utc);
        assert_eq!(instant("yesterday"), None);
    }
}
