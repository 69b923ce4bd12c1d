//! What devices say to each other, in the words of the model.
//!
//! These are plain values; how they become bytes is in `proto` (tags) and `codec` (frames). A value
//! that was decoded is valid: paths, counts and lengths were checked on the way in. Bytes of files
//! are not here but in `bulk`, except those small enough to travel with the change that made them.

use std::time::Duration;

use model::{Actor, ContentHash, Counter, DeviceId, Entry, FolderId, Mode, RelPath, WallTime};

use crate::record::Record;

/// A running number of one device's index of a folder: every change of an entry there raises it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Sequence(pub u64);

/// Proof that two devices mean the same stream: a random number per page, kept by both sides. An
/// index that was restored from a backup can't show the newest one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mark(pub u64);

/// How far a stream was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Which life of the sender's index; 0 if nothing was received yet.
    pub epoch: u64,
    /// Everything up to here was received.
    pub sequence: Sequence,
    /// The mark of the page that ended there.
    pub mark: Mark,
}

/// How long a device keeps what it has promised to keep, by its own clock.
pub const PROMISE_TIME: Duration = Duration::from_secs(600);

/// A message on the control stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Settings of the home that the receiver may lack.
    Home(Vec<Record>),
    /// The sender takes part in a folder; said once per connection, before any update.
    Open(Open),
    /// A page of the sender's index.
    Update(Update),
    /// Changes that the sender did not take over, because the receiver may only read.
    Refused {
        /// Where.
        folder: FolderId,
        /// What.
        paths: Vec<RelPath>,
    },
    /// Do you have these files, and will you keep them for [`PROMISE_TIME`]? The sender wants to give
    /// up its own bytes of them.
    PromiseAsked {
        /// Repeated in the answer: which question an answer belongs to says when it began.
        question: u64,
        /// Where.
        folder: FolderId,
        /// Which, with the content that each has.
        files: Vec<(RelPath, ContentHash)>,
    },
    /// The sender has these files of the question, durably and with just these contents, and will not
    /// give up any file of such a content before [`PROMISE_TIME`] has passed since it answered.
    Promised {
        /// The question.
        question: u64,
        /// Where.
        folder: FolderId,
        /// Which of those that were asked for.
        files: Vec<(RelPath, ContentHash)>,
    },
    /// Which earlier versions of a path do you keep?
    HistoryAsked {
        /// Repeated in the answer.
        question: u64,
        /// Where.
        folder: FolderId,
        /// What; a directory asks for everything below.
        path: RelPath,
    },
    /// The earlier versions that the sender keeps.
    HistoryTold {
        /// The question.
        question: u64,
        /// Newest first.
        versions: Vec<Archived>,
    },
    /// The sender is reading a large new file; its bytes can be had before it is announced.
    Offer(Offer),
    /// How full the disks are that hold the sender's folders, the largest first. Which folders those are,
    /// and where, is not said.
    Disks(Vec<DiskSpace>),
}

/// Bytes of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    /// All.
    pub size: u64,
    /// Those that may still be written; never more than all.
    pub free: u64,
}

/// A large file that is still being read. It promises nothing: what is fetched of it counts only if an
/// [`Update`] names a content that has these chunks. Whoever is not interested does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which folder.
    pub folder: FolderId,
    /// Under which it is asked for ([`crate::Request::offer`]).
    pub number: u64,
    /// Where it stands at the sender.
    pub path: RelPath,
    /// Its bytes.
    pub size: u64,
}

/// The beginning of a folder's exchange on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Which folder.
    pub folder: FolderId,
    /// Which life of the sender's index this is.
    pub epoch: u64,
    /// Under which name the sender makes changes now.
    pub actor: Actor,
    /// The sender's newest entry.
    pub sequence: Sequence,
    /// How far the sender has received the receiver's index.
    pub received: Position,
    /// Which device every known actor belongs to, and its highest counter that the sender has seen.
    pub actors: Vec<(Actor, DeviceId, Counter)>,
    /// How much of the folder the sender keeps.
    pub mode: Mode,
    /// Whether it answers an opening of the receiver; it is not answered itself then.
    pub answer: bool,
}

/// Consecutive changes of the sender's index, in the order of its sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Which folder.
    pub folder: FolderId,
    /// The page covers everything after this …
    pub after: Sequence,
    /// … up to this.
    pub position: Position,
    /// How far the sender had followed the receiver's index when it wrote the page.
    pub followed: Sequence,
    /// Entries that the receiver may not know.
    pub items: Vec<Item>,
    /// Entries that the receiver told the sender and that stand unchanged in the sender's index,
    /// by the receiver's own sequence.
    pub same: Vec<Same>,
    /// Bytes of small new files in `items`, each under its hash.
    pub small: Vec<Small>,
}

/// An entry with all its concurrent versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The sender's sequence of it.
    pub sequence: Sequence,
    /// Where.
    pub path: RelPath,
    /// Every version, winner first; never empty.
    pub siblings: Vec<Entry>,
    /// Whether the winner stands durably on the sender's disk (or is gone from it).
    pub held: bool,
    /// Whether the sender believes that of the receiver. If it is wrong, the receiver answers.
    pub yours_held: bool,
}

/// An entry that needs no repeating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Same {
    /// The receiver's sequence under which it told the entry.
    pub sequence: Sequence,
    /// Whether the winner stands durably on the sender's disk (or is gone from it).
    pub held: bool,
}

/// The bytes of a small file.
#[derive(Clone, PartialEq, Eq)]
pub struct Small {
    /// Their hash, which the receiver checks.
    pub hash: ContentHash,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Small {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} ({} bytes)", self.hash, self.bytes.len())
    }
}

/// A version that is kept after it was replaced or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// Where it stood.
    pub path: RelPath,
    /// What stood there.
    pub entry: Entry,
    /// When it was replaced, by the clock of the device that keeps it.
    pub archived_at: WallTime,
}
