//! The C ABI: any call in any order, with any bytes.

use std::sync::Once;

use chat_access::ffi::*;

const PANICKED: i32 = ChatAccessStatus::Panicked as i32;
const TOO_SMALL: i32 = ChatAccessStatus::BufferTooSmall as i32;

/// Requests that open a handle without files or other computers.
const REQUESTS: [&str; 4] = [
    r#"{"open":"account","graph_endpoint":"http://127.0.0.1:1"}"#,
    r#"{"open":"search","paths":[],"query":{}}"#,
    r#"{"open":"search","paths":[],"query":{"include_internal":true,"external_domain":["*.example"]}}"#,
    r#"{"open":"removals","accounts":[HANDLE],"options":{"run_time_ms":20,"retry":{"first_wait_ms":1,"longest_wait_ms":1,"item_time_ms":1,"longest_rest_ms":1}}}"#,
];

/// A token of nobody: the claims are those of [`super::removal`].
const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJodHRwczovL2dyYXBoLm1pY3Jvc29mdC5jb20iLCJ0aWQiOiI1ZjNlMmIxMC03YzRkLTRlOGEtOWI2MS0wZDJjM2E0ZjVlNjEiLCJzY3AiOiJDaGF0LlJlYWRXcml0ZS5BbGwiLCJleHAiOjQxMDI0NDQ4MDB9.c2ln";

/// What an arbitrary request must not contain: files, other computers, and the call that panics on
/// purpose.
const OUTSIDE: [&str; 8] = [
    "journal", "report", "paths", "endpoint", "sign", "regist", "probe", "panic",
];

/// The handles of one input, closed at its end.
#[derive(Default)]
struct Handles(Vec<i64>);

impl Drop for Handles {
    fn drop(&mut self) {
        for handle in &self.0 {
            chat_access_close(*handle);
        }
    }
}

/// Reads calls from the input: a byte for the call, one for the handle, one for the capacity of the
/// buffer, one for the length of the argument, and the argument. No call panics or writes beyond its
/// buffer, and each text is JSON. Returns the number of handles that were opened.
pub fn calls(input: &[u8]) -> usize {
    static FIRST: Once = Once::new();
    FIRST.call_once(|| {
        // The first call silences panics, which here would silence the assertions.
        let hook = std::panic::take_hook();
        chat_access_close(0);
        std::panic::set_hook(hook);
    });
    let mut handles = Handles::default();
    let mut rest = input;
    while let [call, which, capacity, length, after @ ..] = rest {
        let (argument, next) = after.split_at(usize::from(*length).min(after.len()));
        rest = next;
        let handle = match (which, handles.0.len()) {
            (255, _) => i64::from_le_bytes([0xa5; 8]),
            (_, 0) => i64::from(*which),
            (_, count) => handles.0[usize::from(*which) % count],
        };
        let mut out = Text::new(usize::from(*capacity) * 64);
        let status = match call % 12 {
            0 => match request(*which, handle, argument) {
                Some(request) => open(&request, &mut handles, &mut out),
                None => continue,
            },
            10 => with_ids(None, argument, &mut out),
            11 => with_ids(Some(handle), argument, &mut out),
            call => with_handle(call, handle, argument, &mut out),
        };
        assert_ne!(status, PANICKED);
        out.check(status);
    }
    handles.0.len()
}

/// Returns one of [`REQUESTS`], or the argument if it reaches nothing outside this process.
fn request(which: u8, handle: i64, argument: &[u8]) -> Option<String> {
    if let Some(own) = REQUESTS.get(usize::from(which) % (REQUESTS.len() + 1)) {
        return Some(own.replace("HANDLE", &handle.to_string()));
    }
    let request = String::from_utf8_lossy(argument);
    let lower = request.to_lowercase();
    // JSON can write each of these words with escapes.
    let leaves = lower.contains('\\') || OUTSIDE.iter().any(|word| lower.contains(word));
    (!leaves).then(|| request.into_owned())
}

