//! Parses the `Retry-After` header in every form that services send.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822};

/// Longest wait that is accepted: ten times the longest that was observed from Graph. A longer one
/// is taken for a malformed value, because honoring it would stall an entire run.
const MAX_WAIT: Duration = Duration::from_secs(60 * 60);

/// Returns the time to wait, counted from `now`. The header contains whole or fractional seconds,
/// or a date with its time zone.
///
/// `date` is the response's `Date` header. A date in `value` is compared with it, because this
/// computer's clock may be wrong. A date in the past results in a zero wait. Returns `None` for a
/// value that is malformed or out of range (negative, not a number, days); the caller then uses its
/// own backoff.
pub(crate) fn parse(value: &str, date: Option<&str>, now: Timestamp) -> Option<Duration> {
    let wait = read(value, date, now)?;
    (wait <= MAX_WAIT).then_some(wait)
}

fn read(value: &str, date: Option<&str>, now: Timestamp) -> Option<Duration> {
    // A proxy may join two headers to a list. The longer wait satisfies both.
    if let Some(wait) = value
        .split(',')
        .map(|part| seconds(part.trim()))
        .collect::<Option<Vec<_>>>()
        .and_then(|waits| waits.into_iter().max())
    {
        return Some(wait);
    }
    let until = timestamp(value.trim())?;
    let from = date.and_then(timestamp).unwrap_or(now);
    Some(Duration::try_from(until.duration_since(from)).unwrap_or(Duration::ZERO))
}

fn seconds(text: &str) -> Option<Duration> {
    // Rust's number parser accepts `inf` and `1e9`, which the header doesn't allow.
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let seconds = text.parse::<f64>().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Parses a date of RFC 9110, with or without the weekday, in GMT or with an offset.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(value: &str) -> Option<f64> {
        let now = "2026-11-22T10:00:00Z".parse().unwrap();
        parse(value, None, now).map(|d| d.as_secs_f64())
    }

    #[test]
    fn whole_and_fractional_seconds_are_parsed() {
        assert_eq!(wait("0"), Some(0.0));
        assert_eq!(wait(" 31 "), Some(31.0));
        assert_eq!(wait("0.5"), Some(0.5));
        assert_eq!(wait("315"), Some(315.0));
        assert_eq!(wait("31,120"), Some(120.0));
    }

    #[test]
    fn a_date_is_parsed_with_its_time_zone() {
        assert_eq!(wait("Sun, 22 Nov 2026 10:00:31 GMT"), Some(31.0));
        assert_eq!(wait("Sun, 22 Nov 2026 12:00:31 +0200"), Some(31.0));
        assert_eq!(wait("22 Nov 2026 10:05:00 GMT"), Some(300.0));
        assert_eq!(wait("Sun, 22 Nov 2026 09:00:00 GMT"), Some(0.0));
    }

    #[test]
    fn a_date_is_compared_with_the_servers_clock() {
        let now = "2026-11-22T03:00:00Z".parse().unwrap();
        let wait = parse(
            "Sun, 22 Nov 2026 10:00:31 GMT",
            Some("Sun, 22 Nov 2026 10:00:00 GMT"),
            now,
        );
        assert_eq!(wait, Some(Duration::from_secs(31)));
    }

    #[test]
    fn malformed_and_excessive_waits_are_ignored() {
        for value in [
            "",
            "-5",
            "soon",
            "NaN",
            "inf",
            "1e3",
            "1.2.3",
            "Sun, 99 Nov 2026",
            "3601",
            "99999999999999999999",
            "Sun, 22 Nov 2099 10:00:00 GMT",
        ] {
            assert_eq!(wait(value), None, "{value}");
        }
        assert_eq!(wait("3600"), Some(3600.0));
    }
}
