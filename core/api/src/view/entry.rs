//! Entries of a folder: where they are, what they were, where versions contradict each other.

use super::views;
use crate::words::{Kept, Kind, Local};

views! {
    /// A page of a directory.
    pub struct EntriesView {
        /// The entries, in the order of their paths.
        pub entries: Vec<EntryView>,
        /// The `after` of the next page; null on the last.
        pub next: Option<String>,
    }

    /// An entry.
    pub struct EntryView {
        /// Its path in the folder.
        pub path: String,
        /// What stands there.
        pub kind: Kind,
        /// Bytes; 0 for what is no file.
        pub size: u64,
        /// When its content was last changed.
        pub mtime: jiff::Timestamp,
        /// How much of it is on this device; of a directory: of the files below it, counted whole.
        pub local: Local,
        /// How many devices are known to hold all of it; null for a directory, of which nobody counts.
        pub holders: Option<u32>,
        /// Whether it, and what is below it, stays on this device as its rules say; null where this device takes
        /// no part in the folder.
        #[serde(default)]
        pub kept: Option<Kept>,
    }

    /// How much stands at and below a path.
    pub struct AmountView {
        /// Files and links.
        pub files: u64,
        /// Their bytes.
        pub bytes: u64,
        /// Of these, those that are on this device.
        pub here_files: u64,
        /// Their bytes.
        pub here_bytes: u64,
    }

    /// A device that holds an entry's content.
    pub struct HolderView {
        /// Its id in full.
        pub device: String,
        /// Its name.
        pub name: String,
        /// Whether it can be asked for it at once; true for this device.
        pub connected: bool,
        /// Whether it holds all of it.
        pub complete: bool,
        /// Round trip, in milliseconds; null if not connected.
        pub rtt_ms: Option<f64>,
        /// Bytes a second that it was last seen to send; null if not known.
        pub rate: Option<u64>,
    }

    /// Versions of one entry that were made without knowing of each other.
    pub struct ConflictView {
        /// Its id: the same on every device.
        pub id: String,
        /// The folder's name.
        pub folder: String,
        /// The path.
        pub path: String,
        /// The version at the path first, then the one that lost it.
        pub sides: Vec<ConflictSide>,
    }

    /// One version of a conflict.
    pub struct ConflictSide {
        /// Id of the device that made it.
        pub device: String,
        /// Its name.
        pub name: String,
        /// What it is; null if the entry was deleted.
        pub kind: Option<Kind>,
        /// When its content was last changed, by that device's clock.
        pub mtime: jiff::Timestamp,
        /// Bytes.
        pub size: u64,
        /// What `restore` calls it once another version stands at the path and this one is in the
        /// archive.
        #[serde(default)]
        pub version: String,
    }

    /// The beginning of one version of a conflict, or all of it.
    pub struct SideContentView {
        /// The bytes in Base64, with padding.
        pub data: String,
        /// Whether they are all there are.
        pub complete: bool,
    }

    /// A version in the archive.
    pub struct VersionView {
        /// What `restore` calls it.
        pub version: String,
        /// When its content was last changed.
        pub mtime: jiff::Timestamp,
        /// When it was replaced or deleted; null for what stands at the path now.
        pub archived: Option<jiff::Timestamp>,
        /// Bytes.
        pub size: u64,
        /// Id of the device that made it.
        pub device: String,
        /// Its name.
        pub name: String,
    }

    /// A version was put back.
    pub struct RestoreView {
        /// Where it stands, in the folder.
        pub path: String,
    }
}
