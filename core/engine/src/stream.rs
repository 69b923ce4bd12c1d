//! Reading what is elsewhere: which pieces of a content are wanted now, and from whom.
//!
//! A content that is being read is a stream of pieces (its chunks; or one piece, if it is read as a
//! whole). What a read waits for is asked for at once, of the device that is expected to answer first;
//! what runs ahead of a reader is pulled, a few requests to each device at a time, so that several work
//! for one reader and the faster does more. A device that is silent for longer than is usual for it is
//! left to it and another is asked as well; one that fails is replaced.
//!
//! Not here: the bytes, the waiting, deadlines of reads (outside the engine), and the transfers that
//! fill up what is kept (`folder::transfer`). It has no part in the engine's turns: whoever reads has no
//! time to wait for them.

mod ahead;
mod sources;
mod state;
mod together;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use model::{ContentHash, DeviceId, Tick};
use wire::Want;

use self::sources::Sources;
use self::state::{Piece, Stream};

/// Requests to one device that run ahead of readers.
const AHEAD_MAX: usize = 3;
/// Requests to one device of any kind.
const REQUESTS_MAX: usize = 24;
/// How often a device may break off before it is asked for this content no more, until it is named as
/// a source again.
const STRIKES_MAX: u32 = 3;

/// A content that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u64);

/// Whoever reads it, in an order of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReaderId(pub u64);

/// A read that is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadId(pub u64);

/// What a stream's pieces are asked for as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pieces {
    /// One piece: a file of one chunk.
    Whole,
    /// One piece: the list of a larger file's chunks.
    Manifest,
    /// One piece: the front of that list, of about so many bytes.
    Front(u32),
    /// The chunks of a larger file.
    Chunks,
}

/// What a stream consists of.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Which content.
    pub hash: ContentHash,
    /// What the pieces are.
    pub pieces: Pieces,
    /// Where each piece ends, in order; they lie side by side from 0 on.
    pub ends: Vec<u64>,
}

/// Bytes to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// To be named when it has ended.
    pub request: u64,
    /// For which stream.
    pub stream: StreamId,
    /// Of whom.
    pub from: DeviceId,
    /// What.
    pub want: Want,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything came.
    Whole,
    /// The device does not have (the rest of) it.
    Missing,
    /// The device sent bytes that don't fit their hash.
    Corrupt,
    /// The connection broke, or the device was silent for too long.
    Lost,
}

#[derive(Debug)]
struct Asked {
    stream: StreamId,
    from: DeviceId,
    pieces: Range<usize>,
    /// Bytes that have not come, and those that have.
    left: u64,
    came: u64,
    at: Tick,
    /// When anything last came.
    moved: Tick,
    ahead: bool,
}

/// Everything that is being read.
#[derive(Debug, Default)]
pub struct Streams {
    all: BTreeMap<StreamId, Stream>,
    /// Those for which there may be something to ask.
    active: BTreeSet<StreamId>,
    asked: BTreeMap<u64, Asked>,
    sources: Sources,
    last: u64,
}

impl Streams {
    /// A content is to be read; of it nothing is here.
    pub fn open(&mut self, layout: Layout) -> StreamId {
        let id = StreamId(self.next());
        self.all.insert(id, Stream::new(layout));
        id
    }

    /// It is read no more. What is under way for it may still come.
    pub fn close(&mut self, stream: StreamId) {
        self.all.remove(&stream);
        self.active.remove(&stream);
    }

    /// Names the connected devices that have it.
    pub fn set_sources(&mut self, stream: StreamId, devices: impl IntoIterator<Item = DeviceId>) {
        if let Some(stream) = self.all.get_mut(&stream) {
            stream.set_sources(devices);
        }
    }

