//! Whole endpoints talking to each other within one process, over loopback.
#![expect(clippy::wildcard_enum_match_arm, reason = "a test names what it waits for")]

mod bulk;
mod compare;
mod hostile;
mod links;
#[cfg(target_os = "linux")]
mod namespaces;
mod pairing;

use std::collections::HashSet;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use model::DeviceId;
use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, UdpPoller};
use tokio::time::timeout;

use crate::{Config, DownReason, Endpoint, Event, Events, Identity, Members};

/// No wait in these tests is longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The members of a home, which all its devices in a test share.
#[derive(Debug, Clone, Default)]
struct Home(Arc<Mutex<HashSet<DeviceId>>>);

impl Members for Home {
    fn admits(&self, device: &DeviceId) -> bool {
        self.0.lock().unwrap().contains(device)
    }
}

impl Home {
    fn admit(&self, device: DeviceId) {
        self.0.lock().unwrap().insert(device);
    }

    fn remove(&self, device: DeviceId) {
        self.0.lock().unwrap().remove(&device);
    }

    /// A device that is a member.
    fn member(&self) -> Device {
        let device = Device::new(Identity::generate().unwrap(), self.clone());
        self.admit(device.id());
        device
    }

    /// Two members, the one with the smaller id first.
    fn pair(&self) -> (Device, Device) {
        let (a, b) = (self.member(), self.member());
        if a.id() < b.id() { (a, b) } else { (b, a) }
    }

    /// A device that is no member.
    fn stranger(&self) -> Device {
        Device::new(Identity::generate().unwrap(), self.clone())
    }
}

struct Device {
    endpoint: Endpoint,
    events: Events,
}

impl Device {
    fn new(identity: Identity, home: Home) -> Self {
        Self::at(identity, home, ([127, 0, 0, 1], 0).into())
    }

    fn at(identity: Identity, home: Home, listen: SocketAddr) -> Self {
        let hello = Bytes::from(format!("I am {}", identity.device()));
        let (endpoint, events) = Endpoint::bind(Config {
            identity: Arc::new(identity),
            listen,
            members: Arc::new(home),
            discovery: false,
            home_key: None,
            hello,
        })
        .unwrap();
        Self { endpoint, events }
    }

    fn id(&self) -> DeviceId {
        self.endpoint.device()
    }

    fn address(&self) -> SocketAddr {
        self.endpoint.listen_address()
    }

    /// Keeps `others` connected from now on.
    fn keep(&self, others: &[&Self]) {
        let wanted = others.iter().map(|other| (other.id(), vec![other.address()]));
        self.endpoint.keep(wanted.collect());
    }

    async fn next(&mut self) -> Event {
        timeout(PATIENCE, self.events.recv()).await.expect("an event in time").unwrap()
    }

    /// Waits until `other` is up, which must be the next thing that happens to it.
    async fn up(&mut self, other: DeviceId) -> Bytes {
        match self.next_but_link_changed().await {
            Event::Up { device, hello, .. } if device == other => hello,
            event => panic!("{event:?} instead of up"),
        }
    }

    async fn down(&mut self, other: DeviceId) -> DownReason {
        match self.next_but_link_changed().await {
            Event::Down { device, reason } if device == other => reason,
            event => panic!("{event:?} instead of down"),
        }
    }

    async fn frame(&mut self) -> Bytes {
        match self.next_but_link_changed().await {
            Event::Frame { frame, .. } => frame,
            event => panic!("{event:?} instead of a frame"),
        }
    }

    /// Other programs may change the network of this machine while a test runs.
    async fn next_but_link_changed(&mut self) -> Event {
        loop {
            match self.next().await {
                Event::LinkChanged => {}
                event => return event,
            }
        }
    }

    /// Nothing may happen for a moment.
    async fn quiet(&mut self) {
        let event = timeout(Duration::from_millis(700), self.next_but_link_changed()).await;
        assert!(event.is_err(), "{event:?}");
    }
}

/// Swallows what is sent and never receives anything.
#[derive(Debug)]
pub(crate) struct DeadSocket(pub(crate) SocketAddr);

impl AsyncUdpSocket for DeadSocket {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Box::pin(AlwaysReady)
    }

    fn try_send(&self, _transmit: &Transmit<'_>) -> io::Result<()> {
        Ok(())
    }

    fn poll_recv(
        &self,
        _context: &mut Context<'_>,
        _buffers: &mut [IoSliceMut<'_>],
        _meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        Poll::Pending
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.0)
    }
}

#[derive(Debug)]
struct AlwaysReady;

impl UdpPoller for AlwaysReady {
    fn poll_writable(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Two members that are connected, the one with the smaller id first.
async fn connected() -> (Home, Device, Device) {
    let home = Home::default();
    let (mut a, mut b) = home.pair();
    a.keep(&[&b]);
    a.up(b.id()).await;
    b.up(a.id()).await;
    (home, a, b)
}
