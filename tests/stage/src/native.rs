//! The C ABI, called as a foreign program calls it.

use std::path::Path;

use libloading::Library;
use serde_json::{Value, json};

/// `chat_access_open`.
pub type Open =
    unsafe extern "C" fn(*const u8, i32, *const u8, i32, *mut i64, *mut u8, i32, *mut i32) -> i32;
/// `remove_all_access_for_user`.
pub type Remove = unsafe extern "C" fn(
    i64,
    *const u8,
    i32,
    *const u8,
    i32,
    *const u8,
    i32,
    i32,
    *mut u8,
    i32,
    *mut i32,
) -> i32;
/// `chat_access_next`.
pub type Next = unsafe extern "C" fn(i64, i32, *mut u8, i32, *mut i32) -> i32;
type Describe = unsafe extern "C" fn(i64, *mut u8, i32, *mut i32) -> i32;
type HandleCall = unsafe extern "C" fn(i64) -> i32;

/// A loaded library. All calls use a buffer of 16 KiB.
pub struct Native {
    library: Library,
    open: Open,
    remove: Remove,
    next: Next,
    describe: Describe,
}

/// The status of a call and the JSON in its buffer; null if the buffer holds no JSON.
pub type Response = (i32, Value);

impl Native {
    /// Loads the library at `path`.
    ///
    /// # Panics
    /// If the library can't be loaded or lacks an export.
    pub fn load(path: &Path) -> Self {
        // SAFETY: the library is built from this repository and runs no code when it is loaded.
        let library = unsafe { Library::new(path) }.expect("the library loads");
        // SAFETY: the types match include/chat_access.h.
        unsafe {
            Self {
                open: *library.get(b"chat_access_open").expect("chat_access_open"),
                remove: *library
                    .get(b"remove_all_access_for_user")
                    .expect("remove_all_access_for_user"),
                next: *library.get(b"chat_access_next").expect("chat_access_next"),
                describe: *library
                    .get(b"chat_access_describe")
                    .expect("chat_access_describe"),
                library,
            }
        }
    }

    /// Calls `chat_access_abi_version`.
    pub fn abi_version(&self) -> i32 {
        // SAFETY: the function has no parameters.
        unsafe {
            let call = self
                .library
                .get::<unsafe extern "C" fn() -> i32>(b"chat_access_abi_version");
            call.expect("chat_access_abi_version")()
        }
    }

    /// Calls `chat_access_open` and returns the handle.
    ///
    /// # Errors
    /// The status, if it is not OK, and the JSON in the buffer.
    pub fn open(&self, request: &Value, secret: Option<&str>) -> Result<i64, Response> {
        let request = request.to_string();
        let mut handle = 0;
        let response = call(|buffer, capacity, length| {
            let (secret, secret_length) =
                secret.map_or((std::ptr::null(), 0), |s| (s.as_ptr(), size(s)));
            // SAFETY: the lengths are those of the texts and buffers, which outlive the call.
            unsafe {
                (self.open)(
                    request.as_ptr(),
                    size(&request),
                    secret,
                    secret_length,
                    &mut handle,
                    buffer,
                    capacity,
                    length,
                )
            }
        });
        if response.0 == 0 {
            Ok(handle)
        } else {
            Err(response)
        }
    }

    /// Opens an account with an access token at a custom Graph endpoint.
    ///
    /// # Panics
    /// If it does not open.
    pub fn account(&self, graph: &str, token: &str) -> i64 {
        let request = json!({"open": "account", "graph_endpoint": graph});
        self.open(&request, Some(token)).expect("the account opens")
    }

    /// Opens a run with these accounts and options.
    ///
    /// # Panics
    /// If it does not open.
    pub fn run(&self, accounts: &[i64], options: Value) -> i64 {
        let request = json!({"open": "removals", "accounts": accounts, "options": options});
        self.open(&request, None).expect("the run opens")
    }

    /// Calls `remove_all_access_for_user`.
    pub fn remove(
        &self,
        run: i64,
        (tenant, user, thread): (&str, &str, &str),
        timeout_ms: i32,
    ) -> Response {
        call(|buffer, capacity, length| {
            // SAFETY: the lengths are those of the texts and buffers, which outlive the call.
            unsafe {
                (self.remove)(
                    run,
                    tenant.as_ptr(),
                    size(tenant),
                    user.as_ptr(),
                    size(user),
                    thread.as_ptr(),
                    size(thread),
                    timeout_ms,
                    buffer,
                    capacity,
                    length,
                )
            }
        })
    }

