//! The door of this crate: one endpoint, its settings, and what can be asked of it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use model::DeviceId;
use quinn::{EndpointConfig, TokioRuntime};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::bulk::{self, FetchError, FetchStream, Lane};
use crate::dial::Dialler;
use crate::discovery::Discovery;
use crate::event::{self, DownReason, Events};
use crate::link::{Link, SendError};
use crate::links::Links;
use crate::pairing::compare::{self, Gate};
use crate::pairing::{
    self, CompareError, Comparison, InviteError, Invites, JoinError, Newcomer, Welcome,
};
use crate::shared::Shared;
use crate::{HELLO_MAX, Identity, Members, accept, surroundings, tuning};

/// Ports tried until one is free for both UDP and TCP.
const PORTS_TRIED: usize = 16;
/// How long goodbyes may take.
pub(crate) const GOODBYE_TIME: Duration = Duration::from_secs(1);
/// How long a frame may wait for room in the queue of its device.
const SEND_TIME: Duration = Duration::from_secs(60);

/// What an endpoint starts with.
pub struct Config {
    /// This device.
    pub identity: Arc<Identity>,
    /// Where to listen, on UDP and, for bulk bytes, on TCP; port 0 picks a free one, and `[::]`
    /// takes IPv4 too.
    pub listen: SocketAddr,
    /// Who may connect.
    pub members: Arc<dyn Members>,
    /// Whether to announce and look for devices on the local network.
    pub discovery: bool,
    /// The secret of the home that its members recognise each other's announcements by. Without
    /// it, nothing is announced but an open invitation.
    pub home_key: Option<[u8; 32]>,
    /// What each connected member is told first, [`HELLO_MAX`] bytes at most.
    pub hello: Bytes,
}

/// Why an endpoint could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The port is taken, or the address is not ours.
    #[error("listening at {0}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The system gave no random numbers.
    #[error("drawing a random number")]
    Random,
    /// See [`HELLO_MAX`].
    #[error("a hello of {0} bytes is too long")]
    Hello(usize),
}

/// A connected device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkView {
    /// Which.
    pub device: DeviceId,
    /// Where.
    pub address: SocketAddr,
    /// How long a packet takes there and back.
    pub rtt: Duration,
    /// Bytes sent since it is up, bulk included.
    pub sent: u64,
    /// Bytes received since it is up, bulk included.
    pub received: u64,
}

/// Everything between this device and the others. Clones are the same endpoint, which closes with
/// the last of them.
#[derive(Clone)]
pub struct Endpoint(Arc<Owner>);

/// Ends the endpoint's tasks, which themselves hold what they share.
struct Owner(Arc<Shared>);

impl Endpoint {
    /// Opens an endpoint. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`BindError`] if it can't listen. That bulk connections or discovery don't work is not an
    /// error: the endpoint does without.
    pub fn bind(config: Config) -> Result<(Self, Events), BindError> {
        if config.hello.len() > HELLO_MAX {
            return Err(BindError::Hello(config.hello.len()));
        }
        let mut instance = [0; 16];
        SystemRandom::new().fill(&mut instance).map_err(|_unspecified| BindError::Random)?;
        let sockets = bind(&config).map_err(|error| BindError::Listen(config.listen, error))?;
        let (quic, listener) = sockets;
        let port = quic.local_addr().map_or(0, |address| address.port());
        let discovery = config.discovery.then(|| {
            Discovery::start(config.identity.device(), port, &instance)
                .inspect_err(|error| tracing::warn!(%error, "no discovery on this network"))
                .ok()
        });
        let sendable = event::Sendable::default();
        let (sender, events) = event::channel(Arc::clone(&sendable));
        let shared = Arc::new(Shared {
            identity: config.identity,
            members: config.members,
            quic,
            instance: Bytes::copy_from_slice(&instance),
            bulk_port: if listener.is_some() { port } else { 0 },
            events: sender,
            sendable,
            links: Links::new(),
            dialler: Dialler::default(),
            invites: Invites::default(),
            gate: Gate::default(),
            discovery: discovery.flatten(),
            hello: Mutex::new(config.hello),
            closing: watch::Sender::new(false),
            tasks: Mutex::default(),
        });
        start(&shared, listener);
        let endpoint = Self(Arc::new(Owner(shared)));
        endpoint.set_home_key(config.home_key);
        Ok((endpoint, events))
    }

