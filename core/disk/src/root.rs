//! The root directory of a folder on this device.
//!
//! A [`Root`] holds the directory open, and all access goes through that handle: whatever happens to
//! the path meanwhile, nothing outside is read or written. In the root lies the service's own directory
//! `.homefold` with the marker (which folder this is), the staging and the archive. Invariant: a
//! directory without the marker is never taken for an empty folder. One service at a time: the marker
//! is locked while a `Root` lives. After a sync that failed nothing is concluded from what stands there
//! before another one has succeeded: it may not outlast a power cut.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
#[cfg(test)]
use std::sync::atomic::AtomicBool;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::observation;
use model::path::OWN_DIRECTORY;
use model::{FolderId, RelPath};

use crate::made::Made;
use crate::platform::{self, Dir, Facts, MODE_PRIVATE, is_gone, problem_of};
use crate::space::Space;

const MARKER: &str = "folder";
const STAGING: &str = "staging";
const ARCHIVE: &str = "archive";
const EDITS: &str = "edits";
/// Bytes of the marker that are read: a folder id and a line end.
const MARKER_MAX: u64 = 64;

/// Why a directory can't be used as a folder's root.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// It is missing, unmarked or can't be read.
    #[error("opening the folder's root: it is {0:?}")]
    State(observation::Root),
    /// The marker names another folder.
    #[error("opening the folder's root: it belongs to the folder {0}")]
    OtherFolder(FolderId),
    /// Another service has it open.
    #[error("opening the folder's root: another service uses it")]
    InUse,
    /// The system reported an error.
    #[error("{0} in the folder's root")]
    Io(&'static str, #[source] io::Error),
}

/// The open root of a folder.
#[derive(Debug)]
pub struct Root {
    path: PathBuf,
    folder: FolderId,
    facts: Facts,
    top: Dir,
    staging: Dir,
    archive: Dir,
    made: Made,
    /// How often a sync has failed.
    doubts: AtomicU64,
    /// How often one had failed when the last one began that succeeded.
    settled: AtomicU64,
    #[cfg(test)]
    pub(crate) syncs_fail: AtomicBool,
    _lock: File,
}

impl Root {
    /// Makes `path` the root of `folder`: creates the directory, if it is missing, and the marker. Also
    /// puts a lost marker back. Files that are there stay.
    ///
    /// # Errors
    /// [`RootError::OtherFolder`] if the directory is marked for another folder; [`RootError`] if it
    /// can't be used.
    pub fn adopt(path: &Path, folder: FolderId) -> Result<Self, RootError> {
        std::fs::create_dir_all(path).map_err(|e| RootError::Io("making the directory", e))?;
        let top = open_top(path).map_err(RootError::State)?;
        let own = make_below(&top, OWN_DIRECTORY)
            .map_err(|e| RootError::Io("making the service's own directory", e))?;
        match read_marker(&own).map_err(|e| RootError::Io("reading the marker", e))? {
            Some(other) if other != folder => return Err(RootError::OtherFolder(other)),
            Some(_) => {}
            None => write_marker(&top, &own, folder)
                .map_err(|e| RootError::Io("writing the marker", e))?,
        }
        Self::with(path, folder, top, &own)
    }

    /// Opens the root of `folder` at `path`, which must be marked.
    ///
    /// # Errors
    /// [`RootError`]; nothing was changed.
    pub fn open(path: &Path, folder: FolderId) -> Result<Self, RootError> {
        let top = open_top(path).map_err(RootError::State)?;
        let unmarked = |_| RootError::State(observation::Root::Unmarked);
        let own = top.open_child(OWN_DIRECTORY).map_err(unmarked)?;
        match read_marker(&own).map_err(|e| RootError::Io("reading the marker", e))? {
            Some(other) if other != folder => Err(RootError::OtherFolder(other)),
            Some(_) => Self::with(path, folder, top, &own),
            None => Err(RootError::State(observation::Root::Unmarked)),
        }
    }

    fn with(path: &Path, folder: FolderId, top: Dir, own: &Dir) -> Result<Self, RootError> {
        let marker = own.open_file(MARKER).map_err(|e| RootError::Io("opening the marker", e))?;
        match platform::lock(&marker) {
            Ok(true) => {}
            Ok(false) => return Err(RootError::InUse),
            Err(error) => return Err(RootError::Io("locking the marker", error)),
        }
        let facts = top.own_facts().map_err(|e| RootError::Io("looking at the directory", e))?;
        let make = |name| make_below(own, name).map_err(|e| RootError::Io("making own files", e));
        let (staging, archive) = (make(STAGING)?, make(ARCHIVE)?);
        Ok(Self {
            path: path.to_owned(),
            folder,
            facts,
            top,
            staging,
            archive,
            made: Made::default(),
            doubts: AtomicU64::new(0),
            settled: AtomicU64::new(0),
            #[cfg(test)]
            syncs_fail: AtomicBool::new(false),
            _lock: marker,
        })
    }

