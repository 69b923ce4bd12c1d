//! The index as maps, with no thought of speed: what [`super::super::FolderIndex`] must agree with.

use std::collections::{BTreeMap, BTreeSet};

use ::model::{Actor, ContentHash, Counter, DeviceId, RelPath};
use engine::index::{
    After, ArchivedRow, DeviceNumber, HeldRow, Holders, Identity, Index, IndexError, PeerState,
    Row, Tally, Totals,
};
use wire::Sequence;

/// Everything in order of writing or of keys.
#[derive(Debug, Clone)]
pub(super) struct Naive {
    identity: Identity,
    rows: BTreeMap<RelPath, Row>,
    manifests: BTreeMap<ContentHash, (Vec<u8>, Vec<ContentHash>)>,
    devices: Vec<(DeviceId, PeerState)>,
    actors: BTreeMap<Actor, (DeviceId, Counter)>,
    archive: Vec<ArchivedRow>,
    held: BTreeMap<RelPath, HeldRow>,
    promises: BTreeSet<ContentHash>,
}

impl Naive {
    pub(super) fn new(identity: Identity) -> Self {
        Self {
            identity,
            rows: BTreeMap::new(),
            manifests: BTreeMap::new(),
            devices: Vec::new(),
            actors: BTreeMap::new(),
            archive: Vec::new(),
            held: BTreeMap::new(),
            promises: BTreeSet::new(),
        }
    }

    fn list(
        &self,
        after: After<'_>,
        limit: usize,
        is_wanted: impl Fn(&Row) -> bool,
    ) -> Result<Vec<Row>, IndexError> {
        let rows = self.rows.values().filter(|row| after.is_none_or(|after| row.path > *after));
        Ok(rows.filter(|row| is_wanted(row)).take(limit).cloned().collect())
    }

    fn newest_first(&self) -> Vec<ArchivedRow> {
        let mut rows = self.archive.clone();
        rows.reverse();
        rows.sort_by_key(|row| std::cmp::Reverse(row.archived_at));
        rows
    }
}

fn is_gone(row: &Row) -> bool {
    !row.register.winner().kind.is_live()
}

pub(super) fn hash_on_disk(row: &Row) -> Option<ContentHash> {
    row.disk.as_ref().and_then(|disk| disk.seen.kind.content()).map(|content| content.hash)
}

impl Index for Naive {
    fn identity(&self) -> Result<Identity, IndexError> {
        Ok(self.identity)
    }

    fn set_identity(&mut self, identity: Identity) -> Result<(), IndexError> {
        self.identity = identity;
        Ok(())
    }

    fn get(&self, path: &RelPath) -> Result<Option<Row>, IndexError> {
        Ok(self.rows.get(path).cloned())
    }

    fn put(&mut self, row: &Row) -> Result<(), IndexError> {
        self.rows.insert(row.path.clone(), row.clone());
        Ok(())
    }

    fn remove(&mut self, path: &RelPath) -> Result<(), IndexError> {
        self.rows.remove(path);
        Ok(())
    }

    fn since(&self, after: Sequence, limit: usize) -> Result<Vec<Row>, IndexError> {
        let mut rows: Vec<Row> =
            self.rows.values().filter(|row| row.sequence > after).cloned().collect();
        rows.sort_by_key(|row| row.sequence);
        rows.truncate(limit);
        Ok(rows)
    }

    fn at(&self, sequence: Sequence) -> Result<Option<Row>, IndexError> {
        Ok(self.rows.values().find(|row| row.sequence == sequence).cloned())
    }

    fn below(
        &self,
        directory: Option<&RelPath>,
        after: After<'_>,
        limit: usize,
    ) -> Result<Vec<Row>, IndexError> {
        self.list(after, limit, |row| directory.is_none_or(|d| row.path.is_below(d)))
    }

    fn has_live_below(&self, directory: &RelPath) -> Result<bool, IndexError> {
        Ok(self.rows.values().any(|row| row.path.is_below(directory) && !is_gone(row)))
    }

