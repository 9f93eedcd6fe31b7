//! The id of a Teams chat: its documented forms, and texts that are often mistaken for one.

use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::encoded;
use crate::input::InvalidInput;

const EXPECTED: &str = "Use a chat's id, such as 19:1a2b…_3c4d…@unq.gbl.spaces (one-to-one), \
    19:1a2b…@thread.v2 (group) or 19:meeting_…@thread.v2 (meeting)";

/// A chat id that can be sent to Graph.
///
/// The known forms are, one-to-one: `19:{guid}_{guid}@unq.gbl.spaces`; group: `19:{hex}@thread.v2`;
/// meeting: `19:meeting_{text}@thread.v2`. The suffix of one-to-one chats in government clouds is
/// not documented, so any `unq.….spaces` is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChatId(String);

impl ChatId {
    /// Parses a chat id. Surrounding white space is ignored. An id of an unknown form is accepted
    /// if it has the prefix, a suffix and safe characters, because only Graph knows all forms.
    ///
    /// # Errors
    /// The text is not a chat id. For a Teams link, an encoded id, a channel or a placeholder, the
    /// message explains what to use instead.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        let id = text.trim();
        match check(id) {
            Ok(()) => Ok(Self(id.into())),
            Err(expected) => Err(InvalidInput::new(
                "ThreadId",
                id,
                instead(id).unwrap_or(expected),
            )),
        }
    }

    /// Returns whether the id has one of the known forms.
    pub fn has_known_form(&self) -> bool {
        ThreadForm::of(&self.0) != ThreadForm::Other
    }

    /// Returns the part after the `@`.
    pub(crate) fn suffix(&self) -> &str {
        parts(&self.0).map_or("", |(_, suffix)| suffix)
    }

    /// Returns the id as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the id percent-encoded as one path segment: `19%3A…%40thread.v2`.
    pub fn segment(&self) -> String {
        encoded(&self.0)
    }
}

/// Checks that `id` is a chat id.
///
/// # Errors
/// What it should be, as the end of a sentence.
fn check(id: &str) -> Result<(), String> {
    if id.contains("://") {
        return Err(format!("it is a link. {EXPECTED}"));
    }
    if id.contains(['<', '>']) {
        return Err(format!("it is a placeholder. {EXPECTED}"));
    }
    let Some((body, suffix)) = parts(id) else {
        return Err(EXPECTED.into());
    };
    if is_channel(suffix) {
        return Err("it is a channel of a team, not a chat. To remove access to a channel, remove the member from the team".into());
    }
    let is_safe = |text: &str, others: &[char]| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || others.contains(&c))
    };
    if !is_safe(body, &['-', '_']) || !is_safe(suffix, &['-', '.']) {
        return Err(EXPECTED.into());
    }
    if is_one_to_one(suffix) && two_guids(body).is_none() {
        return Err(format!(
            "a one-to-one chat's id contains two GUIDs joined by an underscore, and this one is truncated or mistyped; {EXPECTED}"
        ));
    }
    Ok(())
}

/// Returns what to use instead of `text`, if it contains a chat id of a known form.
fn instead(text: &str) -> Option<String> {
    let id = id_within(text)?;
    Some(if text.contains("://") {
        format!("it is a link. Use only the chat's id: {id}")
    } else if text.contains('%') {
        format!("it is percent-encoded. Use the chat's id: {id}")
    } else {
        format!("it contains more than the chat's id. Use only the id: {id}")
    })
}

/// The kind of thread that an id identifies. Unlike [`ChatId::parse`] this accepts any text,
/// because records also contain the ids of other threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ThreadForm {
    /// A one-to-one chat, whose id contains the object ids of both users.
    OneToOne([Uuid; 2]),
    /// A meeting's chat.
    Meeting,
    /// A group chat.
    Group,
    /// A channel of a team, which is not a chat.
    Channel,
    /// Anything else, such as `48:notes`.
    Other,
}

impl ThreadForm {
    pub(crate) fn of(id: &str) -> Self {
        let suffix = id.rsplit_once('@').map_or("", |(_, suffix)| suffix);
        if is_channel(suffix) {
            Self::Channel
        } else if let Some(users) = users_of_one_to_one(id) {
            Self::OneToOne(users)
        } else if id.starts_with("19:meeting_") {
            Self::Meeting
        } else if is_group(suffix) {
            Self::Group
        } else {
            Self::Other
        }
    }
}

/// Returns the two object ids in the id of a one-to-one chat, in the id's order.
pub(crate) fn users_of_one_to_one(id: &str) -> Option<[Uuid; 2]> {
    let (body, suffix) = parts(id)?;
    is_one_to_one(suffix).then(|| two_guids(body)).flatten()
}

/// The text between `19:` and `@`, and the text after it.
fn parts(id: &str) -> Option<(&str, &str)> {
    id.strip_prefix("19:")?.split_once('@')
}

/// Government clouds use other middle parts than `gbl`, none of which is documented.
fn is_one_to_one(suffix: &str) -> bool {
    let suffix = suffix.to_ascii_lowercase();
    suffix.starts_with("unq.") && suffix.ends_with(".spaces")
}

fn is_group(suffix: &str) -> bool {
    suffix.eq_ignore_ascii_case("thread.v2")
}

fn is_channel(suffix: &str) -> bool {
    suffix.eq_ignore_ascii_case("thread.tacv2") || suffix.eq_ignore_ascii_case("thread.skype")
}

fn two_guids(body: &str) -> Option<[Uuid; 2]> {
    let guid = |text: &str| {
        (text.len() == 36)
            .then(|| Uuid::try_parse(text).ok())
            .flatten()
    };
    let (a, b) = body.split_once('_')?;
    Some([guid(a)?, guid(b)?])
}

