//! What a file contains, named by its hash.
//!
//! A file that is one chunk is named by the BLAKE3 hash of its bytes; a larger one by the hash of
//! its manifest (the list of its chunks, see the crate `content`). The same bytes have the same name
//! on every device, because the cutting depends on nothing but bytes and length.

use std::fmt;

/// BLAKE3-256 of a chunk's bytes or of a manifest's encoding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(pub [u8; 32]);

impl ContentHash {
    /// The hash of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    /// The hash written as 64 hexadecimal digits, if `text` is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        blake3::Hash::from_hex(text).ok().map(|hash| Self(*hash.as_bytes()))
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(blake3::Hash::from_bytes(self.0).to_hex().as_str())
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.8}", self.to_string())
    }
}

/// The bytes of a file: their name, their number, and how the name is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Content {
    /// Of the bytes when `chunked` is false, else of the manifest.
    pub hash: ContentHash,
    /// Length of the file in bytes.
    pub size: u64,
    /// Whether `hash` names a manifest.
    pub chunked: bool,
}

impl Content {
    /// The content of a file that is one chunk.
    #[must_use]
    pub fn single(bytes: &[u8]) -> Self {
        Self { hash: ContentHash::of(bytes), size: bytes.len() as u64, chunked: false }
    }
}
