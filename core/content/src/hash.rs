//! One pass over a file's bytes that cuts and hashes them.
//!
//! Memory is bounded by a few segments whatever the file's length. The caller says how long the file
//! is, because the cutting depends on it, and makes sure itself that it did not grow meanwhile. Large
//! files are hashed on a second thread while the next bytes are read and cut (`pipeline`).

use std::io::{self, Read};

use model::{Content, ContentHash};

use crate::chunker::{FILE_MAX, SINGLE_MAX, Sizes};
use crate::manifest::{Manifest, ManifestError};
use crate::pipeline;

/// From this many bytes on a second thread is worth its start.
const PIPELINE_LEAST: u64 = 4 << 20;

/// A chunk's hash and length.
pub type Part = (ContentHash, u32);

/// Hears of chunks in their order while the rest of the file is still being read. They are those of
/// the file only if reading it comes to a good end.
pub type Follow<'a> = &'a (dyn Fn(&[Part]) + Sync);

/// Why the bytes of a file could not be hashed.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The reader reported an error.
    #[error("reading the bytes of a file")]
    Io(#[from] io::Error),
    /// The file is shorter than it was said to be.
    #[error("reading {expected} bytes of a file that has only {read}")]
    Short {
        /// Length that was announced.
        expected: u64,
        /// Bytes that came.
        read: u64,
    },
    /// The file is longer than [`FILE_MAX`].
    #[error("reading a file of {0} bytes, more than supported")]
    TooLong(u64),
    /// The chunks make no manifest.
    #[error("listing the chunks of a file")]
    Manifest(#[from] ManifestError),
}

/// Reads files and names them; keeps its memory between files. One for each thread.
#[derive(Debug, Default)]
pub struct Pass {
    buffer: Vec<u8>,
}

impl Pass {
    /// The name of the next `length` bytes of `reader`, and their manifest if they are more than one
    /// chunk.
    ///
    /// # Errors
    /// [`ReadError`]; nothing is known then of how far `reader` was read.
    pub fn read_all(
        &mut self,
        reader: &mut dyn Read,
        length: u64,
    ) -> Result<(Content, Option<Manifest>), ReadError> {
        self.read_followed(reader, length, &|_| {})
    }

    /// The same; `follow` hears of the chunks of a large file as they become known.
    ///
    /// # Errors
    /// As there.
    pub fn read_followed(
        &mut self,
        reader: &mut dyn Read,
        length: u64,
        follow: Follow<'_>,
    ) -> Result<(Content, Option<Manifest>), ReadError> {
        if length > FILE_MAX {
            return Err(ReadError::TooLong(length));
        }
        if length <= SINGLE_MAX {
            let bytes = self.fill(length as usize);
            read_exactly(reader, bytes, 0, length)?;
            return Ok((Content::single(bytes), None));
        }
        let parts = if length < PIPELINE_LEAST {
            self.cut_and_hash(reader, length)?
        } else {
            pipeline::cut_and_hash(reader, length, follow)?
        };
        let manifest = Manifest::new(parts)?;
        Ok((manifest.content(), Some(manifest)))
    }

    fn fill(&mut self, length: usize) -> &mut [u8] {
        if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
        &mut self.buffer[..length]
    }

    fn cut_and_hash(&mut self, reader: &mut dyn Read, length: u64) -> Result<Vec<Part>, ReadError> {
        let sizes = Sizes::of(length);
        let mut parts = Vec::with_capacity(length as usize / sizes.average);
        let buffer = self.fill(sizes.most * 4);
        let (mut held, mut read) = (0, 0);
        loop {
            let more = (length - read).min((buffer.len() - held) as u64) as usize;
            read_exactly(reader, &mut buffer[held..held + more], read, length)?;
            (held, read) = (held + more, read + more as u64);
            let mut done = 0;
            for cut in Cuts::of(sizes, &buffer[..held], read == length) {
                parts.push((ContentHash::of(&buffer[done..done + cut]), cut as u32));
                done += cut;
            }
            if done == held && read == length {
                return Ok(parts);
            }
            buffer.copy_within(done..held, 0);
            held -= done;
        }
    }
}

/// [`Pass::read_all`] for a single file.
///
/// # Errors
/// As there.
pub fn read_all(
    reader: &mut dyn Read,
    length: u64,
) -> Result<(Content, Option<Manifest>), ReadError> {
    Pass::default().read_all(reader, length)
}

/// The lengths of the chunks at the front of a run of bytes: all of them if the file ends there, else
/// those that later bytes can't change.
pub(crate) struct Cuts<'a> {
    sizes: Sizes,
    rest: &'a [u8],
    at_end: bool,
}

