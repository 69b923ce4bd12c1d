//! Where the answer to a fetch is written.
//!
//! Invariant: the other side never takes half an answer for a whole one. Only [`Reply::finish`]
//! makes it whole; [`Reply::fail`], dropping it, or any error breaks it off visibly.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use quinn::SendStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::session::{Kind, Session, SessionError};
use super::{BROKEN_OFF, IDLE_MAX};
use crate::link::Link;

/// Why an answer can't be written any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// The other side does not want it any more, or is gone.
    #[error("the device takes no more of the answer")]
    Gone,
    /// The other side took nothing for [`IDLE_MAX`].
    #[error("the device takes nothing of the answer")]
    Stalled,
}

/// The answer to one fetch.
pub struct Reply {
    sink: Sink,
}

enum Sink {
    Quic(SendStream),
    Tcp(Box<Tcp>),
    /// Whole, or broken off.
    Done,
}

struct Tcp {
    session: Session,
    link: Arc<Link>,
    back: oneshot::Sender<Session>,
}

impl Reply {
    pub(super) fn over_quic(stream: SendStream) -> Self {
        Self { sink: Sink::Quic(stream) }
    }

    pub(super) fn over_tcp(
        session: Session,
        link: Arc<Link>,
        back: oneshot::Sender<Session>,
    ) -> Self {
        Self { sink: Sink::Tcp(Box::new(Tcp { session, link, back })) }
    }

    /// Writes bytes, waiting while the other side is slower. Pieces of 64 KiB and more travel
    /// best; smaller ones wait here for company until [`Reply::flush`] or [`Reply::finish`].
    ///
    /// # Errors
    /// [`ReplyError`]; the answer is then broken off.
    pub async fn write_all(&mut self, bytes: Bytes) -> Result<(), ReplyError> {
        let written = match &mut self.sink {
            Sink::Quic(stream) => in_time(stream.write_chunk(bytes)).await,
            Sink::Tcp(tcp) => {
                tcp.link.count_sent(bytes.len());
                tcp.in_time(async |session| session.write(&bytes).await).await
            }
            Sink::Done => Err(ReplyError::Gone),
        };
        self.checked(written)
    }

    /// Sends what waits for company, before a pause.
    ///
    /// # Errors
    /// [`ReplyError`]; the answer is then broken off.
    pub async fn flush(&mut self) -> Result<(), ReplyError> {
        let flushed = match &mut self.sink {
            Sink::Quic(_) => Ok(()),
            Sink::Tcp(tcp) => tcp.in_time(Session::flush).await,
            Sink::Done => Err(ReplyError::Gone),
        };
        self.checked(flushed)
    }

    /// Makes the answer whole.
    ///
    /// # Errors
    /// [`ReplyError`] if the other side is gone.
    pub async fn finish(mut self) -> Result<(), ReplyError> {
        match std::mem::replace(&mut self.sink, Sink::Done) {
            Sink::Quic(mut stream) => stream.finish().map_err(|_closed| ReplyError::Gone),
            Sink::Tcp(mut tcp) => {
                tcp.in_time(async |session| session.end(Kind::End).await).await?;
                let Tcp { session, link: _, back } = *tcp;
                // The link may have ended meanwhile; the answer is whole all the same.
                let _ended = back.send(session);
                Ok(())
            }
            Sink::Done => Err(ReplyError::Gone),
        }
    }

    /// Tells the other side at once that there is no (more of the) answer.
    pub async fn fail(mut self) {
        if let Sink::Tcp(tcp) = &mut self.sink {
            let told = tcp.in_time(async |session| session.end(Kind::Broken).await).await;
            let done = std::mem::replace(&mut self.sink, Sink::Done);
            if told.is_ok()
                && let Sink::Tcp(tcp) = done
            {
                let _ended = tcp.back.send(tcp.session);
            }
        }
    }

    fn checked(&mut self, outcome: Result<(), ReplyError>) -> Result<(), ReplyError> {
        if outcome.is_err() {
            self.break_off();
        }
        outcome
    }

    fn break_off(&mut self) {
        if let Sink::Quic(mut stream) = std::mem::replace(&mut self.sink, Sink::Done) {
            let _already_closed = stream.reset(BROKEN_OFF);
        }
    }
}

impl Tcp {
    async fn in_time<F>(&mut self, act: F) -> Result<(), ReplyError>
    where
        F: AsyncFnOnce(&mut Session) -> Result<(), SessionError>,
    {
        tokio::select! {
            biased;
            done = in_time(act(&mut self.session)) => done,
            _reason = self.link.gone() => Err(ReplyError::Gone),
        }
    }
}

async fn in_time<E>(work: impl Future<Output = Result<(), E>>) -> Result<(), ReplyError> {
    match timeout(IDLE_MAX, work).await {
        Ok(done) => done.map_err(|_error| ReplyError::Gone),
        Err(_late) => Err(ReplyError::Stalled),
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.break_off();
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.sink {
            Sink::Quic(_) => "Reply(quic)",
            Sink::Tcp(_) => "Reply(tcp)",
            Sink::Done => "Reply(done)",
        })
    }
}
