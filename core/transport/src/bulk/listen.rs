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
use super::{REQUEST_MAX, REQUEST_TIME, Reply, opened};
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
        let request = match timeout(REQUEST_TIME, request(&mut session)).await {
            Ok(Ok(Some(request))) => request,
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

async fn request(session: &mut Session) -> Result<Option<Bytes>, SessionError> {
    let mut request = BytesMut::new();
    loop {
        let Some((kind, piece)) = session.read().await? else { return Ok(None) };
        if request.len() + piece.len() > REQUEST_MAX + 1 {
            return Err(SessionError::Kind);
        }
        request.extend_from_slice(&piece);
        match kind {
            Kind::Request => {}
            Kind::RequestEnd => return Ok(Some(request.freeze())),
            Kind::Answer | Kind::End | Kind::Broken => return Err(SessionError::Kind),
        }
    }
}
