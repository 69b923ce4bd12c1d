//! The log of an edit: of what it is one, and what was written since, in records that each carry a check.
//!
//! A record is added after the bytes that it tells of are in their file, so that a kill loses nothing that a
//! program was told to be written. Power may take bytes and leave the record: after another start of the system
//! only what stands before the last record that was made durable together with its bytes counts.

use std::fs::File;
use std::io::{self, Read, Write};

use model::{Content, ContentHash, RelPath, WallTime};

const MAGIC: &[u8; 16] = b"homefold edit 1\n";
const RECORD: usize = 25;
const CHECK: usize = 8;
/// Bytes of a header behind its length, at most: a path and some numbers.
const HEADER_MAX: usize = 64 << 10;
/// Bytes of the header in front of the path.
const FIXED: usize = 16 + 32 + 8 + 1 + 2 + 8;

/// Of what something is an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Where it stands.
    pub path: RelPath,
    /// The bytes that were there, and are elsewhere.
    pub content: Content,
    /// Permission bits.
    pub mode: u16,
    /// The time of the last change.
    pub mtime: WallTime,
}

/// What happened to an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    /// Bytes were written: from, to, and when.
    Written(u64, u64),
    /// The length was set.
    Length(u64),
    /// Permission bits, and the time of the last change.
    Facts(u16, WallTime),
    /// Everything before is durable.
    Durable,
    /// The whole was put together and is about to be put in its place.
    Placing,
}

impl Record {
    fn encode(self) -> [u8; RECORD] {
        let (kind, a, b) = match self {
            Self::Written(from, to) => (1, from, to),
            Self::Length(size) => (2, size, 0),
            Self::Facts(mode, mtime) => (3, u64::from(mode), mtime.0.cast_unsigned()),
            Self::Durable => (4, 0, 0),
            Self::Placing => (5, 0, 0),
        };
        let mut record = [kind; RECORD];
        record[1..9].copy_from_slice(&a.to_be_bytes());
        record[9..17].copy_from_slice(&b.to_be_bytes());
        let check = check(&record[..17]);
        record[17..].copy_from_slice(&check);
        record
    }

    fn decode(record: &[u8]) -> Option<Self> {
        if record.len() != RECORD || record[17..] != check(&record[..17]) {
            return None;
        }
        let (a, b) = (number(&record[1..9])?, number(&record[9..17])?);
        match record[0] {
            1 if a < b => Some(Self::Written(a, b)),
            2 => Some(Self::Length(a)),
            3 => Some(Self::Facts(u16::try_from(a).ok()?, WallTime(b.cast_signed()))),
            4 => Some(Self::Durable),
            5 => Some(Self::Placing),
            _ => None,
        }
    }
}

/// Adds a record.
pub(super) fn add(mut log: &File, record: Record) -> io::Result<()> {
    log.write_all(&record.encode())
}

/// Begins a log.
pub(super) fn begin(mut log: &File, origin: &Origin) -> io::Result<()> {
    let Origin { path, content, mode, mtime } = origin;
    let mut body = Vec::with_capacity(FIXED + path.as_str().len());
    body.extend_from_slice(&boot());
    body.extend_from_slice(&content.hash.0);
    body.extend_from_slice(&content.size.to_be_bytes());
    body.push(u8::from(content.chunked));
    body.extend_from_slice(&mode.to_be_bytes());
    body.extend_from_slice(&mtime.0.to_be_bytes());
    body.extend_from_slice(path.as_str().as_bytes());
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    let check = check(&body);
    log.write_all(&[&MAGIC[..], &length.to_be_bytes(), &body, &check].concat())
}

/// What a log says that counts; nothing if it is none.
pub(super) fn read(log: &mut File) -> io::Result<Option<(Origin, Vec<Record>)>> {
    let mut bytes = Vec::new();
    log.read_to_end(&mut bytes)?;
    Ok(parse(&bytes))
}

