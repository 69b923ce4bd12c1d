//! Asking another device for bytes, checking them, and staging them.
//!
//! The task that reads the network gathers pieces until there are [`GATHER`] bytes of them; a blocking
//! thread then unpacks, hashes and writes them while the next ones arrive. Invariant: a want counts as
//! done only when all of its pieces fitted their hashes and were staged.

use std::sync::Arc;

use content::{CHUNK_MAX, Manifest, SINGLE_MAX, Unpacker};
use disk::StageError;
use engine::Event;
use engine::event::{Arrival, ManifestRead};
use model::{ContentHash, DeviceId, FolderId, Problem};
use tokio::task::JoinSet;
use transport::Lane;
use wire::codec::{decode_part, encode_request};
use wire::{Request, Want};

use super::incoming::Incoming;
use super::parts::{GATHER, Order, Piece, What};
use crate::clock;
use crate::flights::Flying;
use crate::folders::Runtime;
use crate::node::Node;

/// Batches of one request that are being hashed while more arrive.
pub(super) const BATCHES_MAX: usize = 2;

/// Bytes of a buffer: what is gathered, and an ordinary piece on top.
pub(super) const BUFFER: usize = GATHER + (256 << 10);

/// What the engine asked for.
pub(crate) struct Asked {
    pub(crate) folder: FolderId,
    pub(crate) request: u64,
    pub(crate) from: DeviceId,
    pub(crate) wants: Vec<Want>,
}

/// Fetches, and tells the engine what came of it.
pub(crate) async fn fetch(node: Arc<Node>, asked: Asked) {
    let Asked { folder, request, from, wants } = asked;
    let mut arrivals = Arrivals { results: vec![None; wants.len()], manifests: Vec::new() };
    if let Some(runtime) = node.folders.get(folder)
        && let Err(error) = receive(&node, (&runtime, from), &wants, &mut arrivals).await
    {
        tracing::debug!(device = ?from, "a fetch broke off: {error:#}");
    }
    let results = arrivals.results.into_iter().map(|r| r.unwrap_or(Arrival::Lost)).collect();
    let manifests = arrivals.manifests;
    node.door.tell(Event::Fetched { folder, request, results, manifests }).await;
}

/// What has come so far.
struct Arrivals {
    /// `None`: not all of it has come.
    results: Vec<Option<Arrival>>,
    manifests: Vec<ManifestRead>,
}

async fn receive(
    node: &Arc<Node>,
    (runtime, from): (&Arc<Runtime>, DeviceId),
    wants: &[Want],
    arrivals: &mut Arrivals,
) -> anyhow::Result<()> {
    let request = Request { folder: runtime.id, wants: wants.to_vec(), offer: None };
    let stream =
        node.endpoint.fetch(from, Lane::Background, encode_request(&request).into()).await?;
    let mut incoming = Incoming::new(stream, &node.paces.down);
    let mut order = Order::new(wants.to_vec());
    let mut pieces_of: Vec<u32> = wants.iter().map(pieces).collect();
    let mut batches: JoinSet<Batch> = JoinSet::new();
    let mut done = Ok(());
    while !order.is_done() {
        let buffer = node.landing.take();
        let (batch, read) = gather(&mut incoming, &mut order, arrivals, buffer).await;
        node.arriving.add(batch.buffer.len() as u64);
        let now = clock::tick();
        for piece in &batch.pieces {
            let bytes = piece.unpacked.unwrap_or(piece.range.len()) as u64;
            if let Some(what) = Flying::of(&wants[piece.want]) {
                node.flights.add(runtime.id, from, (what, bytes), now);
            }
        }
        while batches.len() >= BATCHES_MAX {
            if let Some(Ok(batch)) = batches.join_next().await {
                node.landing.give(batch.settle(arrivals, &mut pieces_of));
            }
        }
        let runtime = Arc::clone(runtime);
        batches.spawn_blocking(move || batch.store(&runtime));
        if let Err(error) = read {
            done = Err(error);
            break;
        }
    }
    while let Some(stored) = batches.join_next().await {
        if let Ok(batch) = stored {
            node.landing.give(batch.settle(arrivals, &mut pieces_of));
        }
    }
    if done.is_ok() {
        // The end lets the connection be used again.
        incoming.end().await?;
    }
    done
}

/// How many pieces a want has.
fn pieces(want: &Want) -> u32 {
    match want {
        Want::Whole { .. } | Want::Manifest { .. } | Want::Front { .. } => 1,
        Want::Chunks { count, .. } => *count,
    }
}

