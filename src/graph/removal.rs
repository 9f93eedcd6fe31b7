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

/// A removal as a caller requests it, with checked ids. Its user may have to be looked up first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovalRequest {
    /// As in [`Removal`].
    pub tenant_id: Uuid,
    /// The user who loses access.
    pub user: User,
    /// As in [`Removal`].
    pub thread_id: ChatId,
}

/// A user of the home tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum User {
    /// By object id.
    Id(Uuid),
    /// By user principal name.
    Name(String),
}

impl RemovalRequest {
    /// Parses the two ids, and the user's object id or user principal name. Surrounding white space
    /// is ignored.
    ///
    /// # Errors
    /// The first value that is not valid, with what it should be.
    pub fn parse(tenant_id: &str, user: &str, thread_id: &str) -> Result<Self, InvalidInput> {
        Ok(Self {
            tenant_id: tenant(tenant_id)?,
            user: if is_user_principal_name(user.trim()) {
                User::Name(user.trim().into())
            } else {
                User::Id(guid("UserId", user, expected_user(user))?)
            },
            thread_id: ChatId::parse(thread_id)?,
        })
    }
}

/// Returns whether `text` has the form of a user principal name, such as `ann@contoso.com` or
/// `ann_fabrikam.com#EXT#@contoso.com`.
fn is_user_principal_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || "'.-_!#^~+".contains(c);
    let is_domain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && name.chars().all(is_plain)
            && domain.chars().all(is_domain)
            && domain.split('.').count() > 1
            && domain.split('.').all(|label| !label.is_empty())
    })
}

impl Removal {
    /// Parses the three ids. Surrounding white space is ignored.
    ///
    /// # Errors
    /// The first id that is not valid, with what it should be.
    pub fn parse(tenant_id: &str, user_id: &str, thread_id: &str) -> Result<Self, InvalidInput> {
        Ok(Self {
            tenant_id: tenant(tenant_id)?,
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

fn tenant(text: &str) -> Result<Uuid, InvalidInput> {
    guid(
        "TenantId",
        text,
        "use your home tenant's id, a GUID. Audit records contain it as OrganizationId",
    )
}

fn expected_user(text: &str) -> &'static str {
    if text.trim().starts_with("8:") {
        "it is a Teams address. Use the user's Entra object id, the GUID at its end"
    } else if text.contains('@') {
        "use only the user principal name, such as ann@contoso.com, or the user's Entra object id, a GUID"
    } else {
        "use the user's Entra object id, a GUID, or the user principal name, such as ann@contoso.com"
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
        assert!(
            sentence(TENANT, "Ann <ann@contoso.com>", CHAT).contains("only the user principal")
        );
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

    #[test]
    fn a_user_is_named_by_object_id_or_user_principal_name() {
        let user = |text: &str| RemovalRequest::parse(TENANT, text, CHAT).map(|r| r.user);
        assert_eq!(user(USER), Ok(User::Id(USER.parse().unwrap())));
        for name in [
            "ann@contoso.com",
            "ann.o'hara-1@mail.contoso.com",
            "ann_fabrikam.com#EXT#@contoso.onmicrosoft.com",
        ] {
            assert_eq!(user(&format!(" {name}\r\n")), Ok(User::Name(name.into())));
        }
        for text in [
            "ann@contoso",
            "ann@contoso..com",
            "@contoso.com",
            "ann@",
            "ann@contoso.com, ben@contoso.com",
            "ann@contoso.com/messages",
            "mailto:ann@contoso.com",
            "8:live:ann@contoso.com",
            "a@b@contoso.com",
            "ann%40contoso.com",
        ] {
            let error = user(text).unwrap_err();
            assert_eq!(error.parameter, "UserId", "{text}");
        }
    }
}
