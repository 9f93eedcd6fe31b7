//! Renews the token of a session before it expires or after Graph rejects it.
//!
//! If several threads need a new token at once, one of them sends the request to Entra. The others
//! use the current token until it expires, then wait for the new one.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::entra::{Entra, Tokens};
use super::{Claims, SignInError, challenge};
use crate::token::{AccessToken, RefreshToken};

/// Longest time before its expiry at which a token is renewed.
const MAX_MARGIN: Duration = Duration::from_secs(5 * 60);

/// Shortest such time. Expiry times are whole seconds, so a shorter one would have no effect.
const MIN_MARGIN: Duration = Duration::from_secs(1);

/// Time between two attempts while Entra is unavailable and sends no Retry-After.
const UNAVAILABLE_PAUSE: Duration = Duration::from_secs(5);

/// The tokens of a session.
#[derive(Debug)]
pub(super) struct TokenSource {
    /// The source of new tokens. Without it, the first token can't be renewed.
    entra: Option<Entra>,
    state: Mutex<State>,
    renewed: Condvar,
}

#[derive(Debug)]
struct State {
    held: Held,
    refresh_token: Option<RefreshToken>,
    /// Whether a thread is waiting for Entra's response.
    renewing: bool,
    /// No request is sent to Entra before this time.
    retry_at: Option<Instant>,
    /// Why Entra issues no more tokens until the user signs in again.
    ended: Option<SignInError>,
}

/// The current token and what is known about it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) token: AccessToken,
    pub(super) claims: Option<Claims>,
    /// The granted permissions, for a token whose claims can't be read.
    pub(super) scopes: Vec<String>,
    /// When to renew the token and when it expires, if known.
    term: Option<Term>,
}

#[derive(Debug, Clone, Copy)]
struct Term {
    due: Instant,
    ends: Instant,
}

impl Held {
    fn fixed(token: AccessToken) -> Self {
        Self {
            claims: Claims::read(&token),
            token,
            scopes: Vec::new(),
            term: None,
        }
    }

    /// Reads the tokens of a response. Their lifetime counts from `requested_at`, when the request
    /// was sent: a token can't be older than that.
    fn received(tokens: Tokens, requested_at: Instant) -> (Self, Option<RefreshToken>) {
        let ends = requested_at + tokens.lifetime;
        let held = Self {
            claims: Claims::read(&tokens.access).or(tokens.identity),
            token: tokens.access,
            scopes: tokens.scopes,
            term: Some(Term {
                due: ends - margin(tokens.lifetime),
                ends,
            }),
        };
        (held, tokens.refresh)
    }

    /// Returns the time until the token expires, if known.
    pub(super) fn remaining(&self) -> Option<Duration> {
        let ends = self.term?.ends;
        Some(ends.saturating_duration_since(Instant::now()))
    }
}

/// Returns how long before its expiry a token is renewed: a tenth of its lifetime, at most 5
/// minutes.
fn margin(lifetime: Duration) -> Duration {
    (lifetime / 10)
        .max(MIN_MARGIN.min(lifetime / 2))
        .min(MAX_MARGIN)
}

impl TokenSource {
    /// Creates a source with a single token that can't be renewed.
    pub(super) fn fixed(token: AccessToken) -> Self {
        Self::new(None, Held::fixed(token), None)
    }

    /// Creates a source that renews tokens at Entra. The first tokens were requested at
    /// `requested_at`.
    pub(super) fn renewable(entra: Entra, tokens: Tokens, requested_at: Instant) -> Self {
        let (held, refresh_token) = Held::received(tokens, requested_at);
        Self::new(Some(entra), held, refresh_token)
    }

    fn new(entra: Option<Entra>, held: Held, refresh_token: Option<RefreshToken>) -> Self {
        Self {
            entra,
            state: Mutex::new(State {
                held,
                refresh_token,
                renewing: false,
                retry_at: None,
                ended: None,
            }),
            renewed: Condvar::new(),
        }
    }

    /// Returns the current token without renewing it.
    pub(super) fn held(&self) -> Held {
        self.lock().held.clone()
    }

    /// Returns a copy of the newest refresh token.
    pub(super) fn refresh_token(&self) -> Option<RefreshToken> {
        self.lock().refresh_token.clone()
    }

    /// Returns whether the token can be renewed without the user, as far as is known.
    pub(super) fn renews(&self) -> bool {
        let state = self.lock();
        self.entra.is_some() && state.refresh_token.is_some() && state.ended.is_none()
    }

