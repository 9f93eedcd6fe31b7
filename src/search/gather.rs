//! A search through files: threads take blocks, find records in them, and their facts are put together.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::findings::{Findings, Gathered};
use super::query::Query;
use super::read::{Block, Reader, Source};
use super::worker::Worker;

/// Big enough that taking a block costs nothing, small enough to stay in a core's cache.
const BLOCK: usize = 256 * 1024;

/// More threads than this wait for the disk.
const MOST_THREADS: usize = 8;

/// How a search runs. The default is right; tests show that the answer does not depend on it.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Threads.
    pub threads: usize,
    /// Bytes per block.
    pub block_size: usize,
}

impl Default for Effort {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        Self {
            threads: cores.min(MOST_THREADS),
            block_size: BLOCK,
        }
    }
}

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Files begun.
    pub files: usize,
    /// Files not begun yet.
    pub files_waiting: usize,
    /// Bytes read, as they are on the disk.
    pub bytes: u64,
}

/// Searches on all cores. Returns `None` where `stop` is set before the end. `progress` is called now and
/// then, from any thread.
pub fn search(
    sources: Vec<Source>,
    query: &Query,
    stop: &AtomicBool,
    progress: &(dyn Fn(Progress) + Sync),
) -> Option<Findings> {
    search_with(Effort::default(), sources, query, stop, progress)
}

/// [`search`] with a given number of threads and size of blocks.
pub fn search_with(
    effort: Effort,
    sources: Vec<Source>,
    query: &Query,
    stop: &AtomicBool,
    progress: &(dyn Fn(Progress) + Sync),
) -> Option<Findings> {
    let gathered = gather(effort, sources, query, stop, progress)?;
    Some(gathered.findings(query))
}

/// Reads everything; `None` where `stop` is set before the end.
pub(crate) fn gather(
    effort: Effort,
    sources: Vec<Source>,
    query: &Query,
    stop: &AtomicBool,
    progress: &(dyn Fn(Progress) + Sync),
) -> Option<Gathered> {
    let reader = Mutex::new(Reader::new(sources, effort.block_size.max(1)));
    let work = || {
        let mut worker = Worker::new(query);
        let mut block = Block::default();
        while !stop.load(Ordering::Relaxed) {
            {
                let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
                if !reader.next(&mut block) {
                    break;
                }
                progress(Progress {
                    files: reader.files.len(),
                    files_waiting: reader.files_waiting(),
                    bytes: reader.read.load(Ordering::Relaxed),
                });
            }
            worker.work(&block);
        }
        worker
    };
    let workers: Vec<Worker<'_>> = thread::scope(|scope| {
        let others: Vec<_> = (1..effort.threads.max(1))
            .map(|_| scope.spawn(work))
            .collect();
        let mut workers = vec![work()];
        for other in others {
            match other.join() {
                Ok(worker) => workers.push(worker),
                // The export's guard turns it into a status.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        workers
    });
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    let mut gathered = Gathered::default();
    for worker in workers {
        gathered.facts.merge(worker.facts);
        gathered.damages.merge(worker.damages);
    }
    let reader = reader.into_inner().unwrap_or_else(PoisonError::into_inner);
    gathered.files = reader.files;
    gathered.damages.note(reader.notes);
    Some(gathered)
}
