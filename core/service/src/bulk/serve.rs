//! Answering another device's request for bytes.
//!
//! A blocking thread reads and packs, the task beside it writes to the network; between them at most
//! [`AHEAD`] blocks wait, and their memory is used again. Invariants: a device gets bytes of a folder
//! only if it takes part in it; bytes of a file that is not what the index says are never sent; what
//! can't be sent is said to be missing, and the answer goes on.

mod lists;

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context;
use bytes::{Bytes, BytesMut};
use content::{Chunk, Packer};
use disk::{Held, Place, ReadError};
use engine::ByteSource;
use model::{ContentHash, DeviceId, FolderId, RelPath};
use tokio::sync::{Notify, Semaphore, mpsc};
use transport::{Lane, Reply, ReplyError};
use wire::codec::{PART_HEADER, encode_part};
use wire::{Part, Request, Want};

use self::lists::Found;
use super::{Blocks, Shelf};
use crate::folders::{LookJob, Runtime};
use crate::node::Node;
use crate::offers::Withdrawn;

/// Requests that are answered at a time, in each lane.
const ANSWERS_MAX: usize = 8;
const URGENT_MAX: usize = 24;
/// How long a block that fills up what should be here some time lets urgent ones go before it.
const YIELD: Duration = Duration::from_millis(20);
/// Blocks that wait for the network.
const AHEAD: usize = 2;
/// Bytes of a block.
const BLOCK: usize = 1 << 20;
/// Wants that are looked up at a time.
const LOOKED_UP: usize = 64;
/// Bytes of a sample that tells whether packing pays.
const SAMPLE: usize = 8 << 10;
/// How long a request waits for its turn.
const TURN: Duration = Duration::from_secs(15);

/// What is needed to answer.
pub(crate) struct Serving {
    turns: Semaphore,
    urgent_turns: Semaphore,
    /// Urgent requests that are being answered, and that one of them is.
    urgent: AtomicUsize,
    urgent_done: Notify,
    pub(crate) shelf: Shelf,
    pub(crate) spare: Blocks<BytesMut>,
}

impl Default for Serving {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(ANSWERS_MAX),
            urgent_turns: Semaphore::new(URGENT_MAX),
            urgent: AtomicUsize::new(0),
            urgent_done: Notify::new(),
            shelf: Shelf::default(),
            spare: Blocks::default(),
        }
    }
}

/// An urgent request that is being answered: others let it go first.
struct Hurry<'a>(&'a Serving);

impl Serving {
    fn hurry(&self) -> Hurry<'_> {
        self.urgent.fetch_add(1, Ordering::Relaxed);
        Hurry(self)
    }

    /// Lets urgent answers go first, for a moment.
    async fn let_pass(&self) {
        if self.urgent.load(Ordering::Relaxed) > 0 {
            // It goes on after that moment in any case, so that it does not starve.
            drop(tokio::time::timeout(YIELD, self.urgent_done.notified()).await);
        }
    }
}

impl Drop for Hurry<'_> {
    fn drop(&mut self) {
        if self.0.urgent.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.urgent_done.notify_waiters();
        }
    }
}

/// Answers a request.
pub(crate) async fn serve(
    node: Arc<Node>,
    (device, lane): (DeviceId, Lane),
    request: Bytes,
    reply: Reply,
) {
    let serving = &node.serving;
    let (turns, _hurry) = match lane {
        Lane::Background => (&serving.turns, None),
        Lane::Urgent => (&serving.urgent_turns, Some(serving.hurry())),
    };
    let Ok(Ok(_turn)) = tokio::time::timeout(TURN, turns.acquire()).await else {
        return reply.fail().await;
    };
    if let Err(error) = answer(&node, (device, lane), &request, reply).await {
        tracing::debug!(?device, "a request was not answered: {error:#}");
    }
}

async fn answer(
    node: &Arc<Node>,
    (device, lane): (DeviceId, Lane),
    request: &Bytes,
    mut reply: Reply,
) -> anyhow::Result<()> {
    let Request { folder, wants, offer } = wire::codec::decode_request(request)?;
    // The run loop may be busy, and somebody may be waiting.
    let home = node.home.get();
    let may = home.is_member(&device) && home.pods(folder).contains_key(&device);
    let runtime = node.folders.get(folder).filter(|_| may && !node.pause.is_on());
    let Some(runtime) = runtime else {
        reply.fail().await;
        anyhow::bail!("the device takes no part in the folder, or nothing is shared now");
    };
    let (blocks, mut ready) = mpsc::channel::<Bytes>(AHEAD);
    let server = Arc::clone(node);
    let reading = tokio::task::spawn_blocking(move || {
        let spare = &server.serving.spare;
        let writer = BlockWriter { blocks, spare, block: spare.take(), length: 0 };
        let changed = Vec::new();
        Answer { node: &server, runtime: &runtime, folder, writer, changed }.write(&wants, offer)
    });
    while let Some(block) = ready.recv().await {
        if lane == Lane::Background {
            node.serving.let_pass().await;
        }
        send(node, &mut reply, &block).await?;
        if let Ok(block) = block.try_into_mut() {
            node.serving.spare.give(block);
        }
    }
    match reading.await.context("reading for a device")? {
        Ok(()) => Ok(reply.finish().await?),
        Err(error) => {
            reply.fail().await;
            Err(error)
        }
    }
}