    /// Returns the token to send, after renewing one that is about to expire.
    ///
    /// # Errors
    /// The token has expired and can't be renewed.
    pub(super) fn token(&self) -> Result<AccessToken, SignInError> {
        let mut state = self.lock();
        loop {
            let now = Instant::now();
            let (Some(entra), Some(term)) = (&self.entra, state.held.term) else {
                return Ok(state.held.token.clone());
            };
            if now < term.due {
                return Ok(state.held.token.clone());
            }
            let usable = now < term.ends;
            let pause = state.retry_at.filter(|until| now < *until);
            if usable && (state.renewing || state.ended.is_some() || pause.is_some()) {
                return Ok(state.held.token.clone());
            }
            if state.renewing {
                state = self.wait(state);
                continue;
            }
            if let Some(ended) = &state.ended {
                return Err(ended.clone());
            }
            if let Some(until) = pause {
                return Err(SignInError::Unavailable {
                    status: 503,
                    retry_after: Some(until - now),
                });
            }
            return match self.renew(state, entra, None) {
                Err(_) if Instant::now() < term.ends => Ok(self.held().token),
                renewed => renewed,
            };
        }
    }

    /// Replaces `refused` with a token that satisfies the claims of Graph's `challenge`.
    ///
    /// # Errors
    /// The token can't be renewed.
    pub(super) fn replace(
        &self,
        refused: &AccessToken,
        challenge: Option<&str>,
    ) -> Result<AccessToken, SignInError> {
        let mut state = self.lock();
        while state.renewing {
            state = self.wait(state);
        }
        if state.held.token.expose() != refused.expose() {
            // Another thread has replaced this token already.
            return Ok(state.held.token.clone());
        }
        if let Some(ended) = &state.ended {
            return Err(ended.clone());
        }
        let entra = self.entra.as_ref().ok_or(SignInError::NotRenewable)?;
        self.renew(state, entra, challenge.and_then(challenge::decode))
    }

    /// Requests new tokens from Entra. Releases the lock during the request.
    fn renew(
        &self,
        mut state: MutexGuard<'_, State>,
        entra: &Entra,
        claims: Option<String>,
    ) -> Result<AccessToken, SignInError> {
        let Some(refresh_token) = state.refresh_token.clone() else {
            return Err(SignInError::NotRenewable);
        };
        state.renewing = true;
        drop(state);
        let renewal = Renewal(self);
        let requested_at = Instant::now();
        let response = entra.refresh(&refresh_token, claims.as_deref());
        let mut state = renewal.end();
        match response {
            Ok(tokens) => {
                let (held, rotated) = Held::received(tokens, requested_at);
                state.held = held;
                state.retry_at = None;
                if rotated.is_some() {
                    state.refresh_token = rotated;
                }
                Ok(state.held.token.clone())
            }
            Err(error) => {
                if error.is_transient() {
                    let pause = error.retry_after().unwrap_or(UNAVAILABLE_PAUSE);
                    state.retry_at = Some(Instant::now() + pause);
                } else {
                    state.ended = Some(error.clone());
                }
                Err(error)
            }
        }
    }

    fn wait<'a>(&'a self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.renewed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Ignores poisoning: every change assigns complete values, so a panic can't leave the state
    /// inconsistent.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks a renewal as finished when dropped, even after a panic, so that waiting threads continue.
struct Renewal<'a>(&'a TokenSource);

impl<'a> Renewal<'a> {
    fn end(self) -> MutexGuard<'a, State> {
        let source = self.0;
        drop(self);
        source.lock()
    }
}

impl Drop for Renewal<'_> {
    fn drop(&mut self) {
        self.0.lock().renewing = false;
        self.0.renewed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_renewal_margin_is_a_tenth_of_the_lifetime_and_at_most_five_minutes() {
        for (lifetime, before) in [
            (3599.0, 300.0),
            (86_400.0, 300.0),
            (600.0, 60.0),
            (5.0, 1.0),
            (1.0, 0.5),
            (0.0, 0.0),
        ] {
            let margin = margin(Duration::from_secs_f64(lifetime));
            assert_eq!(margin.as_secs_f64(), before, "{lifetime}");
        }
    }

    #[test]
    fn a_fixed_token_is_never_renewed() {
        let token = AccessToken::new(b"a.b.c").unwrap();
        let source = TokenSource::fixed(token.clone());
        assert_eq!(source.token().unwrap().expose(), "a.b.c");
        assert_eq!(
            source.replace(&token, None).unwrap_err(),
            SignInError::NotRenewable
        );
        let other = AccessToken::new(b"d.e.f").unwrap();
        assert_eq!(source.replace(&other, None).unwrap().expose(), "a.b.c");
        assert!(!source.renews() && source.refresh_token().is_none());
    }
}
