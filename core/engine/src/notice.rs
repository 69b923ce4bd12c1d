//! What a person or a program may want to hear of. Nothing depends on a notice being heard.

use model::{ConflictId, DeviceId, FolderId, Problem, RelPath};

/// Something worth telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A device came or went.
    Device {
        /// Who.
        device: DeviceId,
        /// Whether it is connected now.
        connected: bool,
    },
    /// The home's members, names, folders or policies changed.
    Home,
    /// Files changed on this disk because of another device, or here.
    Changed {
        /// Where.
        folder: FolderId,
        /// What.
        path: RelPath,
        /// Whether this device made the change.
        local: bool,
    },
    /// Another device changed what is listed at a path, and this disk has nothing there.
    Listed {
        /// Where.
        folder: FolderId,
        /// What.
        path: RelPath,
    },
    /// Two devices changed one path without knowing of each other.
    Conflict {
        /// Where.
        folder: FolderId,
        /// What.
        path: RelPath,
        /// Its id.
        id: ConflictId,
    },
    /// A batch of deletes is held.
    Held {
        /// Where.
        folder: FolderId,
        /// How many.
        deletes: u64,
    },
    /// An entry waits.
    Waits {
        /// Where.
        folder: FolderId,
        /// What.
        path: RelPath,
        /// Why.
        problem: Problem,
    },
    /// A device sent bytes that don't fit their hash.
    Corrupt {
        /// Where.
        folder: FolderId,
        /// Who.
        device: DeviceId,
    },
    /// This device's index was restored or copied, and has started a new life.
    NewLife {
        /// Where.
        folder: FolderId,
    },
    /// The state of a folder changed (scanning, syncing, idle).
    Folder {
        /// Which.
        folder: FolderId,
    },
}
