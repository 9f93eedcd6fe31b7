//! Values in HTML.

use std::fmt::{self, Display};

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::input::one_line;

/// An untrusted value, escaped, on one line and in a `bdi` element, so that a name that changes the
/// reading direction affects only itself.
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<bdi>")?;
        for character in one_line(self.0, 500).chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => write!(f, "{other}")?,
            }
        }
        f.write_str("</bdi>")
    }
}

/// A time to the minute, in UTC.
pub(super) struct When(pub(super) Option<Timestamp>);

impl Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(time) => {
                let at = Offset::UTC.to_datetime(time);
                write!(f, "{} {:02}:{:02}", at.date(), at.hour(), at.minute())
            }
            None => f.write_str("unknown"),
        }
    }
}
