//! Handles are numbers in a table: a wrong one is a status, never a crash.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use once_cell::sync::Lazy;

use super::ChatAccessStatus;
use super::sign_in::SigningIn;
use crate::registration::Registration;
use crate::removal::{Lane, Run};
use crate::search::RunningSearch;

/// What a handle stands for.
#[derive(Clone)]
pub(super) enum Object {
    /// A signed-in administrator.
    Account(Arc<Lane>),
    /// A sign-in, and then the administrator that it signed in.
    SignIn(Arc<SigningIn>),
    /// A registration of an application.
    Registration(Arc<Registration>),
    /// A run of removals.
    Run(Arc<Run>),
    /// A search for what to remove.
    Search(Arc<RunningSearch>),
}

/// Handles begin here, so that small numbers, which come from elsewhere, are none.
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

/// Gives out a new handle. Numbers are never used again.
pub(super) fn open(object: Object) -> i64 {
    let mut table = table();
    let handle = table.next;
    table.next += 1;
    table.objects.insert(handle, object);
    handle
}

/// What a handle stands for. It lives on through calls that hold it, even when it is closed meanwhile.
pub(super) fn get(handle: i64) -> Result<Object, ChatAccessStatus> {
    let table = table();
    table
        .objects
        .get(&handle)
        .cloned()
        .ok_or_else(|| missing(&table, handle))
}

/// Takes a handle out of the table.
pub(super) fn close(handle: i64) -> Result<Object, ChatAccessStatus> {
    let mut table = table();
    table
        .objects
        .remove(&handle)
        .ok_or_else(|| missing(&table, handle))
}

/// The run of a handle.
pub(super) fn run(handle: i64) -> Result<Arc<Run>, ChatAccessStatus> {
    match get(handle)? {
        Object::Run(run) => Ok(run),
        _ => Err(ChatAccessStatus::WrongHandleKind),
    }
}

/// The account of a handle.
pub(super) fn account(handle: i64) -> Result<Arc<Lane>, ChatAccessStatus> {
    match get(handle)? {
        Object::Account(account) => Ok(account),
        Object::SignIn(signing_in) => signing_in.lane(),
        _ => Err(ChatAccessStatus::WrongHandleKind),
    }
}

/// Closes the runs of this process that have this journal and whose owner is away.
pub(super) fn close_left_behind(journal: &str) {
    let mut left = Vec::new();
    table().objects.retain(|_, object| match object {
        Object::Run(run) if run.is_abandoned_with(journal) => {
            left.push(Arc::clone(run));
            false
        }
        _ => true,
    });
    // Not under the table's lock: closing waits for answers.
    for run in left {
        run.close();
    }
}

/// The search of a handle.
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
