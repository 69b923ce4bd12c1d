//! The engine's port to the index, answered from the maps.

use engine::index::{
    After, ArchivedRow, DeviceNumber, HeldRow, Holders, Identity, Index, IndexError, PeerState,
    Row, Totals,
};
use model::{Actor, ContentHash, Counter, DeviceId, EntryKind, RelPath, WallTime};
use wire::Sequence;

use super::MapIndex;

/// What an index that was never written answers.
const NO_IDENTITY: IndexError = IndexError { activity: String::new(), cause: String::new() };

fn key_of(row: &ArchivedRow) -> super::ArchiveKey {
    (row.archived_at, row.path.clone(), row.entry.dot)
}

impl MapIndex {
    fn page(&self, after: After<'_>, limit: usize, wanted: impl Fn(&Row) -> bool) -> Vec<Row> {
        let rows = self.rows.values_after(after);
        rows.filter(|row| wanted(row)).take(limit).cloned().collect()
    }
}

impl Index for MapIndex {
    fn identity(&self) -> Result<Identity, IndexError> {
        self.count_call("reading the identity")?;
        self.identity.get(&()).copied().ok_or(NO_IDENTITY)
    }

    fn set_identity(&mut self, identity: Identity) -> Result<(), IndexError> {
        self.count_call("writing the identity")?;
        self.identity.put((), identity);
        Ok(())
    }

    fn get(&self, path: &RelPath) -> Result<Option<Row>, IndexError> {
        self.count_call("reading a row")?;
        Ok(self.rows.get(path).cloned())
    }

    fn put(&mut self, row: &Row) -> Result<(), IndexError> {
        self.count_call("writing a row")?;
        let before = self.rows.get(&row.path).map(|row| row.sequence);
        if let Some(sequence) = before.filter(|sequence| *sequence != row.sequence) {
            self.by_sequence.remove(&sequence);
        }
        if before != Some(row.sequence) {
            self.by_sequence.put(row.sequence, row.path.clone());
        }
        self.rows.put(row.path.clone(), row.clone());
        Ok(())
    }

    fn remove(&mut self, path: &RelPath) -> Result<(), IndexError> {
        self.count_call("removing a row")?;
        if let Some(sequence) = self.rows.get(path).map(|row| row.sequence) {
            self.by_sequence.remove(&sequence);
        }
        self.rows.remove(path);
        Ok(())
    }

    fn since(&self, after: Sequence, limit: usize) -> Result<Vec<Row>, IndexError> {
        self.count_call("reading changes")?;
        let paths = self.by_sequence.values_after(Some(&after)).take(limit);
        Ok(paths.filter_map(|path| self.rows.get(path)).cloned().collect())
    }

    fn at(&self, sequence: Sequence) -> Result<Option<Row>, IndexError> {
        self.count_call("reading a change")?;
        Ok(self.by_sequence.get(&sequence).and_then(|path| self.rows.get(path)).cloned())
    }

    fn below(
        &self,
        directory: Option<&RelPath>,
        after: After<'_>,
        limit: usize,
    ) -> Result<Vec<Row>, IndexError> {
        self.count_call("listing a directory")?;
        Ok(self.page(after, limit, |row| directory.is_none_or(|above| row.path.is_below(above))))
    }

    fn has_live_below(&self, directory: &RelPath) -> Result<bool, IndexError> {
        self.count_call("looking into a directory")?;
        let live = |row: &&Row| row.register.winner().kind.is_live();
        let rows = self.rows.values_after(Some(directory));
        let mut below = rows.take_while(|row| row.path.is_below(directory));
        Ok(below.any(|row| live(&row)))
    }

