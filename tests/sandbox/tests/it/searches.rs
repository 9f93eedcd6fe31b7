//! The searches for chats: the audit log and hunting queries.

mod audit;
mod hunting;

use sandbox::{Sandbox, SandboxOptions, TokenClaims};
use serde_json::Value;

use crate::client::{Reply, ask, request};

fn start() -> Sandbox {
    Sandbox::start(SandboxOptions::default())
}

fn scoped(sandbox: &Sandbox, scope: &str) -> String {
    sandbox.token(TokenClaims {
        scp: Some(scope.into()),
        ..TokenClaims::default()
    })
}

fn get(sandbox: &Sandbox, token: &str, target: &str) -> Reply {
    ask(sandbox, &request("GET", target, token, ""))
}

fn post(sandbox: &Sandbox, token: &str, target: &str, body: &Value) -> Reply {
    ask(sandbox, &request("POST", target, token, &body.to_string()))
}

#[track_caller]
fn assert_refused(reply: &Reply, status: u16, code: &str, message: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (status, code));
    let told = reply.message();
    assert!(told.contains(message), "{told}");
}

/// All items from `target` on, and how many were on each page. A link is followed as it is.
fn walk(sandbox: &Sandbox, token: &str, target: &str) -> (Vec<Value>, Vec<usize>) {
    let (mut items, mut pages) = (Vec::new(), Vec::new());
    let mut next = Some(target.to_owned());
    while let Some(target) = next {
        let reply = get(sandbox, token, &target);
        assert_eq!(reply.status, 200, "{target}");
        let body = reply.json();
        let page = body["value"].as_array().expect("items");
        pages.push(page.len());
        items.extend(page.iter().cloned());
        next = body["@odata.nextLink"].as_str().map(|link| {
            let text = String::from_utf8_lossy(&reply.body);
            assert!(text.find("@odata.nextLink") < text.find(r#""value""#));
            let target = link.strip_prefix("http://graph").expect("an absolute link");
            target.to_owned()
        });
    }
    (items, pages)
}
