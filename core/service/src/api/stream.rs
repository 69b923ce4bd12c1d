//! Answers that go on: events and the log.

use std::sync::Arc;
use std::time::Duration;

use ::api::request::{EventsRequest, LogsRequest};
use ::api::server::{FEED_MAX, Feed};
use ::api::view::{EventView, LogView};
use ::api::{ApiError, ErrorCode};
use tokio::sync::mpsc;

use crate::log;
use crate::node::Node;

/// Events that are read in one go.
const PAGE: usize = 128;
/// How often the log is looked at while somebody follows it.
const LOG_EVERY: Duration = Duration::from_millis(250);
/// Lines of the log that are given at most.
const LINES_MAX: u32 = 100_000;

/// What happened, and on request what happens.
pub(super) fn events(node: &Arc<Node>, request: &EventsRequest) -> Feed<EventView> {
    let (views, feed) = mpsc::channel(FEED_MAX);
    let (node, follow, mut after) = (Arc::clone(node), request.follow, request.after);
    node.runtime.clone().spawn(async move {
        let mut newest = node.chronicle.newest();
        loop {
            newest.mark_unchanged();
            let (some, last) = node.chronicle.after(after, PAGE);
            after = Some(last);
            let more = some.len() >= PAGE;
            for view in some {
                if views.send(Ok(view)).await.is_err() {
                    return;
                }
            }
            if more {
                continue;
            }
            if !follow {
                return;
            }
            tokio::select! {
                changed = newest.changed() => if changed.is_err() { return },
                () = views.closed() => return,
                () = node.left() => return,
            }
        }
    });
    feed
}

/// The last lines of the log, and on request what is logged from now on.
pub(super) fn logs(node: &Arc<Node>, request: &LogsRequest) -> Feed<LogView> {
    let (views, feed) = mpsc::channel(FEED_MAX);
    let (node, follow) = (Arc::clone(node), request.follow);
    let lines = request.lines.min(LINES_MAX) as usize;
    node.runtime.clone().spawn(async move {
        let directory = node.place.logs();
        let reading = directory.clone();
        let tail = tokio::task::spawn_blocking(move || log::tail(&reading, lines)).await;
        let Ok(Ok((some, mut place))) = tail else {
            drop(views.send(Err(ApiError::new(ErrorCode::DiskError))).await);
            return;
        };
        let mut some = some;
        loop {
            for line in some {
                if views.send(Ok(LogView { line })).await.is_err() {
                    return;
                }
            }
            if !follow {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(LOG_EVERY) => {}
                () = views.closed() => return,
                () = node.left() => return,
            }
            let (reading, from) = (directory.clone(), place);
            let read = tokio::task::spawn_blocking(move || log::since(&reading, from)).await;
            let Ok(Ok((newer, now))) = read else { return };
            (some, place) = (newer, now);
        }
    });
    feed
}