/// Sends a block, no faster than a person allows.
async fn send(node: &Node, reply: &mut Reply, block: &Bytes) -> Result<(), ReplyError> {
    let Some(size) = node.paces.up.piece() else {
        return reply.write_all(block.clone()).await;
    };
    let mut rest = block.clone();
    while !rest.is_empty() {
        let piece = rest.split_to(size.min(rest.len()));
        node.paces.up.pass(piece.len()).await;
        reply.write_all(piece).await?;
        // A small piece would wait for company while the other side waits for it.
        reply.flush().await?;
    }
    Ok(())
}

/// The reading half of an answer.
struct Answer<'a> {
    node: &'a Arc<Node>,
    runtime: &'a Runtime,
    folder: FolderId,
    writer: BlockWriter<'a>,
    /// Paths at which something else was found than what was asked for.
    changed: Vec<RelPath>,
}

thread_local! {
    /// Its memory costs more to set up than most answers cost: each thread that answers keeps one.
    static PACKER: RefCell<Option<Packer>> = const { RefCell::new(None) };
}

impl Answer<'_> {
    fn write(mut self, wants: &[Want], offer: Option<u64>) -> anyhow::Result<()> {
        let kept = PACKER.take();
        let mut packer = kept.map_or_else(Packer::new, Ok)?;
        for some in wants.chunks(LOOKED_UP) {
            let found = self.look_up(some)?;
            for (want, found) in some.iter().zip(found) {
                match want {
                    Want::Whole { hash } => self.whole(*hash, found, &mut packer)?,
                    Want::Manifest { hash } => self.manifest(*hash, found, &mut packer)?,
                    Want::Front { hash, bytes } => {
                        self.front((*hash, *bytes), found, &mut packer)?;
                    }
                    Want::Chunks { hash, first, count } => {
                        self.chunks(*hash, (*first, *count), found, &mut packer)?;
                    }
                }
            }
            self.look_at_changed();
        }
        if let Some(number) = offer {
            self.offered(number, &mut packer)?;
        }
        PACKER.set(Some(packer));
        self.writer.flush()
    }

    /// The chunks of a file that is still being read, as they become known.
    fn offered(&mut self, number: u64, packer: &mut Packer) -> anyhow::Result<()> {
        let Some(offer) = self.node.offers.get(self.folder, number) else { return Ok(()) };
        let mut sent = 0;
        loop {
            if !offer.has_more_than(sent) {
                self.writer.flush()?;
            }
            let chunks = offer.after(sent)?;
            if chunks.is_empty() {
                return Ok(());
            }
            sent += chunks.len();
            let mut rest = &chunks[..];
            while !rest.is_empty() {
                let (some, after) = rest.split_at(fitting(rest));
                rest = after;
                anyhow::ensure!(self.writer.run(&offer.held, some, packer)?, Withdrawn);
            }
        }
    }

    fn whole(
        &mut self,
        hash: ContentHash,
        (source, _): Found,
        packer: &mut Packer,
    ) -> anyhow::Result<()> {
        let Some(held) = self.open(source, hash) else { return self.writer.missing() };
        let length = usize::try_from(held.size())?;
        if length > content::SINGLE_MAX as usize {
            return self.writer.missing();
        }
        let mut bytes = vec![0; length];
        match held.read_at(0, &mut bytes) {
            Ok(()) => self.writer.part(&bytes, packer),
            Err(_) => self.writer.missing(),
        }
    }

    fn chunks(
        &mut self,
        hash: ContentHash,
        (first, count): (u32, u32),
        found: Found,
        packer: &mut Packer,
    ) -> anyhow::Result<()> {
        let last = first.saturating_add(count);
        let Some(sending) = self.sending((hash, last), found) else { return self.writer.missing() };
        let chunks = sending.manifest.chunks().get(first as usize..last as usize).unwrap_or(&[]);
        if chunks.is_empty() {
            return self.writer.missing();
        }
        let mut rest = chunks;
        while !rest.is_empty() {
            let (some, after) = rest.split_at(fitting(rest));
            rest = after;
            if !self.writer.run(&sending.held, some, packer)? {
                self.node.serving.shelf.remove(self.folder, hash);
                return self.writer.missing();
            }
        }
        Ok(())
    }

    fn open(&mut self, source: Option<ByteSource>, hash: ContentHash) -> Option<Held> {
        let place = match source? {
            ByteSource::Disk { path, seen } => Place::Path { path, seen },
            ByteSource::Archive => Place::Archive(hash),
        };
        match (self.runtime.ground()?.reader.open(&place), place) {
            (Err(ReadError::Differs), Place::Path { path, .. }) => {
                self.changed.push(path);
                None
            }
            (opened, _) => opened.ok(),
        }
    }

    /// Has it looked at what is not as the index says. If nobody has noticed, who asks would ask for ever.
    fn look_at_changed(&mut self) {
        if !self.changed.is_empty() {
            let (looked, _) = crossbeam_channel::bounded(1);
            let changed = std::mem::take(&mut self.changed);
            self.runtime.ask_look(LookJob::Look(changed, looked));
        }
    }
}

