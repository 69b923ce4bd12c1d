//! The control stream of a link: frames in their order, both ways at once.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::DeviceId;
use quinn::SendStream;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use super::{BYTES_QUEUED_MAX, KIB, Outgoing, cost};
use crate::bulk::Carrier;
use crate::event::{DownReason, EventSender};
use crate::frames::{self, FrameReader, Piece};

/// How long the other side may take nothing while we have something for it.
const STALL_MAX: Duration = Duration::from_secs(60);
/// Frames that are handed to QUIC at once.
const BATCH_MAX: usize = 64;

/// Where frames come from: the stream, and the bodies of the long ones.
pub(super) struct Incoming {
    pub(super) reader: FrameReader,
    pub(super) freight: mpsc::Receiver<Bytes>,
}

impl Incoming {
    async fn next(&mut self) -> Result<Bytes, DownReason> {
        match self.reader.next_piece().await {
            Ok(Some(Piece::Frame(frame))) => Ok(frame),
            Ok(Some(Piece::Note(length))) => {
                let body = timeout(STALL_MAX, self.freight.recv()).await;
                let body = body.ok().flatten().filter(|body| body.len() == length);
                body.ok_or(DownReason::Protocol)
            }
            Ok(None) => Err(DownReason::Left),
            Err(error) => {
                tracing::debug!(%error, "control stream");
                Err(DownReason::Protocol)
            }
        }
    }
}

/// Hands every frame that comes to `events`; the end of the stream ends it.
pub(super) async fn receive(
    device: DeviceId,
    mut incoming: Incoming,
    events: &EventSender,
) -> Option<DownReason> {
    let budget = Arc::new(Semaphore::new(BYTES_QUEUED_MAX / KIB));
    loop {
        let frame = match incoming.next().await {
            Ok(frame) => frame,
            Err(reason) => return Some(reason),
        };
        let cost = cost(&frame).ok()?;
        // The service takes events as fast as it can; until then the device waits.
        let room = Arc::clone(&budget).acquire_many_owned(cost).await.ok()?;
        if !events.frame(device, frame, room).await {
            return Some(DownReason::Closing);
        }
    }
}

/// Writes what is queued, as much at once as there is.
pub(super) async fn transmit(
    mut writer: SendStream,
    mut outbox: mpsc::Receiver<Outgoing>,
    mut carrier: Carrier,
) -> Option<DownReason> {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    let mut chunks: Vec<Bytes> = Vec::with_capacity(BATCH_MAX * 2);
    while outbox.recv_many(&mut batch, BATCH_MAX).await > 0 {
        for Outgoing { frame, _room } in batch.drain(..) {
            if carrier.takes(frame.len()).await {
                chunks.push(frames::note(&frame));
                // The body waits for its note at the other end, so the note goes first.
                if let Err(reason) = write(&mut writer, &mut chunks).await {
                    return reason;
                }
                if !matches!(timeout(STALL_MAX, carrier.carry(&frame)).await, Ok(true)) {
                    return Some(DownReason::Stalled);
                }
            } else {
                chunks.push(frames::header(&frame));
                chunks.push(frame);
            }
        }
        if let Err(reason) = write(&mut writer, &mut chunks).await {
            return reason;
        }
    }
    Some(DownReason::Closing)
}

async fn write(writer: &mut SendStream, chunks: &mut Vec<Bytes>) -> Result<(), Option<DownReason>> {
    match timeout(STALL_MAX, writer.write_all_chunks(chunks)).await {
        Ok(Ok(())) => {}
        Ok(Err(_closed)) => return Err(None),
        Err(_late) => return Err(Some(DownReason::Stalled)),
    }
    chunks.clear();
    Ok(())
}
