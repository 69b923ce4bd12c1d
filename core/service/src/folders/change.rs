//! The thread that changes a folder's disk.

use std::sync::Arc;

use crossbeam_channel::Receiver;
use disk::Archive;
use engine::Event;
use engine::absence::{Evicted, Eviction};
use engine::change::{Change, Outcome};
use engine::observation::Seen;
use model::path::IGNORE_FILE;
use model::{ContentHash, Problem, RelPath, Tick};

use super::Runtime;
use crate::clock;

/// What it is asked for.
pub(crate) enum Job {
    /// To carry out a batch.
    Apply { batch: u64, changes: Vec<Change> },
    /// To give up the bytes of files, before a moment.
    Evict { batch: u64, until: Tick, files: Vec<Eviction> },
    /// To look whether files stand as they are known, and to make them durable.
    Assure { batch: u64, files: Vec<(RelPath, Seen)> },
    /// To delete archived bytes.
    Purge(ContentHash),
    /// To end.
    Stop,
}

/// Works until it is told to stop.
pub(super) fn run(runtime: &Arc<Runtime>, jobs: &Receiver<Job>) {
    for job in jobs {
        match job {
            Job::Apply { batch, changes } => apply(runtime, batch, &changes),
            Job::Evict { batch, until, files } => evict(runtime, (batch, until), &files),
            Job::Assure { batch, files } => assure(runtime, batch, &files),
            Job::Purge(content) => purge(runtime, content),
            Job::Stop => return,
        }
        if runtime.is_stopped() {
            return;
        }
    }
}

fn apply(runtime: &Runtime, batch: u64, changes: &[Change]) {
    let outcomes = match runtime.ground() {
        Some(ground) => {
            let doubts = ground.root.doubts();
            let outcomes = ground.materializer.apply(changes);
            if ground.root.doubts() != doubts {
                // Nobody may be told of what may not last, nor that it was not done: as after a kill.
                return runtime
                    .door
                    .lose_blocking(runtime.id, "the disk does not keep what is written");
            }
            if changes.iter().any(|change| change.path.as_str() == IGNORE_FILE) {
                // Rules from another device hold before anybody is told that they are here.
                ground.reload_ignore();
            }
            outcomes
        }
        None => vec![Outcome::Blocked(Problem::DiskError); changes.len()],
    };
    runtime.door.tell_blocking(Event::Applied { folder: runtime.id, batch, outcomes });
}

fn evict(runtime: &Runtime, (batch, until): (u64, Tick), files: &[Eviction]) {
    let outcomes = match runtime.ground() {
        Some(ground) => runtime
            .spare_used(files, |files| ground.materializer.evict(files, || clock::tick() < until)),
        None => vec![Evicted::Blocked(Problem::DiskError); files.len()],
    };
    runtime.door.tell_blocking(Event::Evicted { folder: runtime.id, batch, outcomes });
}

fn assure(runtime: &Runtime, batch: u64, files: &[(RelPath, Seen)]) {
    let sound = match runtime.ground() {
        Some(ground) => ground.materializer.assure(files),
        None => vec![false; files.len()],
    };
    runtime.door.tell_blocking(Event::Assured { folder: runtime.id, batch, sound });
}

fn purge(runtime: &Runtime, content: ContentHash) {
    let Some(ground) = runtime.ground() else { return };
    if let Err(error) = Archive::new(Arc::clone(&ground.root)).remove(content) {
        tracing::warn!(folder = %runtime.id, %error, "deleting an archived version");
    }
}
