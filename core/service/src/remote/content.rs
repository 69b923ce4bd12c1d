//! One content that is read from elsewhere, by however many readers.

use std::ops::Range;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use content::Manifest;
use engine::stream::{Layout, Pieces, ReaderId, StreamId};
use model::{Content, ContentHash, FolderId, Mode, RelPath, Tick};

use super::lists::{self, Chunks};
use super::store::{Gone, Parts, Put, Store};
use super::{Interrupted, ReadFailed, Who, pump, sources, sparing, start};
use crate::clock;
use crate::folders::Runtime;
use crate::node::Node;

/// How often whoever waits looks whether it is to wait on.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often it is looked again who has it, while nobody is known who can be asked.
const NAME_EVERY: Duration = Duration::from_millis(400);
/// How long a device that has it may be away until a read gives up.
const ABSENT_MAX: Duration = Duration::from_secs(5);
/// Bytes that are waited for at a time: less than waits in memory.
const STEP: u64 = 4 << 20;

/// A content that is read from elsewhere.
pub(super) struct Remote {
    content: Content,
    stream: StreamId,
    store: Store,
    runtime: Arc<Runtime>,
    /// Where it stood when it was opened.
    path: RelPath,
    /// Woken with the table's lock whenever something came or failed.
    woken: Condvar,
    /// Who read last.
    reader: Mutex<Who>,
    /// Where what is known of it ends: before its end, if that is only the front of its list of chunks.
    known: u64,
    /// Of a front: whether the rest of the list is being fetched, and the content with all its chunks.
    pub(super) completing: AtomicBool,
    whole: OnceLock<Arc<Remote>>,
    /// Whether it was seen that the last chunk is here.
    pub(super) finished: AtomicBool,
}

/// How long a read waits.
#[derive(Clone, Copy)]
pub(super) struct Patience<'a> {
    pub(super) begun: Tick,
    pub(super) deadline: Duration,
    pub(super) interrupted: Interrupted<'a>,
}

/// What is to be read, and by whom.
pub(super) struct Wanted<'a> {
    pub(super) runtime: &'a Arc<Runtime>,
    pub(super) path: &'a RelPath,
    pub(super) content: Content,
    pub(super) who: &'a Who,
    /// The bytes that are to be read first.
    pub(super) reach: Range<u64>,
}

impl Remote {
    /// The content, at hand or opened, as far as the read reaches.
    pub(super) fn open(
        node: &Arc<Node>,
        wanted: &Wanted<'_>,
        patience: Patience<'_>,
    ) -> Result<Arc<Self>, ReadFailed> {
        let content = wanted.content;
        if let Some(known) = node.remotes.at_hand((wanted.runtime.id, content.hash))
            && known.reaches(&wanted.reach)
        {
            return Ok(known);
        }
        if !content.chunked {
            return Ok(Self::open_small(node, wanted));
        }
        let chunks = match lists::chunks(node, wanted, patience)? {
            Chunks::All(manifest) => staged(wanted, manifest),
            Chunks::First(manifest) => Parts::Chunks(Box::new(manifest), None),
        };
        Ok(node.remotes.keep(Self::new(node, wanted, (chunks, Pieces::Chunks))))
    }

    /// The content of a file of one chunk.
    pub(super) fn open_small(node: &Arc<Node>, wanted: &Wanted<'_>) -> Arc<Self> {
        let hash = wanted.content.hash;
        if let Some(known) = node.remotes.at_hand((wanted.runtime.id, hash)) {
            return known;
        }
        node.remotes.keep(Self::new(node, wanted, (Parts::One(hash), Pieces::Whole)))
    }

