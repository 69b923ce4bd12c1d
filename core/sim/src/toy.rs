//! Contents small enough to be many: the real naming of contents over toy chunks.
//!
//! Files of up to [`SINGLE_MAX`] bytes are one chunk; larger ones are cut into runs of [`CHUNK`]
//! bytes and named by the hash of a manifest, which here is the list of the chunks' hashes. The
//! engine never looks into a manifest, so it can't tell.

use engine::event::ManifestRead;
use model::{Content, ContentHash};

/// Bytes in a chunk.
pub const CHUNK: usize = 4;
/// Bytes in the largest file that is one chunk.
pub const SINGLE_MAX: usize = 8;
/// Chunks in a sketch.
const SKETCH_MAX: usize = 4;

/// The name of `bytes`.
#[must_use]
pub fn content_of(bytes: &[u8]) -> Content {
    if bytes.len() <= SINGLE_MAX {
        return Content::single(bytes);
    }
    let hash = ContentHash::of(&encode(bytes));
    Content { hash, size: bytes.len() as u64, chunked: true }
}

/// The manifest of `bytes`, if they are more than one chunk.
#[must_use]
pub fn manifest_of(bytes: &[u8]) -> Option<ManifestRead> {
    (bytes.len() > SINGLE_MAX).then(|| {
        let encoded = encode(bytes);
        ManifestRead {
            hash: ContentHash::of(&encoded),
            sketch: sketch_of(&encoded),
            bytes: encoded,
        }
    })
}

/// A manifest that arrived as bytes, if it is one.
#[must_use]
pub fn read_manifest(encoded: Vec<u8>) -> Option<ManifestRead> {
    chunks_of(&encoded)?;
    Some(ManifestRead {
        hash: ContentHash::of(&encoded),
        sketch: sketch_of(&encoded),
        bytes: encoded,
    })
}

/// The hashes of the chunks that a manifest lists, if it is one.
#[must_use]
pub fn chunks_of(encoded: &[u8]) -> Option<Vec<ContentHash>> {
    let list = encoded.strip_prefix(b"manifest")?;
    if list.is_empty() || list.len() % 32 != 0 {
        return None;
    }
    Some(
        list.chunks(32)
            .map(|hash| {
                let mut name = [0; 32];
                name.copy_from_slice(hash);
                ContentHash(name)
            })
            .collect(),
    )
}

/// The bytes of chunk number `index`, if there is such a one.
#[must_use]
pub fn chunk(bytes: &[u8], index: u32) -> Option<&[u8]> {
    bytes.chunks(CHUNK).nth(index as usize)
}

/// Bytes in chunk number `index` of a content of `size` bytes.
#[must_use]
pub fn chunk_length(size: u64, index: u32) -> u64 {
    size.saturating_sub(u64::from(index) * CHUNK as u64).min(CHUNK as u64)
}

fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = b"manifest".to_vec();
    for chunk in bytes.chunks(CHUNK) {
        encoded.extend_from_slice(&ContentHash::of(chunk).0);
    }
    encoded
}

fn sketch_of(encoded: &[u8]) -> Vec<ContentHash> {
    let mut chunks = chunks_of(encoded).unwrap_or_default();
    chunks.sort_unstable();
    chunks.dedup();
    chunks.truncate(SKETCH_MAX);
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_content_is_named_by_its_bytes_and_a_larger_one_by_its_manifest() {
        assert_eq!(content_of(b"12345678"), Content::single(b"12345678"));
        let large = content_of(b"123456789");
        let manifest = manifest_of(b"123456789").unwrap();
        assert!(large.chunked && large.hash == manifest.hash);
        assert_eq!(ContentHash::of(&manifest.bytes), manifest.hash);
        assert_eq!(chunks_of(&manifest.bytes).unwrap().len(), 3);
    }

    #[test]
    fn what_is_no_manifest_is_not_taken_for_one() {
        assert_eq!(chunks_of(b"manifest"), None);
        assert_eq!(chunks_of(b"something else"), None);
    }

    #[test]
    fn the_last_chunk_may_be_short() {
        assert_eq!(chunk(b"123456789", 2), Some(&b"9"[..]));
        assert_eq!(chunk_length(9, 2), 1);
        assert_eq!(chunk(b"123456789", 3), None);
    }
}