/// Reads pieces until there are enough of them, or no more.
async fn gather(
    incoming: &mut Incoming<'_>,
    order: &mut Order,
    arrivals: &mut Arrivals,
    mut buffer: Vec<u8>,
) -> (Batch, anyhow::Result<()>) {
    buffer.clear();
    buffer.reserve(BUFFER);
    let mut pieces = Vec::new();
    let read = async {
        while buffer.len() < GATHER && !order.is_done() {
            let part = decode_part(incoming.header().await?)?;
            let (want, what) = order.next(part)?;
            let (Some(what), Some((length, unpacked))) = (what, part.lengths()) else {
                arrivals.results[want] = Some(Arrival::Missing);
                continue;
            };
            anyhow::ensure!(
                unpacked.unwrap_or(length).max(length) <= limit(what),
                "a piece is larger than such a piece can be"
            );
            let start = buffer.len();
            incoming.read_into(&mut buffer, length).await?;
            pieces.push(Piece { want, what, range: start..buffer.len(), unpacked });
        }
        Ok(())
    };
    let read = read.await;
    (Batch { buffer, pieces, results: Vec::new(), manifests: Vec::new() }, read)
}

/// Bytes that a piece can have.
fn limit(what: What) -> usize {
    match what {
        What::Whole(_) => usize::try_from(SINGLE_MAX).unwrap_or(usize::MAX),
        What::Manifest(_) => content::pack::PACK_MAX,
        What::Chunk(..) => CHUNK_MAX,
    }
}

/// Pieces to be checked and staged, and what came of them.
struct Batch {
    buffer: Vec<u8>,
    pieces: Vec<Piece>,
    results: Vec<(usize, Arrival)>,
    manifests: Vec<ManifestRead>,
}

impl Batch {
    /// Checks and stages every piece.
    fn store(mut self, runtime: &Runtime) -> Self {
        let mut unpacker = None;
        for piece in &self.pieces {
            let bytes = &self.buffer[piece.range.clone()];
            let unpacked = match piece.unpacked {
                None => None,
                Some(size) => match unpack(&mut unpacker, bytes, size) {
                    Some(unpacked) => Some(unpacked),
                    None => {
                        self.results.push((piece.want, Arrival::Corrupt));
                        continue;
                    }
                },
            };
            let bytes = unpacked.as_deref().unwrap_or(bytes);
            let result = store(runtime, piece.what, bytes, &mut self.manifests);
            self.results.push((piece.want, result));
        }
        self
    }

    /// Notes what came of the pieces; the buffer, to be used again. A want is done with its last piece.
    fn settle(self, arrivals: &mut Arrivals, pieces_of: &mut [u32]) -> Vec<u8> {
        for (want, result) in self.results {
            let so_far = &mut arrivals.results[want];
            match result {
                Arrival::Done => {
                    pieces_of[want] = pieces_of[want].saturating_sub(1);
                    if pieces_of[want] == 0 && so_far.is_none() {
                        *so_far = Some(Arrival::Done);
                    }
                }
                Arrival::Missing | Arrival::Corrupt | Arrival::Lost | Arrival::Blocked(_) => {
                    *so_far = Some(result);
                }
            }
        }
        arrivals.manifests.extend(self.manifests);
        self.buffer
    }
}

/// The `size` bytes that were packed into `bytes`.
pub(crate) fn unpack(
    unpacker: &mut Option<Unpacker>,
    bytes: &[u8],
    size: usize,
) -> Option<Vec<u8>> {
    if unpacker.is_none() {
        *unpacker = Unpacker::new().ok();
    }
    unpacker.as_mut()?.unpack(bytes, size).ok()
}

fn store(
    runtime: &Runtime,
    what: What,
    bytes: &[u8],
    manifests: &mut Vec<ManifestRead>,
) -> Arrival {
    let Some(ground) = runtime.ground() else { return Arrival::Blocked(Problem::DiskError) };
    match what {
        What::Whole(hash) => arrival(ground.staging.small(hash, bytes.to_vec())),
        What::Manifest(hash) => match read_manifest(hash, bytes) {
            Some(manifest) => {
                manifests.push(manifest);
                Arrival::Done
            }
            None => Arrival::Corrupt,
        },
        What::Chunk(hash, index) => match runtime.staged(hash) {
            Some(staged) => arrival(staged.put(index as usize, bytes)),
            None => Arrival::Lost,
        },
    }
}

fn arrival(stored: Result<(), StageError>) -> Arrival {
    match stored {
        Ok(()) => Arrival::Done,
        Err(StageError::Corrupt | StageError::NoSuchChunk(_)) => Arrival::Corrupt,
        Err(error @ (StageError::Manifest | StageError::Full | StageError::Io(_))) => {
            Arrival::Blocked(error.problem())
        }
    }
}

/// A manifest that came, if it is the one of that name.
pub(crate) fn read_manifest(hash: ContentHash, bytes: &[u8]) -> Option<ManifestRead> {
    if ContentHash::of(bytes) != hash {
        return None;
    }
    let manifest = Manifest::decode(bytes).ok()?;
    Some(ManifestRead { hash, bytes: bytes.to_vec(), sketch: content::sketch(&manifest) })
}