    pub(super) fn new(
        node: &Arc<Node>,
        wanted: &Wanted<'_>,
        (parts, pieces): (Parts, Pieces),
    ) -> Arc<Self> {
        let ends = match &parts {
            Parts::One(_) | Parts::Front(_) => vec![wanted.content.size.max(1)],
            Parts::Chunks(manifest, _) => {
                manifest.chunks().iter().map(content::Chunk::end).collect()
            }
        };
        let known = ends.last().copied().unwrap_or(0);
        let layout = Layout { hash: wanted.content.hash, pieces, ends };
        let place = (wanted.path, wanted.content);
        let devices = sources::connected(node, wanted.runtime, place);
        let store = Store::new(parts);
        let found = store.staged().map(|staged| staged.found()).unwrap_or_default();
        let mut table = node.remotes.table();
        let stream = table.streams.open(layout);
        table.streams.set_sources(stream, devices);
        found.into_iter().for_each(|piece| table.streams.here(stream, piece));
        let remote = Arc::new(Self {
            content: wanted.content,
            stream,
            store,
            runtime: Arc::clone(wanted.runtime),
            path: wanted.path.clone(),
            woken: Condvar::new(),
            reader: Mutex::new(wanted.who.clone()),
            known,
            completing: AtomicBool::new(false),
            whole: OnceLock::new(),
            finished: AtomicBool::new(false),
        });
        table.remotes.insert(stream, Arc::downgrade(&remote));
        remote
    }

    pub(super) fn key(&self) -> (FolderId, ContentHash) {
        (self.runtime.id, self.content.hash)
    }

    pub(super) fn folder(&self) -> FolderId {
        self.runtime.id
    }

    pub(super) fn path(&self) -> &RelPath {
        &self.path
    }

    /// Whether a program of this device writes parts of it.
    pub(super) fn is_edited(&self) -> bool {
        self.runtime.edits.is_edited(&self.path)
    }

    pub(super) fn mode(&self) -> Mode {
        self.runtime.mode()
    }

