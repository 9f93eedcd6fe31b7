//! The application of a sign-in: its id, its tenant and the permissions that it requests.

use uuid::Uuid;

use super::Tenant;
use crate::graph::{COMMAND_LINE_TOOLS_APP_ID, REMOVAL_SCOPE};
use crate::input::InvalidInput;

/// The application to sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The tenant to sign in to.
    pub tenant: Tenant,
    /// The application (client) id.
    pub client_id: Uuid,
    /// The permissions to request.
    pub scopes: Vec<String>,
}

impl Application {
    /// Checks the values. The defaults are the home tenant of the user who signs in, Microsoft
    /// Graph Command Line Tools, and the permission that a removal needs.
    ///
    /// # Errors
    /// The first value that is not valid.
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
            let allowed = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
            if scope.is_empty() || !scope.bytes().all(allowed) {
                return Err(InvalidInput::new(
                    "Scope",
                    scope,
                    "specify each permission as a separate value, such as Chat.ReadWrite.All",
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
                        "use the application (client) id, a GUID. Register-ChatAccessApp returns it as ClientId",
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
    fn omitted_values_get_their_defaults() {
        let application = Application::new(None, None, Vec::new()).unwrap();
        assert_eq!(application.tenant, Tenant::Organizations);
        assert_eq!(application.client_id, COMMAND_LINE_TOOLS_APP_ID);
        assert_eq!(application.scopes, ["Chat.ReadWrite.All"]);
    }

    #[test]
    fn an_invalid_value_is_reported_with_its_parameter() {
        let parameter_of = |tenant, client, scope: &str| {
            let scopes = vec![scope.to_string()];
            Application::new(tenant, client, scopes)
                .unwrap_err()
                .parameter
        };
        assert_eq!(parameter_of(Some("x y"), None, "a"), "TenantId");
        assert_eq!(parameter_of(None, Some("app"), "a"), "ClientId");
        for scope in ["", "a b", "a\nb", "a\"b"] {
            assert_eq!(parameter_of(None, None, scope), "Scope");
        }
    }
}
