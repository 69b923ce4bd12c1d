//! The control stream of a link: frames in their order, both ways at once.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::DeviceId;
use quinn::SendStream;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use super::{BYTES_QUEUED_MAX, KIB, Outgoing, cost};
use crate::event::{DownReason, EventSender};
use crate::frames::{self, FrameReader};

/// How long the other side may take nothing while we have something for it.
const STALL_MAX: Duration = Duration::from_secs(60);
/// Frames that are handed to QUIC at once.
const BATCH_MAX: usize = 64;

/// Hands every frame that comes to `events`; the end of the stream ends it.
pub(super) async fn receive(
    device: DeviceId,
    mut reader: FrameReader,
    events: EventSender,
) -> Option<DownReason> {
    let budget = Arc::new(Semaphore::new(BYTES_QUEUED_MAX / KIB));
    loop {
        let frame = match reader.next().await {
            Ok(Some(frame)) => frame,
            Ok(None) => return Some(DownReason::Left),
            Err(error) => {
                tracing::debug!(?device, %error, "control stream");
                return Some(DownReason::Protocol);
            }
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
) -> Option<DownReason> {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    let mut chunks: Vec<Bytes> = Vec::with_capacity(BATCH_MAX * 2);
    while outbox.recv_many(&mut batch, BATCH_MAX).await > 0 {
        for outgoing in &batch {
            chunks.push(frames::header(&outgoing.frame));
            chunks.push(outgoing.frame.clone());
        }
        match timeout(STALL_MAX, writer.write_all_chunks(&mut chunks)).await {
            Ok(Ok(())) => {}
            Ok(Err(_closed)) => return None,
            Err(_late) => return Some(DownReason::Stalled),
        }
        chunks.clear();
        batch.clear();
    }
    Some(DownReason::Closing)
}
