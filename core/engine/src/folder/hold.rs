//! Held batches: deletes that the safety brake stopped, on this disk or on their way to it.
//!
//! A held path is kept in the index, so it stays held over a restart. Nothing of a held batch is
//! applied or told to others until a person lets it through ([`Folder::release`]) or puts the files
//! back ([`Folder::undo`]). Deletes that arrive in full pages are held until the page that ends the
//! batch has come, then judged together.

use model::{Register, RelPath, WallTime};
use wire::{Item, Sequence};

use super::brake::Brake;
use super::{Folder, ME, Turn};
use crate::action::Action;
use crate::index::{DeviceNumber, HeldRow, Index, IndexError, OnDisk, Row};
use crate::notice::Notice;
use crate::observation::Root;

/// Rows that are looked at in one go.
const PAGE: usize = 1024;

/// A delete that arrived, of something that stands on this disk.
pub(super) struct Arrived {
    pub(super) item: Item,
    pub(super) register: Register,
    /// Directories go along with a batch, but only files count.
    pub(super) is_file: bool,
}

/// The two brakes of a folder, and what they hold.
#[derive(Debug, Default)]
pub(crate) struct Held {
    pub(super) source: Brake,
    arrivals: Brake,
    /// Held paths that are files, and since when the oldest.
    pub(super) files: u64,
    pub(super) rows: u64,
    pub(super) since: Option<WallTime>,
    /// A person has declared an emptied root to be right: what is found missing next is deleted.
    pub(super) accept_next: bool,
    /// Files among the deletes of a batch whose end has not come yet.
    undecided: Option<u64>,
}

impl Held {
    pub(super) fn any(&self) -> bool {
        self.rows > 0
    }

    /// Whether there is something for a person to decide.
    pub(super) fn decided(&self) -> bool {
        self.rows > 0 && self.undecided.is_none()
    }
}

impl<I: Index> Folder<I> {
    /// Switches both brakes on or off; what is held already stays held.
    pub(crate) fn set_brake(&mut self, on: bool) {
        self.held.source.set_on(on);
        self.held.arrivals.set_on(on);
    }

    /// Counts what an earlier run held.
    pub(super) fn recall_held(&mut self) -> Result<(), IndexError> {
        for row in self.held_rows()? {
            self.note_held(&row)?;
        }
        Ok(())
    }

