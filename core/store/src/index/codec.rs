//! How entries become bytes and back.
//!
//! Numbers are LEB128 (seven bits a byte, low ones first), signed ones zigzag; actors are numbers of
//! [`Actors`]. Whatever bytes are read, the answer is a valid value or `None`, never a panic.
//! Changing any of this is a change of the database's format.

use model::entry::Destination;
use model::{
    ConflictId, Content, ContentHash, Counter, Dot, Entry, EntryKind, Register, RelPath, Version,
    WallTime,
};

use super::actors::Actors;

const TOMBSTONE: u64 = 0;
const SYMLINK: u64 = 1;
const FILE: u64 = 2;
const DIRECTORY: u64 = 3;
const CHUNKED: u64 = 4;
const MODE_SHIFT: u32 = 3;

/// Appends values to bytes.
pub(super) struct Encoder<'a> {
    pub(super) bytes: Vec<u8>,
    actors: &'a mut Actors,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(actors: &'a mut Actors) -> Self {
        Self { bytes: Vec::with_capacity(16), actors }
    }

    pub(super) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    pub(super) fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(super) fn dot(&mut self, dot: Dot) {
        let number = self.actors.number(dot.actor);
        self.number(number);
        self.number(dot.counter);
    }

    /// A version, which ends where the bytes end or after the number of parts told before.
    fn parts(&mut self, version: &Version) {
        for dot in version.iter() {
            self.dot(dot);
        }
    }

    pub(super) fn version(&mut self, version: &Version) {
        self.number(version.iter().count() as u64);
        self.parts(version);
    }

    /// Version, dot and resolved conflict; goes up to the end of the bytes. The dot is nearly always
    /// the newest part of its actor, so its place among the parts is enough.
    pub(super) fn history(&mut self, entry: &Entry) {
        let place = entry.version.iter().position(|dot| dot == entry.dot).map_or(0, |i| i + 1);
        self.number((place as u64) << 1 | u64::from(entry.resolves.is_some()));
        if let Some(id) = entry.resolves {
            self.bytes.extend_from_slice(&id.0);
        }
        if place == 0 {
            self.dot(entry.dot);
        }
        self.parts(&entry.version);
    }

    pub(super) fn destination(&mut self, to: &Destination) {
        self.dot(to.dot);
        self.dot(to.from);
        self.text(to.path.as_str());
    }

    pub(super) fn kind(&mut self, kind: &EntryKind) {
        self.number(kind_number(kind));
        match kind {
            EntryKind::Tombstone { moved_to } => {
                self.number(u64::from(moved_to.is_some()));
                if let Some(to) = moved_to {
                    self.destination(to);
                }
            }
            EntryKind::Symlink { target } => self.text(target),
            EntryKind::File { content, .. } => {
                self.bytes.extend_from_slice(&content.hash.0);
                self.number(content.size);
            }
            EntryKind::Directory { .. } => {}
        }
    }

    /// A whole entry with its length in front.
    pub(super) fn entry(&mut self, entry: &Entry) {
        let before = std::mem::take(&mut self.bytes);
        self.kind(&entry.kind);
        self.signed(entry.mtime.0);
        self.history(entry);
        let encoded = std::mem::replace(&mut self.bytes, before);
        self.number(encoded.len() as u64);
        self.bytes.extend_from_slice(&encoded);
    }
}

/// Kind, chunked or not, and permission bits in one number.
pub(super) fn kind_number(kind: &EntryKind) -> u64 {
    let with_mode = |kind: u64, mode: u16| kind | u64::from(mode) << MODE_SHIFT;
    match kind {
        EntryKind::Tombstone { .. } => TOMBSTONE,
        EntryKind::Symlink { .. } => SYMLINK,
        EntryKind::File { content, mode } => {
            with_mode(FILE | if content.chunked { CHUNKED } else { 0 }, *mode)
        }
        EntryKind::Directory { mode } => with_mode(DIRECTORY, *mode),
    }
}

/// Whether the kind of that number is a tombstone.
pub(super) fn is_tombstone(kind: u64) -> bool {
    kind & 3 == TOMBSTONE
}

/// Whether the kind of that number is a directory.
pub(super) fn is_directory(kind: u64) -> bool {
    kind & 3 == DIRECTORY
}