    pub(super) fn stream(&self) -> StreamId {
        self.stream
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Whether only its first chunks are known.
    pub(super) fn is_front(&self) -> bool {
        self.known < self.content.size
    }

    /// Whether these bytes are to be read here.
    fn reaches(&self, bytes: &Range<u64>) -> bool {
        bytes.end.min(self.content.size) <= self.known && self.whole.get().is_none()
    }

    /// What its last reader would want, to the end.
    pub(super) fn all_of_it<'a>(&'a self, who: &'a Who) -> Wanted<'a> {
        let (runtime, path, content) = (&self.runtime, &self.path, self.content);
        Wanted { runtime, path, content, who, reach: 0..content.size }
    }

    /// Checks and keeps a piece; where all chunks are known, there as well.
    pub(super) fn put(&self, node: &Node, piece: usize, bytes: &[u8]) -> Put {
        let kept = self.store.put(piece, bytes);
        match (self.whole.get(), &kept) {
            (Some(whole), Put::Here(_)) => whole.take_over(node, piece, bytes),
            (None, _) | (Some(_), Put::Elsewhere | Put::Corrupt) => {}
        }
        kept
    }

    fn take_over(&self, node: &Node, piece: usize, bytes: &[u8]) {
        if let Put::Here(gone) = self.store.put(piece, bytes) {
            let mut table = node.remotes.table();
            table.streams.here(self.stream, piece);
            gone.into_iter().for_each(|piece| table.streams.gone(self.stream, piece));
            drop(table);
            self.changed();
        }
    }

    /// From here on it is read where all of its chunks are known, and what came stays there.
    pub(super) fn give_way(&self, node: &Node, whole: &Arc<Self>) {
        let whole = self.whole.get_or_init(|| Arc::clone(whole));
        for (piece, bytes) in self.store.in_memory() {
            whole.take_over(node, piece, &bytes);
        }
    }

    /// Who read last.
    pub(super) fn reader(&self) -> Who {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Wakes whoever waits.
    pub(super) fn changed(&self) {
        self.woken.notify_all();
    }

    /// So many bytes came from another device.
    pub(super) fn pulled(&self, node: &Node, bytes: u64) {
        let who = self.reader();
        self.runtime.note_parts();
        node.remotes.spending.add(who.process, bytes);
        node.remotes.pulls.add(&who, (self.runtime.id, &self.path), bytes);
    }

    /// Fills `into` from `offset` on, waiting for what is not here; false if the bytes stand in another
    /// place now, or are to be read where more is known.
    pub(super) fn read(
        self: &Arc<Self>,
        node: &Arc<Node>,
        (reader, who): (ReaderId, &Who),
        (offset, into): (u64, &mut [u8]),
        patience: Patience<'_>,
    ) -> Result<bool, ReadFailed> {
        who.clone_into(&mut self.reader.lock().unwrap_or_else(PoisonError::into_inner));
        if !self.reaches(&(offset..offset + into.len() as u64)) {
            return Ok(false);
        }
        let mut at = offset;
        for step in into.chunks_mut(STEP as usize) {
            let bytes = at..at + step.len() as u64;
            at = bytes.end;
            loop {
                let place = (self.runtime.id, &self.path);
                let is_here = self.is_here(node, &bytes);
                // Nobody is run ahead of who may have nothing fetched.
                if sparing::is_admitted(node, place, who) {
                    self.wait_for(node, reader, &bytes, patience)?;
                } else if !is_here {
                    return Err(sparing::refuse(node, place, who));
                }
                match self.store.read(bytes.start, step) {
                    Ok(()) => break,
                    Err(Gone::Moved) => return Ok(false),
                    Err(Gone::Piece(piece)) => {
                        node.remotes.table().streams.gone(self.stream, piece);
                    }
                }
            }
        }
        if self.is_front() {
            lists::complete(node, self);
        }
        Ok(true)
    }

    /// Whether these bytes are here, also if somebody else brought them.
    fn is_here(&self, node: &Node, bytes: &Range<u64>) -> bool {
        let missing = node.remotes.table().streams.missing(self.stream, bytes);
        let mut all = true;
        for piece in missing {
            if self.store.has(piece) {
                node.remotes.table().streams.here(self.stream, piece);
            } else {
                all = false;
            }
        }
        all
    }

    /// Waits until these bytes are here.
    pub(super) fn wait_for(
        &self,
        node: &Arc<Node>,
        reader: ReaderId,
        bytes: &Range<u64>,
        patience: Patience<'_>,
    ) -> Result<(), ReadFailed> {
        let (read, fetches) = {
            let mut table = node.remotes.table();
            let read = table.streams.read(self.stream, reader, bytes);
            (read, table.streams.poll(clock::tick()))
        };
        start(node, fetches);
        let result = self.wait(node, bytes, patience);
        node.remotes.table().streams.done(self.stream, read);
        result
    }

    fn wait(
        &self,
        node: &Arc<Node>,
        bytes: &Range<u64>,
        patience: Patience<'_>,
    ) -> Result<(), ReadFailed> {
        let mut sourced = clock::tick();
        let (mut named, mut looked) = (sourced, sourced);
        loop {
            let table = node.remotes.table();
            if table.streams.has(self.stream, bytes) {
                return Ok(());
            }
            let now = clock::tick();
            if table.streams.has_sources(self.stream) {
                sourced = now;
            }
            // Whether whoever waits was killed costs more to see than most waits cost.
            let looks = now.since(looked) >= LOOK_EVERY;
            looked = if looks { now } else { looked };
            let asked = || table.streams.waits_for(self.stream).into_iter().collect();
            if *node.leaving.borrow() {
                return Err(ReadFailed::Stopping);
            } else if looks && (patience.interrupted)() {
                return Err(ReadFailed::Interrupted);
            } else if now.since(patience.begun) >= patience.deadline {
                return Err(ReadFailed::TimedOut(asked()));
            } else if now.since(sourced) >= ABSENT_MAX {
                let place = (&self.path, self.content);
                return Err(ReadFailed::Unavailable(sources::holders(&self.runtime, place)));
            }
            let due = table.streams.timeout().map_or(LOOK_EVERY, |due| due.since(now));
            let pause = due.clamp(Duration::from_millis(1), LOOK_EVERY);
            let woken = self.woken.wait_timeout(table, pause);
            let (table, late) = woken.unwrap_or_else(PoisonError::into_inner);
            drop(table);
            if late.timed_out() {
                if now != sourced && now.since(named) >= NAME_EVERY {
                    named = now;
                    self.name_sources(node);
                }
                pump(node);
            }
        }
    }

    /// Looks again who can be asked.
    pub(super) fn name_sources(&self, node: &Arc<Node>) {
        let devices = sources::connected(node, &self.runtime, (&self.path, self.content));
        node.remotes.table().streams.set_sources(self.stream, devices);
    }
}

/// The chunks of a file, with their place on the disk if there is one.
fn staged(wanted: &Wanted<'_>, manifest: Manifest) -> Parts {
    let staged = wanted.runtime.ground().and_then(|ground| {
        let staged = ground.staging.parts(wanted.content, &manifest);
        staged.inspect_err(|error| tracing::warn!(folder = %wanted.runtime.id, %error, "reading without staging")).ok()
    });
    Parts::Chunks(Box::new(manifest), staged)
}
