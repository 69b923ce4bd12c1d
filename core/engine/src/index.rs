//! What this device knows of one folder: the port to the index.
//!
//! The engine calls it synchronously and it answers deterministically: a map in unit tests, SQLite
//! in memory in the simulator, SQLite on disk in the service (`store::index`). Every call belongs to
//! the transaction that the owner of the engine has opened; nothing is told to others before it is
//! committed.

use model::{
    Actor, ContentHash, Counter, DeviceId, Dot, Entry, EntryKind, Problem, Register, RelPath,
    Version, WallTime,
};
use wire::{Position, Sequence};

use crate::observation::Seen;

/// Everything known of one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where.
    pub path: RelPath,
    /// What the home knows.
    pub register: Register,
    /// When it last changed in this index in a way that others are told.
    pub sequence: Sequence,
    /// Who told it, under which of their sequences: they need no repeating of it.
    pub via: Option<(DeviceNumber, Sequence)>,
    /// Which devices are known to have acted on the winner, durably (this one included).
    pub holders: Holders,
    /// What stands on this device's disk.
    pub disk: Option<OnDisk>,
    /// Whether work remains: the disk is not as the winner says.
    pub needed: bool,
    /// Why the work waits.
    pub problem: Option<Problem>,
    /// What a person was last shown of a file that is not on this disk; empty while it is there.
    pub shown: Version,
}

impl Row {
    /// Whether something other than a directory stands on this disk.
    #[must_use]
    pub fn is_file_on_disk(&self) -> bool {
        self.disk
            .as_ref()
            .is_some_and(|disk| !matches!(disk.seen.kind, EntryKind::Directory { .. }))
    }
}

impl Row {
    /// All that somebody who sees this disk knows of the path: the version that stands there, and every
    /// other that a person could not tell from it. Of what is not there, what was last shown of it.
    #[must_use]
    pub fn seen_version(&self) -> Version {
        let Some(disk) = &self.disk else { return self.shown.clone() };
        let mut seen = disk.version.clone();
        let same = |entry: &&Entry| entry.dot == disk.dot || entry.kind.same(&disk.seen.kind);
        self.register.siblings().iter().filter(same).for_each(|entry| seen.join(&entry.version));
        seen
    }
}

/// What stands on the disk, and which version it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnDisk {
    /// What was seen.
    pub seen: Seen,
    /// The version that these bytes are.
    pub version: Version,
    /// The change that made them.
    pub dot: Dot,
}

/// A small number that an index gives each device that it ever heard of; this device is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DeviceNumber(pub u8);

/// Numbers that an index can give out: the bits of [`Holders`].
pub const DEVICES_MAX: u8 = 64;

/// A set of devices, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Holders(pub u64);

impl Holders {
    /// Whether `device` is in the set.
    #[must_use]
    pub fn contains(self, device: DeviceNumber) -> bool {
        self.0 >> device.0 & 1 == 1
    }

    /// The set with `device` in it, or not.
    #[must_use]
    pub fn with(self, device: DeviceNumber, held: bool) -> Self {
        let bit = 1 << device.0;
        Self(if held { self.0 | bit } else { self.0 & !bit })
    }

    /// Whether every device of `other` is in this set.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The identity and the counters of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// Which life of the index this is: random, never 0.
    pub epoch: u64,
    /// Under which name changes are made in this life.
    pub actor: Actor,
    /// The last counter used by `actor`.
    pub counter: Counter,
    /// The last sequence used.
    pub sequence: Sequence,
}

/// What is remembered of the exchange with one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PeerState {
    /// How far its index was received.
    pub received: Position,
    /// The last page that was sent to it.
    pub sent: Position,
    /// The page before that, which it may have instead if the connection broke.
    pub sent_before: Position,
    /// Our counter when the last page was sent: what it may know of our changes.
    pub counter_sent: Counter,
}

/// A version kept after it was replaced or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedRow {
    /// Where it stood.
    pub path: RelPath,
    /// What stood there: a file or a link.
    pub entry: Entry,
    /// When it was replaced.
    pub archived_at: WallTime,
}

/// A path of a batch that the safety brake holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRow {
    /// Where.
    pub path: RelPath,
    /// `None`: a delete seen on this disk. Else the register and the teller of a delete that arrived.
    pub arrived: Option<(Register, DeviceNumber, Sequence)>,
    /// Since when.
    pub since: WallTime,
}

/// Sums over the index, made once when it is opened; the engine keeps them current.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// Live files (and links) and their bytes.
    pub files: Tally,
    /// Live directories.
    pub directories: u64,
    /// Of these files, the ones whose winner is not on this disk.
    pub needed: Tally,
    /// Rows of any kind with work remaining and no problem.
    pub pending: u64,
    /// Conflicts (losers).
    pub conflicts: u64,
    /// Per device number: files, links, directories and tombstones on which it has not acted yet.
    pub unheld: Vec<Tally>,
    /// Tombstones.
    pub tombstones: u64,
    /// Of the files, the ones that stand on this disk and are known to be on no other device.
    pub alone: Tally,
}

/// A number of files and their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Where a page of a listing goes on.
pub type After<'a> = Option<&'a RelPath>;

/// The index of one folder.
pub trait Index {
    /// The identity and counters.
    fn identity(&self) -> Result<Identity, IndexError>;
    /// Writes them.
    fn set_identity(&mut self, identity: Identity) -> Result<(), IndexError>;

