//! What a thread's id says about it.

use uuid::Uuid;

use crate::search::target::ChatKind;

/// The kind of a chat, by what a record calls it and else by its id. `None` for a channel of a team.
pub(super) fn kind(thread: &str, called: &str) -> Option<ChatKind> {
    let is = |name: &str| called.trim().eq_ignore_ascii_case(name);
    let suffix = thread.rsplit_once('@').map_or("", |(_, suffix)| suffix);
    if ["team", "channel", "space", "topic"]
        .iter()
        .any(|name| is(name))
        || suffix.eq_ignore_ascii_case("thread.tacv2")
        || suffix.eq_ignore_ascii_case("thread.skype")
    {
        return None;
    }
    Some(if pair(thread).is_some() || is("oneonone") {
        ChatKind::OneOnOne
    } else if thread.starts_with("19:meeting_") || is("meeting") {
        ChatKind::Meeting
    } else if suffix.eq_ignore_ascii_case("thread.v2") || is("groupchat") || is("group") {
        ChatKind::Group
    } else {
        ChatKind::Other
    })
}

/// The two object ids in the id of a one-to-one chat, `19:{a}_{b}@unq.gbl.spaces`.
pub(crate) fn pair(thread: &str) -> Option<[Uuid; 2]> {
    let (body, suffix) = thread.strip_prefix("19:")?.split_once('@')?;
    if !suffix.to_ascii_lowercase().starts_with("unq.") {
        return None;
    }
    let (a, b) = body.split_once('_')?;
    Some([guid(a)?, guid(b)?])
}

/// A GUID in its usual form.
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
    fn the_kind_is_known_in_any_spelling() {
        assert_eq!(kind(ONE, "OneonOne"), Some(ChatKind::OneOnOne));
        assert_eq!(kind(ONE, ""), Some(ChatKind::OneOnOne));
        assert_eq!(kind("19:abc@thread.v2", "GroupChat"), Some(ChatKind::Group));
        assert_eq!(
            kind("19:meeting_abc@thread.v2", "GroupChat"),
            Some(ChatKind::Meeting)
        );
        assert_eq!(kind("48:notes", ""), Some(ChatKind::Other));
    }

    #[test]
    fn only_one_to_one_ids_hold_two_users() {
        let [a, b] = pair(ONE).unwrap();
        assert_eq!(a.to_string(), "110ef7a6-0000-4000-8000-000000000001");
        assert_eq!(b.to_string(), "59e09287-0000-4000-8000-000000000002");
        assert_eq!(pair("19:abc@thread.v2"), None);
        assert_eq!(pair("19:110ef7a6_59e09287@unq.gbl.spaces"), None);
    }
}