    fn held_rows(&self) -> Result<Vec<HeldRow>, IndexError> {
        let mut all: Vec<HeldRow> = Vec::new();
        loop {
            let page = self.index.held(all.last().map(|row| &row.path), PAGE)?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    fn note_held(&mut self, row: &HeldRow) -> Result<(), IndexError> {
        let is_file = self.index.get(&row.path)?.is_some_and(|known| known.is_file_on_disk());
        self.held.rows += 1;
        self.held.files += u64::from(is_file);
        let since = self.held.since.unwrap_or(row.since);
        self.held.since = Some(since.min(row.since));
        Ok(())
    }

    /// Holds a delete: seen here, or arrived.
    pub(super) fn hold(&mut self, row: &HeldRow) -> Result<(), IndexError> {
        self.index.hold(row)?;
        self.note_held(row)
    }

    /// A path is held no longer; the rest of the batch is.
    pub(super) fn unhold(&mut self, path: &RelPath, row: Option<&Row>) -> Result<(), IndexError> {
        self.index.unhold(path)?;
        self.held.rows = self.held.rows.saturating_sub(1);
        let is_file = row.is_some_and(Row::is_file_on_disk);
        self.held.files = self.held.files.saturating_sub(u64::from(is_file));
        if self.held.rows == 0 {
            (self.held.files, self.held.since) = (0, None);
        }
        Ok(())
    }

    /// The held delete of exactly this path.
    pub(super) fn held_at(&self, path: &RelPath) -> Result<Option<HeldRow>, IndexError> {
        if self.held.any() { self.index.held_at(path) } else { Ok(None) }
    }

    /// Whether something is gone from this disk, and only nobody has decided on that yet.
    pub(super) fn is_undecided(&self, path: &RelPath) -> Result<bool, IndexError> {
        Ok(self.held_at(path)?.is_some_and(|held| held.arrived.is_none()))
    }

    /// A delete that was seen here and is held has nothing left to decide: something stands there again,
    /// or everybody wants it gone.
    pub(super) fn end_hold(&mut self, path: &RelPath, row: Option<&Row>) -> Result<(), IndexError> {
        if self.is_undecided(path)? {
            self.unhold(path, row)?;
        }
        Ok(())
    }

    fn let_go(&mut self, rows: &[HeldRow]) -> Result<(), IndexError> {
        for row in rows {
            self.index.unhold(&row.path)?;
        }
        let (source, arrivals) =
            (std::mem::take(&mut self.held.source), std::mem::take(&mut self.held.arrivals));
        self.held = Held { source, arrivals, ..Held::default() };
        // What was wanted at these paths meanwhile was not done.
        self.work.sweep();
        Ok(())
    }

    /// Deletes that arrived: they pass, or are held. `more`: the batch goes on in the next page.
    pub(super) fn judge_arrivals(
        &mut self,
        turn: &mut Turn<'_>,
        from: DeviceNumber,
        deletes: Vec<Arrived>,
        more: bool,
    ) -> Result<(), IndexError> {
        let waiting = self.held.undecided;
        if deletes.is_empty() && waiting.is_none() {
            return Ok(());
        }
        let counted = deletes.iter().filter(|delete| delete.is_file).count() as u64;
        let sum = counted + waiting.unwrap_or(0);
        let files = self.totals.files.files;
        let passes =
            !more && !self.held.decided() && self.held.arrivals.passes(turn.now.tick, sum, files);
        if passes {
            if waiting.is_some() {
                self.release_rows(turn)?;
            }
            for Arrived { item, register, .. } in deletes {
                let before = self.index.get(&item.path)?;
                self.join(turn, from, (&item, register), before)?;
            }
            return Ok(());
        }
        for Arrived { item, register, .. } in deletes {
            let arrived = Some((register, from, item.sequence));
            self.hold(&HeldRow { path: item.path, arrived, since: turn.now.wall })?;
        }
        self.held.undecided = more.then_some(sum);
        if self.held.decided() {
            self.tell_held(turn);
        }
        Ok(())
    }

    pub(super) fn tell_held(&self, turn: &mut Turn<'_>) {
        turn.ask(Action::Tell(Notice::Held { folder: self.id, deletes: self.held.files }));
    }

    /// News of a path whose delete is held: another delete stays held, anything else ends the hold.
    pub(super) fn hear_of_held(
        &mut self,
        turn: &mut Turn<'_>,
        from: DeviceNumber,
        (item, mut theirs): (&Item, Register),
        before: Option<Row>,
    ) -> Result<(), IndexError> {
        let held = self.index.held_at(&item.path)?;
        let told = theirs.clone();
        let (mut arrived, mut more) = (false, false);
        if let Some(HeldRow { arrived: Some((register, ..)), .. }) = &held {
            (arrived, more) = (true, theirs.join(register));
        }
        if theirs.winner().kind.is_live() || !arrived {
            if arrived {
                self.unhold(&item.path, before.as_ref())?;
            }
            if !more {
                return self.join(turn, from, (item, theirs), before);
            }
            // The teller does not know of the delete that was held, so it is not its word that is taken over.
            let own = Item { sequence: Sequence(0), ..item.clone() };
            self.join(turn, ME, (&own, theirs), before)?;
            let before = self.index.get(&item.path)?;
            return self.join(turn, from, (item, told), before);
        }
        let (teller, at) = if more { (ME, Sequence(0)) } else { (from, item.sequence) };
        let arrived = Some((theirs, teller, at));
        self.index.hold(&HeldRow { path: item.path.clone(), arrived, since: turn.now.wall })
    }

    /// What a held delete was going to take away from this disk is gone already: it may arrive. If it did not
    /// know of all that stood there, whoever took it away here has to say so. A delete that was seen here
    /// stays held.
    pub(super) fn let_arrive(
        &mut self,
        turn: &mut Turn<'_>,
        held: HeldRow,
        (before, disk): (Row, OnDisk),
    ) -> Result<(), IndexError> {
        let Some((register, from, sequence)) = held.arrived else { return Ok(()) };
        self.unhold(&held.path, Some(&before))?;
        let mut after = before.register.clone();
        after.join(&register);
        let before = if after.winner().kind.is_live() {
            self.leaving.add(turn.now.tick, held.path.clone(), disk);
            before
        } else {
            self.write(Some(&before), Row { disk: None, ..before.clone() }, false)?
        };
        let (path, siblings) = (held.path, register.siblings().to_vec());
        let item = Item { sequence, path, siblings, held: true, yours_held: false };
        self.join(turn, from, (&item, register), Some(before))
    }

    /// A device lost its index: it no longer knows of the deletes that it told and that are held.
    pub(super) fn forget_teller(&mut self, number: DeviceNumber) -> Result<(), IndexError> {
        for held in self.held_rows()? {
            if let Some((register, from, _)) = held.arrived.clone()
                && from == number
            {
                let arrived = Some((register, ME, Sequence(0)));
                self.index.hold(&HeldRow { arrived, ..held })?;
            }
        }
        Ok(())
    }

    /// Lets everything that is held now through.
    pub(crate) fn release(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        self.held.source.reset();
        self.held.arrivals.reset();
        self.release_rows(turn)?;
        self.held.accept_next = self.disk.root != Root::Ready;
        self.accept_root(turn);
        self.tell(turn)?;
        self.pump(turn)
    }

    fn release_rows(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        let rows = self.held_rows()?;
        self.let_go(&rows)?;
        // Children before parents, as a person would delete them.
        for row in rows.into_iter().rev() {
            let before = self.index.get(&row.path)?;
            match row.arrived {
                None => {
                    let seen = before.as_ref().map(Row::seen_version).unwrap_or_default();
                    self.delete_locally(turn, (&row.path, &seen), None, true)?;
                }
                Some((register, from, sequence)) => {
                    let siblings = register.siblings().to_vec();
                    let (path, held) = (row.path, true);
                    let item = Item { sequence, path, siblings, held, yours_held: false };
                    self.join(turn, from, (&item, register), before)?;
                }
            }
        }
        Ok(())
    }

    /// Puts the files of everything that is held back: here if the delete was seen here, in the whole
    /// home if it arrived.
    pub(crate) fn undo(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        let rows = self.held_rows()?;
        self.let_go(&rows)?;
        for row in rows {
            let Some(before) = self.index.get(&row.path)? else { continue };
            match row.arrived {
                None => {
                    let after = Row { disk: None, ..before.clone() };
                    let after = self.write(Some(&before), after, false)?;
                    self.work.add(after.path);
                }
                Some((register, ..)) => self.revive(turn, &before, &register)?,
            }
        }
        if self.disk.root != Root::Ready {
            self.forget_disk()?;
        }
        self.accept_root(turn);
        self.tell(turn)?;
        self.pump(turn)
    }

    /// Nothing is believed to stand on the disk any more: all of it is put back, and what the next scan
    /// finds standing is taken as it is.
    fn forget_disk(&mut self) -> Result<(), IndexError> {
        self.work.sweep();
        self.each_row(|folder, row| {
            if row.disk.is_some() {
                folder.write(Some(row), Row { disk: None, ..row.clone() }, false)?;
            }
            Ok(())
        })
    }

    /// What stands here overrules a delete that arrived.
    fn revive(
        &mut self,
        turn: &mut Turn<'_>,
        before: &Row,
        gone: &Register,
    ) -> Result<(), IndexError> {
        let Some(disk) = before.disk.clone() else { return Ok(()) };
        let mut basis = before.register.basis(&before.seen_version());
        basis.join(&gone.knowledge());
        self.record(turn, (&before.path, Some(before)), disk.seen, basis)?;
        Ok(())
    }

    /// A person has declared the root directory, as it is, to be right.
    fn accept_root(&mut self, turn: &mut Turn<'_>) {
        if self.disk.root != Root::Ready {
            // Nothing is put there before the scan has seen what stands.
            self.disk.root = Root::Ready;
            self.disk.known = false;
            turn.ask(Action::Mark { folder: self.id });
            self.scan(turn, crate::observation::Scope::Folder);
        }
    }
}
