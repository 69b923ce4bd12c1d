//! The asking end of a fetch.
//!
//! Invariant: the stream ends without an error only after the other side said that the answer is
//! whole. A TCP connection that turns out to be dead before anything came is replaced by a stream
//! of the link, unseen.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use model::DeviceId;
use quinn::{ReadError, RecvStream};
use tokio::time::timeout;

use super::pool::Leased;
use super::session::{Kind, SessionError};
use super::{IDLE_MAX, Lane, REQUEST_MAX};
use crate::frames;
use crate::link::Link;
use crate::shared::Shared;

/// How long a fetch may wait for one of the link's streams to become free.
const OPEN_TIME: Duration = Duration::from_secs(10);
/// What is taken from a stream at once.
const READ_MAX: usize = 256 << 10;

/// Why a fetch did not bring the whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No connection, or it ended.
    #[error("the device is not connected")]
    Down,
    /// Longer than [`REQUEST_MAX`].
    #[error("a request of {0} bytes is too long")]
    TooLong(usize),
    /// The device has too many fetches open, or sent nothing for [`IDLE_MAX`].
    #[error("the device does not answer")]
    Stalled,
    /// The device gave up.
    #[error("the device broke the answer off")]
    BrokenOff,
    /// The answer was whole, but shorter than what was wanted.
    #[error("the answer ended early")]
    Ended,
}

/// The answer to a fetch, as it comes. Dropping it tells the other side to stop.
pub struct FetchStream {
    link: Arc<Link>,
    source: Source,
    pending: Bytes,
    /// What to ask again over the link, while nothing has come.
    again: Option<(Lane, Bytes)>,
}

enum Source {
    Quic(RecvStream),
    Tcp(Box<Leased>),
    /// The answer was whole, or failed.
    Spent(Result<(), FetchError>),
}

/// Asks `device`.
pub(crate) async fn fetch(
    shared: &Shared,
    device: DeviceId,
    lane: Lane,
    request: Bytes,
) -> Result<FetchStream, FetchError> {
    if request.len() > REQUEST_MAX {
        return Err(FetchError::TooLong(request.len()));
    }
    let link = shared.links.get(device).ok_or(FetchError::Down)?;
    let mut framed = BytesMut::with_capacity(1 + request.len());
    framed.extend_from_slice(&[lane.byte()]);
    framed.extend_from_slice(&request);
    let framed = framed.freeze();
    if let Some(mut leased) = link.pool.lease(&link, shared, lane).await {
        let asked = timeout(IDLE_MAX, leased.session.message(&framed)).await;
        if matches!(asked, Ok(Ok(()))) {
            let source = Source::Tcp(Box::new(leased));
            return Ok(FetchStream {
                link,
                source,
                pending: Bytes::new(),
                again: Some((lane, framed)),
            });
        }
    }
    let source = Source::Quic(over_link(&link, lane, framed).await?);
    Ok(FetchStream { link, source, pending: Bytes::new(), again: None })
}

async fn over_link(link: &Link, lane: Lane, framed: Bytes) -> Result<RecvStream, FetchError> {
    let opened = timeout(OPEN_TIME, async {
        let (mut writer, reader) =
            link.connection.open_bi().await.map_err(|_closed| FetchError::Down)?;
        // The request is short and urgent whatever its answer is.
        let _closed_is_seen_when_written = writer.set_priority(Lane::Urgent.priority());
        frames::write(&mut writer, framed).await.map_err(|_closed| FetchError::Down)?;
        let _closed_is_seen_when_read = writer.finish();
        Ok(reader)
    });
    tracing::trace!(device = ?link.device, ?lane, "fetch over the link");
    opened.await.map_err(|_late| FetchError::Stalled)?
}

