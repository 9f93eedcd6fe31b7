//! The request that removes a user's access to a chat.

use serde_json::json;
use uuid::Uuid;

use super::ChatId;
use crate::input::InvalidInput;

/// The three checked ids of a removal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Removal {
    /// The tenant of the user, which is the administrator's home tenant.
    pub tenant_id: Uuid,
    /// The object id of the user who loses access.
    pub user_id: Uuid,
    /// The chat.
    pub thread_id: ChatId,
}

impl Removal {
    /// Parses the three ids. Surrounding white space is ignored.
    ///
    /// # Errors
    /// The first id that is not valid, with what it should be.
    pub fn parse(tenant_id: &str, user_id: &str, thread_id: &str) -> Result<Self, InvalidInput> {
        Ok(Self {
            tenant_id: guid(
                "TenantId",
                tenant_id,
                "give your home tenant's id, a GUID; audit records contain it as OrganizationId",
            )?,
            user_id: guid("UserId", user_id, expected_user(user_id))?,
            thread_id: ChatId::parse(thread_id)?,
        })
    }

    /// Returns `chats/{id}/removeAllAccessForUser`, with the id as one path segment.
    pub(super) fn path(&self) -> String {
        format!("chats/{}/removeAllAccessForUser", self.thread_id.segment())
    }

    /// Returns the body as documented for v1.0. The type's CSDL doesn't declare `tenantId` (it is
    /// an open type), but the documentation and the working examples send it.
    pub(super) fn body(&self) -> String {
        json!({
            "user": {
                "@odata.type": "microsoft.graph.teamworkUserIdentity",
                "id": self.user_id.to_string(),
                "tenantId": self.tenant_id.to_string(),
            }
        })
        .to_string()
    }
}

fn expected_user(text: &str) -> &'static str {
    if text.contains('@') {
        "it is a sign-in name; give the user's object id, a GUID: (Get-MgUser -UserId <name>).Id"
    } else if text.trim().starts_with("8:") {
        "it is a Teams address; give the user's Entra object id, the GUID at its end"
    } else {
        "give the user's Entra object id, a GUID"
    }
}

/// Parses a GUID with hyphens, with or without braces. The nil GUID is refused: exports use it for
/// "unknown".
fn guid(parameter: &'static str, text: &str, expected: &str) -> Result<Uuid, InvalidInput> {
    let invalid = || InvalidInput::new(parameter, text, expected);
    let trimmed = text.trim();
    let bare = trimmed
        .strip_prefix('{')
        .and_then(|inner| inner.strip_suffix('}'))
        .unwrap_or(trimmed);
    if bare.len() != 36 {
        return Err(invalid());
    }
    let id = Uuid::try_parse(bare).map_err(|_| invalid())?;
    if id.is_nil() {
        return Err(invalid());
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "2a690434-97d9-4eed-83a6-f5f13600199a";
    const USER: &str = "d864e79f-0000-4000-8000-0eeb4d61fdc2";
    const CHAT: &str = "19:b8577894a63548969c5c92bb9c80c5e1@thread.v2";

    #[test]
    fn the_request_matches_the_documentation() {
        let removal = Removal::parse(TENANT, USER, CHAT).unwrap();
        assert_eq!(
            removal.path(),
            "chats/19%3Ab8577894a63548969c5c92bb9c80c5e1%40thread.v2/removeAllAccessForUser"
        );
        let expected = format!(
            r#"{{"user":{{"@odata.type":"microsoft.graph.teamworkUserIdentity","id":"{USER}","tenantId":"{TENANT}"}}}}"#
        );
        assert_eq!(removal.body(), expected);
    }

    #[test]
    fn braces_capitals_and_white_space_are_accepted() {
        let user = format!(" {{{}}}\r\n", USER.to_uppercase());
        let removal = Removal::parse(TENANT, &user, CHAT).unwrap();
        assert_eq!(removal.user_id.to_string(), USER);
    }

    #[test]
    fn an_invalid_id_is_reported_with_what_it_should_be() {
        let sentence = |tenant: &str, user: &str, chat: &str| {
            Removal::parse(tenant, user, chat).unwrap_err().to_string()
        };
        assert!(sentence("contoso.com", USER, CHAT).starts_with("TenantId 'contoso.com'"));
        assert!(sentence(TENANT, "", CHAT).starts_with("UserId is empty"));
        assert!(sentence(TENANT, "ann@contoso.example", CHAT).contains("sign-in name"));
        assert!(sentence(TENANT, &format!("8:orgid:{USER}"), CHAT).contains("Teams address"));
        assert!(sentence(TENANT, USER, "x").starts_with("ThreadId"));
        for user in [
            "00000000-0000-0000-0000-000000000000",
            "d864e79f000040008000-0eeb4d61fdc2",
            "d864e79f00004000800000eeb4d61fdc2",
            "d864e79f-0000-4000-8000-0eeb4d61fdcg",
        ] {
            assert!(sentence(TENANT, user, CHAT).starts_with("UserId"), "{user}");
        }
    }
}
