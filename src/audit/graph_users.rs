//! The directory of the tenant that an administrator is signed in to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use uuid::Uuid;

use super::directory::Directory;
use super::query::folded;
use crate::graph::{Answer, Call, ExchangeError};
use crate::identity::Account;
use crate::input::one_line;

/// How long one request may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// How often a user is asked for while Graph has no time.
const TRIES: u32 = 5;

/// A wait is over at the latest so long after the search was stopped.
const STOP_LIMIT: Duration = Duration::from_millis(50);

/// An account's directory, until `stop` is set.
pub(super) struct GraphUsers<'s> {
    pub(super) account: Arc<Account>,
    pub(super) stop: &'s AtomicBool,
}

impl Directory for GraphUsers<'_> {
    fn tenant(&self) -> Option<Uuid> {
        Uuid::try_parse(&self.account.tenant()?).ok()
    }

    fn find(&self, name: &str) -> Result<Option<Uuid>, String> {
        let segment = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let call = Call::get(format!("users/{segment}?$select=id,userPrincipalName"));
        let mut tried = 0;
        let mut renewed = false;
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err("the search was stopped".into());
            }
            let token = self.account.token().map_err(|error| error.to_string())?;
            tried += 1;
            let wait = match self.account.client().call(&call, &token, ANSWER_LIMIT) {
                Ok((answer, json)) if answer.status == 200 => return id_in(&json, name),
                Ok((answer, _)) if answer.status == 404 => return Ok(None),
                Ok((answer, _)) if answer.status == 401 && !renewed => {
                    renewed = true;
                    let challenge = answer.claims_challenge.as_deref();
                    if self.account.refresh(&token, challenge).is_err() {
                        return Err(refused(&answer));
                    }
                    Duration::ZERO
                }
                Ok((answer, _))
                    if matches!(answer.status, 429 | 500 | 502..=504) && tried < TRIES =>
                {
                    let own = Duration::from_secs(1 << (tried - 1));
                    answer.retry_after.unwrap_or(own)
                }
                Ok((answer, _)) => return Err(refused(&answer)),
                // Asking again changes nothing, so a lost answer is no matter.
                Err(_) if tried < TRIES => Duration::from_secs(1),
                Err(ExchangeError::NotSent(why) | ExchangeError::Lost(why)) => return Err(why),
            };
            self.wait(wait);
        }
    }
}

impl GraphUsers<'_> {
    fn wait(&self, time: Duration) {
        let end = Instant::now() + time;
        while !self.stop.load(Ordering::Relaxed) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            thread::sleep(left.min(STOP_LIMIT));
        }
    }
}

/// The user's id. An answer about somebody else than was asked for is none.
fn id_in(json: &Value, name: &str) -> Result<Option<Uuid>, String> {
    let id = json["id"].as_str().and_then(|id| Uuid::try_parse(id).ok());
    match (id, json["userPrincipalName"].as_str()) {
        (Some(id), Some(found)) if folded(found) == folded(name) => Ok(Some(id)),
        (Some(_), Some(_)) => Ok(None),
        _ => Err("Microsoft Graph's answer about a user can't be read".into()),
    }
}

fn refused(answer: &Answer) -> String {
    let why = [answer.code.as_deref(), answer.message.as_deref()];
    let why: Vec<&str> = why.into_iter().flatten().collect();
    let cure = match answer.status {
        401 => "; sign in again",
        403 => "; sign in with the permission User.ReadBasic.All",
        _ => "",
    };
    format!(
        "Microsoft Graph answered {} ({}){cure}",
        answer.status,
        one_line(&why.join(": "), 200)
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_user_who_was_asked_for_is_taken() {
        let id = "11111111-0000-4000-8000-000000000001";
        let answer = |name: &str| json!({"id": id, "userPrincipalName": name});
        let found = id_in(&answer("Ann@Contoso.com"), "ann@contoso.com");
        assert_eq!(found.unwrap().unwrap().to_string(), id);
        assert_eq!(
            id_in(&answer("ben@contoso.com"), "ann@contoso.com"),
            Ok(None)
        );
        assert!(id_in(&json!({"id": 5}), "ann@contoso.com").is_err());
        assert!(id_in(&Value::Null, "ann@contoso.com").is_err());
    }
}
