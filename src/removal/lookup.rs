//! Looks up the users whom the caller names by their user principal name, before their removals are
//! scheduled. Each name is looked up once in a run, on one thread.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::outcome::Conclusion;
use super::queue::Job;
use super::state::{RUN_AGAIN, Shared, State, no_thread};
use super::{Outcome, Status};
use crate::background::spawn;
use crate::graph::{Call, ChatId, ExchangeError, MAX_RESPONSE_BYTES, Removal};
use crate::identity::{DIRECTORY_SCOPE, RequestError, Session, find_user};

/// How often a lookup checks the owner's lease while it has expired.
const LEASE_CHECK: Duration = Duration::from_millis(50);

const USE_ID: &str = "Check the user principal name, or use the object id as UserId.";
const SIGN_IN_WITH_SCOPE: &str = "Sign in with Connect-ChatAccess -Scope Chat.ReadWrite.All, User.ReadBasic.All, or use the object id as UserId.";

/// A removal whose user has to be looked up.
#[derive(Debug)]
pub(super) struct Lookup {
    pub(super) item: u64,
    pub(super) tenant_id: Uuid,
    /// The user principal name.
    pub(super) name: Box<str>,
    pub(super) thread_id: ChatId,
    /// The latest evidence of the chat.
    pub(super) last_seen: Option<Timestamp>,
}

/// The lookups of a run.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    pub(super) waiting: VecDeque<Lookup>,
    /// Whether a thread works on them.
    pub(super) active: bool,
    /// The users that were looked up. A list, because a request takes longer than going through it.
    known: Vec<Known>,
    /// Why no user can be looked up: no account may read the directory.
    refused: Option<Conclusion>,
}

/// A user that was looked up.
#[derive(Debug)]
struct Known {
    tenant_id: Uuid,
    name: Box<str>,
    /// The object id, or why there is none.
    found: Result<Uuid, Conclusion>,
}

impl Lookups {
    /// Returns what an earlier lookup of the same user found.
    fn known(&self, lookup: &Lookup) -> Option<Result<Uuid, Conclusion>> {
        if let Some(why) = &self.refused {
            return Some(Err(why.clone()));
        }
        let name = lookup.name.to_lowercase();
        let is_it = |known: &&Known| known.tenant_id == lookup.tenant_id && *known.name == *name;
        Some(self.known.iter().find(is_it)?.found.clone())
    }
}

impl Shared {
    /// Queues a lookup, and starts the thread for it if there is none.
    pub(super) fn look_up(self: &Arc<Self>, state: &mut State, lookup: Lookup) {
        state.lookups.waiting.push_back(lookup);
        if state.lookups.active {
            return;
        }
        let worker = Arc::clone(self);
        match spawn("chat-access-lookup", move || worker.look_up_all()) {
            Ok(()) => state.lookups.active = true,
            Err(error) => {
                state.stopped.get_or_insert(no_thread(&error));
            }
        }
    }

    /// The body of the thread: schedules the removals whose users are found, and ends the others.
    fn look_up_all(&self) {
        loop {
            let mut state = self.lock();
            let Some(lookup) = state.lookups.waiting.pop_front() else {
                state.lookups.active = false;
                drop(state);
                self.scheduler.notify_one();
                return;
            };
            let known = state.lookups.known(&lookup);
            drop(state);
            let found = known.unwrap_or_else(|| {
                let found = self.find(&lookup);
                self.lock().lookups.known.push(Known {
                    tenant_id: lookup.tenant_id,
                    name: lookup.name.to_lowercase().into(),
                    found: found.clone(),
                });
                found
            });
            let mut state = self.lock();
            match found {
                Ok(user_id) => {
                    let mut job = Job::new(
                        lookup.item,
                        Removal {
                            tenant_id: lookup.tenant_id,
                            user_id,
                            thread_id: lookup.thread_id,
                        },
                    );
                    job.user_principal_name = Some(lookup.name);
                    job.last_seen = lookup.last_seen;
                    state.schedule.push(job);
                    self.scheduler.notify_one();
                }
                Err(why) if !state.closed => {
                    // Nothing was sent for this removal, so the reason is that of the others.
                    let why = state.stopped.clone().unwrap_or(why);
                    drop(state);
                    self.report(None, Outcome::without_user(&lookup, why));
                }
                Err(_) => {}
            }
        }
    }

