//! Something disappeared from the disk: was it moved, or deleted?
//!
//! A disappearance waits for a moment, because programs save by writing beside and renaming, and
//! because a rename is seen as two events. If the same file turns up elsewhere it was moved. What
//! stays away is deleted, all of it together, if the safety brake lets it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::Duration;

use model::entry::Destination;
use model::{Dot, EntryKind, Keep, RelPath, Tick, Version};

use super::{Folder, Turn};
use crate::index::{HeldRow, Index, IndexError, OnDisk, Row};
use crate::observation::{Root, Seen};

/// How long nothing more must disappear before deletes are decided …
const QUIET: Duration = Duration::from_millis(200);
/// … and how long at most they wait.
const PATIENCE: Duration = Duration::from_secs(5);

/// Moves that are remembered as such.
const MOVED_MAX: usize = 100_000;

/// What has disappeared and is not decided yet; its version is all that was known of the path then.
#[derive(Debug, Default)]
pub(crate) struct Leaving {
    paths: BTreeMap<RelPath, OnDisk>,
    /// A program may have renamed one of them over another: both had the same number then.
    by_inode: BTreeMap<u64, BTreeSet<RelPath>>,
    /// Of them, those that may have been given up: if they don't turn up, they are only elsewhere.
    unsure: BTreeSet<RelPath>,
    since: Tick,
    last: Tick,
}

impl Leaving {
    pub(super) fn add(&mut self, now: Tick, path: RelPath, disk: OnDisk) {
        if self.paths.is_empty() {
            self.since = now;
        }
        self.last = now;
        self.by_inode.entry(disk.seen.stat.inode).or_default().insert(path.clone());
        self.paths.insert(path, disk);
    }

    pub(super) fn remove(&mut self, path: &RelPath) -> Option<OnDisk> {
        let disk = self.paths.remove(path)?;
        self.unsure.remove(path);
        if let Some(alike) = self.by_inode.get_mut(&disk.seen.stat.inode) {
            alike.remove(path);
            if alike.is_empty() {
                self.by_inode.remove(&disk.seen.stat.inode);
            }
        }
        Some(disk)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn len(&self) -> usize {
        self.paths.len()
    }

    pub(super) fn contains(&self, path: &RelPath) -> bool {
        self.paths.contains_key(path)
    }

    fn below(&self, directory: &RelPath) -> Vec<(RelPath, OnDisk)> {
        // The order of paths keeps a directory's descendants together, right behind it.
        let behind = (Bound::Excluded(directory), Bound::Unbounded);
        let inside = self.paths.range(behind).take_while(|(path, _)| path.is_below(directory));
        inside.map(|(path, disk)| (path.clone(), disk.clone())).collect()
    }

    /// When deletes are decided.
    pub(super) fn due(&self) -> Option<Tick> {
        (!self.paths.is_empty()).then(|| self.last.after(QUIET).min(self.since.after(PATIENCE)))
    }

    /// Where something that turned up was before, if it disappeared from there just now.
    pub(super) fn origin_of(&self, seen: &Seen) -> Option<RelPath> {
        let alike = self.by_inode.get(&seen.stat.inode)?;
        let was =
            |path: &&RelPath| self.paths.get(*path).is_some_and(|disk| is_move(&disk.seen, seen));
        alike.iter().find(was).cloned()
    }
}

/// Whether `after` is what `before` was, at another path.
fn is_move(before: &Seen, after: &Seen) -> bool {
    match (&before.kind, &after.kind) {
        (EntryKind::Directory { .. }, EntryKind::Directory { .. }) => {
            before.stat.inode == after.stat.inode
        }
        (a, b) => a.same(b) && after.stat.moved_from(&before.stat),
    }
}

impl<I: Index> Folder<I> {
    /// Nothing stands where something was known to stand.
    pub(super) fn gone(&mut self, turn: &mut Turn<'_>, path: &RelPath) -> Result<(), IndexError> {
        let Some(row) = self.index.get(path)? else { return Ok(()) };
        let Some(disk) = row.disk.clone() else { return Ok(()) };
        if !row.register.winner().kind.is_live() {
            self.end_hold(path, Some(&row))?;
            if let Some(awaiting) = self.on_its_way(turn, &row, &disk)? {
                if self.work.moving.contains(path) {
                    // This device's own move may be what took it away: that is told soon.
                    return Ok(());
                }
                self.gone_on_its_way(turn, &awaiting)?;
            }
            if row.is_file_on_disk() && self.a_kill_may_have_displaced(&disk) {
                // A kill may have come between the change that took it away and its note.
                self.keep(turn, path, &disk)?;
            }
            self.write(Some(&row), Row { disk: None, ..row.clone() }, false)?;
            return Ok(());
        }
        if self.may_be_displaced(&row, &disk) {
            let row = self.displaced(turn, &row, &disk)?;
            self.work.add(row.path);
            return Ok(());
        }
        let unsure = self.may_be_elsewhere(&row);
        // Later news of the path are not known to whoever took it away.
        let disk = OnDisk { version: row.seen_version(), ..disk };
        if !unsure && let Some(held) = self.held_at(path)? {
            // If the delete had arrived, both sides want it gone now.
            return self.let_arrive(turn, held, (row, disk));
        }
        match self.turned_up(&row, &disk)? {
            Some(to) => {
                self.leaving.remove(path);
                self.delete_locally(turn, (path, &disk.version), Some(to), false)
            }
            None => {
                self.leaving.add(turn.now.tick, path.clone(), disk);
                if unsure {
                    self.leaving.unsure.insert(path.clone());
                }
                Ok(())
            }
        }
    }

