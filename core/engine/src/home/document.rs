//! The records of a home: which are known, genuine, and count.
//!
//! Invariant: which records count depends on the set of genuine ones alone, never on the order in
//! which they came. Governing records are all kept, since later ones are judged by them; of those that
//! nobody else depends on (names, addresses, pods, policies) each author's newest. Genuine records
//! that don't count wait (another may change that), and so do those whose author's key has not come.

use std::collections::BTreeMap;

use model::{ContentHash, DeviceId, HomeId, Stamp};
use wire::{Fact, Record};

use super::Keys;
use super::change::HomeChange;
use super::rules::{self, certifies};
use super::view::View;

/// Records kept although their author's key is not known yet.
const UNVERIFIED_MAX: usize = 1024;
/// Genuine records kept although they don't count.
const REFUSED_MAX: usize = 1024;
/// Records kept of one author on one subject that nobody else depends on: the newest, and some to fall
/// back on should it turn out that the author was removed before.
const LEAF_KEPT: usize = 4;

/// What became of records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merged {
    /// Records that count and did not before: to be stored and told to all other members.
    pub accepted: Vec<Record>,
    /// How many are not genuine, or say what their author may not say.
    pub rejected: usize,
    /// What is different now.
    pub changes: Vec<HomeChange>,
}

/// Where a record stands in the home's order: stamp, author, signature.
type Place = (Stamp, DeviceId, Vec<u8>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Noted {
    record: Record,
    /// Whether it counts.
    counts: bool,
    /// Whether [`Document::news`] has told so.
    told: bool,
}

/// All records known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Document {
    /// Those whose signature was checked.
    genuine: BTreeMap<Place, Noted>,
    unverified: Vec<Record>,
    /// Every device's key; its id is its hash, so whoever told it needs no trust.
    public_keys: BTreeMap<DeviceId, Vec<u8>>,
}

impl Document {
    /// Records that were checked before.
    pub(super) fn trusted(records: Vec<Record>) -> Self {
        let mut document = Self::default();
        records.into_iter().for_each(|record| document.insert(record));
        document
    }

    /// Adds records and checks their signatures; how many are false, or `None` if none was new.
    pub(super) fn add(&mut self, keys: &dyn Keys, records: Vec<Record>) -> Option<usize> {
        let mut pool = std::mem::take(&mut self.unverified);
        let waiting = pool.len();
        for record in records {
            if !self.knows(&record) && !pool.contains(&record) {
                pool.push(record);
            }
        }
        if pool.len() == waiting {
            self.unverified = pool;
            return None;
        }
        self.public_keys.extend(pool.iter().filter_map(certified_key));
        let mut false_ones = 0;
        for record in pool {
            match self.public_keys.get(&record.author) {
                None => self.unverified.push(record),
                Some(key) if is_genuine(keys, key, &record) => self.insert(record),
                Some(_) => false_ones += 1,
            }
        }
        let surplus = self.unverified.len().saturating_sub(UNVERIFIED_MAX);
        self.unverified.drain(..surplus);
        Some(false_ones)
    }

    /// Decides which records count and drops those that are not needed; what holds then.
    pub(super) fn settle(&mut self, home: HomeId) -> View {
        let records: Vec<_> = self.genuine.values().map(|noted| &noted.record).collect();
        let (view, counting) = rules::judge_all(home, &records);
        for (noted, counts) in self.genuine.values_mut().zip(counting) {
            noted.counts = counts;
            noted.told &= counts;
        }
        self.drop_old_leaves();
        self.drop_surplus_refused();
        let records = self.genuine.values().map(|noted| &noted.record);
        self.public_keys = records.filter_map(certified_key).collect();
        view
    }

    /// The records that count and were not returned here before.
    pub(super) fn news(&mut self) -> Vec<Record> {
        let fresh = self.genuine.values_mut().filter(|noted| noted.counts && !noted.told);
        fresh
            .map(|noted| {
                noted.told = true;
                noted.record.clone()
            })
            .collect()
    }

    /// The records that count, in their order.
    pub(super) fn accepted(&self) -> Vec<Record> {
        self.counting().map(|(_, noted)| noted.record.clone()).collect()
    }

    /// How many genuine records don't count.
    pub(super) fn refused(&self) -> usize {
        self.genuine.values().filter(|noted| !noted.counts).count()
    }

    /// How many records wait for their author's key.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.unverified.len()
    }

    /// The newest stamp of a record that counts.
    pub(super) fn newest(&self) -> Stamp {
        self.counting().map(|((stamp, ..), _)| *stamp).last().unwrap_or_default()
    }

    /// A hash over the records that count.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut bytes = Vec::new();
        for ((stamp, author, signature), _) in self.counting() {
            bytes.extend_from_slice(&stamp.millis.to_be_bytes());
            bytes.extend_from_slice(&stamp.count.to_be_bytes());
            bytes.extend_from_slice(&author.0);
            bytes.extend_from_slice(&ContentHash::of(signature).0);
        }
        ContentHash::of(&bytes).0
    }

    fn counting(&self) -> impl Iterator<Item = (&Place, &Noted)> {
        self.genuine.iter().filter(|(_, noted)| noted.counts)
    }

    fn knows(&self, record: &Record) -> bool {
        self.genuine.get(&place(record)).is_some_and(|noted| noted.record == *record)
    }

    fn insert(&mut self, record: Record) {
        let noted = Noted { record, counts: false, told: false };
        self.genuine.insert(place(&noted.record), noted);
    }

    fn drop_old_leaves(&mut self) {
        let mut kept: BTreeMap<(String, DeviceId), usize> = BTreeMap::new();
        let mut old = Vec::new();
        for (place, noted) in self.counting().collect::<Vec<_>>().into_iter().rev() {
            if is_leaf(&noted.record.fact) {
                let newer = kept.entry((noted.record.fact.subject(), place.1)).or_default();
                *newer += 1;
                if *newer > LEAF_KEPT {
                    old.push(place.clone());
                }
            }
        }
        old.iter().for_each(|place| drop(self.genuine.remove(place)));
    }

    fn drop_surplus_refused(&mut self) {
        let surplus = self.refused().saturating_sub(REFUSED_MAX);
        let refused = self.genuine.iter().filter(|(_, noted)| !noted.counts);
        let oldest: Vec<_> = refused.take(surplus).map(|(place, _)| place.clone()).collect();
        oldest.iter().for_each(|place| drop(self.genuine.remove(place)));
    }
}

fn place(record: &Record) -> Place {
    (record.stamp, record.author, record.signature.clone())
}

/// Whether no judgement on another record depends on it.
fn is_leaf(fact: &Fact) -> bool {
    match fact {
        Fact::Name { .. } | Fact::Addresses { .. } | Fact::Pod { .. } | Fact::Policy { .. } => true,
        Fact::Home { .. } | Fact::Member { .. } | Fact::Removed { .. } | Fact::Folder { .. } => {
            false
        }
    }
}

fn certified_key(record: &Record) -> Option<(DeviceId, Vec<u8>)> {
    match &record.fact {
        Fact::Member { device, public_key, .. } if certifies(*device, public_key) => {
            Some((*device, public_key.clone()))
        }
        Fact::Member { .. }
        | Fact::Home { .. }
        | Fact::Removed { .. }
        | Fact::Name { .. }
        | Fact::Addresses { .. }
        | Fact::Folder { .. }
        | Fact::Pod { .. }
        | Fact::Policy { .. } => None,
    }
}

fn is_genuine(keys: &dyn Keys, public_key: &[u8], record: &Record) -> bool {
    keys.verify(public_key, &record.own_signed_bytes(), &record.signature)
}
