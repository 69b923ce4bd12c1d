//! A row of the index as columns of the table `entry`, and back.
//!
//! What stands on the disk is stored as its difference to the winner, so that the columns `disk` and
//! often `ctime` are empty when both agree. Not here: which statement writes them (`entries`).

use std::borrow::Cow;

use engine::index::{DEVICES_MAX, DeviceNumber, Holders, OnDisk, Row};
use engine::observation::{Seen, Stat};
use model::{Entry, EntryKind, Problem, Register, RelPath, Version, WallTime};
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use wire::Sequence;

use super::actors::Actors;
use super::codec::{Decoder, Encoder, kind_number, kind_of};
use super::fault::Fault;
use super::key::short_hash;

/// The columns that [`read`] takes, in its order.
macro_rules! all_columns {
    () => {
        "e.sequence, e.via, e.holders, e.kind, e.content, e.size, e.mtime, e.history, e.siblings, \
         e.problem, e.inode, e.ctime, e.disk, e.shown"
    };
}
/// The columns that [`read_seen`] takes, in its order.
macro_rules! seen_columns {
    () => {
        "e.kind, e.content, e.size, e.mtime, e.inode, e.ctime, e.disk"
    };
}
pub(super) use {all_columns, seen_columns};

/// Bits of the column `path.state`.
pub(super) const NEEDED: i64 = 1;
const PROBLEM: i64 = 2;
const CONFLICT: i64 = 4;
const TOMBSTONE: i64 = 8;
const HERE: i64 = 16;
const ELSEWHERE: i64 = 32;

/// Permission bits of every symbolic link.
const LINK_MODE: u16 = 0o777;
const VIA_SHIFT: u32 = 6;

/// Parts of the disk that differ from the winner.
mod differs {
    pub(super) const KIND: u64 = 1;
    pub(super) const VERSION: u64 = 2;
    pub(super) const MTIME: u64 = 4;
    pub(super) const SIZE: u64 = 8;
    pub(super) const MODE: u64 = 16;
    pub(super) const DOT: u64 = 32;
}

/// The values of one row.
pub(super) struct Columns<'a> {
    pub(super) sequence: i64,
    pub(super) via: Via,
    pub(super) holders: i64,
    pub(super) kind: i64,
    pub(super) content: Option<Cow<'a, [u8]>>,
    pub(super) size: Option<i64>,
    pub(super) mtime: i64,
    pub(super) history: Vec<u8>,
    pub(super) siblings: Option<Vec<u8>>,
    pub(super) problem: Option<&'static str>,
    pub(super) inode: Option<i64>,
    pub(super) ctime: Option<i64>,
    pub(super) disk: Option<Vec<u8>>,
    pub(super) content_key: Option<i32>,
    pub(super) shown: Option<Vec<u8>>,
    /// Belongs to the table `path`.
    pub(super) state: i64,
}

impl<'a> Columns<'a> {
    pub(super) fn of(row: &'a Row, actors: &mut Actors) -> Self {
        let winner = row.register.winner();
        let disk = row.disk.as_ref();
        let seen = disk.map(|disk| &disk.seen);
        let file = winner.kind.content();
        Self {
            sequence: row.sequence.0.cast_signed(),
            via: Via(row.via),
            holders: row.holders.0.cast_signed(),
            kind: (kind_number(&winner.kind) << 1 | u64::from(row.needed)).cast_signed(),
            content: content_of(&winner.kind, actors),
            size: file.map(|content| content.size.cast_signed()),
            mtime: winner.mtime.0,
            history: encoded(actors, |to| to.history(winner)),
            siblings: siblings_of(&row.register, actors),
            problem: row.problem.map(Problem::word),
            inode: seen.map(|seen| seen.stat.inode.cast_signed()),
            ctime: seen.map(|seen| seen.stat.ctime.0.wrapping_sub(seen.stat.mtime.0)),
            disk: disk.and_then(|disk| difference(winner, disk, actors)),
            content_key: seen
                .and_then(|seen| seen.kind.content())
                .map(|content| short_hash(content.hash)),
            shown: (row.shown != Version::default())
                .then(|| encoded(actors, |to| to.version(&row.shown))),
            state: state_of(row),
        }
    }
}

/// Who told a row; an integer when it fits, which it does in a healthy home.
#[derive(Clone, Copy)]
pub(super) struct Via(Option<(DeviceNumber, Sequence)>);

impl ToSql for Via {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self.0 {
            None => Value::Null,
            Some((device, sequence)) if sequence.0 >> (63 - VIA_SHIFT) == 0 && device.0 < 64 => {
                Value::Integer((sequence.0 << VIA_SHIFT | u64::from(device.0)).cast_signed())
            }
            Some((device, sequence)) => {
                let mut bytes = vec![device.0];
                bytes.extend_from_slice(&sequence.0.to_be_bytes());
                Value::Blob(bytes)
            }
        };
        Ok(ToSqlOutput::Owned(value))
    }
}

