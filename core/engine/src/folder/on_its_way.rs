//! What a person does to a file that is to be moved and still stands at its old name: it is done to what the
//! file will be at the new one.
//!
//! Why: where it goes a version waits for just these bytes, and perhaps nobody else has them. If what a
//! person replaces or takes away here stayed awaited there, devices would look for it for ever.
//! Invariant: only what was moved there, or what this device has said of it since, is replaced so; the same
//! bytes that somebody else has put at the new name are theirs. Not here: where a rename leads (`follow`).

use std::collections::BTreeMap;

use model::entry::Destination;
use model::{Dot, Entry, EntryKind, RelPath, WallTime};

use super::follow::moved_to;
use super::observe::{Said, Standing};
use super::{Folder, Turn};
use crate::index::{Index, IndexError, OnDisk, Row};
use crate::observation::Seen;
use crate::planner::{Decision, decide};

/// Renames that are noted.
const NOTED_MAX: usize = 4096;

/// Who waits for the bytes of a file on its way.
#[derive(Debug)]
pub(super) struct Awaiting {
    /// The place to which it is moved.
    there: Row,
    /// The version there that it will be, or that loses there and is to be kept.
    version: Entry,
}

/// Files on their way whose old name somebody has given to something new since: the register there
/// tells of that and no more of the rename.
#[derive(Debug, Default)]
pub(crate) struct OnTheirWay(BTreeMap<RelPath, (Dot, Destination)>);

impl OnTheirWay {
    /// Notes what is forgotten of a rename, while what was renamed still stands at its old name.
    pub(super) fn note(&mut self, before: &Row, after: &Row) {
        let (Some(disk), true) = (&before.disk, after.disk.is_some()) else { return };
        let known = |to: &Destination| {
            after.register.siblings().iter().filter_map(moved_to).any(|own| own == *to)
        };
        let forgotten =
            before.register.siblings().iter().filter_map(moved_to).find(|to| !known(to));
        if let Some(to) = forgotten
            && self.0.len() < NOTED_MAX
        {
            self.0.insert(after.path.clone(), (disk.dot, to));
        }
    }

    /// Nothing is on its way from there any more.
    pub(super) fn forget(&mut self, path: &RelPath) {
        self.0.remove(path);
    }

    fn from(&self, path: &RelPath, disk: &OnDisk) -> Option<Destination> {
        self.0.get(path).filter(|(dot, _)| *dot == disk.dot).map(|(_, to)| to.clone())
    }
}

impl<I: Index> Folder<I> {
    /// Who waits for what stands at a path, if it is to go from there to another one.
    pub(super) fn on_its_way(
        &self,
        turn: &Turn<'_>,
        row: &Row,
        disk: &OnDisk,
    ) -> Result<Option<Awaiting>, IndexError> {
        let stays = row.register.winner().kind.same(&disk.seen.kind);
        if stays || !turn.may_write(turn.me) {
            return Ok(None);
        }
        let told = row.register.siblings().iter().filter_map(moved_to);
        for to in told.chain(self.on_their_way.from(&row.path, disk)) {
            let Some((there, to, _)) = self.landing(&row.path, &to)? else { continue };
            let Some(version) = self.awaited(&there, disk)? else { continue };
            if version.dot.actor == self.identity.actor || version.dot == to.dot {
                return Ok(Some(Awaiting { version: version.clone(), there }));
            }
        }
        Ok(None)
    }

    /// The version of a place that these bytes are to become, or that they are to be kept for.
    fn awaited<'a>(&self, there: &'a Row, disk: &OnDisk) -> Result<Option<&'a Entry>, IndexError> {
        let Some(content) = disk.seen.kind.content() else { return Ok(None) };
        if there.needed && decide(there) == Decision::Place(content) {
            return Ok(Some(there.register.winner()));
        }
        let loser = there.register.losers().find(|loser| loser.kind.same(&disk.seen.kind));
        let is_kept = loser.is_some() && self.index.is_archived(content.hash)?;
        Ok(loser.filter(|_| !is_kept))
    }

    /// A person has edited it.
    pub(super) fn edited_on_its_way(
        &mut self,
        turn: &mut Turn<'_>,
        (row, disk): (&Row, &OnDisk),
        awaiting: &Awaiting,
        seen: Seen,
    ) -> Result<(), IndexError> {
        self.replace_there(turn, awaiting, seen.kind.clone(), seen.stat.mtime)?;
        let disk = Some(OnDisk { seen, ..disk.clone() });
        let after = self.write(Some(row), Row { disk, ..row.clone() }, false)?;
        self.work.add(after.path);
        Ok(())
    }

    /// A person has taken it away. What another device said, that one had the bytes of.
    pub(super) fn gone_on_its_way(
        &mut self,
        turn: &mut Turn<'_>,
        awaiting: &Awaiting,
    ) -> Result<(), IndexError> {
        if awaiting.version.dot.actor != self.identity.actor {
            return Ok(());
        }
        let now = turn.now.wall;
        self.replace_there(turn, awaiting, EntryKind::Tombstone { moved_to: None }, now)
    }

    fn replace_there(
        &mut self,
        turn: &mut Turn<'_>,
        Awaiting { there, version }: &Awaiting,
        kind: EntryKind,
        mtime: WallTime,
    ) -> Result<(), IndexError> {
        let basis = there.register.basis(&version.version);
        let said = Said { kind, mtime, basis, resolves: None };
        self.say(turn, (&there.path, Some(there)), said, Standing::Still(there.disk.clone()))?;
        Ok(())
    }
}
