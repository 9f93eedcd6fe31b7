//! Signing in through the person's browser: authorization code with PKCE (RFC 7636, RFC 8252).

use std::time::Duration;

use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope};

use super::loopback::{Landing, Loopback, Visitor};
use super::page::Page;
use crate::cancel::Cancel;
use crate::graph::ClientError;
use crate::identity::SignInError;
use crate::identity::entra::{Entra, Field, Tokens};
use crate::secret::Secret;

/// A sign-in that a browser was sent on.
#[derive(Debug)]
pub(super) struct Browser {
    loopback: Loopback,
    redirect_uri: String,
    state: Secret,
    nonce: Secret,
    verifier: Secret,
    /// Where the browser starts. It holds no secret that would be of use to who reads it: the state and
    /// the nonce are compared, and the challenge is the hash of the verifier.
    pub(super) url: String,
}

impl Browser {
    /// Opens the port to come back to, and makes the address to start from.
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
            // An administrator often has two accounts, and the one that is signed in to the browser is
            // the wrong one.
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

    /// Waits for the browser to come back.
    ///
    /// # Errors
    /// [`SignInError::TimedOut`], [`SignInError::Cancelled`], or Entra's refusal.
    pub(super) fn wait(self, limit: Duration, cancel: &Cancel) -> Result<Returned, SignInError> {
        let (landing, visitor) = self.loopback.wait(&self.state, limit, cancel)?;
        match landing {
            Landing::Code(code) => Ok(Returned {
                code,
                redirect_uri: self.redirect_uri,
                verifier: self.verifier,
                nonce: self.nonce,
                visitor,
            }),
            Landing::Refused(error) => {
                visitor.show(Page::Failed);
                Err(SignInError::Refused(Box::new(error)))
            }
        }
    }
}

/// A browser that came back with a code and waits for its page.
#[derive(Debug)]
pub(super) struct Returned {
    code: Secret,
    redirect_uri: String,
    verifier: Secret,
    nonce: Secret,
    visitor: Visitor,
}

impl Returned {
    /// Redeems the code.
    ///
    /// # Errors
    /// Entra's refusal, or [`SignInError::Forged`] where the tokens are of another sign-in.
    pub(super) fn redeem(&self, entra: &Entra) -> Result<Tokens, SignInError> {
        let tokens = entra.tokens(&[
            Field::Plain("grant_type", "authorization_code"),
            Field::Plain("redirect_uri", &self.redirect_uri),
            Field::Secret("code", &self.code),
            Field::Secret("code_verifier", &self.verifier),
        ])?;
        match &tokens.nonce {
            Some(nonce) if nonce.is(self.nonce.expose()) => Ok(tokens),
            Some(_) => Err(SignInError::Forged("its ID token has another nonce")),
            None => Err(SignInError::Forged("it has no ID token with a nonce")),
        }
    }

    /// Tells the person in the browser how it ended.
    pub(super) fn close(self, worked: bool) {
        self.visitor
            .show(if worked { Page::SignedIn } else { Page::Failed });
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
    fn the_request_has_pkce_state_and_nonce_and_not_the_verifier() {
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
        // 32 random bytes or more, as the standards want; state and nonce have 128 bits.
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap().len();
        assert!(bytes(browser.verifier.expose()) >= 32);
        assert!(bytes(&query["state"]) >= 16 && bytes(&query["nonce"]) >= 16);
    }

    #[test]
    fn nothing_is_used_twice() {
        let ((one, _), (other, _)) = (browser(), browser());
        assert!(!one.state.is(other.state.expose()));
        assert!(!one.nonce.is(other.nonce.expose()));
        assert!(!one.verifier.is(other.verifier.expose()));
        assert!(!one.state.is(one.nonce.expose()));
    }
}
