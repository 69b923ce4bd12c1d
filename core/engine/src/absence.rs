//! Files that are in the folder but not on this disk: what is asked and answered about them.
//!
//! To evict is not to delete: the entry stays, only this disk gives up its bytes. An [`Eviction`]
//! names a file and what stands there, and nothing in it can be told to another device or become a
//! [`crate::change::Change`]. Not here: when (`folder::evict`), how (`disk::materializer`).

use model::{Problem, RelPath, WallTime};

use crate::observation::Seen;

/// Bytes that this disk gives up; the index says already that they are not here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eviction {
    /// Where.
    pub path: RelPath,
    /// What must stand there: exactly this file, or nothing is touched.
    pub seen: Seen,
}

/// What came of an eviction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evicted {
    /// It is gone from the disk, or was gone already.
    Done,
    /// Something else stands at the path (or came there in that moment); it is untouched.
    Differs,
    /// It can't be done; the file stands where it was.
    Blocked(Problem),
}

/// Other attributes for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes {
    /// Permission bits.
    pub mode: Option<u16>,
    /// The time of its last change.
    pub mtime: Option<WallTime>,
}

/// How bringing a file here ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// Its current version stands on this disk.
    Here,
    /// No file is wanted at the path any more.
    Gone,
    /// It can't be put there now.
    Blocked(Problem),
}
