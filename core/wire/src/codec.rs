//! Bytes for a stream or for storage, out of values and back.
//!
//! A frame is at most [`FRAME_MAX`](crate::limits::FRAME_MAX) bytes; its length is sent before it by
//! the transport. Whatever the bytes, decoding returns and allocates no more than a small multiple of
//! that. Part headers have a fixed length, because bytes follow them at once.

use prost::Message as _;

use crate::bulk::{Part, Request};
use crate::convert;
use crate::error::DecodeError;
use crate::limits::{FRAME_MAX, PART_BYTES_MAX};
use crate::message::{Item, Message, Small};
use crate::pack;
use crate::proto;
use crate::record::Record;
use crate::scan::{self, Shape};

/// A message as a frame, packed if that makes it smaller. Whoever builds it keeps to the limits;
/// beyond them the receiver refuses it.
#[must_use]
pub fn encode(message: &Message) -> Vec<u8> {
    seal(&proto::Frame::from(message))
}

/// The message in a frame; `None` if it is of a kind that only a newer version knows.
///
/// # Errors
/// [`DecodeError`] if the frame breaks a rule; no part of it is to be believed then.
pub fn decode(frame: &[u8]) -> Result<Option<Message>, DecodeError> {
    open(frame, &scan::FRAME).and_then(convert::message::message)
}

/// A bulk request as a frame.
#[must_use]
pub fn encode_request(request: &Request) -> Vec<u8> {
    seal(&proto::Request::from(request))
}

/// The bulk request in a frame.
///
/// # Errors
/// [`DecodeError`], also for a want of a newer kind: it can't be answered in order.
pub fn decode_request(frame: &[u8]) -> Result<Request, DecodeError> {
    open(frame, &scan::REQUEST).and_then(convert::bulk::request)
}

/// One record, for storage.
#[must_use]
pub fn encode_record(record: &Record) -> Vec<u8> {
    seal(&proto::Record::from(record))
}

/// One record out of storage.
///
/// # Errors
/// [`DecodeError`]; [`DecodeError::Newer`] if a newer version stored it.
pub fn decode_record(frame: &[u8]) -> Result<Record, DecodeError> {
    open(frame, &scan::RECORD).and_then(convert::record::record)
}

pub(crate) fn seal(message: &impl prost::Message) -> Vec<u8> {
    // A vector grows as needed: writing to it can't be refused.
    pack::seal(message.encoded_len(), |frame| message.encode_raw(frame))
}

pub(crate) fn open<T: prost::Message + Default>(
    frame: &[u8],
    shape: &Shape,
) -> Result<T, DecodeError> {
    pack::open(frame, |body| {
        scan::check(body, shape)?;
        T::decode(body).map_err(|error| DecodeError::Malformed(error.to_string()))
    })
}

/// The length of a [`Part`] header.
pub const PART_HEADER: usize = 9;

const PLAIN: u8 = 1;
const PACKED: u8 = 2;
const MISSING: u8 = 3;

/// The header of a part: its kind, the bytes that follow, and their number when unpacked
/// (little-endian).
#[must_use]
pub fn encode_part(part: Part) -> [u8; PART_HEADER] {
    let (kind, length, size) = match part {
        Part::Plain(length) => (PLAIN, length, length),
        Part::Packed { length, size } => (PACKED, length, size),
        Part::Missing => (MISSING, 0, 0),
    };
    let mut header = [0; PART_HEADER];
    header[0] = kind;
    header[1..5].copy_from_slice(&length.to_le_bytes());
    header[5..].copy_from_slice(&size.to_le_bytes());
    header
}

/// The part that a header announces.
///
/// # Errors
/// [`DecodeError`] for an unknown kind and for a part of more than
/// [`PART_BYTES_MAX`](crate::limits::PART_BYTES_MAX) bytes.
pub fn decode_part(header: [u8; PART_HEADER]) -> Result<Part, DecodeError> {
    let [kind, l0, l1, l2, l3, s0, s1, s2, s3] = header;
    let (length, size) =
        (u32::from_le_bytes([l0, l1, l2, l3]), u32::from_le_bytes([s0, s1, s2, s3]));
    let most = usize::try_from(length.max(size)).unwrap_or(usize::MAX);
    if most > PART_BYTES_MAX {
        return Err(DecodeError::TooLarge(most));
    }
    match kind {
        PLAIN if length == size => Ok(Part::Plain(length)),
        PACKED => Ok(Part::Packed { length, size }),
        MISSING if length == 0 && size == 0 => Ok(Part::Missing),
        PLAIN | MISSING => Err(DecodeError::Invalid("the header of a part")),
        _ => Err(DecodeError::Newer("a part")),
    }
}

/// An upper bound of the bytes that `item` adds to an unpacked frame, to cut pages by
/// [`PAGE_BYTES_MAX`](crate::limits::PAGE_BYTES_MAX).
#[must_use]
pub fn weight_of_item(item: &Item) -> usize {
    proto::Item::from(item).encoded_len() + LIST_ELEMENT
}

/// An upper bound of the bytes that `small` adds to an unpacked frame.
#[must_use]
pub fn weight_of_small(small: &Small) -> usize {
    small.bytes.len() + 32 + 3 * LIST_ELEMENT
}

/// An upper bound of the bytes that `record` adds to an unpacked frame.
#[must_use]
pub fn weight_of_record(record: &Record) -> usize {
    proto::Record::from(record).encoded_len() + LIST_ELEMENT
}

/// A tag and a length.
const LIST_ELEMENT: usize = 6;
const _: () = assert!(FRAME_MAX < 1 << 28, "a length takes 4 bytes at most");
