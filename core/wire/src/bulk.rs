//! Asking for bytes of files: one request per bulk stream, answered in its order.
//!
//! The answer to a request is, for each want in turn and for each of its chunks in turn, a
//! [`Part`] header followed by that many bytes. A holder that lacks something says so with
//! [`Part::Missing`] and goes on with the next want. Nothing is trusted: the receiver hashes.

use model::{ContentHash, FolderId};

/// Bytes that a device asks another for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The folder whose members may have them.
    pub folder: FolderId,
    /// What, in the order in which it is to be sent.
    pub wants: Vec<Want>,
    /// After that: the chunks of an offered file, in their order and as they become known. The
    /// answer ends where the holder knows no more, which need not be the end of the file.
    pub offer: Option<u64>,
}

/// Some chunks of one content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// The whole of a file that is one chunk.
    Whole {
        /// Its hash.
        hash: ContentHash,
    },
    /// A manifest.
    Manifest {
        /// Its hash, which is the name of the content.
        hash: ContentHash,
    },
    /// The front of a manifest (`content::front`); from a device that knows of none, and where it would not
    /// be shorter, the whole manifest.
    Front {
        /// Its hash, which is the name of the content.
        hash: ContentHash,
        /// About how many bytes, at least 1.
        bytes: u32,
    },
    /// A run of chunks of a larger file.
    Chunks {
        /// The name of the content: the hash of its manifest.
        hash: ContentHash,
        /// The first chunk, from 0.
        first: u32,
        /// How many, at least 1.
        count: u32,
    },
}

impl Want {
    /// The content it belongs to.
    #[must_use]
    pub fn hash(&self) -> ContentHash {
        match self {
            Self::Whole { hash }
            | Self::Manifest { hash }
            | Self::Front { hash, .. }
            | Self::Chunks { hash, .. } => *hash,
        }
    }
}

/// The header of one piece of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// So many bytes follow, as they are.
    Plain(u32),
    /// So many bytes follow, compressed by zstd; unpacked they are `size` bytes.
    Packed {
        /// Bytes that follow.
        length: u32,
        /// Bytes after unpacking.
        size: u32,
    },
    /// The holder can't send the rest of this want.
    Missing,
}

impl Part {
    /// The bytes that follow and, if they are packed, how many they are after unpacking; `None` if none follow.
    #[must_use]
    pub fn lengths(self) -> Option<(usize, Option<usize>)> {
        match self {
            Self::Plain(length) => Some((length as usize, None)),
            Self::Packed { length, size } => Some((length as usize, Some(size as usize))),
            Self::Missing => None,
        }
    }
}
