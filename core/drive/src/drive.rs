//! The file system that knows no kernel: numbers become open directories and names in them.
//!
//! Invariant: everything in a body is reached by single names below open directories, never following a link,
//! so that nothing outside is touched whatever is moved meanwhile. The list of numbers is locked only to look
//! something up, never over a call of the system.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use model::RelPath;
use model::path::OWN_DIRECTORY;
use rustix::fs::{AtFlags, Mode, OFlags, Stat};

use crate::handles::Handles;
use crate::list::Listings;
use crate::nodes::{Identity, Name, Nodes};
use crate::shown::{Folders, Shown};
use crate::{DriveError, Home, Interrupt};

const DIRECTORY: OFlags =
    OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// What stands at the top of a drive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// A directory for each folder of the home.
    Home,
    /// One folder, by its name.
    Folder(String),
}

/// On whose behalf a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// The process, or 0.
    pub process: u32,
}

/// A call that may wait.
#[derive(Debug, Clone)]
pub struct Call {
    /// On whose behalf.
    pub caller: Caller,
    /// When it should end.
    pub interrupt: Interrupt,
}

/// The file system.
pub struct Drive {
    pub(crate) folders: Folders,
    pub(crate) handles: Handles,
    pub(crate) listings: Listings,
    pub(crate) since: SystemTime,
    nodes: Mutex<Nodes>,
    own_uid: u32,
}

/// Where something stands in a body.
pub(crate) struct Spot {
    pub(crate) shown: Arc<Shown>,
    pub(crate) directory: Arc<OwnedFd>,
    pub(crate) name: Arc<[u8]>,
}

impl Drive {
    /// The drive over `home`.
    ///
    /// # Errors
    /// [`DriveError`] if `view` names a folder that is not there, or whose body can't be opened.
    pub fn new(home: Arc<dyn Home>, view: &View) -> Result<Self, DriveError> {
        let folders = Folders::new(home);
        let nodes = match view {
            View::Home => Nodes::new(Identity::Home, None),
            View::Folder(name) => {
                let shown = folders.find(name)?.ok_or(DriveError::Missing)?;
                let top = rustix::fs::fstat(shown.top())?;
                let identity = Identity::Body { device: top.st_dev, inode: top.st_ino };
                Nodes::new(identity, Some(shown))
            }
        };
        Ok(Self {
            folders,
            handles: Handles::default(),
            listings: Listings::default(),
            since: SystemTime::now(),
            nodes: Mutex::new(nodes),
            own_uid: rustix::process::geteuid().as_raw(),
        })
    }

    /// Told by the adapter when its kernel keeps its own idea of sizes and times (a writeback cache).
    pub fn kernel_knows_sizes(&self) {
        self.nodes().renumbers = true;
    }

    /// How many numbers the kernel holds.
    pub fn numbers(&self) -> usize {
        self.nodes().len()
    }

    /// The kernel lets go of `number`, `count` times.
    pub fn forget(&self, number: u64, count: u64) {
        self.nodes().forget(number, count);
    }

    pub(crate) fn nodes(&self) -> MutexGuard<'_, Nodes> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The open directory that `number` stands for.
    pub(crate) fn directory(&self, number: u64) -> Result<(Arc<Shown>, Arc<OwnedFd>), DriveError> {
        let (shown, line, names) = {
            let nodes = self.nodes();
            let node = nodes.get(number)?;
            let shown = node.shown.clone().ok_or(DriveError::Own)?;
            if let Some(directory) = node.directory() {
                return Ok((shown, directory.clone()));
            }
            let line = nodes.line(number).ok_or(DriveError::Stale)?;
            (shown, line, nodes.way(number).ok_or(DriveError::Stale)?)
        };
        let mut directory = shown.top.clone();
        for (below, name) in line.into_iter().skip(1).zip(names) {
            let known = self.nodes().get(below)?.directory().cloned();
            directory = match known {
                Some(known) => known,
                None => self.open_directory(below, &directory, &name)?,
            };
        }
        Ok((shown, directory))
    }

