//! Paged lists.

use std::collections::HashSet;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{SourceContext, SourceError};
use crate::graph::Call;

/// Limits of a page. A page has up to 999 records of a few kilobytes each.
const PAGE_LIMIT: Duration = Duration::from_secs(120);
const LARGEST_PAGE: usize = 64 * 1024 * 1024;

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
    #[serde(default, rename = "@odata.nextLink")]
    next: Option<String>,
}

/// Requests all pages of a list, beginning with `call`, and passes the items of each to `add`.
pub(super) fn pages(
    mut call: Call,
    context: &SourceContext<'_>,
    permission: &'static str,
    add: &mut dyn FnMut(&[&RawValue]) -> Result<(), SourceError>,
) -> Result<(), SourceError> {
    call = call.with_limits(PAGE_LIMIT, LARGEST_PAGE);
    let mut links = HashSet::new();
    loop {
        let body = context
            .send(&call)
            .map_err(|why| SourceError::Request(why, permission))?;
        if body.truncated {
            return Err(SourceError::unreadable("a page is larger than 64 MiB"));
        }
        let page: Page<'_> = serde_json::from_slice(&body.bytes)
            .map_err(|_| SourceError::unreadable("a page contains no list"))?;
        add(&page.value)?;
        let Some(link) = page.next else {
            return Ok(());
        };
        // A link to another address would leak the token, and a repeated link would never end.
        let root = &context.account.client().cloud().graph;
        call = call
            .next_page(&link, root)
            .filter(|_| links.insert(link))
            .ok_or_else(|| SourceError::unreadable("the link to the next page is invalid"))?;
    }
}