    /// Where it was opened.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whose root it is.
    #[must_use]
    pub fn folder(&self) -> FolderId {
        self.folder
    }

    /// Whether the path still leads to this directory, with the marker in it, and its disk keeps what is
    /// written. If not, this handle is of no use any more: nothing may be concluded from what it shows.
    #[must_use]
    pub fn check(&self) -> observation::Root {
        let found = self.look();
        let ready = found == observation::Root::Ready;
        if ready && self.is_doubted() && self.sync().is_err() {
            return observation::Root::Denied;
        }
        found
    }

    fn look(&self) -> observation::Root {
        let top = match open_top(&self.path) {
            Ok(top) => top,
            Err(state) => return state,
        };
        match top.own_facts() {
            Ok(facts) if facts.volume != self.facts.volume => observation::Root::OtherVolume,
            Ok(facts) if facts.stat.inode != self.facts.stat.inode => observation::Root::Unmarked,
            Ok(_) => match top.open_child(OWN_DIRECTORY).and_then(|own| read_marker(&own)) {
                Ok(Some(folder)) if folder == self.folder => observation::Root::Ready,
                Ok(_) => observation::Root::Unmarked,
                Err(error) => unreadable(&error, observation::Root::Unmarked),
            },
            Err(error) => unreadable(&error, observation::Root::Missing),
        }
    }

    /// Makes everything on its volume durable, whoever wrote it.
    ///
    /// # Errors
    /// What the system reports: something may not be.
    pub fn sync(&self) -> io::Result<()> {
        // What fails while this goes on is not settled by it.
        let begun = self.doubts();
        self.sync_volume()?;
        self.settled.fetch_max(begun, Ordering::SeqCst);
        Ok(())
    }

    pub(crate) fn sync_volume(&self) -> io::Result<()> {
        #[cfg(test)]
        if self.syncs_fail.load(Ordering::SeqCst) {
            return Err(io::Error::from_raw_os_error(5));
        }
        self.top.sync_volume()
    }

