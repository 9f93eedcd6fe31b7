//! The ways in which exports write a time.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// Reads a time; without an offset it is UTC, as audit records have it.
///
/// The forms are:
/// - `2024-06-10T11:50:24`, also with a fraction, an offset or `Z`;
/// - `/Date(1772532000000)/`, which Windows PowerShell writes to JSON;
/// - seconds or milliseconds since 1970;
/// - `46084.41667`, the days in a cell of a spreadsheet;
/// - `03.03.2026 10:00:00`, with the day first;
/// - `9/20/2023 4:05:03 AM` and `2/25/2025, 9:19:25.391 AM`, the American forms of portals and of
///   Excel, with the month first.
pub(crate) fn read_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if let Some(time) = epoch(text) {
        return Some(time);
    }
    let civil = text
        .parse::<DateTime>()
        .ok()
        .or_else(|| clock_after_date(text))?;
    Offset::UTC.to_timestamp(civil).ok()
}

/// A number of seconds or milliseconds since 1970, or of days in a spreadsheet. Their ranges of
/// plausible times (1990 to 2100) do not overlap. Any other number is not certain to be a time.
fn epoch(text: &str) -> Option<Timestamp> {
    /// Spreadsheets count days from 1899-12-30.
    const DAYS_TO_1970: i64 = 25_569;
    const PLAUSIBLE: std::ops::Range<i64> = 631_152_000..4_102_444_800;
    let inner = text
        .strip_prefix("/Date(")
        .and_then(|rest| rest.strip_suffix(")/"));
    if let Some(inner) = inner {
        // An offset after it says how the time was shown, and does not change it.
        let end = inner
            .find(['+', '-'])
            .filter(|at| *at > 0)
            .unwrap_or(inner.len());
        return Timestamp::from_millisecond(inner[..end].parse().ok()?).ok();
    }
    // Some spreadsheets write a decimal comma.
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let number: i64 = whole.parse().ok()?;
    if !(0..PLAUSIBLE.end * 1000).contains(&number) {
        return None;
    }
    // Nine digits are exact to a tenth of a millisecond of a day.
    let digits = fraction.get(..9).unwrap_or(fraction);
    let fraction: i64 = digits.parse().ok().filter(|fraction| *fraction >= 0)?;
    let of = 10_i64.pow(digits.len() as u32);
    let milliseconds = |unit: i64| number * unit + (fraction * unit + of / 2) / of;
    if PLAUSIBLE.contains(&number) {
        Timestamp::from_millisecond(milliseconds(1000)).ok()
    } else if PLAUSIBLE.contains(&(number / 1000)) {
        Timestamp::from_millisecond(number).ok()
    } else if PLAUSIBLE.contains(&((number - DAYS_TO_1970) * 86_400)) {
        Timestamp::from_millisecond(milliseconds(86_400_000) - DAYS_TO_1970 * 86_400_000).ok()
    } else {
        None
    }
}

/// Reads the American form with slashes, and the form with dots.
fn clock_after_date(text: &str) -> Option<DateTime> {
    let (date, time) = text.split_once([',', ' '])?;
    let separator = if date.contains('.') { '.' } else { '/' };
    let mut numbers = date.splitn(3, separator).map(str::parse::<i16>);
    let (first, second, year) = (
        numbers.next()?.ok()?,
        numbers.next()?.ok()?,
        numbers.next()?.ok()?,
    );
    let (month, day) = if separator == '.' {
        (second, first)
    } else {
        (first, second)
    };
    let date = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let time = time.trim();
    let (clock, half) = match time.rsplit_once([' ', '\u{202F}']) {
        Some((clock, half)) => (clock, Some(half)),
        None => (time, None),
    };
    let mut parts = clock.splitn(3, ':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next()?.parse().ok()?;
    let (second, fraction) = match parts.next() {
        Some(second) => second.split_once('.').unwrap_or((second, "")),
        None => ("0", ""),
    };
    let hour = match half {
        Some(half) if half.eq_ignore_ascii_case("AM") && (1..=12).contains(&hour) => hour % 12,
        Some(half) if half.eq_ignore_ascii_case("PM") && (1..=12).contains(&hour) => hour % 12 + 12,
        Some(_) => return None,
        None => hour,
    };
    let nanoseconds = match fraction.len() {
        0 => 0,
        1..=9 if fraction.bytes().all(|b| b.is_ascii_digit()) => {
            fraction.parse::<i32>().ok()? * 10_i32.pow(9 - fraction.len() as u32)
        }
        _ => return None,
    };
    let time = Time::new(hour, minute, second.parse().ok()?, nanoseconds).ok()?;
    Some(date.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_exports_are_read_as_utc() {
        for (text, expected) in [
            ("2024-06-10T11:50:24", "2024-06-10T11:50:24Z"),
            ("2024-10-28T14:18:38Z", "2024-10-28T14:18:38Z"),
            ("2026-01-24T06:54:24.0000000Z ", "2026-01-24T06:54:24Z"),
            (
                "2023-10-18T14:37:28.2012261Z",
                "2023-10-18T14:37:28.2012261Z",
            ),
            ("2024-06-10T13:50:24+02:00", "2024-06-10T11:50:24Z"),
            ("2024-06-10 11:50:24", "2024-06-10T11:50:24Z"),
            ("9/20/2023 4:05:03 AM", "2023-09-20T04:05:03Z"),
            ("9/20/2023 12:05:03 AM", "2023-09-20T00:05:03Z"),
            ("2/25/2025, 9:19:25.391 PM", "2025-02-25T21:19:25.391Z"),
            ("2/25/2025 21:19", "2025-02-25T21:19:00Z"),
            ("2024-06-10", "2024-06-10T00:00:00Z"),
            ("03.04.2026 10:00:00", "2026-04-03T10:00:00Z"),
            ("/Date(1772532000000)/", "2026-03-03T10:00:00Z"),
            ("/Date(1772532000000+0100)/", "2026-03-03T10:00:00Z"),
            ("1772532000", "2026-03-03T10:00:00Z"),
            ("1772532000000", "2026-03-03T10:00:00Z"),
            ("1772532000.25", "2026-03-03T10:00:00.25Z"),
            ("46084", "2026-03-03T00:00:00Z"),
            ("46084.4166666667", "2026-03-03T10:00:00Z"),
            ("46084,42", "2026-03-03T10:04:48Z"),
        ] {
            let expected: Timestamp = expected.parse().unwrap();
            assert_eq!(read_time(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "yesterday",
            "13/45/2023 4:05:03 AM",
            "9/20/2023 14:05:03 AM",
            "9/20/2023 0:05:03 AM",
            "1/2",
            "12345.4",
            "46084.4.1",
            "46084.-4",
            "1.77253E+12",
            "99999999999999999999",
            "9223372036854775807",
            "/Date(x)/",
            "13.13.2026 10:00",
            "1/2/2023 1:2:3.1234567890123",
            "1/2/2023 1:2:3.+1",
            "99999/99999/99999 1:1:1",
        ] {
            assert_eq!(read_time(text), None, "{text}");
        }
    }
}
