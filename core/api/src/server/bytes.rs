//! Answers that are bytes: the content of a file.
//!
//! Their number is told first. If they can't all be had the answer breaks off, which its reader notices;
//! asked again from there, the service says why.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

use crate::error::ApiError;

/// Bytes as they come.
#[derive(Debug)]
pub struct ByteFeed {
    /// How many there will be.
    pub length: u64,
    /// The bytes; an error ends them.
    pub feed: mpsc::Receiver<Result<Bytes, ApiError>>,
}

/// A feed as the body of an HTTP answer.
pub(super) struct ByteBody {
    left: u64,
    feed: mpsc::Receiver<Result<Bytes, ApiError>>,
}

/// The answer ends before its end.
#[derive(Debug, thiserror::Error)]
#[error("the bytes end early")]
pub(super) struct EndsEarly;

impl ByteBody {
    pub(super) fn new(bytes: ByteFeed) -> Self {
        Self { left: bytes.length, feed: bytes.feed }
    }
}

impl Body for ByteBody {
    type Data = Bytes;
    type Error = EndsEarly;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, EndsEarly>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let next = std::task::ready!(self.feed.poll_recv(context));
        let Some(Ok(bytes)) = next else { return Poll::Ready(Some(Err(EndsEarly))) };
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