    /// This device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.0.0.identity.device()
    }

    /// Where it listens, with the port that was picked.
    #[must_use]
    pub fn listen_address(&self) -> SocketAddr {
        // The address of a bound socket is known; only a closed one has none.
        self.0.0.quic.local_addr().unwrap_or_else(|_closed| ([0, 0, 0, 0], 0).into())
    }

    /// What devices that connect from now on are told first; longer than [`HELLO_MAX`] is ignored.
    pub fn set_hello(&self, hello: Bytes) {
        if hello.len() <= HELLO_MAX {
            *self.0.0.hello.lock().unwrap_or_else(PoisonError::into_inner) = hello;
        }
    }

    /// The secret that members recognise each other's announcements by, once there is a home.
    pub fn set_home_key(&self, key: Option<[u8; 32]>) {
        if let Some(discovery) = &self.0.0.discovery {
            discovery.set_home_key(key);
            self.0.0.announce();
        }
    }

    /// Keeps these devices connected, and dials no others. The addresses are where they were last
    /// known, or were said to be; others are found by discovery.
    pub fn keep(&self, devices: Vec<(DeviceId, Vec<SocketAddr>)>) {
        if !self.0.0.is_closing() {
            self.0.0.dialler.keep(&self.0.0, devices);
        }
    }

    /// The system woke from sleep: connections are asked whether they live, and absent devices dialled at once.
    pub fn woke(&self) {
        let shared = Arc::clone(&self.0.0);
        tokio::spawn(async move { crate::surroundings::react(&shared).await });
    }

    /// Closes the connection to `device` at once. It stays out if [`Members`] says so, which is to
    /// be changed first.
    pub fn cut(&self, device: DeviceId) {
        if let Some(link) = self.0.0.links.get(device) {
            link.close(DownReason::Cut);
        }
    }

    /// Queues a control frame for `device`, waiting for room: over the connection whose
    /// [`Event::Up`](crate::Event::Up) was received last. Frames arrive in order, or a
    /// [`Event::Down`](crate::Event::Down) tells that some did not.
    ///
    /// # Errors
    /// [`SendError`]; nothing was queued.
    pub async fn send(&self, device: DeviceId, frame: Bytes) -> Result<(), SendError> {
        let link = self.sendable(device)?;
        match timeout(SEND_TIME, link.send(frame)).await {
            Ok(sent) => sent,
            Err(_late) => {
                link.close(DownReason::Stalled);
                Err(SendError::Down)
            }
        }
    }

    /// Queues a control frame for `device` if there is room now.
    ///
    /// # Errors
    /// [`SendError`]; nothing was queued.
    pub fn try_send(&self, device: DeviceId, frame: Bytes) -> Result<(), SendError> {
        self.sendable(device)?.try_send(frame)
    }

    /// Asks `device` for bulk bytes.
    ///
    /// # Errors
    /// [`FetchError`] if it can't be asked.
    pub async fn fetch(
        &self,
        device: DeviceId,
        lane: Lane,
        request: Bytes,
    ) -> Result<FetchStream, FetchError> {
        bulk::fetch(&self.0.0, device, lane, request).await
    }

    /// Every device that is connected now.
    #[must_use]
    pub fn links(&self) -> Vec<LinkView> {
        self.0.0.links.all().iter().map(|link| view(link)).collect()
    }

    /// Opens an invitation (in place of one that is open) for whoever knows `code`, one device
    /// only, for so long and so many tries. Ends with one
    /// [`Event::InviteEnded`](crate::Event::InviteEnded).
    ///
    /// # Errors
    /// [`InviteError::Malformed`] if `code` is not 8 digits.
    pub fn invite(&self, code: &str, lasts: Duration, tries: u8) -> Result<(), InviteError> {
        self.0.0.invites.open(code, lasts, tries)
    }

    /// Takes back the invitation that is open, if one is.
    pub fn cancel_invite(&self) {
        self.0.0.invites.cancel();
    }

    /// Asks the device that invites with `code` to be let in: at one of its addresses, or, if none
    /// are given, wherever on the local network one is.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn join(
        &self,
        code: &str,
        addresses: &[SocketAddr],
        introduction: Bytes,
    ) -> Result<Welcome, JoinError> {
        pairing::join(&self.0.0, code, addresses, introduction).await
    }

    /// Takes devices in that a person compares digits with, from now on, or none. Each comes as one
    /// [`Event::Comparing`](crate::Event::Comparing).
    pub fn offer(&self, offered: bool) {
        if self.0.0.gate.offer(offered) {
            self.0.0.announce();
        }
    }

    /// Asks the device at one of these addresses to be let in by digits that a person compares.
    ///
    /// # Errors
    /// [`CompareError`].
    pub async fn compare(
        &self,
        addresses: &[SocketAddr],
        newcomer: Newcomer,
    ) -> Result<Comparison, CompareError> {
        compare::ask(&self.0.0, addresses, newcomer).await
    }

    /// Says goodbye to everyone and closes; takes a second at most.
    pub async fn close(&self) {
        let links = self.0.0.links.all();
        self.0.0.close();
        if links.is_empty() {
            // Whoever was only being dialled waits for no goodbye, and would be waited for.
            return;
        }
        let said = timeout(GOODBYE_TIME, async {
            for link in &links {
                link.ended().await;
            }
            self.0.0.quic.wait_idle().await;
        });
        if said.await.is_err() {
            tracing::debug!("not every goodbye was heard");
        }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.0.0
    }

    /// From now on nothing reaches this endpoint and nothing leaves it, as if the machine was off.
    #[cfg(test)]
    pub(crate) fn pretend_death(&self) {
        self.0.0.dialler.stop();
        for task in self.0.0.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
        let dead = Arc::new(crate::tests::DeadSocket(self.listen_address()));
        assert!(self.0.0.quic.rebind_abstract(dead).is_ok());
    }

    /// Fetches go over QUIC for the next minute.
    #[cfg(test)]
    pub(crate) fn forbid_tcp(&self) {
        self.0.0.links.all().iter().for_each(|link| link.pool.close());
    }

    fn sendable(&self, device: DeviceId) -> Result<Arc<Link>, SendError> {
        let sendable = self.0.0.sendable.lock().unwrap_or_else(PoisonError::into_inner);
        sendable.get(&device).map(Arc::clone).ok_or(SendError::Down)
    }
}

