//! Defender's advanced hunting through Graph.
//!
//! Source: the v1.0 page of `security/runHuntingQuery` and its limits: 30 days, 100,000 rows an answer with not a
//! word when there are more, 3 minutes, and a tenant's share of processor time for each quarter of an hour. So rows
//! are counted first and asked for in slices of time. The older API says that an answer has 124 MB at the most.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::span::back;
use super::{Sink, SourceContext, SourceError, Span};
use crate::graph::{Call, ExchangeError};
use crate::http::Body;
use crate::identity::RequestError;
use crate::search::query::Query;
use crate::search::record::read_time;

/// The permission that it takes.
const PERMISSION: &str = "ThreatHunting.Read.All (Connect-ChatAccess -Scope Chat.ReadWrite.All, \
    ThreatHunting.Read.All), and the account a role in Defender";

/// A query runs for 3 minutes at the most.
const ANSWER_LIMIT: Duration = Duration::from_secs(200);

/// More than an answer can have.
const LARGEST_ANSWER: usize = 128 * 1024 * 1024;

/// An answer with so many rows is cut off.
const CUT_OFF: u64 = 100_000;

/// A slice that does not come whole is halved so many times at the most.
const HALVINGS: u32 = 8;

/// Rows are counted by these units of time, each within what has too many rows by the one before.
const UNITS: [(&str, SignedDuration); 3] = [
    ("1h", SignedDuration::from_hours(1)),
    ("1m", SignedDuration::from_mins(1)),
    ("1s", SignedDuration::from_secs(1)),
];

/// A table, which rows are wanted, and which columns. The schema page lacks columns that tenants have and the other
/// way round, so whatever a search can do without is asked for with `column_ifexists`. Of chats of colleagues only
/// those are left out that a row says it is of.
struct Table {
    name: &'static str,
    chats: &'static str,
    outsiders: &'static str,
    columns: &'static str,
}

const TABLES: [Table; 2] = [
    Table {
        name: "MessageEvents",
        chats: "",
        outsiders: "| where coalesce(column_ifexists(\"IsExternalThread\", true), true)\n",
        columns: "| project Timestamp, \
            TeamsMessageId = column_ifexists(\"TeamsMessageId\", \"\"), \
            SenderEmailAddress = column_ifexists(\"SenderEmailAddress\", \"\"), \
            SenderObjectId = column_ifexists(\"SenderObjectId\", \"\"), \
            ThreadId, \
            ThreadType = column_ifexists(\"ThreadType\", \"\"), \
            IsExternalThread = column_ifexists(\"IsExternalThread\", true), \
            RecipientDetails",
    },
    Table {
        name: "CloudAppEvents",
        chats: "| where Application == \"Microsoft Teams\"\n\
            | where isnotempty(RawEventData.ChatThreadId)\n",
        outsiders: "| where tostring(RawEventData.ParticipantInfo.HasForeignTenantUsers) !in~ (\"false\", \"0\") \
            or array_length(RawEventData.ParticipantInfo.ParticipatingTenantIds) > 1 \
            or column_ifexists(\"IsExternalUser\", false) == true\n",
        columns: "| project Timestamp, RawEventData",
    },
];

/// The answer.
#[derive(Deserialize)]
struct Results<'a> {
    #[serde(borrow, alias = "Results")]
    results: Vec<&'a RawValue>,
}

/// A stretch of time.
type Slice = (Timestamp, Timestamp);

