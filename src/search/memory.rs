//! The memory for the facts of one search.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What all collectors of a search (the threads that read files, the pipeline, the pages of Graph)
/// use together. Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    /// In bytes.
    limit: usize,
    used: Arc<AtomicUsize>,
}

impl Default for Memory {
    /// About half a million chats.
    fn default() -> Self {
        Self::with_limit(512 * 1024 * 1024)
    }
}

impl Memory {
    pub(super) fn with_limit(bytes: usize) -> Self {
        Self {
            limit: bytes,
            used: Arc::default(),
        }
    }

    /// Counts further bytes, and returns whether the search uses more than its limit.
    pub(super) fn exceeds_limit(&self, further: usize) -> bool {
        self.used.fetch_add(further, Ordering::Relaxed) + further > self.limit
    }
}