fn open(request: &str, handles: &mut Handles, out: &mut Text) -> i32 {
    let mut handle = 0;
    // SAFETY: the pointers and lengths are those of live slices.
    let status = unsafe {
        chat_access_open(
            request.as_ptr(),
            request.len() as i32,
            TOKEN.as_ptr(),
            TOKEN.len() as i32,
            &mut handle,
            out.pointer(),
            out.capacity(),
            &mut out.length,
        )
    };
    if status == 0 {
        handles.0.push(handle);
    }
    status
}

/// Removes, or without a handle checks, the access of three ids with spaces between them.
fn with_ids(handle: Option<i64>, argument: &[u8], out: &mut Text) -> i32 {
    let mut parts = argument.split(|byte| *byte == b' ');
    let mut part = || parts.next().unwrap_or_default();
    let (tenant, user, thread) = (part(), part(), part());
    // SAFETY: the pointers and lengths are those of live slices.
    unsafe {
        match handle {
            None => chat_access_check(
                tenant.as_ptr(),
                tenant.len() as i32,
                user.as_ptr(),
                user.len() as i32,
                thread.as_ptr(),
                thread.len() as i32,
                out.pointer(),
                out.capacity(),
                &mut out.length,
            ),
            Some(handle) => remove_all_access_for_user(
                handle,
                tenant.as_ptr(),
                tenant.len() as i32,
                user.as_ptr(),
                user.len() as i32,
                thread.as_ptr(),
                thread.len() as i32,
                1,
                out.pointer(),
                out.capacity(),
                &mut out.length,
            ),
        }
    }
}

/// Makes one of the other calls.
fn with_handle(call: u8, handle: i64, argument: &[u8], out: &mut Text) -> i32 {
    let (pointer, size) = (argument.as_ptr(), argument.len() as i32);
    let (buffer, capacity) = (out.pointer(), out.capacity());
    let length = &mut out.length;
    // SAFETY: the pointers and lengths are those of live slices.
    unsafe {
        match call {
            1 => chat_access_feed(handle, pointer, size),
            2 => chat_access_finish(handle),
            3 => chat_access_next(handle, 1, buffer, capacity, length),
            4 => chat_access_next_many(handle, 1, buffer, capacity, length),
            5 => chat_access_describe(handle, buffer, capacity, length),
            6 => chat_access_cancel(handle),
            7 => chat_access_close(handle),
            8 => {
                let status = chat_access_export_secret(handle, buffer, capacity, length);
                // A secret is not JSON.
                *length = 0;
                status
            }
            _ => chat_access_check_account(handle, pointer, size, buffer, capacity, length),
        }
    }
}

/// A buffer for text from the library, with a guard behind its capacity.
struct Text {
    bytes: Vec<u8>,
    length: i32,
}

impl Text {
    const GUARD: [u8; 8] = [0x5a; 8];

    fn new(capacity: usize) -> Self {
        let mut bytes = vec![0; capacity];
        bytes.extend(Self::GUARD);
        Self { bytes, length: 0 }
    }

    fn pointer(&mut self) -> *mut u8 {
        self.bytes.as_mut_ptr()
    }

    fn capacity(&self) -> i32 {
        (self.bytes.len() - Self::GUARD.len()) as i32
    }

    fn check(&self, status: i32) {
        let (text, guard) = self.bytes.split_at(self.bytes.len() - Self::GUARD.len());
        assert_eq!(guard, Self::GUARD, "written beyond the buffer");
        assert!(self.length >= 0);
        if self.length > self.capacity() {
            // An error that does not fit is dropped; anything else can be fetched again.
            assert!(status < 0 && text.iter().all(|byte| *byte == 0));
            return;
        }
        assert_ne!(status, TOO_SMALL);
        let text = &text[..self.length as usize];
        if !text.is_empty() {
            let json: Result<serde_json::Value, _> = serde_json::from_slice(text);
            assert!(json.is_ok(), "{}", String::from_utf8_lossy(text));
        }
    }
}
