//! What a person chose: a side of a conflict, an earlier version.
//!
//! A choice is a change like any other: it reaches every device, and two devices that choose in the
//! same conflict agree (`model::Register`). Nothing is lost by choosing: what is displaced goes to the
//! archive.

use model::{ConflictId, DeviceId, Entry, EntryKind, RelPath, Version};
use wire::Archived;

use super::observe::{Said, Standing};
use super::{Folder, Turn};
use crate::index::{Index, IndexError, Row};

/// Which sides of a conflict stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The side that this device wrote, or has at the path.
    Mine,
    /// The other side.
    Theirs,
    /// Both: the losing side under a second name.
    Both,
}

/// Why a command was not carried out. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The folder is not attached on this device.
    #[error("the folder is not attached on this device")]
    NoFolder,
    /// There is no conflict of that id (any more).
    #[error("there is no such conflict; it may have been resolved on another device")]
    NoConflict,
    /// No name is left for the second copy.
    #[error("no name was found for the second copy of {0}")]
    NoName(RelPath),
    /// This device may not change files of the home.
    #[error("this device may only read in this home")]
    Reader,
    /// Nothing is held.
    #[error("nothing is on hold in this folder")]
    NothingHeld,
    /// A file that is not on this disk was meant, and there is none.
    #[error("there is no file at that path that is not on this disk")]
    NotAbsent,
    /// So many files are removed that the safety brake stops it.
    #[error("so many files are being removed that the safety brake has stopped it")]
    Braked,
    /// Too many files are being brought here already.
    #[error("too many files are being fetched already")]
    Busy,
    /// The index could not be read or written.
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl<I: Index> Folder<I> {
    /// Resolves a conflict.
    pub(crate) fn resolve(
        &mut self,
        turn: &mut Turn<'_>,
        id: ConflictId,
        keep: Keep,
    ) -> Result<(), CommandError> {
        if !turn.may_write(turn.me) {
            return Err(CommandError::Reader);
        }
        let (row, loser) = self.find_conflict(id)?.ok_or(CommandError::NoConflict)?;
        let winner = row.register.winner().clone();
        let (mine, theirs) = if self.author(&loser) == Some(turn.me) {
            (&loser, &winner)
        } else {
            (&winner, &loser)
        };
        let chosen = match keep {
            Keep::Mine => mine,
            Keep::Theirs => theirs,
            Keep::Both => &winner,
        };
        if keep == Keep::Both {
            self.keep_copy(turn, &row, &loser)?;
        }
        let mut version = row.register.basis(&winner.version);
        version.join(&loser.version);
        let said = Said {
            kind: chosen.kind.clone(),
            mtime: chosen.mtime,
            basis: version,
            resolves: Some(id),
        };
        let Some(row) = self.index.get(&row.path)? else { return Err(CommandError::NoConflict) };
        self.say(turn, (&row.path, Some(&row)), said, Standing::Still(row.disk.clone()))?;
        self.tell(turn)?;
        Ok(self.pump(turn)?)
    }

    /// Takes back that both sides of a conflict were kept: the second copy goes to the archive, as long as
    /// it is what the choice has put there.
    pub(crate) fn undo_both(
        &mut self,
        turn: &mut Turn<'_>,
        id: ConflictId,
        path: &RelPath,
    ) -> Result<(), CommandError> {
        if !turn.may_write(turn.me) {
            return Err(CommandError::Reader);
        }
        let copy = self.index.get(&copy_path(path, id)?)?.ok_or(CommandError::NoConflict)?;
        let winner = copy.register.winner();
        // Whatever was written there since then is a change of its own, which this must not undo.
        let untouched = winner.resolves == Some(id) && copy.register.siblings().len() == 1;
        if !untouched || !winner.kind.is_live() {
            return Err(CommandError::NoConflict);
        }
        let said = Said {
            kind: EntryKind::Tombstone { moved_to: None },
            mtime: turn.now.wall,
            basis: copy.register.basis(&winner.version),
            resolves: None,
        };
        self.say(turn, (&copy.path, Some(&copy)), said, Standing::Still(copy.disk.clone()))?;
        self.tell(turn)?;
        Ok(self.pump(turn)?)
    }

    fn find_conflict(&self, id: ConflictId) -> Result<Option<(Row, Entry)>, IndexError> {
        let mut after = None;
        loop {
            let rows = self.index.conflicts(after.as_ref(), 256)?;
            let Some(last) = rows.last() else { return Ok(None) };
            after = Some(last.path.clone());
            for row in rows {
                let loser = row
                    .register
                    .conflicts(&row.path)
                    .find(|(own, _)| *own == id)
                    .map(|(_, e)| e.clone());
                if let Some(loser) = loser {
                    return Ok(Some((row, loser)));
                }
            }
        }
    }

    /// Puts the losing side under a second name, which is the same on whichever device it is done.
    fn keep_copy(
        &mut self,
        turn: &mut Turn<'_>,
        row: &Row,
        loser: &Entry,
    ) -> Result<(), CommandError> {
        let id = ConflictId::of(&row.path, loser.dot);
        let path = copy_path(&row.path, id)?;
        let there = self.index.get(&path)?;
        let basis = there.as_ref().map_or_else(Version::default, |row| row.register.knowledge());
        let (kind, mtime) = (loser.kind.clone(), loser.mtime);
        let said = Said { kind, mtime, basis, resolves: Some(id) };
        let disk = Standing::Still(there.as_ref().and_then(|row| row.disk.clone()));
        self.say(turn, (&path, there.as_ref()), said, disk)?;
        Ok(())
    }

    /// Puts an earlier version at a path. `keeper`: another device that keeps its bytes.
    pub(crate) fn restore(
        &mut self,
        turn: &mut Turn<'_>,
        version: &Archived,
        to: &RelPath,
        keeper: Option<DeviceId>,
    ) -> Result<(), CommandError> {
        if !turn.may_write(turn.me) {
            return Err(CommandError::Reader);
        }
        let there = self.index.get(to)?;
        let basis = there.as_ref().map_or_else(Version::default, |row| {
            row.register.basis(&row.register.winner().version)
        });
        if let (Some(device), EntryKind::File { content, .. }) = (keeper, &version.entry.kind) {
            self.want(*content, &[device], to)?;
        }
        let Entry { kind, mtime, .. } = version.entry.clone();
        let said = Said { kind, mtime, basis, resolves: None };
        let disk = Standing::Still(there.as_ref().and_then(|row| row.disk.clone()));
        self.say(turn, (to, there.as_ref()), said, disk)?;
        self.tell(turn)?;
        Ok(self.pump(turn)?)
    }
}

/// Where the losing side of a conflict is put if both are kept.
fn copy_path(path: &RelPath, id: ConflictId) -> Result<RelPath, CommandError> {
    let name = second_name(path.name(), &id.to_string()[..6]);
    path.sibling(&name).map_err(|_| CommandError::NoName(path.clone()))
}

/// `report.txt` becomes `report (other 3f2a1c).txt`.
fn second_name(name: &str, id: &str) -> String {
    match name.rfind('.').filter(|dot| *dot > 0) {
        Some(dot) => format!("{} (other {id}){}", &name[..dot], &name[dot..]),
        None => format!("{name} (other {id})"),
    }
}

#[cfg(test)]
mod tests {
    use super::second_name;

    #[test]
    fn the_second_name_keeps_the_ending() {
        assert_eq!(second_name("report.txt", "3f2a1c"), "report (other 3f2a1c).txt");
        assert_eq!(second_name(".profile", "3f2a1c"), ".profile (other 3f2a1c)");
        assert_eq!(second_name("Makefile", "3f2a1c"), "Makefile (other 3f2a1c)");
    }
}
