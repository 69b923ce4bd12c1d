//! What a change of one path means for others: edits follow a rename, and a directory that holds
//! something stays.
//!
//! Whoever sees the situation first settles it with a change of its own; if several do, they say the
//! same, which is no conflict.

use model::entry::Destination;
use model::{Dot, Entry, EntryKind, RelPath, Version};

use super::observe::{Said, Standing, left};
use super::{Folder, Turn};
use crate::index::{Index, IndexError, Row};

/// Renames of one thing that are followed.
const HOPS_MAX: usize = 16;

impl<I: Index> Folder<I> {
    /// Looks at a row whose register has just changed from what it was `before`.
    pub(super) fn follow(
        &mut self,
        turn: &mut Turn<'_>,
        before: Option<&Row>,
        row: &Row,
    ) -> Result<(), IndexError> {
        if !turn.may_write(turn.me) {
            return Ok(());
        }
        if let Some((edit, to)) = edited_while_moved(row) {
            if self.was_acted_on(before, &edit) {
                return self.stays(turn, row, &edit);
            }
            if !self.has_bytes(&edit)? {
                return Ok(());
            }
            return self.edit_follows(turn, row, &edit, &to);
        }
        match row.register.winner().kind {
            EntryKind::Tombstone { .. } => Ok(()),
            EntryKind::Directory { .. } => self.keep_parent(turn, &row.path),
            EntryKind::File { .. } | EntryKind::Symlink { .. } => {
                if self.index.has_live_below(&row.path)? {
                    self.keep_directory(turn, row)?;
                }
                self.keep_parent(turn, &row.path)
            }
        }
    }

