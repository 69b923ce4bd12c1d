//! Making this disk as the home says: what is next, and what is under way.
//!
//! What is to be done is never stored: paths come from what just changed ([`Work::add`]) or from the
//! index, which marks rows that differ from their winner ([`Work::sweep`]). Each path is decided on
//! when its turn comes, from what is known then (`plan`); what is under way is limited. Not here: what
//! comes of it (`applied`), bytes that have to be fetched (`fetch`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound;
use std::time::Duration;

use model::{ContentHash, Entry, Problem, RelPath, Tick};

use super::{Folder, Turn};
use crate::action::Action;
use crate::change::Change;
use crate::index::{Index, IndexError, OnDisk};
use crate::observation::Root;
use crate::planner;

/// Changes in a batch.
const BATCH_MAX: usize = 1024;
/// Batches under way: one on the disk, one behind it.
const BATCHES_MAX: usize = 2;
/// Contents on their way.
const TRANSFERS_MAX: usize = 4096;
/// Paths remembered one by one; beyond that the index is swept.
const FRESH_MAX: usize = 8192;
/// Rows of a sweep's page.
pub(super) const SWEEP_PAGE: usize = 512;
/// When what waits is tried again: soon, then twice as late each time, and at the latest after the second
/// span. Something that was done starts it anew.
const RETRY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(30));

/// What is under way in a folder.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(super) fresh: VecDeque<RelPath>,
    pub(super) queued: BTreeSet<RelPath>,
    /// Where a sweep through the index goes on; `None`: none is under way.
    pub(super) sweep: Option<Option<RelPath>>,
    pub(super) batches: BTreeMap<u64, Vec<Planned>>,
    pub(super) moving: BTreeSet<RelPath>,
    /// Paths whose disk changed while a change of them was under way.
    pub(super) recheck: BTreeSet<RelPath>,
    /// Paths that wait for a content.
    pub(super) waiting: BTreeMap<ContentHash, BTreeSet<RelPath>>,
    /// Contents that are staged and not used yet.
    pub(super) staged: BTreeSet<ContentHash>,
    /// How many changes under way take their bytes from a staged content.
    pub(super) awaited: BTreeMap<ContentHash, usize>,
    /// Directories that could not be removed because something was still in them, and how often.
    pub(super) full: BTreeMap<RelPath, u8>,
    /// Some content had no source when it was wanted.
    pub(super) sourceless: bool,
    /// Contents that were found at no other device: they may be in the own archive all the same.
    pub(super) nowhere: BTreeSet<ContentHash>,
    pub(super) directories: BTreeSet<RelPath>,
    pub(super) retry_at: Option<Tick>,
    /// How often in a row trying again has brought nothing.
    pub(super) tries: u32,
    pub(super) last_batch: u64,
}

/// A change that was asked for, and what it makes true.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) change: Change,
    pub(super) winner: Entry,
    pub(super) displaced: Option<OnDisk>,
}

impl Work {
    pub(super) fn add(&mut self, path: RelPath) {
        if self.fresh.len() >= FRESH_MAX {
            self.sweep();
        } else if self.queued.insert(path.clone()) {
            self.fresh.push_back(path);
        }
    }

    /// Goes through everything that the index marks.
    pub(super) fn sweep(&mut self) {
        self.sweep = Some(None);
    }

    pub(super) fn staged(&mut self, contents: Vec<ContentHash>) {
        self.staged.extend(contents);
    }

    /// Whether a change of this path is under way.
    pub(super) fn is_moving(&self, path: &RelPath) -> bool {
        self.moving.contains(path)
    }

    /// Looks at a path again once what is under way there is through.
    pub(super) fn look_later(&mut self, path: RelPath) {
        self.recheck.insert(path);
    }

    /// Looks at what is under way below a path again: it may have gone with it.
    pub(super) fn look_below_later(&mut self, path: &RelPath) {
        let behind = (Bound::Excluded(path), Bound::Unbounded);
        let below = self.moving.range(behind).take_while(|moving| moving.is_below(path));
        self.recheck.extend(below.cloned());
    }

    pub(super) fn retry_at(&self) -> Option<Tick> {
        self.retry_at
    }

    pub(super) fn is_idle(&self) -> bool {
        self.fresh.is_empty() && self.sweep.is_none() && self.batches.is_empty()
    }

    /// A small memory of directories that are known to stand, one level of one subtree at a time.
    pub(super) fn knows_directory(&self, path: &RelPath) -> bool {
        self.directories.contains(path)
    }

    pub(super) fn note_directory(&mut self, path: RelPath) {
        if self.directories.len() > 256 {
            self.directories.clear();
        }
        self.directories.insert(path);
    }

    pub(super) fn forget_directory(&mut self, path: &RelPath) {
        self.directories.remove(path);
    }

    /// A change that takes a staged content is through.
    pub(super) fn await_no_more(&mut self, content: ContentHash) {
        if let Some(count) = self.awaited.get_mut(&content) {
            *count -= 1;
            if *count == 0 {
                self.awaited.remove(&content);
            }
        }
    }

    pub(super) fn retry_later(&mut self, now: Tick) {
        let wait = RETRY.0.saturating_mul(1 << self.tries.min(16)).min(RETRY.1);
        self.retry_at.get_or_insert(now.after(wait));
    }
}

impl<I: Index> Folder<I> {
    /// Starts whatever may start now.
    pub(crate) fn pump(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        let before = self.identity.sequence;
        while self.may_work() && self.work.batches.len() < BATCHES_MAX {
            let mut batch = Vec::new();
            while batch.len() < BATCH_MAX && self.transfers.len() < TRANSFERS_MAX {
                let Some(path) = self.next_path()? else { break };
                self.plan(turn, &path, &mut batch)?;
            }
            if batch.is_empty() {
                break;
            }
            self.start(turn, batch);
        }
        if self.identity.sequence != before {
            // What was decided on the way is told at once: nothing else may happen for long.
            self.tell(turn)?;
        }
        self.poll_transfers(turn)?;
        self.retry_full(turn)?;
        self.evict(turn)?;
        self.tell_brought(turn);
        Ok(())
    }

    pub(super) fn may_work(&self) -> bool {
        !self.paused && self.disk.known && self.disk.root == Root::Ready
    }

    fn next_path(&mut self) -> Result<Option<RelPath>, IndexError> {
        if let Some(path) = self.work.fresh.pop_front() {
            self.work.queued.remove(&path);
            return Ok(Some(path));
        }
        let Some(after) = self.work.sweep.clone() else { return Ok(None) };
        let rows = self.index.needed(after.as_ref(), SWEEP_PAGE)?;
        self.work.sweep = rows.last().map(|row| Some(row.path.clone()));
        for row in rows {
            if matches!(row.problem, None | Some(Problem::Collision)) {
                self.work.add(row.path);
            }
        }
        match self.work.fresh.pop_front() {
            Some(path) => {
                self.work.queued.remove(&path);
                Ok(Some(path))
            }
            None if self.work.sweep.is_some() => self.next_path(),
            None => Ok(None),
        }
    }

    pub(super) fn start(&mut self, turn: &mut Turn<'_>, mut batch: Vec<Planned>) {
        planner::sort(&mut batch, |planned| &planned.change);
        self.work.last_batch += 1;
        let number = self.work.last_batch;
        let changes = batch.iter().map(|planned| planned.change.clone()).collect();
        for content in batch.iter().filter_map(|planned| planned.change.staged()) {
            *self.work.awaited.entry(content).or_default() += 1;
        }
        self.work.batches.insert(number, batch);
        turn.ask(Action::Apply { folder: self.id, batch: number, changes });
    }
}
