//! Where a file is cut: FastCDC (Xia et al. 2020) with frozen parameters.
//!
//! The parameters follow from the file's length alone. The average chunk is 64 KiB up to 4 GiB and
//! grows with the file from there, so that a manifest keeps some ten thousand chunks. A golden test
//! holds the cut points: if it fails, every file of every home would get a new name.

use fastcdc::v2020::{FastCDC, Normalization};

/// Files up to this many bytes are one chunk, named by the hash of their bytes.
pub const SINGLE_MAX: u64 = 128 * KIB as u64;
/// Bytes in the largest chunk.
pub const CHUNK_MAX: usize = 8 * 1024 * KIB;
/// Bytes in the largest file whose chunks can be listed.
pub const FILE_MAX: u64 = 1 << 44;

const KIB: usize = 1024;
const AVERAGE_LEAST: usize = 64 * KIB;
const AVERAGE_MOST: usize = 4 * 1024 * KIB;
/// Chunks that a manifest shall keep below while the average may still grow.
const CHUNKS_AIM: u64 = 65_536;

/// The sizes between which a file's chunks lie, in bytes. The last chunk may be shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// No chunk but the last is shorter.
    pub least: usize,
    /// What most chunks are near.
    pub average: usize,
    /// No chunk is longer.
    pub most: usize,
}

impl Sizes {
    /// The sizes for a file of `length` bytes.
    #[must_use]
    pub fn of(length: u64) -> Self {
        let mut average = AVERAGE_LEAST;
        while length > average as u64 * CHUNKS_AIM && average < AVERAGE_MOST {
            average *= 2;
        }
        Self { least: average / 4, average, most: (average * 4).min(CHUNK_MAX) }
    }

    /// The length of the first chunk of `bytes`, which must hold at least [`Sizes::most`] bytes or
    /// all that is left of the file.
    #[must_use]
    pub fn cut(&self, bytes: &[u8]) -> usize {
        FastCDC::with_level(bytes, self.least, self.average, self.most, Normalization::Level1)
            .cut(0, bytes.len())
            .1
    }
}

/// A file is cut into chunks only if it is longer than [`SINGLE_MAX`].
#[must_use]
pub fn is_chunked(length: u64) -> bool {
    length > SINGLE_MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noise(seed: &[u8], length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        blake3::Hasher::new().update(seed).finalize_xof().fill(&mut bytes);
        bytes
    }

    fn cuts(bytes: &[u8]) -> Vec<usize> {
        let sizes = Sizes::of(bytes.len() as u64);
        let mut rest = bytes;
        let mut lengths = Vec::new();
        while !rest.is_empty() {
            let length = sizes.cut(rest);
            lengths.push(length);
            rest = &rest[length..];
        }
        lengths
    }

    #[test]
    fn the_cut_points_never_change() {
        let golden = [
            71_791, 89_804, 36_896, 71_775, 95_052, 38_007, 117_681, 73_470, 72_823, 83_293,
            65_149, 130_731, 64_011, 38_093,
        ];
        assert_eq!(cuts(&noise(b"golden", 1 << 20)), golden);
    }

    #[test]
    fn large_chunks_are_cut_where_they_always_were() {
        let bytes = noise(b"large", 64 << 20);
        let sizes = Sizes::of(1 << 40);
        assert_eq!(sizes.average, 4 << 20);
        assert_eq!(sizes.cut(&bytes), 4_585_822);
    }

    #[test]
    fn the_average_grows_with_the_file_and_no_chunk_outgrows_the_limit() {
        assert_eq!(Sizes::of(1 << 30).average, 64 << 10);
        assert_eq!(Sizes::of(4 << 30).average, 64 << 10);
        assert_eq!(Sizes::of((4 << 30) + 1).average, 128 << 10);
        assert_eq!(Sizes::of(1 << 40).average, 4 << 20);
        assert_eq!(Sizes::of(FILE_MAX), Sizes::of(1 << 40));
        assert_eq!(Sizes::of(FILE_MAX).most, CHUNK_MAX);
    }

    #[test]
    fn zeros_are_cut_into_chunks_of_one_length() {
        let lengths = cuts(&vec![0; 1 << 20]);
        assert!(lengths.windows(2).all(|pair| pair[0] == pair[1]), "{lengths:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]
        #[test]
        fn a_byte_put_in_front_changes_few_chunks(seed: [u8; 8]) {
            let old = noise(&seed, 2 << 20);
            let mut new = vec![1];
            new.extend_from_slice(&old);
            let (old, new) = (cuts(&old), cuts(&new));
            let same = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
            prop_assert!(same + 6 >= old.len(), "{old:?} {new:?}");
        }

        #[test]
        fn chunks_lie_between_the_limits(seed: [u8; 8], length in 1usize..1_000_000) {
            let lengths = cuts(&noise(&seed, length));
            let sizes = Sizes::of(length as u64);
            prop_assert_eq!(lengths.iter().sum::<usize>(), length);
            prop_assert!(lengths.iter().all(|cut| *cut <= sizes.most));
            prop_assert!(lengths.iter().rev().skip(1).all(|cut| *cut >= sizes.least));
        }
    }
}
