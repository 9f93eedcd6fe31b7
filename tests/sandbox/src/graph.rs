//! The parts of Microsoft Graph that ChatAccess uses: removals, the users and applications of the
//! directory, and the searches for chats.
//!
//! A request passes the same checks in the same order as at Graph: token, throttling, permission,
//! validity of the request, and last the object that it names.

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
pub use search::{Alerts, AuditLog, Chats, Hunting};
pub use users::DirectoryUser;

use hyper::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::response::Response;
use crate::service::Service;

/// A request whose body has been read.
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path as sent, without the query.
    pub(crate) path: String,
    /// The part of the target after the `?`.
    pub(crate) query: String,
    /// The resource that the path names.
    pub(crate) resource: Resource,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Returns the value of a header, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the address of this server as the client knows it.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.header("host").unwrap_or_default())
    }

    /// Returns whether the request is for the beta version of Graph.
    fn is_beta(&self) -> bool {
        let version = self.path.trim_start_matches('/').split('/').next();
        version.is_some_and(|version| version.eq_ignore_ascii_case("beta"))
    }

    /// Returns the id of the chat that the path names.
    pub(crate) fn chat(&self) -> Option<&str> {
        match &self.resource {
            Resource::RemoveAllAccess { chat } => Some(chat),
            Resource::Search(entry) => entry.chat(),
            _ => None,
        }
    }
}

/// The resource that a path names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// The removal on this chat, with the id decoded.
    RemoveAllAccess { chat: String },
    /// The user with this id or user principal name.
    User { key: String },
    /// The tenant.
    Organization,
    /// An application, a service principal or a grant.
    Directory(directory::Entry),
    /// A search for chats, or its results.
    Search(search::Entry),
    /// Any other path. Graph's response names the segment that it doesn't know.
    Unknown { segment: String },
}

impl Resource {
    pub(crate) fn parse(path: &str) -> Self {
        // Split before decoding: an encoded slash belongs to its segment.
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
            [_, organization] if is(organization, "organization") => Self::Organization,
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

/// Responds to a request. `correlation` holds the ids for the response.
pub(crate) fn respond(service: &Service, request: &Request, correlation: &Correlation) -> Response {
    let response = serve(service, request).unwrap_or_else(|refusal| refusal.response(correlation));
    correlation.stamp(response)
}

/// Returns the account of a request's token, even if the token has expired.
pub(crate) fn account_id(service: &Service, request: &Request) -> Option<String> {
    let token = service.issued_token(authorize::bearer(request)?)?;
    Some(token.claims.oid.clone())
}

fn serve(service: &Service, request: &Request) -> Result<Response, Refusal> {
    let token = authorize::authenticate(service, request)?;
    match &request.resource {
        Resource::RemoveAllAccess { chat } => {
            expect_method(request, &Method::POST)?;
            removal::serve(service, request, &token.claims, chat)
        }
        Resource::User { key } => {
            expect_method(request, &Method::GET)?;
            users::serve(service, &token.claims, key)
        }
        Resource::Organization => {
            expect_method(request, &Method::GET)?;
            users::serve_organization(service, &token.claims)
        }
        Resource::Directory(entry) => directory::serve(service, request, &token.claims, entry),
        Resource::Search(entry) => search::serve(service, request, &token.claims, entry),
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
        format!("Specified HTTP method is not allowed for the request target. Use {method}."),
    ))
}

/// Checks that the content type is JSON.
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

/// Parses the body as a JSON object.
fn json_object(request: &Request) -> Result<Map<String, Value>, Refusal> {
    expect_json(request)?;
    serde_json::from_slice(&request.body)
        .map_err(|error| Refusal::bad_request(format!("Invalid request body: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_id_can_be_raw_or_encoded_in_both_versions() {
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
    fn an_unknown_path_names_its_segment() {
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
