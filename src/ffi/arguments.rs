//! From pointers and lengths to Rust values, or to a status.

use super::ChatAccessStatus;

/// A text of the caller's, copied.
///
/// # Safety
/// `text` is NULL or points to `length` bytes that may be read.
pub(super) unsafe fn text(text: *const u8, length: i32) -> Result<String, ChatAccessStatus> {
    // SAFETY: the caller's promise is the same.
    let bytes = unsafe { bytes(text, length) }?.ok_or(ChatAccessStatus::NullPointer)?;
    let text = std::str::from_utf8(bytes).map_err(|_| ChatAccessStatus::InvalidUtf8)?;
    Ok(text.to_owned())
}

/// Bytes of the caller's, for the time of the call; `None` where the pointer is NULL.
///
/// # Safety
/// `bytes` is NULL or points to `length` bytes that may be read as long as `'a` lasts.
pub(super) unsafe fn bytes<'a>(
    bytes: *const u8,
    length: i32,
) -> Result<Option<&'a [u8]>, ChatAccessStatus> {
    let length = usize::try_from(length).map_err(|_| ChatAccessStatus::NegativeLength)?;
    if bytes.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and the caller promises `length` readable bytes.
    Ok(Some(unsafe { std::slice::from_raw_parts(bytes, length) }))
}

/// Where a text goes: the caller's buffer and the place for its length.
pub(super) struct Out<'a> {
    buffer: Option<&'a mut [u8]>,
    length: &'a mut i32,
}

impl<'a> Out<'a> {
    /// A buffer of no capacity may be NULL: it asks for the needed length.
    ///
    /// # Safety
    /// `buffer` is NULL or points to `capacity` bytes that may be written, `length` is NULL or points to
    /// an `int32_t`, both as long as `'a` lasts and to nobody else's.
    pub(super) unsafe fn new(
        buffer: *mut u8,
        capacity: i32,
        length: *mut i32,
    ) -> Result<Self, ChatAccessStatus> {
        let capacity = usize::try_from(capacity).map_err(|_| ChatAccessStatus::NegativeLength)?;
        // SAFETY: the caller promises a valid pointer where it is not NULL.
        let length = unsafe { length.as_mut() }.ok_or(ChatAccessStatus::NullPointer)?;
        *length = 0;
        let buffer = match (buffer.is_null(), capacity) {
            (true, 0) => None,
            (true, _) => return Err(ChatAccessStatus::NullPointer),
            // SAFETY: not NULL, and the caller promises `capacity` writable bytes.
            (false, _) => Some(unsafe { std::slice::from_raw_parts_mut(buffer, capacity) }),
        };
        Ok(Self { buffer, length })
    }

    /// Writes `text` whole, or only its length where there is no room.
    pub(super) fn write(&mut self, text: &str) -> Result<(), ChatAccessStatus> {
        *self.length = i32::try_from(text.len()).map_err(|_| ChatAccessStatus::Panicked)?;
        let room = self
            .buffer
            .as_deref_mut()
            .and_then(|buffer| buffer.get_mut(..text.len()))
            .ok_or(ChatAccessStatus::BufferTooSmall)?;
        room.copy_from_slice(text.as_bytes());
        Ok(())
    }
}
