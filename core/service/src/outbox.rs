//! Messages on their way to each connected device, in their order.
//!
//! A task for each device packs them, with the bytes of small files, and waits for room in the network.
//! The queues need no limit of their own: the engine hands out a few pages at a time and waits for
//! [`Event::Sent`]. Invariant: what was meant for one connection never goes over the next. A queue
//! dies with its connection ([`Outboxes::kill`]) and makes room for the next one when the engine has
//! heard of that ([`Outboxes::drop_dead`]).

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use engine::Event;
use model::{Content, DeviceId, RelPath};
use tokio::sync::mpsc;
use wire::Message;

use crate::node::Node;

/// Entries of a page from which on it is packed on a thread of its own.
const LARGE: usize = 16;

/// Every queue.
#[derive(Default)]
pub(crate) struct Outboxes(Mutex<HashMap<DeviceId, Outbox>>);

struct Outbox {
    queue: mpsc::UnboundedSender<Outgoing>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    dead: AtomicBool,
    waiting: AtomicUsize,
}

/// A message on its way.
struct Outgoing {
    message: Message,
    attach: Vec<(RelPath, Content)>,
    /// Whether the engine waits to hear that it was sent.
    counted: bool,
}

impl Outboxes {
    /// Queues what the engine wants to be sent.
    pub(crate) fn send(
        &self,
        node: &Arc<Node>,
        to: DeviceId,
        message: Message,
        attach: Vec<(RelPath, Content)>,
    ) {
        self.queue(node, to, Outgoing { message, attach, counted: true });
    }

    /// Queues a message of the service's own.
    pub(crate) fn send_own(&self, node: &Arc<Node>, to: DeviceId, message: Message) {
        self.queue(node, to, Outgoing { message, attach: Vec::new(), counted: false });
    }

    fn queue(&self, node: &Arc<Node>, to: DeviceId, outgoing: Outgoing) {
        let mut all = self.all();
        let outbox = all.entry(to).or_insert_with(|| {
            let (queue, messages) = mpsc::unbounded_channel();
            let state = Arc::new(State::default());
            node.runtime.spawn(run(Arc::clone(node), to, messages, Arc::clone(&state)));
            Outbox { queue, state }
        });
        outbox.state.waiting.fetch_add(1, Ordering::Relaxed);
        // The task lives as long as its queue.
        drop(outbox.queue.send(outgoing));
    }

    /// The connection is gone: what waits for it is not sent any more.
    pub(crate) fn kill(&self, device: DeviceId) {
        if let Some(outbox) = self.all().get(&device) {
            outbox.state.dead.store(true, Ordering::Relaxed);
        }
    }

    /// The engine knows that a connection is gone: what it sends from now on is for the next one.
    pub(crate) fn drop_dead(&self, device: DeviceId) {
        self.all().remove(&device);
    }

    /// Waits until everything for a device is on its way, or for so long.
    pub(crate) async fn drained(&self, device: DeviceId, limit: Duration) {
        let state = self.all().get(&device).map(|outbox| Arc::clone(&outbox.state));
        let Some(state) = state else { return tokio::time::sleep(limit).await };
        let empty = async {
            while state.waiting.load(Ordering::Relaxed) > 0 {
                tokio::time::sleep(limit / 20).await;
            }
            // What the transport has taken is not on the wire yet.
            tokio::time::sleep(limit / 3).await;
        };
        drop(tokio::time::timeout(limit, empty).await);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<DeviceId, Outbox>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn run(
    node: Arc<Node>,
    to: DeviceId,
    mut messages: mpsc::UnboundedReceiver<Outgoing>,
    state: Arc<State>,
) {
    while let Some(outgoing) = messages.recv().await {
        let counted = outgoing.counted;
        if !state.dead.load(Ordering::Relaxed)
            && let Some(frame) = pack(&node, outgoing).await
        {
            match node.endpoint.send(to, frame).await {
                Ok(()) if counted => node.door.tell(Event::Sent { to }).await,
                Ok(()) => {}
                Err(error) => tracing::debug!(device = ?to, %error, "not sent"),
            }
        }
        state.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The frame of a message; a large one is put together where waiting for the disk harms nobody.
async fn pack(node: &Arc<Node>, outgoing: Outgoing) -> Option<Bytes> {
    let Outgoing { mut message, attach, .. } = outgoing;
    let entries = match &message {
        Message::Update(update) => update.items.len() + update.same.len(),
        Message::Home(records) => records.len(),
        Message::HistoryTold { versions, .. } => versions.len(),
        Message::PromiseAsked { files, .. } | Message::Promised { files, .. } => files.len(),
        Message::Open(_)
        | Message::Refused { .. }
        | Message::HistoryAsked { .. }
        | Message::Offer(_)
        | Message::Disks(_) => 0,
    };
    if attach.is_empty() && entries < LARGE {
        return Some(wire::codec::encode(&message).into());
    }
    let node = Arc::clone(node);
    let packed = tokio::task::spawn_blocking(move || {
        if let Message::Update(update) = &mut message {
            node.folders.attach(update, &attach);
        }
        Bytes::from(wire::codec::encode(&message))
    });
    packed.await.ok()
}
