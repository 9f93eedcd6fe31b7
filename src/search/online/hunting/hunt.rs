//! The search of one table, in slices of time.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::table::Table;
use super::{PERMISSION, message_contains};
use crate::graph::{Call, ExchangeError};
use crate::http::Body;
use crate::identity::RequestError;
use crate::search::online::{Sink, SourceContext, SourceError, Span};
use crate::search::record::read_time;

/// Time limit of a request. The service ends a query after 3 minutes.
const RESPONSE_TIME: Duration = Duration::from_secs(200);

/// Size limit of a response in bytes, more than the service's own 124 MB.
const RESPONSE_SIZE: usize = 128 * 1024 * 1024;

/// Maximum number of rows in a response. One with this many rows may be truncated.
pub(super) const ROW_LIMIT: u64 = 100_000;

/// Maximum number of times an incomplete slice is halved.
const HALVINGS: u32 = 8;

/// Units of time by which rows are counted. A unit with too many rows is counted again by the next
/// one.
const UNITS: [(&str, SignedDuration); 3] = [
    ("1h", SignedDuration::from_hours(1)),
    ("1m", SignedDuration::from_mins(1)),
    ("1s", SignedDuration::from_secs(1)),
];

/// The response.
#[derive(Deserialize)]
struct Results<'a> {
    #[serde(borrow, alias = "Results")]
    results: Vec<&'a RawValue>,
}

/// A period, from its start to before its end.
pub(super) type Slice = (Timestamp, Timestamp);

/// The search of one table.
pub(super) struct Hunt<'a> {
    pub(super) table: &'a Table,
    pub(super) include_internal: bool,
    pub(super) row_limit: u64,
    pub(super) context: &'a SourceContext<'a>,
}

impl Hunt<'_> {
    /// Counts the rows and reads them in slices.
    pub(super) fn run(&self, span: &Span, sink: &mut Sink<'_>) -> Result<(), SourceError> {
        self.context
            .report_progress(format!("counting {}", self.table.name), sink.records);
        let before = sink.records;
        let (slices, counted) = self.slices((span.start, span.end), &UNITS)?;
        for slice in slices {
            self.read(slice, HALVINGS, sink)?;
        }
        // A few rows may have expired since they were counted.
        let received = sink.records - before;
        if received < counted - counted / 20 {
            self.context.warn(format!(
                "{} has {counted} rows by its own count, but returned {received}. Run the command again.",
                self.table.name
            ));
        }
        Ok(())
    }

    /// Returns periods that each have fewer rows than a response can contain, and the number of
    /// rows in all. Periods without rows are left out.
    fn slices(
        &self,
        within: Slice,
        units: &[(&str, SignedDuration)],
    ) -> Result<(Vec<Slice>, u64), SourceError> {
        let Some(((name, unit), finer)) = units.split_first() else {
            return Ok((vec![within], 0));
        };
        // Rows can be added between the count and the request.
        let max = self.row_limit / 10 * 9;
        let (mut slices, mut counted) = (Vec::new(), 0);
        let (mut begin, mut sum) = (within.0, 0);
        for (bin, rows) in self.count(within, name)? {
            let at = bin.max(within.0);
            counted = rows.saturating_add(counted);
            if sum > 0 && rows.saturating_add(sum) > max {
                slices.push((begin, at));
                (begin, sum) = (at, 0);
            }
            sum = rows.saturating_add(sum);
            if rows > max {
                let end = bin.checked_add(*unit).unwrap_or(within.1).min(within.1);
                slices.extend(self.slices((at, end), finer)?.0);
                (begin, sum) = (end, 0);
            }
        }
        if sum > 0 {
            slices.push((begin, within.1));
        }
        Ok((slices, counted))
    }

    /// Returns the number of rows in each unit of time, in order.
    fn count(&self, within: Slice, unit: &str) -> Result<Vec<(Timestamp, u64)>, SourceError> {
        let query = format!(
            "{}| summarize Rows = count() by Slice = bin(Timestamp, {unit})",
            self.table.rows(within, self.include_internal)
        );
        let body = self.send(self.call(&query).repeatable())?;
        let unreadable = || SourceError::unreadable("the row count is missing");
        let results: Results<'_> = serde_json::from_slice(&body.bytes).map_err(|_| unreadable())?;
        let mut counts = Vec::new();
        for result in results.results {
            let row: Value = serde_json::from_str(result.get()).map_err(|_| unreadable())?;
            let at = row["Slice"].as_str().and_then(read_time);
            let (Some(at), Some(rows)) = (at, row["Rows"].as_u64()) else {
                return Err(unreadable());
            };
            counts.push((at, rows));
        }
        counts.sort_unstable();
        Ok(counts)
    }

    /// Reads the rows of a slice. If the response is incomplete, reads its halves instead.
    fn read(&self, slice: Slice, halvings: u32, sink: &mut Sink<'_>) -> Result<(), SourceError> {
        let query = format!(
            "{}{}",
            self.table.rows(slice, self.include_internal),
            self.table.columns
        );
        let middle = middle(slice).filter(|_| halvings > 0);
        match (self.send(self.call(&query)), middle) {
            (Ok(body), _) if !body.truncated => {
                let results: Results<'_> = serde_json::from_slice(&body.bytes)
                    .map_err(|_| SourceError::unreadable("the list of results is missing"))?;
                let whole = (results.results.len() as u64) < self.row_limit;
                if whole || middle.is_none() {
                    sink.page(&results.results);
                    self.context
                        .report_progress(format!("reading {}", self.table.name), sink.records);
                }
                if whole {
                    return Ok(());
                }
            }
            (Err(SourceError::Request(RequestError::Refused(response), _)), Some(_))
                if message_contains(&response, "exceeded the allowed") => {}
            // Usually the query took too long.
            (
                Err(SourceError::Request(RequestError::Exchange(ExchangeError::Lost(_)), _)),
                Some(_),
            ) => {}
            (response, _) => drop(response?),
        }
        let Some(middle) = middle else {
            self.context.warn(format!(
                "{} has more rows between {} and {} than Defender returns; some are missing. Use an audit log export for this time.",
                self.table.name, slice.0, slice.1
            ));
            return Ok(());
        };
        self.read((slice.0, middle), halvings - 1, sink)?;
        self.read((middle, slice.1), halvings - 1, sink)
    }

    fn call(&self, query: &str) -> Call {
        Call::post("security/runHuntingQuery".into(), json!({ "Query": query }))
            .with_limits(RESPONSE_TIME, RESPONSE_SIZE)
    }

    fn send(&self, call: Call) -> Result<Body, SourceError> {
        self.context
            .send(&call)
            .map_err(|why| SourceError::Request(why, PERMISSION))
    }
}