impl FetchStream {
    /// The next bytes, as they came; `None` after the whole answer.
    ///
    /// # Errors
    /// [`FetchError`]; the answer is then not whole, and stays so.
    pub async fn read_chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        if !self.pending.is_empty() {
            return Ok(Some(std::mem::take(&mut self.pending)));
        }
        loop {
            let outcome = match &mut self.source {
                Source::Quic(stream) => {
                    let outcome = read_stream(stream).await;
                    return self.checked(outcome);
                }
                Source::Tcp(leased) => read_session(leased, &self.link).await,
                Source::Spent(outcome) => return outcome.map(|()| None),
            };
            match (outcome, self.again.take()) {
                (Err(FetchError::Down), Some((lane, framed))) if !self.link.is_gone() => {
                    let reopened = over_link(&self.link, lane, framed).await;
                    self.source = match reopened {
                        Ok(stream) => Source::Quic(stream),
                        Err(error) => Source::Spent(Err(error)),
                    };
                }
                (outcome, _) => return self.taken(outcome),
            }
        }
    }

    /// The next `length` bytes; without a copy when they came in one piece.
    ///
    /// # Errors
    /// [`FetchError`], and [`FetchError::Ended`] if the answer is shorter.
    pub async fn read_exact(&mut self, length: usize) -> Result<Bytes, FetchError> {
        let mut whole = BytesMut::new();
        loop {
            let missing = length - whole.len();
            if missing == 0 {
                return Ok(whole.freeze());
            }
            let mut chunk = self.read_chunk().await?.ok_or(FetchError::Ended)?;
            if chunk.len() > missing {
                self.pending = chunk.split_off(missing);
            }
            if chunk.len() == length {
                return Ok(chunk);
            }
            if whole.is_empty() {
                // The sender chose the length; memory follows what really comes.
                whole.reserve(length.min(READ_MAX * 4));
            }
            whole.extend_from_slice(&chunk);
        }
    }

    /// Where the answer comes from, for logs: `quic` or `tcp`.
    #[must_use]
    pub fn path(&self) -> &'static str {
        match self.source {
            Source::Quic(_) => "quic",
            Source::Tcp(_) => "tcp",
            Source::Spent(_) => "done",
        }
    }

    /// Counts what came over TCP, and puts the connection back after a whole answer.
    fn taken(
        &mut self,
        outcome: Result<Option<Bytes>, FetchError>,
    ) -> Result<Option<Bytes>, FetchError> {
        if let Ok(Some(bytes)) = &outcome {
            self.link.count_received(bytes.len());
        }
        if let Ok(None) | Err(FetchError::BrokenOff) = &outcome {
            let spent = Source::Spent(Ok(()));
            if let Source::Tcp(leased) = std::mem::replace(&mut self.source, spent) {
                self.link.pool.give_back(*leased);
            }
        }
        self.checked(outcome)
    }

    fn checked(
        &mut self,
        outcome: Result<Option<Bytes>, FetchError>,
    ) -> Result<Option<Bytes>, FetchError> {
        match outcome {
            Ok(Some(_)) => {}
            Ok(None) => self.source = Source::Spent(Ok(())),
            Err(error) => self.source = Source::Spent(Err(error)),
        }
        outcome
    }
}

async fn read_stream(stream: &mut RecvStream) -> Result<Option<Bytes>, FetchError> {
    match timeout(IDLE_MAX, stream.read_chunk(READ_MAX, true)).await {
        Ok(Ok(chunk)) => Ok(chunk.map(|chunk| chunk.bytes)),
        Ok(Err(ReadError::Reset(_))) => Err(FetchError::BrokenOff),
        Ok(Err(
            ReadError::ConnectionLost(_)
            | ReadError::ClosedStream
            | ReadError::IllegalOrderedRead
            | ReadError::ZeroRttRejected,
        )) => Err(FetchError::Down),
        Err(_late) => Err(FetchError::Stalled),
    }
}

/// Reads one message. What has come already costs no system call and no timer.
async fn read_session(leased: &mut Leased, link: &Link) -> Result<Option<Bytes>, FetchError> {
    let session = &mut leased.session;
    let message = match session.ready() {
        Ok(Some(message)) => Ok(Some(message)),
        Ok(None) => tokio::select! {
            biased;
            read = timeout(IDLE_MAX, session.read()) => read.map_err(|_late| FetchError::Stalled)?,
            _reason = link.gone() => return Err(FetchError::Down),
        },
        Err(error) => Err(error),
    };
    if let Err(error) = &message {
        tracing::debug!(device = ?link.device, %error, "bulk connection");
    }
    match message {
        Ok(Some((Kind::Answer, bytes))) => Ok(Some(bytes)),
        Ok(Some((Kind::End, _))) => Ok(None),
        Ok(Some((Kind::Broken, _))) => Err(FetchError::BrokenOff),
        Ok(Some((Kind::Request | Kind::RequestEnd | Kind::Freight, _)) | None)
        | Err(
            SessionError::Io(_)
            | SessionError::Tls(_)
            | SessionError::Record(_)
            | SessionError::Handshake
            | SessionError::Nameless
            | SessionError::Kind,
        ) => Err(FetchError::Down),
    }
}

impl fmt::Debug for FetchStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FetchStream({:?} by {})", self.link.device, self.path())
    }
}