/// Goes through the tables. One that the tenant does not have is told, and costs the other nothing.
pub(super) fn search(
    span: &Span,
    query: &Query,
    graph: &SourceContext<'_>,
    sink: &mut Sink<'_>,
) -> Result<(), SourceError> {
    let days = Span::HUNTING_DAYS;
    // A day more, for a clock that is behind.
    if span.start < back(Timestamp::now(), days + 1) {
        graph.warn(format!(
            "Defender keeps {days} days: what is older is not found by -Hunting."
        ));
    }
    let mut missing = Vec::new();
    let mut trouble = None;
    for table in &TABLES {
        let hunt = Hunt {
            table,
            include_internal: query.include_internal,
            cut_off: CUT_OFF,
            graph,
        };
        match hunt.run(span, sink) {
            Ok(()) => {}
            Err(stop) if stop.is_stop() => return Err(stop),
            Err(SourceError::RequestError(RequestError::Refused(answer), _))
                if answer.status == 400
                    && says(answer.message.as_deref(), "Failed to resolve table") =>
            {
                missing.push(table.name);
            }
            Err(why) => trouble = trouble.or(Some(why)),
        }
    }
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    let why = "it is there with Defender for Office 365 (MessageEvents) \
        or Defender for Cloud Apps (CloudAppEvents)";
    match missing[..] {
        [] => Ok(()),
        [one] => {
            graph.warn(format!("Your tenant has no table {one}; {why}."));
            Ok(())
        }
        _ => Err(SourceError::Other(
            format!("Your tenant has neither table of Teams chats: {why}."),
            "Give an audit log export, or -StartDate without -Hunting.",
        )),
    }
}

fn says(message: Option<&str>, text: &str) -> bool {
    message.is_some_and(|message| message.contains(text))
}

/// One table.
struct Hunt<'a> {
    table: &'a Table,
    include_internal: bool,
    cut_off: u64,
    graph: &'a SourceContext<'a>,
}

