//! Compression of what travels: zstd at its fastest level, and only where it pays.
//!
//! Packing never changes a name: hashes are of the bytes before it. Unpacking is told the exact length
//! beforehand and never allocates more.

use zstd::bulk::{Compressor, Decompressor};

/// Bytes that one [`Packer::pack`] or [`Unpacker::unpack`] takes or gives: a chunk, or a manifest.
pub const PACK_MAX: usize = 32 << 20;

const LEVEL: i32 = 1;
/// Below this many bytes nothing is won.
const PACK_LEAST: usize = 128;
/// Bytes that are tried before a larger run is packed as a whole.
const SAMPLE: usize = 8 * 1024;

/// Why bytes could not be packed or unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// The compressor could not be set up.
    #[error("setting up compression")]
    Setup,
    /// They are not what was packed, or belong to another length.
    #[error("unpacking {0} bytes")]
    Corrupt(usize),
    /// The length is beyond [`PACK_MAX`].
    #[error("unpacking {0} bytes, more than allowed")]
    TooLong(usize),
}

/// Packs; keeps the compressor's memory between calls. One for each thread.
pub struct Packer {
    compressor: Compressor<'static>,
}

impl Packer {
    /// A packer.
    ///
    /// # Errors
    /// [`PackError::Setup`] if memory is short.
    pub fn new() -> Result<Self, PackError> {
        let mut compressor = Compressor::new(LEVEL).map_err(|_| PackError::Setup)?;
        compressor.include_contentsize(false).map_err(|_| PackError::Setup)?;
        Ok(Self { compressor })
    }

    /// The packed form of `bytes`, or `None` if it would save less than a tenth.
    pub fn pack(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        if bytes.len() < PACK_LEAST || bytes.len() > PACK_MAX {
            return None;
        }
        if bytes.len() > 4 * SAMPLE {
            let middle = bytes.len() / 2;
            let pays = [&bytes[..SAMPLE], &bytes[middle..middle + SAMPLE]]
                .into_iter()
                .any(|sample| self.squeeze(sample).is_some());
            if !pays {
                return None;
            }
        }
        self.squeeze(bytes)
    }

    fn squeeze(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let packed = self.compressor.compress(bytes).ok()?;
        (packed.len() * 11 <= bytes.len() * 10).then_some(packed)
    }
}

/// Unpacks; keeps the decompressor's memory between calls. One for each thread.
pub struct Unpacker {
    decompressor: Decompressor<'static>,
}

impl Unpacker {
    /// An unpacker.
    ///
    /// # Errors
    /// [`PackError::Setup`] if memory is short.
    pub fn new() -> Result<Self, PackError> {
        Ok(Self { decompressor: Decompressor::new().map_err(|_| PackError::Setup)? })
    }

    /// The `length` bytes that were packed into `packed`.
    ///
    /// # Errors
    /// [`PackError`] if `packed` does not give exactly `length` bytes, or that is too many.
    pub fn unpack(&mut self, packed: &[u8], length: usize) -> Result<Vec<u8>, PackError> {
        if length > PACK_MAX {
            return Err(PackError::TooLong(length));
        }
        let bytes =
            self.decompressor.decompress(packed, length).map_err(|_| PackError::Corrupt(length))?;
        if bytes.len() == length { Ok(bytes) } else { Err(PackError::Corrupt(length)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        blake3::Hasher::new().finalize_xof().fill(&mut bytes);
        bytes
    }

    #[test]
    fn text_is_packed_and_read_back() {
        let text = "All work and no play makes Jack a dull boy. ".repeat(3000).into_bytes();
        let packed = Packer::new().unwrap().pack(&text).unwrap();
        assert!(packed.len() * 10 < text.len());
        assert_eq!(Unpacker::new().unwrap().unpack(&packed, text.len()), Ok(text));
    }

    #[test]
    fn what_does_not_shrink_is_left_alone() {
        let mut packer = Packer::new().unwrap();
        assert_eq!(packer.pack(&noise(100_000)), None);
        assert_eq!(packer.pack(&noise(1000)), None);
        assert_eq!(packer.pack(b"short"), None);
    }

    #[test]
    fn a_text_in_the_middle_of_noise_is_found() {
        let mut bytes = noise(400_000);
        bytes[100_000..300_000].fill(b'x');
        assert!(Packer::new().unwrap().pack(&bytes).is_some());
    }

    #[test]
    fn unpacking_stops_at_the_length_that_was_announced() {
        let packed = Packer::new().unwrap().pack(&[0; 100_000]).unwrap();
        let mut unpacker = Unpacker::new().unwrap();
        for length in [0, 10, 99_999, 100_001] {
            assert_eq!(unpacker.unpack(&packed, length), Err(PackError::Corrupt(length)));
        }
        assert!(unpacker.unpack(&packed, usize::MAX).is_err());
        assert!(unpacker.unpack(b"no zstd", 100).is_err());
    }
}
