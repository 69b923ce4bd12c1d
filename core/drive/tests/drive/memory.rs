//! A home in memory: bodies in a temporary directory, an index that is a map, remote bytes that may be slow,
//! broken or gone.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use std::{fs, thread};

use drive::{
    Attributes, Bring, Drive, DriveError, Edit, Edited, Home, Interrupt, Listed, ListedKind, Pod,
    Reader, Remote, View,
};
use model::{Content, RelPath, WallTime};
use tempfile::TempDir;

pub(crate) const FOLDER: &str = "Photos";

/// One folder of the home.
pub(crate) struct Memory {
    pub(crate) body: TempDir,
    state: Mutex<State>,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) listed: BTreeMap<RelPath, (Listed, Arc<[u8]>)>,
    pub(crate) calls: Vec<String>,
    pub(crate) used: BTreeSet<RelPath>,
    /// Nobody delivers.
    pub(crate) silent: bool,
    /// What would be delivered does not fit.
    pub(crate) is_full: bool,
    /// Nothing may be changed.
    pub(crate) is_read_only: bool,
    /// What is elsewhere is written in parts.
    pub(crate) edits: bool,
    edited: BTreeMap<RelPath, Arc<Parts>>,
}

/// A file that is written in parts.
pub(crate) struct Parts {
    state: Mutex<(Vec<u8>, Edited)>,
    file: OnceLock<fs::File>,
}

pub(crate) struct Folders(Mutex<Vec<(String, Arc<dyn Pod>)>>);

impl Home for Folders {
    fn folders(&self) -> Vec<(String, Arc<dyn Pod>)> {
        self.0.lock().unwrap().clone()
    }
}

/// A home of one folder, and its drive.
pub(crate) fn home() -> (Arc<Memory>, Arc<Drive>) {
    home_in(tempfile::tempdir().unwrap())
}

/// The same, with what is here in `body`.
pub(crate) fn home_in(body: TempDir) -> (Arc<Memory>, Arc<Drive>) {
    let memory = Arc::new(Memory { body, state: Mutex::default() });
    let pod: Arc<dyn Pod> = memory.clone();
    let folders = Folders(Mutex::new(vec![(FOLDER.to_owned(), pod)]));
    let drive = Drive::new(Arc::new(folders), &View::Home).unwrap();
    (memory, Arc::new(drive))
}

pub(crate) fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

impl Memory {
    /// Something that another device has and this one does not.
    pub(crate) fn elsewhere(&self, at: &str, bytes: &[u8]) {
        let kind = ListedKind::File { content: Content::single(bytes), mode: 0o644 };
        let listed = Listed { kind, mtime: WallTime(1_000_000_000_000_000_000), here: false };
        self.state().listed.insert(path(at), (listed, bytes.into()));
    }

    pub(crate) fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.state().calls)
    }

    /// Puts the whole file into the body, as the service does when the last of it arrived.
    pub(crate) fn place(&self, at: &RelPath) {
        let (listed, bytes) = self.state().listed.get(at).cloned().unwrap();
        let target = self.body.path().join(at.as_str());
        fs::write(&target, &*bytes).unwrap();
        let file = fs::File::options().write(true).open(&target).unwrap();
        let since = Duration::from_nanos(listed.mtime.0.unsigned_abs());
        file.set_modified(std::time::UNIX_EPOCH + since).unwrap();
        self.here(at, true);
    }

    /// Puts an edit into the body, as the service does when it has the rest.
    pub(crate) fn finish(&self, at: &RelPath) {
        let parts = self.state().edited.get(at).cloned().unwrap();
        let (bytes, facts) = parts.state.lock().unwrap().clone();
        let target = self.body.path().join(at.as_str());
        fs::write(&target, bytes).unwrap();
        let file = fs::File::options().read(true).write(true).open(&target).unwrap();
        let since = Duration::from_nanos(facts.mtime.0.unsigned_abs());
        file.set_modified(std::time::UNIX_EPOCH + since).unwrap();
        assert!(parts.file.set(file).is_ok());
        self.state().edited.remove(at);
        self.here(at, true);
    }

    /// Takes the bytes away, as the service does when it needs the room.
    pub(crate) fn evict(&self, at: &RelPath) {
        self.here(at, false);
        fs::remove_file(self.body.path().join(at.as_str())).unwrap();
    }

    fn here(&self, at: &RelPath, here: bool) {
        if let Some((listed, _)) = self.state().listed.get_mut(at) {
            listed.here = here;
        }
    }

    fn call(&self, what: String) {
        self.state().calls.push(what);
    }
}