impl Hunt<'_> {
    fn run(&self, span: &Span, sink: &mut Sink<'_>) -> Result<(), SourceError> {
        self.graph
            .tell(format!("counting {}", self.table.name), sink.records);
        let before = sink.records;
        let (slices, counted) = self.slices((span.start, span.end), &UNITS)?;
        for slice in slices {
            self.take(slice, HALVINGS, sink)?;
        }
        // A few may be too old by now.
        let came = sink.records - before;
        if came < counted - counted / 20 {
            self.graph.warn(format!(
                "{} has {counted} rows by its own count, and gave {came}: run the same command again.",
                self.table.name
            ));
        }
        Ok(())
    }

    /// Stretches of time that have few enough rows each, and how many there are in all. There is none where there
    /// are no rows.
    fn slices(
        &self,
        within: Slice,
        units: &[(&str, SignedDuration)],
    ) -> Result<(Vec<Slice>, u64), SourceError> {
        let Some(((name, unit), finer)) = units.split_first() else {
            return Ok((vec![within], 0));
        };
        // Some rows come in between counting and asking.
        let most = self.cut_off / 10 * 9;
        let (mut slices, mut counted) = (Vec::new(), 0);
        let (mut begin, mut sum) = (within.0, 0);
        for (bin, rows) in self.count(within, name)? {
            let at = bin.max(within.0);
            counted = rows.saturating_add(counted);
            if sum > 0 && rows.saturating_add(sum) > most {
                slices.push((begin, at));
                (begin, sum) = (at, 0);
            }
            sum = rows.saturating_add(sum);
            if rows > most {
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

    /// How many rows there are in each unit of time, in order.
    fn count(&self, within: Slice, unit: &str) -> Result<Vec<(Timestamp, u64)>, SourceError> {
        let query = format!(
            "{}| summarize Rows = count() by Slice = bin(Timestamp, {unit})",
            self.rows(within)
        );
        let body = self.ask(self.call(&query).repeatable())?;
        let unreadable = || SourceError::unreadable("the count of rows is not as it must be");
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

    /// Takes the rows of a slice; where they do not come whole, those of its halves.
    fn take(&self, slice: Slice, halvings: u32, sink: &mut Sink<'_>) -> Result<(), SourceError> {
        let query = format!("{}{}", self.rows(slice), self.table.columns);
        let middle = middle(slice).filter(|_| halvings > 0);
        match (self.ask(self.call(&query)), middle) {
            (Ok(body), _) if !body.cut => {
                let results: Results<'_> = serde_json::from_slice(&body.bytes)
                    .map_err(|_| SourceError::unreadable("it has no list of results"))?;
                let whole = (results.results.len() as u64) < self.cut_off;
                if whole || middle.is_none() {
                    sink.page(&results.results);
                    self.graph
                        .tell(format!("reading {}", self.table.name), sink.records);
                }
                if whole {
                    return Ok(());
                }
            }
            (Err(SourceError::RequestError(RequestError::Refused(answer), _)), Some(_))
                if says(answer.message.as_deref(), "exceeded the allowed") => {}
            // It took too long, as a rule.
            (
                Err(SourceError::RequestError(RequestError::Exchange(ExchangeError::Lost(_)), _)),
                Some(_),
            ) => {}
            (answer, _) => drop(answer?),
        }
        let Some(middle) = middle else {
            self.graph.warn(format!(
                "{} has more rows between {} and {} than Defender gives; some are missing.",
                self.table.name, slice.0, slice.1
            ));
            return Ok(());
        };
        self.take((slice.0, middle), halvings - 1, sink)?;
        self.take((middle, slice.1), halvings - 1, sink)
    }

    /// The query for the rows of a stretch of time.
    fn rows(&self, (start, end): Slice) -> String {
        let Table {
            name,
            chats,
            outsiders,
            ..
        } = self.table;
        let outsiders = if self.include_internal { "" } else { outsiders };
        format!(
            "{name}\n| where Timestamp >= datetime({start}) and Timestamp < datetime({end})\n{chats}{outsiders}"
        )
    }

    fn call(&self, query: &str) -> Call {
        Call::post("security/runHuntingQuery".into(), json!({ "Query": query }))
            .with_room(ANSWER_LIMIT, LARGEST_ANSWER)
    }

    fn ask(&self, call: Call) -> Result<Body, SourceError> {
        self.graph
            .ask(&call)
            .map_err(|why| SourceError::RequestError(why, PERMISSION))
    }
}

/// The middle of a stretch that can be divided, in whole milliseconds.
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
    use crate::token::AccessToken;

    /// Takes messages at these times, from midnight on, from a service that gives 10 rows at the most. Returns how
    /// many records came, in how many queries, and the warnings.
    fn take(seconds: &[i64]) -> (u64, usize, Vec<String>) {
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
        let graph = SourceContext {
            account: &account,
            retry: RetrySettings::default(),
            cancel: &Cancel::default(),
            events: &events,
            source: "Hunting",
            warned: Default::default(),
        };
        let hunt = Hunt {
            table: &TABLES[0],
            include_internal: false,
            cut_off: 10,
            graph: &graph,
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
    fn few_rows_take_one_query_and_none_take_none() {
        assert_eq!(take(&[0, 3600, 86_399]), (3, 2, vec![]));
        assert_eq!(take(&[]), (0, 1, vec![]));
        assert_eq!(take(&[86_400, -1]), (0, 1, vec![]), "of another day");
    }

    #[test]
    fn many_rows_come_in_slices_of_hours() {
        // The count of hours is cut off at 10 too, so there are not more than 10 of them.
        let seconds: Vec<i64> = (0..40).map(|row| row % 8 * 3600 + row).collect();
        let (records, queries, warnings) = take(&seconds);
        assert_eq!((records, queries, warnings.len()), (40, 1 + 8, 0));
    }

    #[test]
    fn an_hour_with_too_many_rows_is_counted_by_the_minute_and_a_minute_by_the_second() {
        let minutes: Vec<i64> = (0..40).map(|row| 7230 + row % 8 * 60).collect();
        assert_eq!(take(&minutes).0, 40);
        let seconds: Vec<i64> = (0..40).map(|row| 7200 + row % 8).collect();
        assert_eq!(take(&seconds).0, 40);
        let (records, _, warnings) = take(&[seconds, minutes, vec![0, 86_399]].concat());
        assert_eq!((records, warnings.len()), (82, 0));
    }

    #[test]
    fn a_moment_with_more_rows_than_there_can_be_is_told() {
        let (records, queries, warnings) = take(&[5; 12]);
        assert!(records >= 10, "{records}");
        assert!(queries < 40, "{queries}");
        assert!(warnings[0].contains("some are missing"), "{warnings:?}");
    }
}
