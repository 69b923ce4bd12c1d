//! One request to another device on behalf of a reader: its answer is checked, kept, and told of piece
//! by piece, so that the reader goes on with the first while the last is still to come.

use std::sync::Arc;

use anyhow::Context;
use content::Unpacker;
use engine::stream::{Ending, Fetch};
use transport::Lane;
use wire::codec::{decode_part, encode_request};
use wire::{Request, Want};

use super::content::Remote;
use super::store::Put;
use crate::bulk::{Incoming, unpack};
use crate::clock;
use crate::node::Node;

/// Asks, and tells what came of it.
pub(super) async fn carry_out(node: Arc<Node>, remote: Arc<Remote>, fetch: Fetch) {
    carry_out_together(node, vec![(remote, fetch)]).await;
}

/// Asks one device for things of one folder in one request, and tells what came of each.
pub(super) async fn carry_out_together(node: Arc<Node>, fetches: Vec<(Arc<Remote>, Fetch)>) {
    let mut answer = ask(&node, &fetches).await;
    let last = fetches.len().saturating_sub(1);
    for (number, (remote, fetch)) in fetches.iter().enumerate() {
        let received = match &mut answer {
            Ok(answer) => answer.receive((remote, fetch), number == last).await,
            Err(error) => Err(anyhow::anyhow!("{error:#}")),
        };
        let ending = received.unwrap_or_else(|error| {
            tracing::debug!(device = ?fetch.from, "a read broke off: {error:#}");
            Ending::Lost
        });
        over(&node, remote, fetch, ending);
        // Where the next part begins is not known any more.
        if matches!(ending, Ending::Lost | Ending::Corrupt) && answer.is_ok() {
            answer = Err(anyhow::anyhow!("another part of the answer was wrong"));
        }
    }
    if let Ok(answer) = answer {
        node.landing.give(answer.buffer);
    }
    super::pump(&node);
}

fn over(node: &Arc<Node>, remote: &Arc<Remote>, fetch: &Fetch, ending: Ending) {
    if ending == Ending::Corrupt {
        tracing::warn!(device = ?fetch.from, folder = %remote.folder(),
            "a device sent bytes that don't fit their hash");
    }
    node.remotes.table().streams.ended(clock::tick(), fetch.request, ending);
    remote.changed();
    super::finish::look(node, remote);
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

async fn ask<'a>(
    node: &'a Arc<Node>,
    fetches: &[(Arc<Remote>, Fetch)],
) -> anyhow::Result<Answer<'a>> {
    let (first, fetch) = fetches.first().context("nothing is asked for")?;
    let wants = fetches.iter().map(|(_, fetch)| fetch.want.clone()).collect();
    let request = encode_request(&Request { folder: first.folder(), wants, offer: None }).into();
    let stream = node.endpoint.fetch(fetch.from, Lane::Urgent, request).await?;
    let incoming = Incoming::new(stream, &node.paces.down);
    Ok(Answer { node, incoming, buffer: node.landing.take(), unpacker: None })
}

/// What is coming.
struct Answer<'a> {
    node: &'a Arc<Node>,
    incoming: Incoming<'a>,
    buffer: Vec<u8>,
    unpacker: Option<Unpacker>,
}

impl Answer<'_> {
    /// Takes the pieces of one want, and the end of the answer behind the last of them.
    async fn receive(
        &mut self,
        (remote, fetch): (&Arc<Remote>, &Fetch),
        is_last: bool,
    ) -> anyhow::Result<Ending> {
        for piece in pieces(&fetch.want) {
            let Some(most) = remote.store().length(piece) else { return Ok(Ending::Missing) };
            let part = decode_part(self.incoming.header().await?)?;
            let Some((length, size)) = part.lengths() else { return Ok(Ending::Missing) };
            if size.unwrap_or(length).max(length) > most {
                return Ok(Ending::Corrupt);
            }
            self.buffer.clear();
            self.incoming.read_into(&mut self.buffer, length).await?;
            self.node.arriving.add(length as u64);
            let bytes = (&self.buffer[..], size);
            let kept = keep((self.node, remote), piece, bytes, &mut self.unpacker);
            if !told(self.node, remote, (fetch, piece, length), kept) {
                return Ok(Ending::Corrupt);
            }
        }
        if is_last {
            self.incoming.end().await?;
        }
        Ok(Ending::Whole)
    }
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
