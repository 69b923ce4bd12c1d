//! What the engine asks the disk to do, and what came of it.
//!
//! Every change says what it believes stands at the path. If something else does, nothing is touched
//! and the outcome is [`Outcome::Differs`]: the path is looked at again first. Changes of a batch are
//! made durable together: bytes before names, names before the outcome is reported. Not here: how
//! (`disk::materializer`).

use model::{Content, ContentHash, Problem, RelPath, WallTime};

use crate::observation::{Seen, Stat};

/// One change of one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub path: RelPath,
    /// What must stand there before: exactly this, or nothing. A directory need only be a directory.
    pub expect: Option<Seen>,
    /// What shall stand there after.
    pub make: Make,
    /// Whether what is displaced is kept: bytes go to the archive (under the hash of their content), of
    /// a link the target is noted. If not, another path or the archive holds them already.
    pub archive: bool,
}

impl Change {
    /// The staged content that it takes, if it takes one.
    #[must_use]
    pub fn staged(&self) -> Option<ContentHash> {
        match &self.make {
            Make::File { content, source: Source::Staged, .. } => Some(content.hash),
            Make::File { .. }
            | Make::Nothing
            | Make::Attributes { .. }
            | Make::Directory { .. }
            | Make::Symlink { .. } => None,
        }
    }
}

/// What shall stand at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Make {
    /// A directory, with missing parents.
    Directory {
        /// Permission bits; the owner can always list and write.
        mode: u16,
    },
    /// A symbolic link with this text.
    Symlink {
        /// The text.
        target: String,
    },
    /// A file.
    File {
        /// The bytes.
        content: Content,
        /// Permission bits.
        mode: u16,
        /// Put on the file, to the nanosecond.
        mtime: WallTime,
        /// Where the bytes come from.
        source: Source,
    },
    /// The same bytes with other permission bits or another time.
    Attributes {
        /// Permission bits.
        mode: u16,
        /// Put on the file; ignored for directories and links.
        mtime: WallTime,
    },
    /// Nothing. A directory is removed only if it is empty (ignored litter in it counts as nothing,
    /// ignored files of the user do not).
    Nothing,
}

/// Where the bytes of a file come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// They arrived with the announcement or were fetched, and wait under their content's hash.
    Staged,
    /// They stand at another path, which keeps them.
    Copy {
        /// The other path.
        path: RelPath,
        /// What must stand there.
        seen: Seen,
    },
    /// They stand at another path, which is to go: the file itself is moved. The other path needs no
    /// change of its own.
    Move {
        /// The other path.
        path: RelPath,
        /// What must stand there.
        seen: Seen,
    },
    /// They are in the archive, which keeps them.
    Archive {
        /// The name they have there.
        hash: ContentHash,
    },
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is done and durable; what stands there now (`None`: nothing).
    Done(Option<Stat>),
    /// Something else stood at the path (or came there in that moment); it is untouched.
    Differs,
    /// The source was not what was expected.
    SourceDiffers,
    /// It can't be done; nothing was changed.
    Blocked(Problem),
}
