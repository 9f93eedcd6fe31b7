//! Lists of the chats of a user and of the members of a chat.

use sandbox::{ADMIN_ID, Chats, DirectoryUser, Sandbox, SandboxOptions, TENANT_ID, TokenClaims};
use serde_json::{Value, json};

use super::{get, post, read_pages, scoped};
use crate::client::{USER_ID, admin_token, assert_refused, start};

const ELSEWHERE: &str = "0b6f5c1e-9d3a-4b7e-8f21-6a5d4c3b2a19";

fn member(user: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.aadUserConversationMember",
        "id": format!("member-{user}"), "roles": [], "displayName": user, "userId": user,
        "email": format!("{user}@contoso.example"), "tenantId": TENANT_ID,
    })
}

/// A group chat of this user and `others` more.
pub fn chat(number: usize, user: &str, others: usize) -> Value {
    let others = (0..others).map(|other| member(&format!("other-{other}")));
    json!({
        "id": format!("19:{number}@thread.v2"), "topic": null, "chatType": "group",
        "createdDateTime": "2026-11-01T00:00:00Z", "lastUpdatedDateTime": "2026-11-01T00:00:00Z",
        "tenantId": TENANT_ID, "members": others.chain([member(user)]).collect::<Vec<_>>(),
    })
}

fn listing_token(sandbox: &Sandbox) -> String {
    sandbox.token(TokenClaims::app_with(["Chat.ReadBasic.All"]))
}

#[test]
fn all_chats_of_a_user_are_listed_page_by_page() {
    let sandbox = start();
    let mut chats: Vec<Value> = (0..45).map(|number| chat(number, USER_ID, 1)).collect();
    chats.insert(7, chat(99, "carol", 1));
    sandbox.set_chats(Chats { chats });
    let token = listing_token(&sandbox);
    let target = format!("/v1.0/users/{USER_ID}/chats");
    for (options, sizes) in [
        ("", vec![20, 20, 5]),
        ("?$top=50", vec![45]),
        ("?$top=30&$expand=members", vec![30, 15]),
        ("?%24expand=members&%24top=44", vec![44, 1]),
    ] {
        let (chats, pages) = read_pages(&sandbox, &token, &format!("{target}{options}"));
        assert_eq!(pages, sizes, "{options}");
        for (number, chat) in chats.iter().enumerate() {
            assert_eq!(chat["id"], format!("19:{number}@thread.v2"));
            let expands = options.contains("expand");
            assert_eq!(chat.get("members").is_some(), expands, "{options}");
        }
    }
    let last = sandbox.requests().pop().expect("a request");
    let kept = "chats?$expand=members&$top=44&$skiptoken=";
    assert!(last.target.contains(kept), "{}", last.target);
}

#[test]
fn a_listed_chat_has_at_most_25_members() {
    let sandbox = Sandbox::start(SandboxOptions {
        chats: Chats {
            chats: vec![chat(1, USER_ID, 24), chat(2, USER_ID, 60)],
        },
        ..SandboxOptions::default()
    });
    let target = format!("/v1.0/users/{USER_ID}/chats?$expand=members");
    let (chats, _) = read_pages(&sandbox, &listing_token(&sandbox), &target);
    let counts: Vec<_> = chats
        .iter()
        .map(|chat| chat["members"].as_array().map(Vec::len))
        .collect();
    assert_eq!(counts, [Some(25), Some(25)]);

    let token = sandbox.token(TokenClaims::app_with(["ChatMember.Read.All"]));
    for (options, sizes) in [
        ("", vec![25, 25, 11]),
        ("?$top=50", vec![50, 11]),
        ("?$top=1", vec![1; 61]),
    ] {
        let target = format!("/v1.0/chats/19%3A2%40thread.v2/members{options}");
        let (members, pages) = read_pages(&sandbox, &token, &target);
        assert_eq!(pages, sizes, "{options}");
        assert_eq!(members[60]["userId"], USER_ID);
    }
}

#[test]
fn a_user_is_found_in_the_directory_or_among_members() {
    let sandbox = start();
    sandbox.set_users(vec![
        DirectoryUser {
            id: USER_ID.into(),
            user_principal_name: "bob@contoso.example".into(),
        },
        DirectoryUser {
            id: "lonely".into(),
            user_principal_name: "lonely@contoso.example".into(),
        },
    ]);
    sandbox.set_chats(Chats {
        chats: vec![chat(1, USER_ID, 0), chat(2, "carol", 0)],
    });
    let token = listing_token(&sandbox);
    let count = |key: &str| {
        let (chats, _) = read_pages(&sandbox, &token, &format!("/v1.0/users/{key}/chats"));
        chats.len()
    };
    for key in [
        "Bob%40contoso.example",
        USER_ID,
        "carol",
        "Carol@Contoso.example",
    ] {
        assert_eq!(count(key), 1, "{key}");
    }
    assert_eq!(count("lonely@contoso.example"), 0);
    let response = get(&sandbox, &token, "/v1.0/users/nobody@contoso.example/chats");
    assert_refused(&response, 404, "Request_ResourceNotFound", "nobody");
}

