//! One content that is read from elsewhere, by however many readers.

use std::ops::Range;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use content::Manifest;
use engine::Event;
use engine::stream::{Layout, Pieces, ReaderId, StreamId};
use model::{Content, ContentHash, FolderId, Mode, RelPath, Tick};

use super::store::{Gone, Parts, Store};
use super::{Interrupted, ReadFailed, Who, pump, sources, start};
use crate::bulk::read_manifest;
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
}

impl Remote {
    /// The content, at hand or opened.
    pub(super) fn open(
        node: &Arc<Node>,
        wanted: &Wanted<'_>,
        patience: Patience<'_>,
    ) -> Result<Arc<Self>, ReadFailed> {
        let content = wanted.content;
        if let Some(known) = node.remotes.at_hand((wanted.runtime.id, content.hash)) {
            return Ok(known);
        }
        if !content.chunked {
            let one = Parts::One(content.hash);
            return Ok(node.remotes.keep(Self::new(node, wanted, (one, Pieces::Whole))));
        }
        let manifest = manifest(node, wanted, patience)?;
        let ground = wanted.runtime.ground();
        let staged = ground.and_then(|ground| {
            let staged = ground.staging.parts(content, &manifest);
            staged.inspect_err(|error| tracing::warn!(folder = %wanted.runtime.id, %error, "reading without staging")).ok()
        });
        let chunks = Parts::Chunks(Box::new(manifest), staged);
        Ok(node.remotes.keep(Self::new(node, wanted, (chunks, Pieces::Chunks))))
    }

    fn new(node: &Arc<Node>, wanted: &Wanted<'_>, (parts, pieces): (Parts, Pieces)) -> Arc<Self> {
        let ends = match &parts {
            Parts::One(_) => vec![wanted.content.size.max(1)],
            Parts::Chunks(manifest, _) => {
                manifest.chunks().iter().map(content::Chunk::end).collect()
            }
        };
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

    pub(super) fn mode(&self) -> Mode {
        self.runtime.mode()
    }

    pub(super) fn stream(&self) -> StreamId {
        self.stream
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Wakes whoever waits.
    pub(super) fn changed(&self) {
        self.woken.notify_all();
    }

    /// So many bytes came from another device.
    pub(super) fn pulled(&self, node: &Node, bytes: u64) {
        let who = self.reader.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.runtime.note_parts();
        node.remotes.pulls.add(&who, (self.runtime.id, &self.path), bytes);
    }

    /// Fills `into` from `offset` on, waiting for what is not here; false if the bytes stand in another
    /// place now.
    pub(super) fn read(
        &self,
        node: &Arc<Node>,
        (reader, who): (ReaderId, &Who),
        (offset, into): (u64, &mut [u8]),
        patience: Patience<'_>,
    ) -> Result<bool, ReadFailed> {
        who.clone_into(&mut self.reader.lock().unwrap_or_else(PoisonError::into_inner));
        let mut at = offset;
        for step in into.chunks_mut(STEP as usize) {
            let bytes = at..at + step.len() as u64;
            at = bytes.end;
            loop {
                self.wait_for(node, reader, &bytes, patience)?;
                match self.store.read(bytes.start, step) {
                    Ok(()) => break,
                    Err(Gone::Moved) => return Ok(false),
                    Err(Gone::Piece(piece)) => {
                        node.remotes.table().streams.gone(self.stream, piece);
                    }
                }
            }
        }
        Ok(true)
    }

    /// Waits until these bytes are here.
    fn wait_for(
        &self,
        node: &Arc<Node>,
        reader: ReaderId,
        bytes: &Range<u64>,
        patience: Patience<'_>,
    ) -> Result<(), ReadFailed> {
        self.take_stock(node, bytes);
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

    /// Pieces that somebody else brought are here as well.
    fn take_stock(&self, node: &Node, bytes: &Range<u64>) {
        let missing = node.remotes.table().streams.missing(self.stream, bytes);
        for piece in missing.into_iter().filter(|piece| self.store.has(*piece)) {
            node.remotes.table().streams.here(self.stream, piece);
        }
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

/// The list of a larger file's chunks: as the index knows it, or fetched.
fn manifest(
    node: &Arc<Node>,
    wanted: &Wanted<'_>,
    patience: Patience<'_>,
) -> Result<Manifest, ReadFailed> {
    let hash = wanted.content.hash;
    let known = wanted.runtime.read(|index| Ok::<_, anyhow::Error>(index.manifest(hash)?));
    let known = known.map_err(|error| ReadFailed::Disk(format!("{error:#}")))?;
    if let Some(manifest) =
        known.and_then(|bytes| Manifest::decode_for(wanted.content, &bytes).ok())
    {
        return Ok(manifest);
    }
    let list = Remote::new(node, wanted, (Parts::One(hash), Pieces::Manifest));
    let reader = node.remotes.table().streams.add_reader(list.stream);
    let read = list.wait_for(node, reader, &(0..1), patience);
    let mut table = node.remotes.table();
    table.streams.close(list.stream);
    table.remotes.remove(&list.stream);
    drop(table);
    read?;
    let bytes = list.store.whole().unwrap_or_default();
    let manifest = Manifest::decode_for(wanted.content, &bytes)
        .map_err(|error| ReadFailed::Disk(error.to_string()))?;
    if let Some(read) = read_manifest(hash, &bytes) {
        let (door, folder) = (node.door.clone(), wanted.runtime.id);
        let (results, manifests) = (Vec::new(), vec![read]);
        let event = Event::Fetched { folder, request: 0, results, manifests };
        node.runtime.spawn(async move { door.tell(event).await });
    }
    Ok(manifest)
}
