//! The directory of the tenant that an account is of.

use serde::Deserialize;
use uuid::Uuid;

use super::SourceContext;
use crate::graph::{Call, ExchangeError, encoded};
use crate::identity::RequestError;
use crate::search::directory::Directory;
use crate::search::query::folded;

/// An account's directory.
pub(in crate::search) struct GraphUsers<'a> {
    pub(in crate::search) graph: &'a SourceContext<'a>,
}

/// What is asked for of a user.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: Uuid,
    user_principal_name: String,
}

impl Directory for GraphUsers<'_> {
    fn tenant(&self) -> Option<Uuid> {
        Uuid::try_parse(&self.graph.account.tenant()?).ok()
    }

    fn find(&self, name: &str) -> Result<Option<Uuid>, String> {
        self.id_of(name).map_err(|why| {
            let cure = match &why {
                RequestError::Refused(answer) if answer.status == 401 => " Sign in again.",
                RequestError::Refused(answer) if answer.status == 403 => {
                    " Sign in with the permission User.ReadBasic.All."
                }
                _ => "",
            };
            format!("{why}{cure}")
        })
    }
}

impl GraphUsers<'_> {
    /// The object id of the user of this name; `None` where there is no such user.
    pub(super) fn id_of(&self, name: &str) -> Result<Option<Uuid>, RequestError> {
        let segment = encoded(name);
        let call = Call::get(format!("users/{segment}?$select=id,userPrincipalName"));
        match self.graph.ask(&call) {
            Ok(body) => id_in(&body.bytes, name),
            Err(RequestError::Refused(answer)) if answer.status == 404 => Ok(None),
            Err(why) => Err(why),
        }
    }
}

/// The user's id. An answer about somebody else than was asked for is none.
fn id_in(json: &[u8], name: &str) -> Result<Option<Uuid>, RequestError> {
    let user: User = serde_json::from_slice(json).map_err(|_| {
        let why = "its answer about a user can't be read";
        RequestError::Exchange(ExchangeError::Lost(why.into()))
    })?;
    Ok((folded(&user.user_principal_name) == folded(name)).then_some(user.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_user_who_was_asked_for_is_taken() {
        let id = "11111111-0000-4000-8000-000000000001";
        let found = |name: &str| {
            let json = format!(r#"{{"id":"{id}","userPrincipalName":"{name}"}}"#);
            id_in(json.as_bytes(), "ann@contoso.com").unwrap()
        };
        assert_eq!(found("Ann@Contoso.com").unwrap().to_string(), id);
        assert_eq!(found("ben@contoso.com"), None);
        assert!(id_in(br#"{"id":5}"#, "ann@contoso.com").is_err());
        assert!(id_in(b"null", "ann@contoso.com").is_err());
    }
}
