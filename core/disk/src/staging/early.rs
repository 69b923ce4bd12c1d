//! Bytes of a file that another device is still reading, and that has no name yet.
//!
//! They are written as they come, each chunk with the hash that it was found to have. When the name is
//! known at last, a chunk counts only if the manifest has that very hash at that very place; nothing is
//! believed of the sender but bytes. Invariant: after [`Early::close`] nothing is written any more, so
//! that whoever takes the file over is alone with it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use content::Manifest;
use content::zero::written_runs;
use model::{Content, ContentHash};

use super::flush::Flush;
use super::{StageError, Staging, Temp, part_name};
use crate::platform::MODE_PRIVATE;

/// Files that are taken in early at a time.
const EARLY_MAX: usize = 2;
/// How long they wait for their name after the last of their bytes came.
const KEEP_TIME: Duration = Duration::from_secs(60);

/// A file that is taken in early.
#[derive(Debug)]
pub struct Early {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) file: Arc<File>,
    flush: Mutex<Flush>,
    state: Mutex<State>,
    written: Condvar,
}

/// The chunks that came, by where they begin.
pub(super) type Came = BTreeMap<u64, (ContentHash, u32)>;

#[derive(Debug)]
struct State {
    came: Came,
    /// Chunks that are being written at this moment.
    writing: usize,
    closed: bool,
    /// When the last chunk came.
    last: Instant,
}

impl Early {
    /// Takes over a chunk; false if nobody is interested in more. May be called from several threads.
    ///
    /// # Errors
    /// [`StageError::Corrupt`] if it would lie behind the file's end; [`StageError::Io`].
    pub fn put(&self, offset: u64, bytes: &[u8]) -> Result<bool, StageError> {
        if offset.checked_add(bytes.len() as u64).is_none_or(|end| end > self.size) {
            return Err(StageError::Corrupt);
        }
        if !self.begin_writing() {
            return Ok(false);
        }
        let written = self.write(offset, bytes);
        let mut state = self.state();
        state.writing -= 1;
        state.last = Instant::now();
        if let Ok(hash) = &written {
            state.came.insert(offset, (*hash, bytes.len() as u32));
        }
        self.written.notify_all();
        written?;
        Ok(!state.closed)
    }

