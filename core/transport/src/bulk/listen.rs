//! Taking bulk connections over TCP: on the same port number as QUIC, from the same members.
//!
//! Invariants: TLS refuses whoever is no member; a connection serves nothing until its device has a
//! link, and ends with it; handshakes and connections are bounded.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use model::DeviceId;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::{sleep, timeout};

use super::session::{Kind, Session, SessionError};
use super::{REQUEST_MAX, REQUEST_TIME, Reply, freight, opened};
use crate::event::Event;
use crate::link::Link;
use crate::shared::Shared;
use crate::tls::{self, Door};

/// Handshakes under way at once.
const HANDSHAKES_MAX: usize = 32;
/// Bulk connections from all devices at once.
const CONNECTIONS_MAX: usize = 256;
/// Bulk connections waiting to be taken by this process.
const BACKLOG: i32 = 128;
/// How long TLS may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(5);
/// How long the link may be behind its first bulk connection.
const LINK_TIME: Duration = Duration::from_secs(3);
/// How long a connection may be idle; longer than the dialling side keeps it.
const KEEP_TIME: Duration = Duration::from_secs(90);
/// Paths that take this long are hardly cables within a house.
const RTT_OF_RADIO: Duration = Duration::from_millis(2);
/// A pause after the system refused to take a connection (no file descriptors, mostly).
const PAUSE: Duration = Duration::from_millis(200);

/// A TCP socket beside the UDP one at `address`.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listening = socket_at(address).or_else(|error| match address {
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => {
            socket_at((Ipv4Addr::UNSPECIFIED, v6.port()).into()).map_err(|_same| error)
        }
        SocketAddr::V6(_) | SocketAddr::V4(_) => Err(error),
    })?;
    TcpListener::from_std(listening.into())
}

fn socket_at(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    // On other systems this would let a second process take the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket)
}

/// Takes connections until the endpoint closes.
pub(crate) async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(handshake) = Arc::clone(&handshakes).acquire_owned().await else { return };
        let socket = match listener.accept().await {
            Ok((socket, _address)) => socket,
            Err(error) => {
                tracing::debug!(%error, "taking a bulk connection");
                sleep(PAUSE).await;
                continue;
            }
        };
        // Beyond the limit the caller finds the connection closed and uses its link.
        if let Ok(connection) = Arc::clone(&connections).try_acquire_owned() {
            tokio::spawn(take(socket, Arc::clone(&shared), handshake, connection));
        }
    }
}

async fn take(
    socket: TcpStream,
    shared: Arc<Shared>,
    handshake: OwnedSemaphorePermit,
    _connection: OwnedSemaphorePermit,
) {
    let shaken = timeout(HANDSHAKE_TIME, shake_hands(socket, &shared)).await;
    drop(handshake);
    let (session, device) = match shaken {
        Ok(Ok(shaken)) => shaken,
        Ok(Err(error)) => return tracing::debug!(%error, "bulk connection refused"),
        Err(_late) => return,
    };
    let _late = timeout(LINK_TIME, shared.links.until(device, true)).await;
    let Some(link) = shared.links.get(device) else { return };
    if link.connection.rtt() >= RTT_OF_RADIO {
        session.expect_loss();
    }
    tokio::select! {
        _reason = link.gone() => {}
        () = serve(session, &link, &shared) => {}
    }
}

async fn shake_hands(
    socket: TcpStream,
    shared: &Shared,
) -> Result<(Session, DeviceId), SessionError> {
    let config = tls::server(&shared.identity, Arc::clone(&shared.members), &[Door::Bulk])?;
    Session::answer(socket, config).await
}

/// Requests and answers in turns.
async fn serve(mut session: Session, link: &Arc<Link>, shared: &Shared) {
    loop {
        match timeout(KEEP_TIME, readable(&mut session)).await {
            Ok(true) => {}
            Ok(false) | Err(_) => return,
        }
        let request = match timeout(REQUEST_TIME, incoming(&mut session, REQUEST_MAX + 1)).await {
            Ok(Ok(Some(Incoming::Message(request)))) => request,
            Ok(Ok(Some(Incoming::Freight(link_number)))) => {
                return freight::unload(session, link, link_number).await;
            }
            Ok(Ok(None)) | Err(_) => return,
            Ok(Err(error)) => return tracing::debug!(device = ?link.device, %error, "request"),
        };
        let Some((lane, request)) = opened(request) else { return };
        let (back, whole) = oneshot::channel();
        let reply = Reply::over_tcp(session, Arc::clone(link), back);
        let event = Event::Fetch { device: link.device, lane, request, reply };
        if !shared.events.send(event).await {
            return;
        }
        match whole.await {
            Ok(again) => session = again,
            Err(_broken_off) => return,
        }
    }
}

/// Waits for the first bytes of a request; `false` when there will be none.
async fn readable(session: &mut Session) -> bool {
    session.has_bytes() || session.fill().await.unwrap_or(false)
}

/// What a caller sends in its turn.
pub(super) enum Incoming {
    /// A request, or a control frame.
    Message(Bytes),
    /// Control frames of this adoption follow.
    Freight(u64),
}

/// The next thing that the caller sends, `limit` bytes at most; `None` if it hung up before.
pub(super) async fn incoming(
    session: &mut Session,
    limit: usize,
) -> Result<Option<Incoming>, SessionError> {
    let mut message = BytesMut::new();
    loop {
        let (kind, piece) = match session.read().await? {
            Some(read) => read,
            None if message.is_empty() => return Ok(None),
            None => return Err(SessionError::Kind),
        };
        if message.len() + piece.len() > limit {
            return Err(SessionError::Kind);
        }
        match kind {
            Kind::RequestEnd if message.is_empty() => return Ok(Some(Incoming::Message(piece))),
            Kind::Request | Kind::RequestEnd => message.extend_from_slice(&piece),
            Kind::Freight if message.is_empty() => {
                let number = piece.first_chunk().ok_or(SessionError::Kind)?;
                return Ok(Some(Incoming::Freight(u64::from_be_bytes(*number))));
            }
            Kind::Freight | Kind::Answer | Kind::End | Kind::Broken => {
                return Err(SessionError::Kind);
            }
        }
        if kind == Kind::RequestEnd {
            return Ok(Some(Incoming::Message(message.freeze())));
        }
    }
}
