//! The beginning of a manifest, which proves itself by the manifest's name alone.
//!
//! The name is a BLAKE3 hash, which is the root of a tree of hashes over runs of the encoding. A front is
//! the run at the beginning together with its neighbours on the way up to the root, so that whoever opens a
//! large file knows where its first chunks are without fetching the list of all of them.
//!
//! Encoding: a byte 0, with which no manifest begins; the number of neighbours, at least 1; each of them,
//! the lowest first, 32 bytes; then the run, whose length is a power of two from [`RUN_MIN`] to
//! [`RUN_MAX`]. Invariant: what [`read`] gives are the first chunks of the manifest with that name.

use blake3::Hasher;
use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root,
};
use model::{Content, ContentHash};

use crate::manifest::{Manifest, ManifestError};

/// The shortest run: what BLAKE3 hashes as one leaf.
pub const RUN_MIN: usize = 1 << 10;
/// The longest run.
pub const RUN_MAX: usize = 64 << 10;

/// The run that is cut where nobody says how long it shall be: some 450 chunks.
pub const RUN: usize = 16 << 10;

const MARK: u8 = 0;
const HASH: usize = 32;

/// The front of about `bytes` bytes of an encoded manifest; `None` if that is no less than all of it.
#[must_use]
pub fn cut(encoding: &[u8], bytes: usize) -> Option<Vec<u8>> {
    let run = (bytes.clamp(RUN_MIN, RUN_MAX) + 1).next_power_of_two() / 2;
    if encoding.len() <= run {
        return None;
    }
    let mut neighbours = Vec::new();
    let mut left = encoding;
    while left.len() > run {
        let middle = usize::try_from(left_subtree_len(left.len() as u64)).ok()?;
        let (front, back) = left.split_at(middle);
        neighbours.push(value(back, middle as u64));
        left = front;
    }
    let mut front = vec![MARK, u8::try_from(neighbours.len()).ok()?];
    neighbours.iter().rev().for_each(|neighbour| front.extend_from_slice(neighbour));
    front.extend_from_slice(left);
    Some(front)
}

/// Whether these bytes are a front and no whole manifest, if they are one of both.
#[must_use]
pub fn is_front(bytes: &[u8]) -> bool {
    bytes.first() == Some(&MARK)
}

/// The first chunks of the manifest that `content` names; fewer than all.
///
/// # Errors
/// [`ManifestError`]; [`ManifestError::Other`] if it is the front of another manifest.
pub fn read(content: Content, front: &[u8]) -> Result<Manifest, ManifestError> {
    let (head, rest) = front.split_first_chunk::<2>().ok_or(ManifestError::Short)?;
    let [mark, count] = *head;
    if mark != MARK {
        return Err(ManifestError::Version(mark));
    }
    let bytes = usize::from(count) * HASH;
    let (neighbours, run) = rest.split_at_checked(bytes).ok_or(ManifestError::Short)?;
    if !run.len().is_power_of_two() || !(RUN_MIN..=RUN_MAX).contains(&run.len()) {
        return Err(ManifestError::Short);
    }
    if root(neighbours, run) != Some(content.hash) {
        return Err(ManifestError::Other);
    }
    let first = Manifest::decode_first(run)?;
    if first.file == content.size { Ok(first.manifest) } else { Err(ManifestError::Other) }
}

/// The name of what begins with `run` and goes on with what its neighbours stand for.
fn root(neighbours: &[u8], run: &[u8]) -> Option<ContentHash> {
    let mut left = value(run, 0);
    let (neighbours, _) = neighbours.as_chunks::<HASH>();
    let (last, lower) = neighbours.split_last()?;
    for right in lower {
        left = merge_subtrees_non_root(&left, right, Mode::Hash);
    }
    Some(ContentHash(*merge_subtrees_root(&left, last, Mode::Hash).as_bytes()))
}

/// What a part of the encoding that begins at `offset` stands for in the tree.
fn value(bytes: &[u8], offset: u64) -> ChainingValue {
    Hasher::new().set_input_offset(offset).update(bytes).finalize_non_root()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn manifest(chunks: u32) -> Manifest {
        let parts = (0..chunks).map(|n| (ContentHash::of(&n.to_be_bytes()), 50_000 + n));
        Manifest::new(parts).unwrap()
    }

    #[test]
    fn a_front_gives_the_first_chunks_of_the_manifest_that_was_named() {
        for chunks in [30, 456, 1000, 20_000] {
            let whole = manifest(chunks);
            let front = cut(&whole.encode(), RUN_MIN).unwrap();
            let first = read(whole.content(), &front).unwrap();
            assert_eq!(first.chunks().len(), 29);
            assert_eq!(first.chunks(), &whole.chunks()[..29]);
        }
    }

    #[test]
    fn what_is_no_longer_than_its_front_has_none() {
        let short = manifest(20).encode();
        assert_eq!(cut(&short, 1), None);
        let even = manifest(456).encode();
        assert_eq!(cut(&even, RUN_MAX), None);
        let run = |bytes| cut(&manifest(20_000).encode(), bytes).unwrap().len() % RUN_MAX;
        assert_eq!(run(16 << 10), (16 << 10) + 2 + 6 * 32);
        assert_eq!(run((32 << 10) - 1), (16 << 10) + 2 + 6 * 32);
    }

    #[test]
    fn a_front_that_was_changed_anywhere_is_refused() {
        let whole = manifest(3000);
        let front = cut(&whole.encode(), RUN_MIN).unwrap();
        for at in 0..front.len() {
            let mut wrong = front.clone();
            wrong[at] ^= 1;
            assert!(read(whole.content(), &wrong).is_err(), "byte {at}");
        }
        assert!(read(manifest(3001).content(), &front).is_err());
        let longer = Content { size: whole.size() + 1, ..whole.content() };
        assert_eq!(read(longer, &front), Err(ManifestError::Other));
    }

    #[test]
    fn an_inner_run_is_no_front() {
        let whole = manifest(3000);
        let encoding = whole.encode();
        let end = 1 << 17;
        assert!(encoding.len() < end);
        // What stands in the middle, with true neighbours, does not prove itself as the beginning.
        let (left, right) = encoding.split_at(end / 2);
        let mut front = vec![MARK, 1];
        front.extend_from_slice(&value(left, 0));
        front.extend_from_slice(&right[..RUN_MIN]);
        assert_eq!(read(whole.content(), &front), Err(ManifestError::Other));
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused(mut front in prop::collection::vec(any::<u8>(), 0..3000), well: bool) {
            if well && front.len() > 2 + HASH + RUN_MIN {
                front[..2].copy_from_slice(&[MARK, 1]);
                front.truncate(2 + HASH + RUN_MIN);
            }
            prop_assert!(read(manifest(3000).content(), &front).is_err());
        }
    }
}
