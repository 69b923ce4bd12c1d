//! One connection to one device, from `Up` to `Down`.
//!
//! A link owns its control stream and its bulk lanes; when it ends, for whatever reason, all of
//! them end. Invariants: the link that it replaces has reported `Down` before this one reports
//! `Up`; after its `Down` nothing comes from it; both queues are bounded in frames and in bytes.
//! Not here: which of two connections to a device lives (`links`), who dials (`dial`).

mod control;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use model::DeviceId;
use quinn::{Connection, ConnectionError, SendStream, VarInt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::timeout;

use crate::bulk::{self, Carrier, Inlet, Pool};
use crate::event::{DownReason, Event};
use crate::frames::FrameReader;
use crate::shared::Shared;

/// The longest control frame, in bytes.
pub const FRAME_MAX: usize = 4 << 20;
/// Control frames waiting to be sent to one device.
pub const FRAMES_QUEUED_MAX: usize = 1024;
/// Bytes of control frames waiting to be sent to one device, and as many that came from it and
/// have not been taken.
pub const BYTES_QUEUED_MAX: usize = 16 << 20;

/// What byte budgets are counted in, so that they fit a semaphore.
const KIB: usize = 1024;
/// How long a probe after a link change waits for any packet.
const PROBE_TIME: Duration = Duration::from_millis(2500);

/// Why a frame was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No connection, or the one meant has ended.
    #[error("the device is not connected")]
    Down,
    /// The queue has no room now.
    #[error("the queue of the device is full")]
    Full,
    /// Longer than [`FRAME_MAX`].
    #[error("a control frame of {0} bytes is too long")]
    TooLong(usize),
}

/// A frame on its way out, and the room that it takes.
pub(crate) struct Outgoing {
    frame: Bytes,
    _room: OwnedSemaphorePermit,
}

/// A connection to a device.
pub(crate) struct Link {
    pub(crate) device: DeviceId,
    pub(crate) address: SocketAddr,
    pub(crate) connection: Connection,
    /// One run of the other device's endpoint.
    pub(crate) instance: Bytes,
    pub(crate) since: Instant,
    /// Connections for bulk bytes that we opened beside this one.
    pub(crate) pool: Pool,
    /// Bytes over bulk connections.
    pub(crate) bulk_sent: AtomicU64,
    pub(crate) bulk_received: AtomicU64,
    /// The how-manyth adoption by the device that decides it was.
    adoption: AtomicU64,
    /// Where the bodies of long frames come in.
    pub(crate) inlet: Inlet,
    outbox: mpsc::Sender<Outgoing>,
    room: Arc<Semaphore>,
    gone: watch::Sender<Option<DownReason>>,
    ended: watch::Sender<bool>,
}

/// The two halves of the control stream and what is to be written to it.
pub(crate) struct Control {
    pub(crate) reader: FrameReader,
    pub(crate) writer: SendStream,
    pub(crate) queues: Queues,
    pub(crate) hello: Bytes,
}

/// Where a link takes frames from.
pub(crate) struct Queues {
    /// To be sent.
    outgoing: mpsc::Receiver<Outgoing>,
    /// Bodies that came beside the control stream.
    freight: mpsc::Receiver<Bytes>,
}

impl Link {
    /// A link over `connection`, and where its queues come out.
    pub(crate) fn new(
        device: DeviceId,
        connection: Connection,
        instance: Bytes,
        bulk_port: u16,
    ) -> (Arc<Self>, Queues) {
        let (inlet, freight) = bulk::inlet();
        let (outbox, outgoing) = mpsc::channel(FRAMES_QUEUED_MAX);
        let address = canonical(connection.remote_address());
        let link = Self {
            device,
            address,
            pool: Pool::new(address, bulk_port),
            connection,
            instance,
            since: Instant::now(),
            bulk_sent: AtomicU64::new(0),
            bulk_received: AtomicU64::new(0),
            adoption: AtomicU64::new(0),
            inlet,
            outbox,
            room: Arc::new(Semaphore::new(BYTES_QUEUED_MAX / KIB)),
            gone: watch::Sender::new(None),
            ended: watch::Sender::new(false),
        };
        (Arc::new(link), Queues { outgoing, freight })
    }

