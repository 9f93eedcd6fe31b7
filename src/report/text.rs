//! Values in HTML.

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::input::one_line;

/// The page that is being written.
#[derive(Default)]
pub(super) struct Page(pub(super) String);

impl Page {
    /// Adds HTML.
    pub(super) fn html(&mut self, html: &str) {
        self.0.push_str(html);
    }

    /// Adds an untrusted value, escaped and on one line.
    pub(super) fn escaped(&mut self, text: &str, limit: usize) {
        // Nearly all values are plain, and the rest takes ten times as long.
        let plain = |byte: &u8| (b' '..0x7F).contains(byte) && !b"&<>\"'".contains(byte);
        if text.len() <= limit && text.as_bytes().iter().all(plain) {
            return self.html(text);
        }
        for character in one_line(text, limit).chars() {
            match character {
                '&' => self.html("&amp;"),
                '<' => self.html("&lt;"),
                '>' => self.html("&gt;"),
                '"' => self.html("&quot;"),
                '\'' => self.html("&#39;"),
                other => self.0.push(other),
            }
        }
    }

    /// Adds an untrusted value in a `bdi` element, so that a name that changes the reading direction
    /// affects only itself.
    pub(super) fn text(&mut self, text: &str) {
        self.html("<bdi>");
        self.escaped(text, 500);
        self.html("</bdi>");
    }

    /// Adds an id, of which the style shows the first characters, and on paper all. It can be
    /// copied whole.
    pub(super) fn id(&mut self, id: &str) {
        self.html("<code>");
        self.escaped(id, 500);
        self.html("</code>");
    }

    /// Adds the lines of a command, whole.
    pub(super) fn command(&mut self, command: &str) {
        self.html("<pre tabindex=\"0\">");
        for (at, line) in command.lines().enumerate() {
            self.html(if at == 0 { "" } else { "\n" });
            self.escaped(line, usize::MAX);
        }
        self.html("</pre>\n");
    }

    pub(super) fn number(&mut self, number: impl ToString) {
        self.html(&number.to_string());
    }

    /// Adds a time to the second, with its zone. Text that is not a time stays as it is.
    pub(super) fn time(&mut self, time: &str) {
        // Parsing it takes longer than all else on the page.
        let is_plain = |byte: &u8| byte.is_ascii_digit() || b"-:.TZ".contains(byte);
        if let Some((date, rest)) = time.split_at_checked(10)
            && rest.len() >= 10
            && rest.starts_with('T')
            && rest.ends_with('Z')
            && time.as_bytes().iter().all(is_plain)
        {
            for part in ["<time>", date, " ", &rest[1..9], "Z</time>"] {
                self.html(part);
            }
        } else if time.is_empty() {
            self.html("unknown");
        } else {
            self.text(time);
        }
    }

    /// Adds up to `most` values, one per line, and the number of the others.
    pub(super) fn list<'a>(&mut self, values: impl Iterator<Item = &'a str>, most: usize) {
        let mut count = 0;
        for value in values {
            if count < most {
                if count > 0 {
                    self.html("<br>");
                }
                self.text(value);
            }
            count += 1;
        }
        if count > most {
            self.html("<br>and ");
            self.number(count - most);
            self.html(" more");
        }
    }
}

/// Returns a time to the second, in UTC and with the sign for it.
pub(super) fn shown(time: Timestamp) -> String {
    let at = Offset::UTC.to_datetime(time);
    let [hour, minute, second] = [at.hour(), at.minute(), at.second()];
    format!("{} {hour:02}:{minute:02}:{second:02}Z", at.date())
}