impl Via {
    fn read(value: ValueRef<'_>) -> Result<Option<(DeviceNumber, Sequence)>, Fault> {
        match value {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => {
                let number = number.cast_unsigned();
                let device = (number & u64::from(DEVICES_MAX - 1)) as u8;
                Ok(Some((DeviceNumber(device), Sequence(number >> VIA_SHIFT))))
            }
            ValueRef::Blob([device, sequence @ ..]) => {
                let sequence = sequence.try_into().map_err(|_| Fault::Damaged)?;
                Ok(Some((DeviceNumber(*device), Sequence(u64::from_be_bytes(sequence)))))
            }
            ValueRef::Blob([]) | ValueRef::Real(_) | ValueRef::Text(_) => Err(Fault::Damaged),
        }
    }
}

/// The row at `path` whose columns [`all_columns`] begin at column `at`.
pub(super) fn read(
    from: &rusqlite::Row<'_>,
    at: usize,
    path: RelPath,
    actors: &Actors,
) -> Result<Row, Fault> {
    let kind: u64 = from.get::<_, i64>(at + 3)?.cast_unsigned();
    let (version, dot, resolves) = Decoder::new(blob(from, at + 7)?.ok_or(Fault::Damaged)?, actors)
        .history()
        .ok_or(Fault::Damaged)?;
    let winner = Entry {
        kind: winner_kind(from, kind, at + 4, actors)?,
        mtime: WallTime(from.get(at + 6)?),
        version,
        dot,
        resolves,
    };
    let disk = read_disk(from, at + 10, &winner, actors)?;
    let problem = match from.get_ref(at + 9)?.as_str_or_null().map_err(|_| Fault::Damaged)? {
        None => None,
        Some(word) => Some(Problem::parse(word).ok_or(Fault::Damaged)?),
    };
    Ok(Row {
        path,
        register: match blob(from, at + 8)? {
            None => Register::new(winner),
            Some(bytes) => with_siblings(winner, bytes, actors)?,
        },
        sequence: Sequence(from.get::<_, i64>(at)?.cast_unsigned()),
        via: Via::read(from.get_ref(at + 1)?)?,
        holders: Holders(from.get::<_, i64>(at + 2)?.cast_unsigned()),
        disk,
        needed: kind & 1 == 1,
        problem,
        shown: match blob(from, at + 13)? {
            None => Version::default(),
            Some(bytes) => Decoder::new(bytes, actors).version().ok_or(Fault::Damaged)?,
        },
    })
}

/// What stands on the disk, from the columns [`seen_columns`] beginning at column `at`.
pub(super) fn read_seen(
    from: &rusqlite::Row<'_>,
    at: usize,
    actors: &Actors,
) -> Result<Option<Seen>, Fault> {
    let kind: u64 = from.get::<_, i64>(at)?.cast_unsigned();
    let winner = Entry {
        kind: winner_kind(from, kind, at + 1, actors)?,
        mtime: WallTime(from.get(at + 3)?),
        version: Version::default(),
        dot: model::Dot { actor: model::Actor(0), counter: 0 },
        resolves: None,
    };
    Ok(read_disk(from, at + 4, &winner, actors)?.map(|disk| disk.seen))
}

fn winner_kind(
    from: &rusqlite::Row<'_>,
    kind: u64,
    content_at: usize,
    actors: &Actors,
) -> Result<EntryKind, Fault> {
    let size = from.get::<_, Option<i64>>(content_at + 1)?.unwrap_or(0).cast_unsigned();
    kind_of(kind >> 1, size, blob(from, content_at)?, actors).ok_or(Fault::Damaged)
}

fn with_siblings(winner: Entry, bytes: &[u8], actors: &Actors) -> Result<Register, Fault> {
    let others = Decoder::new(bytes, actors).entries().ok_or(Fault::Damaged)?;
    Register::of(std::iter::once(winner).chain(others)).ok_or(Fault::Damaged)
}

fn siblings_of(register: &Register, actors: &mut Actors) -> Option<Vec<u8>> {
    let others = &register.siblings()[1..];
    (!others.is_empty()).then(|| {
        encoded(actors, |to| {
            for entry in others {
                to.entry(entry);
            }
        })
    })
}

fn content_of<'a>(kind: &'a EntryKind, actors: &mut Actors) -> Option<Cow<'a, [u8]>> {
    match kind {
        EntryKind::Tombstone { moved_to } => moved_to
            .as_ref()
            .map(|moved_to| Cow::Owned(encoded(actors, |to| to.destination(moved_to)))),
        EntryKind::Symlink { target } => Some(Cow::Borrowed(target.as_bytes())),
        EntryKind::File { content, .. } => Some(Cow::Borrowed(&content.hash.0)),
        EntryKind::Directory { .. } => None,
    }
}

