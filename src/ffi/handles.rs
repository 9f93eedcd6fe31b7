//! The table of handles. A handle is a number, so that a wrong one is a status and never a crash.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use once_cell::sync::Lazy;

use super::sign_in::SigningIn;
use super::status::ChatAccessStatus;
use crate::registration::Registration;
use crate::removal::{Lane, Run};
use crate::search::RunningSearch;

/// The object of a handle.
#[derive(Clone)]
pub(super) enum Object {
    /// A signed-in administrator.
    Account(Arc<Lane>),
    /// A sign-in, and then the administrator who signed in.
    SignIn(Arc<SigningIn>),
    /// A registration of an application.
    Registration(Arc<Registration>),
    /// A run of removals.
    Run(Arc<Run>),
    /// A search for removals.
    Search(Arc<RunningSearch>),
}

/// The first handle. It is large, so that small numbers from elsewhere are never handles.
const FIRST: i64 = 0x4341_0000_0001;

struct Table {
    objects: HashMap<i64, Object>,
    next: i64,
}

static TABLE: Lazy<Mutex<Table>> = Lazy::new(|| {
    Mutex::new(Table {
        objects: HashMap::new(),
        next: FIRST,
    })
});

fn table() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns a new handle for `object`. Numbers are never reused.
pub(super) fn open(object: Object) -> i64 {
    let mut table = table();
    let handle = table.next;
    table.next += 1;
    table.objects.insert(handle, object);
    handle
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
    table
        .objects
        .remove(&handle)
        .ok_or_else(|| missing(&table, handle))
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
    let mut abandoned = Vec::new();
    table().objects.retain(|_, object| match object {
        Object::Run(run) if run.is_abandoned_with(journal) => {
            abandoned.push(Arc::clone(run));
            false
        }
        _ => true,
    });
    // After the table is unlocked, because closing waits for responses.
    for run in abandoned {
        run.close();
    }
}

/// Returns the search of a handle.
pub(super) fn search(handle: i64) -> Result<Arc<RunningSearch>, ChatAccessStatus> {
    match get(handle)? {
        Object::Search(search) => Ok(search),
        _ => Err(ChatAccessStatus::WrongHandleKind),
    }
}

fn missing(table: &Table, handle: i64) -> ChatAccessStatus {
    if (FIRST..table.next).contains(&handle) {
        ChatAccessStatus::ClosedHandle
    } else {
        ChatAccessStatus::InvalidHandle
    }
}
