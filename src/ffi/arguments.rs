//! Turns pointers and lengths into Rust values, or into a status.

use super::status::ChatAccessStatus;

/// Copies a text of the caller.
///
/// # Safety
/// `text` is NULL or points to `length` readable bytes.
pub(super) unsafe fn text(text: *const u8, length: i32) -> Result<String, ChatAccessStatus> {
    // SAFETY: this function has the same requirement.
    let bytes = unsafe { bytes(text, length) }?.ok_or(ChatAccessStatus::NullPointer)?;
    let text = std::str::from_utf8(bytes).map_err(|_| ChatAccessStatus::InvalidUtf8)?;
    Ok(text.to_owned())
}

/// Copies several texts of the caller.
///
/// # Safety
/// As for [`text`], for each of them.
pub(super) unsafe fn texts<const N: usize>(
    texts: [(*const u8, i32); N],
) -> Result<[String; N], ChatAccessStatus> {
    let mut copies = [const { String::new() }; N];
    for (copy, (pointer, length)) in copies.iter_mut().zip(texts) {
        // SAFETY: this function has the same requirement.
        *copy = unsafe { text(pointer, length) }?;
    }
    Ok(copies)
}

/// Borrows bytes of the caller for the time of the call. Returns `None` for NULL.
///
/// # Safety
/// `bytes` is NULL or points to `length` bytes that stay readable for `'a`.
pub(super) unsafe fn bytes<'a>(
    bytes: *const u8,
    length: i32,
) -> Result<Option<&'a [u8]>, ChatAccessStatus> {
    let length = usize::try_from(length).map_err(|_| ChatAccessStatus::NegativeLength)?;
    if bytes.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and the caller guarantees `length` readable bytes.
    Ok(Some(unsafe { std::slice::from_raw_parts(bytes, length) }))
}

/// The caller's buffer for a text, and the place for its length.
pub(super) struct Out<'a> {
    buffer: Option<&'a mut [u8]>,
    length: &'a mut i32,
}

impl<'a> Out<'a> {
    /// Checks and borrows the arguments. A buffer of capacity 0 may be NULL.
    ///
    /// # Safety
    /// `buffer` is NULL or points to `capacity` writable bytes, and `length` is NULL or points to
    /// an `int32_t`. Both stay valid for `'a`, and nothing else uses them.
    pub(super) unsafe fn new(
        buffer: *mut u8,
        capacity: i32,
        length: *mut i32,
    ) -> Result<Self, ChatAccessStatus> {
        let capacity = usize::try_from(capacity).map_err(|_| ChatAccessStatus::NegativeLength)?;
        // SAFETY: the caller guarantees a valid pointer or NULL.
        let length = unsafe { length.as_mut() }.ok_or(ChatAccessStatus::NullPointer)?;
        *length = 0;
        let buffer = match (buffer.is_null(), capacity) {
            (true, 0) => None,
            (true, _) => return Err(ChatAccessStatus::NullPointer),
            // SAFETY: not NULL, and the caller guarantees `capacity` writable bytes.
            (false, _) => Some(unsafe { std::slice::from_raw_parts_mut(buffer, capacity) }),
        };
        Ok(Self { buffer, length })
    }

    /// Size of the buffer, in bytes.
    pub(super) fn capacity(&self) -> usize {
        self.buffer.as_deref().map_or(0, <[u8]>::len)
    }

    /// Writes `text` and its length; only the length if the buffer is too small.
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
