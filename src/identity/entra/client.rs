//! A client for Entra's endpoints of one tenant and one application.

use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::blocking::Client;
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, RETRY_AFTER};
use serde::de::DeserializeOwned;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::response::Tokens;
use super::{EntraError, SignInError};
use crate::cloud::Cloud;
use crate::http::{self, Body, MAX_RESPONSE_BYTES, retry_after, text};
use crate::identity::Application;
use crate::secret::Secret;
use crate::token::RefreshToken;

/// Time limit for a response of Entra's.
const RESPONSE_LIMIT: Duration = Duration::from_secs(30);

/// Sends requests to Entra for one application.
#[derive(Debug)]
pub(in crate::identity) struct Entra {
    http: Client,
    root: String,
    pub(in crate::identity) application: Application,
}

/// A field of a request's form.
pub(in crate::identity) enum Field<'a> {
    Plain(&'a str, &'a str),
    Secret(&'a str, &'a Secret),
}

impl Entra {
    /// # Errors
    /// [`SignInError::NoClient`].
    pub(in crate::identity) fn new(
        cloud: &Cloud,
        application: Application,
    ) -> Result<Self, SignInError> {
        let route = cloud.authority_route.as_ref();
        let http = http::client(&cloud.authority, route).map_err(SignInError::NoClient)?;
        let root = format!("{}/{}/oauth2/v2.0", cloud.authority, application.tenant);
        Ok(Self {
            http,
            root,
            application,
        })
    }

    /// Returns the address of an endpoint: `authorize`, `token` or `devicecode`. It depends only on
    /// the cloud's authority and the tenant, never on a response.
    pub(in crate::identity) fn endpoint(&self, name: &str) -> String {
        format!("{}/{name}", self.root)
    }

    /// Returns the scopes to request: the permissions, an ID token and a refresh token.
    pub(in crate::identity) fn scope(&self) -> String {
        let scopes = self.application.scopes.iter().map(String::as_str);
        let always = ["openid", "profile", "offline_access"];
        let scopes: Vec<&str> = scopes
            .filter(|scope| !always.contains(scope))
            .chain(always)
            .collect();
        scopes.join(" ")
    }

    /// Redeems a refresh token. `claims` is the JSON of a claims challenge.
    pub(in crate::identity) fn refresh(
        &self,
        refresh_token: &RefreshToken,
        claims: Option<&str>,
    ) -> Result<Tokens, SignInError> {
        let scope = self.scope();
        let mut form = vec![
            Field::Plain("grant_type", "refresh_token"),
            Field::Plain("scope", &scope),
            Field::Secret("refresh_token", refresh_token.secret()),
        ];
        form.extend(claims.map(|claims| Field::Plain("claims", claims)));
        self.tokens(&form)
    }

    /// Sends a form to the token endpoint and returns the tokens.
    pub(in crate::identity) fn tokens(&self, form: &[Field<'_>]) -> Result<Tokens, SignInError> {
        Tokens::read(self.post("token", form)?, &self.application)
    }

    /// Sends a form and parses the JSON of the response.
    pub(in crate::identity) fn post<T: DeserializeOwned>(
        &self,
        endpoint: &str,
        form: &[Field<'_>],
    ) -> Result<T, SignInError> {
        let deadline = Instant::now() + RESPONSE_LIMIT;
        let mut response = self
            .http
            .post(self.endpoint(endpoint))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .header("client-request-id", Uuid::new_v4().to_string())
            .timeout(RESPONSE_LIMIT)
            .body(Bytes::from_owner(self.encode(form)))
            .send()
            .map_err(http::ExchangeError::from)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = Body::read(&mut response, deadline, MAX_RESPONSE_BYTES).complete()?;
        let not_entra = || SignInError::NotEntra(body.describe_unexpected(&headers, "Entra"));
        if status == 200 {
            return serde_json::from_slice(&body.bytes).map_err(|_| not_entra());
        }
        if (300..400).contains(&status) {
            return Err(SignInError::NotEntra(format!(
                "Entra returned a redirect (HTTP status {status}). Redirects are not followed, because a request may contain secrets."
            )));
        }
        let wait = text(&headers, RETRY_AFTER.as_str()).and_then(|value| {
            retry_after::parse(value, text(&headers, DATE.as_str()), Timestamp::now())
        });
        let secrets: Vec<&Secret> = form.iter().filter_map(Field::secret).collect();
        let refreshing = form
            .iter()
            .any(|field| matches!(field, Field::Secret("refresh_token", _)));
        match EntraError::read(&body.bytes, &secrets, refreshing) {
            Some(error) if status < 500 && !http::is_transient(status) => {
                Err(SignInError::Refused(Box::new(error)))
            }
            // Any other 5xx is transient here too: a session that ends on one needs a person to
            // sign in again.
            _ if http::is_transient(status) || (500..600).contains(&status) => {
                Err(SignInError::Unavailable {
                    status,
                    retry_after: wait,
                })
            }
            _ => Err(not_entra()),
        }
    }

    /// Encodes the form as a request body, in memory that is wiped when dropped.
    fn encode(&self, form: &[Field<'_>]) -> Zeroizing<String> {
        let client_id = self.application.client_id.to_string();
        let fields = form.iter().map(Field::parts);
        let fields: Vec<_> = fields.chain([("client_id", client_id.as_str())]).collect();
        // An encoded byte has at most three characters. With this capacity, the text never
        // reallocates, which would leave a copy behind.
        let room = fields.iter().map(|(n, v)| n.len() + v.len() * 3 + 2).sum();
        let mut body = Zeroizing::new(String::with_capacity(room));
        for (name, value) in fields {
            if !body.is_empty() {
                body.push('&');
            }
            body.push_str(name);
            body.push('=');
            body.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        }
        body
    }
}

impl<'a> Field<'a> {
    fn parts(&self) -> (&'a str, &'a str) {
        match self {
            Self::Plain(name, value) => (name, value),
            Self::Secret(name, secret) => (name, secret.expose()),
        }
    }

    fn secret(&self) -> Option<&'a Secret> {
        match self {
            Self::Plain(..) => None,
            Self::Secret(_, secret) => Some(secret),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entra(scopes: &[&str]) -> Entra {
        let cloud = Cloud::new(Some("USGov"), None, None).unwrap();
        let scopes = scopes.iter().map(ToString::to_string).collect();
        let client = Uuid::nil().to_string();
        let application = Application::new(Some("contoso.us"), Some(&client), scopes).unwrap();
        Entra::new(&cloud, application).unwrap()
    }

    #[test]
    fn endpoints_use_the_authority_of_the_cloud() {
        assert_eq!(
            entra(&[]).endpoint("token"),
            "https://login.microsoftonline.us/contoso.us/oauth2/v2.0/token"
        );
    }

    #[test]
    fn the_scope_always_includes_an_id_token_and_a_refresh_token() {
        assert_eq!(
            entra(&["Chat.ReadWrite.All", "openid"]).scope(),
            "Chat.ReadWrite.All openid profile offline_access"
        );
    }

    #[test]
    fn reserved_characters_in_a_form_are_encoded() {
        let secret = Secret::new("a+b/c=&d".into());
        let form = [
            Field::Plain("scope", "one two"),
            Field::Secret("refresh_token", &secret),
        ];
        assert_eq!(
            *entra(&[]).encode(&form),
            "scope=one%20two&refresh_token=a%2Bb%2Fc%3D%26d&client_id=00000000%2D0000%2D0000%2D0000%2D000000000000"
        );
    }
}
