//! Gathering what the threads of a scan found and sending it on, soon and in few pieces.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{SendTimeoutError, Sender};
use engine::event::ManifestRead;
use engine::observation::{Found, Observation, Seen};
use model::{EntryKind, RelPath};

use super::{Batch, Progress};
use crate::root::Root;

/// Observations in a batch; one more if the last two are a move.
pub const BATCH_MAX: usize = 1000;
/// How long an observation waits for others.
const WAIT_MAX: Duration = Duration::from_millis(30);
/// How often a blocked sender looks whether it shall stop.
const SEND_WAIT: Duration = Duration::from_millis(100);

/// Where observations go, as long as what they are of is sure to last.
#[derive(Clone, Copy)]
pub(super) struct Outlet<'a> {
    root: &'a Root,
    doubts: u64,
    sink: &'a Sender<Batch>,
    progress: &'a Progress,
}

/// What one thread found and did not send yet.
pub(super) struct Collector<'a> {
    batch: Batch,
    since: Instant,
    outlet: Outlet<'a>,
}

impl<'a> Outlet<'a> {
    pub(super) fn new(root: &'a Root, sink: &'a Sender<Batch>, progress: &'a Progress) -> Self {
        Self { root, doubts: root.doubts(), sink, progress }
    }

    /// Whether nothing since it was made could not be made durable.
    pub(super) fn is_sure(&self) -> bool {
        self.root.doubts() == self.doubts
    }

    /// Waits until there is room, the scan is stopped, or nobody listens any more, which stops it.
    fn send(&self, mut batch: Batch) {
        while self.is_sure() && !self.progress.stop.load(Ordering::Relaxed) {
            match self.sink.send_timeout(batch, SEND_WAIT) {
                Ok(()) => return,
                Err(SendTimeoutError::Timeout(back)) => batch = back,
                Err(SendTimeoutError::Disconnected(_)) => {
                    return self.progress.stop.store(true, Ordering::Relaxed);
                }
            }
        }
    }
}

impl<'a> Collector<'a> {
    pub(super) fn new(outlet: Outlet<'a>) -> Self {
        Self { batch: Batch::default(), since: Instant::now(), outlet }
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
            self.outlet.send(std::mem::take(&mut self.batch));
        }
    }
}

/// Paths that are gone. They are held back to the end: until then the scan may find where they went.
/// So are links that are new at their path: the content of one is not known by its number, so that
/// where it came from is only clear when all that is gone is known.
#[derive(Debug, Default)]
pub(super) struct Gone(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    paths: Vec<RelPath>,
    moved: BTreeSet<RelPath>,
    /// Links among the paths, by their numbers.
    links: HashMap<u64, RelPath>,
    new_links: Vec<(RelPath, Seen)>,
}

impl Gone {
    /// Takes a path, so it can be told, and what is known to have stood there.
    pub(super) fn add(&self, path: &str, known: Option<&Seen>) {
        let Ok(path) = RelPath::parse(path) else { return };
        let mut state = self.state();
        if let Some(known) = known.filter(|known| matches!(known.kind, EntryKind::Symlink { .. })) {
            state.links.insert(known.stat.inode, path.clone());
        }
        state.paths.push(path);
    }

    /// Takes a link that stands where nothing was known.
    pub(super) fn add_new_link(&self, path: RelPath, seen: Seen) {
        self.state().new_links.push((path, seen));
    }

    /// Notes that `path` was reported as one half of a move; false if it was before.
    pub(super) fn add_moved(&self, path: &RelPath) -> bool {
        self.state().moved.insert(path.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reports new links, each with what is gone if that may be the same one, then what else is gone, what
/// lies deeper first.
pub(super) fn send_gone(gone: Gone, outlet: Outlet<'_>) {
    let state = gone.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    let State { mut paths, mut moved, mut links, new_links } = state;
    let mut collector = Collector::new(outlet);
    for (path, seen) in new_links {
        let left = links.remove(&seen.stat.inode).filter(|left| moved.insert(left.clone()));
        let left = left.map(|path| Observation { path, found: Found::Gone });
        let present = Observation { path, found: Found::Present(seen) };
        collector.add(left.into_iter().chain([present]), None);
    }
    paths.sort_unstable_by(|a, b| b.cmp(a));
    paths.dedup();
    for path in paths.into_iter().filter(|path| !moved.contains(path)) {
        collector.add([Observation { path, found: Found::Gone }], None);
    }
    collector.flush();
}
