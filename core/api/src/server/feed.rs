//! Answers that come bit by bit, as lines of JSON.
//!
//! A view is a line; an error is the line `{"error":…}` and the last. An empty line says that
//! nothing happened: without it neither side would notice that the other is gone.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::{Body, Frame};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::STREAM_BEAT;
use crate::error::{ApiError, ErrorCode};

/// What an operation that answers bit by bit hands back: the end of the channel ends the answer,
/// and so does an error in it. Make it with room for [`FEED_MAX`].
pub type Feed<T> = mpsc::Receiver<Result<T, ApiError>>;

/// How many views may wait for a slow client.
pub const FEED_MAX: usize = 256;

/// A feed as the body of an HTTP answer.
pub(super) struct FeedBody<T> {
    feed: Option<Feed<T>>,
    beat: Interval,
}

impl<T> FeedBody<T> {
    pub(super) fn new(feed: Feed<T>) -> Self {
        let mut beat = interval(STREAM_BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { feed: Some(feed), beat }
    }
}

// Nothing in it is pinned: the body may move between polls.
impl<T> Unpin for FeedBody<T> {}

impl<T: Serialize> Body for FeedBody<T> {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        let mut lines = Vec::new();
        for _ in 0..FEED_MAX {
            let Some(feed) = &mut this.feed else { break };
            match feed.poll_recv(context) {
                Poll::Ready(Some(item)) => {
                    if append(&mut lines, item) {
                        this.feed = None;
                    }
                }
                Poll::Ready(None) => this.feed = None,
                Poll::Pending => break,
            }
        }
        if lines.is_empty() && this.feed.is_none() {
            return Poll::Ready(None);
        }
        if lines.is_empty() {
            // The first beat comes at once: it carries the headers to the client.
            if this.beat.poll_tick(context).is_pending() {
                return Poll::Pending;
            }
            lines.push(b'\n');
        }
        Poll::Ready(Some(Ok(Frame::data(lines.into()))))
    }
}

/// Appends one line; whether it is the last.
fn append<T: Serialize>(lines: &mut Vec<u8>, item: Result<T, ApiError>) -> bool {
    let before = lines.len();
    let (written, last) = match item {
        Ok(view) => (serde_json::to_writer(&mut *lines, &view), false),
        Err(error) => (serde_json::to_writer(&mut *lines, &ErrorLine { error }), true),
    };
    if let Err(cause) = written {
        lines.truncate(before);
        let error = ApiError::new(ErrorCode::Internal).because(cause);
        append::<()>(lines, Err(error));
        return true;
    }
    lines.push(b'\n');
    last
}

#[derive(Serialize)]
struct ErrorLine {
    error: ApiError,
}
