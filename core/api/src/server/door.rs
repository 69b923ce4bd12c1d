//! Where clients come in.
//!
//! The Unix socket is 0600 in a 0700 directory, and every connection's user is checked besides. TCP
//! is for loopback only and asks for a token, or leaves it to the routes to judge who comes. Both take a bounded number of connections at once and
//! bound the time that a client may take to send its headers.

use std::fs;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::answer;
use super::guard::{Guard, Token};
use crate::socket::{ShortPath, this_user};

/// Connections at once; more wait in the system's queue.
const CONNECTIONS_MAX: usize = 256;
/// How long a client may take to send the head of a request.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// How long an old socket's owner may take to answer before it is believed to live.
const STALE_DEADLINE: Duration = Duration::from_secs(1);
/// How long requests under way may go on when the door closes.
const CLOSE_DEADLINE: Duration = Duration::from_millis(500);

/// Why a door can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// Another service answers there.
    #[error("another service is running for {}", .0.display())]
    Taken(PathBuf),
    /// The directory belongs to another user.
    #[error("the directory {} belongs to another user", .0.display())]
    ForeignDirectory(PathBuf),
    /// TCP is for this computer alone.
    #[error("{0} is no loopback address")]
    NotLoopback(SocketAddr),
    /// The system refused.
    #[error("opening the door at {place}")]
    Io {
        /// The path or address.
        place: String,
        /// What the system said.
        source: io::Error,
    },
}

/// A place where clients come in: bound at once, open while it is served.
pub struct Door {
    place: String,
    listener: Listener,
}

enum Listener {
    Unix { listener: UnixListener, path: PathBuf },
    Tcp { listener: TcpListener, guard: Arc<Guard> },
    Open { listener: TcpListener },
}

impl Door {
    /// Binds the Unix socket at `path`; its directory is made, or made private, and a socket that
    /// nobody answers any more is replaced.
    ///
    /// # Errors
    /// [`DoorError::Taken`] if another service answers there; else what the system refuses.
    pub async fn unix(path: &Path) -> Result<Self, DoorError> {
        let place = path.display().to_string();
        let io = |source| DoorError::Io { place: place.clone(), source };
        let directory = path.parent().unwrap_or(Path::new("."));
        make_private(directory)
            .map_err(io)?
            .then_some(())
            .ok_or_else(|| DoorError::ForeignDirectory(directory.to_owned()))?;
        let short = ShortPath::of(path).map_err(io)?;
        if answers(&short).await {
            return Err(DoorError::Taken(directory.to_owned()));
        }
        match fs::remove_file(path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(io(cause)),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(short.as_path()).map_err(io)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(io)?;
        Ok(Self { place, listener: Listener::Unix { listener, path: path.to_owned() } })
    }

    /// Binds a loopback address; port 0 takes a free one.
    ///
    /// # Errors
    /// [`DoorError::NotLoopback`] for any other address; else what the system refuses.
    pub async fn tcp(address: SocketAddr, token: Token) -> Result<Self, DoorError> {
        let (listener, bound) = loopback(address).await?;
        let guard = Arc::new(Guard::new(bound, token));
        Ok(Self { place: bound.to_string(), listener: Listener::Tcp { listener, guard } })
    }

    /// The same without a token, and where it is: its routes judge who may come in.
    ///
    /// # Errors
    /// As for [`Door::tcp`].
    pub async fn for_browsers(address: SocketAddr) -> Result<(Self, SocketAddr), DoorError> {
        let (listener, bound) = loopback(address).await?;
        Ok((Self { place: bound.to_string(), listener: Listener::Open { listener } }, bound))
    }

    /// The path of the socket, or the address with its port.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Lets clients in until `stop` is done; then requests under way have a moment to end.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        match self.listener {
            Listener::Unix { listener, path } => {
                accept(&listener, router, stop).await;
                // Best effort: a socket that stays is noticed as stale by the next start.
                let _ = fs::remove_file(path);
            }
            Listener::Tcp { listener, guard } => {
                accept(&listener, router.layer(from_fn_with_state(guard, guarded)), stop).await;
            }
            Listener::Open { listener } => accept(&listener, router, stop).await,
        }
    }
}

/// What gives connections.
pub trait Listen {
    /// What bytes travel on.
    type Connection: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The next connection that may come in.
    ///
    /// An error is no end: the next one may come in a moment later.
    fn next(&self) -> impl Future<Output = io::Result<Self::Connection>> + Send;
}

impl Listen for UnixListener {
    type Connection = UnixStream;

    async fn next(&self) -> io::Result<UnixStream> {
        let stream = self.accept().await?.0;
        if stream.peer_cred()?.uid() == this_user() {
            Ok(stream)
        } else {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
}

impl Listen for TcpListener {
    type Connection = TcpStream;

    async fn next(&self) -> io::Result<TcpStream> {
        let stream = self.accept().await?.0;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

async fn loopback(address: SocketAddr) -> Result<(TcpListener, SocketAddr), DoorError> {
    if !address.ip().is_loopback() {
        return Err(DoorError::NotLoopback(address));
    }
    let io = |source| DoorError::Io { place: address.to_string(), source };
    let listener = TcpListener::bind(address).await.map_err(io)?;
    let bound = listener.local_addr().map_err(io)?;
    Ok((listener, bound))
}

/// Makes `directory` exist, for this user only; false if it belongs to another one.
fn make_private(directory: &Path) -> io::Result<bool> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let found = fs::metadata(directory)?;
    if found.uid() != this_user() {
        return Ok(false);
    }
    if found.mode() & 0o077 != 0 {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
    }
    Ok(true)
}

/// Whether somebody answers at a socket; one who takes too long lives.
async fn answers(path: &ShortPath) -> bool {
    match timeout(STALE_DEADLINE, UnixStream::connect(path.as_path())).await {
        Ok(connected) => connected.is_ok(),
        Err(_) => true,
    }
}

async fn guarded(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    match guard.check(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => answer::error(&refusal),
    }
}

/// Lets whoever connects in until `stop`, a bounded number at once; the routes judge who may do what.
pub async fn accept<L: Listen>(listener: &L, router: Router, stop: impl Future<Output = ()>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let (closing, closed) = watch::channel(false);
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        while connections.try_join_next().is_some() {}
        let step = async {
            let place = Arc::clone(&room).acquire_owned().await.map_err(io::Error::other)?;
            listener.next().await.map(|connection| (place, connection))
        };
        tokio::select! {
            () = &mut stop => break,
            taken = step => match taken {
                Ok((place, connection)) => {
                    let serving = connection_of(connection, router.clone(), closed.clone());
                    connections.spawn(async move {
                        serving.await;
                        drop(place);
                    });
                }
                // A stranger, or the system is out of something: neither may make this loop spin.
                Err(_) => sleep(Duration::from_millis(10)).await,
            },
        }
    }
    let _ = closing.send(true);
    let drained = async { while connections.join_next().await.is_some() {} };
    let _ = timeout(CLOSE_DEADLINE, drained).await;
}

/// Serves one connection until it ends, or until the request under way ends once `closed`.
async fn connection_of<C>(connection: C, router: Router, mut closed: watch::Receiver<bool>)
where
    C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .serve_connection(TokioIo::new(connection), TowerToHyperService::new(router));
    tokio::pin!(serving);
    tokio::select! {
        // An error here means that the client went away: nobody is left to be told.
        _ = serving.as_mut() => return,
        _ = closed.wait_for(|closed| *closed) => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}
