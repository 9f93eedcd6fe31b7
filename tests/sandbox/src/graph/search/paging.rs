//! The query options of lists, and the links to their next pages.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Value, json};

use crate::graph::{Refusal, Request};

/// The query options of a request. An unsupported option is refused, because ignoring it would
/// return another result than the client requested.
pub(super) struct Options(Vec<(String, String)>);

impl Options {
    pub(super) fn parse(query: &str, supported: &[&str]) -> Result<Self, Refusal> {
        let mut options: Vec<(String, String)> = Vec::new();
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (decode(name), decode(value));
            if !supported.contains(&name.as_str()) {
                return Err(Refusal::bad_request(format!(
                    "The query specified in the URI is not valid. Query option '{name}' is not \
                     allowed."
                )));
            }
            if options.iter().any(|(other, _)| *other == name) {
                return Err(Refusal::bad_request(format!(
                    "Query option '{name}' was specified more than once, but it must be \
                     specified at most once."
                )));
            }
            options.push((name, value));
        }
        Ok(Self(options))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut options = self.0.iter();
        options
            .find(|(one, _)| one == name)
            .map(|(_, value)| value.as_str())
    }

    /// Returns the size of a page: `$top`, from 1 to `most`, or `default`.
    pub(super) fn top(&self, most: usize, default: usize) -> Result<usize, Refusal> {
        let Some(top) = self.get("$top") else {
            return Ok(default);
        };
        match top.parse() {
            Ok(top) if (1..=most).contains(&top) => Ok(top),
            _ => Err(Refusal::bad_request(format!(
                "Invalid value '{top}' for $top query option found. The $top query option \
                 requires an integer from 1 to {most}."
            ))),
        }
    }

    /// Returns the page of a list of `length` items that the request selects. `list` identifies the
    /// list, so that it refuses the tokens of other lists.
    pub(super) fn page(
        &self,
        request: &Request,
        list: &str,
        length: usize,
        size: usize,
    ) -> Result<Page, Refusal> {
        let list = list.to_ascii_lowercase();
        let from = match self.get("$skiptoken") {
            None => 0,
            Some(token) => position(token, &list)
                .filter(|from| *from <= length)
                .ok_or_else(|| Refusal::bad_request("Invalid skip token."))?,
        };
        // Pages without items would never reach the end of the list.
        let to = length.min(from.saturating_add(size.max(1)));
        let next = (to < length).then(|| self.link(request, &list, to));
        Ok(Page { from, to, next })
    }

    /// Returns the address of the request with another token. Every value is percent-encoded, so
    /// that a client that parses the link has to decode it.
    fn link(&self, request: &Request, list: &str, at: usize) -> String {
        let mut link = format!("{}{}?", request.origin(), request.path);
        for (name, value) in self.0.iter().filter(|(name, _)| name != "$skiptoken") {
            link += &format!("{name}={}&", utf8_percent_encode(value, NON_ALPHANUMERIC));
        }
        let token = STANDARD.encode(format!("{list}\n{at}"));
        let token = utf8_percent_encode(&token, NON_ALPHANUMERIC);
        format!("{link}$skiptoken={token}")
    }
}

/// A page of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) from: usize,
    /// Index after the last item.
    pub(super) to: usize,
    next: Option<String>,
}

impl Page {
    /// Returns the body of the response. As at Graph, the link comes before the items.
    pub(super) fn body(self, context: &str, items: Vec<Value>) -> Value {
        let context = format!("https://graph.microsoft.com/v1.0/$metadata#{context}");
        let mut body = json!({ "@odata.context": context });
        if let Some(next) = self.next {
            body["@odata.nextLink"] = next.into();
        }
        body["value"] = items.into();
        body
    }
}

/// Returns the index at which the page of a token of `list` starts.
fn position(token: &str, list: &str) -> Option<usize> {
    let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
    let (of, at) = text.rsplit_once('\n')?;
    if of == list { at.parse().ok() } else { None }
}

fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use hyper::header::{HOST, HeaderValue};
    use hyper::{HeaderMap, Method};

    use super::*;
    use crate::graph::Resource;

    const SUPPORTED: [&str; 3] = ["$top", "$expand", "$skiptoken"];

    fn page(query: &str, length: usize, size: usize) -> Result<Page, Refusal> {
        let path = "/beta/users/a%40b/chats";
        let request = Request {
            method: Method::GET,
            path: path.into(),
            query: query.into(),
            resource: Resource::parse(path),
            headers: HeaderMap::from_iter([(HOST, HeaderValue::from_static("graph"))]),
            body: Vec::new(),
        };
        Options::parse(query, &SUPPORTED)?.page(&request, "List", length, size)
    }

    #[test]
    fn a_link_repeats_the_request_with_another_token() {
        let mut query = "%24top=2&$expand=members".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = page(&query, 5, 2).unwrap();
            seen.push((page.from, page.to));
            let Some(next) = page.next else { break };
            let start = "http://graph/beta/users/a%40b/chats?$top=2&$expand=members&$skiptoken=";
            assert!(next.starts_with(start), "{next}");
            query = next.split_once('?').unwrap().1.into();
        }
        assert_eq!(seen, [(0, 2), (2, 4), (4, 5)]);
    }

    #[test]
    fn a_token_is_valid_for_its_list_only() {
        let token = |text: &str| format!("$skiptoken={}", STANDARD.encode(text));
        assert_eq!(page(&token("list\n5"), 5, 2).unwrap().from, 5);
        for bad in [token("list\n6"), token("other\n1"), token("list")] {
            assert!(page(&bad, 5, 2).is_err(), "{bad}");
        }
        assert!(page("$skiptoken=1", 5, 2).is_err());
    }

    #[test]
    fn options_that_are_unsupported_or_out_of_bounds_are_refused() {
        for query in ["$filter=a", "top=5", "$top=1&$top=2"] {
            assert!(Options::parse(query, &SUPPORTED).is_err(), "{query}");
        }
        for (query, top) in [
            ("", Some(20)),
            ("$top=1", Some(1)),
            ("$top=50", Some(50)),
            ("$top=51", None),
            ("$top=0", None),
            ("$top=", None),
            ("$top=-1", None),
        ] {
            let options = Options::parse(query, &SUPPORTED).unwrap();
            assert_eq!(options.top(50, 20).ok(), top, "{query}");
        }
    }
}
