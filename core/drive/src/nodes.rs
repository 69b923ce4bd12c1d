//! The numbers by which the kernel knows files, and what each stands for.
//!
//! A number stands for one thing: an object in a body, or one content that is elsewhere. When the service or
//! a person puts something else at a path, the path gets another number, so that what the kernel keeps of the
//! old one can't be taken for the new one. Invariants: a number lives while the kernel holds it (`lookups`) or
//! something below it does; a name leads to at most one number. Numbers of body objects derive from their
//! inode and are the same after a restart.

mod admit;
mod children;
mod ctime;
mod named;
mod names;

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use model::{Content, WallTime};

pub(crate) use self::admit::Found;
use self::children::Children;
pub(crate) use self::named::{Name, Names};
use crate::DriveError;
use crate::attr::Stamp;
use crate::shown::Shown;

/// The number of the top of the drive.
pub const ROOT: u64 = 1;

/// Inodes below this get a number that shows them.
const PLAIN_INODES: u64 = 1 << 40;
const PLAIN_FOLDERS: u32 = 1 << 20;
const ELSEWHERE: u64 = 1 << 61;
const SPARE: u64 = 1 << 62;

/// What a number stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    /// The directory of all folders.
    Home,
    /// What stands in a body.
    Body { device: u64, inode: u64 },
    /// A file that is not here.
    Elsewhere(Absent),
}

/// What the index says of a file that is not here. Of one that is being edited: the name of the content that it was
/// before, with the length that it has by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Absent {
    pub(crate) content: Content,
    pub(crate) mode: u16,
    pub(crate) mtime: WallTime,
}

impl Absent {
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp { size: self.content.size, mtime: self.mtime }
    }
}

pub(crate) struct Node {
    /// Its folder; nothing for the directory of all folders.
    pub(crate) shown: Option<Arc<Shown>>,
    /// Empty once it was deleted or replaced; several for hard links.
    pub(crate) names: Names,
    pub(crate) identity: Identity,
    pub(crate) stamp: Stamp,
    pub(crate) mode: u32,
    /// The time of the last change of its status, as the disk says.
    ctime: WallTime,
    /// How often the kernel was told of it.
    lookups: u64,
    /// What few have at a time; most pay for a pointer.
    used: Option<Box<Used>>,
    children: Children,
}

/// How something is used.
#[derive(Debug, Clone, Default)]
pub(crate) struct Used {
    /// Open handles.
    pub(crate) opens: Vec<u64>,
    /// How many of them may write.
    pub(crate) writers: u32,
    /// Whether somebody else may have changed it while it was open to be written.
    pub(crate) doubtful: bool,
    /// The directory in the body, once it was needed.
    pub(crate) directory: Option<Arc<OwnedFd>>,
}

impl Node {
    /// Open handles.
    pub(crate) fn opens(&self) -> &[u64] {
        self.used.as_ref().map_or(&[], |used| &used.opens)
    }

    /// How many handles may write.
    pub(crate) fn writers(&self) -> u32 {
        self.used.as_ref().map_or(0, |used| used.writers)
    }

    /// The directory in the body, if it is open.
    pub(crate) fn directory(&self) -> Option<&Arc<OwnedFd>> {
        self.used.as_ref()?.directory.as_ref()
    }

    /// Changes how it is used; what is not used any more costs nothing.
    pub(crate) fn with_used<R>(&mut self, change: impl FnOnce(&mut Used) -> R) -> R {
        let used = self.used.get_or_insert_default();
        let result = change(used);
        if used.opens.is_empty() && used.directory.is_none() && !used.doubtful {
            self.used = None;
        }
        result
    }
}

/// All numbers.
pub(crate) struct Nodes {
    table: HashMap<u64, Node>,
    /// Body objects whose own number was taken.
    spare: HashMap<(u32, u64, u64), u64>,
    /// What is told instead of `Node::ctime`, where that is something else.
    told: HashMap<u64, WallTime>,
    next: u64,
    /// Directories that hold a descriptor, oldest first.
    opened: std::collections::VecDeque<u64>,
    /// Whether a file that somebody else changed in place gets a new number: where the kernel believes its
    /// own idea of a file's size for as long as it knows the number.
    pub(crate) renumbers: bool,
}

/// Directories that are kept open.
const DIRECTORIES_MAX: usize = 512;

