//! The period that a query covers.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::input::InvalidInput;
use crate::search::record::read_time;

/// The period as the caller writes it. Times without an offset are UTC.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpanOptions {
    /// The start. By default a number of days before the end, which depends on the source.
    pub start: Option<String>,
    /// The end, exclusive. By default now.
    pub end: Option<String>,
}

/// A period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The start, inclusive.
    pub start: Timestamp,
    /// The end, exclusive.
    pub end: Timestamp,
}

impl Span {
    /// Days that the audit log is kept without an extended licence.
    pub const AUDIT_DAYS: i64 = 180;

    /// Days that Defender keeps its tables.
    pub const HUNTING_DAYS: i64 = 30;

    /// Parses a period. The default start is `days` before the end.
    ///
    /// # Errors
    /// A time can't be parsed, or the start is not before the end.
    pub fn new(options: &SpanOptions, now: Timestamp, days: i64) -> Result<Self, InvalidInput> {
        let time = |parameter, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => read_time(text).map(Some).ok_or_else(|| {
                InvalidInput::new(parameter, text, "use a time such as 2026-08-31T10:00:00Z")
            }),
        };
        // Rounded up to a second: Graph accepts at most seven decimals.
        let now = Timestamp::from_second(now.as_second() + 1).unwrap_or(now);
        let end = time("EndDate", &options.end)?.unwrap_or(now);
        let start = match time("StartDate", &options.start)? {
            Some(start) => start,
            None => back(end, days),
        };
        if start >= end {
            return Err(InvalidInput::new(
                "StartDate",
                &start.to_string(),
                format!("it must be before the end, {end}"),
            ));
        }
        Ok(Self { start, end })
    }
}

/// Returns the time `days` before `time`.
pub(super) fn back(time: Timestamp, days: i64) -> Timestamp {
    time.checked_sub(SignedDuration::from_hours(24 * days))
        .unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: &str, end: &str) -> Result<Span, String> {
        let optional = |text: &str| (!text.is_empty()).then(|| text.to_string());
        let options = SpanOptions {
            start: optional(start),
            end: optional(end),
        };
        let now = "2026-11-22T12:00:00.123456789Z".parse().unwrap();
        Span::new(&options, now, 30).map_err(|error| error.to_string())
    }

    #[test]
    fn the_default_period_is_the_last_thirty_days() {
        let span = span("", "").unwrap();
        assert_eq!(span.start.to_string(), "2026-10-23T12:00:01Z");
        assert_eq!(span.end.to_string(), "2026-11-22T12:00:01Z");
    }

    #[test]
    fn the_start_must_be_before_the_end() {
        assert!(span("2026-11-01", "2026-11-02T00:00:00+01:00").is_ok());
        let error = span("2026-11-02", "2026-11-01").unwrap_err();
        assert!(
            error.starts_with("StartDate '2026-11-02T00:00:00Z'"),
            "{error}"
        );
        assert!(
            span("2027-01-01", "")
                .unwrap_err()
                .contains("before the end")
        );
        assert!(
            span("soon", "")
                .unwrap_err()
                .starts_with("StartDate 'soon'")
        );
        assert!(span("", "soon").unwrap_err().starts_with("EndDate 'soon'"));
    }
}