    fn needed(&self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError> {
        self.count_call("listing what is needed")?;
        Ok(self.page(after, limit, |row| row.needed))
    }

    fn conflicts(&self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError> {
        self.count_call("listing conflicts")?;
        Ok(self.page(after, limit, |row| row.register.losers().next().is_some()))
    }

    fn problems(&self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError> {
        self.count_call("listing problems")?;
        Ok(self.page(after, limit, |row| row.problem.is_some()))
    }

    fn settled_tombstones(
        &self,
        pods: Holders,
        told: Sequence,
        limit: usize,
    ) -> Result<Vec<RelPath>, IndexError> {
        self.count_call("listing settled tombstones")?;
        let settled = |row: &Row| {
            let siblings = row.register.siblings();
            siblings.iter().all(|entry| !entry.kind.is_live())
                && row.holders.covers(pods)
                && row.sequence <= told
        };
        Ok(self.page(None, limit, settled).into_iter().map(|row| row.path).collect())
    }

    fn on_disk(&self, content: ContentHash) -> Result<Vec<Row>, IndexError> {
        self.count_call("looking for a content")?;
        Ok(self.holds_on_disk(content).take(4).cloned().collect())
    }

    fn folded(&self, path: &RelPath) -> Result<Vec<RelPath>, IndexError> {
        self.count_call("looking for names alike")?;
        let fold = path.fold();
        let live = self.rows.values().filter(|row| row.register.winner().kind.is_live());
        let alike = live.filter(|row| row.path != *path && row.path.fold() == fold);
        Ok(alike.map(|row| row.path.clone()).collect())
    }

    fn similar(&self, hash: ContentHash, limit: usize) -> Result<Vec<ContentHash>, IndexError> {
        self.count_call("looking for contents alike")?;
        let mut alike = self.alike(hash);
        alike.truncate(limit);
        Ok(alike)
    }

    fn manifest(&self, hash: ContentHash) -> Result<Option<Vec<u8>>, IndexError> {
        self.count_call("reading a manifest")?;
        Ok(self.manifests.get(&hash).map(|(bytes, _)| bytes.clone()))
    }

    fn put_manifest(
        &mut self,
        hash: ContentHash,
        bytes: &[u8],
        sketch: &[ContentHash],
    ) -> Result<(), IndexError> {
        self.count_call("writing a manifest")?;
        self.manifests.put(hash, (bytes.to_vec(), sketch.to_vec()));
        Ok(())
    }

    fn number(&mut self, device: DeviceId) -> Result<DeviceNumber, IndexError> {
        self.count_call("numbering a device")?;
        if let Some(number) = self.numbers.get(&device) {
            return Ok(*number);
        }
        let number = DeviceNumber(u8::try_from(self.numbers.len()).unwrap_or(u8::MAX));
        self.numbers.put(device, number);
        Ok(number)
    }

    fn devices(&self) -> Result<Vec<(DeviceNumber, DeviceId)>, IndexError> {
        self.count_call("listing devices")?;
        Ok(self.numbers.iter().map(|(device, number)| (*number, *device)).collect())
    }

    fn peer(&self, device: DeviceNumber) -> Result<PeerState, IndexError> {
        self.count_call("reading the state of an exchange")?;
        Ok(self.peers.get(&device).copied().unwrap_or_default())
    }

    fn set_peer(&mut self, device: DeviceNumber, state: PeerState) -> Result<(), IndexError> {
        self.count_call("writing the state of an exchange")?;
        self.peers.put(device, state);
        Ok(())
    }

    fn actors(&self) -> Result<Vec<(Actor, DeviceId, Counter)>, IndexError> {
        self.count_call("listing actors")?;
        let actors = self.actors.iter();
        Ok(actors.map(|(actor, (device, counter))| (*actor, *device, *counter)).collect())
    }

    fn set_actor(
        &mut self,
        actor: Actor,
        device: DeviceId,
        counter: Counter,
    ) -> Result<(), IndexError> {
        self.count_call("writing an actor")?;
        self.actors.put(actor, (device, counter));
        Ok(())
    }

    fn archive(&mut self, row: &ArchivedRow) -> Result<(), IndexError> {
        self.count_call("keeping a version")?;
        self.archive.put(key_of(row), row.clone());
        Ok(())
    }

    fn archived(
        &self,
        path: Option<&RelPath>,
        limit: usize,
    ) -> Result<Vec<ArchivedRow>, IndexError> {
        self.count_call("listing kept versions")?;
        let wanted = |row: &&ArchivedRow| {
            path.is_none_or(|path| row.path == *path || row.path.is_below(path))
        };
        Ok(self.archive.values().rev().filter(wanted).take(limit).cloned().collect())
    }

    fn oldest_archived(&self, limit: usize) -> Result<Vec<ArchivedRow>, IndexError> {
        self.count_call("listing the oldest kept versions")?;
        Ok(self.archive.values().take(limit).cloned().collect())
    }

    fn forget_archived(&mut self, row: &ArchivedRow) -> Result<bool, IndexError> {
        self.count_call("forgetting a kept version")?;
        self.archive.remove(&key_of(row));
        if matches!(row.entry.kind, EntryKind::Symlink { .. }) {
            self.expired_links.push(row.clone());
        }
        Ok(!row.entry.kind.content().is_some_and(|content| self.keeps(content.hash)))
    }

    fn archived_bytes(&self) -> Result<u64, IndexError> {
        self.count_call("measuring the archive")?;
        Ok(self.archive.values().map(|row| row.entry.kind.size()).sum())
    }

    fn is_archived(&self, content: ContentHash) -> Result<bool, IndexError> {
        self.count_call("looking into the archive")?;
        Ok(self.keeps(content))
    }

    fn held(&self, after: After<'_>, limit: usize) -> Result<Vec<HeldRow>, IndexError> {
        self.count_call("listing what is held")?;
        Ok(self.held.values_after(after).take(limit).cloned().collect())
    }

    fn held_at(&self, path: &RelPath) -> Result<Option<HeldRow>, IndexError> {
        self.count_call("looking at what is held")?;
        Ok(self.held.get(path).cloned())
    }

    fn hold(&mut self, row: &HeldRow) -> Result<(), IndexError> {
        self.count_call("holding a path")?;
        self.held.put(row.path.clone(), row.clone());
        Ok(())
    }

    fn unhold(&mut self, path: &RelPath) -> Result<(), IndexError> {
        self.count_call("letting go of a path")?;
        self.held.remove(path);
        Ok(())
    }

    fn promised(&self) -> Result<Vec<ContentHash>, IndexError> {
        self.count_call("listing promises")?;
        Ok(self.promises.iter().map(|(content, ())| *content).collect())
    }

    fn promise(&mut self, content: ContentHash) -> Result<(), IndexError> {
        self.count_call("noting a promise")?;
        self.promises.put(content, ());
        Ok(())
    }

    fn end_promise(&mut self, content: ContentHash) -> Result<(), IndexError> {
        self.count_call("ending a promise")?;
        self.promises.remove(&content);
        Ok(())
    }

    fn totals(&self) -> Result<Totals, IndexError> {
        self.count_call("adding up the index")?;
        Ok(self.sums())
    }
}

impl MapIndex {
    fn keeps(&self, content: ContentHash) -> bool {
        let of = |row: &ArchivedRow| row.entry.kind.content().map(|content| content.hash);
        self.archive.values().any(|row| of(row) == Some(content))
    }

    /// When any version of a path was last archived; for tests of retention.
    #[must_use]
    pub fn newest_kept(&self, path: &RelPath) -> Option<WallTime> {
        self.archive.values().filter(|row| row.path == *path).map(|row| row.archived_at).max()
    }
}
