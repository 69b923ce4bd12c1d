//! The root of a folder while it is there, and what works on it.
//!
//! Opened anew whenever the root comes back, so nothing in here outlives a disk that was taken out. Not here: when
//! it is opened, and what becomes of a folder without one (`look`).

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use disk::{Ignore, Materializer, Reader, Root, RootError, Staging};
use engine::observation;
use model::FolderId;

/// The root while it is there, and what works on it.
pub(crate) struct Ground {
    pub(crate) root: Arc<Root>,
    pub(crate) staging: Arc<Staging>,
    pub(crate) reader: Reader,
    pub(crate) edits: disk::Edits,
    pub(crate) materializer: Materializer,
    ignore: RwLock<Arc<Ignore>>,
}

impl Ground {
    /// Opens the root at `path`; `adopt` takes whatever stands there for it.
    ///
    /// What an earlier run put in its place, and was killed before it had made it durable, is told to be here
    /// as soon as a scan finds it: it is made durable first.
    pub(super) fn open(path: &Path, folder: FolderId, adopt: bool) -> Result<Self, RootError> {
        let root = if adopt { Root::adopt(path, folder)? } else { Root::open(path, folder)? };
        let root = Arc::new(root);
        let ignore = Arc::new(load_ignore(&root));
        let failed = |error| RootError::Io("preparing staging", std::io::Error::other(error));
        let (staging, recovered) = Staging::open(Arc::clone(&root)).map_err(failed)?;
        if !recovered.is_empty() {
            let files = recovered.len();
            tracing::info!(%folder, files, "files that were displaced when the service was ended are in the archive");
        }
        root.sync().map_err(|error| {
            tracing::warn!(%folder, %error, "making durable what was there");
            RootError::State(observation::Root::Denied)
        })?;
        let staging = Arc::new(staging);
        let materializer =
            Materializer::new(Arc::clone(&root), Arc::clone(&staging), Arc::clone(&ignore));
        let reader = Reader::new(Arc::clone(&root), Arc::clone(&staging));
        let edits = disk::Edits::new(Arc::clone(&root));
        Ok(Self { root, staging, reader, edits, materializer, ignore: RwLock::new(ignore) })
    }

    /// The rules that hold.
    pub(crate) fn ignore(&self) -> Arc<Ignore> {
        Arc::clone(&self.ignore.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the rules again.
    pub(super) fn reload_ignore(&self) {
        let ignore = Arc::new(load_ignore(&self.root));
        self.materializer.set_ignore(Arc::clone(&ignore));
        *self.ignore.write().unwrap_or_else(PoisonError::into_inner) = ignore;
    }
}

fn load_ignore(root: &Root) -> Ignore {
    let ignore = Ignore::load(root).unwrap_or_else(|error| {
        tracing::warn!(%error, "the ignore rules can't be read: only litter is ignored");
        Ignore::of_text("")
    });
    for warning in ignore.warnings() {
        // A rule may hold the name of a file.
        tracing::warn!("a line of the ignore rules makes no sense and is passed over");
        tracing::debug!("in the ignore rules: {warning}");
    }
    ignore
}