/// Whether two samples of `bytes` shrink enough that packing all of them is worth the time.
fn pays(packer: &mut Packer, bytes: &[u8]) -> bool {
    let sample = |from: usize| &bytes[from..bytes.len().min(from + SAMPLE)];
    [0, bytes.len() / 2].into_iter().any(|from| packer.pack(sample(from)).is_some())
}

/// How many of the first chunks fit into one block; one at least.
fn fitting(chunks: &[Chunk]) -> usize {
    let mut bytes = 0;
    let fit = chunks.iter().take_while(|chunk| {
        bytes += chunk.length as usize + PART_HEADER;
        bytes <= BLOCK
    });
    fit.count().max(1)
}

/// Puts parts together to blocks.
struct BlockWriter<'a> {
    blocks: mpsc::Sender<Bytes>,
    spare: &'a Blocks<BytesMut>,
    block: BytesMut,
    /// Bytes of `block` that are to be sent; what lies behind is left from its last use.
    length: usize,
}

impl BlockWriter<'_> {
    /// Room for `bytes` more, in this block or the next.
    fn room(&mut self, bytes: usize) -> anyhow::Result<&mut [u8]> {
        if self.length > 0 && self.length + bytes > BLOCK {
            self.flush()?;
        }
        let end = self.length + bytes;
        if self.block.len() < end {
            // What was in a block before need not be cleared.
            self.block.resize(end, 0);
        }
        let room = &mut self.block[self.length..end];
        self.length = end;
        Ok(room)
    }

    fn put(&mut self, part: Part, bytes: &[u8]) -> anyhow::Result<()> {
        let room = self.room(PART_HEADER + bytes.len())?;
        room[..PART_HEADER].copy_from_slice(&encode_part(part));
        room[PART_HEADER..].copy_from_slice(bytes);
        Ok(())
    }

    fn missing(&mut self) -> anyhow::Result<()> {
        self.put(Part::Missing, &[])
    }

    /// A piece, packed if that pays.
    fn part(&mut self, bytes: &[u8], packer: &mut Packer) -> anyhow::Result<()> {
        let size = u32::try_from(bytes.len())?;
        match packer.pack(bytes) {
            Some(packed) => {
                let length = u32::try_from(packed.len())?;
                self.put(Part::Packed { length, size }, &packed)
            }
            None => self.put(Part::Plain(size), bytes),
        }
    }

    /// Neighbouring chunks that fit into a block: read where they are sent from. False if the file is
    /// not what it was; nothing of them is sent then.
    fn run(&mut self, held: &Held, chunks: &[Chunk], packer: &mut Packer) -> anyhow::Result<bool> {
        let bytes: usize = chunks.iter().map(|c| c.length as usize + PART_HEADER).sum();
        let start = {
            self.room(bytes)?;
            self.length - bytes
        };
        let mut at = start;
        for chunk in chunks {
            let length = chunk.length as usize;
            let (header, rest) = self.block[at..].split_at_mut(PART_HEADER);
            header.copy_from_slice(&encode_part(Part::Plain(chunk.length)));
            if held.read_at(chunk.offset, &mut rest[..length]).is_err() {
                self.length = start;
                return Ok(false);
            }
            at += PART_HEADER + length;
        }
        let sample = &self.block[start + PART_HEADER..at];
        if pays(packer, sample) {
            let plain = self.block[start..at].to_vec();
            self.length = start;
            let mut rest = &plain[..];
            for chunk in chunks {
                let (part, after) = rest.split_at(PART_HEADER + chunk.length as usize);
                self.part(&part[PART_HEADER..], packer)?;
                rest = after;
            }
        }
        Ok(true)
    }

    /// Hands the block on, and begins another.
    fn flush(&mut self) -> anyhow::Result<()> {
        if self.length == 0 {
            return Ok(());
        }
        let mut block = std::mem::replace(&mut self.block, self.spare.take());
        block.truncate(self.length);
        self.length = 0;
        self.blocks.blocking_send(block.freeze()).context("the device went away")
    }
}