    /// Whether a file that is missing when the service starts may have been given up: an index that was
    /// set back does not know of it. Nobody works in such a place while the service does not run.
    fn may_be_elsewhere(&self, row: &Row) -> bool {
        let file = row.is_file_on_disk() && row.register.winner().kind.content().is_some();
        !self.disk.known && file && self.rules.keep(&row.path) != Keep::Always
    }

    /// Where a file that disappeared turned up already: this device's own new entry.
    pub(super) fn turned_up(
        &self,
        row: &Row,
        disk: &OnDisk,
    ) -> Result<Option<Destination>, IndexError> {
        let Some(content) = disk.seen.kind.content() else { return Ok(None) };
        let elsewhere = self.index.on_disk(content.hash)?;
        let found =
            elsewhere.into_iter().filter(|other| other.path != row.path).find_map(|other| {
                let there = other.disk.filter(|there| is_move(&disk.seen, &there.seen))?;
                let own = |dot: Dot| dot.actor == self.identity.actor;
                let fresh = own(there.dot) && (!own(disk.dot) || there.dot > disk.dot);
                fresh.then_some(Destination { path: other.path, dot: there.dot, from: disk.dot })
            });
        Ok(found)
    }

    /// Whether a file that was renamed elsewhere stands here where that led: then this device has moved it too.
    pub(super) fn stands_where_it_went(
        &self,
        row: &Row,
        disk: &OnDisk,
    ) -> Result<bool, IndexError> {
        for gone in row.register.siblings() {
            let EntryKind::Tombstone { moved_to: Some(to) } = &gone.kind else { continue };
            let there = self.index.get(&to.path)?.and_then(|there| there.disk);
            if to.from == disk.dot && there.is_some_and(|there| is_move(&disk.seen, &there.seen)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What disappeared from `origin` has turned up at a path.
    pub(super) fn moved(
        &mut self,
        turn: &mut Turn<'_>,
        origin: &RelPath,
        (path, row): (&RelPath, Option<&Row>),
        (seen, basis): (Seen, Version),
    ) -> Result<(), IndexError> {
        if matches!(seen.kind, EntryKind::Directory { .. }) {
            // What it held is told first, or it would be kept for that: its old name goes with the others.
            return self.record(turn, (path, row), seen, basis).map(|_| ());
        }
        let Some(left) = self.leaving.remove(origin) else { return Ok(()) };
        // Noted before it is told, so that the bytes don't travel along.
        let next = self.identity.counter + 1;
        self.note_moved(Dot { actor: self.identity.actor, counter: next });
        // Somebody else put the same there: whoever knows of that knows of this move.
        let same = row.map(|row| row.register.winner()).filter(|own| own.kind.same(&seen.kind));
        let there = same.map(|winner| winner.dot);
        let dot = self.record(turn, (path, row), seen, basis)?;
        let to = Destination { path: path.clone(), dot: there.unwrap_or(dot), from: left.dot };
        self.delete_locally(turn, (origin, &left.version), Some(to), false)
    }

    fn note_moved(&mut self, dot: Dot) {
        if self.disk.moved.len() >= MOVED_MAX {
            self.disk.moved.clear();
        }
        self.disk.moved.insert(dot);
    }

    /// Something that is no directory stands at a path: whatever disappeared below it is deleted for
    /// certain, and has to be told first. If the brake holds it, it stays undecided.
    pub(super) fn settle_below(
        &mut self,
        turn: &mut Turn<'_>,
        path: &RelPath,
    ) -> Result<(), IndexError> {
        self.settle_unsure(Some(path))?;
        let below: Vec<_> = self.leaving.below(path);
        let is_file = |disk: &OnDisk| !matches!(disk.seen.kind, EntryKind::Directory { .. });
        let files = below.iter().filter(|(_, disk)| is_file(disk)).count() as u64;
        let standing = self.totals.files.files.saturating_sub(self.held.files);
        if below.is_empty() || !self.held.source.passes(turn.now.tick, files, standing) {
            return Ok(());
        }
        for (path, disk) in below.iter().rev() {
            self.leaving.remove(path);
            self.delete_locally(turn, (path, &disk.version), None, false)?;
        }
        Ok(())
    }

    /// What may have been given up and has turned up nowhere (below `path`) is not here, and no more.
    fn settle_unsure(&mut self, path: Option<&RelPath>) -> Result<(), IndexError> {
        let there = |one: &&RelPath| path.is_none_or(|above| one.is_below(above));
        let unsure: Vec<_> = self.leaving.unsure.iter().filter(there).cloned().collect();
        for path in unsure {
            self.leaving.remove(&path);
            if let Some(row) = self.index.get(&path)?.filter(|row| row.disk.is_some()) {
                self.write(Some(&row), Row { disk: None, ..row.clone() }, false)?;
            }
        }
        Ok(())
    }

    /// Decides on everything that has disappeared.
    pub(crate) fn settle(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        if self.disk.root == Root::Ready {
            self.settle_unsure(None)?;
        }
        let leaving = std::mem::take(&mut self.leaving).paths;
        if leaving.is_empty() || self.disk.root != Root::Ready {
            return Ok(());
        }
        let is_file = |disk: &OnDisk| !matches!(disk.seen.kind, EntryKind::Directory { .. });
        let files = leaving.values().filter(|disk| is_file(disk)).count() as u64;
        let standing = self.totals.files.files.saturating_sub(self.held.files);
        let accepted = std::mem::take(&mut self.held.accept_next);
        if accepted || self.held.source.passes(turn.now.tick, files, standing) {
            for (path, disk) in leaving.iter().rev() {
                self.delete_locally(turn, (path, &disk.version), None, accepted)?;
            }
        } else {
            for path in leaving.into_keys() {
                self.hold(&HeldRow { path, arrived: None, since: turn.now.wall })?;
            }
            self.tell_held(turn);
        }
        self.tell(turn)?;
        self.pump(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Stat;
    use model::{Actor, Content};

    fn disk(inode: u64) -> OnDisk {
        let kind = EntryKind::File { content: Content::single(b"x"), mode: 0o644 };
        let seen = Seen { kind, stat: Stat { inode, ..Stat::default() } };
        OnDisk { seen, version: Version::default(), dot: Dot { actor: Actor(1), counter: 1 } }
    }

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    #[test]
    fn deletes_wait_until_it_is_quiet_but_not_for_ever() {
        let mut leaving = Leaving::default();
        assert_eq!(leaving.due(), None);
        leaving.add(Tick(0), path("a"), disk(1));
        assert_eq!(leaving.due(), Some(Tick(0).after(QUIET)));
        for step in 1..100 {
            let now = Tick(0).after(QUIET / 2 * step);
            leaving.add(now, path(&format!("f{step}")), disk(u64::from(step)));
        }
        assert_eq!(leaving.due(), Some(Tick(0).after(PATIENCE)));
    }

    #[test]
    fn a_file_that_turns_up_elsewhere_is_recognised_by_its_number() {
        let mut leaving = Leaving::default();
        leaving.add(Tick(0), path("a"), disk(7));
        assert_eq!(leaving.origin_of(&disk(7).seen), Some(path("a")));
        assert_eq!(leaving.origin_of(&disk(8).seen), None);
        leaving.remove(&path("a"));
        assert_eq!(leaving.origin_of(&disk(7).seen), None);
    }

    #[test]
    fn of_two_names_that_one_file_had_the_last_one_is_where_it_was() {
        let mut leaving = Leaving::default();
        let mut before = disk(7);
        before.seen.kind = EntryKind::File { content: Content::single(b"y"), mode: 0o644 };
        for (name, disk) in [("a", before.clone()), ("b", disk(7)), ("c", before)] {
            leaving.add(Tick(0), path(name), disk);
        }
        assert_eq!(leaving.origin_of(&disk(7).seen), Some(path("b")));
    }
}
