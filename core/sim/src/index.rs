//! The index as naive maps: what the simulator runs the engine on, and the yardstick for the store.
//!
//! Every table remembers what its changes replaced, so that a transaction can be rolled back; a crash
//! is a rollback, a restored backup a clone of an earlier state. Queries walk all rows. Not here: the
//! port itself (`port`).

mod port;
mod table;

use std::cell::Cell;
use std::collections::BTreeMap;

use engine::index::{
    ArchivedRow, DeviceNumber, HeldRow, Holders, Identity, IndexError, PeerState, Row, Tally,
    Totals,
};
use model::entry::EntryKind;
use model::{Actor, ContentHash, Counter, DeviceId, Dot, RelPath, WallTime};
use wire::Sequence;

use table::Table;

/// What names a kept version: when it was replaced, where it stood, which change made it.
type ArchiveKey = (WallTime, RelPath, Dot);

/// An index in memory.
#[derive(Debug, Clone)]
pub struct MapIndex {
    identity: Table<(), Identity>,
    rows: Table<RelPath, Row>,
    by_sequence: Table<Sequence, RelPath>,
    manifests: Table<ContentHash, (Vec<u8>, Vec<ContentHash>)>,
    numbers: Table<DeviceId, DeviceNumber>,
    peers: Table<DeviceNumber, PeerState>,
    actors: Table<Actor, (DeviceId, Counter)>,
    archive: Table<ArchiveKey, ArchivedRow>,
    held: Table<RelPath, HeldRow>,
    promises: Table<ContentHash, ()>,
    /// Links whose time in the history is over; no program asks for them.
    expired_links: Vec<ArchivedRow>,
    calls_until_fault: Cell<Option<u32>>,
}

impl MapIndex {
    /// An empty index that has just been made, on the device `me`.
    #[must_use]
    pub fn new(me: DeviceId, identity: Identity) -> Self {
        let mut index = Self {
            identity: Table::default(),
            rows: Table::default(),
            by_sequence: Table::default(),
            manifests: Table::default(),
            numbers: Table::default(),
            peers: Table::default(),
            actors: Table::default(),
            archive: Table::default(),
            held: Table::default(),
            promises: Table::default(),
            expired_links: Vec::new(),
            calls_until_fault: Cell::new(None),
        };
        index.identity.put((), identity);
        index.numbers.put(me, DeviceNumber(0));
        index.commit();
        index
    }

    /// Makes everything since the last commit durable.
    pub fn commit(&mut self) {
        self.each_table(Keep::Changes);
    }

    /// Forgets everything since the last commit.
    pub fn rollback(&mut self) {
        self.each_table(Keep::Before);
        self.calls_until_fault.set(None);
    }

    /// Makes the call after the next `calls` ones fail, once; `None`: no call.
    pub fn fail_after(&self, calls: Option<u32>) {
        self.calls_until_fault.set(calls);
    }

    /// Every row, in the order of paths.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// Every kept version.
    pub fn kept(&self) -> impl Iterator<Item = &ArchivedRow> {
        self.archive.values()
    }

    /// Links that were kept and are so no more.
    pub fn expired_links(&self) -> impl Iterator<Item = &ArchivedRow> {
        self.expired_links.iter()
    }

    /// Every held path.
    pub fn held_rows(&self) -> impl Iterator<Item = &HeldRow> {
        self.held.values()
    }

    fn each_table(&mut self, keep: Keep) {
        self.identity.end(keep);
        self.rows.end(keep);
        self.by_sequence.end(keep);
        self.manifests.end(keep);
        self.numbers.end(keep);
        self.peers.end(keep);
        self.actors.end(keep);
        self.archive.end(keep);
        self.held.end(keep);
        self.promises.end(keep);
    }

    fn count_call(&self, activity: &str) -> Result<(), IndexError> {
        match self.calls_until_fault.get() {
            None => Ok(()),
            Some(0) => {
                self.calls_until_fault.set(None);
                let cause = "the disk is full".to_owned();
                Err(IndexError { activity: activity.to_owned(), cause })
            }
            Some(calls) => {
                self.calls_until_fault.set(Some(calls - 1));
                Ok(())
            }
        }
    }

    fn sums(&self) -> Totals {
        let devices = self.numbers.values().map(|number| usize::from(number.0) + 1).max();
        let unheld = vec![Tally::default(); devices.unwrap_or(0)];
        let mut totals = Totals { unheld, ..Totals::default() };
        self.rows.values().for_each(|row| add(&mut totals, row));
        totals
    }

    fn holds_on_disk(&self, content: ContentHash) -> impl Iterator<Item = &Row> {
        self.rows.values().filter(move |row| {
            let seen = row.disk.as_ref().map(|disk| &disk.seen.kind);
            seen.and_then(EntryKind::content).is_some_and(|own| own.hash == content)
        })
    }

    fn alike(&self, hash: ContentHash) -> Vec<ContentHash> {
        let Some((_, sketch)) = self.manifests.get(&hash) else { return Vec::new() };
        let mut alike: BTreeMap<ContentHash, usize> = BTreeMap::new();
        for (other, (_, chunks)) in self.manifests.iter() {
            let shared = chunks.iter().filter(|chunk| sketch.contains(chunk)).count();
            if *other != hash && shared > 0 && self.holds_on_disk(*other).next().is_some() {
                alike.insert(*other, shared);
            }
        }
        let mut ranked: Vec<_> = alike.into_iter().collect();
        ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.into_iter().map(|(hash, _)| hash).collect()
    }
}

#[derive(Debug, Clone, Copy)]
enum Keep {
    Changes,
    Before,
}

/// This device and no other.
const ALONE: Holders = Holders(1);

fn add(totals: &mut Totals, row: &Row) {
    let kind = &row.register.winner().kind;
    let count = |tally: &mut Tally| {
        tally.files += 1;
        tally.bytes += kind.size();
    };
    for (number, unheld) in (0..).zip(totals.unheld.iter_mut()) {
        if !row.holders.contains(DeviceNumber(number)) {
            count(unheld);
        }
    }
    if kind.content().is_some() && row.holders == ALONE {
        count(&mut totals.alone);
    }
    match kind {
        EntryKind::Tombstone { .. } => totals.tombstones += 1,
        EntryKind::Directory { .. } => totals.directories += 1,
        EntryKind::File { .. } | EntryKind::Symlink { .. } => {
            count(&mut totals.files);
            if row.needed {
                count(&mut totals.needed);
            }
        }
    }
    totals.pending += u64::from(row.needed && row.problem.is_none());
    totals.conflicts += row.register.losers().count() as u64;
}
