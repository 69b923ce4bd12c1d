//! Bulk connections that we opened beside a link, and whether that works at all.
//!
//! One is opened as soon as a link is up. While none could be (a firewall, no TCP port at the other
//! side), fetches use the link itself, and it is tried again every minute. An urgent fetch that finds
//! none idle uses the link too, and has another opened for the next. Kept connections are
//! used again, and closed when they were idle for [`KEEP_TIME`].

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::Lane;
use super::session::Session;
use crate::link::Link;
use crate::shared::Shared;
use crate::tls::{self, Door, Expected};

/// Bulk connections to one device at once; further fetches share the link.
const CONNECTIONS_MAX: usize = 8;
/// How long an idle connection is kept.
const KEEP_TIME: Duration = Duration::from_secs(45);
/// How often idle ones are looked through, and an unreachable device is tried again.
const ROUND: Duration = Duration::from_secs(60);
/// How long a connection may take to come about before the link is used instead.
const DIAL_TIME: Duration = Duration::from_secs(2);

/// The bulk connections of a link.
pub(crate) struct Pool {
    target: Option<SocketAddr>,
    slots: Arc<Semaphore>,
    state: Mutex<State>,
    /// Somebody who could not wait for another connection would have used it.
    short: Notify,
}

#[derive(Default)]
struct State {
    idle: Vec<(Instant, Leased)>,
    reachable: bool,
    closed: bool,
}

/// A connection in use.
pub(super) struct Leased {
    pub(super) session: Session,
    _slot: OwnedSemaphorePermit,
}

impl Pool {
    pub(crate) fn new(address: SocketAddr, port: u16) -> Self {
        let mut target = address;
        target.set_port(port);
        Self {
            target: (port != 0).then_some(target),
            slots: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
            state: Mutex::default(),
            short: Notify::new(),
        }
    }

    /// A connection for one fetch, if there is one or it is worth waiting for one.
    pub(super) async fn lease(&self, link: &Link, shared: &Shared, lane: Lane) -> Option<Leased> {
        if let Some(leased) = self.idle() {
            return Some(leased);
        }
        if !self.state().reachable {
            return None;
        }
        // Someone waits for it, and a stream of the link is there at once; the next one finds another.
        if lane == Lane::Urgent {
            self.short.notify_one();
            return None;
        }
        self.open(link, shared).await
    }

    /// Takes a connection back after a whole answer.
    pub(super) fn give_back(&self, leased: Leased) {
        let mut state = self.state();
        if leased.session.is_fresh() && !state.closed {
            state.idle.push((Instant::now(), leased));
        }
    }

    /// Closes what is idle, as the link has ended.
    pub(crate) fn close(&self) {
        self.slots.close();
        let mut state = self.state();
        state.closed = true;
        state.idle.clear();
    }

    fn idle(&self) -> Option<Leased> {
        let mut state = self.state();
        while let Some((since, leased)) = state.idle.pop() {
            if since.elapsed() < KEEP_TIME && leased.session.is_open() {
                return Some(leased);
            }
        }
        None
    }

    async fn open(&self, link: &Link, shared: &Shared) -> Option<Leased> {
        let target = self.target?;
        let slot = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        let expected = Expected::Device(link.device);
        let config = tls::client(&shared.identity, Door::Bulk, expected).ok()?;
        let dialled = timeout(DIAL_TIME, Session::dial(target, config)).await;
        let session = match dialled {
            Ok(Ok(session)) => Some(session),
            Ok(Err(error)) => {
                tracing::debug!(device = ?link.device, %target, %error, "bulk connection");
                None
            }
            Err(_late) => None,
        };
        self.state().reachable = session.is_some();
        session.map(|session| Leased { session, _slot: slot })
    }

    /// Opens a connection for whoever comes next.
    async fn open_spare(&self, link: &Link, shared: &Shared) {
        if let Some(leased) = self.open(link, shared).await {
            self.give_back(leased);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds out, as long as the link lives, whether bulk connections work, and closes idle ones.
pub(crate) async fn warm_up(link: Arc<Link>, shared: Arc<Shared>) {
    let pool = &link.pool;
    loop {
        let unknown = pool.target.is_some() && !pool.state().reachable;
        if unknown {
            pool.open_spare(&link, &shared).await;
        }
        tokio::select! {
            () = sleep(ROUND) => {
                pool.state().idle.retain(|(since, _)| since.elapsed() < KEEP_TIME);
            }
            () = pool.short.notified() => pool.open_spare(&link, &shared).await,
        }
    }
}
