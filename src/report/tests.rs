use super::*;
use crate::search::{ChatKind, FoundBy, Unresolved};

fn target(name: &str) -> Target {
    Target {
        tenant_id: Some(Uuid::from_u128(1)),
        user_id: Some(Uuid::from_u128(2)),
        thread_id: "19:a@thread.v2".into(),
        user_principal_name: Some(name.into()),
        chat_type: ChatKind::Group,
        external: true,
        external_tenants: [].into(),
        external_domains: ["evil.example".into()].into(),
        external_users: ["eve@evil.example".into()].into(),
        external_names: [].into(),
        operations: ["ChatCreated".into()].into(),
        first_seen: Some("2026-08-31T10:18:39Z".parse().unwrap()),
        last_seen: None,
        events: 3,
        sources: Vec::new(),
        found_by: Some(FoundBy::UserKey),
        unresolved: None,
    }
}

fn page_of(targets: Vec<Target>) -> String {
    let findings = Findings {
        targets,
        ..Findings::default()
    };
    page(&findings, Timestamp::UNIX_EPOCH)
}

#[test]
fn every_value_is_escaped() {
    let hostile = "<script>alert(1)</script>\"'&\u{202E}<img src=x onerror=alert(1)>";
    let mut target = target(hostile);
    target.thread_id = hostile.into();
    target.external_users = [hostile.into()].into();
    target.external_domains = [hostile.into()].into();
    target.operations = [hostile.into()].into();
    let page = page_of(vec![target]);
    assert!(
        !page.contains("<script>alert") && !page.contains("<img"),
        "{page}"
    );
    assert!(!page.contains('\u{202E}'));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
    assert_eq!(page.matches("<script").count(), 1, "the page's own");
}

#[test]
fn the_page_lists_external_users_times_and_targets() {
    let mut open = target("ben@contoso.com");
    open.user_id = None;
    open.unresolved = Some(Unresolved::NoObjectId { in_chat_id: false });
    let page = page_of(vec![target("ann@contoso.com"), open]);
    for part in [
        "<bdi>eve@evil.example</bdi></td><td class=\"number\">2</td><td class=\"number\">1</td>",
        "2026-08-31 10:18",
        "<bdi>ann@contoso.com</bdi>",
        "Unresolved.</span> <bdi>No record contains the user&#39;s object id. Use -ResolveUser",
        "<title>2026-08-31: 1</title>",
        "<dt>Ready to remove</dt><dd>1</dd>",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

#[test]
fn the_policy_forbids_all_loading() {
    let page = page_of(vec![target("ann@contoso.com")]);
    assert!(page.contains("default-src 'none'"));
    for part in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!page.contains(part), "{part}");
    }
}

#[test]
fn an_empty_search_has_a_report() {
    let page = page_of(Vec::new());
    assert!(page.contains("<dt>External users</dt><dd>0</dd>") && page.ends_with("</html>\n"));
}

#[test]
fn years_of_chats_have_wider_steps() {
    let mut old = target("ann@contoso.com");
    old.thread_id = "19:b@thread.v2".into();
    old.first_seen = Some("2016-01-01T00:00:00Z".parse().unwrap());
    let days = Days::of(&[old, target("ann@contoso.com")]).unwrap();
    assert!(days.counts.len() <= 121, "{}", days.counts.len());
    assert_eq!(days.counts.iter().sum::<u64>(), 2);
    assert_eq!(days.name(0), "2016-01-01");
    assert!(days.step_name().ends_with(" days"));
}
