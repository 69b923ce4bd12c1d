//! Larger files that are being sent: open, with their chunk list, between one request and the next.
//!
//! A file of a GiB is asked for in hundreds of requests; opening it and reading its manifest for each
//! would cost more than sending it. Invariant: at most [`SHELF_MAX`] files are kept open, none for
//! longer than [`IDLE`] after it was last used.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use content::Manifest;
use disk::Held;
use model::{ContentHash, FolderId, Tick};

use crate::clock;

/// Files kept open.
const SHELF_MAX: usize = 32;
/// How long a file stays open that nobody asks for.
const IDLE: Duration = Duration::from_secs(10);

/// A file that is being sent.
#[derive(Debug)]
pub(crate) struct Sending {
    /// Its chunks, or the first of them.
    pub(crate) manifest: Manifest,
    pub(crate) held: Held,
}

impl Sending {
    /// Whether it knows the chunks before `last`, or all: where only a front was asked for so far, it knows the first.
    pub(crate) fn knows(&self, last: u32) -> bool {
        last as usize <= self.manifest.chunks().len() || self.manifest.size() == self.held.size()
    }
}

/// The files that are being sent.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<Files>);

/// Each with the moment of its last use.
type Files = HashMap<(FolderId, ContentHash), (Tick, Arc<Sending>)>;

impl Shelf {
    /// A file that was sent from lately.
    pub(crate) fn get(&self, folder: FolderId, hash: ContentHash) -> Option<Arc<Sending>> {
        let mut files = self.files();
        let (used, sending) = files.get_mut(&(folder, hash))?;
        *used = clock::tick();
        Some(Arc::clone(sending))
    }

    /// Keeps a file open for a while.
    pub(crate) fn put(&self, folder: FolderId, hash: ContentHash, sending: Arc<Sending>) {
        let mut files = self.files();
        if files.len() >= SHELF_MAX {
            let oldest = files.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key);
            oldest.map(|key| files.remove(&key));
        }
        files.insert((folder, hash), (clock::tick(), sending));
    }

    /// Closes a file that is not what it was.
    pub(crate) fn remove(&self, folder: FolderId, hash: ContentHash) {
        self.files().remove(&(folder, hash));
    }

    /// Closes what nobody asked for lately.
    pub(crate) fn tidy(&self) {
        let now = clock::tick();
        self.files().retain(|_, (used, _)| now.since(*used) < IDLE);
    }

    fn files(&self) -> MutexGuard<'_, Files> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
