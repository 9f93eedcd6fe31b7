//! Reads files on several threads. Each thread finds records in blocks; their facts are merged at
//! the end.

use std::num::NonZero;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::findings::{Findings, Gathered};
use super::query::Query;
use super::read::{Block, Reader, Source};
use super::search_source::SourceFile;
use super::worker::Worker;
use crate::cancel::Cancel;

/// Bytes per block: large enough that fetching one costs nothing, small enough for a core's cache.
const BLOCK: usize = 256 * 1024;

/// Maximum number of threads. More of them would wait for the disk.
const MOST_THREADS: usize = 8;

/// How the work of a search is divided. The results do not depend on it; the default is the
/// fastest.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Number of threads.
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

/// Progress of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Progress {
    /// Files opened.
    pub files: usize,
    /// Files not opened yet.
    pub files_waiting: usize,
    /// Bytes read from the disk, before decompression.
    pub bytes: u64,
}

/// Searches `sources` on the calling thread and `effort.threads - 1` others, and returns when all
/// are read. [`RunningSearch`](super::RunningSearch) does the same in the background, and can be
/// cancelled.
pub fn search_sources(effort: Effort, sources: Vec<Source>, query: &Query) -> Findings {
    let files = sources.iter().filter_map(|source| match source {
        Source::Path(path) => Some(SourceFile::new(path)),
        _ => None,
    });
    let files = files.collect();
    let gathered = gather(effort, sources, query, &Cancel::default(), &|_| ());
    let mut gathered = gathered.unwrap_or_default();
    gathered.source_files = files;
    gathered.findings(query)
}

/// Reads all sources. Returns `None` if `cancel` is set before the end. Any thread may call
/// `progress`.
pub(crate) fn gather(
    effort: Effort,
    sources: Vec<Source>,
    query: &Query,
    cancel: &Cancel,
    progress: &(dyn Fn(Progress) + Sync),
) -> Option<Gathered> {
    let reader = Mutex::new(Reader::new(sources, effort.block_size.max(1)));
    let work = || {
        let mut worker = Worker::new(query);
        let mut block = Block::default();
        while !cancel.is_cancelled() {
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
                // The panic guard of the C ABI turns it into a status.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        workers
    });
    if cancel.is_cancelled() {
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
