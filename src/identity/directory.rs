//! The directory of a tenant: its users by user principal name.

use serde::Deserialize;
use uuid::Uuid;

use super::RequestError;
use crate::graph::{Call, ExchangeError, encoded};
use crate::http::Body;

/// The delegated permission for [`find_user`].
pub(crate) const DIRECTORY_SCOPE: &str = "User.ReadBasic.All";

/// The requested properties of a user.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: Uuid,
    user_principal_name: String,
}

/// Returns the object id of the user with this user principal name, or `None` if there is no such
/// user. `send` sends the request.
///
/// # Errors
/// The error of `send`, or a response that can't be read.
pub(crate) fn find_user(
    name: &str,
    send: &dyn Fn(&Call) -> Result<Body, RequestError>,
) -> Result<Option<Uuid>, RequestError> {
    let segment = encoded(name);
    let call = Call::get(format!("users/{segment}?$select=id,userPrincipalName"));
    match send(&call) {
        Ok(body) => id_in(&body.bytes, name),
        Err(RequestError::Refused(response)) if response.status == 404 => Ok(None),
        Err(why) => Err(why),
    }
}

/// Returns the id in a response, or `None` if the response is about another user.
fn id_in(json: &[u8], name: &str) -> Result<Option<Uuid>, RequestError> {
    let user: User = serde_json::from_slice(json).map_err(|_| {
        let why = "the response about a user can't be read";
        RequestError::Exchange(ExchangeError::Lost(why.into()))
    })?;
    let is_same = user.user_principal_name.to_lowercase() == name.trim().to_lowercase();
    Ok(is_same.then_some(user.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_about_another_user_is_ignored() {
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
