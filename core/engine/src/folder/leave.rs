//! Something disappeared from the disk: was it moved, or deleted?
//!
//! A disappearance waits for a moment, because programs save by writing beside and renaming, and
//! because a rename is seen as two events. If the same file turns up elsewhere it was moved. What
//! stays away is deleted, all of it together, if the safety brake lets it.
//! Invariant: no delete is decided on before the disk was looked at once more (`look_again`). What came back just
//! as it was, as all in a directory that was moved away and back, looks unchanged to a scan, which tells
//! of nothing there.

use model::entry::Destination;
use model::{Dot, EntryKind, Keep, RelPath, Tick, Version};

use super::leaving::{Looked, is_move};
use super::{Folder, Turn};
use crate::index::{HeldRow, Index, IndexError, OnDisk, Row};
use crate::observation::{Root, Scope, Seen};

/// Moves that are remembered as such.
const MOVED_MAX: usize = 100_000;

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

    /// When what has disappeared is looked at once more. While the root is not as it should be, nothing is
    /// decided: a scan that ends may say that it is again.
    pub(super) fn leaving_due(&self) -> Option<Tick> {
        self.leaving.due().filter(|_| self.disk.root == Root::Ready)
    }

    /// What has disappeared is looked at once more before it is decided on.
    pub(crate) fn settle(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        if self.disk.root != Root::Ready {
            return Ok(());
        }
        self.settle_unsure(None)?;
        if let Some(scope) = self.leaving.look_again() {
            self.scan(turn, scope);
        }
        Ok(())
    }

    /// A scan has ended: if it looked at what had disappeared, that is decided on.
    pub(super) fn looked_again(
        &mut self,
        turn: &mut Turn<'_>,
        scope: &Scope,
    ) -> Result<(), IndexError> {
        let Some(Looked { gone, back }) = self.leaving.looked_again(scope) else { return Ok(()) };
        // What was wanted there while it seemed gone was not done.
        back.into_iter().for_each(|path| self.work.add(path));
        let is_file = |disk: &OnDisk| !matches!(disk.seen.kind, EntryKind::Directory { .. });
        let files = gone.iter().filter(|(_, disk)| is_file(disk)).count() as u64;
        let standing = self.totals.files.files.saturating_sub(self.held.files);
        if gone.is_empty() {
            return Ok(());
        }
        let accepted = std::mem::take(&mut self.held.accept_next);
        if accepted || self.held.source.passes(turn.now.tick, files, standing) {
            for (path, disk) in gone.iter().rev() {
                self.delete_locally(turn, (path, &disk.version), None, accepted)?;
            }
        } else {
            for (path, _) in gone {
                self.hold(&HeldRow { path, arrived: None, since: turn.now.wall })?;
            }
            self.tell_held(turn);
        }
        self.tell(turn)
    }
}