/// Returns the middle of a period in whole milliseconds, or `None` if it is too short to halve.
fn middle((start, end): Slice) -> Option<Timestamp> {
    let (start, end) = (start.as_millisecond(), end.as_millisecond());
    let half = (end - start) / 2;
    if half < 1 {
        return None;
    }
    Timestamp::from_millisecond(start + half).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sandbox::{Hunting, Sandbox, SandboxOptions, TokenClaims};

    use super::*;
    use crate::cancel::Cancel;
    use crate::cloud::Cloud;
    use crate::events::{EventQueue, Taken};
    use crate::identity::Account;
    use crate::retry::RetrySettings;
    use crate::search::event::Event;
    use crate::search::online::hunting::table::TABLES;
    use crate::search::query::Query;
    use crate::token::AccessToken;

    /// Reads messages at these seconds after midnight from a service that returns up to 10 rows.
    /// Returns the number of records, the number of queries, and the warnings.
    fn hunt(seconds: &[i64]) -> (u64, usize, Vec<String>) {
        let midnight: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let rows = seconds.iter().map(|second| {
            json!({
                "Timestamp": (midnight + SignedDuration::from_secs(*second)).to_string(),
                "ThreadId": "19:x@thread.v2", "IsExternalThread": true, "RecipientDetails": [],
            })
        });
        let sandbox = Sandbox::start(SandboxOptions {
            hunting: Hunting {
                tables: BTreeMap::from([("MessageEvents".into(), rows.collect())]),
                row_limit: 10,
                ..Hunting::default()
            },
            ..SandboxOptions::default()
        });
        let claims = TokenClaims {
            scp: Some("ThreatHunting.Read.All".into()),
            ..TokenClaims::default()
        };
        let token = AccessToken::new(sandbox.token(claims).as_bytes()).unwrap();
        let cloud = Cloud::new(None, Some(&sandbox.url()), None).unwrap();
        let account = Account::with_token(cloud, token).unwrap();
        let (events, query) = (EventQueue::default(), Query::default());
        let context = SourceContext {
            account: &account,
            retry: RetrySettings::default(),
            cancel: &Cancel::default(),
            events: &events,
            source: "Hunting",
            warnings: Default::default(),
        };
        let hunt = Hunt {
            table: &TABLES[0],
            include_internal: false,
            row_limit: 10,
            context: &context,
        };
        let mut sink = Sink::new(&query, 0);
        let end = midnight + SignedDuration::from_hours(24);
        let span = Span {
            start: midnight,
            end,
        };
        assert!(hunt.run(&span, &mut sink).is_ok());
        events.end();
        let mut warnings = Vec::new();
        let read = |event: &Event| Ok::<_, ()>(event.clone());
        while let Ok(Taken::Event(event)) = events.take(None, |_| true, read) {
            if let Event::Warning { message } = event {
                warnings.push(message);
            }
        }
        (sink.records, sandbox.requests().len(), warnings)
    }

    #[test]
    fn few_rows_require_one_query_and_no_rows_none() {
        assert_eq!(hunt(&[0, 3600, 86_399]), (3, 2, vec![]));
        assert_eq!(hunt(&[]), (0, 1, vec![]));
        assert_eq!(hunt(&[86_400, -1]), (0, 1, vec![]), "on other days");
    }

    #[test]
    fn many_rows_are_read_in_slices_of_hours() {
        // The count is limited to 10 rows too, so the rows are in at most 10 hours.
        let seconds: Vec<i64> = (0..40).map(|row| row % 8 * 3600 + row).collect();
        let (records, queries, warnings) = hunt(&seconds);
        assert_eq!((records, queries, warnings.len()), (40, 1 + 8, 0));
    }

    #[test]
    fn an_hour_with_too_many_rows_is_counted_by_the_minute_and_a_minute_by_the_second() {
        let minutes: Vec<i64> = (0..40).map(|row| 7230 + row % 8 * 60).collect();
        assert_eq!(hunt(&minutes).0, 40);
        let seconds: Vec<i64> = (0..40).map(|row| 7200 + row % 8).collect();
        assert_eq!(hunt(&seconds).0, 40);
        let (records, _, warnings) = hunt(&[seconds, minutes, vec![0, 86_399]].concat());
        assert_eq!((records, warnings.len()), (82, 0));
    }

    #[test]
    fn a_second_with_too_many_rows_is_a_warning() {
        let (records, queries, warnings) = hunt(&[5; 12]);
        assert!(records >= 10, "{records}");
        assert!(queries < 40, "{queries}");
        assert!(warnings[0].contains("some are missing"), "{warnings:?}");
    }
}
