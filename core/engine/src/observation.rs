//! What was seen on this device's disk.
//!
//! An observation is a fact, not a change: the engine compares it with what it knew. Paths that look
//! as they did are not reported at all. Not here: how the disk is looked at (`disk::scanner`).

use model::{EntryKind, Problem, RelPath, WallTime};

/// The fingerprint of something on disk: while it is unchanged, its content is taken as unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Stat {
    /// Bytes; 0 for what is no file.
    pub size: u64,
    /// Last change of the content.
    pub mtime: WallTime,
    /// Last change of content or attributes, which no program can set.
    pub ctime: WallTime,
    /// The file's number on its volume; a rename keeps it.
    pub inode: u64,
    /// Permission bits, `0o777` at most.
    pub mode: u16,
}

impl Stat {
    /// Whether `self` is the same file with the same bytes at another path: a rename changes the
    /// ctime and nothing else.
    #[must_use]
    pub fn moved_from(&self, other: &Self) -> bool {
        self.inode == other.inode && self.size == other.size && self.mtime == other.mtime
    }
}

/// Something on disk: what it is (never a tombstone) and its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What it is, with the content read and hashed.
    pub kind: EntryKind,
    /// Its fingerprint, taken before the content was read and found unchanged afterwards.
    pub stat: Stat,
}

/// The state of one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Something is there.
    Present(Seen),
    /// Nothing is there, in a directory that could be read (or that is itself gone).
    Gone,
    /// It is there but can't be read or represented.
    Blocked(Problem),
}

/// One path whose state differs from what the scanner was told is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Where.
    pub path: RelPath,
    /// What.
    pub found: Found,
}

/// The state of a folder's root directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// It is there, with this folder's marker in it.
    Ready,
    /// The directory does not exist or is no directory.
    Missing,
    /// It is there, but the marker is not: an unmounted disk, or everything was deleted.
    Unmarked,
    /// It lies on another volume than before.
    OtherVolume,
    /// It can't be read, or its disk does not keep what is written.
    Denied,
}

/// How much a scan covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The whole folder.
    Folder,
    /// These paths; with everything below those that are directories.
    Paths(Vec<RelPath>),
}

/// What a scan is told is known of a path, so that it opens nothing that looks unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Where.
    pub path: RelPath,
    /// What was last seen there.
    pub seen: Seen,
}

/// What the index knows of this disk, as the scanner asks for it. Implemented by the store; each
/// call sees one state of the index.
pub trait Knowledge: Send {
    /// Everything known at and below `under` (`None`: in the whole folder), in the order of
    /// [`RelPath`], handed to `each` one by one. What seems to be gone, and is held until somebody
    /// decides, is not known to stand: if it does after all, that is news.
    ///
    /// # Errors
    /// A text that says what the index reported.
    fn each_known(
        &mut self,
        under: Option<&RelPath>,
        each: &mut dyn FnMut(Known),
    ) -> Result<(), KnowledgeError>;

    /// A file known with this number on the volume: where a moved file came from.
    ///
    /// # Errors
    /// A text that says what the index reported.
    fn by_inode(&mut self, inode: u64) -> Result<Option<Known>, KnowledgeError>;
}

/// The index could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("reading what is known of the disk: {0}")]
pub struct KnowledgeError(pub String);
