//! What programs write into files whose bytes are elsewhere, until it is put together with the rest.
//!
//! An edit is a file `N.bytes` under `.homefold/edits`, which has what was written in its place and holes for the
//! rest, and a `N.log` that says which is which. Nothing of it stands in the folder before it is whole: a scan
//! can't take a part for the file, and nothing that is fetched or given up there touches what a program wrote.
//! Invariant: what a program was told to be written is found again after a kill, what it synced also after a
//! power loss. Not here: where the other bytes come from.

mod log;
mod place;
mod ranges;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use model::{RelPath, WallTime};

pub use self::log::Origin;
use self::log::Record;
pub use self::place::Draft;
use self::ranges::Ranges;
use crate::platform::{Dir, MODE_PRIVATE};
use crate::root::Root;

const BYTES: &str = "bytes";
const LOG: &str = "log";
const NEW: &str = "new";
const WHOLE: &str = "whole";

/// The edits of one folder.
#[derive(Debug)]
pub struct Edits {
    root: Arc<Root>,
    last: AtomicU64,
}

/// A file of which a program writes parts.
#[derive(Debug)]
pub struct Edit {
    number: u64,
    dir: Dir,
    bytes: File,
    state: RwLock<State>,
    /// The whole, once it stands in the folder.
    placed: OnceLock<File>,
}

#[derive(Debug)]
struct State {
    origin: Origin,
    log: File,
    written: Ranges,
    size: u64,
    /// Up to here, what was not written is what it was.
    kept: u64,
    mode: u16,
    mtime: WallTime,
    /// How often bytes or length changed.
    changes: u64,
    /// Whether the names of its files are durable.
    named: bool,
}

/// What can be told of an edited file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edited {
    /// Bytes.
    pub size: u64,
    /// Permission bits.
    pub mode: u16,
    /// The time of the last change.
    pub mtime: WallTime,
}

/// Fills bytes from an offset on with what was there before.
pub type Base<'a, E> = &'a mut dyn FnMut(u64, &mut [u8]) -> Result<(), E>;

/// A change of more than bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Setting {
    /// New length.
    pub size: Option<u64>,
    /// New permission bits.
    pub mode: Option<u16>,
    /// New time of the last change.
    pub mtime: Option<WallTime>,
}

impl Edits {
    /// The edits in `root`. What an earlier run left there is to be found ([`Edits::found`]) before one begins.
    #[must_use]
    pub fn new(root: Arc<Root>) -> Self {
        Self { root, last: AtomicU64::new(0) }
    }

    /// Begins an edit.
    ///
    /// # Errors
    /// What the system reports.
    pub fn begin(&self, origin: Origin) -> io::Result<Edit> {
        let dir = self.root.edits()?;
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let bytes = dir.create_file(&name(number, BYTES), MODE_PRIVATE)?;
        let log = write_log(&dir, number, &origin, &[]);
        let log = log.inspect_err(|_| drop(dir.remove_file(&name(number, BYTES))))?;
        Ok(Edit::new(number, dir, (bytes, log), (origin, &[])))
    }
}

/// A log with these records, in the place of the one that there was.
fn write_log(dir: &Dir, number: u64, origin: &Origin, records: &[Record]) -> io::Result<File> {
    let draft = name(number, NEW);
    drop(dir.remove_file(&draft));
    let log = dir.create_file(&draft, MODE_PRIVATE)?;
    log::begin(&log, origin)?;
    records.iter().try_for_each(|record| log::add(&log, *record))?;
    if !records.is_empty() {
        log.sync_data()?;
    }
    dir.rename_over(&draft, dir, &name(number, LOG))?;
    Ok(log)
}

fn name(number: u64, part: &str) -> String {
    format!("{number}.{part}")
}

impl Edit {
    fn new(
        number: u64,
        dir: Dir,
        (bytes, log): (File, File),
        (origin, records): (Origin, &[Record]),
    ) -> Self {
        let Origin { content, mode, mtime, .. } = origin;
        let (size, kept) = (content.size, content.size);
        let (written, changes, named) = (Ranges::default(), 0, false);
        let mut state = State { origin, log, written, size, kept, mode, mtime, changes, named };
        records.iter().for_each(|record| state.apply(*record));
        Self { number, dir, bytes, state: RwLock::new(state), placed: OnceLock::new() }
    }