    pub(crate) fn adoption(&self) -> u64 {
        self.adoption.load(Ordering::Relaxed)
    }

    pub(crate) fn set_adoption(&self, number: u64) {
        self.adoption.store(number, Ordering::Relaxed);
    }

    /// Counts bytes that went over a bulk connection.
    pub(crate) fn count_sent(&self, bytes: usize) {
        self.bulk_sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts bytes that came over a bulk connection.
    pub(crate) fn count_received(&self, bytes: usize) {
        self.bulk_received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.gone.borrow().is_some() || self.connection.close_reason().is_some()
    }

    /// Ends the link; the first reason counts.
    pub(crate) fn close(&self, reason: DownReason) {
        let first = self.gone.send_if_modified(|gone| {
            let first = gone.is_none();
            gone.get_or_insert(reason);
            first
        });
        if first {
            self.pool.close();
            self.connection.close(VarInt::from_u32(Farewell::of(reason) as u32), b"");
        }
    }

    /// Waits until the link is being ended, and says why.
    pub(crate) async fn gone(&self) -> DownReason {
        let mut watch = self.gone.subscribe();
        let reason = match watch.wait_for(Option::is_some).await {
            Ok(reason) => *reason,
            Err(_closed) => None,
        };
        reason.unwrap_or(DownReason::Closing)
    }

    /// Waits until the link has reported its end.
    pub(crate) async fn ended(&self) {
        let mut ended = self.ended.subscribe();
        // An error would mean that the sender is gone, and the link with it.
        drop(ended.wait_for(|ended| *ended).await);
    }

    /// Queues `frame` when there is room for it.
    pub(crate) async fn send(&self, frame: Bytes) -> Result<(), SendError> {
        let cost = cost(&frame)?;
        let room = Arc::clone(&self.room).acquire_many_owned(cost);
        let room = tokio::select! {
            room = room => room.map_err(|_closed| SendError::Down)?,
            _reason = self.gone() => return Err(SendError::Down),
        };
        let queued = self.outbox.send(Outgoing { frame, _room: room });
        tokio::select! {
            sent = queued => sent.map_err(|_closed| SendError::Down),
            _reason = self.gone() => Err(SendError::Down),
        }
    }

    /// Queues `frame` if there is room for it now.
    pub(crate) fn try_send(&self, frame: Bytes) -> Result<(), SendError> {
        if self.is_gone() {
            return Err(SendError::Down);
        }
        let cost = cost(&frame)?;
        let room = Arc::clone(&self.room)
            .try_acquire_many_owned(cost)
            .map_err(|_no_room| SendError::Full)?;
        self.outbox.try_send(Outgoing { frame, _room: room }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SendError::Full,
            mpsc::error::TrySendError::Closed(_) => SendError::Down,
        })
    }

    /// Ends the link unless the other side answers soon: after a link change or a sleep.
    pub(crate) async fn probe(&self) {
        let heard = || self.connection.stats().udp_rx.datagrams;
        let before = heard();
        // An empty datagram must be acknowledged and means nothing to the other side.
        let _unsent = self.connection.send_datagram(Bytes::new());
        let answered = timeout(PROBE_TIME, async {
            while heard() == before {
                tokio::time::sleep(PROBE_TIME / 50).await;
            }
        });
        if answered.await.is_err() {
            self.close(DownReason::Silent);
        }
    }

    /// Lives until the connection ends. `previous` is the link that this one takes over from.
    pub(crate) async fn run(
        self: Arc<Self>,
        shared: Arc<Shared>,
        control: Control,
        previous: Option<Arc<Self>>,
    ) {
        if let Some(previous) = previous {
            previous.close(DownReason::Replaced);
            previous.ended().await;
        }
        // A link that was itself replaced while it waited is never reported.
        if !self.is_gone() && shared.events.up(&self, control.hello.clone()).await {
            tracing::debug!(device = ?self.device, address = %self.address, "up");
            let reason = self.live(&shared, control).await;
            self.close(reason);
            shared.links.remove(&self);
            tracing::debug!(device = ?self.device, ?reason, "down");
            shared.events.send(Event::Down { device: self.device, reason }).await;
        } else {
            self.close(DownReason::Closing);
            shared.links.remove(&self);
        }
        self.ended.send_replace(true);
    }

