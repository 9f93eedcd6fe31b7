//! The filters of a query.

use super::*;

fn count(options: QueryOptions) -> usize {
    let later = with(
        chat_created(),
        json!({"Operation": "MessageSent", "Id": "2", "CreationTime": "2026-09-01T00:00:00"}),
    );
    find_with(options, &[chat_created(), later]).len()
}

#[test]
fn each_filter_keeps_only_matching_targets() {
    let list = |text: &str| vec![text.to_string()];
    type Case = fn(Vec<String>) -> QueryOptions;
    let cases: [(Case, &str, &str); 5] = [
        (
            |v| QueryOptions {
                user_principal_name: v,
                ..Default::default()
            },
            "ANN@contoso.com",
            "ben@contoso.com",
        ),
        (
            |v| QueryOptions {
                external_domain: v,
                ..Default::default()
            },
            "evil.example",
            "good.example",
        ),
        (
            |v| QueryOptions {
                external_tenant_id: v,
                ..Default::default()
            },
            AWAY,
            HOME,
        ),
        (
            |v| QueryOptions {
                operation: v,
                ..Default::default()
            },
            "chatcreated",
            "MemberAdded",
        ),
        (
            |v| QueryOptions {
                thread_id: v,
                ..Default::default()
            },
            "19:*@unq.gbl.spaces",
            GROUP,
        ),
    ];
    for (options, matching, other) in cases {
        assert_eq!(count(options(list(matching))), 1, "{matching}");
        assert_eq!(count(options(list(other))), 0, "{other}");
    }
}

#[test]
fn only_records_that_match_the_period_count() {
    let options = QueryOptions {
        after: Some("2026-08-31T12:00:00Z".into()),
        ..Default::default()
    };
    let later = with(
        chat_created(),
        json!({"Operation": "MessageSent", "Id": "2", "CreationTime": "2026-09-01T00:00:00", "Members": null}),
    );
    let targets = find_with(options, &[chat_created(), later]);
    assert_eq!(*targets[0].operations, ["MessageSent"]);
    assert_eq!(targets[0].events, 1);
    assert_eq!(
        targets[0].user_principal_name.as_deref(),
        Some("ann@contoso.com"),
        "an earlier record can name the people in the chat"
    );
    let before = QueryOptions {
        before: Some("2026-08-31".into()),
        ..Default::default()
    };
    assert_eq!(count(before), 0);
}

#[test]
fn the_chat_type_filter_keeps_only_that_kind() {
    let kind = |kind| QueryOptions {
        chat_type: vec![kind],
        ..Default::default()
    };
    assert_eq!(count(kind(ChatKind::OneOnOne)), 1);
    assert_eq!(count(kind(ChatKind::Group)), 0);
}