    fn open_directory(
        &self,
        number: u64,
        parent: &OwnedFd,
        name: &[u8],
    ) -> Result<Arc<OwnedFd>, DriveError> {
        let opened = Arc::new(rustix::fs::openat(parent, name, DIRECTORY, Mode::empty())?);
        let stat = rustix::fs::fstat(&opened)?;
        let mut nodes = self.nodes();
        let identity = Identity::Body { device: stat.st_dev, inode: stat.st_ino };
        if nodes.get(number)?.identity != identity {
            return Err(DriveError::Stale);
        }
        nodes.keep_open(number, opened.clone());
        Ok(opened)
    }

    /// Where `number` stands; [`DriveError::Stale`] if it was deleted or replaced.
    pub(crate) fn spot(&self, number: u64) -> Result<Spot, DriveError> {
        let name = {
            let nodes = self.nodes();
            let node = nodes.get(number)?;
            let shown = node.shown.clone().ok_or(DriveError::Own)?;
            if nodes.is_top(number) {
                let directory = shown.top.clone();
                return Ok(Spot { shown, directory, name: Arc::from(&b"."[..]) });
            }
            node.names.first().cloned().ok_or(DriveError::Stale)?
        };
        let Name { parent, name } = name;
        let (shown, directory) = self.directory(parent)?;
        Ok(Spot { shown, directory, name })
    }

    /// The path of `name` in `parent`, if a folder can hold it.
    pub(crate) fn path(&self, parent: u64, name: &[u8]) -> Option<RelPath> {
        let mut way = self.nodes().way(parent)?;
        way.push(Arc::from(name));
        joined(&way)
    }

    /// The path of `number`, if it has one.
    pub(crate) fn path_of(&self, number: u64) -> Option<RelPath> {
        let way = self.nodes().way(number)?;
        joined(&way)
    }

    /// Where `number` stands: its folder, and the path in it.
    #[must_use]
    pub fn place_of(&self, number: u64) -> Option<(String, RelPath)> {
        let folder = self.nodes().shown(number).ok()?.name.clone();
        Some((folder, self.path_of(number)?))
    }

    /// Refuses to change the names that belong to the service, and any where nothing may be changed.
    pub(crate) fn guard(&self, parent: u64, name: &[u8]) -> Result<(), DriveError> {
        if name == OWN_DIRECTORY.as_bytes() && self.nodes().is_top(parent) {
            return Err(DriveError::Own);
        }
        self.refuse_reader(parent)
    }

    /// Refuses to change anything of a folder of which nothing may be changed.
    pub(crate) fn refuse_reader(&self, number: u64) -> Result<(), DriveError> {
        let shown = self.nodes().shown(number)?;
        if shown.pod.may_write() { Ok(()) } else { Err(rustix::io::Errno::ROFS.into()) }
    }

    /// Gives what `caller` made to it: bodies belong to the service's user, who is somebody else only where
    /// the service runs as root.
    pub(crate) fn give_to(
        &self,
        caller: Caller,
        directory: &OwnedFd,
        name: &[u8],
        made: &Stat,
    ) -> Result<(), DriveError> {
        if self.own_uid != 0 || (caller.uid == 0 && caller.gid == made.st_gid) {
            return Ok(());
        }
        // In a directory that hands its group down, the system has set it already.
        let handed_down = rustix::fs::fstat(directory)?.st_mode & crate::attr::SET_GROUP != 0;
        let group = (!handed_down).then(|| rustix::fs::Gid::from_raw(caller.gid));
        let owner = Some(rustix::fs::Uid::from_raw(caller.uid));
        Ok(rustix::fs::chownat(directory, name, owner, group, AtFlags::SYMLINK_NOFOLLOW)?)
    }
}

fn joined(way: &[Arc<[u8]>]) -> Option<RelPath> {
    let text = String::from_utf8(way.join(&b'/')).ok()?;
    RelPath::parse(text).ok()
}

/// What stands at `name`; nothing if nothing does.
pub(crate) fn look(directory: impl AsFd, name: &[u8]) -> Result<Option<Stat>, DriveError> {
    match rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(rustix::io::Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
