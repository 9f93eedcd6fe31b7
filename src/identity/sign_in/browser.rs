//! Sign-in through the user's browser: authorization code flow with PKCE (RFC 7636, RFC 8252).

use std::time::Duration;

use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope};

use super::loopback::{BrowserConnection, Loopback, Redirect};
use super::page::Page;
use crate::cancel::Cancel;
use crate::graph::ClientError;
use crate::identity::SignInError;
use crate::identity::entra::{Entra, Field, Tokens};
use crate::secret::Secret;

/// A browser sign-in in progress.
#[derive(Debug)]
pub(super) struct Browser {
    loopback: Loopback,
    redirect_uri: String,
    state: Secret,
    nonce: Secret,
    verifier: Secret,
    /// The address to open. It contains the state, the nonce and the hash of the verifier: whoever
    /// reads it in time can send a code of another account to the port, which this sign-in would
    /// accept. A program of the same user could, and no sign-in protects from it; a known tenant
    /// limits it, because an account of another tenant is rejected.
    pub(super) url: String,
}

impl Browser {
    /// Opens the local port for the redirect and creates the address to open.
    ///
    /// # Errors
    /// [`SignInError::NoListener`].
    pub(super) fn new(entra: &Entra, login_hint: Option<&str>) -> Result<Self, SignInError> {
        let loopback = Loopback::open()?;
        let redirect_uri = loopback.redirect_uri();
        let no_url = |error| SignInError::NoClient(ClientError::Address(error));
        let client = BasicClient::new(ClientId::new(entra.application.client_id.to_string()))
            .set_auth_uri(AuthUrl::new(entra.endpoint("authorize")).map_err(no_url)?)
            .set_redirect_uri(RedirectUrl::new(redirect_uri.clone()).map_err(no_url)?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = CsrfToken::new_random().into_secret();
        let request = client
            .authorize_url(CsrfToken::new_random)
            .set_pkce_challenge(challenge)
            .add_scopes(entra.scope().split(' ').map(|one| Scope::new(one.into())))
            .add_extra_param("nonce", nonce.as_str())
            // Administrators often have two accounts, and the browser is signed in to the other
            // one.
            .add_extra_param("prompt", "select_account");
        let request = match login_hint {
            Some(account) => request.add_extra_param("login_hint", account),
            None => request,
        };
        let (url, state) = request.url();
        Ok(Self {
            loopback,
            redirect_uri,
            state: Secret::new(state.into_secret()),
            nonce: Secret::new(nonce),
            verifier: Secret::new(verifier.into_secret()),
            url: url.into(),
        })
    }

    /// Waits for the redirect.
    ///
    /// # Errors
    /// [`SignInError::TimedOut`], [`SignInError::Cancelled`], or Entra's refusal.
    pub(super) fn wait(self, limit: Duration, cancel: &Cancel) -> Result<Returned, SignInError> {
        let (redirect, connection) = self.loopback.wait(&self.state, limit, cancel)?;
        match redirect {
            Redirect::Code(code) => Ok(Returned {
                code,
                redirect_uri: self.redirect_uri,
                verifier: self.verifier,
                nonce: self.nonce,
                connection,
            }),
            Redirect::Refused(error) => {
                connection.show(Page::Failed);
                Err(SignInError::Refused(Box::new(error)))
            }
        }
    }
}

/// A redirect with a code, and the connection on which the browser waits for a page.
#[derive(Debug)]
pub(super) struct Returned {
    code: Secret,
    redirect_uri: String,
    verifier: Secret,
    nonce: Secret,
    connection: BrowserConnection,
}

impl Returned {
    /// Redeems the code for tokens.
    ///
    /// # Errors
    /// Entra's refusal, or [`SignInError::Forged`] if the tokens belong to another sign-in.
    pub(super) fn redeem(&self, entra: &Entra) -> Result<Tokens, SignInError> {
        let tokens = entra.tokens(&[
            Field::Plain("grant_type", "authorization_code"),
            Field::Plain("redirect_uri", &self.redirect_uri),
            Field::Secret("code", &self.code),
            Field::Secret("code_verifier", &self.verifier),
        ])?;
        match &tokens.nonce {
            Some(nonce) if nonce.is(self.nonce.expose()) => Ok(tokens),
            Some(_) => Err(SignInError::Forged("the ID token has a different nonce")),
            None => Err(SignInError::Forged("it contains no ID token with a nonce")),
        }
    }

    /// Shows the result in the browser.
    pub(super) fn close(self, signed_in: bool) {
        self.connection.show(if signed_in {
            Page::SignedIn
        } else {
            Page::Failed
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::Cloud;
    use crate::identity::Application;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use reqwest::Url;
    use std::collections::HashMap;
    use uuid::Uuid;

    fn browser() -> (Browser, HashMap<String, String>) {
        let client = Uuid::nil().to_string();
        let application = Application::new(None, Some(&client), Vec::new()).unwrap();
        let entra = Entra::new(&Cloud::new(None, None, None).unwrap(), application).unwrap();
        let browser = Browser::new(&entra, Some("admin@contoso.example")).unwrap();
        let url = Url::parse(&browser.url).unwrap();
        assert_eq!(
            (url.host_str(), url.path()),
            (
                Some("login.microsoftonline.com"),
                "/organizations/oauth2/v2.0/authorize"
            )
        );
        let query = url.query_pairs().into_owned().collect();
        (browser, query)
    }

    #[test]
    fn the_request_contains_challenge_state_and_nonce_but_not_the_verifier() {
        let (browser, query) = browser();
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["code_challenge_method"], "S256");
        assert_eq!(query["redirect_uri"], browser.redirect_uri);
        assert_eq!(
            query["scope"],
            "Chat.ReadWrite.All openid profile offline_access"
        );
        assert_eq!(query["login_hint"], "admin@contoso.example");
        assert!(browser.state.is(&query["state"]) && browser.nonce.is(&query["nonce"]));
        assert!(!browser.url.contains(browser.verifier.expose()));
        // RFC 7636 recommends 32 random bytes for the verifier. State and nonce have 128 bits.
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap().len();
        assert!(bytes(browser.verifier.expose()) >= 32);
        assert!(bytes(&query["state"]) >= 16 && bytes(&query["nonce"]) >= 16);
    }

    #[test]
    fn every_sign_in_has_its_own_secrets() {
        let ((one, _), (other, _)) = (browser(), browser());
        assert!(!one.state.is(other.state.expose()));
        assert!(!one.nonce.is(other.nonce.expose()));
        assert!(!one.verifier.is(other.verifier.expose()));
        assert!(!one.state.is(one.nonce.expose()));
    }
}
