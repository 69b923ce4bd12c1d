//! Taking in a file that another device offers while it still reads it.
//!
//! Chunks come in their order, as the other side gets to know them, and are staged without a name. What
//! becomes of them is decided when the file is announced (`disk::staging`); the engine hears nothing of
//! all this. Invariant: whatever goes wrong here costs nothing but the bytes that came.

use std::sync::Arc;

use content::{CHUNK_MAX, Unpacker};
use disk::Early;
use model::DeviceId;
use tokio::task::{JoinSet, spawn_blocking};
use transport::{FetchError, Lane};
use wire::codec::{PART_HEADER, decode_part, encode_request};
use wire::{Offer, Request};

use super::fetch::{BATCHES_MAX, BUFFER, unpack};
use super::incoming::Incoming;
use super::parts::GATHER;
use crate::clock;
use crate::flights::Flying;
use crate::folders::Runtime;
use crate::node::Node;

/// Takes an offer up, if what it offers will be wanted here and not too many are taken up already.
pub(crate) async fn take(node: Arc<Node>, from: DeviceId, offer: Offer) {
    let Ok(_turn) = node.offers.taking.try_acquire() else { return };
    if let Err(error) = try_take(&node, from, offer).await {
        tracing::debug!(device = ?from, "an offered file broke off: {error:#}");
    }
}

async fn try_take(node: &Arc<Node>, from: DeviceId, offer: Offer) -> anyhow::Result<()> {
    let Offer { folder, number, path, size } = offer;
    let what = Flying::Offered(path.clone(), size);
    let wanted = node.door.look(move |engine| engine.wants_offered(folder, from, &path)).await??;
    let Some(runtime) = node.folders.get(folder).filter(|_| wanted) else { return Ok(()) };
    let Some(ground) = runtime.ground() else { return Ok(()) };
    let staging = Arc::clone(&ground.staging);
    let Some(early) = spawn_blocking(move || staging.early(size)).await?? else { return Ok(()) };
    let received = receive(node, (&runtime, from), (number, what), &early).await;
    if received.as_ref().is_err_and(|error| !was_cut(error)) {
        spawn_blocking(move || ground.staging.drop_early(&early)).await?;
    }
    received
}

/// Whether the connection is to blame, so that what came is as good as before.
fn was_cut(error: &anyhow::Error) -> bool {
    let cause = error.downcast_ref::<FetchError>();
    cause.is_some_and(|cause| matches!(cause, FetchError::Down | FetchError::Stalled))
}

async fn receive(
    node: &Arc<Node>,
    (runtime, from): (&Arc<Runtime>, DeviceId),
    (number, what): (u64, Flying),
    early: &Arc<Early>,
) -> anyhow::Result<()> {
    let request = Request { folder: runtime.id, wants: Vec::new(), offer: Some(number) };
    let request = encode_request(&request).into();
    let stream = node.endpoint.fetch(from, Lane::Background, request).await?;
    let mut incoming = Incoming::new(stream, &node.paces.down);
    let mut batches: JoinSet<anyhow::Result<(Vec<u8>, bool)>> = JoinSet::new();
    let (mut offset, mut wanted) = (0, true);
    while wanted {
        let before = offset;
        let (batch, ended) = gather(&mut incoming, &mut offset, node.landing.take()).await?;
        node.arriving.add(batch.buffer.len() as u64);
        node.flights.add(runtime.id, from, (what.clone(), offset - before), clock::tick());
        while batches.len() >= BATCHES_MAX {
            wanted &= settle(node, batches.join_next().await)?;
        }
        let early = Arc::clone(early);
        batches.spawn_blocking(move || batch.store(&early));
        if ended {
            break;
        }
    }
    while !batches.is_empty() {
        settle(node, batches.join_next().await)?;
    }
    Ok(())
}

type Stored = Result<anyhow::Result<(Vec<u8>, bool)>, tokio::task::JoinError>;

/// Whether more is wanted after a batch was stored.
fn settle(node: &Node, stored: Option<Stored>) -> anyhow::Result<bool> {
    let Some(stored) = stored else { return Ok(true) };
    let (buffer, wanted) = stored??;
    node.landing.give(buffer);
    Ok(wanted)
}

/// Some pieces in a row.
struct Batch {
    buffer: Vec<u8>,
    pieces: Vec<Piece>,
}

/// A chunk as it came.
struct Piece {
    /// Where it stands in the file.
    offset: u64,
    /// Where its bytes are in the buffer.
    range: std::ops::Range<usize>,
    /// Bytes after unpacking, if they are packed.
    unpacked: Option<usize>,
}

/// Reads pieces until there are enough of them; whether the answer has ended.
async fn gather(
    incoming: &mut Incoming<'_>,
    offset: &mut u64,
    mut buffer: Vec<u8>,
) -> anyhow::Result<(Batch, bool)> {
    buffer.clear();
    buffer.reserve(BUFFER);
    let mut pieces = Vec::new();
    while buffer.len() < GATHER {
        let Some(header) = incoming.header_or_end().await? else {
            return Ok((Batch { buffer, pieces }, true));
        };
        let Some((length, unpacked)) = decode_part(header)?.lengths() else {
            return Ok((Batch { buffer, pieces }, true));
        };
        let size = unpacked.unwrap_or(length);
        anyhow::ensure!(size.max(length) <= CHUNK_MAX, "a piece is larger than a chunk can be");
        let start = buffer.len();
        incoming.read_into(&mut buffer, length).await?;
        pieces.push(Piece { offset: *offset, range: start..buffer.len(), unpacked });
        *offset += size as u64;
    }
    Ok((Batch { buffer, pieces }, false))
}

impl Batch {
    /// Stages every piece; the buffer, to be used again, and whether more is wanted.
    fn store(self, early: &Early) -> anyhow::Result<(Vec<u8>, bool)> {
        let (mut unpacker, mut wanted): (Option<Unpacker>, bool) = (None, true);
        for Piece { offset, range, unpacked } in self.pieces {
            let bytes = &self.buffer[range];
            let plain = match unpacked {
                None => None,
                Some(size) => Some(
                    unpack(&mut unpacker, bytes, size)
                        .ok_or_else(|| anyhow::anyhow!("a piece can't be unpacked"))?,
                ),
            };
            wanted &= early.put(offset, plain.as_deref().unwrap_or(bytes))?;
        }
        Ok((self.buffer, wanted))
    }
}

const _: () = assert!(PART_HEADER < GATHER, "a batch holds a piece at least");
