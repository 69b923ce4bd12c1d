//! What the drive asks of the running device; the service implements it, tests keep it in memory.
//!
//! A folder is shown as what stands in its *body* (a directory on this disk) united with the live files of
//! the index that are not on this disk. What stands in the body wins. Directories and links always stand in
//! the body. Invariant: nothing here but [`Remote::read_at`], [`Pod::open`] and [`Pod::bring`] may wait for
//! another device.
//!
//! A file that is elsewhere and is written in parts is an [`Edit`]: it is listed as elsewhere, with the length and
//! the time that it has by then, until it stands in the body as a whole.

use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::Arc;

use model::{Content, RelPath, WallTime};

use crate::{DriveError, Interrupt};

/// The folders of the home.
pub trait Home: Send + Sync {
    /// Every folder, by the name that its directory in the drive has.
    fn folders(&self) -> Vec<(String, Arc<dyn Pod>)>;
}

/// One folder, as this device has it.
pub trait Pod: Send + Sync {
    /// The directory below which everything that is here stands as plain files. It stays the same while
    /// the pod lives; it is opened once and used by descriptor only.
    fn body(&self) -> &Path;

    /// Whether all files of the index are on this disk, so that [`Pod::entry`] and [`Pod::children`] have
    /// nothing to add to the body. It may be behind by a moment: what arrives
    /// in it counts as not arrived yet.
    fn whole(&self) -> bool;

    /// The live entry of the index at `path`.
    ///
    /// # Errors
    /// [`DriveError`] if the index can't be read.
    fn entry(&self, path: &RelPath) -> Result<Option<Listed>, DriveError>;

    /// The live entries of the index right below `directory` (`None`: the folder itself), in order of their
    /// names, at most `limit`, those after the name `after`.
    ///
    /// # Errors
    /// [`DriveError`] if the index can't be read.
    fn children(
        &self,
        directory: Option<&RelPath>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Listed)>, DriveError>;

    /// Opens a file that is not here. What is read through the answer is `listed`'s content to the end,
    /// whatever happens at the path meanwhile.
    ///
    /// # Errors
    /// [`DriveError`] if nobody can be asked for it.
    fn open(
        &self,
        path: &RelPath,
        listed: &Listed,
        reader: Reader,
    ) -> Result<Arc<dyn Remote>, DriveError>;

    /// Opens a file that is not here to be written in parts, without waiting for the rest of it. Unless it `begins`
    /// one, only an edit that there is. Nothing, if it has to be brought.
    ///
    /// # Errors
    /// [`DriveError::Missing`] if `listed` does not stand there any more; [`DriveError`] of the disk.
    fn edit(
        &self,
        path: &RelPath,
        listed: &Listed,
        begins: bool,
        reader: Reader,
    ) -> Result<Option<Arc<dyn Edit>>, DriveError> {
        let (_, _, _, _) = (path, listed, begins, reader);
        Ok(None)
    }

    /// Whether there is an edit at `path`. Asked often.
    fn is_edited(&self, path: &RelPath) -> bool {
        let _ = path;
        false
    }

    /// Makes the path ready for a change by a program of this device.
    ///
    /// # Errors
    /// [`DriveError`] if it did not arrive in time, or there is no room for it.
    fn bring(&self, path: &RelPath, how: Bring, interrupt: &Interrupt) -> Result<(), DriveError>;

    /// Deletes an entry whose bytes are not here.
    ///
    /// # Errors
    /// [`DriveError`] if it can't be noted.
    fn remove(&self, path: &RelPath) -> Result<(), DriveError>;

    /// Renames a file that is not here; or, when a directory was renamed in the body, all entries below it
    /// that are not here. What is not here at `to` is replaced.
    ///
    /// # Errors
    /// [`DriveError`] if it can't be noted.
    fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), DriveError>;

    /// Changes what is noted about a file that is not here.
    ///
    /// # Errors
    /// [`DriveError`] if it can't be noted.
    fn attributes(&self, path: &RelPath, change: Attributes) -> Result<(), DriveError>;

    /// Whether programs may change what it shows.
    fn may_write(&self) -> bool {
        true
    }

    /// The body changed at these paths: look now.
    fn changed(&self, paths: &[RelPath]);

    /// A program has `path` open through the drive (`uses`), or the last one has closed it: what is open is
    /// not evicted.
    fn in_use(&self, path: &RelPath, uses: bool);
}

/// A live entry of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What it is.
    pub kind: ListedKind,
    /// Its modification time.
    pub mtime: WallTime,
    /// Whether the index believes it on this disk. If so and the body does not have it, it was deleted a
    /// moment ago; if not, its bytes are elsewhere.
    pub here: bool,
}

impl Listed {
    /// Length in bytes; 0 for all but files.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self.kind {
            ListedKind::File { content, .. } => content.size,
            ListedKind::Directory { .. } | ListedKind::Symlink { .. } => 0,
        }
    }
}

/// What a live entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListedKind {
    /// A regular file.
    File {
        /// Its bytes.
        content: Content,
        /// Permission bits.
        mode: u16,
    },
    /// A directory.
    Directory {
        /// Permission bits.
        mode: u16,
    },
    /// A symbolic link.
    Symlink {
        /// The text of the link.
        target: String,
    },
}

/// Who reads: for sparing, and for the log of who made this device download what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reader {
    /// The process; 0 where the kernel does not say.
    pub process: u32,
    /// The name of its program; empty where it is not known.
    pub program: String,
}

/// What is to stand in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bring {
    /// The whole content: the call returns when it stands there.
    Whole,
    /// Nothing is fetched: the program replaces the content, and the version that it replaces has been noted
    /// as shown to it. A file may be made in the body afterwards.
    Empty,
}

/// A change of what is noted about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attributes {
    /// New permission bits.
    pub mode: Option<u16>,
    /// New modification time.
    pub mtime: Option<WallTime>,
}

/// An open file of which parts were written here, while the rest is elsewhere.
pub trait Edit: Remote {
    /// Length, permission bits and time.
    fn facts(&self) -> Edited;

    /// Writes all of `bytes` at `offset`; no other device is waited for.
    ///
    /// # Errors
    /// [`DriveError`] of the disk.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), DriveError>;

    /// Changes length, mode or time.
    ///
    /// # Errors
    /// [`DriveError`] of the disk.
    fn set(&self, size: Option<u64>, change: Attributes) -> Result<(), DriveError>;

    /// Returns when what was written would survive a power loss.
    ///
    /// # Errors
    /// [`DriveError`] of the disk.
    fn sync(&self) -> Result<(), DriveError>;

    /// The file in the body, once all of it stands there.
    fn file(&self) -> Option<BorrowedFd<'_>>;
}

/// What can be told of a file that is being edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edited {
    /// Bytes.
    pub size: u64,
    /// Permission bits.
    pub mode: u16,
    /// The time of the last change.
    pub mtime: WallTime,
}

/// An open file whose bytes are elsewhere.
pub trait Remote: Send + Sync {
    /// Reads at `offset`; fewer bytes than asked for only at the end of the file. It has a deadline of its
    /// own, and ends early when `interrupt` is raised.
    ///
    /// # Errors
    /// [`DriveError::Unreachable`] when nobody delivered in time, [`DriveError::Interrupted`].
    fn read_at(
        &self,
        offset: u64,
        into: &mut [u8],
        interrupt: &Interrupt,
    ) -> Result<usize, DriveError>;
}