    /// Its number among the edits of the folder.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Of what it is an edit.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.read().origin.clone()
    }

    /// What can be told of the file.
    #[must_use]
    pub fn facts(&self) -> Edited {
        let state = self.read();
        Edited { size: state.size, mode: state.mode, mtime: state.mtime }
    }

    /// Whether it has the bytes of what it is an edit of.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        let state = self.read();
        let size = state.origin.content.size;
        state.written.bytes() == 0 && state.size == size && state.kept == size
    }

    /// Bytes that were written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.read().written.bytes()
    }

    /// The file in the folder, once it stands there.
    #[must_use]
    pub fn file(&self) -> Option<&File> {
        self.placed.get()
    }

    /// Writes `bytes` at `offset`.
    ///
    /// # Errors
    /// What the system reports: then nothing counts as written.
    pub fn write_at(&self, offset: u64, bytes: &[u8], now: WallTime) -> io::Result<()> {
        let too_large = || io::Error::from(io::ErrorKind::FileTooLarge);
        let end = offset.checked_add(bytes.len() as u64).ok_or_else(too_large)?;
        let mut state = self.write();
        if let Some(file) = self.file() {
            return file.write_all_at(bytes, offset);
        }
        if bytes.is_empty() {
            return Ok(());
        }
        self.bytes.write_all_at(bytes, offset)?;
        if !state.written.covers(offset..end) {
            state.note(Record::Written(offset, end))?;
        }
        state.changes += 1;
        state.mtime = now;
        Ok(())
    }

    /// Changes length, mode or time.
    ///
    /// # Errors
    /// What the system reports.
    pub fn set(&self, setting: Setting, now: WallTime) -> io::Result<()> {
        let mut state = self.write();
        if let Some(file) = self.file() {
            return place::set(file, setting);
        }
        if let Some(size) = setting.size {
            if size != state.size {
                state.note(Record::Length(size))?;
            }
            state.mtime = now;
        }
        if setting.mode.is_some() || setting.mtime.is_some() {
            let mode = setting.mode.map_or(state.mode, |mode| mode & 0o777);
            let mtime = setting.mtime.unwrap_or(state.mtime);
            state.note(Record::Facts(mode, mtime))?;
        }
        Ok(())
    }

    /// Fills `into` from `offset` on, with what was written and, by `base`, with what was there before. How
    /// many bytes these are: fewer than asked for only at the end.
    ///
    /// # Errors
    /// Those of `base`, and what the system reports.
    pub fn read_at<E: From<io::Error>>(
        &self,
        offset: u64,
        into: &mut [u8],
        base: Base<'_, E>,
    ) -> Result<usize, E> {
        // What was there is waited for without holding anybody up; what is written meanwhile goes over it.
        for range in self.needs(offset..offset.saturating_add(into.len() as u64)) {
            let place = (range.start - offset) as usize..(range.end - offset) as usize;
            base(range.start, &mut into[place])?;
        }
        let state = self.read();
        if let Some(file) = self.file() {
            return Ok(read_full(file, offset, into)?);
        }
        let count = state.size.saturating_sub(offset).min(into.len() as u64) as usize;
        let (start, end) = (offset, offset + count as u64);
        if state.kept < end {
            into[(state.kept.max(start) - start) as usize..count].fill(0);
        }
        for run in state.written.within(start..end) {
            let place = (run.start - start) as usize..(run.end - start) as usize;
            self.bytes.read_exact_at(&mut into[place], run.start)?;
        }
        Ok(count)
    }

    /// The parts of `range` that are what they were before the edit.
    #[must_use]
    pub fn needs(&self, range: Range<u64>) -> Vec<Range<u64>> {
        let state = self.read();
        if self.file().is_some() {
            return Vec::new();
        }
        let end = range.end.min(state.kept).min(state.size);
        state.written.gaps(range.start.min(end)..end)
    }

    /// Returns when what was written would survive a power loss.
    ///
    /// # Errors
    /// What the system reports.
    pub fn sync(&self) -> io::Result<()> {
        if let Some(file) = self.file() {
            return file.sync_data();
        }
        let before = self.read().changes;
        self.bytes.sync_data()?;
        let mut state = self.write();
        if state.changes != before {
            // The log must not say that more is durable than is.
            self.bytes.sync_data()?;
        }
        state.note_facts()?;
        state.note(Record::Durable)?;
        state.log.sync_data()?;
        if !state.named {
            self.dir.sync()?;
            state.named = true;
        }
        Ok(())
    }

    /// The file has another path from here on. What was durable stays so: all of it is made so first.
    ///
    /// # Errors
    /// What the system reports.
    pub fn move_to(&self, path: RelPath) -> io::Result<()> {
        let mut state = self.write();
        self.bytes.sync_data()?;
        let origin = Origin { path, ..state.origin.clone() };
        let log = write_log(&self.dir, self.number, &origin, &state.records())?;
        (state.log, state.origin, state.named) = (log, origin, false);
        self.dir.sync()?;
        state.named = true;
        Ok(())
    }

    /// Nobody wants it any more. Who has it open goes on with it.
    pub fn discard(&self) {
        // Without its log it is none.
        for part in [LOG, BYTES, WHOLE] {
            drop(self.dir.remove_file(&name(self.number, part)));
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&mut self, record: Record) -> io::Result<()> {
        log::add(&self.log, record)?;
        self.apply(record);
        Ok(())
    }

    fn note_facts(&mut self) -> io::Result<()> {
        self.note(Record::Facts(self.mode, self.mtime))
    }

    fn apply(&mut self, record: Record) {
        match record {
            Record::Written(from, to) => {
                self.written.add(from..to);
                self.size = self.size.max(to);
            }
            Record::Length(size) => {
                self.written.cut(size);
                self.kept = self.kept.min(size);
                self.size = size;
                self.changes += 1;
            }
            Record::Facts(mode, mtime) => (self.mode, self.mtime) = (mode, mtime),
            Record::Durable | Record::Placing => {}
        }
    }

    /// All that is to be known of it, as few records, when its bytes are durable.
    fn records(&self) -> Vec<Record> {
        let mut records = vec![Record::Length(self.kept)];
        records.extend(self.written.iter().map(|run| Record::Written(run.start, run.end)));
        records.push(Record::Length(self.size));
        records.push(Record::Facts(self.mode, self.mtime));
        records.push(Record::Durable);
        records
    }
}

fn read_full(file: &File, offset: u64, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < into.len() {
        match file.read_at(&mut into[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
