//! The list of a file's chunks.
//!
//! Encoding, version 1: a byte 1, the file's length, the number of chunks, then for each chunk its
//! length and the 32 bytes of its hash; numbers are LEB128 in their shortest form. The file's name is
//! the hash of this encoding, so it never changes. Invariant: the chunks of a [`Manifest`] lie side by
//! side from 0 to the file's length, none is empty and none larger than [`CHUNK_MAX`].

use std::ops::Range;

use model::{Content, ContentHash};

use crate::chunker::{CHUNK_MAX, FILE_MAX};

/// Chunks in a manifest; a file of [`FILE_MAX`] bytes has fewer even if all are as short as may be.
pub const CHUNKS_MAX: usize = 1 << 24;
/// Hashes in a [`sketch`].
pub const SKETCH_MAX: usize = 1024;

const VERSION: u8 = 1;

/// One run of bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Of its bytes.
    pub hash: ContentHash,
    /// Where it begins in the file.
    pub offset: u64,
    /// Its bytes.
    pub length: u32,
}

impl Chunk {
    /// Where it ends in the file.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.offset + u64::from(self.length)
    }
}

/// The chunks of a file, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    chunks: Vec<Chunk>,
}

/// The first chunks of a file.
#[derive(Debug)]
pub(crate) struct First {
    /// Length of the whole file in bytes.
    pub(crate) file: u64,
    /// The chunks, as if the file ended behind them.
    pub(crate) manifest: Manifest,
}

/// Why bytes are no manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// They end too early.
    #[error("the manifest is cut short")]
    Short,
    /// Something follows the last chunk.
    #[error("the manifest is followed by other bytes")]
    Trailing,
    /// It was written by a later release.
    #[error("the manifest has version {0}")]
    Version(u8),
    /// A number is not in its shortest form or too large.
    #[error("a number in the manifest is malformed")]
    Number,
    /// There is no chunk, or more than [`CHUNKS_MAX`].
    #[error("the manifest lists {0} chunks")]
    Count(u64),
    /// A chunk is empty or too large.
    #[error("a chunk of the manifest has {0} bytes")]
    Length(u64),
    /// The chunks don't add up to the length of the file.
    #[error("the chunks of the manifest don't add up")]
    Sum,
    /// It is not the manifest of this content.
    #[error("the manifest belongs to another content")]
    Other,
}

impl Manifest {
    /// The manifest of chunks given as (hash, length) in their order.
    ///
    /// # Errors
    /// [`ManifestError`] if there is none, or one is empty or too large.
    pub fn new(parts: impl IntoIterator<Item = (ContentHash, u32)>) -> Result<Self, ManifestError> {
        let mut chunks: Vec<Chunk> = Vec::new();
        let mut offset = 0;
        for (hash, length) in parts {
            if length == 0 || length as usize > CHUNK_MAX {
                return Err(ManifestError::Length(length.into()));
            }
            chunks.push(Chunk { hash, offset, length });
            offset += u64::from(length);
        }
        if chunks.is_empty() || chunks.len() > CHUNKS_MAX {
            return Err(ManifestError::Count(chunks.len() as u64));
        }
        if offset > FILE_MAX {
            return Err(ManifestError::Sum);
        }
        Ok(Self { chunks })
    }

