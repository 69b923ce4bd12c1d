//! What the drive does to files that are not on this disk: they are named, moved and removed without
//! their bytes, shown, and brought here.
//!
//! Each of these is a change like one seen on disk, made on top of the version that is shown, which is
//! the winner. What stands on the disk is changed there, and refused here. Not here: giving bytes up
//! (`evict`), reading without placing (`stream`).

use std::collections::{BTreeMap, BTreeSet};

use model::entry::Destination;
use model::{EntryKind, Problem, RelPath, Version};

use super::choose::CommandError;
use super::observe::{Said, Standing, anew};
use super::{Folder, Turn};
use crate::absence::{Attributes, Brought};
use crate::action::Action;
use crate::index::{Index, IndexError, Row};

/// Files that are being brought at a time.
const BROUGHT_MAX: usize = 4096;
/// Rows that are looked at in one go.
const PAGE: usize = 512;

/// Files that are wanted here although no rule keeps them.
#[derive(Debug, Default)]
pub(crate) struct Absent {
    brought: BTreeSet<RelPath>,
    /// How some of them ended, to be told at the end of the turn.
    ended: BTreeMap<RelPath, Brought>,
}

impl Absent {
    pub(super) fn is_brought(&self, path: &RelPath) -> bool {
        !self.brought.is_empty() && self.brought.contains(path)
    }

    pub(super) fn end(&mut self, path: &RelPath, outcome: Brought) {
        if self.brought.remove(path) {
            self.ended.insert(path.clone(), outcome);
        }
    }
}

impl<I: Index> Folder<I> {
    /// Removes a file that is not on this disk.
    pub(crate) fn remove_absent(
        &mut self,
        turn: &mut Turn<'_>,
        path: &RelPath,
    ) -> Result<(), CommandError> {
        let row = self.absent_row(turn, path)?;
        let standing = self.totals.files.files.saturating_sub(self.held.files);
        if !self.held.source.passes(turn.now.tick, 1, standing) {
            return Err(CommandError::Braked);
        }
        self.leave_absent(turn, &row, None)?;
        self.after_command(turn)
    }

    /// Moves a file that is not on this disk, or everything below a directory that is not.
    pub(crate) fn rename_absent(
        &mut self,
        turn: &mut Turn<'_>,
        from: &RelPath,
        to: &RelPath,
    ) -> Result<(), CommandError> {
        if from == to {
            return Ok(());
        }
        match self.absent_row(turn, from) {
            Ok(row) => self.move_absent(turn, &row, to)?,
            Err(CommandError::NotAbsent) => self.move_below(turn, from, to)?,
            Err(error) => return Err(error),
        }
        self.after_command(turn)
    }

