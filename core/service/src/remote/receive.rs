//! One request to another device on behalf of a reader: its answer is checked, kept, and told of piece
//! by piece, so that the reader goes on with the first while the last is still to come.

use std::sync::Arc;

use content::Unpacker;
use engine::stream::{Ending, Fetch};
use transport::Lane;
use wire::codec::{decode_part, encode_request};
use wire::{Part, Request, Want};

use super::content::Remote;
use super::store::Put;
use crate::bulk::{Incoming, unpack};
use crate::clock;
use crate::node::Node;

/// Asks, and tells what came of it.
pub(super) async fn carry_out(node: Arc<Node>, remote: Arc<Remote>, fetch: Fetch) {
    let ending = match receive(&node, &remote, &fetch).await {
        Ok(ending) => ending,
        Err(error) => {
            tracing::debug!(device = ?fetch.from, "a read broke off: {error:#}");
            Ending::Lost
        }
    };
    if ending == Ending::Corrupt {
        tracing::warn!(device = ?fetch.from, folder = %remote.folder(),
            "a device sent bytes that don't fit their hash");
    }
    node.remotes.table().streams.ended(clock::tick(), fetch.request, ending);
    remote.changed();
    super::pump(&node);
    super::finish::look(&node, &remote);
}

/// The numbers of the pieces that a want brings.
fn pieces(want: &Want) -> std::ops::Range<usize> {
    match want {
        Want::Whole { .. } | Want::Manifest { .. } | Want::Front { .. } => 0..1,
        Want::Chunks { first, count, .. } => {
            *first as usize..(*first as usize).saturating_add(*count as usize)
        }
    }
}

async fn receive(node: &Arc<Node>, remote: &Arc<Remote>, fetch: &Fetch) -> anyhow::Result<Ending> {
    let request = Request { folder: remote.folder(), wants: vec![fetch.want.clone()], offer: None };
    let request = encode_request(&request).into();
    let stream = node.endpoint.fetch(fetch.from, Lane::Urgent, request).await?;
    let mut incoming = Incoming::new(stream, &node.paces.down);
    let (mut buffer, mut unpacker) = (node.landing.take(), None);
    for piece in pieces(&fetch.want) {
        let Some(most) = remote.store().length(piece) else { return Ok(Ending::Missing) };
        let part = decode_part(incoming.header().await?)?;
        let (length, size) = match part {
            Part::Plain(length) => (length as usize, None),
            Part::Packed { length, size } => (length as usize, Some(size as usize)),
            Part::Missing => return Ok(Ending::Missing),
        };
        if size.unwrap_or(length).max(length) > most {
            return Ok(Ending::Corrupt);
        }
        buffer.clear();
        incoming.read_into(&mut buffer, length).await?;
        node.arriving.add(length as u64);
        let kept = keep((node, remote), piece, (&buffer, size), &mut unpacker);
        if !told(node, remote, (fetch, piece, length), kept) {
            return Ok(Ending::Corrupt);
        }
    }
    node.landing.give(buffer);
    incoming.end().await?;
    Ok(Ending::Whole)
}

/// Checking and keeping a chunk takes as long as a few packets: less than handing it to another thread,
/// and somebody waits for it.
fn keep(
    (node, remote): (&Node, &Remote),
    piece: usize,
    (bytes, size): (&[u8], Option<usize>),
    unpacker: &mut Option<Unpacker>,
) -> Put {
    match size {
        None => remote.put(node, piece, bytes),
        Some(size) => unpack(unpacker, bytes, size)
            .map_or(Put::Corrupt, |bytes| remote.put(node, piece, &bytes)),
    }
}

/// Tells who waits; false if the bytes were wrong.
fn told(
    node: &Arc<Node>,
    remote: &Remote,
    (fetch, piece, length): (&Fetch, usize, usize),
    kept: Put,
) -> bool {
    match kept {
        Put::Corrupt => return false,
        Put::Elsewhere => {}
        Put::Here(gone) => {
            let mut table = node.remotes.table();
            table.streams.arrived(clock::tick(), fetch.request, piece);
            gone.into_iter().for_each(|piece| table.streams.gone(fetch.stream, piece));
            drop(table);
            remote.pulled(node, length as u64);
        }
    }
    remote.changed();
    true
}
