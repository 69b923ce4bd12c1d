//! One version of one path.

use crate::{ConflictId, Content, Dot, RelPath, Version, WallTime};

/// What stands at a path.
///
/// The order decides which of two concurrent versions stays at the path: a directory (it holds other
/// entries) before a file or link, and anything before a tombstone, so that an edit beats a delete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// Nothing any more. It stays until every member of the home has seen it.
    Tombstone {
        /// Where a rename put what stood here.
        moved_to: Option<Destination>,
    },
    /// A symbolic link, kept as it is and never followed.
    Symlink {
        /// The text of the link.
        target: String,
    },
    /// A regular file.
    File {
        /// Its bytes.
        content: Content,
        /// Permission bits, `0o777` at most.
        mode: u16,
    },
    /// A directory.
    Directory {
        /// Permission bits, `0o777` at most.
        mode: u16,
    },
}

/// Where a rename put an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Destination {
    /// The new path.
    pub path: RelPath,
    /// The change that made the entry there.
    pub dot: Dot,
    /// The change that had made what was moved: an edit that knew of it belongs to the new place.
    pub from: Dot,
}

impl EntryKind {
    /// Whether something stands at the path.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(self, Self::Tombstone { .. })
    }

    /// The bytes of a file.
    #[must_use]
    pub fn content(&self) -> Option<Content> {
        match self {
            Self::File { content, .. } => Some(*content),
            Self::Tombstone { .. } | Self::Symlink { .. } | Self::Directory { .. } => None,
        }
    }

    /// Length in bytes; 0 for all but files.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.content().map_or(0, |content| content.size)
    }

    /// Whether a person would see the same thing: equal bytes, equal link, both directories, both
    /// gone. Permission bits and times don't make a conflict.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File { content: a, .. }, Self::File { content: b, .. }) => a == b,
            (Self::Symlink { target: a }, Self::Symlink { target: b }) => a == b,
            (Self::Directory { .. }, Self::Directory { .. })
            | (Self::Tombstone { .. }, Self::Tombstone { .. }) => true,
            (
                Self::File { .. }
                | Self::Symlink { .. }
                | Self::Directory { .. }
                | Self::Tombstone { .. },
                _,
            ) => false,
        }
    }

    /// 0 gone, 1 file or link, 2 directory: the first thing that decides a winner.
    #[must_use]
    pub(crate) fn precedence(&self) -> u8 {
        match self {
            Self::Tombstone { .. } => 0,
            Self::Symlink { .. } | Self::File { .. } => 1,
            Self::Directory { .. } => 2,
        }
    }
}

/// What stands at a path, with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// When its bytes were last changed, by the clock of the device that changed them: for display
    /// and to be put on the file, never to decide anything.
    pub mtime: WallTime,
    /// All changes that this one knew of, itself included.
    pub version: Version,
    /// The change that made it.
    pub dot: Dot,
    /// Set when it brought no new bytes but a person's choice between the sides of this conflict; on a
    /// tombstone, when a person has let a held delete through.
    pub resolves: Option<ConflictId>,
}
