//! What other devices do, as a stream of events.
//!
//! Invariants, per device: `Up`, then frames, then `Down`, and never two `Up` without a `Down`
//! between them, even when one connection replaces another. A frame is of the connection whose
//! `Up` came last. [`Events::recv`] is also what lets frames be sent: [`Endpoint::send`] goes to
//! the connection whose `Up` was taken out last, so an answer to a connection that has been
//! replaced meanwhile is refused instead of reaching the new one.
//!
//! [`Endpoint::send`]: crate::Endpoint::send

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use model::DeviceId;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use crate::bulk::{Lane, Reply};
use crate::link::Link;
use crate::pairing::{Answer, CompareEnd, Compared, InviteEnd};

/// Events waiting for the service; when full, devices that send are made to wait.
pub(crate) const EVENTS_MAX: usize = 1024;

/// Something that another device, or the network, did.
#[derive(Debug)]
pub enum Event {
    /// A member is connected.
    Up {
        /// Which.
        device: DeviceId,
        /// Where it was reached or came from: worth keeping as last known.
        address: SocketAddr,
        /// What it sent first (see [`Config::hello`](crate::Config::hello)).
        hello: Bytes,
    },
    /// It is connected no more; what was sent and not answered may be lost.
    Down {
        /// Which.
        device: DeviceId,
        /// Why.
        reason: DownReason,
    },
    /// It sent a control frame.
    Frame {
        /// Which.
        device: DeviceId,
        /// The frame.
        frame: Bytes,
    },
    /// It asks for bulk bytes.
    Fetch {
        /// Which.
        device: DeviceId,
        /// How urgent it is.
        lane: Lane,
        /// What it asks for.
        request: Bytes,
        /// Where the answer goes.
        reply: Reply,
    },
    /// It knew the code of the open invitation, or a person compared the digits, and wants to be let
    /// in.
    Joining {
        /// Which.
        device: DeviceId,
        /// Where it came from.
        address: SocketAddr,
        /// What lets it in.
        by: Admission,
        /// What it says about itself.
        introduction: Bytes,
        /// What it is to be told. Dropping it turns the device away.
        answer: oneshot::Sender<Bytes>,
    },
    /// The open invitation is open no more.
    InviteEnded {
        /// How it ended.
        end: InviteEnd,
    },
    /// It wants to be let in, and shows the same digits if nobody is in between.
    Comparing {
        /// What a person is to compare.
        compared: Compared,
        /// What it says that its name is; may be empty.
        name: String,
        /// What the person says.
        answer: Answer,
    },
    /// That comparison is over.
    CompareEnded {
        /// Which.
        id: String,
        /// How it ended.
        end: CompareEnd,
    },
    /// The network of this machine changed, or the machine woke up. Connecting is tried again by
    /// itself.
    LinkChanged,
}

/// What lets a device in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// The code of the open invitation.
    Code,
    /// A person, in the comparison of this id.
    Compared(String),
}

/// Why a device is connected no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DownReason {
    /// The other side said goodbye.
    Left,
    /// Nothing came from it for about 15 s, or a probe after a link change found nothing.
    Silent,
    /// A newer connection to the same device takes over: `Up` follows.
    Replaced,
    /// We cut it off.
    Cut,
    /// It cut us off, or does not take us for a member.
    Refused,
    /// It took nothing for too long although it was there.
    Stalled,
    /// It broke the protocol.
    Protocol,
    /// This endpoint was closed.
    Closing,
}

/// The receiving end of an endpoint's events.
#[derive(Debug)]
pub struct Events {
    queue: mpsc::Receiver<Queued>,
    sendable: Sendable,
}

/// An event on its way, and the room that its bytes take.
#[derive(Debug)]
pub(crate) struct Queued {
    event: Event,
    /// The connection behind an `Up`.
    link: Option<Arc<Link>>,
    /// Given back when the event is taken out.
    _room: Option<OwnedSemaphorePermit>,
}

/// Where frames for each device go.
pub(crate) type Sendable = Arc<Mutex<HashMap<DeviceId, Arc<Link>>>>;

/// The sending end.
#[derive(Debug, Clone)]
pub(crate) struct EventSender(mpsc::Sender<Queued>);

pub(crate) fn channel(sendable: Sendable) -> (EventSender, Events) {
    let (sender, queue) = mpsc::channel(EVENTS_MAX);
    (EventSender(sender), Events { queue, sendable })
}

impl EventSender {
    /// Whether anyone still listens.
    pub(crate) async fn send(&self, event: Event) -> bool {
        self.queue(Queued { event, link: None, _room: None }).await
    }

    pub(crate) async fn up(&self, link: &Arc<Link>, hello: Bytes) -> bool {
        let event = Event::Up { device: link.device, address: link.address, hello };
        self.queue(Queued { event, link: Some(Arc::clone(link)), _room: None }).await
    }

    pub(crate) async fn frame(
        &self,
        device: DeviceId,
        frame: Bytes,
        room: OwnedSemaphorePermit,
    ) -> bool {
        let event = Event::Frame { device, frame };
        self.queue(Queued { event, link: None, _room: Some(room) }).await
    }

    async fn queue(&self, queued: Queued) -> bool {
        self.0.send(queued).await.is_ok()
    }
}

impl Events {
    /// The next event, when there is one; `None` once the endpoint is closed. Handle one before
    /// taking the next: taking an `Up` turns [`Endpoint::send`](crate::Endpoint::send) to the new
    /// connection.
    pub async fn recv(&mut self) -> Option<Event> {
        let queued = self.queue.recv().await?;
        Some(self.taken(queued))
    }

    /// The next event, if there is one now.
    pub fn try_recv(&mut self) -> Option<Event> {
        let queued = self.queue.try_recv().ok()?;
        Some(self.taken(queued))
    }

    fn taken(&self, queued: Queued) -> Event {
        let mut sendable = self.sendable.lock().unwrap_or_else(PoisonError::into_inner);
        if let Event::Down { device, .. } = &queued.event {
            sendable.remove(device);
        }
        if let Some(link) = queued.link {
            sendable.insert(link.device, link);
        }
        queued.event
    }
}
