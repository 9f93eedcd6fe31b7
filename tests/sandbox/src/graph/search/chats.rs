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

/// The roles of which an application needs one to list the chats of any user.
const CHAT_ROLES: [&str; 3] = ["Chat.ReadBasic.All", "Chat.Read.All", "Chat.ReadWrite.All"];
/// The scopes of which an account needs one to list its own chats.
const CHAT_SCOPES: [&str; 5] = [
    "Chat.ReadBasic",
    "Chat.Read",
    "Chat.ReadWrite",
    "Chat.Read.All",
    "Chat.ReadWrite.All",
];
/// The roles of which an application needs one to list the members of a chat.
const MEMBER_ROLES: [&str; 3] = ["ChatMember.Read.All", "Chat.Read.All", "Chat.ReadWrite.All"];
/// Maximum number of items on a page of either list.
const MAX_PAGE: usize = 50;
/// Maximum number of members that the list of chats returns for a chat: a known limit of Graph.
const MAX_EXPANDED: usize = 25;

/// The chats that can be listed.
///
/// Removals ignore them: for a removal every well-formed chat id names an existing chat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Chats {
    /// The chats in the format of Graph's `chat`, each with its `members`.
    pub chats: Vec<Value>,
}

/// The chats, shared by requests.
#[derive(Default)]
pub(crate) struct ChatLists(Arc<Chats>);

impl ChatLists {
    /// Replaces the chats.
    pub(crate) fn set(&mut self, chats: Chats) {
        self.0 = Arc::new(chats);
    }
}

/// Returns a page of the chats of a user.
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

/// Returns a page of the members of a chat.
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

/// Checks that an account lists its own chats. Even an administrator can't list those of others.
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

/// Checks that a group chat belongs to the tenant of the token.
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

/// Returns the id of a user by id or name: the account itself, a user of the directory, or a member
/// of a chat.
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
    id.map(str::to_owned)
        .ok_or_else(|| Refusal::resource_not_found(key))
}

/// Returns a chat as the list of chats shows it.
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

/// Returns whether a property of `value` equals `text` in any case.
fn is(value: &Value, member: &str, text: &str) -> bool {
    let is = value[member].as_str();
    is.is_some_and(|is| is.eq_ignore_ascii_case(text))
}
