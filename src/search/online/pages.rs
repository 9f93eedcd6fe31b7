//! Lists that come in pages.

use std::collections::HashSet;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{SourceContext, SourceError};
use crate::graph::Call;

/// A page has up to 999 records of a few kilobytes each.
const PAGE_LIMIT: Duration = Duration::from_secs(120);
const LARGEST_PAGE: usize = 64 * 1024 * 1024;

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
    #[serde(default, rename = "@odata.nextLink")]
    next: Option<String>,
}

/// Goes through all pages of a list, whose first one is `call`'s answer.
pub(super) fn pages(
    mut call: Call,
    graph: &SourceContext<'_>,
    permission: &'static str,
    take: &mut dyn FnMut(&[&RawValue]) -> Result<(), SourceError>,
) -> Result<(), SourceError> {
    call = call.with_room(PAGE_LIMIT, LARGEST_PAGE);
    let mut seen = HashSet::new();
    loop {
        let body = graph
            .ask(&call)
            .map_err(|why| SourceError::RequestError(why, permission))?;
        if body.cut {
            return Err(SourceError::unreadable("a page is larger than any can be"));
        }
        let page: Page<'_> = serde_json::from_slice(&body.bytes)
            .map_err(|_| SourceError::unreadable("a page is no list"))?;
        take(&page.value)?;
        let Some(link) = page.next else {
            return Ok(());
        };
        // A link that leads elsewhere would take the token there, and one that repeats itself has no end.
        let root = &graph.account.client().cloud().graph;
        call = call
            .next_page(&link, root)
            .filter(|_| seen.insert(link))
            .ok_or_else(|| SourceError::unreadable("its next page is not at the same place"))?;
    }
}
