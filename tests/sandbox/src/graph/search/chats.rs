//! `GET /users/{id or name}/chats` and `GET /chats/{id}/members`.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::paging::Options;
use super::{Refusal, Request};
use crate::graph::authorize;
use crate::response::Response;
use crate::service::Service;
use crate::token::TokenClaims;

/// What an application needs to list the chats of anyone, one of them.
const CHAT_ROLES: [&str; 3] = ["Chat.ReadBasic.All", "Chat.Read.All", "Chat.ReadWrite.All"];
/// What an account needs to list its own.
const CHAT_SCOPES: [&str; 5] = [
    "Chat.ReadBasic",
    "Chat.Read",
    "Chat.ReadWrite",
    "Chat.Read.All",
    "Chat.ReadWrite.All",
];
/// What an application needs to list the members of a chat.
const MEMBER_ROLES: [&str; 3] = ["ChatMember.Read.All", "Chat.Read.All", "Chat.ReadWrite.All"];
/// The most items a page of either list has.
const MAX_PAGE: usize = 50;
/// The most members a chat comes with in the list of chats: a known limit of Graph.
const MAX_EXPANDED: usize = 25;

/// The chats that can be listed.
///
/// A removal does not go by them: for it every well-formed chat id names a chat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Chats {
    /// In the shape of Graph's `chat`, each with its `members`.
    pub chats: Vec<Value>,
}

/// The chats as requests share them.
#[derive(Default)]
pub(crate) struct ChatLists(Arc<Chats>);

impl ChatLists {
    /// Replaces the chats.
    pub(crate) fn set(&mut self, chats: Chats) {
        self.0 = Arc::new(chats);
    }
}

/// Gives a page of the chats of a user.
pub(super) fn of_user(
    service: &Service,
    request: &Request,
    claims: &TokenClaims,
    key: &str,
) -> Result<Response, Refusal> {
    if claims.is_app_only() {
        authorize::expect_role(claims, &CHAT_ROLES)?;
    } else {
        authorize::expect_permission(claims, &CHAT_SCOPES)?;
        expect_self(claims, key)?;
    }
    let options = Options::parse(&request.query, &["$top", "$expand", "$skiptoken"])?;
    let top = options.top(MAX_PAGE, 20)?;
    let expands = expands_members(&options)?;
    let lists = Arc::clone(&service.searches().chats.0);
    let user = find_user(service, &lists.chats, claims, key)?;
    let of_user: Vec<&Value> = lists
        .chats
        .iter()
        .filter(|chat| members_of(chat).iter().any(|one| is(one, "userId", &user)))
        .collect();
    let page = options.page(request, &user, of_user.len(), top)?;
    let items = of_user[page.from..page.to]
        .iter()
        .map(|chat| listed(chat, expands))
        .collect();
    let context = format!("users('{user}')/chats");
    Ok(Response::json(200, &page.body(&context, items)))
}

/// Gives a page of the members of a chat.
pub(super) fn members(
    service: &Service,
    request: &Request,
    claims: &TokenClaims,
    id: &str,
) -> Result<Response, Refusal> {
    authorize::expect_role(claims, &MEMBER_ROLES)?;
    let options = Options::parse(&request.query, &["$top", "$skiptoken"])?;
    let top = options.top(MAX_PAGE, 25)?;
    let lists = Arc::clone(&service.searches().chats.0);
    let Some(chat) = lists.chats.iter().find(|chat| is(chat, "id", id)) else {
        return Err(Refusal::new(404, "NotFound", "NotFound"));
    };
    expect_home(claims, chat)?;
    let members = members_of(chat);
    let page = options.page(request, id, members.len(), top)?;
    let items = members[page.from..page.to].to_vec();
    let context = format!("chats('{id}')/members");
    Ok(Response::json(200, &page.body(&context, items)))
}

/// An account may list its own chats and no one else's, whatever it is an administrator of.
fn expect_self(claims: &TokenClaims, key: &str) -> Result<(), Refusal> {
    if is_self(claims, key) {
        return Ok(());
    }
    Err(Refusal::forbidden(
        "The requested user must be the signed-in user in delegated context.",
    ))
}

fn is_self(claims: &TokenClaims, key: &str) -> bool {
    !claims.is_app_only()
        && (claims.oid.eq_ignore_ascii_case(key) || claims.upn.eq_ignore_ascii_case(key))
}

/// A group chat tells its members in the tenant that it was started in.
fn expect_home(claims: &TokenClaims, chat: &Value) -> Result<(), Refusal> {
    let is_elsewhere = chat["tenantId"]
        .as_str()
        .is_some_and(|tenant| !tenant.eq_ignore_ascii_case(&claims.tid));
    if is_elsewhere && is(chat, "chatType", "group") {
        return Err(Refusal::forbidden(
            "AclCheckFailed-Get Thread Roster: the tenant is not the one of the thread.",
        ));
    }
    Ok(())
}

fn expands_members(options: &Options) -> Result<bool, Refusal> {
    match options.get("$expand") {
        None => Ok(false),
        Some("members") => Ok(true),
        Some(other) => Err(Refusal::bad_request(format!(
            "Parsing OData Select and Expand failed: Could not find a property named '{other}' on \
             type 'microsoft.graph.chat'."
        ))),
    }
}

/// The id of the user called `key`, an id or a name: the account itself, a user of the directory,
/// or a member of a chat.
fn find_user(
    service: &Service,
    chats: &[Value],
    claims: &TokenClaims,
    key: &str,
) -> Result<String, Refusal> {
    if is_self(claims, key) {
        return Ok(claims.oid.clone());
    }
    if let Some(user) = service.user(key) {
        return Ok(user.id);
    }
    let mut members = chats.iter().flat_map(members_of);
    let member = members.find(|one| is(one, "userId", key) || is(one, "email", key));
    let id = member.and_then(|member| member["userId"].as_str());
    id.map(str::to_owned).ok_or_else(|| {
        Refusal::new(
            404,
            "Request_ResourceNotFound",
            format!("Resource '{key}' does not exist."),
        )
    })
}

/// A chat as the list has it.
fn listed(chat: &Value, expands: bool) -> Value {
    let mut chat = chat.clone();
    if let Some(properties) = chat.as_object_mut() {
        let members = properties.remove("members");
        if expands {
            let mut members = members.unwrap_or_else(|| Value::Array(Vec::new()));
            if let Some(members) = members.as_array_mut() {
                members.truncate(MAX_EXPANDED);
            }
            properties.insert("members".into(), members);
        }
    }
    chat
}

fn members_of(chat: &Value) -> &[Value] {
    chat["members"].as_array().map_or(&[], Vec::as_slice)
}

/// Whether a member of `value` has this text, in any case.
fn is(value: &Value, member: &str, text: &str) -> bool {
    let is = value[member].as_str();
    is.is_some_and(|is| is.eq_ignore_ascii_case(text))
}
