//! Long control frames, carried over a bulk connection because that takes a third of the work.
//!
//! The control stream holds a note in the frame's place, so the order of all frames is that of the
//! control stream; the bodies come in the order of their notes, over one connection at a time.
//! Invariant: a body that can't be delivered after its note was written ends the link. Where no
//! bulk connection works, long frames go over the control stream like all others.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{Mutex, mpsc};
use tokio::time::timeout;

use super::Lane;
use super::listen::{Incoming, incoming};
use super::pool::Leased;
use super::session::Session;
use crate::event::DownReason;
use crate::link::{FRAME_MAX, Link};
use crate::shared::Shared;

/// Frames this long and longer are worth it.
pub(crate) const FREIGHT_MIN: usize = 32 << 10;
/// Bodies that have come and whose notes have not been read.
const WAITING_MAX: usize = 2;
/// A connection that was idle for longer is replaced: something between the devices may have
/// forgotten it.
const KEEP_TIME: Duration = Duration::from_secs(45);
/// How long opening a connection for freight may take, and how long it may wait at the other end
/// for the one before it to be read to its end.
const OPEN_TIME: Duration = Duration::from_secs(10);

/// Where bodies come in, one connection at a time.
pub(crate) type Inlet = Mutex<mpsc::Sender<Bytes>>;

/// An inlet, and where the link takes the bodies from it.
pub(crate) fn inlet() -> (Inlet, mpsc::Receiver<Bytes>) {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    (Mutex::new(sender), receiver)
}

/// The sending end.
pub(crate) struct Carrier {
    link: Arc<Link>,
    shared: Arc<Shared>,
    current: Option<(Instant, Leased)>,
}

impl Carrier {
    pub(crate) fn new(link: Arc<Link>, shared: Arc<Shared>) -> Self {
        Self { link, shared, current: None }
    }

    /// Whether a frame of `length` bytes should, and can, be carried.
    pub(crate) async fn takes(&mut self, length: usize) -> bool {
        if length < FREIGHT_MIN {
            return false;
        }
        let usable = self.current.as_ref().is_some_and(|(used, leased)| {
            used.elapsed() < KEEP_TIME && leased.session.is_fresh() && leased.session.is_open()
        });
        if !usable {
            self.current = self.open().await.map(|leased| (Instant::now(), leased));
        }
        self.current.is_some()
    }

    /// Carries a body whose note has been written. `false` means that it can't be delivered.
    pub(crate) async fn carry(&mut self, frame: &Bytes) -> bool {
        let Some((used, leased)) = &mut self.current else { return false };
        *used = Instant::now();
        self.link.count_sent(frame.len());
        leased.session.message(frame).await.is_ok()
    }

    async fn open(&self) -> Option<Leased> {
        let mut leased = self.link.pool.lease(&self.link, &self.shared, Lane::Background).await?;
        let announced = leased.session.announce_freight(self.link.adoption());
        timeout(OPEN_TIME, announced).await.ok()?.ok()?;
        Some(leased)
    }
}

/// Takes bodies off `session` until the other side ends it. `adoption` is the link that it said
/// they belong to.
pub(super) async fn unload(mut session: Session, link: &Link, adoption: u64) {
    if adoption != link.adoption() {
        return;
    }
    let Ok(inlet) = timeout(OPEN_TIME, link.inlet.lock()).await else { return };
    loop {
        match incoming(&mut session, FRAME_MAX).await {
            Ok(Some(Incoming::Message(body))) => {
                link.count_received(body.len());
                if inlet.send(body).await.is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Ok(Some(Incoming::Freight(_))) | Err(_) => return link.close(DownReason::Protocol),
        }
    }
}
