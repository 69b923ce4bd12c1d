//! Replaced and deleted versions: how long they stay.
//!
//! Oldest first, when they are older than the policy says or together take more than their share of
//! the disk; never younger than a policy says, and never the bytes of a side of a conflict that nobody
//! has chosen about, nor of what is to be put back and could not be yet. Their bytes lie in the archive on
//! disk, named by their content, so equal ones are kept once.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{ContentHash, Entry, RelPath, Tick};
use wire::Sequence;

use super::{Folder, ME, Turn};
use crate::action::Action;
use crate::index::{ArchivedRow, Holders, Index, IndexError, OnDisk};

/// The length of a day.
const DAY: Duration = Duration::from_secs(86_400);
/// How often the archive is tidied.
const INTERVAL: Duration = Duration::from_secs(3600);
/// When it is tried again if it is not known yet what stands on the disk.
const SOON: Duration = Duration::from_secs(60);
/// Versions looked at in one go.
const PAGE: usize = 256;

/// How long versions are kept.
#[derive(Debug)]
pub(crate) struct Keeping {
    age: Duration,
    youngest: Duration,
    bytes_max: u64,
    due: Option<Tick>,
}

impl Default for Keeping {
    fn default() -> Self {
        Self { age: 30 * DAY, youngest: 7 * DAY, bytes_max: u64::MAX, due: Some(Tick(0)) }
    }
}

impl Keeping {
    pub(super) fn due(&self) -> Option<Tick> {
        self.due
    }
}

impl<I: Index> Folder<I> {
    /// How old versions may grow, how old they must grow, and how many bytes they may take together.
    pub(crate) fn set_keeping(&mut self, age: Duration, youngest: Duration, bytes_max: u64) {
        self.archive.age = age.max(youngest);
        self.archive.youngest = youngest;
        self.archive.bytes_max = bytes_max;
    }

    /// Notes that what stood at a path went to the archive.
    pub(super) fn keep(
        &mut self,
        turn: &Turn<'_>,
        path: &RelPath,
        displaced: &OnDisk,
    ) -> Result<(), IndexError> {
        if let Some(content) = displaced.seen.kind.content() {
            self.disk.unusable.remove(&content.hash);
        }
        let entry = Entry {
            kind: displaced.seen.kind.clone(),
            mtime: displaced.seen.stat.mtime,
            version: displaced.version.clone(),
            dot: displaced.dot,
            resolves: None,
        };
        self.index.archive(&ArchivedRow { path: path.clone(), entry, archived_at: turn.now.wall })
    }

    /// Forgets tombstones on which every pod has acted: nobody can bring back what they deleted. Only
    /// after every pod has heard that this device has acted: it would never be told.
    pub(super) fn forget_tombstones(&mut self, turn: &Turn<'_>) -> Result<(), IndexError> {
        if !self.disk.known {
            // What was put somewhere right before a kill is noted by the first look.
            return Ok(());
        }
        let mut pods = Holders::default().with(ME, true);
        let mut told = self.identity.sequence;
        let others = self.pods.keys().filter(|device| **device != turn.me);
        for device in others.copied().collect::<Vec<_>>() {
            pods = pods.with(self.number(device)?, true);
            told = told.min(self.peers.get(&device).map_or(Sequence(0), |peer| peer.followed));
        }
        for path in self.index.settled_tombstones(pods, told, PAGE)? {
            if let Some(row) = self.index.get(&path)?.filter(|row| row.disk.is_none()) {
                self.erase(&row)?;
            }
        }
        Ok(())
    }

    /// Drops what is too old, and what is too much.
    pub(super) fn tidy_archive(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        if !self.disk.known {
            // What was archived right before a kill is noted by the first look.
            self.archive.due = Some(turn.now.tick.after(SOON));
            return Ok(());
        }
        self.archive.due = Some(turn.now.tick.after(INTERVAL));
        let mut sum = self.index.archived_bytes()?;
        let expired = turn.now.wall.before(self.archive.age);
        let young = turn.now.wall.before(self.archive.youngest);
        let (bytes_max, oldest) = (self.archive.bytes_max, self.index.oldest_archived(PAGE)?);
        let droppable = |row: &ArchivedRow, sum: u64| {
            row.archived_at < expired || (sum > bytes_max && row.archived_at < young)
        };
        // What must stay is looked for only if something could go: that walks through all that is wanted.
        if !oldest.first().is_some_and(|row| droppable(row, sum)) {
            return Ok(());
        }
        let mut bound = self.sides_of_conflicts()?;
        self.add_needed(&mut bound)?;
        for row in oldest {
            if !droppable(&row, sum) {
                break;
            }
            if row.entry.kind.content().is_some_and(|content| bound.contains(&content.hash)) {
                continue;
            }
            let size = row.entry.kind.size();
            if self.index.forget_archived(&row)?
                && let Some(content) = row.entry.kind.content()
            {
                sum = sum.saturating_sub(size);
                turn.ask(Action::Purge { folder: self.id, content: content.hash });
            }
        }
        Ok(())
    }

    /// Adds what is wanted on this disk and is not there: a disk may refuse it for longer than the archive's
    /// age, and nobody else may have it.
    fn add_needed(&self, bound: &mut BTreeSet<ContentHash>) -> Result<(), IndexError> {
        let mut after = None;
        loop {
            let rows = self.index.needed(after.as_ref(), PAGE)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.path.clone());
            let contents = rows.iter().filter_map(|row| row.register.winner().kind.content());
            bound.extend(contents.map(|content| content.hash));
        }
    }

    /// The contents of everything that lost in a conflict, wherever it lost: bytes that were archived at one
    /// path may belong to a side at another, after a rename.
    fn sides_of_conflicts(&self) -> Result<BTreeSet<ContentHash>, IndexError> {
        let (mut sides, mut after) = (BTreeSet::new(), None);
        loop {
            let rows = self.index.conflicts(after.as_ref(), PAGE)?;
            let Some(last) = rows.last() else { return Ok(sides) };
            after = Some(last.path.clone());
            let losers = rows.iter().flat_map(|row| row.register.losers());
            sides.extend(losers.filter_map(|loser| Some(loser.kind.content()?.hash)));
        }
    }
}