fn view(link: &Link) -> LinkView {
    let stats = link.connection.stats();
    LinkView {
        device: link.device,
        address: link.address,
        rtt: link.connection.rtt(),
        sent: stats.udp_tx.bytes + link.bulk_sent.load(Ordering::Relaxed),
        received: stats.udp_rx.bytes + link.bulk_received.load(Ordering::Relaxed),
    }
}

/// Both sockets, on one port number if that is possible.
fn bind(config: &Config) -> io::Result<(quinn::Endpoint, Option<TcpListener>)> {
    let mut tries = if config.listen.port() == 0 { PORTS_TRIED } else { 1 };
    let (udp, listener) = loop {
        let udp = tuning::udp_socket(config.listen)?;
        match bulk::bind(udp.local_addr()?) {
            Ok(listener) => break (udp, Some(listener)),
            Err(error) if tries <= 1 => {
                tracing::warn!(%error, "no TCP port for bulk bytes");
                break (udp, None);
            }
            Err(_taken) => tries -= 1,
        }
    };
    // The same at every start, so that a device that was started again can tell the others that
    // their old connections mean nothing to it.
    let secret = config.identity.derive("homefold 2026 QUIC stateless reset");
    let reset = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
    let settings = EndpointConfig::new(Arc::new(reset));
    let unanswering = accept::refuse_by_default(&config.identity)?;
    let runtime = Arc::new(TokioRuntime);
    Ok((quinn::Endpoint::new(settings, Some(unanswering), udp, runtime)?, listener))
}

fn start(shared: &Arc<Shared>, listener: Option<TcpListener>) {
    shared.keep_task(tokio::spawn(accept::accept(Arc::clone(shared))));
    shared.keep_task(tokio::spawn(surroundings::watch(Arc::clone(shared))));
    if let Some(listener) = listener {
        shared.keep_task(tokio::spawn(bulk::listen(listener, Arc::clone(shared))));
    }
    let inviting = Arc::clone(shared);
    shared.keep_task(tokio::spawn(async move { pairing::report(&inviting).await }));
    if shared.discovery.is_some() {
        let listening = Arc::clone(shared);
        shared.keep_task(tokio::spawn(async move {
            if let Some(discovery) = &listening.discovery {
                discovery.listen(&listening).await;
            }
        }));
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({:?} at {})", self.device(), self.listen_address())
    }
}
