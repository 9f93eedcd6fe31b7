//! The status that every export returns.

use crate::removal::Status;

/// The status that a call returns, as `int32_t`. 0 is success, a positive number is a result, a
/// negative number is an error in the call or in its surroundings.
///
/// Numbers are never reused. New ones may be added, so treat a number that you don't know as a
/// failure.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatAccessStatus {
    /// Success. For a removal: Microsoft Graph confirmed it, now or earlier.
    Ok = 0,
    /// No result within the time given to the call. The work continues.
    NotYet = 1,
    /// The handle has no more events.
    Ended = 2,
    /// The run's queue is full, and the removal was not queued. Fetch events, then call again.
    QueueFull = 3,

    /// The removal ended: Graph knows no such chat or user (404).
    NotFound = 10,
    /// The removal ended: the permission is missing, or Graph denied access (403).
    Denied = 11,
    /// The removal ended: the account has no token that Graph accepts (401).
    Unauthorized = 12,
    /// The removal ended: Graph requested a longer wait than the removal's time allows (429).
    Throttled = 13,
    /// The removal failed for another reason, which the outcome contains.
    Failed = 14,
    /// The removal ended without a response that settles it. Check the chat, or remove again.
    Uncertain = 15,
    /// The removal was not sent, because its run was stopped.
    Cancelled = 16,

    /// A value can't be used. The buffer holds the parameter, the value and what it should be.
    InvalidArgument = -1,
    /// A required pointer is NULL.
    NullPointer = -2,
    /// A length or a capacity is negative.
    NegativeLength = -3,
    /// A text is not UTF-8.
    InvalidUtf8 = -4,
    /// The buffer is too small. `length` is the needed capacity; a call with that capacity returns
    /// the same text. Nothing is lost.
    BufferTooSmall = -5,
    /// The number is not a handle, or was closed long ago.
    InvalidHandle = -6,
    /// The handle was closed.
    ClosedHandle = -7,
    /// The call does not support this kind of handle.
    WrongHandleKind = -8,
    /// The run or the search was finished or cancelled, and accepts nothing more.
    RunOver = -9,
    /// The library caught a fault of its own. Close the handle.
    Panicked = -10,
    /// The system refused something that the library needs, such as a thread or the certificate
    /// store. The buffer holds the reason.
    Unavailable = -11,
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