    /// Whether this device can vouch for what an edit says: its author may have replaced it before anybody
    /// fetched it, and nobody could ever fetch what had followed a rename then.
    fn has_bytes(&self, edit: &Entry) -> Result<bool, IndexError> {
        let Some(content) = edit.kind.content() else { return Ok(true) };
        if self.work.staged.contains(&content.hash) || self.index.is_archived(content.hash)? {
            return Ok(true);
        }
        for row in self.index.on_disk(content.hash)? {
            if !self.leaving.contains(&row.path) && !self.is_undecided(&row.path)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether what is to be placed is an edit that follows a rename: now that its bytes are here, it does.
    pub(super) fn follows_instead(
        &mut self,
        turn: &mut Turn<'_>,
        row: &Row,
    ) -> Result<bool, IndexError> {
        let Some((edit, to)) = edited_while_moved(row) else { return Ok(false) };
        let follows = turn.may_write(turn.me)
            && self.has_bytes(&edit)?
            && self.landing(&row.path, &to)?.is_some();
        if follows {
            self.edit_follows(turn, row, &edit, &to)?;
        }
        Ok(follows)
    }

    /// Whether the author of an edit had acted on the rename already: it is a new file under the old name,
    /// whose author has forgotten the rename since, as everybody may once all have acted.
    fn was_acted_on(&self, before: Option<&Row>, edit: &Entry) -> bool {
        let Some(before) = before.filter(|row| !row.register.winner().kind.is_live()) else {
            return false;
        };
        let author = self.author(edit);
        let number = author.and_then(|device| self.numbers.get(&device));
        number.is_some_and(|number| before.holders.contains(*number))
    }

    /// Says that a new file under an old name knows of the rename, before its author hears of that again.
    fn stays(&mut self, turn: &mut Turn<'_>, row: &Row, edit: &Entry) -> Result<(), IndexError> {
        let basis = row.register.knowledge();
        let (kind, mtime) = (edit.kind.clone(), edit.mtime);
        let said = Said { kind, mtime, basis, resolves: None };
        self.say(turn, (&row.path, Some(row)), said, Standing::Still(row.disk.clone()))?;
        Ok(())
    }

    /// Puts an edit of a path that was moved at the same time to where it was moved.
    fn edit_follows(
        &mut self,
        turn: &mut Turn<'_>,
        row: &Row,
        edit: &Entry,
        to: &Destination,
    ) -> Result<(), IndexError> {
        let Some((there, to, whole)) = self.landing(&row.path, to)? else { return Ok(()) };
        let winner = there.register.winner();
        let since = winner.version.get(edit.dot.actor) > edit.dot.counter;
        if whole && since && self.author(edit) == Some(turn.me) {
            // This device has itself put something there since: this is a new file under the old name.
            return self.stays(turn, row, edit);
        }
        let basis = if !whole {
            // Something was written there on the way, which this edit knows nothing of.
            Version::default()
        } else if winner.dot == to.dot && !since {
            there.register.basis(&winner.version)
        } else {
            // What has been written there since, by whomever, is not what the edit replaces.
            Version::default().with(to.dot)
        };
        let said = Said { kind: edit.kind.clone(), mtime: edit.mtime, basis, resolves: None };
        let disk = Standing::Still(there.disk.clone());
        self.say(turn, (&to.path, Some(&there)), said, disk)?;
        let Some(row) = self.index.get(&row.path)? else { return Ok(()) };
        // The rename stays what it was: another edit that follows it knows nothing of this one.
        let left = Said {
            kind: EntryKind::Tombstone { moved_to: Some(to) },
            mtime: edit.mtime,
            basis: row.register.knowledge(),
            resolves: None,
        };
        self.say(turn, (&row.path, Some(&row)), left, Standing::Still(row.disk.clone()))?;
        Ok(())
    }

    /// Where something that was moved to `to` is now: the place may have been moved on; and whether what
    /// was moved on each time is what had been moved there. `None` if it is not known yet, is gone, or
    /// came back to where it started.
    pub(super) fn landing(
        &self,
        start: &RelPath,
        to: &Destination,
    ) -> Result<Option<(Row, Destination, bool)>, IndexError> {
        let (mut to, mut whole) = (to.clone(), true);
        for _ in 0..HOPS_MAX {
            let Some(there) = self.index.get(&to.path)? else { return Ok(None) };
            if to.path == *start || !there.register.knowledge().contains(to.dot) {
                return Ok(None);
            }
            if let Some(next) = moved_on(&there, to.dot) {
                whole &= next.from == to.dot;
                to = next;
                continue;
            }
            let live = there.register.winner().kind.is_live();
            return Ok(live.then_some((there, to, whole)));
        }
        Ok(None)
    }

    /// A file or link took the place of a directory in which something lives: the directory stays,
    /// the file becomes the losing side of a conflict.
    fn keep_directory(&mut self, turn: &mut Turn<'_>, row: &Row) -> Result<(), IndexError> {
        let said = Said {
            kind: EntryKind::Directory { mode: 0o755 },
            mtime: row.register.winner().mtime,
            basis: Version::default(),
            resolves: None,
        };
        self.say(turn, (&row.path, Some(row)), said, Standing::Still(row.disk.clone()))?;
        Ok(())
    }

    /// Something lives at `path`: what holds it, however far up, has to be a directory.
    fn keep_parent(&mut self, turn: &mut Turn<'_>, path: &RelPath) -> Result<(), IndexError> {
        let mut above = path.parent();
        while let Some(parent) = above {
            if self.work.knows_directory(&parent) {
                return Ok(());
            }
            above = parent.parent();
            let Some(row) = self.index.get(&parent)? else { continue };
            match row.register.winner().kind {
                EntryKind::Directory { .. } => {
                    self.work.note_directory(parent);
                    return Ok(());
                }
                // Made again on the way to what lives in it.
                EntryKind::Tombstone { .. } => {}
                EntryKind::File { .. } | EntryKind::Symlink { .. } => {
                    return self.keep_directory(turn, &row);
                }
            }
        }
        Ok(())
    }
}

/// Where what `dot` had brought to a path was moved on to: something else may stand there since. If that is
/// gone, where its successor was moved to.
fn moved_on(row: &Row, dot: Dot) -> Option<Destination> {
    let mut all = row.register.siblings().iter().filter_map(moved_to);
    all.find(|next| next.from == dot).or_else(|| moved_to(row.register.winner()))
}

/// Where a version says that something was moved to.
pub(super) fn moved_to(entry: &Entry) -> Option<Destination> {
    match &entry.kind {
        EntryKind::Tombstone { moved_to } => moved_to.clone(),
        EntryKind::File { .. } | EntryKind::Symlink { .. } | EntryKind::Directory { .. } => None,
    }
}

/// The one edit of a path that somebody else moved away at the same time, and where to.
fn edited_while_moved(row: &Row) -> Option<(Entry, Destination)> {
    let mut renames = row.register.siblings().iter();
    let (rename, to) = renames.find_map(|entry| Some((entry, moved_to(entry)?)))?;
    let mut live = row.register.siblings().iter().filter(|entry| entry.kind.is_live());
    let edit = live.next()?;
    let only = live.next().is_none() && !matches!(edit.kind, EntryKind::Directory { .. });
    // One that knew of the rename is a new file under the old name, and one that did not know of what
    // was moved is another file.
    let apart = to.from.apart();
    let knew_it = edit.version.contains(to.from)
        && (edit.version.contains(apart) || !rename.version.contains(apart));
    // What the renaming device itself had written before was the losing side of a conflict.
    let elsewhere = edit.dot.actor != rename.dot.actor;
    let anew = edit.version.contains(to.dot) || edit.version.contains(left(to.from));
    let only = only && elsewhere && knew_it && !anew;
    only.then(|| (edit.clone(), to))
}
