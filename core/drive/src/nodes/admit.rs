//! What was found at a name gets its number: the one that it had, or a new one.

use std::sync::Arc;

use rustix::fs::Stat;

use super::children::Children;
use super::{Absent, Identity, Name, Names, Node, Nodes, number_elsewhere, number_of};
use crate::attr::{Kind, Stamp};
use crate::shown::Shown;

/// What was found at a name.
#[derive(Clone, Copy)]
pub(crate) enum Found<'a> {
    /// It stands in the body.
    Body(&'a Stat),
    /// The index has it, and its bytes are not here.
    Elsewhere(Absent),
}

impl Found<'_> {
    fn identity(&self) -> Identity {
        match self {
            Self::Body(stat) => Identity::Body { device: stat.st_dev, inode: stat.st_ino },
            Self::Elsewhere(absent) => Identity::Elsewhere(*absent),
        }
    }

    pub(crate) fn stamp(&self) -> Stamp {
        match self {
            Self::Body(stat) => Stamp::of(stat),
            Self::Elsewhere(absent) => absent.stamp(),
        }
    }

    pub(crate) fn mode(&self) -> u32 {
        match self {
            Self::Body(stat) => stat.st_mode & crate::attr::MODE_BITS,
            Self::Elsewhere(absent) => u32::from(absent.mode),
        }
    }

    /// Whether other names may lead to it.
    fn is_linked(&self) -> bool {
        match self {
            Self::Body(stat) => stat.st_nlink > 1 && !self.is_directory(),
            Self::Elsewhere(_) => false,
        }
    }

    fn is_file(&self) -> bool {
        match self {
            Self::Body(stat) => {
                Kind::of(rustix::fs::FileType::from_raw_mode(stat.st_mode)) == Kind::File
            }
            Self::Elsewhere(_) => true,
        }
    }

    fn is_directory(&self) -> bool {
        match self {
            Self::Body(stat) => {
                Kind::of(rustix::fs::FileType::from_raw_mode(stat.st_mode)) == Kind::Directory
            }
            Self::Elsewhere(_) => false,
        }
    }
}

impl Nodes {
    /// The number of what was `found` at `name` in `parent`; the kernel is told of it once more.
    pub(crate) fn admit(
        &mut self,
        parent: u64,
        name: &[u8],
        shown: &Arc<Shown>,
        found: Found<'_>,
    ) -> u64 {
        if let Some(number) = self.child(parent, name) {
            if self.is_still(number, found) {
                self.note(number, found);
                return self.again(number);
            }
            self.detach(parent, name);
        }
        let number = self.place(parent, name, shown, found);
        self.attach(number, parent, name);
        self.again(number)
    }

    /// Whether `number` stands for what was `found`.
    pub(crate) fn is_still(&self, number: u64, found: Found<'_>) -> bool {
        let Ok(node) = self.get(number) else { return false };
        match (node.identity, found.identity()) {
            (Identity::Body { device, inode }, Identity::Body { device: d, inode: i }) => {
                device == d && inode == i && !self.was_changed(node, found)
            }
            (Identity::Elsewhere(a), Identity::Elsewhere(b)) => a.content.hash == b.content.hash,
            // It arrived, or was given up, and is the same.
            (Identity::Elsewhere(_), Identity::Body { .. })
            | (Identity::Body { .. }, Identity::Elsewhere(_)) => {
                found.is_file() && node.stamp == found.stamp()
            }
            (Identity::Home, _) | (_, Identity::Home) => false,
        }
    }

    /// Whether somebody else changed its bytes in place.
    fn was_changed(&self, node: &Node, found: Found<'_>) -> bool {
        self.renumbers && found.is_file() && node.writers() == 0 && node.stamp != found.stamp()
    }

    /// Notes what is known now of a number that stays.
    pub(crate) fn note(&mut self, number: u64, found: Found<'_>) {
        self.follow_ctime(number, found);
        if let Some(node) = self.table.get_mut(&number) {
            node.identity = found.identity();
            node.stamp = found.stamp();
            node.mode = found.mode();
        }
    }

    fn again(&mut self, number: u64) -> u64 {
        if let Some(node) = self.table.get_mut(&number) {
            node.lookups += 1;
        }
        number
    }

    /// A number for something that has none at this name.
    fn place(&mut self, parent: u64, name: &[u8], shown: &Arc<Shown>, found: Found<'_>) -> u64 {
        let own = match found {
            Found::Body(stat) => number_of(shown, stat.st_dev, stat.st_ino),
            Found::Elsewhere(_) => number_elsewhere(shown, parent, name),
        };
        let spare = match found {
            Found::Body(stat) => self.spare.get(&(shown.index, stat.st_dev, stat.st_ino)).copied(),
            Found::Elsewhere(_) => None,
        };
        for number in [Some(own), spare].into_iter().flatten() {
            if found.is_linked() && self.is_other_name(number, found) {
                self.note(number, found);
                return number;
            }
        }
        let number =
            if self.table.contains_key(&own) { self.spare_number(shown, found) } else { own };
        self.table.insert(number, self.fresh(shown, found));
        number
    }

    /// Whether `number` is the same file under another name.
    fn is_other_name(&self, number: u64, found: Found<'_>) -> bool {
        self.get(number).is_ok_and(|node| !node.names.is_empty()) && self.is_still(number, found)
    }

    fn spare_number(&mut self, shown: &Shown, found: Found<'_>) -> u64 {
        self.next += 1;
        if let Found::Body(stat) = found {
            self.spare.insert((shown.index, stat.st_dev, stat.st_ino), self.next);
        }
        self.next
    }

    fn fresh(&self, shown: &Arc<Shown>, found: Found<'_>) -> Node {
        Node {
            shown: Some(shown.clone()),
            names: Names::default(),
            identity: found.identity(),
            stamp: found.stamp(),
            mode: found.mode(),
            ctime: super::ctime::of(found),
            lookups: 0,
            used: None,
            children: Children::default(),
        }
    }

    fn attach(&mut self, number: u64, parent: u64, name: &[u8]) {
        let name: Arc<[u8]> = Arc::from(name);
        if let Some(directory) = self.table.get_mut(&parent) {
            directory.children.insert(name.clone(), number);
            if let Some(node) = self.table.get_mut(&number) {
                node.names.push(Name { parent, name });
            }
        }
    }
}
