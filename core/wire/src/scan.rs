//! Counts what a frame holds before anything is allocated for it.
//!
//! Two bytes of a frame can stand for an empty entry of two hundred bytes in memory, so the decoder
//! is run only on frames whose lists were counted here. One pass, no allocation, and lists may be
//! nested no deeper than the tables below.

use crate::error::DecodeError;
use crate::limits;

/// The lists of one kind of message; a field that is not named may not repeat the frame's limit
/// anyway, because it holds nothing but bytes.
pub(crate) struct Shape(&'static [List]);

struct List {
    tag: u32,
    /// How often the field may occur.
    count_max: usize,
    /// How many bytes each occurrence may have.
    bytes_max: usize,
    /// What is inside.
    inner: &'static Shape,
}

const LEAF: Shape = Shape(&[]);
const VARINT: usize = 10;

const fn list(tag: u32, count_max: usize, inner: &'static Shape) -> List {
    List { tag, count_max, bytes_max: limits::FRAME_MAX, inner }
}

const fn packed(tag: u32, numbers_max: usize, each: usize) -> List {
    List { tag, count_max: 1, bytes_max: numbers_max * each, inner: &LEAF }
}

const ENTRY: Shape =
    Shape(&[packed(6, limits::VERSION_PARTS_MAX, 8), packed(7, limits::VERSION_PARTS_MAX, VARINT)]);
const ITEM: Shape = Shape(&[list(2, limits::SIBLINGS_MAX, &ENTRY)]);
const ADDRESSES: Shape = Shape(&[list(2, limits::ADDRESSES_MAX, &LEAF)]);
/// A record alone, as it is stored.
pub(crate) const RECORD: Shape = Shape(&[list(5, 1, &ADDRESSES)]);
const HOME: Shape = Shape(&[list(1, limits::RECORDS_MAX, &RECORD)]);
const OPEN: Shape = Shape(&[list(6, limits::ACTORS_MAX, &LEAF)]);
const UPDATE: Shape = Shape(&[
    list(4, limits::PAGE_ENTRIES_MAX, &ITEM),
    packed(5, limits::SAME_MAX, VARINT),
    packed(6, limits::SAME_MAX, 1),
    list(7, limits::SMALL_MAX, &LEAF),
]);
const REFUSED: Shape = Shape(&[list(2, limits::REFUSED_MAX, &LEAF)]);
const PROMISES: Shape = Shape(&[list(3, limits::PROMISES_MAX, &LEAF)]);
const DISKS: Shape = Shape(&[list(1, limits::DISKS_MAX, &LEAF)]);
const ARCHIVED: Shape = Shape(&[list(2, 1, &ENTRY)]);
const HISTORY: Shape = Shape(&[list(2, limits::HISTORY_MAX, &ARCHIVED)]);
/// A message on the control stream.
pub(crate) const FRAME: Shape = Shape(&[
    list(1, 1, &HOME),
    list(2, 1, &OPEN),
    list(3, 1, &UPDATE),
    list(4, 1, &REFUSED),
    list(6, 1, &HISTORY),
    list(7, 1, &PROMISES),
    list(8, 1, &PROMISES),
    list(10, 1, &DISKS),
]);
/// A bulk request.
pub(crate) const REQUEST: Shape = Shape(&[list(2, limits::WANTS_MAX, &LEAF)]);
/// A greeting.
pub(crate) const HELLO: Shape = LEAF;

/// The most lists that a [`Shape`] names.
const LISTS_MAX: usize = 8;

/// Whether `bytes` stays within the limits of `shape`.
pub(crate) fn check(mut bytes: &[u8], shape: &Shape) -> Result<(), DecodeError> {
    let mut counts = [0usize; LISTS_MAX];
    while !bytes.is_empty() {
        let (tag, value) = field(&mut bytes)?;
        let Some(position) = shape.0.iter().position(|list| list.tag == tag) else { continue };
        let list = &shape.0[position];
        counts[position] += 1;
        let length = value.map_or(0, <[u8]>::len);
        if counts[position] > list.count_max || length > list.bytes_max {
            return Err(DecodeError::Limit(tag));
        }
        if !list.inner.0.is_empty() {
            check(value.unwrap_or_default(), list.inner)?;
        }
    }
    Ok(())
}

/// Cuts one field off; its bytes if it has a length. Groups, which nobody writes, are refused.
fn field<'a>(bytes: &mut &'a [u8]) -> Result<(u32, Option<&'a [u8]>), DecodeError> {
    let key = varint(bytes)?;
    let tag = u32::try_from(key >> 3).map_err(|_| malformed("a tag is too large"))?;
    let value = match key & 7 {
        0 => varint(bytes).map(|_| None)?,
        1 => cut(bytes, 8).map(|_| None)?,
        2 => {
            let length = varint(bytes)?;
            Some(cut(bytes, usize::try_from(length).unwrap_or(usize::MAX))?)
        }
        5 => cut(bytes, 4).map(|_| None)?,
        _ => return Err(malformed("a field is of an unknown type")),
    };
    Ok((tag, value))
}

fn cut<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], DecodeError> {
    let (head, rest) = bytes.split_at_checked(length).ok_or_else(|| malformed("it ends early"))?;
    *bytes = rest;
    Ok(head)
}

fn varint(bytes: &mut &[u8]) -> Result<u64, DecodeError> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or_else(|| malformed("it ends early"))?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(malformed("a number is too long"))
}

fn malformed(why: &str) -> DecodeError {
    DecodeError::Malformed(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_beyond_its_limit_is_refused_before_it_is_decoded() {
        let empty_want = [0x12, 0x00];
        assert_eq!(check(&empty_want.repeat(limits::WANTS_MAX), &REQUEST), Ok(()));
        let frame = empty_want.repeat(limits::WANTS_MAX + 1);
        assert_eq!(check(&frame, &REQUEST), Err(DecodeError::Limit(2)));
    }

    #[test]
    fn lists_inside_lists_are_counted_too() {
        // An update with one item of 65 empty siblings.
        let siblings = [0x12, 0x00].repeat(limits::SIBLINGS_MAX + 1);
        let item = [&[0x22, 130, 1][..], &siblings].concat();
        let frame = [&[0x1a, 133, 1][..], &item].concat();
        assert_eq!(check(&frame, &FRAME), Err(DecodeError::Limit(2)));
    }

    #[test]
    fn no_table_has_more_lists_than_are_counted() {
        for shape in [&FRAME, &UPDATE, &HOME, &OPEN, &REQUEST, &RECORD] {
            assert!(shape.0.len() <= LISTS_MAX);
        }
    }
}