    /// The chunks in order.
    #[must_use]
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// Length of the file in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.chunks.last().map_or(0, Chunk::end)
    }

    /// The place in [`Manifest::chunks`] of the chunk that holds the byte `offset`.
    #[must_use]
    pub fn chunk_at(&self, offset: u64) -> Option<usize> {
        (offset < self.size()).then(|| self.chunks.partition_point(|chunk| chunk.end() <= offset))
    }

    /// The places of the chunks that hold the bytes `range`.
    #[must_use]
    pub fn chunks_in(&self, range: Range<u64>) -> Range<usize> {
        let first = self.chunks.partition_point(|chunk| chunk.end() <= range.start);
        let last = self.chunks.partition_point(|chunk| chunk.offset < range.end);
        first..last.max(first)
    }

    /// The encoding, which names the file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16 + self.chunks.len() * 36);
        bytes.push(VERSION);
        put_number(&mut bytes, self.size());
        put_number(&mut bytes, self.chunks.len() as u64);
        for chunk in &self.chunks {
            put_number(&mut bytes, chunk.length.into());
            bytes.extend_from_slice(&chunk.hash.0);
        }
        bytes
    }

    /// The name of the file whose manifest has this encoding, and its length.
    #[must_use]
    pub fn content(&self) -> Content {
        self.content_of(&self.encode())
    }

    pub(crate) fn content_of(&self, encoding: &[u8]) -> Content {
        Content { hash: ContentHash::of(encoding), size: self.size(), chunked: true }
    }

    /// Reads what [`Manifest::encode`] wrote. Memory stays in proportion to `bytes`.
    ///
    /// # Errors
    /// [`ManifestError`] says what is wrong.
    pub fn decode(bytes: &[u8]) -> Result<Self, ManifestError> {
        let mut rest = bytes;
        let (size, count) = take_head(&mut rest)?;
        if (rest.len() as u64) < count * 33 {
            return Err(ManifestError::Short);
        }
        let mut parts = Vec::with_capacity(rest.len() / 33);
        for _ in 0..count {
            parts.push(take_chunk(&mut rest)?);
        }
        if !rest.is_empty() {
            return Err(ManifestError::Trailing);
        }
        let manifest = Self::new(parts)?;
        if manifest.size() == size { Ok(manifest) } else { Err(ManifestError::Sum) }
    }

    /// Reads the beginning of what [`Manifest::encode`] wrote, which goes on behind `bytes`.
    pub(crate) fn decode_first(bytes: &[u8]) -> Result<First, ManifestError> {
        let mut rest = bytes;
        let (file, count) = take_head(&mut rest)?;
        let mut parts = Vec::with_capacity(rest.len() / 33);
        while let Ok(part) = take_chunk(&mut rest) {
            parts.push(part);
        }
        if parts.len() as u64 >= count {
            return Err(ManifestError::Count(count));
        }
        let manifest = Self::new(parts)?;
        if manifest.size() < file { Ok(First { file, manifest }) } else { Err(ManifestError::Sum) }
    }

    /// Reads the manifest that `content` names.
    ///
    /// # Errors
    /// [`ManifestError`]; [`ManifestError::Other`] if it is a manifest, but not that one.
    pub fn decode_for(content: Content, bytes: &[u8]) -> Result<Self, ManifestError> {
        if !content.chunked || ContentHash::of(bytes) != content.hash {
            return Err(ManifestError::Other);
        }
        let manifest = Self::decode(bytes)?;
        if manifest.size() == content.size { Ok(manifest) } else { Err(ManifestError::Other) }
    }
}

