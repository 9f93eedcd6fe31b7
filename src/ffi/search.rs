//! Searches: what is special about them.

use super::ChatAccessStatus;
use super::arguments::text;
use super::guard::guard;
use super::handles;

/// Gives a record to a search, for records that are in no file: one JSON object, of any of the kinds that
/// files may have. A record that can't be read is told by the event `bad_row`. After `chat_access_finish` it
/// returns `CHAT_ACCESS_STATUS_RUN_OVER`.
///
/// # Safety
/// As for `chat_access_open`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chat_access_feed(
    handle: i64,
    record: *const u8,
    record_length: i32,
) -> i32 {
    guard(|| {
        // SAFETY: this function's caller promises what it asks for.
        let record = unsafe { text(record, record_length) }?;
        if handles::search(handle)?.feed(&record) {
            Ok(ChatAccessStatus::Ok)
        } else {
            Err(ChatAccessStatus::RunOver)
        }
    })
}