/// Returns the chat id in a Teams link or in a part of one, such as
/// `https://teams.microsoft.com/l/chat/19%3A…%40thread.v2/0?…`.
fn id_within(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?;
    let rest = &text[text.find("19:")?..];
    let is_end = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, ':' | '@' | '-' | '_' | '.');
    let id = &rest[..rest.find(is_end).unwrap_or(rest.len())];
    let is_known = check(id).is_ok() && ThreadForm::of(id) != ThreadForm::Other;
    is_known.then(|| id.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_TO_ONE: &str = "19:110ef7a6-0000-4000-8000-000000000001_59e09287-0000-4000-8000-000000000002@unq.gbl.spaces";
    const GROUP: &str = "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2";

    #[test]
    fn known_forms_are_accepted_unchanged() {
        for id in [
            ONE_TO_ONE,
            GROUP,
            "19:meeting_MDExYzM2ZGYtZGM3ZS00YTk5LWI4NGQ@thread.v2",
            "19:110ef7a6-0000-4000-8000-000000000001_59e09287-0000-4000-8000-000000000002@unq.gcch.spaces",
        ] {
            let parsed = ChatId::parse(id).unwrap();
            assert_eq!(parsed.as_str(), id);
            assert!(parsed.has_known_form(), "{id}");
        }
        assert_eq!(
            ChatId::parse(" 19:ab@thread.v2\r\n").unwrap().as_str(),
            "19:ab@thread.v2"
        );
    }

    #[test]
    fn an_id_is_encoded_as_one_path_segment() {
        assert_eq!(
            ChatId::parse(GROUP).unwrap().segment(),
            "19%3Ab8577894a63548969c5c92bb9c80c5e1%40thread.v2"
        );
    }

    #[test]
    fn an_unknown_form_with_safe_characters_is_accepted_as_such() {
        for id in ["19:abc@thread.v3", "19:a-b_c@new.spaces", "19:a@x"] {
            let parsed = ChatId::parse(id).unwrap();
            assert_eq!(parsed.as_str(), id);
            assert!(!parsed.has_known_form(), "{id}");
        }
    }

    #[test]
    fn an_id_that_is_encoded_or_has_a_tail_is_refused_with_the_id() {
        for (text, why) in [
            ("19%3Aab%40thread.v2", "It is percent-encoded. Use the"),
            (
                "19%3aab%40thread.v2?ctx=chat",
                "It is percent-encoded. Use the",
            ),
            ("19:ab@thread.v2?ctx=chat", "It contains more than the"),
            ("19:ab@thread.v2;messageid=1", "It contains more than the"),
            ("19:ab@thread.v2/x", "It contains more than the"),
            ("\"19:ab@thread.v2\"", "It contains more than the"),
            ("id=19:ab@thread.v2", "It contains more than the"),
        ] {
            let error = ChatId::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
            assert!(error.ends_with("id: 19:ab@thread.v2."), "{error}");
        }
    }

    #[test]
    fn links_channels_and_placeholders_get_their_own_message() {
        let sentence = |text: &str| ChatId::parse(text).unwrap_err().to_string();
        let link = format!("https://teams.microsoft.com/l/chat/{GROUP}/0?tenantId=x");
        assert!(sentence(&link).contains(&format!("the chat's id: {GROUP}")));
        let encoded =
            "https://teams.microsoft.com/l/chat/19%3Aab%40thread.v2/conversations?ctx=chat";
        assert!(sentence(encoded).contains("the chat's id: 19:ab@thread.v2"));
        assert!(sentence("https://teams.microsoft.com/").contains("It is a link"));
        assert!(sentence("19:abc@thread.tacv2").contains("channel"));
        assert!(sentence("19:abc@thread.skype").contains("channel"));
        assert!(sentence("19:<chat id>@thread.v2").contains("It is a placeholder"));
        assert!(sentence("19:110ef7a6_59e09287@unq.gbl.spaces").contains("two GUIDs"));
    }

    #[test]
    fn text_that_could_leave_the_path_segment_is_refused() {
        for text in [
            "",
            "19:",
            "19:@thread.v2",
            "19:a/b@thread.v2",
            "19:a/../../me@thread.v2",
            "19:a b@thread.v2",
            "19:a?x@thread.v2",
            "19:ab@thread.v2;messageid=1",
            "19:ab@thread.v2/x",
            "19:ab@thread.v2/../../me",
            "19:ab@",
            "19:ab@..",
            "19:..@thread.v2",
            "19:ab@x@y",
            "19:ab",
            "19:é@thread.v2",
            "8:orgid:110ef7a6",
            "110ef7a6-0000-4000-8000-000000000001",
        ] {
            let error = ChatId::parse(text).unwrap_err();
            assert_eq!(error.parameter, "ThreadId", "{text}");
        }
    }

    #[test]
    fn a_thread_id_shows_its_form() {
        let users = [
            uuid::uuid!("110ef7a6-0000-4000-8000-000000000001"),
            uuid::uuid!("59e09287-0000-4000-8000-000000000002"),
        ];
        for (id, form) in [
            (ONE_TO_ONE, ThreadForm::OneToOne(users)),
            (GROUP, ThreadForm::Group),
            ("19:meeting_abc@thread.v2", ThreadForm::Meeting),
            ("19:abc@thread.tacv2", ThreadForm::Channel),
            ("19:abc@thread.skype", ThreadForm::Channel),
            ("48:notes", ThreadForm::Other),
            ("19:110ef7a6_59e09287@unq.gbl.spaces", ThreadForm::Other),
        ] {
            assert_eq!(ThreadForm::of(id), form, "{id}");
        }
        assert_eq!(users_of_one_to_one(ONE_TO_ONE), Some(users));
        assert_eq!(users_of_one_to_one(GROUP), None);
    }
}
