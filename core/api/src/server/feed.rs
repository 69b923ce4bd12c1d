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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use axum::Router;
    use axum::extract::Request;
    use axum::routing::get;
    use tokio::sync::mpsc::Sender;
    use tokio::time::timeout;

    use super::*;
    use crate::client::{Client, Lines};
    use crate::request::LogsRequest;
    use crate::route;
    use crate::server::{Door, answer};
    use crate::view::LogView;

    type Tap = Sender<Result<LogView, ApiError>>;

    /// A client that reads the log of a service, and the other end of what it reads.
    async fn opened() -> (tempfile::TempDir, Tap, Lines<LogView>) {
        let dir = tempfile::tempdir().unwrap();
        let door = Door::unix(&dir.path().join(crate::SOCKET_NAME)).await.unwrap();
        let (tap, feed) = mpsc::channel(FEED_MAX);
        let feed = Arc::new(Mutex::new(Some(feed)));
        let handler = move |request: Request| {
            let feed = feed.lock().unwrap().take();
            answer::many(&route::LOGS, request, |_: LogsRequest| async move {
                feed.ok_or_else(|| ApiError::new(ErrorCode::Busy))
            })
        };
        let router = Router::new().route(route::LOGS.path, get(handler));
        tokio::spawn(door.serve(router, std::future::pending()));
        let request = LogsRequest { lines: 1, follow: true };
        let lines = Client::new(dir.path()).logs(&request).await.unwrap();
        (dir, tap, lines)
    }

    fn line(n: usize) -> Result<LogView, ApiError> {
        Ok(LogView { line: format!("line {n} {}", "x".repeat(n % 300)) })
    }

    #[tokio::test]
    async fn the_service_learns_that_nobody_listens_any_more() {
        let (_dir, tap, mut lines) = opened().await;
        tap.send(line(0)).await.unwrap();
        assert!(lines.next().await.unwrap().is_some());
        drop(lines);
        assert!(timeout(Duration::from_secs(5), tap.closed()).await.is_ok());
    }

    #[tokio::test]
    async fn many_views_arrive_whole_and_in_order() {
        let (_dir, tap, mut lines) = opened().await;
        let sending = tokio::spawn(async move {
            for n in 0..5_000 {
                tap.send(line(n)).await.unwrap();
            }
        });
        for n in 0..5_000 {
            assert_eq!(lines.next().await, line(n).map(Some));
        }
        assert_eq!(lines.next().await, Ok(None));
        sending.await.unwrap();
    }

    #[tokio::test]
    async fn an_answer_that_has_nothing_to_say_stays_open() {
        let (_dir, tap, mut lines) = opened().await;
        tokio::time::pause();
        assert!(timeout(4 * STREAM_BEAT, lines.next()).await.is_err());
        assert!(!tap.is_closed());
    }
}
