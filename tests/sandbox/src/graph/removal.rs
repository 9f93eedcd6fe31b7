//! `POST /chats/{id}/removeAllAccessForUser`.

use serde::Deserialize;

use super::{Refusal, Request, authorize, expect_json};
use crate::guid::is_guid;
use crate::response::Response;
use crate::service::{Chat, Service};
use crate::token::TokenClaims;

/// The parameters of the action. Graph binds them to the action's schema and refuses unknown
/// members.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    user: User,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    #[serde(rename = "@odata.type")]
    odata_type: Option<String>,
    id: String,
    #[serde(rename = "tenantId")]
    tenant_id: String,
}

/// Serves the action on `chat` for the account of `claims`.
pub(super) fn serve(
    service: &Service,
    request: &Request,
    claims: &TokenClaims,
    chat: &str,
) -> Result<Response, Refusal> {
    service.admit(claims, chat)?;
    authorize::expect_scope(claims)?;
    expect_json(request)?;
    if !is_chat_id(chat) {
        return Err(Refusal::bad_request("Invalid ThreadId."));
    }
    let user = parse(&request.body)?;
    if !user.tenant_id.eq_ignore_ascii_case(&claims.tid) {
        return Err(Refusal::forbidden(
            "The tenant of the user is not the tenant of the token.",
        ));
    }
    match service.chat(chat) {
        Chat::Missing => Err(Refusal::new(404, "NotFound", "NotFound")),
        Chat::Forbidden => Err(Refusal::forbidden("Forbidden")),
        Chat::Exists => {
            service.apply(&user.tenant_id, &user.id, chat);
            Ok(Response::empty(204))
        }
    }
}

fn parse(body: &[u8]) -> Result<User, Refusal> {
    let parameters: Parameters = serde_json::from_slice(body)
        .map_err(|error| Refusal::bad_request(format!("Invalid request body: {error}.")))?;
    let user = parameters.user;
    if let Some(name) = &user.odata_type
        && name.trim_start_matches('#') != "microsoft.graph.teamworkUserIdentity"
    {
        return Err(Refusal::bad_request(format!(
            "The type '{name}' is not microsoft.graph.teamworkUserIdentity."
        )));
    }
    for (name, value) in [("id", &user.id), ("tenantId", &user.tenant_id)] {
        if !is_guid(value) {
            return Err(Refusal::bad_request(format!(
                "The value of '{name}' is not a GUID."
            )));
        }
    }
    Ok(user)
}

/// Returns whether `id` is a chat id: `19:...@thread.v2` (group chats and meetings) or
/// `19:...@unq.gbl.spaces` (one-on-one chats). The ids of channels have other endings.
fn is_chat_id(id: &str) -> bool {
    let id = id.to_ascii_lowercase();
    let Some((name, kind)) = id.strip_prefix("19:").and_then(|rest| rest.split_once('@')) else {
        return false;
    };
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
        && matches!(kind, "thread.v2" | "unq.gbl.spaces")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_chats_meetings_and_groups_are_chat_ids() {
        for id in [
            "19:59e09287-ac1b-4ff7-80a3-08d0d1eed939_a1d0c9e4-2b7f-4c35-8e16-9f0b7d3c5a28@unq.gbl.spaces",
            "19:0123456789abcdef0123456789abcdef@thread.v2",
            "19:meeting_Nzc3@thread.v2",
            "19:ABC@THREAD.V2",
        ] {
            assert!(is_chat_id(id), "{id}");
        }
    }

    #[test]
    fn ids_of_channels_links_and_placeholders_are_not_chat_ids() {
        for id in [
            "",
            "19:",
            "19:@thread.v2",
            "19:abc@thread.tacv2",
            "19:abc@thread.skype",
            "<19:abc@thread.v2>",
            "19:abc@thread.v2?ctx=chat",
            "19:a/b@thread.v2",
            "19%3Aabc%40thread.v2",
        ] {
            assert!(!is_chat_id(id), "{id}");
        }
    }

    #[test]
    fn a_body_must_have_exactly_the_parameters_of_the_action() {
        let user = r#""id":"59e09287-ac1b-4ff7-80a3-08d0d1eed939","tenantId":"5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61""#;
        for good in [
            format!(r#"{{"user":{{{user}}}}}"#),
            format!(
                r##"{{"user":{{"@odata.type":"#microsoft.graph.teamworkUserIdentity",{user}}}}}"##
            ),
            format!(
                r#"{{"user":{{"@odata.type":"microsoft.graph.teamworkUserIdentity",{user}}}}}"#
            ),
        ] {
            assert!(parse(good.as_bytes()).is_ok(), "{good}");
        }
        for bad in [
            String::new(),
            "null".into(),
            "[]".into(),
            "{}".into(),
            r#"{"user":{}}"#.into(),
            r#"{"user":{"@odata.type":"microsoft.graph.teamworkUserIdentity"}}"#.into(),
            format!(r#"{{"user":{{"@odata.type":"microsoft.graph.identity",{user}}}}}"#),
            format!(r#"{{"user":{{{user},"displayName":"x"}}}}"#),
            format!(r#"{{"user":{{{user}}},"more":1}}"#),
            r#"{"user":{"id":"me@contoso.example","tenantId":"5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61"}}"#.into(),
            "[".repeat(200_000),
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