/// How the disk differs from the winner; `None` if it does not.
fn difference(winner: &Entry, disk: &OnDisk, actors: &mut Actors) -> Option<Vec<u8>> {
    let OnDisk { seen: Seen { kind, stat }, version, dot } = disk;
    let mut flags = 0;
    let mut note = |bit, is_other| flags |= if is_other { bit } else { 0 };
    note(differs::KIND, *kind != winner.kind);
    note(differs::VERSION, *version != winner.version);
    note(differs::DOT, *dot != winner.dot);
    note(differs::MTIME, stat.mtime != winner.mtime);
    note(differs::SIZE, stat.size != kind.size());
    note(differs::MODE, stat.mode != usual_mode(kind));
    if flags == 0 {
        return None;
    }
    Some(encoded(actors, |to| {
        to.number(flags);
        if flags & differs::KIND != 0 {
            to.kind(kind);
        }
        if flags & differs::VERSION != 0 {
            to.version(version);
        }
        if flags & differs::DOT != 0 {
            to.dot(*dot);
        }
        if flags & differs::MTIME != 0 {
            to.signed(stat.mtime.0);
        }
        if flags & differs::SIZE != 0 {
            to.number(stat.size);
        }
        if flags & differs::MODE != 0 {
            to.number(u64::from(stat.mode));
        }
    }))
}

/// What stands on the disk, from `inode`, `ctime` and `disk` beginning at column `at`.
fn read_disk(
    from: &rusqlite::Row<'_>,
    at: usize,
    winner: &Entry,
    actors: &Actors,
) -> Result<Option<OnDisk>, Fault> {
    let Some(inode) = from.get::<_, Option<i64>>(at)? else { return Ok(None) };
    let since_mtime: i64 = from.get::<_, Option<i64>>(at + 1)?.ok_or(Fault::Damaged)?;
    let unchanged = [0];
    let bytes = blob(from, at + 2)?.unwrap_or(&unchanged);
    let mut disk = apply(Decoder::new(bytes, actors), winner).ok_or(Fault::Damaged)?;
    disk.seen.stat.inode = inode.cast_unsigned();
    disk.seen.stat.ctime = WallTime(disk.seen.stat.mtime.0.wrapping_add(since_mtime));
    Ok(Some(disk))
}

/// The winner with a difference applied; inode and ctime are still missing.
fn apply(mut difference: Decoder<'_>, winner: &Entry) -> Option<OnDisk> {
    let flags = difference.number()?;
    let kind = match flags & differs::KIND {
        0 => winner.kind.clone(),
        _ => difference.kind()?,
    };
    let version = match flags & differs::VERSION {
        0 => winner.version.clone(),
        _ => difference.version()?,
    };
    let dot = match flags & differs::DOT {
        0 => winner.dot,
        _ => difference.dot()?,
    };
    let mtime = match flags & differs::MTIME {
        0 => winner.mtime,
        _ => WallTime(difference.signed()?),
    };
    let size = match flags & differs::SIZE {
        0 => kind.size(),
        _ => difference.number()?,
    };
    let mode = match flags & differs::MODE {
        0 => usual_mode(&kind),
        _ => u16::try_from(difference.number()?).ok()?,
    };
    let stat = Stat { size, mtime, mode, ..Stat::default() };
    Some(OnDisk { seen: Seen { kind, stat }, version, dot })
}

fn usual_mode(kind: &EntryKind) -> u16 {
    match kind {
        EntryKind::File { mode, .. } | EntryKind::Directory { mode } => *mode,
        EntryKind::Symlink { .. } | EntryKind::Tombstone { .. } => LINK_MODE,
    }
}

fn state_of(row: &Row) -> i64 {
    let bit = |bit, is_set: bool| if is_set { bit } else { 0 };
    let is_here = row.holders.contains(DeviceNumber(0));
    let place = match row.register.winner().kind {
        EntryKind::Tombstone { .. } | EntryKind::Directory { .. } => 0,
        EntryKind::File { .. } | EntryKind::Symlink { .. } if is_here => HERE,
        EntryKind::File { .. } | EntryKind::Symlink { .. } => ELSEWHERE,
    };
    bit(NEEDED, row.needed)
        | bit(PROBLEM, row.problem.is_some())
        | bit(CONFLICT, row.register.losers().next().is_some())
        | bit(TOMBSTONE, !row.register.winner().kind.is_live())
        | place
}

/// What `write` encodes.
pub(super) fn encoded(actors: &mut Actors, write: impl FnOnce(&mut Encoder<'_>)) -> Vec<u8> {
    let mut encoder = Encoder::new(actors);
    write(&mut encoder);
    encoder.bytes
}

/// The bytes in a column.
pub(super) fn blob<'a>(from: &'a rusqlite::Row<'_>, at: usize) -> Result<Option<&'a [u8]>, Fault> {
    from.get_ref(at)?.as_bytes_or_null().map_err(|_| Fault::Damaged)
}