#[test]
fn chats_are_listed_for_applications_and_for_the_signed_in_user() {
    let sandbox = start();
    sandbox.set_chats(Chats {
        chats: vec![chat(1, USER_ID, 0), chat(2, ADMIN_ID, 0)],
    });
    let of = |token: &str, key: &str| get(&sandbox, token, &format!("/v1.0/users/{key}/chats"));
    for (role, status) in [
        ("Chat.ReadBasic.All", 200),
        ("Chat.Read.All", 200),
        ("Chat.ReadWrite.All", 200),
        ("User.Read.All", 403),
    ] {
        let token = sandbox.token(TokenClaims::app_with([role]));
        assert_eq!(of(&token, USER_ID).status, status, "{role}");
    }
    let account = scoped(&sandbox, "Chat.ReadBasic");
    for key in [ADMIN_ID, "Admin@contoso.example"] {
        let response = of(&account, key);
        assert_eq!(response.json()["value"].as_array().map(Vec::len), Some(1));
    }
    assert_refused(&of(&account, USER_ID), 403, "Forbidden", "signed-in user");
    let without = scoped(&sandbox, "User.Read");
    assert_refused(&of(&without, ADMIN_ID), 403, "Forbidden", "Missing scope");
}

#[test]
fn members_are_listed_for_applications_in_the_tenant_of_the_chat() {
    let sandbox = start();
    let mut chats: Vec<Value> = (1..=3).map(|number| chat(number, USER_ID, 0)).collect();
    chats[1]["tenantId"] = ELSEWHERE.into();
    chats[2]["tenantId"] = ELSEWHERE.into();
    chats[2]["chatType"] = "oneOnOne".into();
    sandbox.set_chats(Chats { chats });
    let of = |token: &str, number: usize| {
        let target = format!("/v1.0/chats/19:{number}@thread.v2/members");
        get(&sandbox, token, &target)
    };
    for (role, status) in [
        ("ChatMember.Read.All", 200),
        ("Chat.Read.All", 200),
        ("Chat.ReadWrite.All", 200),
        ("Chat.ReadBasic.All", 403),
    ] {
        let token = sandbox.token(TokenClaims::app_with([role]));
        assert_eq!(of(&token, 1).status, status, "{role}");
    }
    let account = admin_token(&sandbox);
    assert_refused(&of(&account, 1), 403, "Forbidden", "Missing role");
    let token = sandbox.token(TokenClaims::app_with(["ChatMember.Read.All"]));
    assert_refused(&of(&token, 2), 403, "Forbidden", "AclCheckFailed");
    assert_eq!(
        of(&token, 3).status,
        200,
        "only group chats are restricted to their home tenant"
    );
    assert_refused(&of(&token, 4), 404, "NotFound", "");
}

#[test]
fn invalid_list_options_are_refused() {
    let sandbox = start();
    sandbox.set_chats(Chats {
        chats: vec![chat(1, USER_ID, 9)],
    });
    let token = sandbox.token(TokenClaims::app_only());
    let chats = format!("/v1.0/users/{USER_ID}/chats");
    let members = "/v1.0/chats/19:1@thread.v2/members";
    for target in [
        format!("{chats}?$top=0"),
        format!("{chats}?$top=51"),
        format!("{chats}?$expand=messages"),
        format!("{chats}?$filter=chatType%20eq%20'group'"),
        format!("{chats}?$skiptoken=MQ=="),
        format!("{members}?$top=51"),
        format!("{members}?$expand=members"),
    ] {
        let response = get(&sandbox, &token, &target);
        assert_refused(&response, 400, "BadRequest", "");
    }
    let page = get(&sandbox, &token, &format!("{members}?$top=5")).json();
    let link = page["@odata.nextLink"].as_str().unwrap();
    let token_of_members = link.split_once("skiptoken=").unwrap().1;
    let foreign = format!("{chats}?$skiptoken={token_of_members}");
    assert_eq!(get(&sandbox, &token, &foreign).status, 400);
    assert_eq!(post(&sandbox, &token, members, &json!({})).status, 405);
}