impl<'a> Cuts<'a> {
    pub(crate) fn of(sizes: Sizes, bytes: &'a [u8], at_end: bool) -> Self {
        Self { sizes, rest: bytes, at_end }
    }
}

impl Iterator for Cuts<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.rest.is_empty() || (!self.at_end && self.rest.len() < self.sizes.most) {
            return None;
        }
        let cut = self.sizes.cut(self.rest);
        self.rest = &self.rest[cut..];
        Some(cut)
    }
}

/// Fills `bytes`, of which `before` came earlier out of a file of `expected`.
pub(crate) fn read_exactly(
    reader: &mut dyn Read,
    bytes: &mut [u8],
    before: u64,
    expected: u64,
) -> Result<(), ReadError> {
    let mut filled = 0;
    while filled < bytes.len() {
        match reader.read(&mut bytes[filled..]) {
            Ok(0) => return Err(ReadError::Short { expected, read: before + filled as u64 }),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noise(length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        blake3::Hasher::new().finalize_xof().fill(&mut bytes);
        bytes
    }

    /// What [`Pass::read_all`] must give, with everything in memory.
    fn naive(bytes: &[u8]) -> (Content, Option<Manifest>) {
        if bytes.len() as u64 <= SINGLE_MAX {
            return (Content::single(bytes), None);
        }
        let (mut rest, mut parts) = (bytes, Vec::new());
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(Sizes::of(bytes.len() as u64).cut(rest));
            parts.push((ContentHash::of(chunk), chunk.len() as u32));
            rest = after;
        }
        let manifest = Manifest::new(parts).unwrap();
        (manifest.content(), Some(manifest))
    }

    /// Gives its bytes in small pieces.
    struct Dribble<'a>(&'a [u8], usize);

    impl Read for Dribble<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn the_name_does_not_depend_on_how_the_bytes_come() {
        let mut pass = Pass::default();
        let single = SINGLE_MAX as usize;
        for length in [0, 1, single, single + 1, 1_500_000, 4 << 20, 9_000_001, 21_000_000] {
            let bytes = noise(length);
            let expected = naive(&bytes);
            for piece in [4097, usize::MAX] {
                let read = pass.read_all(&mut Dribble(&bytes, piece), length as u64).unwrap();
                assert_eq!(read, expected, "{length} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn the_chunks_of_a_large_file_are_told_in_order_while_it_is_read() {
        let bytes = noise(21_000_000);
        let told = std::sync::Mutex::new(Vec::new());
        let follow = |parts: &[Part]| told.lock().unwrap().extend_from_slice(parts);
        let length = bytes.len() as u64;
        let read = Pass::default().read_followed(&mut &bytes[..], length, &follow).unwrap();
        let chunks = read.1.unwrap();
        let chunks: Vec<Part> = chunks.chunks().iter().map(|c| (c.hash, c.length)).collect();
        assert_eq!(told.into_inner().unwrap(), chunks);
    }

    #[test]
    fn a_file_that_became_shorter_has_no_name() {
        for length in [10, 200_000, 30_000_000] {
            let bytes = noise(length);
            let result = read_all(&mut &bytes[..length - 1], length as u64);
            assert!(
                matches!(result, Err(ReadError::Short { read, .. }) if read == length as u64 - 1)
            );
        }
    }

    #[test]
    fn an_error_while_reading_is_passed_on() {
        struct Broken(u64);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(1).ok_or(io::ErrorKind::Other)?;
                Ok(buffer.len())
            }
        }
        assert!(matches!(read_all(&mut Broken(3), 1 << 30), Err(ReadError::Io(_))));
        assert!(matches!(read_all(&mut Broken(0), 5), Err(ReadError::Io(_))));
        assert!(matches!(read_all(&mut Broken(0), u64::MAX), Err(ReadError::TooLong(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn any_length_is_named_alike_in_one_pass(length in 1usize..6_000_000) {
            let bytes = noise(length);
            prop_assert_eq!(read_all(&mut &bytes[..], length as u64).unwrap(), naive(&bytes));
        }
    }
}