    fn move_below(
        &mut self,
        turn: &mut Turn<'_>,
        from: &RelPath,
        to: &RelPath,
    ) -> Result<(), CommandError> {
        if to.is_below(from) {
            return Err(CommandError::NotAbsent);
        }
        let mut after = None;
        loop {
            let rows = self.index.below(Some(from), after.as_ref(), PAGE)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.path.clone());
            for row in rows.iter().filter(|row| is_absent(row)) {
                let inside = row.path.as_str().get(from.as_str().len()..).unwrap_or_default();
                let target = RelPath::parse(format!("{}{inside}", to.as_str()))
                    .map_err(|_| CommandError::NoName(row.path.clone()))?;
                self.move_absent(turn, row, &target)?;
            }
        }
    }

    fn move_absent(
        &mut self,
        turn: &mut Turn<'_>,
        row: &Row,
        to: &RelPath,
    ) -> Result<(), IndexError> {
        let winner = row.register.winner();
        let there = self.index.get(to)?;
        let basis = there.as_ref().map_or_else(Version::default, over);
        let (kind, mtime) = (winner.kind.clone(), winner.mtime);
        let said = Said { kind, mtime, basis, resolves: None };
        let disk = Standing::Still(there.as_ref().and_then(|there| there.disk.clone()));
        let dot = self.say(turn, (to, there.as_ref()), said, disk)?;
        let destination = Destination { path: to.clone(), dot, from: winner.dot };
        self.leave_absent(turn, row, Some(destination))
    }

    fn leave_absent(
        &mut self,
        turn: &mut Turn<'_>,
        row: &Row,
        moved_to: Option<Destination>,
    ) -> Result<(), IndexError> {
        let said = Said {
            kind: EntryKind::Tombstone { moved_to },
            mtime: turn.now.wall,
            basis: over(row),
            resolves: None,
        };
        self.say(turn, (&row.path, Some(row)), said, Standing::Still(None))?;
        Ok(())
    }

    /// Gives a file that is not on this disk other attributes.
    pub(crate) fn set_attributes(
        &mut self,
        turn: &mut Turn<'_>,
        path: &RelPath,
        change: Attributes,
    ) -> Result<(), CommandError> {
        let row = self.absent_row(turn, path)?;
        let winner = row.register.winner();
        let EntryKind::File { content, mode } = winner.kind else {
            return Err(CommandError::NotAbsent);
        };
        let (mode, mtime) =
            (change.mode.unwrap_or(mode) & 0o777, change.mtime.unwrap_or(winner.mtime));
        let kind = EntryKind::File { content, mode };
        if kind == winner.kind && mtime == winner.mtime {
            return Ok(());
        }
        let said = Said { kind, mtime, basis: over(&row), resolves: None };
        self.say(turn, (path, Some(&row)), said, Standing::Still(None))?;
        self.after_command(turn)
    }

    /// Notes that a person sees the current version of a file that is not on this disk: what is
    /// written there next knows of it.
    pub(crate) fn show(&mut self, path: &RelPath) -> Result<(), CommandError> {
        let row = self.index.get(path)?.filter(is_absent).ok_or(CommandError::NotAbsent)?;
        let shown = row.register.winner().version.clone();
        if row.shown != shown {
            self.write(Some(&row), Row { shown, ..row.clone() }, false)?;
        }
        Ok(())
    }

    /// Wants a file on this disk, whatever the rules say. Answered by [`Action::Brought`].
    pub(crate) fn bring(
        &mut self,
        turn: &mut Turn<'_>,
        path: &RelPath,
    ) -> Result<(), CommandError> {
        let row = self.index.get(path)?.ok_or(CommandError::NotAbsent)?;
        if self.absent.brought.len() >= BROUGHT_MAX {
            return Err(CommandError::Busy);
        }
        self.absent.brought.insert(path.clone());
        let row = self.write(Some(&row), Row { problem: None, ..row.clone() }, false)?;
        if row.needed {
            self.work.add(row.path);
        }
        self.pump(turn).map_err(Into::into)
    }

    /// Nobody waits for a file any more; what has begun may go on.
    pub(crate) fn bring_no_more(&mut self, path: &RelPath) -> Result<(), CommandError> {
        if self.absent.brought.remove(path)
            && let Some(row) = self.index.get(path)?
        {
            self.keep_row_anew(&row)?;
        }
        Ok(())
    }

    /// Notes in what was just written whether it ends a wait.
    pub(super) fn note_brought(&mut self, row: &Row, is_done: bool) {
        if self.absent.is_brought(&row.path) {
            let file = row.register.winner().kind.content().is_some();
            match (is_done, file) {
                (true, true) => self.absent.end(&row.path, Brought::Here),
                (_, false) => self.absent.end(&row.path, Brought::Gone),
                (false, true) => {}
            }
        }
    }

    /// A file that is brought can't be put there: whoever waits hears why, and it is wanted no more.
    pub(super) fn brought_stuck(
        &mut self,
        path: &RelPath,
        problem: Problem,
    ) -> Result<(), IndexError> {
        if self.absent.is_brought(path) {
            self.absent.end(path, Brought::Blocked(problem));
            if let Some(row) = self.index.get(path)? {
                self.keep_row_anew(&row)?;
            }
        }
        Ok(())
    }

    pub(super) fn tell_brought(&mut self, turn: &mut Turn<'_>) {
        for (path, outcome) in std::mem::take(&mut self.absent.ended) {
            turn.ask(Action::Brought { folder: self.id, path, outcome });
        }
    }

    /// The row of a live file of which nothing stands on this disk.
    fn absent_row(&self, turn: &Turn<'_>, path: &RelPath) -> Result<Row, CommandError> {
        if !turn.may_write(turn.me) {
            return Err(CommandError::Reader);
        }
        self.index.get(path)?.filter(is_absent).ok_or(CommandError::NotAbsent)
    }

    fn after_command(&mut self, turn: &mut Turn<'_>) -> Result<(), CommandError> {
        self.tell(turn)?;
        Ok(self.pump(turn)?)
    }
}

/// Whether a live file is not on this disk at all.
fn is_absent(row: &Row) -> bool {
    row.disk.is_none() && row.register.winner().kind.content().is_some()
}

/// What a change over what is shown at a path knows of.
fn over(row: &Row) -> Version {
    let winner = row.register.winner();
    if !winner.kind.is_live() {
        return anew(&row.register);
    }
    let mut seen = row.seen_version();
    seen.join(&winner.version);
    row.register.basis(&seen)
}