    /// What was done here could not be made durable: it may not outlast a power cut.
    pub(crate) fn doubt(&self) {
        self.doubts.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether something that was done here may not outlast a power cut.
    fn is_doubted(&self) -> bool {
        self.settled.load(Ordering::SeqCst) < self.doubts()
    }

    /// How often that was so. Whatever was done or seen before it grew may be what does not last.
    #[must_use]
    pub fn doubts(&self) -> u64 {
        self.doubts.load(Ordering::SeqCst)
    }

    /// Room on its volume.
    ///
    /// # Errors
    /// What the system reports.
    pub fn space(&self) -> io::Result<Space> {
        self.top.space()
    }

    /// Which volume that is: the same number for two roots on one disk.
    #[must_use]
    pub fn volume(&self) -> u64 {
        self.facts.volume
    }

    pub(crate) fn top(&self) -> &Dir {
        &self.top
    }

    pub(crate) fn staging(&self) -> &Dir {
        &self.staging
    }

    pub(crate) fn archive(&self) -> &Dir {
        &self.archive
    }

    /// Where edits of files that are elsewhere wait; made when there is a first one.
    pub(crate) fn edits(&self) -> io::Result<Dir> {
        let own = self.top.open_child(OWN_DIRECTORY)?;
        let made = make_below(&own, EDITS)?;
        own.sync()?;
        Ok(made)
    }

    /// The same, if there ever was one.
    pub(crate) fn edits_if_any(&self) -> io::Result<Option<Dir>> {
        match self.top.open_child(OWN_DIRECTORY).and_then(|own| own.open_child(EDITS)) {
            Ok(edits) => Ok(Some(edits)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the service itself just did in here.
    pub(crate) fn made(&self) -> &Made {
        &self.made
    }

    /// The directory at `path`; `None` is the root itself.
    pub(crate) fn dir(&self, path: Option<&RelPath>) -> io::Result<Dir> {
        match path {
            Some(path) => self.top.open_below(path.as_str()),
            None => self.top.again(),
        }
    }

    /// The directory that holds `path`.
    pub(crate) fn parent(&self, path: &RelPath) -> io::Result<Dir> {
        self.dir(path.parent().as_ref())
    }

    /// What stands at `path`; nothing also if a directory above it is gone or a link.
    pub(crate) fn facts(&self, path: &RelPath) -> io::Result<Option<Facts>> {
        match self.parent(path) {
            Ok(parent) => parent.facts(path.name()),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn open_top(path: &Path) -> Result<Dir, observation::Root> {
    Dir::open_root(path).map_err(|error| unreadable(&error, observation::Root::Missing))
}

/// `otherwise`, unless the error is about permission.
fn unreadable(error: &io::Error, otherwise: observation::Root) -> observation::Root {
    if problem_of(error) == model::Problem::Denied { observation::Root::Denied } else { otherwise }
}

fn make_below(dir: &Dir, name: &str) -> io::Result<Dir> {
    match dir.make_dir(name, 0o700) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => dir.open_child(name),
    }
}

fn read_marker(own: &Dir) -> io::Result<Option<FolderId>> {
    let file = match own.open_file(MARKER) {
        Ok(file) => file,
        Err(error) if is_gone(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = String::new();
    file.take(MARKER_MAX).read_to_string(&mut text)?;
    Ok(FolderId::parse(text.trim_end()))
}

/// Writes the marker so that it is whole or not there after a crash.
fn write_marker(top: &Dir, own: &Dir, folder: FolderId) -> io::Result<()> {
    const DRAFT: &str = "folder.new";
    let _ = own.remove_file(DRAFT);
    let mut file = own.create_file(DRAFT, MODE_PRIVATE)?;
    writeln!(file, "{folder}")?;
    file.sync_all()?;
    own.rename_over(DRAFT, own, MARKER)?;
    own.sync()?;
    top.sync()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::observation::Root as State;
    use std::fs;

    const FOLDER: FolderId = FolderId([7; 16]);

    #[test]
    fn a_directory_becomes_a_root_and_is_known_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/folder");
        assert!(matches!(Root::open(&path, FOLDER), Err(RootError::State(State::Missing))));
        assert_eq!(Root::adopt(&path, FOLDER).unwrap().check(), State::Ready);
        assert_eq!(Root::open(&path, FOLDER).unwrap().check(), State::Ready);
        let other = FolderId([8; 16]);
        assert!(matches!(Root::adopt(&path, other), Err(RootError::OtherFolder(FOLDER))));
        assert!(matches!(Root::open(&path, other), Err(RootError::OtherFolder(FOLDER))));
    }

    #[test]
    fn two_services_never_share_a_root() {
        let dir = tempfile::tempdir().unwrap();
        let first = Root::adopt(dir.path(), FOLDER).unwrap();
        assert!(matches!(Root::open(dir.path(), FOLDER), Err(RootError::InUse)));
        drop(first);
        assert!(Root::open(dir.path(), FOLDER).is_ok());
    }

    #[test]
    fn a_root_that_vanished_or_was_replaced_is_not_an_empty_folder() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("folder");
        let root = Root::adopt(&path, FOLDER).unwrap();
        fs::rename(&path, dir.path().join("moved")).unwrap();
        assert_eq!(root.check(), State::Missing);
        fs::create_dir(&path).unwrap();
        assert_eq!(root.check(), State::Unmarked);
        fs::remove_dir(&path).unwrap();
        fs::write(&path, "a file").unwrap();
        assert_eq!(root.check(), State::Missing);
        fs::remove_file(&path).unwrap();
        fs::rename(dir.path().join("moved"), &path).unwrap();
        assert_eq!(root.check(), State::Ready);
        fs::remove_dir_all(path.join(OWN_DIRECTORY)).unwrap();
        assert_eq!(root.check(), State::Unmarked);
        drop(root);
        assert!(matches!(Root::open(&path, FOLDER), Err(RootError::State(State::Unmarked))));
        assert_eq!(Root::adopt(&path, FOLDER).unwrap().check(), State::Ready);
    }

    #[test]
    fn another_volume_at_the_same_path_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let memory = Path::new("/dev/shm");
        if !memory.is_dir() {
            return;
        }
        let path = dir.path().join("folder");
        let root = Root::adopt(&path, FOLDER).unwrap();
        let other = tempfile::tempdir_in(memory).unwrap();
        fs::rename(&path, dir.path().join("moved")).unwrap();
        std::os::unix::fs::symlink(other.path(), &path).unwrap();
        assert_eq!(root.check(), State::OtherVolume);
    }

    #[test]
    fn nothing_is_reached_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        let root = Root::adopt(dir.path(), FOLDER).unwrap();
        std::os::unix::fs::symlink(outside.path(), dir.path().join("link")).unwrap();
        let path = RelPath::parse("link/secret").unwrap();
        assert_eq!(root.facts(&path).unwrap(), None);
        assert!(root.parent(&path).is_err());
        assert!(root.dir(Some(&RelPath::parse("link").unwrap())).is_err());
    }
}