impl Nodes {
    pub(crate) fn new(root: Identity, shown: Option<Arc<Shown>>) -> Self {
        let top = Node {
            shown,
            names: Names::default(),
            identity: root,
            stamp: Stamp { size: 0, mtime: WallTime(0) },
            mode: 0,
            ctime: WallTime(0),
            lookups: 1,
            used: None,
            children: Children::default(),
        };
        Self {
            table: HashMap::from([(ROOT, top)]),
            spare: HashMap::new(),
            told: HashMap::new(),
            next: SPARE,
            opened: std::collections::VecDeque::new(),
            renumbers: false,
        }
    }

    pub(crate) fn get(&self, number: u64) -> Result<&Node, DriveError> {
        self.table.get(&number).ok_or(DriveError::Stale)
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Result<&mut Node, DriveError> {
        self.table.get_mut(&number).ok_or(DriveError::Stale)
    }

    /// The folder that `number` lies in.
    pub(crate) fn shown(&self, number: u64) -> Result<Arc<Shown>, DriveError> {
        self.get(number)?.shown.clone().ok_or(DriveError::Own)
    }

    /// The number that `name` in `parent` leads to, if the kernel knows it.
    pub(crate) fn child(&self, parent: u64, name: &[u8]) -> Option<u64> {
        self.table.get(&parent)?.children.get(name)
    }

    /// All that the kernel knows in `parent`.
    pub(crate) fn children(&self, parent: u64) -> Vec<(Arc<[u8]>, u64)> {
        let Some(node) = self.table.get(&parent) else { return Vec::new() };
        node.children.iter().map(|(name, number)| (name.clone(), number)).collect()
    }

    /// The kernel lets go of `number`, `count` times.
    pub(crate) fn forget(&mut self, number: u64, count: u64) {
        if let Some(node) = self.table.get_mut(&number) {
            node.lookups = node.lookups.saturating_sub(count);
        }
        self.sweep(number);
    }

    /// Keeps a directory's descriptor, and lets go of the one that was kept longest.
    pub(crate) fn keep_open(&mut self, number: u64, directory: Arc<OwnedFd>) {
        let Some(node) = self.table.get_mut(&number) else { return };
        if node.with_used(|used| used.directory.replace(directory)).is_none() {
            self.opened.push_back(number);
        }
        while self.opened.len() > DIRECTORIES_MAX {
            let oldest = self.opened.pop_front();
            if let Some(node) = oldest.and_then(|oldest| self.table.get_mut(&oldest)) {
                node.with_used(|used| used.directory = None);
            }
        }
    }

    pub(crate) fn numbers_where(&self, which: impl Fn(&Node) -> bool) -> Vec<u64> {
        let numbers = self.table.iter().filter(|(_, node)| which(node));
        numbers.map(|(number, _)| *number).collect()
    }

    /// How many numbers the kernel holds.
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// Removes `number` if nobody needs it any more, then what only it kept alive.
    fn sweep(&mut self, number: u64) {
        let mut next = Some(number);
        while let Some(number) = next.take() {
            let Some(node) = self.table.get(&number) else { return };
            if number == ROOT
                || node.lookups > 0
                || !node.children.is_empty()
                || !node.opens().is_empty()
            {
                return;
            }
            let Some(node) = self.table.remove(&number) else { return };
            self.told.remove(&number);
            if let (Identity::Body { device, inode }, Some(shown)) = (node.identity, &node.shown)
                && self.spare.get(&(shown.index, device, inode)) == Some(&number)
            {
                self.spare.remove(&(shown.index, device, inode));
            }
            for name in node.names.into_iter() {
                if let Some(parent) = self.table.get_mut(&name.parent) {
                    parent.children.remove(&name.name);
                    next = Some(name.parent);
                }
            }
        }
    }
}

/// The number that an object of a body has where nothing else has it.
pub(crate) fn number_of(shown: &Shown, device: u64, inode: u64) -> u64 {
    if device == shown.device && inode < PLAIN_INODES && shown.index < PLAIN_FOLDERS {
        return (u64::from(shown.index) + 1) * PLAIN_INODES + inode;
    }
    hashed(&(shown.index, device, inode))
}

/// The number that a file that is not here has where nothing else has it.
pub(crate) fn number_elsewhere(shown: &Shown, parent: u64, name: &[u8]) -> u64 {
    hashed(&(shown.index, parent, name))
}

fn hashed(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    ELSEWHERE | (hasher.finish() & (ELSEWHERE - 1))
}
