//! Microsoft Graph as far as ChatAccess uses it: one action, the directory's users and applications,
//! and the searches for chats.
//!
//! A request passes the same gates in the same order as at Graph: the token, the throttle, the
//! permission, the request itself, and only then what it names.

mod authorize;
mod correlation;
mod directory;
mod refusal;
mod removal;
mod search;
mod users;

pub(crate) use correlation::Correlation;
pub(crate) use directory::Directory;
pub(crate) use refusal::Refusal;
pub(crate) use search::Searches;
pub use search::{AuditLog, Chats, Hunting};
pub use users::DirectoryUser;

use hyper::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

use crate::response::Response;
use crate::service::Service;

/// A request, as read.
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path as sent, without the query.
    pub(crate) path: String,
    /// What stands behind the `?` of its target.
    pub(crate) query: String,
    /// What the path names.
    pub(crate) resource: Resource,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// A header that is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The address that the client has of this server.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.header("host").unwrap_or_default())
    }

    /// It is for the version of Graph that is ahead.
    fn is_beta(&self) -> bool {
        let version = self.path.trim_start_matches('/').split('/').next();
        version.is_some_and(|version| version.eq_ignore_ascii_case("beta"))
    }

    /// The chat it is about.
    pub(crate) fn chat(&self) -> Option<&str> {
        match &self.resource {
            Resource::RemoveAllAccess { chat } => Some(chat),
            Resource::Search(entry) => entry.chat(),
            _ => None,
        }
    }
}

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// The action on this chat, its id decoded.
    RemoveAllAccess { chat: String },
    /// The user with this id or user principal name.
    User { key: String },
    /// An application, or something about one.
    Directory(directory::Entry),
    /// A search for chats, or what it found.
    Search(search::Entry),
    /// Anything else; Graph's answer names the segment it did not understand.
    Unknown { segment: String },
}

impl Resource {
    pub(crate) fn parse(path: &str) -> Self {
        // Split first, decode after: an encoded slash belongs to its segment.
        let segments: Vec<String> = path
            .trim_start_matches('/')
            .split('/')
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let is = |segment: &str, name: &str| segment.eq_ignore_ascii_case(name);
        match segments[..] {
            [version, ..] if !is(version, "v1.0") && !is(version, "beta") => Self::Unknown {
                segment: version.into(),
            },
            [_, chats, chat, action]
                if is(chats, "chats") && is(action, "removeAllAccessForUser") =>
            {
                Self::RemoveAllAccess { chat: chat.into() }
            }
            [_, users, key] if is(users, "users") => Self::User { key: key.into() },
            [_, ref rest @ ..] => {
                let search = search::Entry::parse(rest).map(Self::Search);
                search
                    .or_else(|| directory::Entry::parse(rest).map(Self::Directory))
                    .unwrap_or_else(|| Self::Unknown {
                        segment: segments.last().copied().unwrap_or_default().into(),
                    })
            }
            [] => Self::Unknown {
                segment: String::new(),
            },
        }
    }
}

/// Answers one request. `correlation` has the ids that go into the answer.
pub(crate) fn respond(service: &Service, request: &Request, correlation: &Correlation) -> Response {
    let response = serve(service, request).unwrap_or_else(|refusal| refusal.response(correlation));
    correlation.stamp(response)
}

/// The account that a request's token is for, good or expired.
pub(crate) fn account_id(service: &Service, request: &Request) -> Option<String> {
    let minted = service.minted(authorize::bearer(request)?)?;
    Some(minted.claims.oid.clone())
}

fn serve(service: &Service, request: &Request) -> Result<Response, Refusal> {
    let account = authorize::account(service, request)?;
    match &request.resource {
        Resource::RemoveAllAccess { chat } => {
            expect_method(request, &Method::POST)?;
            removal::serve(service, request, &account.claims, chat)
        }
        Resource::User { key } => {
            expect_method(request, &Method::GET)?;
            users::serve(service, &account.claims, key)
        }
        Resource::Directory(entry) => directory::serve(service, request, &account.claims, entry),
        Resource::Search(entry) => search::serve(service, request, &account.claims, entry),
        Resource::Unknown { segment } => Err(Refusal::bad_request(format!(
            "Resource not found for the segment '{segment}'."
        ))),
    }
}

fn expect_method(request: &Request, method: &Method) -> Result<(), Refusal> {
    if request.method == method {
        return Ok(());
    }
    Err(Refusal::new(
        405,
        "Request_BadRequest",
        format!("Specified HTTP method is not allowed for the request target; it takes {method}."),
    ))
}

/// The body is said to be JSON.
fn expect_json(request: &Request) -> Result<(), Refusal> {
    let Some(content_type) = request.header("content-type") else {
        return Err(Refusal::bad_request(
            "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
        ));
    };
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Refusal::bad_request(format!(
        "The content type '{media_type}' is not application/json."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_id_may_be_raw_or_encoded_and_both_versions_serve() {
        for path in [
            "/v1.0/chats/19:a@thread.v2/removeAllAccessForUser",
            "/beta/chats/19%3Aa%40thread.v2/removeAllAccessForUser",
            "/V1.0/Chats/19%3aa%40thread.v2/removeallaccessforuser",
        ] {
            let chat = "19:a@thread.v2".into();
            assert_eq!(Resource::parse(path), Resource::RemoveAllAccess { chat });
        }
    }

    #[test]
    fn an_encoded_slash_stays_within_its_segment() {
        let path = "/v1.0/chats/19%3A%2F..%2Fa/removeAllAccessForUser";
        let chat = "19:/../a".into();
        assert_eq!(Resource::parse(path), Resource::RemoveAllAccess { chat });
    }

    #[test]
    fn anything_else_names_its_segment() {
        for (path, segment) in [
            ("/", ""),
            ("", ""),
            ("/v2.0/chats/a/removeAllAccessForUser", "v2.0"),
            ("/v1.0", "v1.0"),
            (
                "/v1.0/chats/a/b/removeAllAccessForUser",
                "removeAllAccessForUser",
            ),
            ("/v1.0/chats/a%FF", "a\u{fffd}"),
        ] {
            let segment = segment.into();
            assert_eq!(
                Resource::parse(path),
                Resource::Unknown { segment },
                "{path}"
            );
        }
    }
}
