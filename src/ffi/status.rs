//! What every export returns.

use crate::removal::Status;

/// What a call returns. 0 is success, positive is an answer, negative is a mistake in the call.
///
/// Calls return it as `int32_t`. Numbers are never reused; new ones may come, so treat one you don't know
/// as a failure.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatAccessStatus {
    /// Done. For a removal: Microsoft Graph confirmed it, now or earlier.
    Ok = 0,
    /// Nothing yet: the time given to the call is over, and the work goes on.
    NotYet = 1,
    /// Nothing more will come: the handle has told all it has to tell.
    Ended = 2,
    /// The run's queue is full and the removal is not in it: fetch events, then call again.
    QueueFull = 3,

    /// The removal ended: Graph knows no such chat or user (404).
    NotFound = 10,
    /// The removal ended: permission missing or refused (403).
    Denied = 11,
    /// The removal ended: Graph takes no token of this account (401).
    Unauthorized = 12,
    /// The removal ended: Graph asked to wait longer than the removal's time (429).
    Throttled = 13,
    /// The removal ended, not removed, for another reason: the outcome says which.
    Failed = 14,
    /// The removal ended with a request whose effect is not known: look, or try again.
    Uncertain = 15,
    /// The removal ended without being sent, because its run was stopped.
    Cancelled = 16,

    /// A value can't be used; the buffer says which parameter, what was given and what it should be.
    InvalidArgument = -1,
    /// A pointer is NULL that must not be.
    NullPointer = -2,
    /// A length or a capacity is negative.
    NegativeLength = -3,
    /// A text is not UTF-8.
    InvalidUtf8 = -4,
    /// The buffer is too small: the needed length is in `length`, and asking again with that much room
    /// gives the same text. Nothing is lost.
    BufferTooSmall = -5,
    /// No such handle: it was never given out.
    InvalidHandle = -6,
    /// The handle was closed.
    ClosedHandle = -7,
    /// The handle is of another kind than this call takes.
    WrongHandleKind = -8,
    /// The run was finished or cancelled and takes nothing more.
    RunOver = -9,
    /// A fault inside the library was caught. The handle should be closed.
    Panicked = -10,
}

impl From<Status> for ChatAccessStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Removed | Status::AlreadyRemoved => Self::Ok,
            Status::NotFound => Self::NotFound,
            Status::Denied => Self::Denied,
            Status::Unauthorized => Self::Unauthorized,
            Status::Throttled => Self::Throttled,
            Status::Failed => Self::Failed,
            Status::Uncertain => Self::Uncertain,
            Status::Cancelled => Self::Cancelled,
            Status::Invalid => Self::InvalidArgument,
        }
    }
}