    /// A device is gone: what it was asked for is asked of others.
    pub fn lose(&mut self, now: Tick, device: DeviceId) {
        self.all.values_mut().for_each(|stream| stream.forgive(device));
        let lost = self.asked.iter().filter(|(_, asked)| asked.from == device);
        for request in lost.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.ended(now, request, Ending::Lost);
        }
        self.all.values_mut().for_each(|stream| {
            stream.sources.remove(&device);
        });
    }

    /// Somebody begins to read.
    pub fn add_reader(&mut self, stream: StreamId) -> ReaderId {
        let id = ReaderId(self.next());
        if let Some(stream) = self.all.get_mut(&stream) {
            stream.readers.insert(id, ahead::Ahead::default());
        }
        id
    }

    /// Somebody reads no more.
    pub fn drop_reader(&mut self, stream: StreamId, reader: ReaderId) {
        if let Some(stream) = self.all.get_mut(&stream) {
            stream.readers.remove(&reader);
        }
    }

    /// This piece is here.
    pub fn here(&mut self, stream: StreamId, piece: usize) {
        self.mark(stream, piece, Piece::Here);
    }

    /// This piece is not here any more.
    pub fn gone(&mut self, stream: StreamId, piece: usize) {
        self.mark(stream, piece, Piece::Elsewhere);
    }

    fn mark(&mut self, stream: StreamId, piece: usize, state: Piece) {
        let place = self.all.get_mut(&stream).and_then(|stream| stream.pieces.get_mut(piece));
        if let Some(place) = place {
            *place = state;
        }
    }

    /// A reader waits for these bytes, until [`Streams::done`].
    pub fn read(&mut self, stream: StreamId, reader: ReaderId, bytes: &Range<u64>) -> ReadId {
        let id = ReadId(self.next());
        self.active.insert(stream);
        if let Some(stream) = self.all.get_mut(&stream) {
            if let Some(ahead) = stream.readers.get_mut(&reader) {
                ahead.read(bytes.start, bytes.end);
            }
            let pieces = stream.pieces_of(bytes);
            stream.reads.insert(id, pieces);
        }
        id
    }

    /// The read is answered, in whatever way.
    pub fn done(&mut self, stream: StreamId, read: ReadId) {
        if let Some(stream) = self.all.get_mut(&stream) {
            stream.reads.remove(&read);
        }
    }

    /// Whether all of these bytes are here.
    #[must_use]
    pub fn has(&self, stream: StreamId, bytes: &Range<u64>) -> bool {
        self.all.contains_key(&stream) && self.missing(stream, bytes).is_empty()
    }

    /// The pieces of these bytes that are not here.
    #[must_use]
    pub fn missing(&self, stream: StreamId, bytes: &Range<u64>) -> Vec<usize> {
        let Some(stream) = self.all.get(&stream) else { return Vec::new() };
        let missing = |piece: &usize| stream.pieces[*piece] != Piece::Here;
        stream.pieces_of(bytes).filter(missing).collect()
    }

    /// Whether every piece is here.
    #[must_use]
    pub fn is_whole(&self, stream: StreamId) -> bool {
        self.all
            .get(&stream)
            .is_some_and(|stream| stream.pieces.iter().all(|piece| *piece == Piece::Here))
    }

    /// Whether there is anybody who may be asked.
    #[must_use]
    pub fn has_sources(&self, stream: StreamId) -> bool {
        self.all.get(&stream).is_some_and(|stream| stream.usable().next().is_some())
    }

    /// Who was asked for what the reads of a stream wait for.
    #[must_use]
    pub fn waits_for(&self, stream: StreamId) -> BTreeSet<DeviceId> {
        let needed = |asked: &&Asked| {
            let reads = self.all.get(&stream).map(|stream| stream.reads.values());
            let meets = |read: &Range<usize>| {
                read.start < asked.pieces.end && asked.pieces.start < read.end
            };
            asked.stream == stream && reads.into_iter().flatten().any(meets)
        };
        self.asked.values().filter(needed).map(|asked| asked.from).collect()
    }

    /// This piece came, fits its hash and is here.
    pub fn arrived(&mut self, now: Tick, request: u64, piece: usize) {
        let Some(asked) = self.asked.get_mut(&request) else { return };
        asked.moved = now;
        let Some(stream) = self.all.get_mut(&asked.stream) else { return };
        let bytes = stream.bytes(piece..piece + 1).min(asked.left);
        if asked.came == 0 {
            self.sources.began(asked.from, now.since(asked.at));
        }
        asked.came += bytes;
        asked.left -= bytes;
        self.sources.came(asked.from, bytes);
        stream.strikes.remove(&asked.from);
        if let Some(place) = stream.pieces.get_mut(piece) {
            *place = Piece::Here;
        }
    }

    /// A request is over.
    pub fn ended(&mut self, now: Tick, request: u64, ending: Ending) {
        let Some(asked) = self.asked.remove(&request) else { return };
        if ending == Ending::Whole {
            self.sources.measure(asked.from, asked.came, (asked.at, now));
        }
        self.sources.ended(asked.from, asked.left, asked.ahead);
        let others: Vec<Range<usize>> = self
            .asked
            .values()
            .filter(|other| other.stream == asked.stream)
            .map(|other| other.pieces.clone())
            .collect();
        let Some(stream) = self.all.get_mut(&asked.stream) else { return };
        self.active.insert(asked.stream);
        for piece in asked.pieces {
            if stream.pieces[piece] == Piece::Asked
                && !others.iter().any(|other| other.contains(&piece))
            {
                stream.pieces[piece] = Piece::Elsewhere;
            }
        }
        match ending {
            Ending::Whole => {}
            Ending::Missing => stream.strike(asked.from, STRIKES_MAX),
            Ending::Corrupt => {
                stream.wrong.insert(asked.from);
            }
            Ending::Lost => stream.strike(asked.from, 1),
        }
    }

    /// What is to be asked for now.
    #[must_use]
    pub fn poll(&mut self, now: Tick) -> Vec<Fetch> {
        let mut fetches = Vec::new();
        let active: Vec<StreamId> = self.active.iter().copied().collect();
        for id in &active {
            self.ask_urgent(now, *id, &mut fetches);
        }
        // Round by round, so that no device is filled up while another stays idle.
        loop {
            let before = fetches.len();
            for id in &active {
                self.ask_ahead(now, *id, &mut fetches);
            }
            if fetches.len() == before {
                break;
            }
        }
        let all = &self.all;
        let waits = |id: &StreamId| all.get(id).is_some_and(Stream::wants_more);
        self.active.retain(waits);
        fetches
    }

    /// When [`Streams::poll`] may have something that it does not have now.
    #[must_use]
    pub fn timeout(&self) -> Option<Tick> {
        let waited_for = |asked: &&Asked| {
            self.all.get(&asked.stream).is_some_and(|stream| {
                stream.reads.values().any(|read| {
                    let met = read.start.max(asked.pieces.start)..read.end.min(asked.pieces.end);
                    stream.pieces.get(met).unwrap_or_default().contains(&Piece::Asked)
                }) && stream.usable().any(|device| device != asked.from)
            })
        };
        let due = |asked: &Asked| asked.moved.after(self.sources.patience(asked.from));
        self.asked.values().filter(waited_for).map(due).min()
    }

    fn ask_urgent(&mut self, now: Tick, id: StreamId, fetches: &mut Vec<Fetch>) {
        let Some(stream) = self.all.get(&id) else { return };
        let mut runs = stream.needed(Piece::Elsewhere);
        let mut tried: BTreeMap<usize, BTreeSet<DeviceId>> = BTreeMap::new();
        for piece in stream.needed(Piece::Asked).into_iter().flatten() {
            let asked =
                || self.asked.values().filter(|a| a.stream == id && a.pieces.contains(&piece));
            let late = |a: &Asked| now.since(a.moved) >= self.sources.patience(a.from);
            if asked().all(late) {
                tried.insert(piece, asked().map(|asked| asked.from).collect());
                runs.push(piece..piece + 1);
            }
        }
        for run in runs {
            let tried = tried.get(&run.start).cloned().unwrap_or_default();
            let Some(stream) = self.all.get(&id) else { return };
            let bytes = stream.bytes(run.clone());
            let free = |device: &DeviceId| {
                !tried.contains(device) && self.sources.load(*device).0 < REQUESTS_MAX
            };
            let best = stream
                .usable()
                .filter(free)
                .min_by_key(|device| self.sources.expected(*device, bytes));
            if let Some(from) = best {
                fetches.extend(self.ask(now, (id, from), run, false));
            }
        }
    }

    fn ask_ahead(&mut self, now: Tick, id: StreamId, fetches: &mut Vec<Fetch>) {
        let Some(stream) = self.all.get(&id) else { return };
        if stream.readers.is_empty() {
            return;
        }
        for from in stream.usable().collect::<Vec<_>>() {
            let (requests, ahead) = self.sources.load(from);
            if ahead >= AHEAD_MAX || requests >= REQUESTS_MAX {
                continue;
            }
            let limit = self.sources.request_bytes(from, AHEAD_MAX);
            let run = self.all.get(&id).and_then(|stream| stream.ahead(limit));
            if let Some(run) = run {
                fetches.extend(self.ask(now, (id, from), run, true));
            }
        }
    }

    fn ask(
        &mut self,
        now: Tick,
        (id, from): (StreamId, DeviceId),
        pieces: Range<usize>,
        ahead: bool,
    ) -> Option<Fetch> {
        let request = self.next();
        let stream = self.all.get_mut(&id)?;
        let want = stream.want(&pieces)?;
        let left = stream.bytes(pieces.clone());
        stream.pieces[pieces.clone()].fill(Piece::Asked);
        self.sources.asked(from, left, ahead);
        let asked = Asked { stream: id, from, pieces, left, came: 0, at: now, moved: now, ahead };
        self.asked.insert(request, asked);
        Some(Fetch { request, stream: id, from, want })
    }

    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

#[cfg(test)]
mod tests;
