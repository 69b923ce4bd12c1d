//! Gathering what the threads of a scan found and sending it on, soon and in few pieces.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{SendTimeoutError, Sender};
use engine::event::ManifestRead;
use engine::observation::{Found, Observation};
use model::RelPath;

use super::{Batch, Progress};

/// Observations in a batch; one more if the last two are a move.
pub const BATCH_MAX: usize = 1000;
/// How long an observation waits for others.
const WAIT_MAX: Duration = Duration::from_millis(30);
/// How often a blocked sender looks whether it shall stop.
const SEND_WAIT: Duration = Duration::from_millis(100);

/// What one thread found and did not send yet.
pub(super) struct Collector<'a> {
    batch: Batch,
    since: Instant,
    sink: &'a Sender<Batch>,
    progress: &'a Progress,
}

impl<'a> Collector<'a> {
    pub(super) fn new(sink: &'a Sender<Batch>, progress: &'a Progress) -> Self {
        Self { batch: Batch::default(), since: Instant::now(), sink, progress }
    }

    /// Takes observations that stay together.
    pub(super) fn add(
        &mut self,
        observations: impl IntoIterator<Item = Observation>,
        manifest: Option<ManifestRead>,
    ) {
        if self.batch.observations.is_empty() {
            self.since = Instant::now();
        }
        self.batch.observations.extend(observations);
        self.batch.manifests.extend(manifest);
        if self.batch.observations.len() >= BATCH_MAX {
            self.flush();
        } else {
            self.flush_if_due();
        }
    }

    /// Sends what has waited long enough.
    pub(super) fn flush_if_due(&mut self) {
        if !self.batch.observations.is_empty() && self.since.elapsed() >= WAIT_MAX {
            self.flush();
        }
    }

    pub(super) fn flush(&mut self) {
        if !self.batch.observations.is_empty() {
            send(self.sink, std::mem::take(&mut self.batch), self.progress);
        }
    }
}

/// Waits until there is room, the scan is stopped, or nobody listens any more, which stops it.
fn send(sink: &Sender<Batch>, mut batch: Batch, progress: &Progress) {
    while !progress.stop.load(Ordering::Relaxed) {
        match sink.send_timeout(batch, SEND_WAIT) {
            Ok(()) => return,
            Err(SendTimeoutError::Timeout(back)) => batch = back,
            Err(SendTimeoutError::Disconnected(_)) => {
                return progress.stop.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// Paths that are gone. They are held back to the end: until then the scan may find where they went.
#[derive(Debug, Default)]
pub(super) struct Gone(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    paths: Vec<RelPath>,
    moved: BTreeSet<RelPath>,
}

impl Gone {
    /// Takes a path that was known, so it can be told.
    pub(super) fn add_text(&self, path: &str) {
        let path = RelPath::parse(path).ok();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).paths.extend(path);
    }

    /// Notes that `path` was reported as one half of a move; false if it was before.
    pub(super) fn add_moved(&self, path: &RelPath) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).moved.insert(path.clone())
    }
}

/// Reports what is gone, what lies deeper first.
pub(super) fn send_gone(gone: Gone, sink: &Sender<Batch>, progress: &Progress) {
    let State { mut paths, moved } = gone.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    paths.sort_unstable_by(|a, b| b.cmp(a));
    paths.dedup();
    let mut collector = Collector::new(sink, progress);
    for path in paths.into_iter().filter(|path| !moved.contains(path)) {
        collector.add([Observation { path, found: Found::Gone }], None);
    }
    collector.flush();
}
