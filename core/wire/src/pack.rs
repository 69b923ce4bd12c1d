//! The envelope of a frame: one byte of format, and zstd where it makes the frame smaller.
//!
//! The high half of the first byte is the format's version, the low half are flags. A packed frame
//! goes on with the unpacked length (4 bytes, little-endian), which is checked against the limit
//! before anything is allocated.

use std::cell::RefCell;

use crate::error::DecodeError;
use crate::limits::FRAME_MAX;

/// Version 1, as it is.
const PLAIN: u8 = 0x10;
/// Version 1, packed.
const PACKED: u8 = 0x11;
/// Shorter frames are not worth packing: they fit into a datagram as they are.
const PACK_MIN: usize = 512;
/// Of long frames, so many samples say whether packing is worth the time …
const SAMPLES: usize = 8;
/// … with so many bytes each.
const SAMPLE: usize = 2 << 10;
/// zstd's fastest level of those that pack paths well.
const LEVEL: i32 = 1;
/// Format and unpacked length.
const PACKED_HEADER: usize = 5;

thread_local! {
    // Their working memory is worth keeping: a new one costs more than packing a small frame.
    static PACKER: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    static UNPACKER: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Puts a frame around what `write` appends (about `length` bytes).
pub(crate) fn seal(length: usize, write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut frame = Vec::with_capacity(length + 1);
    frame.push(PLAIN);
    write(&mut frame);
    match pack(&frame[1..]) {
        Some(packed) => packed,
        None => frame,
    }
}

/// What is in a frame, handed to `read`.
pub(crate) fn open<T>(
    frame: &[u8],
    read: impl FnOnce(&[u8]) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let (&format, body) = frame.split_first().ok_or(DecodeError::Empty)?;
    if frame.len() > FRAME_MAX {
        return Err(DecodeError::TooLarge(frame.len()));
    }
    match format {
        PLAIN => read(body),
        PACKED => read(&unpack(body)?),
        _ => Err(DecodeError::Format(format)),
    }
}

fn pack(plain: &[u8]) -> Option<Vec<u8>> {
    let size = u32::try_from(plain.len()).ok()?;
    if plain.len() < PACK_MIN || !is_worth_it(plain) {
        return None;
    }
    let mut packed =
        Vec::with_capacity(PACKED_HEADER + zstd::zstd_safe::compress_bound(plain.len()));
    packed.push(PACKED);
    packed.extend_from_slice(&size.to_le_bytes());
    let body = compress(plain)?;
    packed.extend_from_slice(&body);
    (packed.len() < plain.len()).then_some(packed)
}

/// Whether samples from all over the frame become a tenth smaller.
fn is_worth_it(plain: &[u8]) -> bool {
    if plain.len() <= 2 * SAMPLES * SAMPLE {
        return true;
    }
    let step = (plain.len() - SAMPLE) / (SAMPLES - 1);
    let starts = (0..SAMPLES).map(|i| i * step);
    let sample: Vec<u8> = starts.flat_map(|start| &plain[start..start + SAMPLE]).copied().collect();
    compress(&sample).is_some_and(|packed| packed.len() * 10 < sample.len() * 9)
}

fn compress(plain: &[u8]) -> Option<Vec<u8>> {
    PACKER.with_borrow_mut(|packer| {
        if packer.is_none() {
            *packer = zstd::bulk::Compressor::new(LEVEL).ok();
        }
        packer.as_mut()?.compress(plain).ok()
    })
}

fn unpack(body: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let (size, packed) = body.split_first_chunk::<4>().ok_or(DecodeError::Empty)?;
    let size = usize::try_from(u32::from_le_bytes(*size)).unwrap_or(usize::MAX);
    if size > FRAME_MAX {
        return Err(DecodeError::TooLarge(size));
    }
    let mut plain = Vec::with_capacity(size);
    UNPACKER.with_borrow_mut(|unpacker| {
        if unpacker.is_none() {
            *unpacker = zstd::bulk::Decompressor::new().ok();
        }
        let unpacker = unpacker.as_mut().ok_or_else(|| DecodeError::Unpack("no memory".into()))?;
        unpacker
            .decompress_to_buffer(packed, &mut plain)
            .map_err(|error| DecodeError::Unpack(error.to_string()))
    })?;
    if plain.len() == size {
        Ok(plain)
    } else {
        Err(DecodeError::Unpack("it is shorter than declared".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(plain: &[u8]) -> Vec<u8> {
        seal(plain.len(), |frame| frame.extend_from_slice(plain))
    }

    #[test]
    fn a_frame_is_packed_only_when_it_becomes_smaller() {
        assert_eq!(sealed(&[7; 100])[0], PLAIN);
        assert_eq!(sealed(&[7; 1000])[0], PACKED);
        let noise: Vec<u8> =
            (0..3000u32).flat_map(|n| model::ContentHash::of(&n.to_le_bytes()).0).collect();
        assert_eq!(sealed(&noise)[0], PLAIN);
        for plain in [&[][..], &[7; 100], &[7; 100_000], &noise] {
            assert_eq!(open(&sealed(plain), |body| Ok(body.to_vec())), Ok(plain.to_vec()));
        }
    }

    #[test]
    fn a_frame_that_claims_to_be_huge_is_refused() {
        let mut frame = sealed(&[7; 1000]);
        frame[1..5].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(open(&frame, |_| Ok(())), Err(DecodeError::TooLarge(u32::MAX as usize)));
        frame[1..5].copy_from_slice(&999u32.to_le_bytes());
        assert!(matches!(open(&frame, |_| Ok(())), Err(DecodeError::Unpack(_))));
        frame[1..5].copy_from_slice(&1001u32.to_le_bytes());
        assert!(matches!(open(&frame, |_| Ok(())), Err(DecodeError::Unpack(_))));
        assert_eq!(
            open(&vec![PLAIN; FRAME_MAX + 1], |_| Ok(())),
            Err(DecodeError::TooLarge(FRAME_MAX + 1))
        );
    }

    #[test]
    fn a_format_of_the_future_is_refused_by_name() {
        assert_eq!(open(&[0x20], |_| Ok(())), Err(DecodeError::Format(0x20)));
        assert_eq!(open(&[], |_| Ok(())), Err(DecodeError::Empty));
    }
}