    async fn live(self: &Arc<Self>, shared: &Arc<Shared>, control: Control) -> DownReason {
        let Control { reader, writer, queues, hello: _ } = control;
        let Queues { outgoing, freight } = queues;
        let incoming = control::Incoming { reader, freight };
        let carrier = Carrier::new(Arc::clone(self), Arc::clone(shared));
        tokio::select! {
            biased;
            reason = self.gone() => reason,
            reason = control::receive(self.device, incoming, &shared.events) => self.why(reason),
            reason = control::transmit(writer, outgoing, carrier) => self.why(reason),
            () = bulk::answer_streams(Arc::clone(self), Arc::clone(shared)) => self.why(None),
            () = bulk::warm_up(Arc::clone(self), Arc::clone(shared)) => DownReason::Closing,
            error = self.connection.closed() => reason_of(&error),
        }
    }

    /// The end of a stream is often only the first sign of the end of the connection, which knows
    /// the reason better.
    fn why(&self, seen: Option<DownReason>) -> DownReason {
        let own = self.gone.borrow().to_owned();
        own.or_else(|| self.connection.close_reason().map(|error| reason_of(&error)))
            .or(seen)
            .unwrap_or(DownReason::Protocol)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({:?} at {})", self.device, self.address)
    }
}

fn cost(frame: &Bytes) -> Result<u32, SendError> {
    let too_long = || SendError::TooLong(frame.len());
    if frame.len() > FRAME_MAX {
        return Err(too_long());
    }
    u32::try_from(frame.len() / KIB + 1).map_err(|_overflow| too_long())
}

/// An address without the disguise that a socket for both kinds puts on IPv4.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V6(v6) => match v6.ip().to_ipv4_mapped() {
            Some(v4) => (v4, v6.port()).into(),
            None => address,
        },
        SocketAddr::V4(_) => address,
    }
}

/// What a connection is closed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Farewell {
    /// The endpoint leaves.
    Leaving = 1,
    /// Another connection to the same device is the better one.
    Duplicate = 2,
    /// The device does not belong here.
    Cut = 3,
    /// It broke the protocol, or does nothing.
    Misbehaved = 4,
    /// Pairing is over.
    Paired = 5,
}

impl Farewell {
    fn of(reason: DownReason) -> Self {
        match reason {
            DownReason::Replaced => Self::Duplicate,
            DownReason::Cut => Self::Cut,
            DownReason::Protocol | DownReason::Stalled => Self::Misbehaved,
            DownReason::Left | DownReason::Silent | DownReason::Refused | DownReason::Closing => {
                Self::Leaving
            }
        }
    }

    pub(crate) fn code(self) -> VarInt {
        VarInt::from_u32(self as u32)
    }
}

fn reason_of(error: &ConnectionError) -> DownReason {
    match error {
        ConnectionError::ApplicationClosed(close) => {
            let said = |farewell: Farewell| close.error_code == farewell.code();
            if said(Farewell::Duplicate) {
                DownReason::Replaced
            } else if said(Farewell::Cut) {
                DownReason::Refused
            } else if said(Farewell::Misbehaved) {
                DownReason::Protocol
            } else {
                DownReason::Left
            }
        }
        ConnectionError::TimedOut => DownReason::Silent,
        // A device that was started again knows nothing of the connection and resets it.
        ConnectionError::Reset => DownReason::Left,
        ConnectionError::ConnectionClosed(_) => DownReason::Refused,
        ConnectionError::LocallyClosed => DownReason::Closing,
        ConnectionError::VersionMismatch
        | ConnectionError::TransportError(_)
        | ConnectionError::CidsExhausted => DownReason::Protocol,
    }
}
