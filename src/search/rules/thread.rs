//! The kind of a chat, by its id.

use uuid::Uuid;

use crate::graph::ThreadForm;
use crate::search::target::ChatKind;

/// Returns the kind of a chat by its id and by the type that a record names, or `None` for a
/// channel of a team.
pub(super) fn kind(thread: &str, thread_type: &str) -> Option<ChatKind> {
    let is = |name: &str| thread_type.trim().eq_ignore_ascii_case(name);
    let form = ThreadForm::of(thread);
    if form == ThreadForm::Channel
        || ["team", "channel", "space", "topic"]
            .iter()
            .any(|name| is(name))
    {
        return None;
    }
    Some(
        if matches!(form, ThreadForm::OneToOne(_)) || is("oneonone") {
            ChatKind::OneOnOne
        } else if form == ThreadForm::Meeting || is("meeting") {
            ChatKind::Meeting
        } else if form == ThreadForm::Group || is("groupchat") || is("group") {
            ChatKind::Group
        } else {
            ChatKind::Other
        },
    )
}

/// Parses a GUID in its hyphenated form.
pub(super) fn guid(text: &str) -> Option<Uuid> {
    let text = text.trim();
    (text.len() == 36)
        .then(|| Uuid::try_parse(text).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "19:110ef7a6-0000-4000-8000-000000000001_59e09287-0000-4000-8000-000000000002@unq.gbl.spaces";

    #[test]
    fn channels_are_not_chats() {
        assert_eq!(kind("19:abc@thread.tacv2", ""), None);
        assert_eq!(kind("19:abc@thread.skype", ""), None);
        assert_eq!(kind("19:abc@thread.v2", "Team"), None);
        assert_eq!(kind("19:abc@thread.v2", "space"), None);
    }

    #[test]
    fn the_kind_does_not_depend_on_case() {
        assert_eq!(kind(ONE, "OneonOne"), Some(ChatKind::OneOnOne));
        assert_eq!(kind(ONE, ""), Some(ChatKind::OneOnOne));
        assert_eq!(kind("19:abc@thread.v2", "GroupChat"), Some(ChatKind::Group));
        assert_eq!(
            kind("19:meeting_abc@thread.v2", "GroupChat"),
            Some(ChatKind::Meeting)
        );
        assert_eq!(kind("48:notes", ""), Some(ChatKind::Other));
    }
}
