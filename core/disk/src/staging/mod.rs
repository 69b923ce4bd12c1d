//! Bytes on their way into the folder, on the folder's own volume.
//!
//! Small contents wait in memory, up to [`STASH_MAX`]; larger ones, and what does not fit, in files
//! under `.homefold/staging`. Invariant: what [`Staging::holds`] has been hashed since the service
//! started, so nothing here needs to be durable; after a crash it is looked through and verified anew.
//!
//! Names in the directory: `HASH.part` is being put together, `HASH` is complete, `w-N-HASH` was about
//! to be swapped into the folder, `x-N` was taken out of it. These two exist only while the
//! materializer works; those found at the start may be a user's bytes and go to the archive (`recover`).
//! `e-N` came before its name was known (`early`); what is left of it at the start is deleted.

mod early;
mod error;
mod fill;
mod flush;
mod parts;
mod recover;
mod staged;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use content::Manifest;
use model::{Content, ContentHash};

pub use early::Early;
pub use error::StageError;
pub use parts::Kept;
pub use recover::Recovered;
use staged::Opening;
pub use staged::Staged;

use crate::platform::{Dir, MODE_PRIVATE, is_gone};
use crate::root::Root;

/// Bytes of small contents that wait in memory; what comes on top is written to files.
pub const STASH_MAX: usize = 64 << 20;
/// Small contents that came with an announcement and were not wanted, because they stand here already,
/// are left behind; what came later than this may still be about to be used.
const LEFT_AFTER: Duration = Duration::from_secs(5);

/// The staging of one folder.
#[derive(Debug)]
pub struct Staging {
    root: Arc<Root>,
    stash: Mutex<Stash>,
    open: Mutex<HashMap<ContentHash, Arc<Staged>>>,
    early: Mutex<Vec<Arc<Early>>>,
    last_temp: AtomicU64,
    /// Whether a small content was written to a file since [`Staging::forget_left`].
    spilled: AtomicBool,
}

/// What a temporary file in staging is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Temp {
    /// A file of this content, to be swapped into the folder.
    Content(ContentHash),
    /// A link, to be swapped into the folder.
    Link,
    /// Taken out of the folder.
    Taken,
    /// A file without a name yet.
    Early,
}

#[derive(Debug, Default)]
struct Stash {
    contents: HashMap<ContentHash, Arc<[u8]>>,
    bytes: usize,
    /// When the last of them came.
    came: Option<Instant>,
}

impl Staging {
    /// The staging in `root`, and what an earlier service left there that belongs to the user: it is in
    /// the archive now.
    ///
    /// # Errors
    /// [`StageError::Io`].
    pub fn open(root: Arc<Root>) -> Result<(Self, Vec<Recovered>), StageError> {
        let recovered = recover::recover(&root)?;
        let staging = Self {
            root,
            stash: Mutex::default(),
            open: Mutex::default(),
            early: Mutex::default(),
            last_temp: AtomicU64::new(0),
            spilled: AtomicBool::new(false),
        };
        Ok((staging, recovered))
    }

    /// Stages a content that is one chunk; its hash is checked here.
    ///
    /// # Errors
    /// [`StageError::Corrupt`] if the bytes are not what `hash` names.
    pub fn small(&self, hash: ContentHash, bytes: Vec<u8>) -> Result<(), StageError> {
        if ContentHash::of(&bytes) != hash {
            return Err(StageError::Corrupt);
        }
        let mut stash = self.stash();
        stash.came = Some(Instant::now());
        if stash.contents.contains_key(&hash) {
            return Ok(());
        }
        if stash.bytes + bytes.len() <= STASH_MAX {
            stash.bytes += bytes.len();
            stash.contents.insert(hash, bytes.into());
            return Ok(());
        }
        drop(stash);
        self.spill(hash, &bytes)
    }

    /// Whether small contents wait here of which the last came a while before `now`: if nothing is
    /// wanted, nobody will take them.
    #[must_use]
    pub fn has_left(&self, now: Instant) -> bool {
        let stash = self.stash();
        (!stash.contents.is_empty() || self.spilled.load(Ordering::Relaxed)) && stash.is_left(now)
    }

    /// Frees the memory of small contents that were left behind; those in files are still listed. For
    /// a folder in which nothing is wanted: whoever wants one of them later has to fetch it.
    pub fn forget_left(&self, now: Instant) {
        let mut stash = self.stash();
        if stash.is_left(now) {
            self.spilled.store(false, Ordering::Relaxed);
            *stash = Stash::default();
        }
    }