    /// Calls `chat_access_remove_seen`, without a limit of time.
    ///
    /// # Panics
    /// If the library lacks the export.
    pub fn remove_seen(
        &self,
        run: i64,
        (tenant, user, thread): (&str, &str, &str),
        last_seen: &str,
    ) -> Response {
        type Text = *const u8;
        #[rustfmt::skip]
        type RemoveSeen = unsafe extern "C" fn(
            i64, Text, i32, Text, i32, Text, i32, Text, i32, i32, *mut u8, i32, *mut i32,
        ) -> i32;
        // SAFETY: the type matches include/chat_access.h.
        let remove = unsafe { self.library.get::<RemoveSeen>(b"chat_access_remove_seen") };
        let remove = remove.expect("chat_access_remove_seen");
        call(|buffer, capacity, length| {
            // SAFETY: the lengths are those of the texts and buffers, which outlive the call.
            unsafe {
                remove(
                    run,
                    tenant.as_ptr(),
                    size(tenant),
                    user.as_ptr(),
                    size(user),
                    thread.as_ptr(),
                    size(thread),
                    last_seen.as_ptr(),
                    size(last_seen),
                    -1,
                    buffer,
                    capacity,
                    length,
                )
            }
        })
    }

    /// Calls `chat_access_check_last_seen`.
    ///
    /// # Panics
    /// If the library lacks the export.
    pub fn check_last_seen(&self, text: &str) -> Response {
        type Check = unsafe extern "C" fn(*const u8, i32, *mut u8, i32, *mut i32) -> i32;
        // SAFETY: the type matches include/chat_access.h.
        let check = unsafe { self.library.get::<Check>(b"chat_access_check_last_seen") };
        let check = check.expect("chat_access_check_last_seen");
        // SAFETY: the lengths are those of the text and the buffer, which outlive the call.
        call(|buffer, capacity, length| unsafe {
            check(text.as_ptr(), size(text), buffer, capacity, length)
        })
    }

    /// Calls `chat_access_check_account`.
    ///
    /// # Panics
    /// If the library lacks the export.
    pub fn check_account(&self, handle: i64, tenant: &str) -> Response {
        type Check = unsafe extern "C" fn(i64, *const u8, i32, *mut u8, i32, *mut i32) -> i32;
        // SAFETY: the type matches include/chat_access.h.
        let check = unsafe { self.library.get::<Check>(b"chat_access_check_account") };
        let check = check.expect("chat_access_check_account");
        // SAFETY: the lengths are those of the text and the buffer, which outlive the call.
        call(|buffer, capacity, length| unsafe {
            check(
                handle,
                tenant.as_ptr(),
                size(tenant),
                buffer,
                capacity,
                length,
            )
        })
    }

    /// Calls `chat_access_next`.
    pub fn next(&self, handle: i64, timeout_ms: i32) -> Response {
        // SAFETY: the buffer outlives the call.
        call(|buffer, capacity, length| unsafe {
            (self.next)(handle, timeout_ms, buffer, capacity, length)
        })
    }

    /// Calls `chat_access_describe`.
    pub fn describe(&self, handle: i64) -> Response {
        // SAFETY: the buffer outlives the call.
        call(|buffer, capacity, length| unsafe {
            (self.describe)(handle, buffer, capacity, length)
        })
    }

    /// Calls `chat_access_feed` and returns the status.
    ///
    /// # Panics
    /// If the library lacks the export.
    pub fn feed(&self, handle: i64, record: &str) -> i32 {
        type Feed = unsafe extern "C" fn(i64, *const u8, i32) -> i32;
        // SAFETY: the type matches include/chat_access.h, and the text outlives the call.
        unsafe {
            let feed = self.library.get::<Feed>(b"chat_access_feed");
            feed.expect("chat_access_feed")(handle, record.as_ptr(), size(record))
        }
    }

    /// Calls `chat_access_finish`.
    pub fn finish(&self, handle: i64) -> i32 {
        self.call_with_handle(b"chat_access_finish", handle)
    }

    /// Calls `chat_access_cancel`.
    pub fn cancel(&self, handle: i64) -> i32 {
        self.call_with_handle(b"chat_access_cancel", handle)
    }

    /// Calls `chat_access_close`.
    pub fn close(&self, handle: i64) -> i32 {
        self.call_with_handle(b"chat_access_close", handle)
    }

    fn call_with_handle(&self, name: &[u8], handle: i64) -> i32 {
        // SAFETY: the type matches include/chat_access.h. Any number is a valid argument.
        unsafe { self.library.get::<HandleCall>(name).expect("the export")(handle) }
    }

    /// Returns the library, for tests that make invalid calls.
    pub fn library(&self) -> &Library {
        &self.library
    }
}

fn call(call: impl FnOnce(*mut u8, i32, *mut i32) -> i32) -> Response {
    let mut buffer = vec![0_u8; 16 * 1024];
    let mut length = 0;
    let status = call(buffer.as_mut_ptr(), 16 * 1024, &mut length);
    let length = usize::try_from(length).expect("a length is not negative");
    let text = buffer.get(..length).unwrap_or_default();
    (status, serde_json::from_slice(text).unwrap_or(Value::Null))
}

fn size(text: &str) -> i32 {
    i32::try_from(text.len()).expect("a test's text is short")
}
