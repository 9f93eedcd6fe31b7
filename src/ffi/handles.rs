//! The table of handles. A handle is a number, so that a wrong one is a status and never a crash.
//! The number is random, because it grants the use of its object: other code of the process that
//! was not given a handle can't guess it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use once_cell::sync::Lazy;
use uuid::Uuid;

use super::sign_in::SigningIn;
use super::status::ChatAccessStatus;
use crate::http::Probe;
use crate::registration::Registration;
use crate::removal::{Lane, Run};
use crate::report::RunningReport;
use crate::search::RunningSearch;

/// The object of a handle.
#[derive(Clone)]
pub(super) enum Object {
    /// A signed-in administrator.
    Account(Arc<Lane>),
    /// A sign-in, and then the administrator who signed in.
    SignIn(Arc<SigningIn>),
    /// A probe of the services.
    Probe(Arc<Probe>),
    /// A registration of an application.
    Registration(Arc<Registration>),
    /// A run of removals.
    Run(Arc<Run>),
    /// A search for removals.
    Search(Arc<RunningSearch>),
    /// A report on them.
    Report(Arc<RunningReport>),
}

/// Number of closed handles that are told from invalid ones.
const REMEMBERED: usize = 65_536;

#[derive(Default)]
struct Table {
    objects: HashMap<i64, Object>,
    /// The latest closed handles.
    closed: HashSet<i64>,
}

static TABLE: Lazy<Mutex<Table>> = Lazy::new(Mutex::default);

fn table() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a new handle for `object`.
pub(super) fn open(object: Object) -> i64 {
    let mut table = table();
    loop {
        let handle = random();
        let was_used = table.objects.contains_key(&handle) || table.closed.contains(&handle);
        if handle != 0 && !was_used {
            table.objects.insert(handle, object);
            return handle;
        }
    }
}

/// Returns a random number of 63 bits.
fn random() -> i64 {
    // All bits of a UUID are from the system's generator, except for its version and its variant,
    // which is in the two highest bits of the lower half.
    let (high, low) = Uuid::new_v4().as_u64_pair();
    ((high & 1) << 62 | low & (u64::MAX >> 2)).cast_signed()
}

/// Returns the object of a handle. A call keeps it alive even if the handle is closed meanwhile.
pub(super) fn get(handle: i64) -> Result<Object, ChatAccessStatus> {
    let table = table();
    table
        .objects
        .get(&handle)
        .cloned()
        .ok_or_else(|| missing(&table, handle))
}

/// Removes a handle from the table and returns its object.
pub(super) fn close(handle: i64) -> Result<Object, ChatAccessStatus> {
    let mut table = table();
    let Some(object) = table.objects.remove(&handle) else {
        return Err(missing(&table, handle));
    };
    table.remember(handle);
    Ok(object)
}

impl Table {
    fn remember(&mut self, closed: i64) {
        if self.closed.len() == REMEMBERED {
            self.closed.clear();
        }
        self.closed.insert(closed);
    }
}

/// Returns the run of a handle.
pub(super) fn run(handle: i64) -> Result<Arc<Run>, ChatAccessStatus> {
    match get(handle)? {
        Object::Run(run) => Ok(run),
        _ => Err(ChatAccessStatus::WrongHandleKind),
    }
}

/// Returns the account of a handle, which may be a sign-in that has completed.
pub(super) fn account(handle: i64) -> Result<Arc<Lane>, ChatAccessStatus> {
    match get(handle)? {
        Object::Account(account) => Ok(account),
        Object::SignIn(signing_in) => signing_in.lane(),
        _ => Err(ChatAccessStatus::WrongHandleKind),
    }
}

/// Closes the runs of this process that hold `journal` and whose lease has expired.
pub(super) fn close_abandoned(journal: &str) {
    let table = table();
    let is_abandoned =
        |object: &Object| matches!(object, Object::Run(run) if run.is_abandoned_with(journal));
    let handles = table
        .objects
        .iter()
        .filter(|(_, object)| is_abandoned(object));
    let handles: Vec<i64> = handles.map(|(handle, _)| *handle).collect();
    drop(table);
    // After the table is unlocked, because closing waits for responses.
    for handle in handles {
        if let Ok(Object::Run(run)) = close(handle) {
            run.close();
        }
    }
}

fn missing(table: &Table, handle: i64) -> ChatAccessStatus {
    if table.closed.contains(&handle) {
        ChatAccessStatus::ClosedHandle
    } else {
        ChatAccessStatus::InvalidHandle
    }
}
