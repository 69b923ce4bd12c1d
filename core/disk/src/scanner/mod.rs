//! Looking at the disk: what differs from what is known.
//!
//! Directories are listed by several threads and merged with what is known of them; a file whose
//! fingerprint is unchanged is not opened, others are hashed. Invariants: a path is reported as gone
//! only if its directory could be read (or is gone) and the name was looked up once more; nothing below
//! a directory that can't be read is reported; ignored paths are never reported. Observations come in
//! no order, except that what is gone comes last, behind links that are new, and that both halves of a
//! move come side by side (gone, then present) in one batch. Not here: what the differences mean (`engine`).
//!
//! Blocked paths are reported by every scan that meets them, so a path that was blocked and is not
//! reported by a scan that covers it is blocked no more.

mod collect;
mod known;
mod look;
mod preview;
mod queue;
#[cfg(test)]
mod tests;
mod walk;

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use crossbeam_channel::Sender;
use engine::event::ManifestRead;
use engine::observation::{self, Knowledge, KnowledgeError, Observation, Scope};

use crate::ignore::Ignore;
use crate::root::Root;
pub use collect::BATCH_MAX;
use collect::{Gone, Outlet};
use known::KnownTree;
pub use preview::{Preview, Previewed};
use queue::Queue;
use walk::{Shared, Worker};

/// Threads that look at a disk at a time.
const THREADS_MAX: usize = 8;
/// Tasks that wait, from which on more threads help.
const HELP_FROM: usize = 4;

/// Part of what a scan found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Paths that differ from what is known.
    pub observations: Vec<Observation>,
    /// Manifests of the larger files among them.
    pub manifests: Vec<ManifestRead>,
}

/// How far a scan is; may be read, and the scan stopped, from elsewhere.
#[derive(Debug, Default)]
pub struct Progress {
    /// Entries looked at.
    pub entries: AtomicU64,
    /// Bytes read to name contents.
    pub read_bytes: AtomicU64,
    /// Set to end the scan early.
    pub stop: AtomicBool,
}

/// What a scan that is through has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Names that can't even be told, because they are no text or too long.
    pub nameless: u64,
    /// Whether it was stopped before its end; then nothing was reported as gone.
    pub stopped: bool,
}

/// Why a scan failed. What was reported before holds.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The root is not what it was.
    #[error("scanning a folder whose root is {0:?}")]
    Root(observation::Root),
    /// What is known could not be read.
    #[error("scanning a folder")]
    Knowledge(#[from] KnowledgeError),
}

/// Looks at one folder.
#[derive(Debug, Clone)]
pub struct Scanner {
    root: Arc<Root>,
    ignore: Arc<Ignore>,
    preview: Option<Arc<dyn Preview>>,
}

impl Scanner {
    /// A scanner of `root` under these rules.
    #[must_use]
    pub fn new(root: Arc<Root>, ignore: Arc<Ignore>) -> Self {
        Self { root, ignore, preview: None }
    }

    /// Shows large new files to `preview` while they are read.
    #[must_use]
    pub fn showing(self, preview: Arc<dyn Preview>) -> Self {
        Self { preview: Some(preview), ..self }
    }

    /// Looks at `scope` and sends what differs from `knowledge` to `sink`, in batches of at most
    /// [`BATCH_MAX`] observations and not later than 30 ms after they were made. Returns when
    /// all is sent; if the receiver is gone, the scan stops.
    ///
    /// # Errors
    /// [`ScanError`].
    pub fn scan(
        &self,
        knowledge: &mut dyn Knowledge,
        scope: &Scope,
        sink: &Sender<Batch>,
        progress: &Progress,
    ) -> Result<Summary, ScanError> {
        let state = self.root.check();
        if state != observation::Root::Ready {
            return Err(ScanError::Root(state));
        }
        let outlet = Outlet::new(&self.root, sink, progress);
        let queue = Queue::default();
        let mut known = KnownTree::default();
        match scope {
            Scope::Folder => {
                known.load(knowledge, None)?;
                queue.push(walk::Task::whole());
            }
            Scope::Paths(paths) => {
                for path in known::topmost(paths) {
                    let at = known.load(knowledge, Some(&path))?;
                    queue.push(walk::Task::Path { path, known: at });
                }
            }
        }
        let shared = Shared {
            root: &self.root,
            ignore: &self.ignore,
            preview: self.preview.as_deref(),
            has_known: !known.is_empty() || !matches!(scope, Scope::Folder),
            known: Mutex::new(known),
            knowledge: Mutex::new(knowledge),
            queue: &queue,
            progress,
            outlet,
            gone: Gone::default(),
            nameless: AtomicU64::new(0),
            failed: Mutex::default(),
        };
        run(&shared);
        finish(shared)
    }
}

/// Works on the caller's thread, and on more of them once there is enough to do.
fn run(shared: &Shared<'_>) {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).clamp(2, THREADS_MAX);
    thread::scope(|scope| {
        let mut helped = false;
        let mut worker = Worker::new(shared);
        while let Some(task) = shared.queue.pop(|| worker.flush()) {
            worker.work(task);
            if !helped && shared.queue.len() >= HELP_FROM {
                helped = true;
                for _ in 1..threads {
                    scope.spawn(|| {
                        let mut worker = Worker::new(shared);
                        while let Some(task) = shared.queue.pop(|| worker.flush()) {
                            worker.work(task);
                            shared.queue.done();
                        }
                        worker.flush();
                    });
                }
            }
            shared.queue.done();
        }
        worker.flush();
    });
}

fn finish(shared: Shared<'_>) -> Result<Summary, ScanError> {
    let nameless = shared.nameless.load(Ordering::Relaxed);
    if let Some(error) = shared.failed.into_inner().unwrap_or_default() {
        return Err(error.into());
    }
    let stopped = shared.progress.stop.load(Ordering::Relaxed);
    if !stopped {
        let state = shared.root.check();
        if state != observation::Root::Ready {
            return Err(ScanError::Root(state));
        }
        if !shared.outlet.is_sure() {
            return Err(ScanError::Root(observation::Root::Denied));
        }
        collect::send_gone(shared.gone, shared.outlet);
    }
    Ok(Summary { nameless, stopped: shared.progress.stop.load(Ordering::Relaxed) })
}
