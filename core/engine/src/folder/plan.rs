//! What one path needs, as a change of the disk: with what is believed to stand there, and where the
//! bytes come from.
//!
//! Bytes are looked for in this order: staged, in another file here, in the archive, at another
//! device. A file that goes away elsewhere in the folder is moved, not copied.

use model::{Content, EntryKind, Problem, RelPath};

use super::work::Planned;
use super::{Folder, Turn};
use crate::change::{Change, Make, Source};
use crate::index::{Index, IndexError, OnDisk, Row};
use crate::planner::{Decision, decide};

impl<I: Index> Folder<I> {
    /// Adds what a path needs to the batch, or fetches what it lacks.
    pub(super) fn plan(
        &mut self,
        turn: &mut Turn<'_>,
        path: &RelPath,
        batch: &mut Vec<Planned>,
    ) -> Result<(), IndexError> {
        if self.work.moving.contains(path)
            || self.disk.looking.contains(path)
            || self.leaving.contains(path)
            || self.held_at(path)?.is_some()
        {
            return Ok(());
        }
        let Some(row) = self.index.get(path)?.filter(|row| row.needed) else { return Ok(()) };
        let winner = row.register.winner().clone();
        let make = match (decide(&row), &winner.kind) {
            (Decision::Nothing, _) => return Ok(()),
            (Decision::Adopt, _) => {
                self.write(Some(&row), adopted(&row), false)?;
                return Ok(());
            }
            (Decision::Remove, kind) => {
                self.plan_destination(turn, &row, kind, batch)?;
                if self.work.moving.contains(path) || !self.may_remove(turn, &row)? {
                    return Ok(());
                }
                Make::Nothing
            }
            (Decision::Make, EntryKind::Symlink { target }) => {
                Make::Symlink { target: target.clone() }
            }
            (Decision::Make, kind) => Make::Directory { mode: mode_of(kind) },
            (Decision::Adjust, kind) => {
                Make::Attributes { mode: mode_of(kind), mtime: winner.mtime }
            }
            (Decision::Place(content), kind) => {
                let Some(source) = self.source(turn, &row, content)? else { return Ok(()) };
                if self.follows_instead(turn, &row)? {
                    return Ok(());
                }
                Make::File { content, mode: mode_of(kind), mtime: winner.mtime, source }
            }
        };
        if let Make::File { source: Source::Move { path, .. }, .. } = &make {
            self.work.moving.insert(path.clone());
        }
        self.work.moving.insert(path.clone());
        let change = Change {
            path: path.clone(),
            expect: row.disk.as_ref().map(|disk| disk.seen.clone()),
            archive: archives(&row, &make),
            make,
        };
        batch.push(Planned { change, winner, displaced: row.disk });
        Ok(())
    }

    /// What was moved elsewhere is planned there first, so that the file itself can be moved.
    fn plan_destination(
        &mut self,
        turn: &mut Turn<'_>,
        row: &Row,
        kind: &EntryKind,
        batch: &mut Vec<Planned>,
    ) -> Result<(), IndexError> {
        let EntryKind::Tombstone { moved_to: Some(to) } = kind else { return Ok(()) };
        let here = row.disk.as_ref().and_then(|disk| disk.seen.kind.content());
        let Some(there) = self.index.get(&to.path)? else { return Ok(()) };
        if here.is_some_and(|content| decide(&there) == Decision::Place(content)) {
            // Where it was moved it may not be kept; but it is not thrown away for that.
            self.keep_row_anew(&there)?;
            self.plan(turn, &to.path, batch)?;
        }
        Ok(())
    }

    /// A directory in which something lives is kept, with a change of this device that says so.
    fn may_remove(&mut self, turn: &mut Turn<'_>, row: &Row) -> Result<bool, IndexError> {
        let Some(disk) = &row.disk else { return Ok(false) };
        let directory = matches!(disk.seen.kind, EntryKind::Directory { .. });
        if directory && turn.may_write(turn.me) && self.index.has_live_below(&row.path)? {
            let basis = row.register.knowledge();
            self.record(turn, (&row.path, Some(row)), disk.seen.clone(), basis)?;
            return Ok(false);
        }
        Ok(true)
    }

    /// Where the bytes of a file come from; `None`: they are on their way, or there is no source yet.
    fn source(
        &mut self,
        turn: &mut Turn<'_>,
        row: &Row,
        content: Content,
    ) -> Result<Option<Source>, IndexError> {
        if self.work.staged.contains(&content.hash) {
            return Ok(Some(Source::Staged));
        }
        if let Some(source) = self.source_on_disk(&row.path, content)? {
            return Ok(Some(source));
        }
        if self.index.is_archived(content.hash)? && !self.disk.unusable.contains(&content.hash) {
            return Ok(Some(Source::Archive { hash: content.hash }));
        }
        let sources = self.sources_of(row);
        let nowhere = self.work.nowhere.remove(&content.hash) || sources.is_empty();
        if nowhere && !self.disk.unusable.contains(&content.hash) {
            // A crash, or an index that was lost, may have left bytes in the archive that the index does
            // not know of.
            return Ok(Some(Source::Archive { hash: content.hash }));
        }
        if sources.is_empty() {
            self.work.sourceless = true;
            self.work.retry_later(turn.now.tick);
        } else if !self.want(content, &sources, &row.path)? {
            self.put_problem(turn, &row.path, Problem::Corrupt)?;
        }
        Ok(None)
    }

    fn source_on_disk(
        &self,
        target: &RelPath,
        content: Content,
    ) -> Result<Option<Source>, IndexError> {
        for other in self.index.on_disk(content.hash)? {
            let usable = other.path != *target
                && !self.work.moving.contains(&other.path)
                && !self.disk.looking.contains(&other.path)
                && !self.disk.doubted.contains(&other.path)
                && !self.leaving.contains(&other.path);
            let Some(disk) = other.disk.clone().filter(|_| usable) else { continue };
            let held = self.held_at(&other.path)?;
            if held.as_ref().is_some_and(|held| held.arrived.is_none()) {
                // It is gone from this disk; only nobody has decided on that yet.
                continue;
            }
            let (path, seen) = (other.path.clone(), disk.seen);
            return Ok(Some(if decide(&other) == Decision::Remove && held.is_none() {
                Source::Move { path, seen }
            } else {
                Source::Copy { path, seen }
            }));
        }
        Ok(None)
    }
}

/// Whether what a change displaces is to be kept. A link that was moved away is not: it stands elsewhere.
fn archives(row: &Row, make: &Make) -> bool {
    let Some(disk) = &row.disk else { return false };
    let moved = matches!(row.register.winner().kind, EntryKind::Tombstone { moved_to: Some(_) });
    match (make, &disk.seen.kind) {
        (Make::Attributes { .. }, _)
        | (_, EntryKind::Directory { .. } | EntryKind::Tombstone { .. }) => false,
        (_, EntryKind::Symlink { .. }) => !moved,
        (_, EntryKind::File { .. }) => true,
    }
}

fn adopted(row: &Row) -> Row {
    let winner = row.register.winner();
    let disk = row.disk.clone().map(|disk| OnDisk {
        version: winner.version.clone(),
        dot: winner.dot,
        ..disk
    });
    Row { disk, ..row.clone() }
}

fn mode_of(kind: &EntryKind) -> u16 {
    match kind {
        EntryKind::File { mode, .. } | EntryKind::Directory { mode } => *mode,
        EntryKind::Symlink { .. } | EntryKind::Tombstone { .. } => 0o777,
    }
}
