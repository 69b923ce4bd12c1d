//! A larger content that is being put together out of chunks.
//!
//! The file has its full length from the start, and what is missing is a hole. Invariant: a chunk
//! counts as present only if its hash was checked, or if it was copied from a file whose fingerprint
//! was the same before and after. When the last one comes the file gets its final name. Bytes are sent
//! to the disk while others still arrive, so that making the file durable at the end is quick.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use content::zero::written_runs;
use content::{Chunk, Manifest, is_zero};
use engine::observation::Stat;
use model::{Content, ContentHash};

use super::flush::Flush;
use super::parts::Allowance;
use super::{Early, StageError, part_name};
use crate::platform::{MODE_PRIVATE, data_extents, facts_of, is_gone, punch_hole};
use crate::root::Root;
use crate::space::Space;

/// A content that is being put together.
#[derive(Debug)]
pub struct Staged {
    root: Arc<Root>,
    content: Content,
    manifest: Manifest,
    file: Arc<File>,
    state: Mutex<State>,
    flush: Flush,
    /// Room for what readers put.
    pub(super) allowance: Allowance,
}

/// For whom a content is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// All of it shall come: there must be room, and what is there is verified at once.
    Whole,
    /// Somebody reads parts of it: what is there is verified when it is read.
    Parts,
}

#[derive(Debug)]
struct State {
    chunks: Vec<Presence>,
    /// How many are not [`Presence::Present`].
    missing: usize,
    /// Whether what is missing reads as zeros, so that zeros need not be written.
    holes: bool,
    complete: bool,
    /// The file's fingerprint when it was complete.
    whole: Option<Stat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Missing,
    /// Bytes from an earlier time stand in its place; they were not verified yet.
    Doubted,
    /// Somebody writes it; nobody else does, so that no byte is written once the file is complete.
    Writing,
    Present,
}

impl Staged {
    pub(super) fn open(
        root: Arc<Root>,
        content: Content,
        manifest: Manifest,
        opening: Opening,
    ) -> Result<Self, StageError> {
        if manifest.content() != content {
            return Err(StageError::Manifest);
        }
        let name = part_name(content.hash);
        let found = match root.staging().open_file_to_write(&name) {
            Ok(file) => Some(file),
            Err(error) if is_gone(&error) => None,
            Err(error) => return Err(error.into()),
        };
        let resumed = found.is_some();
        let file = match found {
            Some(file) => file,
            None => {
                if opening == Opening::Whole && !root.space()?.has_room(content.size) {
                    return Err(StageError::Full);
                }
                root.staging().create_file(&name, MODE_PRIVATE)?
            }
        };
        file.set_len(content.size)?;
        let staged = Self::empty((root, content, manifest), (Arc::new(file), Flush::default()));
        if resumed {
            staged.doubt()?;
        }
        if opening == Opening::Whole {
            staged.settle_doubts()?;
        }
        staged.take_zeros()?;
        Ok(staged)
    }

    /// Takes over what came before the name was known, as far as it is what the manifest says.
    pub(super) fn of_early(
        root: Arc<Root>,
        content: Content,
        manifest: Manifest,
        early: &Early,
    ) -> Result<Self, StageError> {
        let came = early.close();
        if manifest.content() != content {
            let _ = root.staging().remove_file(&early.name);
            return Err(StageError::Manifest);
        }
        root.staging().rename_new(&early.name, root.staging(), &part_name(content.hash))?;
        let file = (Arc::clone(&early.file), early.take_flush());
        let staged = Self::empty((root, content, manifest), file);
        let chunks = staged.manifest.chunks().iter().enumerate();
        let fits = |chunk: &Chunk| came.get(&chunk.offset) == Some(&(chunk.hash, chunk.length));
        let there: Vec<usize> = chunks.filter(|(_, chunk)| fits(chunk)).map(|(i, _)| i).collect();
        if there.len() != came.len() {
            staged.has_no_holes();
        }
        staged.mark(&there)?;
        staged.take_zeros()?;
        Ok(staged)
    }

