//! What can stand at a path of a simulated disk.

use std::rc::Rc;

use engine::observation::{Seen, Stat};
use model::{Content, EntryKind, WallTime};

use crate::toy;

/// Something at a path, with everything that a file system keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub body: Body,
    /// Its number; a rename keeps it.
    pub inode: u64,
    /// Permission bits.
    pub mode: u16,
    /// Last change of the content, as programs see and set it.
    pub mtime: WallTime,
    /// Last change of anything.
    pub ctime: WallTime,
}

/// What something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A directory.
    Directory,
    /// A symbolic link.
    Link(String),
    /// A file.
    File(Rc<Blob>),
}

/// Bytes with their name, which is worked out once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The name that they had when they were written.
    pub content: Content,
    /// Whether they are still what was written: the disk has not rotted.
    pub sound: bool,
}

impl Blob {
    /// Bytes with their right name.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Rc<Self> {
        Rc::new(Self { content: toy::content_of(&bytes), bytes, sound: true })
    }

    /// The same after a bit has fallen over, which no fingerprint shows.
    #[must_use]
    pub fn rotten(&self) -> Rc<Self> {
        let mut bytes = self.bytes.clone();
        if let Some(byte) = bytes.last_mut() {
            *byte ^= 1;
        }
        Rc::new(Self { sound: bytes == self.bytes && self.sound, content: self.content, bytes })
    }
}

/// What a person sees at a path: the unit that the oracle reasons about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// A directory.
    Directory,
    /// A link with this text.
    Link(String),
    /// A file with this content.
    File(Content),
}

impl Thing {
    /// What an entry of the index shows; `None` for a tombstone.
    #[must_use]
    pub fn of(kind: &EntryKind) -> Option<Self> {
        match kind {
            EntryKind::Tombstone { .. } => None,
            EntryKind::Symlink { target } => Some(Self::Link(target.clone())),
            EntryKind::File { content, .. } => Some(Self::File(*content)),
            EntryKind::Directory { .. } => Some(Self::Directory),
        }
    }
}

impl Node {
    /// Whether it is a directory.
    #[must_use]
    pub fn is_directory(&self) -> bool {
        matches!(self.body, Body::Directory)
    }

    /// The bytes of a file.
    #[must_use]
    pub fn blob(&self) -> Option<&Rc<Blob>> {
        match &self.body {
            Body::File(blob) => Some(blob),
            Body::Directory | Body::Link(_) => None,
        }
    }

    /// Its fingerprint. Times of directories change with what is in them, so they are left out.
    #[must_use]
    pub fn stat(&self) -> Stat {
        let (mtime, ctime) = match self.body {
            Body::Directory => (WallTime(0), WallTime(0)),
            Body::Link(_) | Body::File(_) => (self.mtime, self.ctime),
        };
        let size = self.blob().map_or(0, |blob| blob.bytes.len() as u64);
        Stat { size, mtime, ctime, inode: self.inode, mode: self.mode }
    }

    /// What a scan that reads it sees.
    #[must_use]
    pub fn seen(&self) -> Seen {
        let kind = match &self.body {
            Body::Directory => EntryKind::Directory { mode: self.mode },
            Body::Link(target) => EntryKind::Symlink { target: target.clone() },
            Body::File(blob) if blob.sound => {
                EntryKind::File { content: blob.content, mode: self.mode }
            }
            Body::File(blob) => {
                EntryKind::File { content: toy::content_of(&blob.bytes), mode: self.mode }
            }
        };
        Seen { kind, stat: self.stat() }
    }

    /// What a person sees. The name of the content is the one that the bytes once had.
    #[must_use]
    pub fn thing(&self) -> Thing {
        match &self.body {
            Body::Directory => Thing::Directory,
            Body::Link(target) => Thing::Link(target.clone()),
            Body::File(blob) => Thing::File(blob.content),
        }
    }
}
