//! Reading the bytes of files that are not on this device.
//!
//! Whoever reads opens a [`Reading`] and asks it for ranges, on a thread that may block. What stands on
//! this disk is read there. The rest comes from other devices: `engine::stream` says what is asked of
//! whom, a task for each request (`receive`) checks and keeps what comes, and the reader is woken.
//!
//! # Invariants
//! - The content that was opened is the content that is read, to the end: its bytes are checked against
//!   its hashes, wherever they come from.
//! - Every read is answered before its deadline; it can be interrupted; it ends when the service leaves.
//! - The run loop is never waited for.

mod content;
mod finish;
mod lists;
mod neighbours;
mod pulls;
mod reading;
mod receive;
mod sources;
mod sparing;
mod store;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use engine::stream::{Fetch, StreamId, Streams};
use model::{ContentHash, DeviceId, FolderId, Tick};

use self::content::Remote;
use self::pulls::Pulls;
use crate::clock;
use crate::node::Node;

pub(crate) use pulls::{Pull, Who};
pub(crate) use reading::{Interrupted, Reading};
pub(crate) use sparing::is_admitted;

/// How long a content stays at hand that nobody reads.
const IDLE: Duration = Duration::from_secs(10);
/// Contents that stay at hand.
const IDLE_MAX: usize = 256;

/// Why bytes could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadFailed {
    /// Nothing stands at the path.
    #[error("nothing stands there")]
    NoEntry,
    /// It is no file.
    #[error("it is no file")]
    NotAFile,
    /// No device that has it is connected; these have it.
    #[error("no connected device has it")]
    Unavailable(Vec<DeviceId>),
    /// They did not send it in time.
    #[error("it did not come in time")]
    TimedOut(Vec<DeviceId>),
    /// Nothing is fetched for this program, or no more now.
    #[error("nothing is fetched for this program")]
    Spared,
    /// Whoever wanted it wants it no more.
    #[error("the read was interrupted")]
    Interrupted,
    /// The service leaves.
    #[error("the service is stopping")]
    Stopping,
    /// The disk or the index can't be read.
    #[error("reading this disk: {0}")]
    Disk(String),
}

/// Everything that is being read from elsewhere.
#[derive(Default)]
pub(crate) struct Remotes {
    table: Mutex<Table>,
    open: Mutex<AtHand>,
    lists: lists::Lists,
    neighbours: neighbours::Neighbours,
    pub(crate) pulls: Pulls,
    spending: sparing::Spending,
}

/// Contents that are read or were lately, with the moment when they were last opened.
type AtHand = HashMap<(FolderId, ContentHash), (Tick, Arc<Remote>)>;

/// What is asked of whom, and for whom.
#[derive(Default)]
struct Table {
    streams: Streams,
    remotes: HashMap<StreamId, Weak<Remote>>,
}

impl Remotes {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> MutexGuard<'_, AtHand> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A content that is at hand.
    fn at_hand(&self, key: (FolderId, ContentHash)) -> Option<Arc<Remote>> {
        let mut open = self.open();
        let (used, remote) = open.get_mut(&key)?;
        *used = clock::tick();
        Some(Arc::clone(remote))
    }

    /// Keeps a content at hand, unless another thread was faster. Where only the front of its chunks was
    /// known, whoever knows all of them takes its place.
    fn keep(&self, remote: Arc<Remote>) -> Arc<Remote> {
        let mut open = self.open();
        if open.len() >= IDLE_MAX {
            // One that is being read stays where it is read.
            let oldest = open.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key);
            oldest.map(|key| open.remove(&key));
        }
        let entry =
            open.entry(remote.key()).or_insert_with(|| (clock::tick(), Arc::clone(&remote)));
        if entry.1.is_front() && !remote.is_front() {
            entry.1 = remote;
        }
        Arc::clone(&entry.1)
    }

    /// Something else stands where its bytes were kept: whoever opens it next begins anew.
    fn drop_stale(&self, remote: &Arc<Remote>) {
        let mut open = self.open();
        if open.get(&remote.key()).is_some_and(|(_, other)| Arc::ptr_eq(other, remote)) {
            open.remove(&remote.key());
        }
    }

    /// Closes what nobody has read for a while.
    pub(crate) fn tidy(&self) {
        let now = clock::tick();
        self.lists.tidy();
        self.open()
            .retain(|_, (used, remote)| Arc::strong_count(remote) > 1 || now.since(*used) < IDLE);
        let Table { streams, remotes } = &mut *self.table();
        remotes.retain(|stream, remote| {
            let alive = remote.strong_count() > 0;
            if !alive {
                streams.close(*stream);
            }
            alive
        });
    }

    /// The contents of a folder that are at hand: their staged parts are in use.
    pub(crate) fn contents(&self, folder: FolderId) -> Vec<ContentHash> {
        self.open().keys().filter(|(other, _)| *other == folder).map(|(_, hash)| *hash).collect()
    }
}

/// Asks for what is to be asked for now.
fn pump(node: &Arc<Node>) {
    let fetches = node.remotes.table().streams.poll(clock::tick());
    start(node, fetches);
}

/// Starts the tasks of these requests.
fn start(node: &Arc<Node>, fetches: Vec<Fetch>) {
    for fetch in fetches {
        let remote = node.remotes.table().remotes.get(&fetch.stream).and_then(Weak::upgrade);
        if let Some(remote) = remote {
            node.runtime.spawn(receive::carry_out(Arc::clone(node), remote, fetch));
        } else {
            let mut table = node.remotes.table();
            table.streams.ended(clock::tick(), fetch.request, engine::stream::Ending::Lost);
        }
    }
}

/// A device is gone: what it was asked for is asked of others.
pub(crate) fn lose(node: &Arc<Node>, device: DeviceId) {
    node.remotes.table().streams.lose(clock::tick(), device);
    pump(node);
}