    fn empty(
        (root, content, manifest): (Arc<Root>, Content, Manifest),
        (file, flush): (Arc<File>, Flush),
    ) -> Self {
        let chunks = manifest.chunks().len();
        let state = State {
            chunks: vec![Presence::Missing; chunks],
            missing: chunks,
            holes: true,
            complete: false,
            whole: None,
        };
        let allowance = Allowance::default();
        Self { root, content, manifest, file, state: Mutex::new(state), flush, allowance }
    }

    /// Its name and length.
    #[must_use]
    pub fn content(&self) -> Content {
        self.content
    }

    /// Its chunks.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The runs `(first, count)` of chunks that are missing; none if it is complete.
    #[must_use]
    pub fn missing(&self) -> Vec<(u32, u32)> {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for index in self.missing_chunks() {
            let index = index as u32;
            match runs.last_mut() {
                Some((first, count)) if *first + *count == index => *count += 1,
                Some(_) | None => runs.push((index, 1)),
            }
        }
        runs
    }

    /// Bytes that are missing.
    #[must_use]
    pub fn missing_bytes(&self) -> u64 {
        let chunks = self.manifest.chunks();
        self.missing_chunks().into_iter().map(|index| u64::from(chunks[index].length)).sum()
    }

    /// Takes over chunk `index`, once its hash is checked. May be called from several threads; a chunk
    /// that is there already is no error.
    ///
    /// # Errors
    /// [`StageError::Corrupt`] if these are not its bytes; [`StageError::Io`].
    pub fn put(&self, index: usize, bytes: &[u8]) -> Result<(), StageError> {
        let chunk = *self.manifest.chunks().get(index).ok_or(StageError::NoSuchChunk(index))?;
        if bytes.len() != chunk.length as usize || ContentHash::of(bytes) != chunk.hash {
            return Err(StageError::Corrupt);
        }
        if !self.claim(&[index]) {
            return Ok(());
        }
        let result = self.write(chunk, bytes);
        self.settle_claim(&[index], result.is_ok())?;
        Ok(result?)
    }

    fn write(&self, chunk: Chunk, bytes: &[u8]) -> io::Result<()> {
        self.write_bytes(chunk, bytes)?;
        self.written(u64::from(chunk.length));
        Ok(())
    }

    pub(super) fn write_bytes(&self, chunk: Chunk, bytes: &[u8]) -> io::Result<()> {
        if !self.state().holes {
            return self.file.write_all_at(bytes, chunk.offset);
        }
        for (start, length) in written_runs(bytes) {
            let run = &bytes[start..start + length];
            self.file.write_all_at(run, chunk.offset + start as u64)?;
        }
        Ok(())
    }

    /// Notes where bytes stand from an earlier time.
    fn doubt(&self) -> Result<(), StageError> {
        let extents = data_extents(&self.file, self.content.size)?;
        let mut extents = extents.iter().peekable();
        let mut state = self.state();
        for (index, chunk) in self.manifest.chunks().iter().enumerate() {
            while extents.peek().is_some_and(|extent| extent.end <= chunk.offset) {
                extents.next();
            }
            if extents.peek().is_some_and(|extent| extent.start < chunk.end()) {
                state.chunks[index] = Presence::Doubted;
            }
        }
        Ok(())
    }

    /// Looks at every chunk that was not verified yet, and makes holes of those that are not there.
    pub(super) fn settle_doubts(&self) -> Result<(), StageError> {
        for index in 0..self.manifest.chunks().len() {
            self.settle_doubt(index)?;
        }
        Ok(())
    }

    /// Verifies a chunk that was not verified yet.
    pub(super) fn settle_doubt(&self, index: usize) -> Result<(), StageError> {
        if !self.replace(index, Presence::Doubted, Presence::Writing) {
            return Ok(());
        }
        let looked = self.is_intact(index);
        let there = matches!(looked, Ok(true));
        self.settle_claim(&[index], there)?;
        looked.map(drop)
    }

