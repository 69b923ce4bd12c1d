//! Bulk bytes: one request, then a stream of bytes back.
//!
//! A fetch goes over a TCP connection with TLS 1.3 of our own (`session`) where the other device
//! can be reached by TCP, because QUIC costs about three times the processor time per byte; else,
//! and silently, over a stream of the link. Long control frames take the same way (`freight`). Invariants: both check the same members; both end with
//! the link; a fetch fails when nothing moves for [`IDLE_MAX`]; a request is at most
//! [`REQUEST_MAX`] long. What request and answer mean is the service's business.

mod fetch;
mod freight;
mod listen;
mod pool;
mod record;
mod reply;
mod session;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use quinn::{RecvStream, SendStream, VarInt};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::event::Event;
use crate::frames::FrameReader;
use crate::link::{Farewell, Link};
use crate::shared::Shared;

pub(crate) use fetch::fetch;
pub use fetch::{FetchError, FetchStream};
pub(crate) use freight::{Carrier, Inlet, inlet};
pub(crate) use listen::{bind, listen};
pub(crate) use pool::{Pool, warm_up};
pub use reply::{Reply, ReplyError};

/// The longest request, in bytes.
pub const REQUEST_MAX: usize = 1 << 20;
/// A fetch, or an answer, fails when nothing moves for this long.
pub const IDLE_MAX: Duration = Duration::from_secs(20);

/// How long a request may take to arrive once its stream is open.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// How urgent a fetch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Bytes that fill up what should be here some time.
    Background,
    /// Somebody waits for it.
    Urgent,
}

impl Lane {
    fn priority(self) -> i32 {
        match self {
            Self::Background => 0,
            Self::Urgent => 10,
        }
    }

    fn byte(self) -> u8 {
        match self {
            Self::Background => 0,
            Self::Urgent => 1,
        }
    }

    fn of_byte(byte: u8) -> Option<Self> {
        [Self::Background, Self::Urgent].into_iter().find(|lane| lane.byte() == byte)
    }
}

/// Takes requests off the streams of `link` until it ends.
pub(crate) async fn answer_streams(link: Arc<Link>, shared: Arc<Shared>) {
    let mut answering = JoinSet::new();
    // The connection's own limit of open streams bounds the set.
    while let Ok((writer, reader)) = link.connection.accept_bi().await {
        while answering.try_join_next().is_some() {}
        answering.spawn(answer_stream(Arc::clone(&link), Arc::clone(&shared), writer, reader));
    }
}

async fn answer_stream(
    link: Arc<Link>,
    shared: Arc<Shared>,
    mut writer: SendStream,
    reader: RecvStream,
) {
    let mut reader = FrameReader::new(reader, REQUEST_MAX + 1);
    let Ok(Ok(Some(request))) = timeout(REQUEST_TIME, reader.next()).await else {
        tracing::debug!(device = ?link.device, "no whole request came");
        let _already_closed = writer.reset(Farewell::Misbehaved.code());
        return;
    };
    let Some((lane, request)) = opened(request) else {
        let _already_closed = writer.reset(Farewell::Misbehaved.code());
        return;
    };
    let _closed_is_seen_when_written = writer.set_priority(lane.priority());
    let device = link.device;
    let reply = Reply::over_quic(writer);
    shared.events.send(Event::Fetch { device, lane, request, reply }).await;
}

/// Whether `identity` gets a bulk connection to `address` that is not closed at once.
#[cfg(test)]
pub(crate) async fn is_served(identity: &crate::Identity, address: std::net::SocketAddr) -> bool {
    use crate::tls::{Door, Expected, client};
    let config = client(identity, Door::Bulk, Expected::Anyone).unwrap();
    let Ok(mut session) = session::Session::dial(address, config).await else { return false };
    !matches!(timeout(Duration::from_millis(500), session.fill()).await, Ok(Ok(false) | Err(_)))
}

/// What a request is sent as: one byte for the lane, then itself.
fn opened(mut request: Bytes) -> Option<(Lane, Bytes)> {
    let lane = Lane::of_byte(*request.first()?)?;
    let body = request.split_off(1);
    Some((lane, body))
}

/// Tells the other side of a stream that the answer is not whole.
const BROKEN_OFF: VarInt = VarInt::from_u32(Farewell::Misbehaved as u32);