fn parse(bytes: &[u8]) -> Option<(Origin, Vec<Record>)> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    if length > HEADER_MAX || rest.len() < length + CHECK {
        return None;
    }
    let (body, rest) = rest.split_at(length);
    let (sum, rest) = rest.split_at(CHECK);
    if sum != check(body) {
        return None;
    }
    let (begun, origin) = header(body)?;
    let mut records: Vec<Record> = rest.chunks(RECORD).map_while(Record::decode).collect();
    if begun != boot() {
        let durable = records.iter().rposition(|record| *record == Record::Durable);
        records.truncate(durable.map_or(0, |last| last + 1));
    }
    Some((origin, records))
}

fn header(body: &[u8]) -> Option<([u8; 16], Origin)> {
    let (begun, rest) = body.split_first_chunk::<16>()?;
    let (hash, rest) = rest.split_first_chunk::<32>()?;
    let (size, rest) = rest.split_first_chunk::<8>()?;
    let (chunked, rest) = rest.split_first()?;
    let (mode, rest) = rest.split_first_chunk::<2>()?;
    let (mtime, path) = rest.split_first_chunk::<8>()?;
    let content = Content {
        hash: ContentHash(*hash),
        size: u64::from_be_bytes(*size),
        chunked: *chunked == 1,
    };
    let origin = Origin {
        path: RelPath::parse(std::str::from_utf8(path).ok()?).ok()?,
        content,
        mode: u16::from_be_bytes(*mode),
        mtime: WallTime(i64::from_be_bytes(*mtime)),
    };
    Some((*begun, origin))
}

fn number(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

fn check(bytes: &[u8]) -> [u8; CHECK] {
    let hash = ContentHash::of(bytes).0;
    std::array::from_fn(|index| hash[index])
}

/// Which start of the system this is.
fn boot() -> [u8; 16] {
    let text = std::fs::read("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let hash = ContentHash::of(&text).0;
    std::array::from_fn(|index| hash[index])
}

/// Makes a log one that was begun before the system was started again.
#[cfg(test)]
pub(super) fn age(log: &mut [u8]) {
    let (length, body) = (MAGIC.len(), MAGIC.len() + 4);
    let length = u32::from_be_bytes(log[length..body].try_into().unwrap()) as usize;
    log[body] ^= 1;
    let sum = check(&log[body..body + length]);
    log[body + length..body + length + CHECK].copy_from_slice(&sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin() -> Origin {
        let content = Content { hash: ContentHash([3; 32]), size: 1 << 30, chunked: true };
        let path = RelPath::parse("d/disk.img").unwrap();
        Origin { path, content, mode: 0o640, mtime: WallTime(-5) }
    }

    fn logged(records: &[Record]) -> Vec<u8> {
        let mut file = tempfile::tempfile().unwrap();
        begin(&file, &origin()).unwrap();
        records.iter().for_each(|record| add(&file, *record).unwrap());
        io::Seek::rewind(&mut file).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    const ALL: [Record; 5] = [
        Record::Written(4096, 8192),
        Record::Length(9000),
        Record::Durable,
        Record::Facts(0o600, WallTime(7)),
        Record::Placing,
    ];

    #[test]
    fn a_log_that_ends_anywhere_says_what_was_whole_of_it() {
        let bytes = logged(&ALL);
        let header = logged(&[]).len();
        for end in 0..=bytes.len() {
            let parsed = parse(&bytes[..end]);
            let whole = end.checked_sub(header).map(|rest| rest / RECORD);
            assert_eq!(parsed, whole.map(|whole| (origin(), ALL[..whole].to_vec())), "{end}");
        }
    }

    #[test]
    fn what_was_not_durable_does_not_count_after_another_start_of_the_system() {
        let mut bytes = logged(&ALL);
        age(&mut bytes);
        assert_eq!(parse(&bytes), Some((origin(), ALL[..3].to_vec())));
    }

    #[test]
    fn a_bit_that_turned_ends_what_counts() {
        let bytes = logged(&ALL);
        let header = logged(&[]).len();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            let expected =
                at.checked_sub(header).map(|rest| (origin(), ALL[..rest / RECORD].to_vec()));
            assert_eq!(parse(&damaged), expected, "{at}");
        }
    }
}