    fn begin_writing(&self) -> bool {
        let mut state = self.state();
        state.writing += usize::from(!state.closed);
        !state.closed
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<ContentHash> {
        for (start, length) in written_runs(bytes) {
            self.file.write_all_at(&bytes[start..start + length], offset + start as u64)?;
        }
        self.flush().written(&self.file, bytes.len() as u64);
        Ok(ContentHash::of(bytes))
    }

    /// Ends the writing; what came.
    pub(super) fn close(&self) -> Came {
        let mut state = self.state();
        state.closed = true;
        while state.writing > 0 {
            state = self.written.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::take(&mut state.came)
    }

    /// The flushing that is under way, for whoever takes the file over.
    pub(super) fn take_flush(&self) -> Flush {
        std::mem::take(&mut *self.flush())
    }

    /// Whether the first chunk that came, if any, is the first of `manifest`.
    fn may_be(&self, content: Content, manifest: &Manifest) -> bool {
        let first = manifest.chunks().first().map(|chunk| (chunk.hash, chunk.length));
        let came = self.state().came.get(&0).copied();
        self.size == content.size && (came.is_none() || came == first)
    }

    fn is_stale(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.state().last) >= KEEP_TIME
    }

    fn flush(&self) -> MutexGuard<'_, Flush> {
        self.flush.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Staging {
    /// A place for a file of `size` bytes whose name is not known yet; `None` if there are enough.
    ///
    /// # Errors
    /// [`StageError::Full`]; [`StageError::Io`].
    pub fn early(&self, size: u64) -> Result<Option<Arc<Early>>, StageError> {
        let mut all = self.all_early();
        if all.len() >= EARLY_MAX {
            return Ok(None);
        }
        if !self.root.space()?.has_room(size) {
            return Err(StageError::Full);
        }
        let name = self.temp_name(Temp::Early);
        let file = self.dir().create_file(&name, MODE_PRIVATE)?;
        let state = State { came: Came::new(), writing: 0, closed: false, last: Instant::now() };
        let early = Arc::new(Early {
            name,
            size,
            file: Arc::new(file),
            flush: Mutex::default(),
            state: Mutex::new(state),
            written: Condvar::new(),
        });
        all.push(Arc::clone(&early));
        early.file.set_len(size)?;
        Ok(Some(early))
    }

    /// Gives up what came early of a file, unless it was taken over.
    pub fn drop_early(&self, early: &Arc<Early>) {
        let mut all = self.all_early();
        let before = all.len();
        all.retain(|other| !Arc::ptr_eq(other, early));
        if all.len() == before {
            return;
        }
        drop(all);
        early.close();
        if let Err(error) = self.dir().remove_file(&early.name) {
            tracing::warn!(%error, "what came early of a file stays in staging until the next start");
        }
    }

    /// Gives up what came early and still has no name a while before `now`.
    pub fn tidy_early(&self, now: Instant) {
        let stale = |early: &&Arc<Early>| early.is_stale(now);
        let stale: Vec<_> = self.all_early().iter().filter(stale).cloned().collect();
        stale.iter().for_each(|early| self.drop_early(early));
    }

    /// What came early of this content, unless an earlier attempt has left something.
    pub(super) fn take_early(
        &self,
        content: Content,
        manifest: &Manifest,
    ) -> io::Result<Option<Arc<Early>>> {
        let mut all = self.all_early();
        let Some(at) = all.iter().position(|early| early.may_be(content, manifest)) else {
            return Ok(None);
        };
        if self.dir().facts(&part_name(content.hash))?.is_some() {
            return Ok(None);
        }
        Ok(Some(all.swap_remove(at)))
    }

    fn all_early(&self) -> MutexGuard<'_, Vec<Arc<Early>>> {
        self.early.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::staging::Staged;
    use crate::testing::{Bed, noise};

    fn named(bytes: &[u8]) -> (Content, Manifest) {
        let (content, manifest) = content::read_all(&mut &bytes[..], bytes.len() as u64).unwrap();
        (content, manifest.unwrap())
    }

    /// Fetches what is missing.
    fn put_all(staged: &Staged, bytes: &[u8]) {
        for index in staged.missing().into_iter().flat_map(|(first, count)| first..first + count) {
            let chunk = staged.manifest().chunks()[index as usize];
            staged
                .put(index as usize, &bytes[chunk.offset as usize..chunk.end() as usize])
                .unwrap();
        }
    }

    /// Puts the first `count` chunks of a file as another device has seen it.
    fn early(bed: &Bed, bytes: &[u8], count: usize) -> Arc<Early> {
        let early = bed.staging.early(bytes.len() as u64).unwrap().unwrap();
        for chunk in named(bytes).1.chunks().iter().take(count) {
            let range = chunk.offset as usize..chunk.end() as usize;
            assert!(early.put(chunk.offset, &bytes[range]).unwrap());
        }
        early
    }

    #[test]
    fn what_came_early_is_not_missing_when_the_name_is_known() {
        let bed = Bed::new();
        let bytes = noise(1, 3_000_000);
        let (content, manifest) = named(&bytes);
        let early = early(&bed, &bytes, 5);
        let staged = bed.staging.large(content, &manifest).unwrap();
        let count = manifest.chunks().len() as u32;
        assert_eq!(staged.missing(), [(5, count - 5)]);
        assert!(!early.put(0, &bytes[..10]).unwrap(), "the file was taken over");
        put_all(&staged, &bytes);
        let name = content.hash.to_string();
        assert_eq!(bed.staged_names().concat(), name);
        assert_eq!(bed.read(&format!(".homefold/staging/{name}")), bytes);
    }

    #[test]
    fn of_a_file_that_changed_only_what_stayed_counts() {
        let bed = Bed::new();
        let old = noise(1, 3_000_000);
        let mut new = old.clone();
        new[1_000_000..1_300_000].fill(0);
        early(&bed, &old, usize::MAX);
        let (content, manifest) = named(&new);
        let staged = bed.staging.large(content, &manifest).unwrap();
        let missing = staged.missing();
        assert!(!missing.is_empty() && staged.missing_bytes() < 1_000_000, "{missing:?}");
        put_all(&staged, &new);
        assert_eq!(bed.read(&format!(".homefold/staging/{}", content.hash)), new);
    }

    #[test]
    fn wrong_bytes_that_came_early_are_fetched_anew() {
        let bed = Bed::new();
        let bytes = noise(1, 3_000_000);
        let (content, manifest) = named(&bytes);
        let early = early(&bed, &bytes, 1);
        let second = manifest.chunks()[1];
        early.put(second.offset, &noise(2, second.length as usize)).unwrap();
        let staged = bed.staging.large(content, &manifest).unwrap();
        assert_eq!(staged.missing(), [(1, manifest.chunks().len() as u32 - 1)]);
    }

    #[test]
    fn what_has_not_begun_to_come_is_taken_over_so_that_it_comes_once() {
        let bed = Bed::new();
        let bytes = noise(1, 3_000_000);
        let early = early(&bed, &bytes, 0);
        let (content, manifest) = named(&bytes);
        let staged = bed.staging.large(content, &manifest).unwrap();
        assert!(!early.put(0, &bytes[..10]).unwrap());
        put_all(&staged, &bytes);
        assert_eq!(bed.read(&format!(".homefold/staging/{}", content.hash)), bytes);
    }

    #[test]
    fn another_file_takes_nothing_over() {
        let bed = Bed::new();
        let bytes = noise(1, 3_000_000);
        early(&bed, &bytes, 5);
        let (content, manifest) = named(&noise(2, 3_000_000));
        let staged = bed.staging.large(content, &manifest).unwrap();
        assert_eq!(staged.missing(), [(0, manifest.chunks().len() as u32)]);
    }

    #[test]
    fn nothing_is_written_behind_the_end_that_was_announced() {
        let bed = Bed::new();
        let early = bed.staging.early(10).unwrap().unwrap();
        assert!(matches!(early.put(5, b"123456"), Err(StageError::Corrupt)));
        assert!(matches!(early.put(u64::MAX, b"1"), Err(StageError::Corrupt)));
        assert!(early.put(5, b"12345").unwrap());
    }

    #[test]
    fn what_gets_no_name_is_given_up_after_a_while_or_at_the_next_start() {
        let bed = Bed::new();
        let bytes = noise(1, 300_000);
        early(&bed, &bytes, 1);
        early(&bed, &bytes, 1);
        assert!(bed.staging.early(1).unwrap().is_none(), "there is a limit");
        bed.staging.tidy_early(Instant::now());
        assert_eq!(bed.staged_names().len(), 2);
        bed.staging.tidy_early(Instant::now() + KEEP_TIME);
        assert!(bed.staged_names().is_empty());
        early(&bed, &bytes, 1);
        let (_, recovered) = Staging::open(bed.root.clone()).unwrap();
        assert!(recovered.is_empty() && bed.staged_names().is_empty());
    }
}
