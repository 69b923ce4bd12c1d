//! What would be lost if this device forgot the folder now: what it has of it that no other one has.
//!
//! Asked before a view ends. It is strict: whatever is not known to be elsewhere counts. Not here: giving
//! up bytes (`evict`), what another device should have and does not (`view`).

use model::{Entry, Mode};

use super::{Folder, ME, Turn};
use crate::index::{Holders, Index, IndexError, Row};

/// What a device would take with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OnlyHere {
    /// Files that stand on its disk.
    pub files: u64,
    /// Changes made on it on which no other device has acted yet.
    pub changes: u64,
    /// Changes that are undecided, on hold, or a side of a conflict.
    pub open: u64,
    /// Bytes of earlier versions.
    pub archived: u64,
}

impl OnlyHere {
    /// Whether nothing would be lost.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl<I: Index> Folder<I> {
    pub(crate) fn only_here(&mut self, turn: &Turn<'_>) -> Result<OnlyHere, IndexError> {
        let open = self.leaving.len() as u64 + self.disk.scans as u64 + self.held.files;
        let mut only =
            OnlyHere { open, archived: self.index.archived_bytes()?, ..OnlyHere::default() };
        let (me, part) = (turn.me, self.taking_part()?);
        self.each_row(|folder, row| {
            let own = |entry: &Entry| folder.author(entry) == Some(me);
            let nowhere = row.holders.0 & part.0 == 0;
            only.files += u64::from(stands_here(row));
            only.changes += u64::from(own(row.register.winner()) && nowhere);
            only.open += row.register.losers().filter(|entry| own(entry)).count() as u64;
            Ok(())
        })?;
        Ok(only)
    }

    /// The other devices that take part; who only looks may forget everything at any moment.
    fn taking_part(&mut self) -> Result<Holders, IndexError> {
        let part = self.pods.iter().filter(|(_, mode)| **mode != Mode::View);
        let mut all = Holders::default();
        for device in part.map(|(device, _)| *device).collect::<Vec<_>>() {
            all = all.with(self.number(device)?, true);
        }
        Ok(all.with(ME, false))
    }
}

fn stands_here(row: &Row) -> bool {
    row.disk.as_ref().is_some_and(|disk| disk.seen.kind.content().is_some())
}