/// A few of a file's chunk hashes, chosen by their value, so that files which share much share some:
/// about every sixteenth, and always the lowest; at most [`SKETCH_MAX`], sorted.
#[must_use]
pub fn sketch(manifest: &Manifest) -> Vec<ContentHash> {
    let hashes = || manifest.chunks().iter().map(|chunk| chunk.hash);
    let mut chosen: Vec<_> = hashes().filter(is_sampled).chain(hashes().min()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen.truncate(SKETCH_MAX);
    chosen
}

/// Whether a chunk is one of those that a [`sketch`] is made of, as long as there are not too many.
#[must_use]
pub fn is_sampled(hash: &ContentHash) -> bool {
    hash.0[31] & 0x0f == 0
}

fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// The length of the file and the number of its chunks, which stand before them.
fn take_head(bytes: &mut &[u8]) -> Result<(u64, u64), ManifestError> {
    let (&version, rest) = bytes.split_first().ok_or(ManifestError::Short)?;
    if version != VERSION {
        return Err(ManifestError::Version(version));
    }
    *bytes = rest;
    let size = take_number(bytes)?;
    let count = take_number(bytes)?;
    if count == 0 || count > CHUNKS_MAX as u64 {
        return Err(ManifestError::Count(count));
    }
    Ok((size, count))
}

fn take_chunk(bytes: &mut &[u8]) -> Result<(ContentHash, u32), ManifestError> {
    let length = take_number(bytes)?;
    let length = u32::try_from(length).map_err(|_| ManifestError::Length(length))?;
    let (hash, after) = bytes.split_first_chunk().ok_or(ManifestError::Short)?;
    *bytes = after;
    Ok((ContentHash(*hash), length))
}

fn take_number(bytes: &mut &[u8]) -> Result<u64, ManifestError> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or(ManifestError::Short)?;
        *bytes = rest;
        let part = u64::from(byte & 0x7f);
        if part << shift >> shift != part || (byte == 0 && shift > 0) {
            return Err(ManifestError::Number);
        }
        number |= part << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(ManifestError::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn manifest(lengths: &[u32]) -> Manifest {
        Manifest::new(lengths.iter().map(|n| (ContentHash::of(&n.to_be_bytes()), *n))).unwrap()
    }

    #[test]
    fn a_chunk_is_found_by_any_of_its_bytes() {
        let manifest = manifest(&[10, 1, 20]);
        assert_eq!(manifest.chunk_at(9), Some(0));
        assert_eq!(manifest.chunk_at(10), Some(1));
        assert_eq!(manifest.chunk_at(30), Some(2));
        assert_eq!(manifest.chunk_at(31), None);
        assert_eq!(manifest.chunks_in(9..11), 0..2);
        assert_eq!(manifest.chunks_in(11..11), 2..2);
        assert_eq!(manifest.chunks_in(0..100), 0..3);
        assert_eq!(manifest.chunks_in(40..50), 3..3);
    }

    #[test]
    fn the_encoding_never_changes() {
        let bytes = manifest(&[300_000, 5]).encode();
        assert_eq!(bytes[..8], [1, 0xe5, 0xa7, 0x12, 2, 0xe0, 0xa7, 0x12]);
        assert_eq!(bytes.len(), 8 + 32 + 1 + 32);
    }

    #[test]
    fn a_manifest_that_lies_is_refused() {
        let good = manifest(&[5, 6]).encode();
        let with = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            Manifest::decode(&bytes)
        };
        assert_eq!(with(0, 2), Err(ManifestError::Version(2)));
        assert_eq!(with(1, 12), Err(ManifestError::Sum));
        assert_eq!(with(2, 0), Err(ManifestError::Count(0)));
        assert_eq!(with(2, 3), Err(ManifestError::Short));
        assert_eq!(with(3, 0), Err(ManifestError::Length(0)));
        assert_eq!(Manifest::decode(&[]), Err(ManifestError::Short));
        assert_eq!(Manifest::decode(&[&good[..], &[0]].concat()), Err(ManifestError::Trailing));
        let content = manifest(&[5, 7]).content();
        assert_eq!(Manifest::decode_for(content, &good), Err(ManifestError::Other));
    }

    #[test]
    fn files_that_share_most_chunks_share_a_sketch() {
        let old: Vec<u32> = (1..400).collect();
        let mut new = old.clone();
        new[200] = 7_000;
        let (old, new) = (sketch(&manifest(&old)), sketch(&manifest(&new)));
        assert!(old.iter().filter(|hash| new.contains(hash)).count() + 2 >= old.len());
        assert_eq!(sketch(&manifest(&[77])).len(), 1);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_back(lengths in prop::collection::vec(1u32..=8_388_608, 1..60)) {
            let manifest = manifest(&lengths);
            let bytes = manifest.encode();
            prop_assert_eq!(Manifest::decode(&bytes), Ok(manifest.clone()));
            prop_assert_eq!(Manifest::decode_for(manifest.content(), &bytes), Ok(manifest));
        }

        #[test]
        fn any_bytes_give_a_manifest_of_one_encoding_or_an_error(
            mut bytes in prop::collection::vec(any::<u8>(), 0..200), small: bool,
        ) {
            if small && bytes.len() > 36 {
                bytes[..4].copy_from_slice(&[1, 9, 1, 9]);
            }
            if let Ok(manifest) = Manifest::decode(&bytes) {
                prop_assert_eq!(manifest.encode(), bytes);
            }
        }

        #[test]
        fn numbers_have_one_form(number: u64) {
            let mut bytes = Vec::new();
            put_number(&mut bytes, number);
            prop_assert_eq!(take_number(&mut &bytes[..]), Ok(number));
        }
    }
}