    /// Looks up the user of one removal, with the first account that may read the directory.
    fn find(&self, lookup: &Lookup) -> Result<Uuid, Conclusion> {
        if let Some(objection) = self.objection(lookup.tenant_id) {
            return Err(objection.into());
        }
        let tenant = lookup.tenant_id.to_string();
        let mut refused = None;
        for lane in &self.lanes {
            let account = lane.account();
            // Only the directory of the removal's tenant knows the user.
            if account.tenant().as_deref() != Some(&*tenant) {
                continue;
            }
            let session = Session {
                account,
                retry: self.retry.requests,
                wait: &|time, reason| self.may_look_up(time, reason),
            };
            let send = |call: &Call| {
                let call = call.clone();
                session.send(&call.with_limits(self.request_time, MAX_RESPONSE_BYTES))
            };
            match find_user(&lookup.name, &send) {
                Ok(Some(id)) => return Ok(id),
                Ok(None) => {
                    return Err(Conclusion::new(
                        Status::NotFound,
                        format!("The directory has no user '{}'.", lookup.name),
                        Some(USE_ID),
                    ));
                }
                Err(RequestError::Stopped) => return Err(self.stop_reason()),
                Err(error) => {
                    let conclusion = conclusion(&lookup.name, &error);
                    if let RequestError::Exchange(ExchangeError::Permanent(_)) = error {
                        self.stop_unreachable(&conclusion);
                    }
                    if !matches!(conclusion.status, Status::Denied | Status::Unauthorized) {
                        return Err(conclusion);
                    }
                    refused = Some(conclusion);
                }
            }
        }
        self.lock().lookups.refused = refused.clone();
        Err(refused.unwrap_or_else(|| {
            Conclusion::new(
                Status::Invalid,
                format!(
                    "UserId '{}' can't be looked up, because the access token doesn't name its tenant.",
                    lookup.name
                ),
                Some("Give the user's object id as UserId."),
            )
        }))
    }

    /// Waits before a request to the directory, and reports a long wait. Returns `false` if the run
    /// sends nothing more.
    fn may_look_up(&self, time: Duration, reason: &str) -> bool {
        self.report_wait("directory", reason, time);
        let mut wait = time;
        while self.no_more_lookups.wait(wait).is_ok() {
            if !self.lease_left(&self.lock()).is_zero() {
                return true;
            }
            wait = LEASE_CHECK;
        }
        false
    }

    /// Returns why the run sends nothing more.
    fn stop_reason(&self) -> Conclusion {
        let stopped = self.lock().stopped.clone();
        stopped.unwrap_or_else(|| Conclusion::new(Status::Cancelled, None, Some(RUN_AGAIN)))
    }
}

/// Returns how a removal ends when its user `name` can't be looked up.
fn conclusion(name: &str, error: &RequestError) -> Conclusion {
    let mut conclusion = match error {
        RequestError::SignIn(error) => Conclusion::from(error),
        RequestError::Refused(response) => {
            let (status, next_step) = match response.status {
                401 => (
                    Status::Unauthorized,
                    "Sign in again with Connect-ChatAccess, and run the command again.",
                ),
                403 => (Status::Denied, SIGN_IN_WITH_SCOPE),
                429 => (Status::Throttled, RUN_AGAIN),
                _ => (Status::Failed, RUN_AGAIN),
            };
            Conclusion::from_response(status, response, Some(next_step))
        }
        RequestError::Exchange(ExchangeError::Permanent(fault)) => {
            Conclusion::new(Status::Failed, None, Some(fault.next_step()))
        }
        RequestError::Stopped | RequestError::Exchange(_) => {
            Conclusion::new(Status::Failed, None, Some(RUN_AGAIN))
        }
    };
    let permission = if conclusion.status == Status::Denied {
        format!(" The permission {DIRECTORY_SCOPE} is required.")
    } else {
        String::new()
    };
    conclusion.message = Some(format!(
        "UserId '{name}' can't be looked up. {error}{permission}"
    ));
    conclusion
}