impl Pod for Memory {
    fn body(&self) -> &Path {
        self.body.path()
    }

    fn may_write(&self) -> bool {
        !self.state().is_read_only
    }

    fn whole(&self) -> bool {
        self.state().listed.values().all(|(listed, _)| listed.here)
    }

    fn entry(&self, path: &RelPath) -> Result<Option<Listed>, DriveError> {
        let state = self.state();
        let listed = state.listed.get(path).map(|(listed, _)| listed.clone());
        Ok(listed.map(|listed| {
            state.edited.get(path).map_or(listed.clone(), |parts| parts.over(listed))
        }))
    }

    fn is_edited(&self, path: &RelPath) -> bool {
        self.state().edited.contains_key(path)
    }

    fn edit(
        &self,
        path: &RelPath,
        listed: &Listed,
        begins: bool,
        _reader: Reader,
    ) -> Result<Option<Arc<dyn Edit>>, DriveError> {
        let mut state = self.state();
        if let Some(parts) = state.edited.get(path) {
            return Ok(Some(Arc::new(Part(parts.clone()))));
        }
        let ListedKind::File { mode, .. } = listed.kind else { return Ok(None) };
        if !begins || !state.edits {
            return Ok(None);
        }
        state.calls.push(format!("edit {path}"));
        let bytes = state.listed[path].1.to_vec();
        let facts = Edited { size: bytes.len() as u64, mode, mtime: listed.mtime };
        let parts = Arc::new(Parts { state: Mutex::new((bytes, facts)), file: OnceLock::new() });
        state.edited.insert(path.clone(), parts.clone());
        Ok(Some(Arc::new(Part(parts))))
    }

    fn children(
        &self,
        directory: Option<&RelPath>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Listed)>, DriveError> {
        let state = self.state();
        let start = match (directory, after) {
            (Some(directory), Some(after)) => Bound::Excluded(directory.child(after).unwrap()),
            (Some(directory), None) => Bound::Excluded(directory.clone()),
            (None, Some(after)) => Bound::Excluded(path(after)),
            (None, None) => Bound::Unbounded,
        };
        let from = state.listed.range((start, Bound::Unbounded));
        let within = |path: &RelPath| directory.is_none_or(|directory| path.is_below(directory));
        let below = from.take_while(|(path, _)| within(path));
        let children = below.filter(|(path, _)| path.parent().as_ref() == directory);
        let named = children.map(|(path, (listed, _))| (path.name().to_owned(), listed.clone()));
        Ok(named.take(limit).collect())
    }

    fn open(
        &self,
        path: &RelPath,
        _listed: &Listed,
        reader: Reader,
    ) -> Result<Arc<dyn Remote>, DriveError> {
        self.call(format!("open {path} by {}", reader.program));
        let state = self.state();
        let (_, bytes) = state.listed.get(path).ok_or(DriveError::Missing)?;
        Ok(Arc::new(Bytes { bytes: bytes.clone(), silent: state.silent }))
    }

    fn bring(&self, path: &RelPath, how: Bring, _i: &Interrupt) -> Result<(), DriveError> {
        self.call(format!("bring {path} {how:?}"));
        if self.state().silent && how == Bring::Whole {
            return Err(DriveError::Unreachable);
        }
        if self.state().is_full && how == Bring::Whole {
            return Err(DriveError::NoRoom);
        }
        match how {
            Bring::Whole => self.place(path),
            Bring::Empty => self.here(path, true),
        }
        Ok(())
    }

