//! Which application asks Entra, for whom, and for what.

use uuid::Uuid;

use super::Tenant;
use crate::graph::{COMMAND_LINE_TOOLS_APP_ID, REMOVAL_SCOPE};
use crate::input::InvalidInput;

/// The application of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The tenant to sign in to.
    pub tenant: Tenant,
    /// The application's id.
    pub client_id: Uuid,
    /// The permissions to ask for.
    pub scopes: Vec<String>,
}

impl Application {
    /// What is not given is as most want it: the tenant of whoever signs in, Microsoft's own application,
    /// and the one permission that the removal takes.
    ///
    /// # Errors
    /// A value that can't be used, by name.
    pub fn new(
        tenant: Option<&str>,
        client_id: Option<&str>,
        scopes: Vec<String>,
    ) -> Result<Self, InvalidInput> {
        let scopes = if scopes.is_empty() {
            vec![REMOVAL_SCOPE.to_string()]
        } else {
            scopes
        };
        for scope in &scopes {
            let known = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
            if scope.is_empty() || !scope.bytes().all(known) {
                return Err(InvalidInput::new(
                    "Scope",
                    scope,
                    "give permissions one by one, such as Chat.ReadWrite.All",
                ));
            }
        }
        Ok(Self {
            tenant: tenant.map(Tenant::parse).transpose()?.unwrap_or_default(),
            client_id: client_id.map_or(Ok(COMMAND_LINE_TOOLS_APP_ID), |text| {
                Uuid::try_parse(text.trim()).map_err(|_| {
                    InvalidInput::new(
                        "ClientId",
                        text,
                        "give the application (client) id, a GUID, as Register-ChatAccessApp returns it",
                    )
                })
            })?,
            scopes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_given_is_as_most_want_it() {
        let application = Application::new(None, None, Vec::new()).unwrap();
        assert_eq!(application.tenant, Tenant::Organizations);
        assert_eq!(application.client_id, COMMAND_LINE_TOOLS_APP_ID);
        assert_eq!(application.scopes, ["Chat.ReadWrite.All"]);
    }

    #[test]
    fn what_can_not_be_used_is_named() {
        let named = |tenant, client, scope: &str| {
            let scopes = vec![scope.to_string()];
            Application::new(tenant, client, scopes)
                .unwrap_err()
                .parameter
        };
        assert_eq!(named(Some("x y"), None, "a"), "TenantId");
        assert_eq!(named(None, Some("app"), "a"), "ClientId");
        for scope in ["", "a b", "a\nb", "a\"b"] {
            assert_eq!(named(None, None, scope), "Scope");
        }
    }
}
