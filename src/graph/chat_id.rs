//! The id of a Teams chat: what one looks like, and what people paste instead.

use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::encoded;
use crate::input::InvalidInput;

const EXPECTED: &str = "give a chat's id, such as 19:1a2b…_3c4d…@unq.gbl.spaces (one to one), \
    19:1a2b…@thread.v2 (group) or 19:meeting_…@thread.v2 (meeting)";

/// A chat id of one of the known forms.
///
/// One to one: `19:{guid}_{guid}@unq.gbl.spaces`; group: `19:{hex}@thread.v2`; meeting:
/// `19:meeting_{text}@thread.v2`. Which suffix the government clouds give to one-to-one chats is not
/// documented, so any `unq.….spaces` is taken.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChatId(String);

impl ChatId {
    /// Checks `text`, without the white space around it.
    ///
    /// # Errors
    /// What is no chat id; for a Teams link, a channel or a placeholder the sentence says what to give.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        let id = text.trim();
        let wrong = |expected: String| Err(InvalidInput::new("ThreadId", id, expected));
        if id.is_empty() {
            return wrong(EXPECTED.into());
        }
        if id.contains("://") {
            return wrong(match id_in_link(id) {
                Some(found) => format!("it is a link; give only the chat's id: {found}"),
                None => format!("it is a link; {EXPECTED}"),
            });
        }
        if id.contains(['<', '>']) {
            return wrong(format!("it is a placeholder; {EXPECTED}"));
        }
        let Some((body, suffix)) = id.strip_prefix("19:").and_then(|rest| rest.split_once('@'))
        else {
            return wrong(EXPECTED.into());
        };
        let suffix = suffix.to_ascii_lowercase();
        if matches!(suffix.as_str(), "thread.tacv2" | "thread.skype") {
            return wrong("it is a channel of a team, not a chat; access to a channel is taken by removing the member from the team".into());
        }
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if body.is_empty() || !body.chars().all(word) {
            return wrong(EXPECTED.into());
        }
        let one_to_one = suffix.starts_with("unq.") && suffix.ends_with(".spaces");
        if one_to_one && !is_two_guids(body) {
            return wrong(format!(
                "a one-to-one chat's id holds two GUIDs, joined by an underscore, and this one is cut or mistyped; {EXPECTED}"
            ));
        }
        if !one_to_one && suffix != "thread.v2" {
            return wrong(EXPECTED.into());
        }
        Ok(Self(id.into()))
    }

    /// The id as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id percent-encoded as one segment of a path: `19%3A…%40thread.v2`.
    pub fn segment(&self) -> String {
        encoded(&self.0)
    }
}

fn is_two_guids(body: &str) -> bool {
    body.split_once('_').is_some_and(|(a, b)| {
        [a, b]
            .iter()
            .all(|g| g.len() == 36 && Uuid::try_parse(g).is_ok())
    })
}

/// The chat id inside a Teams link: `https://teams.microsoft.com/l/chat/19%3A…%40thread.v2/0?…`.
fn id_in_link(link: &str) -> Option<String> {
    let text = percent_decode_str(link).decode_utf8().ok()?;
    let rest = &text[text.find("19:")?..];
    let end = rest.find(['/', '?', '&', '#', '>']).unwrap_or(rest.len());
    ChatId::parse(&rest[..end]).ok().map(|id| id.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_TO_ONE: &str = "19:110ef7a6-0000-4000-8000-000000000001_59e09287-0000-4000-8000-000000000002@unq.gbl.spaces";
    const GROUP: &str = "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2";

    #[test]
    fn the_known_forms_are_taken_as_they_are() {
        for id in [
            ONE_TO_ONE,
            GROUP,
            "19:meeting_MDExYzM2ZGYtZGM3ZS00YTk5LWI4NGQ@thread.v2",
            "19:110ef7a6-0000-4000-8000-000000000001_59e09287-0000-4000-8000-000000000002@unq.gcch.spaces",
        ] {
            assert_eq!(ChatId::parse(id).unwrap().as_str(), id);
        }
        assert_eq!(
            ChatId::parse(" 19:ab@thread.v2\r\n").unwrap().as_str(),
            "19:ab@thread.v2"
        );
    }

    #[test]
    fn an_id_is_one_encoded() {
        assert_eq!(
            ChatId::parse(GROUP).unwrap().segment(),
            "19%3Ab8577894a63548969c5c92bb9c80c5e1%40thread.v2"
        );
    }

    #[test]
    fn what_people_paste_instead_is_told_apart() {
        let sentence = |text: &str| ChatId::parse(text).unwrap_err().to_string();
        let link = format!("https://teams.microsoft.com/l/chat/{GROUP}/0?tenantId=x");
        assert!(sentence(&link).contains(&format!("the chat's id: {GROUP}")));
        let encoded =
            "https://teams.microsoft.com/l/chat/19%3Aab%40thread.v2/conversations?ctx=chat";
        assert!(sentence(encoded).contains("the chat's id: 19:ab@thread.v2"));
        assert!(sentence("https://teams.microsoft.com/").contains("it is a link"));
        assert!(sentence("19:abc@thread.tacv2").contains("channel"));
        assert!(sentence("19:abc@thread.skype").contains("channel"));
        assert!(sentence("19:<chat id>@thread.v2").contains("placeholder"));
        assert!(sentence("19:110ef7a6_59e09287@unq.gbl.spaces").contains("two GUIDs"));
    }

    #[test]
    fn anything_that_could_leave_the_segment_is_refused() {
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
            "19:ab@evil.example",
            "19:é@thread.v2",
            "8:orgid:110ef7a6",
            "110ef7a6-0000-4000-8000-000000000001",
        ] {
            let error = ChatId::parse(text).unwrap_err();
            assert_eq!(error.parameter, "ThreadId", "{text}");
        }
    }
}
