//! Everything that the engine can ask for.
//!
//! A closed list. Each action carries what it believes about the world and may be repeated, so that a
//! crash between any two is safe. An action may be carried out only after the transaction in which
//! it arose is committed. Most are answered by an [`crate::Event`].

use model::{Content, ContentHash, DeviceId, FolderId, RelPath, Tick};
use wire::{Message, Want};

use crate::absence::{Brought, Eviction};
use crate::change::Change;
use crate::notice::Notice;
use crate::observation::{Scope, Seen};

/// Something to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Send a message. Answered by [`crate::Event::Sent`].
    Send {
        /// To a connected device.
        to: DeviceId,
        /// What.
        message: Message,
        /// Small files whose bytes shall travel in the message's `small`, if they still stand there
        /// and the frame has room.
        attach: Vec<(RelPath, Content)>,
    },
    /// Look at the disk. Answered by [`crate::Event::Observed`] and [`crate::Event::ScanEnded`].
    Scan {
        /// Where.
        folder: FolderId,
        /// How much.
        scope: Scope,
    },
    /// See which of these contents are in the archive, before the next scan. Answered by
    /// [`crate::Event::NotArchived`].
    LookInArchive {
        /// Where.
        folder: FolderId,
        /// Which contents.
        contents: Vec<ContentHash>,
    },
    /// Change the disk. Answered by [`crate::Event::Applied`].
    Apply {
        /// Where.
        folder: FolderId,
        /// Repeated in the answer.
        batch: u64,
        /// What, in this order.
        changes: Vec<Change>,
    },
    /// Give up the bytes of files, which stay in the folder. Answered by [`crate::Event::Evicted`].
    Evict {
        /// Where.
        folder: FolderId,
        /// Repeated in the answer.
        batch: u64,
        /// Only before this moment: others have promised to keep the files until then.
        until: Tick,
        /// Which.
        files: Vec<Eviction>,
    },
    /// Look whether files stand as they are known, and make them durable. Answered by
    /// [`crate::Event::Assured`].
    Assure {
        /// Where.
        folder: FolderId,
        /// Repeated in the answer.
        batch: u64,
        /// Which, and what must stand there.
        files: Vec<(RelPath, Seen)>,
    },
    /// Tell whoever asked for a file ([`crate::Engine::bring`]) how that ended.
    Brought {
        /// Where.
        folder: FolderId,
        /// What.
        path: RelPath,
        /// How.
        outcome: Brought,
    },
    /// Prepare the staging of a content whose manifest is in the index: take over what an earlier
    /// attempt left, and copy chunks that stand in `alike`. Answered by [`crate::Event::Staged`].
    Stage {
        /// Where.
        folder: FolderId,
        /// Which content.
        content: Content,
        /// Other contents on this disk that may share chunks.
        alike: Vec<ContentHash>,
    },
    /// Fetch bytes into staging. Answered by [`crate::Event::Fetched`].
    Fetch {
        /// Where.
        folder: FolderId,
        /// Repeated in the answer.
        request: u64,
        /// From a connected device.
        from: DeviceId,
        /// What.
        wants: Vec<Want>,
    },
    /// Delete the staged bytes of a content that nobody waits for any more.
    Unstage {
        /// Where.
        folder: FolderId,
        /// Which content.
        content: ContentHash,
    },
    /// Delete archived bytes; no version refers to them any more.
    Purge {
        /// Where.
        folder: FolderId,
        /// Which content.
        content: ContentHash,
    },
    /// Put the folder's marker (back) into its root, which a person has declared to be right.
    Mark {
        /// Where.
        folder: FolderId,
    },
    /// Close the connection to a device that is no member any more.
    Cut {
        /// Whom.
        device: DeviceId,
    },
    /// The set of members or their addresses changed: whom to keep connected.
    Dial,
    /// Tell whoever listens.
    Tell(Notice),
}