    fn remove(&self, path: &RelPath) -> Result<(), DriveError> {
        self.call(format!("remove {path}"));
        self.state().listed.remove(path);
        Ok(())
    }

    fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), DriveError> {
        self.call(format!("rename {from} {to}"));
        let mut state = self.state();
        let old = std::mem::take(&mut state.listed);
        for (path, value) in old {
            let moved = match path.as_str().strip_prefix(from.as_str()) {
                Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                    RelPath::parse(format!("{to}{rest}")).unwrap()
                }
                Some(_) | None => path,
            };
            state.listed.insert(moved, value);
        }
        Ok(())
    }

    fn attributes(&self, path: &RelPath, change: Attributes) -> Result<(), DriveError> {
        self.call(format!("attributes {path}"));
        let mut state = self.state();
        let (listed, _) = state.listed.get_mut(path).ok_or(DriveError::Missing)?;
        if let (Some(new), ListedKind::File { mode, .. }) = (change.mode, &mut listed.kind) {
            *mode = new;
        }
        listed.mtime = change.mtime.unwrap_or(listed.mtime);
        Ok(())
    }

    fn changed(&self, paths: &[RelPath]) {
        for path in paths {
            self.call(format!("changed {path}"));
        }
    }

    fn in_use(&self, path: &RelPath, uses: bool) {
        let mut state = self.state();
        if uses {
            state.used.insert(path.clone());
        } else {
            state.used.remove(path);
        }
    }
}

/// An edit as somebody has it open.
struct Part(Arc<Parts>);

impl Parts {
    fn over(&self, mut listed: Listed) -> Listed {
        let facts = self.state.lock().unwrap().1;
        if let ListedKind::File { content, mode } = &mut listed.kind {
            (content.size, *mode) = (facts.size, facts.mode);
        }
        listed.mtime = facts.mtime;
        listed
    }
}

impl Remote for Part {
    fn read_at(
        &self,
        offset: u64,
        into: &mut [u8],
        _interrupt: &Interrupt,
    ) -> Result<usize, DriveError> {
        if let Some(file) = self.0.file.get() {
            return Ok(file.read_at(into, offset)?);
        }
        let state = self.0.state.lock().unwrap();
        let rest = state.0.get(offset as usize..).unwrap_or_default();
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

impl Edit for Part {
    fn facts(&self) -> Edited {
        self.0.state.lock().unwrap().1
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), DriveError> {
        if let Some(file) = self.0.file.get() {
            return Ok(file.write_all_at(bytes, offset)?);
        }
        let mut state = self.0.state.lock().unwrap();
        let end = offset as usize + bytes.len();
        let size = state.0.len().max(end);
        state.0.resize(size, 0);
        state.0[offset as usize..end].copy_from_slice(bytes);
        state.1.size = size as u64;
        state.1.mtime = WallTime(state.1.mtime.0 + 1);
        Ok(())
    }

    fn set(&self, size: Option<u64>, change: Attributes) -> Result<(), DriveError> {
        let mut state = self.0.state.lock().unwrap();
        if let Some(size) = size {
            state.0.resize(size as usize, 0);
            state.1.size = size;
        }
        state.1.mode = change.mode.unwrap_or(state.1.mode);
        state.1.mtime = change.mtime.unwrap_or(state.1.mtime);
        Ok(())
    }

    fn sync(&self) -> Result<(), DriveError> {
        Ok(())
    }

    fn file(&self) -> Option<BorrowedFd<'_>> {
        self.0.file.get().map(AsFd::as_fd)
    }
}

struct Bytes {
    bytes: Arc<[u8]>,
    silent: bool,
}

impl Remote for Bytes {
    fn read_at(
        &self,
        offset: u64,
        into: &mut [u8],
        interrupt: &Interrupt,
    ) -> Result<usize, DriveError> {
        if self.silent {
            while !interrupt.raised() {
                thread::sleep(Duration::from_millis(10));
            }
            return Err(DriveError::Interrupted);
        }
        let rest = self.bytes.get(offset as usize..).unwrap_or_default();
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}
