//! Everything that can wake the engine.
//!
//! A closed list: whatever happens outside arrives as one of these, results of actions included.

use model::{ContentHash, DeviceId, FolderId, Problem, RelPath, Tick, WallTime};
use wire::Message;

use crate::absence::Evicted;
use crate::change::Outcome;
use crate::observation::{Observation, Root, Scope};

/// The two clocks, as the owner of the engine reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// For waits.
    pub tick: Tick,
    /// For display and retention.
    pub wall: WallTime,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A member of the home is connected: both certificates were checked.
    Connected {
        /// Who.
        device: DeviceId,
    },
    /// It is not connected any more. What was on its way to it or from it is lost.
    Disconnected {
        /// Who.
        device: DeviceId,
    },
    /// A message of a connected device. Bytes of small files were taken out, checked and staged.
    Received {
        /// From whom.
        from: DeviceId,
        /// What.
        message: Message,
        /// The contents that came with it and are staged now.
        staged: Vec<ContentHash>,
    },
    /// A message was handed to the network; there is room for another.
    Sent {
        /// To whom.
        to: DeviceId,
    },
    /// Paths that differ from what was known on disk. Many come in a row while a scan runs.
    Observed {
        /// Where.
        folder: FolderId,
        /// What.
        observations: Vec<Observation>,
        /// Manifests of the larger files among them.
        manifests: Vec<ManifestRead>,
    },
    /// A scan is through; all that it found was reported before.
    ScanEnded {
        /// Where.
        folder: FolderId,
        /// What it covered.
        scope: Scope,
        /// The state of the root directory.
        root: Root,
    },
    /// What came of [`crate::Action::LookInArchive`].
    NotArchived {
        /// Where.
        folder: FolderId,
        /// What is not in the archive.
        contents: Vec<ContentHash>,
    },
    /// What came of [`crate::Action::Apply`], in the order of its changes.
    Applied {
        /// Where.
        folder: FolderId,
        /// Which batch.
        batch: u64,
        /// One for each change.
        outcomes: Vec<Outcome>,
    },
    /// What came of [`crate::Action::Evict`], in the order of its files.
    Evicted {
        /// Where.
        folder: FolderId,
        /// Which batch.
        batch: u64,
        /// One for each file.
        outcomes: Vec<Evicted>,
    },
    /// What came of [`crate::Action::Assure`], in the order of its files.
    Assured {
        /// Where.
        folder: FolderId,
        /// Which batch.
        batch: u64,
        /// Whether each stands as it is known and survives a power cut.
        sound: Vec<bool>,
    },
    /// How much room the volume has on which the folder's files stand.
    Room {
        /// Where.
        folder: FolderId,
        /// Bytes that are free.
        free: u64,
    },
    /// Programs use files of the folder. Told coarsely: not each time.
    Used {
        /// Where.
        folder: FolderId,
        /// What, and how.
        uses: Vec<(RelPath, Use)>,
    },
    /// What came of [`crate::Action::Stage`].
    Staged {
        /// Where.
        folder: FolderId,
        /// Which content.
        content: ContentHash,
        /// What is there of it.
        staging: Staging,
    },
    /// What came of [`crate::Action::Fetch`].
    Fetched {
        /// Where.
        folder: FolderId,
        /// Which request; 0 for manifests that came for a reader (`stream`).
        request: u64,
        /// One for each want.
        results: Vec<Arrival>,
        /// Manifests that were among the wants and fit their names.
        manifests: Vec<ManifestRead>,
    },
    /// The moment that [`crate::Engine::poll_timeout`] named has come.
    Timeout,
}

/// How a program uses a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It was read or written.
    Once,
    /// It is open from now on (once more).
    Opened,
    /// It is open once less.
    Closed,
}

/// An encoded manifest whose hash was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestRead {
    /// Its hash.
    pub hash: ContentHash,
    /// Its encoding.
    pub bytes: Vec<u8>,
    /// A sample of its chunks, to find files that are alike.
    pub sketch: Vec<ContentHash>,
}

/// How much of a content is staged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Staging {
    /// These runs of chunks `(first, count)` are missing, of `chunks` in all. None: it is complete.
    Missing {
        /// All chunks.
        chunks: u32,
        /// The missing ones, in order, not overlapping.
        missing: Vec<(u32, u32)>,
        /// Bytes that are missing.
        bytes: u64,
    },
    /// It can't be staged.
    Blocked(Problem),
}

/// What became of one want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It came, its hash fits, and it is staged.
    Done,
    /// The device does not have it (any more).
    Missing,
    /// The device sent bytes that don't fit the hash.
    Corrupt,
    /// The connection broke or the device was silent for too long.
    Lost,
    /// It can't be stored here.
    Blocked(Problem),
}