    /// Whether the bytes of a chunk stand in its place; if not, it is made a hole.
    fn is_intact(&self, index: usize) -> Result<bool, StageError> {
        let chunk = self.manifest.chunks()[index];
        let mut buffer = vec![0; chunk.length as usize];
        self.file.read_exact_at(&mut buffer, chunk.offset)?;
        if ContentHash::of(&buffer) == chunk.hash {
            return Ok(true);
        }
        if !is_zero(&buffer) && !punch_hole(&self.file, &(chunk.offset..chunk.end()))? {
            self.has_no_holes();
        }
        Ok(false)
    }

    /// Chunks of nothing but zeros are there while they are holes.
    fn take_zeros(&self) -> Result<(), StageError> {
        if !self.state().holes {
            return Ok(());
        }
        let mut known: Option<(u32, ContentHash)> = None;
        let mut zeros = Vec::new();
        let longest = self.manifest.chunks().iter().map(|chunk| chunk.length).max().unwrap_or(0);
        let last = self.manifest.chunks().len().saturating_sub(1);
        let candidate = |index: usize, chunk: &Chunk| chunk.length == longest || index == last;
        for (index, chunk) in self.manifest.chunks().iter().enumerate() {
            if !candidate(index, chunk) {
                continue;
            }
            let hash = match known {
                Some((length, hash)) if length == chunk.length => hash,
                Some(_) | None => ContentHash::of(&vec![0; chunk.length as usize]),
            };
            known = Some((chunk.length, hash));
            // What stands in its place from an earlier time may be something else.
            if hash == chunk.hash && self.presence(index) == Presence::Missing {
                zeros.push(index);
            }
        }
        self.mark(&zeros)
    }

    /// Counts chunks as present; with the last one the file gets its final name.
    fn mark(&self, indexes: &[usize]) -> Result<(), StageError> {
        let mut state = self.state();
        for index in indexes {
            if std::mem::replace(&mut state.chunks[*index], Presence::Present) != Presence::Present
            {
                state.missing -= 1;
            }
        }
        if state.missing > 0 || state.complete {
            return Ok(());
        }
        self.flush.settle()?;
        let (staging, hash) = (self.root.staging(), self.content.hash);
        staging.rename_over(&part_name(hash), staging, &hash.to_string())?;
        state.complete = true;
        state.whole = Some(facts_of(&self.file)?.stat);
        Ok(())
    }

    /// Whether this chunk is there, verified.
    pub(super) fn presence(&self, index: usize) -> Presence {
        self.state().chunks.get(index).copied().unwrap_or(Presence::Missing)
    }

    /// The fingerprint with which the file left this place, or will.
    pub(super) fn whole(&self) -> Option<Stat> {
        self.state().whole
    }

    fn replace(&self, index: usize, from: Presence, to: Presence) -> bool {
        let mut state = self.state();
        let place = state.chunks.get_mut(index).filter(|place| **place == from);
        place.map(|place| *place = to).is_some()
    }

    /// Reserves missing chunks for writing; false, and none, if one of them is there or being written.
    pub(super) fn claim(&self, indexes: &[usize]) -> bool {
        let mut state = self.state();
        if indexes.iter().any(|index| state.chunks[*index] != Presence::Missing) {
            return false;
        }
        for index in indexes {
            state.chunks[*index] = Presence::Writing;
        }
        true
    }

    /// Ends a claim: the chunks are there now, or still missing.
    pub(super) fn settle_claim(&self, indexes: &[usize], there: bool) -> Result<(), StageError> {
        if there {
            return self.mark(indexes);
        }
        let mut state = self.state();
        for index in indexes {
            state.chunks[*index] = Presence::Missing;
        }
        Ok(())
    }

    /// What is missing may hold other bytes from here on.
    pub(super) fn has_no_holes(&self) {
        self.state().holes = false;
    }

    pub(super) fn missing_chunks(&self) -> Vec<usize> {
        let state = self.state();
        let chunks = state.chunks.iter().enumerate();
        chunks.filter(|(_, chunk)| **chunk == Presence::Missing).map(|(index, _)| index).collect()
    }

    pub(super) fn written(&self, bytes: u64) {
        self.flush.written(&self.file, bytes);
    }

    /// Room on its disk.
    pub(super) fn space(&self) -> io::Result<Space> {
        self.root.space()
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
