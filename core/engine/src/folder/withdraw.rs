//! A version of this device whose bytes nobody has: it is taken back.
//!
//! Why: an edit follows a rename while its bytes stand under the old name (`follow`), and a program may replace
//! them there before they are copied. Devices would look for them for ever.
//! Invariants: only the device that said a version takes it back, and only while every device with a pod here
//! is connected and all of them, this disk and this archive were asked. What a person chose stays chosen
//! (`choose`); `status` tells of it. Not here: who is asked (`fetch`).

use model::{ContentHash, EntryKind, RelPath};

use super::observe::{Said, Standing};
use super::{Folder, ME, Turn};
use crate::index::{Holders, Index, IndexError, Row};

impl<I: Index> Folder<I> {
    /// Says again what stands at a path, or that nothing does, if the version that is wanted there is one of
    /// this device and its bytes are nowhere.
    pub(super) fn withdraw(
        &mut self,
        turn: &mut Turn<'_>,
        path: &RelPath,
        content: ContentHash,
    ) -> Result<(), IndexError> {
        let Some(row) = self.index.get(path)?.filter(|row| row.needed) else { return Ok(()) };
        if !self.is_lost(turn, &row, content)? {
            return Ok(());
        }
        let (kind, mtime) = match &row.disk {
            Some(disk) => (disk.seen.kind.clone(), disk.seen.stat.mtime),
            None => (EntryKind::Tombstone { moved_to: None }, turn.now.wall),
        };
        let standing = match &row.disk {
            Some(disk) => Standing::This(disk.seen.clone()),
            None => Standing::Still(None),
        };
        let basis = row.register.winner().version.clone();
        let said = Said { kind, mtime, basis, resolves: None };
        self.say(turn, (path, Some(&row)), said, standing)?;
        self.tell(turn)
    }

    fn is_lost(
        &self,
        turn: &Turn<'_>,
        row: &Row,
        content: ContentHash,
    ) -> Result<bool, IndexError> {
        let winner = row.register.winner();
        let own = winner.dot.actor == self.identity.actor && winner.resolves.is_none();
        let wanted = winner.kind.content().is_some_and(|wanted| wanted.hash == content);
        let nobody = row.holders.with(ME, false) == Holders::default();
        let here = |device| self.peers.get(device).is_some_and(|peer| peer.opened);
        let all_here = self.pods.keys().all(|device| *device == turn.me || here(device));
        let asked = own && wanted && nobody && all_here && turn.may_write(turn.me);
        Ok(asked
            && self.disk.unusable.contains(&content)
            && !self.work.staged.contains(&content)
            && !self.index.is_archived(content)?
            && self.index.on_disk(content)?.is_empty())
    }
}
