//! A simulated disk: the user's folder, the staging and the archive beside it, and what is wrong
//! with it at the moment.
//!
//! Rooms: `tree` (names and what a power cut does to them), `user` (what programs do), `scan`
//! (observations), `apply` (changes of the service), `staging` (bytes that are not in the tree).

pub mod apply;
pub mod node;
pub mod scan;
pub mod staging;
pub mod tree;
pub mod user;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use engine::observation::Root;
use model::{Content, ContentHash, RelPath, WallTime};

pub use node::{Blob, Body, Node, Thing};
pub use tree::{Hand, Tree};

use staging::Staged;

/// What changed at a path: what a person saw there before and sees after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Where.
    pub path: RelPath,
    /// What stood there.
    pub before: Option<Thing>,
    /// What stands there.
    pub after: Option<Thing>,
    /// Where the same file stood before, if it was renamed.
    pub moved_from: Option<RelPath>,
}

/// What is wrong with a disk.
#[derive(Debug, Clone, Default)]
pub struct Ailments {
    /// No room for another byte.
    pub full: bool,
    /// Mounted read-only.
    pub read_only: bool,
    /// Reading or writing here fails.
    pub bad: BTreeSet<RelPath>,
    /// So many percent of the service's operations fail.
    pub flaky: u32,
    /// It takes what is written, and can't make it durable.
    pub unsynced: bool,
}

/// A folder that can't be reached for now.
#[derive(Debug, Clone)]
struct Away {
    /// What the service finds instead.
    looks: Root,
    tree: Tree,
    staging: BTreeMap<ContentHash, Staged>,
    archive: BTreeMap<ContentHash, Rc<Blob>>,
}

/// A disk.
#[derive(Debug, Clone)]
pub struct Disk {
    /// The folder.
    pub tree: Tree,
    /// Bytes that wait to be put into the tree.
    pub staging: BTreeMap<ContentHash, Staged>,
    /// Bytes that were replaced or deleted.
    pub archive: BTreeMap<ContentHash, Rc<Blob>>,
    /// What is wrong.
    pub ailments: Ailments,
    /// Whether the folder's marker stands in the root.
    pub marked: bool,
    /// What is really there when something else, or nothing, is in its place.
    away: Option<Away>,
    /// Something could not be made durable: nothing that stands here is sure to last.
    doubted: bool,
    /// How often that was so.
    pub doubts: u64,
    /// Whether putting staged bytes in place takes them out of the staging.
    pub consumes_staging: bool,
    /// What the wall clock shows, as far as the disk knows.
    pub now: WallTime,
}

impl Default for Disk {
    fn default() -> Self {
        Self {
            tree: Tree::default(),
            staging: BTreeMap::new(),
            archive: BTreeMap::new(),
            ailments: Ailments::default(),
            marked: true,
            away: None,
            doubted: false,
            doubts: 0,
            consumes_staging: true,
            now: WallTime(0),
        }
    }
}

impl Disk {
    /// The state of the root directory.
    #[must_use]
    pub fn root(&self) -> Root {
        match &self.away {
            Some(away) => away.looks,
            None if !self.marked => Root::Unmarked,
            None if self.doubted => Root::Denied,
            None => Root::Ready,
        }
    }

    /// The same, after another try to make durable what could not be made so.
    pub fn check(&mut self) -> Root {
        if self.doubted && self.is_there() {
            self.sync();
        }
        self.root()
    }

    /// Makes durable what stands here; whether that was possible.
    pub fn sync(&mut self) -> bool {
        self.doubted = self.ailments.unsynced;
        if self.doubted {
            self.doubts += 1;
        } else {
            self.tree.sync();
        }
        !self.doubted
    }

    /// What the service has put here and could not make durable.
    pub fn unsure(&self) -> impl Iterator<Item = Thing> {
        self.tree.pending_of(Hand::Service).filter(|_| self.doubted).map(Node::thing)
    }

    /// A program asks for the same; only it hears whether that was possible.
    pub fn sync_of_program(&mut self) {
        if !self.ailments.unsynced {
            self.tree.sync();
        }
    }

    /// The root vanishes, is replaced by an empty mount point, or by another volume.
    pub fn take_away(&mut self, looks: Root) {
        if self.away.is_none() && looks != Root::Ready {
            self.away = Some(Away {
                looks,
                tree: std::mem::take(&mut self.tree),
                staging: std::mem::take(&mut self.staging),
                archive: std::mem::take(&mut self.archive),
            });
        }
    }

    /// What was taken away is there again.
    pub fn bring_back(&mut self) {
        if let Some(away) = self.away.take() {
            self.tree = away.tree;
            self.staging = away.staging;
            self.archive = away.archive;
        }
    }

    /// Whether the user's own tree is in its place.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.away.is_none()
    }

    /// A person has declared the root, as it is, to be right. What had been taken away will not come
    /// back: says what that was, in the tree and in the archive.
    pub fn mark(&mut self) -> Option<(Tree, Vec<Content>)> {
        if self.away.as_ref().is_some_and(|away| away.looks == Root::Denied) {
            return None;
        }
        self.marked = true;
        let archived = |blob: &Rc<Blob>| blob.content;
        self.away.take().map(|away| (away.tree, away.archive.values().map(archived).collect()))
    }

    /// Whether the bytes of a content stand anywhere on this disk, undamaged.
    #[must_use]
    pub fn has(&self, content: &Content) -> bool {
        self.in_tree(content) || self.archived(content)
    }

    /// Whether they stand in the folder, even if it is away at the moment.
    #[must_use]
    pub fn in_tree(&self, content: &Content) -> bool {
        let away = self.away.iter().flat_map(|away| away.tree.iter());
        let mut files = self.tree.iter().chain(away).filter_map(|(_, node)| node.blob());
        files.any(|blob| blob.sound && blob.content == *content)
    }

    /// Whether they would be there after any power cut, as far as the service has a hand in it.
    #[must_use]
    pub fn outlasts_a_power_cut(&self, content: &Content) -> bool {
        let is = |node: &Node| node.blob().is_some_and(|blob| blob.content == *content);
        let away = self.away.as_ref().is_some_and(|away| away.tree.outlasts(is));
        away || self.tree.outlasts(is) || self.lies_in_archive(content.hash)
    }

    /// Whether a file of that name lies in the archive, sound or not.
    #[must_use]
    pub fn lies_in_archive(&self, content: ContentHash) -> bool {
        self.archive.contains_key(&content)
    }

    /// Whether they stand in the archive.
    #[must_use]
    pub fn archived(&self, content: &Content) -> bool {
        let away = self.away.as_ref().and_then(|away| away.archive.get(&content.hash));
        self.archive.get(&content.hash).or(away).is_some_and(|blob| blob.sound)
    }
}