/// Whether the kind of that number is a file.
pub(super) fn is_file(kind: u64) -> bool {
    kind & 3 == FILE
}

/// The kind of that number; `content` gives the hash, the text or the destination.
pub(super) fn kind_of(
    number: u64,
    size: u64,
    content: Option<&[u8]>,
    actors: &Actors,
) -> Option<EntryKind> {
    let mode = u16::try_from(number >> MODE_SHIFT).ok()?;
    Some(match number & 3 {
        TOMBSTONE => {
            let moved_to = match content {
                Some(bytes) => Some(Decoder::new(bytes, actors).destination()?),
                None => None,
            };
            EntryKind::Tombstone { moved_to }
        }
        SYMLINK => EntryKind::Symlink { target: String::from_utf8(content?.to_vec()).ok()? },
        FILE => {
            let hash = ContentHash(content?.try_into().ok()?);
            let chunked = number & CHUNKED != 0;
            EntryKind::File { content: Content { hash, size, chunked }, mode }
        }
        _ => EntryKind::Directory { mode },
    })
}

/// Takes values from bytes.
pub(super) struct Decoder<'a> {
    bytes: &'a [u8],
    actors: &'a Actors,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(bytes: &'a [u8], actors: &'a Actors) -> Self {
        Self { bytes, actors }
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(usize::try_from(length).ok()?)?;
        self.bytes = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    pub(super) fn dot(&mut self) -> Option<Dot> {
        let actor = self.number()?;
        Some(Dot { actor: self.actors.actor(actor)?, counter: self.number()? })
    }

    pub(super) fn version(&mut self) -> Option<Version> {
        let mut version = Version::default();
        for _ in 0..self.number()? {
            version.raise(self.dot()?);
        }
        Some(version)
    }

    /// Version, dot and resolved conflict, from all bytes that are left.
    pub(super) fn history(&mut self) -> Option<(Version, Dot, Option<ConflictId>)> {
        let head = self.number()?;
        let resolves = match head & 1 {
            0 => None,
            _ => Some(ConflictId(self.take(8)?.try_into().ok()?)),
        };
        let place = usize::try_from(head >> 1).ok()?;
        let explicit = if place == 0 { Some(self.dot()?) } else { None };
        let mut parts: Vec<(model::Actor, Counter)> = Vec::with_capacity(4);
        while !self.bytes.is_empty() {
            let dot = self.dot()?;
            parts.push((dot.actor, dot.counter));
        }
        let dot = match explicit {
            Some(dot) => dot,
            None => parts.get(place - 1).map(|&(actor, counter)| Dot { actor, counter })?,
        };
        Some((Version::new(parts), dot, resolves))
    }

    fn destination(&mut self) -> Option<Destination> {
        let (dot, from) = (self.dot()?, self.dot()?);
        Some(Destination { path: RelPath::parse(self.text()?).ok()?, dot, from })
    }

    pub(super) fn kind(&mut self) -> Option<EntryKind> {
        let number = self.number()?;
        Some(match number & 3 {
            TOMBSTONE => {
                let moved_to = if self.number()? == 0 { None } else { Some(self.destination()?) };
                EntryKind::Tombstone { moved_to }
            }
            SYMLINK => EntryKind::Symlink { target: self.text()?.to_owned() },
            FILE => {
                let hash = self.take(32)?;
                let size = self.number()?;
                kind_of(number, size, Some(hash), self.actors)?
            }
            _ => kind_of(number, 0, None, self.actors)?,
        })
    }

    pub(super) fn entry(&mut self) -> Option<Entry> {
        let length = self.number()?;
        let mut inner = Decoder::new(self.take(length)?, self.actors);
        let kind = inner.kind()?;
        let mtime = WallTime(inner.signed()?);
        let (version, dot, resolves) = inner.history()?;
        Some(Entry { kind, mtime, version, dot, resolves })
    }

    /// Entries up to the end of the bytes.
    pub(super) fn entries(&mut self) -> Option<Vec<Entry>> {
        let mut entries = Vec::new();
        while !self.bytes.is_empty() {
            entries.push(self.entry()?);
        }
        Some(entries)
    }

    /// A register, written entry by entry.
    pub(super) fn register(&mut self) -> Option<Register> {
        Register::of(self.entries()?)
    }
}
