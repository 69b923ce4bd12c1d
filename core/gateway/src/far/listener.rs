//! Takes connections and speaks TLS with them before anybody hears of them.
//!
//! Each handshake is a task of its own with a deadline, a bounded number at once: whoever says nothing keeps
//! nobody else waiting.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api::server::Listen;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::{Certificate, CertificateError};

/// How long a handshake may take.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// Handshakes at once; more wait in the system's queue.
const HANDSHAKES_MAX: usize = 64;
/// Connections that wait to be served.
const READY_MAX: usize = 16;

/// An open door that speaks TLS.
pub struct Listener {
    ready: Mutex<mpsc::Receiver<TlsStream<TcpStream>>>,
    accepting: JoinHandle<()>,
}

impl Listener {
    /// Opens it, and where it is; port 0 takes a free one.
    ///
    /// # Errors
    /// What the system refuses; a certificate that can't be used.
    pub async fn bind(
        address: SocketAddr,
        certificate: &Certificate,
    ) -> io::Result<(Self, SocketAddr)> {
        let acceptor =
            certificate.acceptor().map_err(|error: CertificateError| io::Error::other(error))?;
        let listener = TcpListener::bind(address).await?;
        let bound = listener.local_addr()?;
        let (done, ready) = mpsc::channel(READY_MAX);
        let accepting = tokio::spawn(accept(listener, acceptor, done));
        Ok((Self { ready: Mutex::new(ready), accepting }, bound))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listen for Listener {
    type Connection = TlsStream<TcpStream>;

    async fn next(&self) -> io::Result<Self::Connection> {
        let next = self.ready.lock().await.recv().await;
        next.ok_or_else(|| io::ErrorKind::BrokenPipe.into())
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    done: mpsc::Sender<TlsStream<TcpStream>>,
) {
    let room = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // The system is out of something: that must not make this loop spin.
            Err(_) => {
                sleep(Duration::from_millis(10)).await;
                continue;
            }
        };
        let (acceptor, done) = (acceptor.clone(), done.clone());
        tokio::spawn(async move {
            let _place = place;
            // Only a slow answer: it works without.
            let _slower = stream.set_nodelay(true);
            // Whoever speaks no TLS is not answered.
            if let Ok(Ok(stream)) = timeout(HANDSHAKE_MAX, acceptor.accept(stream)).await {
                // An error means that the door is shut.
                let _shut = done.send(stream).await;
            }
        });
    }
}
