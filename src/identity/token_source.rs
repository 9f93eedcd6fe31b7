//! Keeps the token of a session good: a new one before it ends, or when Graph refuses it.
//!
//! However many removals want a token at once, one of them asks Entra and the others wait for it, or use
//! the present token as long as it lasts.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::entra::{Entra, Tokens};
use super::{Claims, SignInError, challenge};
use crate::token::{AccessToken, RefreshToken};

/// A token is renewed so long before its end at the most.
const LONGEST_MARGIN: Duration = Duration::from_secs(5 * 60);

/// The end of a token is a whole second, so a shorter margin than that is none.
const SHORTEST_MARGIN: Duration = Duration::from_secs(1);

/// The time between two tries while Entra is not available and does not say how long.
const REST: Duration = Duration::from_secs(5);

/// The tokens of a session.
#[derive(Debug)]
pub(super) struct TokenSource {
    /// Where new tokens come from; without it the first one is the only one.
    entra: Option<Entra>,
    state: Mutex<State>,
    renewed: Condvar,
}

#[derive(Debug)]
struct State {
    held: Held,
    refresh_token: Option<RefreshToken>,
    /// Somebody asks Entra.
    renewing: bool,
    /// Entra is not asked before.
    rest_until: Option<Instant>,
    /// Entra gives no more tokens without a person.
    ended: Option<SignInError>,
}

/// The present token and what is known of it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) token: AccessToken,
    pub(super) claims: Option<Claims>,
    /// The permissions, where the claims do not say.
    pub(super) scopes: Vec<String>,
    /// When it is to be renewed and when it ends, where that is known.
    term: Option<Term>,
}

#[derive(Debug, Clone, Copy)]
struct Term {
    due: Instant,
    ends: Instant,
}

impl Held {
    fn given(token: AccessToken) -> Self {
        Self {
            claims: Claims::read(&token),
            token,
            scopes: Vec::new(),
            term: None,
        }
    }

    /// `asked` is when the request went out: the token is at most as old as that.
    fn received(tokens: Tokens, asked: Instant) -> (Self, Option<RefreshToken>) {
        let ends = asked + tokens.life;
        let held = Self {
            claims: Claims::read(&tokens.access).or(tokens.identity),
            token: tokens.access,
            scopes: tokens.scopes,
            term: Some(Term {
                due: ends - margin(tokens.life),
                ends,
            }),
        };
        (held, tokens.refresh)
    }

    /// How long it still lives, where that is known.
    pub(super) fn left(&self) -> Option<Duration> {
        let ends = self.term?.ends;
        Some(ends.saturating_duration_since(Instant::now()))
    }
}

/// How long before its end a token is renewed: a tenth of its life, and never more than 5 minutes.
fn margin(life: Duration) -> Duration {
    (life / 10)
        .max(SHORTEST_MARGIN.min(life / 2))
        .min(LONGEST_MARGIN)
}

impl TokenSource {
    /// One token that the caller has.
    pub(super) fn given(token: AccessToken) -> Self {
        Self::new(None, Held::given(token), None)
    }

    /// Tokens from Entra, the first of which were asked for at `asked`.
    pub(super) fn renewed(entra: Entra, tokens: Tokens, asked: Instant) -> Self {
        let (held, refresh_token) = Held::received(tokens, asked);
        Self::new(Some(entra), held, refresh_token)
    }

    fn new(entra: Option<Entra>, held: Held, refresh_token: Option<RefreshToken>) -> Self {
        Self {
            entra,
            state: Mutex::new(State {
                held,
                refresh_token,
                renewing: false,
                rest_until: None,
                ended: None,
            }),
            renewed: Condvar::new(),
        }
    }

    /// The present token, without a thought about its end.
    pub(super) fn held(&self) -> Held {
        self.lock().held.clone()
    }

    /// A copy of the newest refresh token.
    pub(super) fn refresh_token(&self) -> Option<RefreshToken> {
        self.lock().refresh_token.clone()
    }

    /// New tokens can be had without a person, as far as is known.
    pub(super) fn renews(&self) -> bool {
        let state = self.lock();
        self.entra.is_some() && state.refresh_token.is_some() && state.ended.is_none()
    }

    /// The token to send now: a new one, where the present one is about to end.
    ///
    /// # Errors
    /// It has ended, and there is no new one.
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
            let rest = state.rest_until.filter(|until| now < *until);
            if usable && (state.renewing || state.ended.is_some() || rest.is_some()) {
                return Ok(state.held.token.clone());
            }
            if state.renewing {
                state = self.wait(state);
                continue;
            }
            if let Some(ended) = &state.ended {
                return Err(ended.clone());
            }
            if let Some(until) = rest {
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

    /// A token in place of `refused`, with the claims of Graph's `challenge`.
    ///
    /// # Errors
    /// There is none.
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
            // Another removal was refused first, and has a new one already.
            return Ok(state.held.token.clone());
        }
        if let Some(ended) = &state.ended {
            return Err(ended.clone());
        }
        let entra = self.entra.as_ref().ok_or(SignInError::NotRenewable)?;
        self.renew(state, entra, challenge.and_then(challenge::decode))
    }

    /// Asks Entra, with the state open to others meanwhile.
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
        let turn = Turn(self);
        let asked = Instant::now();
        let answer = entra.refresh(&refresh_token, claims.as_deref());
        let mut state = turn.end();
        match answer {
            Ok(tokens) => {
                let (held, rotated) = Held::received(tokens, asked);
                state.held = held;
                state.rest_until = None;
                if rotated.is_some() {
                    state.refresh_token = rotated;
                }
                Ok(state.held.token.clone())
            }
            Err(error) => {
                if error.is_transient() {
                    let rest = error.retry_after().unwrap_or(REST);
                    state.rest_until = Some(Instant::now() + rest);
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

    /// What is in the state is replaced whole, so a panic can't leave it half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn of the one that asks. It ends with it, also by a panic, or the others would wait for ever.
struct Turn<'a>(&'a TokenSource);

impl<'a> Turn<'a> {
    fn end(self) -> MutexGuard<'a, State> {
        let source = self.0;
        drop(self);
        source.lock()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.lock().renewing = false;
        self.0.renewed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_a_tenth_of_its_life_before_its_end_and_five_minutes_at_the_most() {
        for (life, before) in [
            (3599.0, 300.0),
            (86_400.0, 300.0),
            (600.0, 60.0),
            (5.0, 1.0),
            (1.0, 0.5),
            (0.0, 0.0),
        ] {
            let margin = margin(Duration::from_secs_f64(life));
            assert_eq!(margin.as_secs_f64(), before, "{life}");
        }
    }

    #[test]
    fn a_token_from_outside_is_the_only_one() {
        let token = AccessToken::new(b"a.b.c").unwrap();
        let source = TokenSource::given(token.clone());
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
