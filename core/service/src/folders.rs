//! The folders that this device takes part in: for each its root, its threads and its index.
//!
//! A folder has four threads: `look` follows the watcher, `scan` walks, `change` carries out what the
//! engine decided, `stage` prepares larger files. They work on a [`Runtime`] and tell the engine what
//! came of it. Invariant: whatever the engine asks for is answered once, also while the root is gone.
//! Not here: which folders there are (`home`), what is done in them (`engine`).

mod attach;
mod change;
mod ground;
mod look;
mod open;
mod order;
mod recent;
mod runtime;
mod scan;
mod settle;
mod stage;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use engine::absence::Eviction;
use engine::change::Change;
use engine::observation::{Scope, Seen};
use model::{Content, ContentHash, FolderId, RelPath, Tick};
use wire::{Small, Update};

use crate::node::Node;

pub(crate) use ground::Ground;
pub(crate) use look::Job as LookJob;
pub(crate) use open::{close, forget, lose, open};
pub(crate) use runtime::{Runtime, Trouble};
pub(crate) use scan::Job as ScanJob;
pub(crate) use settle::settle;

/// Every folder that is open, or about to be.
#[derive(Default)]
pub(crate) struct Folders(RwLock<BTreeMap<FolderId, Arc<Runtime>>>);

impl Folders {
    /// Every one.
    pub(crate) fn ids(&self) -> Vec<FolderId> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    /// One of them.
    pub(crate) fn get(&self, folder: FolderId) -> Option<Arc<Runtime>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&folder).cloned()
    }

    /// Whether this one is among them still.
    pub(crate) fn is_open(&self, runtime: &Arc<Runtime>) -> bool {
        self.get(runtime.id).is_some_and(|open| Arc::ptr_eq(&open, runtime))
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Arc<Runtime>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn insert(&self, runtime: Arc<Runtime>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(runtime.id, runtime);
    }

    fn remove(&self, folder: FolderId) -> Option<Arc<Runtime>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&folder)
    }

    /// Looks at the disk.
    pub(crate) fn scan(&self, folder: FolderId, scope: Scope) {
        if let Some(runtime) = self.get(folder) {
            runtime.ask_scan(scan::Job::Asked(scope));
        }
    }

    /// Sees what is in the archive.
    pub(crate) fn look_in_archive(&self, folder: FolderId, contents: Vec<ContentHash>) {
        if let Some(runtime) = self.get(folder) {
            runtime.ask_scan(scan::Job::Archive(contents));
        }
    }

    /// Changes the disk.
    pub(crate) fn apply(&self, folder: FolderId, batch: u64, changes: Vec<Change>) {
        if let Some(runtime) = self.get(folder) {
            runtime.ask_change(change::Job::Apply { batch, changes });
        }
    }

    /// Gives up the bytes of files.
    pub(crate) fn evict(
        &self,
        folder: FolderId,
        batch: u64,
        (until, files): (Tick, Vec<Eviction>),
    ) {
        if let Some(runtime) = self.get(folder) {
            runtime.ask_change(change::Job::Evict { batch, until, files });
        }
    }

    /// Looks whether files stand as they are known, and makes them durable.
    pub(crate) fn assure(&self, folder: FolderId, batch: u64, files: Vec<(RelPath, Seen)>) {
        if let Some(runtime) = self.get(folder) {
            runtime.ask_change(change::Job::Assure { batch, files });
        }
    }

    /// Prepares the staging of a larger file.
    pub(crate) fn stage(&self, folder: FolderId, content: Content, alike: Vec<ContentHash>) {
        if let Some(runtime) = self.get(folder) {
            runtime.ask_stage(stage::Job::Stage { content, alike });
        }
    }

    /// Deletes staged bytes.
    pub(crate) fn unstage(&self, folder: FolderId, content: ContentHash) {
        if let Some(runtime) = self.get(folder) {
            runtime.ask_stage(stage::Job::Unstage(content));
        }
    }

    /// Deletes archived bytes.
    pub(crate) fn purge(&self, folder: FolderId, content: ContentHash) {
        if let Some(runtime) = self.get(folder) {
            runtime.ask_change(change::Job::Purge(content));
        }
    }

    /// Takes the directory that stands at the root's path for the right one.
    pub(crate) fn mark(&self, folder: FolderId) {
        if let Some(runtime) = self.get(folder) {
            runtime.ask_scan(scan::Job::Mark);
        }
    }

    /// Adds the bytes of small files to a page, as far as they are still there and there is room.
    pub(crate) fn attach(&self, update: &mut Update, files: &[(RelPath, Content)]) {
        if let Some(runtime) = self.get(update.folder) {
            attach::attach(&runtime, update, files);
        }
    }

    /// Stages bytes that came with a page; which of them are there now.
    pub(crate) fn stage_small(&self, folder: FolderId, small: Vec<Small>) -> Vec<ContentHash> {
        let ground = self.get(folder).and_then(|runtime| runtime.ground());
        let Some(ground) = ground else { return Vec::new() };
        let mut staged = Vec::with_capacity(small.len());
        for Small { hash, bytes } in small {
            match ground.staging.small(hash, bytes) {
                Ok(()) => staged.push(hash),
                // They are fetched like any other.
                Err(error) => tracing::debug!(%folder, %error, "bytes that came along"),
            }
        }
        staged
    }
}

/// Ends the threads of every folder.
pub(crate) fn stop(node: &Node) {
    for runtime in node.folders.all() {
        runtime.stop();
    }
}