    fn needed(&self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError> {
        self.list(after, limit, |row| row.needed)
    }

    fn conflicts(&self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError> {
        self.list(after, limit, |row| row.register.losers().next().is_some())
    }

    fn problems(&self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError> {
        self.list(after, limit, |row| row.problem.is_some())
    }

    fn settled_tombstones(
        &self,
        pods: Holders,
        told: Sequence,
        limit: usize,
    ) -> Result<Vec<RelPath>, IndexError> {
        let settled = |row: &Row| row.holders.covers(pods) && row.sequence <= told;
        let rows = self.list(None, limit, |row| is_gone(row) && settled(row))?;
        Ok(rows.into_iter().map(|row| row.path).collect())
    }

    fn on_disk(&self, content: ContentHash) -> Result<Vec<Row>, IndexError> {
        self.list(None, usize::MAX, |row| hash_on_disk(row) == Some(content))
    }

    fn folded(&self, path: &RelPath) -> Result<Vec<RelPath>, IndexError> {
        let rows = self.list(None, usize::MAX, |row| {
            !is_gone(row) && row.path != *path && row.path.fold() == path.fold()
        })?;
        Ok(rows.into_iter().map(|row| row.path).collect())
    }

    fn similar(&self, hash: ContentHash, limit: usize) -> Result<Vec<ContentHash>, IndexError> {
        let Some((_, sketch)) = self.manifests.get(&hash) else { return Ok(Vec::new()) };
        let mut alike: Vec<(usize, ContentHash)> = self
            .manifests
            .iter()
            .filter(|(other, _)| **other != hash)
            .filter(|(other, _)| self.rows.values().any(|r| hash_on_disk(r) == Some(**other)))
            .map(|(other, (_, chunks))| {
                (sketch.iter().filter(|chunk| chunks.contains(chunk)).count(), *other)
            })
            .filter(|(shared, _)| *shared > 0)
            .collect();
        alike.sort_by_key(|(shared, other)| (std::cmp::Reverse(*shared), *other));
        alike.truncate(limit);
        Ok(alike.into_iter().map(|(_, other)| other).collect())
    }

    fn manifest(&self, hash: ContentHash) -> Result<Option<Vec<u8>>, IndexError> {
        Ok(self.manifests.get(&hash).map(|(bytes, _)| bytes.clone()))
    }

    fn put_manifest(
        &mut self,
        hash: ContentHash,
        bytes: &[u8],
        sketch: &[ContentHash],
    ) -> Result<(), IndexError> {
        let mut sketch = sketch.to_vec();
        sketch.sort();
        sketch.dedup();
        self.manifests.entry(hash).or_insert((bytes.to_vec(), sketch));
        Ok(())
    }

    fn number(&mut self, device: DeviceId) -> Result<DeviceNumber, IndexError> {
        let known = self.devices.iter().position(|(id, _)| *id == device);
        let number = known.unwrap_or_else(|| {
            self.devices.push((device, PeerState::default()));
            self.devices.len() - 1
        });
        Ok(DeviceNumber(u8::try_from(number).unwrap()))
    }

    fn devices(&self) -> Result<Vec<(DeviceNumber, DeviceId)>, IndexError> {
        Ok((0..).map(DeviceNumber).zip(self.devices.iter().map(|(id, _)| *id)).collect())
    }

    fn peer(&self, device: DeviceNumber) -> Result<PeerState, IndexError> {
        Ok(self.devices.get(usize::from(device.0)).map(|(_, state)| *state).unwrap_or_default())
    }

    fn set_peer(&mut self, device: DeviceNumber, state: PeerState) -> Result<(), IndexError> {
        self.devices[usize::from(device.0)].1 = state;
        Ok(())
    }

    fn actors(&self) -> Result<Vec<(Actor, DeviceId, Counter)>, IndexError> {
        Ok(self
            .actors
            .iter()
            .map(|(actor, (device, counter))| (*actor, *device, *counter))
            .collect())
    }

    fn set_actor(
        &mut self,
        actor: Actor,
        device: DeviceId,
        counter: Counter,
    ) -> Result<(), IndexError> {
        let before = self.actors.get(&actor).map_or(0, |(_, counter)| *counter);
        self.actors.insert(actor, (device, counter.max(before)));
        Ok(())
    }

    fn archive(&mut self, row: &ArchivedRow) -> Result<(), IndexError> {
        if !self.archive.contains(row) {
            self.archive.push(row.clone());
        }
        Ok(())
    }

    fn archived(
        &self,
        path: Option<&RelPath>,
        limit: usize,
    ) -> Result<Vec<ArchivedRow>, IndexError> {
        let mut rows = self.newest_first();
        rows.retain(|row| path.is_none_or(|path| row.path == *path || row.path.is_below(path)));
        rows.truncate(limit);
        Ok(rows)
    }

    fn oldest_archived(&self, limit: usize) -> Result<Vec<ArchivedRow>, IndexError> {
        let mut rows = self.newest_first();
        rows.reverse();
        rows.truncate(limit);
        Ok(rows)
    }

    fn forget_archived(&mut self, row: &ArchivedRow) -> Result<bool, IndexError> {
        self.archive.retain(|other| other != row);
        match row.entry.kind.content() {
            Some(content) => Ok(!self.is_archived(content.hash)?),
            None => Ok(false),
        }
    }

    fn archived_bytes(&self) -> Result<u64, IndexError> {
        let contents = self.archive.iter().filter_map(|row| row.entry.kind.content());
        let once: BTreeMap<_, _> = contents.map(|content| (content.hash, content.size)).collect();
        Ok(once.values().sum())
    }

    fn is_archived(&self, content: ContentHash) -> Result<bool, IndexError> {
        let contents = self.archive.iter().filter_map(|row| row.entry.kind.content());
        Ok(contents.map(|kept| kept.hash).any(|kept| kept == content))
    }

    fn held(&self, after: After<'_>, limit: usize) -> Result<Vec<HeldRow>, IndexError> {
        let rows = self.held.values().filter(|row| after.is_none_or(|after| row.path > *after));
        Ok(rows.take(limit).cloned().collect())
    }

    fn held_at(&self, path: &RelPath) -> Result<Option<HeldRow>, IndexError> {
        Ok(self.held.get(path).cloned())
    }

    fn hold(&mut self, row: &HeldRow) -> Result<(), IndexError> {
        self.held.insert(row.path.clone(), row.clone());
        Ok(())
    }

    fn unhold(&mut self, path: &RelPath) -> Result<(), IndexError> {
        self.held.remove(path);
        Ok(())
    }

    fn promised(&self) -> Result<Vec<ContentHash>, IndexError> {
        Ok(self.promises.iter().copied().collect())
    }

    fn promise(&mut self, content: ContentHash) -> Result<(), IndexError> {
        self.promises.insert(content);
        Ok(())
    }

    fn end_promise(&mut self, content: ContentHash) -> Result<(), IndexError> {
        self.promises.remove(&content);
        Ok(())
    }

    fn totals(&self) -> Result<Totals, IndexError> {
        let mut totals =
            Totals { unheld: vec![Tally::default(); self.devices.len()], ..Totals::default() };
        let add = |tally: &mut Tally, bytes| {
            tally.files += 1;
            tally.bytes += bytes;
        };
        for row in self.rows.values() {
            let kind = &row.register.winner().kind;
            match kind {
                ::model::EntryKind::Tombstone { .. } => totals.tombstones += 1,
                ::model::EntryKind::Directory { .. } => totals.directories += 1,
                ::model::EntryKind::File { .. } | ::model::EntryKind::Symlink { .. } => {
                    add(&mut totals.files, kind.size());
                    if row.needed {
                        add(&mut totals.needed, kind.size());
                    }
                }
            }
            if kind.content().is_some() && row.holders == Holders(1) {
                add(&mut totals.alone, kind.size());
            }
            totals.pending += u64::from(row.needed && row.problem.is_none());
            totals.conflicts += row.register.losers().count() as u64;
            for (number, tally) in (0..).zip(&mut totals.unheld) {
                if !row.holders.contains(DeviceNumber(number)) {
                    add(tally, kind.size());
                }
            }
        }
        Ok(totals)
    }
}