    /// The row of `path`.
    fn get(&self, path: &RelPath) -> Result<Option<Row>, IndexError>;
    /// Writes a row, replacing the one of the same path.
    fn put(&mut self, row: &Row) -> Result<(), IndexError>;
    /// Forgets a path (a tombstone that every pod has acted on).
    fn remove(&mut self, path: &RelPath) -> Result<(), IndexError>;

    /// Up to `limit` rows with a sequence after `after`, in its order.
    fn since(&self, after: Sequence, limit: usize) -> Result<Vec<Row>, IndexError>;
    /// The row with exactly this sequence.
    fn at(&self, sequence: Sequence) -> Result<Option<Row>, IndexError>;
    /// Up to `limit` rows below `directory` (`None`: all), after `after`, in the order of paths;
    /// tombstones included.
    fn below(
        &self,
        directory: Option<&RelPath>,
        after: After<'_>,
        limit: usize,
    ) -> Result<Vec<Row>, IndexError>;
    /// Whether anything live stands below `directory`.
    fn has_live_below(&self, directory: &RelPath) -> Result<bool, IndexError>;
    /// Up to `limit` rows with work remaining after `after`, in the order of paths.
    fn needed(&self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError>;
    /// Up to `limit` rows that have losers.
    fn conflicts(&self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError>;
    /// Up to `limit` rows with a problem.
    fn problems(&self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError>;
    /// Up to `limit` tombstones on which every one of `pods` has acted, with a sequence of `told` at most.
    fn settled_tombstones(
        &self,
        pods: Holders,
        told: Sequence,
        limit: usize,
    ) -> Result<Vec<RelPath>, IndexError>;
    /// Rows whose file on this disk has this content (a few, any).
    fn on_disk(&self, content: ContentHash) -> Result<Vec<Row>, IndexError>;
    /// Other live paths whose [`RelPath::fold`] is the same.
    fn folded(&self, path: &RelPath) -> Result<Vec<RelPath>, IndexError>;
    /// Contents on this disk that share sampled chunks with the manifest `hash`, most alike first.
    fn similar(&self, hash: ContentHash, limit: usize) -> Result<Vec<ContentHash>, IndexError>;

    /// The encoded manifest of that name.
    fn manifest(&self, hash: ContentHash) -> Result<Option<Vec<u8>>, IndexError>;
    /// Keeps an encoded manifest with the sketch of its chunks.
    fn put_manifest(
        &mut self,
        hash: ContentHash,
        bytes: &[u8],
        sketch: &[ContentHash],
    ) -> Result<(), IndexError>;

    /// The number of a device, given out at the first call.
    fn number(&mut self, device: DeviceId) -> Result<DeviceNumber, IndexError>;
    /// Every device that has a number.
    fn devices(&self) -> Result<Vec<(DeviceNumber, DeviceId)>, IndexError>;
    /// What is remembered of the exchange with a device.
    fn peer(&self, device: DeviceNumber) -> Result<PeerState, IndexError>;
    /// Writes it.
    fn set_peer(&mut self, device: DeviceNumber, state: PeerState) -> Result<(), IndexError>;
    /// Which device every known actor belongs to, and its highest counter seen.
    fn actors(&self) -> Result<Vec<(Actor, DeviceId, Counter)>, IndexError>;
    /// Notes the device and the highest counter of an actor.
    fn set_actor(
        &mut self,
        actor: Actor,
        device: DeviceId,
        counter: Counter,
    ) -> Result<(), IndexError>;

    /// Keeps a replaced version.
    fn archive(&mut self, row: &ArchivedRow) -> Result<(), IndexError>;
    /// Kept versions at and below `path` (`None`: all), newest first, up to `limit`.
    fn archived(
        &self,
        path: Option<&RelPath>,
        limit: usize,
    ) -> Result<Vec<ArchivedRow>, IndexError>;
    /// The oldest kept versions, up to `limit`.
    fn oldest_archived(&self, limit: usize) -> Result<Vec<ArchivedRow>, IndexError>;
    /// Forgets one kept version; whether no other kept version has the same content.
    fn forget_archived(&mut self, row: &ArchivedRow) -> Result<bool, IndexError>;
    /// Bytes of all kept versions.
    fn archived_bytes(&self) -> Result<u64, IndexError>;
    /// Whether some kept version has this content.
    fn is_archived(&self, content: ContentHash) -> Result<bool, IndexError>;

    /// The held paths after `after`, in the order of paths.
    fn held(&self, after: After<'_>, limit: usize) -> Result<Vec<HeldRow>, IndexError>;
    /// The held delete of exactly this path.
    fn held_at(&self, path: &RelPath) -> Result<Option<HeldRow>, IndexError>;
    /// Holds a path.
    fn hold(&mut self, row: &HeldRow) -> Result<(), IndexError>;
    /// Lets go of a path.
    fn unhold(&mut self, path: &RelPath) -> Result<(), IndexError>;

    /// The contents that this device has promised to keep.
    fn promised(&self) -> Result<Vec<ContentHash>, IndexError>;
    /// Notes a promise to keep a content.
    fn promise(&mut self, content: ContentHash) -> Result<(), IndexError>;
    /// A promise has ended.
    fn end_promise(&mut self, content: ContentHash) -> Result<(), IndexError>;

    /// Sums over all rows; walks the index, so only when it is opened.
    fn totals(&self) -> Result<Totals, IndexError>;
}

/// The index could not be read or written. The transaction is to be rolled back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{activity}: {cause}")]
pub struct IndexError {
    /// What was being done, with its object.
    pub activity: String,
    /// What the database reported.
    pub cause: String,
}