    fn spill(&self, hash: ContentHash, bytes: &[u8]) -> Result<(), StageError> {
        if !self.root.space()?.has_room(bytes.len() as u64) {
            return Err(StageError::Full);
        }
        let temp = self.temp_name(Temp::Content(hash));
        let written =
            self.dir().create_file(&temp, MODE_PRIVATE).and_then(|mut file| file.write_all(bytes));
        let result =
            written.and_then(|()| self.dir().rename_over(&temp, self.dir(), &hash.to_string()));
        if let Err(error) = result {
            let _ = self.dir().remove_file(&temp);
            return Err(error.into());
        }
        self.spilled.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// The place where the chunks of a larger content are put together: the one that is open, or the
    /// one that an earlier service left (its chunks are verified, which reads them), or what came early
    /// of it, or a new one.
    ///
    /// # Errors
    /// [`StageError::Manifest`] if `manifest` is not the one that `content` names; [`StageError::Full`];
    /// [`StageError::Io`].
    pub fn large(&self, content: Content, manifest: &Manifest) -> Result<Arc<Staged>, StageError> {
        let staged = self.opened_as(content, manifest, Opening::Whole)?;
        staged.settle_doubts()?;
        // Of what was begun before, for a reader perhaps, the rest needs room too.
        let missing = staged.missing_bytes();
        if missing > 0 && !staged.space()?.has_room(missing) {
            return Err(StageError::Full);
        }
        Ok(staged)
    }

    /// The same for somebody who reads parts of it: there need not be room for all of it, and what an
    /// earlier service left is verified when it is read.
    ///
    /// # Errors
    /// [`StageError::Manifest`]; [`StageError::Io`].
    pub fn parts(&self, content: Content, manifest: &Manifest) -> Result<Arc<Staged>, StageError> {
        self.opened_as(content, manifest, Opening::Parts)
    }

    fn opened_as(
        &self,
        content: Content,
        manifest: &Manifest,
        opening: Opening,
    ) -> Result<Arc<Staged>, StageError> {
        let known = self.opened().get(&content.hash).cloned();
        if let Some(staged) = known {
            return Ok(staged);
        }
        let root = self.root.clone();
        let staged = match self.take_early(content, manifest)? {
            Some(early) => Staged::of_early(root, content, manifest.clone(), &early)?,
            None => Staged::open(root, content, manifest.clone(), opening)?,
        };
        let staged = Arc::new(staged);
        Ok(self.opened().entry(content.hash).or_insert(staged).clone())
    }

    /// Whether the content is here as a whole.
    ///
    /// # Errors
    /// What the system reports.
    pub fn holds(&self, hash: ContentHash) -> io::Result<bool> {
        if self.stash().contents.contains_key(&hash) {
            return Ok(true);
        }
        Ok(self.dir().facts(&hash.to_string())?.is_some())
    }

    /// Deletes what is staged of this content.
    ///
    /// # Errors
    /// What the system reports.
    pub fn discard(&self, hash: ContentHash) -> io::Result<()> {
        self.forget(hash);
        for name in [hash.to_string(), part_name(hash)] {
            match self.dir().remove_file(&name) {
                Err(error) if !is_gone(&error) => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// The contents of which anything is in files here, for a service that starts: what nobody wants
    /// any more is to be discarded.
    ///
    /// # Errors
    /// What the system reports.
    pub fn list(&self) -> io::Result<Vec<ContentHash>> {
        let mut hashes = Vec::new();
        self.dir().list(&mut |entry| {
            let name = entry.text().map(|name| name.strip_suffix(PART).unwrap_or(name));
            hashes.extend(name.and_then(ContentHash::parse));
        })?;
        hashes.sort_unstable();
        hashes.dedup();
        Ok(hashes)
    }

    /// A small content that waits in memory.
    pub(crate) fn bytes(&self, hash: ContentHash) -> Option<Arc<[u8]>> {
        self.stash().contents.get(&hash).cloned()
    }

    /// The file of a complete content.
    pub(crate) fn file(&self, hash: ContentHash) -> io::Result<Option<File>> {
        match self.dir().open_file(&hash.to_string()) {
            Ok(file) => Ok(Some(file)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Frees the memory of a content that stands in the folder now.
    pub(crate) fn forget(&self, hash: ContentHash) {
        let mut stash = self.stash();
        if let Some(bytes) = stash.contents.remove(&hash) {
            stash.bytes -= bytes.len();
        }
        if stash.contents.is_empty() {
            stash.contents = HashMap::new();
        }
        drop(stash);
        self.opened().remove(&hash);
    }

    /// A name in staging that was never used since the service started.
    pub(crate) fn temp_name(&self, temp: Temp) -> String {
        let number = self.last_temp.fetch_add(1, Ordering::Relaxed);
        match temp {
            Temp::Content(hash) => format!("{WRITTEN}{number}-{hash}"),
            Temp::Link => format!("{WRITTEN}{number}-link"),
            Temp::Taken => format!("{TAKEN}{number}"),
            Temp::Early => format!("{EARLY}{number}"),
        }
    }

    /// Gives a complete content that was moved to `temp` its name back.
    pub(crate) fn put_back(&self, temp: &str, hash: ContentHash) -> io::Result<()> {
        self.dir().rename_over(temp, self.dir(), &hash.to_string())
    }

    pub(crate) fn dir(&self) -> &Dir {
        self.root.staging()
    }

    fn stash(&self) -> MutexGuard<'_, Stash> {
        self.stash.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self) -> MutexGuard<'_, HashMap<ContentHash, Arc<Staged>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stash {
    fn is_left(&self, now: Instant) -> bool {
        self.came.is_none_or(|came| now.saturating_duration_since(came) >= LEFT_AFTER)
    }
}

const PART: &str = ".part";
const WRITTEN: &str = "w-";
const TAKEN: &str = "x-";
const EARLY: &str = "e-";

fn part_name(hash: ContentHash) -> String {
    format!("{hash}{PART}")
}

#[cfg(test)]
mod tests;
