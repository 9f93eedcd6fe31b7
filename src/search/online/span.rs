//! The time that a query is about.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::input::InvalidInput;
use crate::search::record::read_time;

/// The time as the caller writes it. Times without an offset are UTC.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpanOptions {
    /// Its beginning.
    pub start: Option<String>,
    /// Its end; now, where it is not given.
    pub end: Option<String>,
}

/// From a time up to before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The beginning.
    pub start: Timestamp,
    /// The end.
    pub end: Timestamp,
}

impl Span {
    /// How many days the audit log is kept for, unless it was paid for to be longer.
    pub const AUDIT_DAYS: i64 = 180;

    /// How many days Defender keeps what it has.
    pub const HUNTING_DAYS: i64 = 30;

    /// Checks what the caller gives. Without a beginning it is `days` before the end.
    ///
    /// # Errors
    /// A time that is none, or not before the end.
    pub fn new(options: &SpanOptions, now: Timestamp, days: i64) -> Result<Self, InvalidInput> {
        let time = |parameter, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => read_time(text).map(Some).ok_or_else(|| {
                InvalidInput::new(parameter, text, "give a time such as 2026-08-31T10:00:00Z")
            }),
        };
        // The end of this second: Graph takes seven decimals, and nobody needs one.
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

/// So many days before.
pub(super) fn back(time: Timestamp, days: i64) -> Timestamp {
    time.checked_sub(SignedDuration::from_hours(24 * days))
        .unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: &str, end: &str) -> Result<Span, String> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_string());
        let options = SpanOptions {
            start: given(start),
            end: given(end),
        };
        let now = "2026-11-22T12:00:00.123456789Z".parse().unwrap();
        Span::new(&options, now, 30).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_given_is_the_last_thirty_days() {
        let span = span("", "").unwrap();
        assert_eq!(span.start.to_string(), "2026-10-23T12:00:01Z");
        assert_eq!(span.end.to_string(), "2026-11-22T12:00:01Z");
    }

    #[test]
    fn the_beginning_is_before_the_end() {
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
