//! The names of a simulated disk, and which changes of them would survive a power cut.
//!
//! Changes are kept in the order in which they were made, as a journalling file system keeps them: a
//! power cut takes back the last few of those that were not made durable, whole operations at a time.
//! A kill of the process takes back nothing.

use std::collections::BTreeMap;

use model::{RelPath, WallTime};

use super::node::Node;
use crate::random::Random;

/// Operations that a disk keeps back at most; older ones are durable.
const PENDING_MAX: usize = 64;

/// Who changes the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// A program of the user.
    User,
    /// The service.
    Service,
}

/// One operation that is not durable: what stood at its paths before.
#[derive(Debug, Clone)]
struct Pending {
    by: Hand,
    before: Vec<(RelPath, Option<Node>)>,
}

/// A tree of names.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    nodes: BTreeMap<RelPath, Node>,
    pending: Vec<Pending>,
    open: Option<Pending>,
    last_inode: u64,
    last_stamp: WallTime,
}

impl Tree {
    /// What stands at a path.
    #[must_use]
    pub fn get(&self, path: &RelPath) -> Option<&Node> {
        self.nodes.get(path)
    }

    /// Everything, parents first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&RelPath, &Node)> {
        self.nodes.iter()
    }

    /// Everything below a directory, parents first.
    pub fn below<'a>(&'a self, path: &'a RelPath) -> impl Iterator<Item = (&'a RelPath, &'a Node)> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.nodes
            .range((Excluded(path), Unbounded))
            .take_while(move |(other, _)| other.is_below(path))
    }

    /// Begins an operation, which is undone as a whole or not at all.
    pub fn begin(&mut self, by: Hand) {
        self.open = Some(Pending { by, before: Vec::new() });
    }

    /// Ends the operation.
    pub fn end(&mut self) {
        if let Some(open) = self.open.take().filter(|open| !open.before.is_empty()) {
            self.pending.push(open);
        }
        if self.pending.len() > PENDING_MAX {
            self.pending.drain(..PENDING_MAX / 2);
        }
    }

    /// Puts something at a path, or takes away what stands there. Part of the open operation.
    pub fn set(&mut self, path: &RelPath, node: Option<Node>) {
        let before = match node {
            Some(node) => self.nodes.insert(path.clone(), node),
            None => self.nodes.remove(path),
        };
        if let Some(open) = &mut self.open {
            open.before.push((path.clone(), before));
        }
    }

    /// Everything done so far will survive a power cut.
    pub fn sync(&mut self) {
        self.pending.clear();
    }

    /// What stands where one has worked since the last sync.
    pub fn pending_of(&self, by: Hand) -> impl Iterator<Item = &Node> {
        let pending = self.pending.iter().filter(move |pending| pending.by == by);
        pending.flat_map(|pending| &pending.before).filter_map(|(path, _)| self.nodes.get(path))
    }

    /// Whether something like this would be there after any power cut; what only programs of the user have
    /// put there counts as such.
    #[must_use]
    pub fn outlasts(&self, is: impl Fn(&Node) -> bool) -> bool {
        let mut hands = BTreeMap::new();
        for pending in &self.pending {
            hands.extend(pending.before.iter().map(|(path, _)| (path, pending.by)));
        }
        let mut earlier = self.pending.iter().flat_map(|pending| &pending.before);
        self.nodes.iter().any(|(at, node)| is(node) && hands.get(at) != Some(&Hand::Service))
            || earlier.any(|(_, before)| before.as_ref().is_some_and(&is))
    }

    /// A power cut: some of the last operations never happened. Says what stood at each path that a
    /// *user's* undone operation had touched.
    pub fn cut_power(&mut self, random: &mut Random) -> Vec<(RelPath, Option<Node>)> {
        self.open = None;
        let keep = random.below(self.pending.len() + 1);
        let mut undone: BTreeMap<RelPath, Option<Node>> = BTreeMap::new();
        while self.pending.len() > keep {
            let Some(pending) = self.pending.pop() else { break };
            for (path, before) in pending.before.into_iter().rev() {
                let now = self.nodes.get(&path).cloned();
                if pending.by == Hand::User {
                    undone.entry(path.clone()).or_insert(now);
                }
                match before {
                    Some(node) => self.nodes.insert(path, node),
                    None => self.nodes.remove(&path),
                };
            }
        }
        self.pending.clear();
        undone.into_iter().collect()
    }

    /// A number that no file has had.
    pub fn new_inode(&mut self) -> u64 {
        self.last_inode += 1;
        self.last_inode
    }

    /// The time of a change: no two changes have the same.
    pub fn stamp(&mut self, now: WallTime) -> WallTime {
        let one_on = WallTime(self.last_stamp.0 + 1);
        self.last_stamp = if now > self.last_stamp || now.0 < self.last_stamp.0 - STEP_BACK_MIN {
            now
        } else {
            one_on
        };
        self.last_stamp
    }
}

/// A clock that is this much behind the last stamp has been set back, and stamps follow it.
const STEP_BACK_MIN: i64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::super::node::{Blob, Body};
    use super::*;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    fn file(tree: &mut Tree, text: &str) -> Node {
        let body = Body::File(Blob::new(text.as_bytes().to_vec()));
        let now = WallTime(0);
        Node { body, inode: tree.new_inode(), mode: 0o644, mtime: now, ctime: now }
    }

    #[test]
    fn a_power_cut_undoes_the_last_operations_and_never_the_first() {
        for seed in 0..50 {
            let mut tree = Tree::default();
            for (i, name) in ["a", "b", "c"].into_iter().enumerate() {
                tree.begin(Hand::User);
                let node = file(&mut tree, name);
                tree.set(&path(name), Some(node));
                tree.end();
                if i == 0 {
                    tree.sync();
                }
            }
            let undone = tree.cut_power(&mut Random::new(seed));
            assert!(tree.get(&path("a")).is_some());
            assert!(tree.get(&path("b")).is_some() || tree.get(&path("c")).is_none());
            assert_eq!(tree.iter().count() + undone.len(), 3);
        }
    }

    #[test]
    fn what_the_service_has_put_somewhere_lasts_once_it_is_synced() {
        for (by, lasts) in [(Hand::User, true), (Hand::Service, false)] {
            let mut tree = Tree::default();
            let node = file(&mut tree, "1");
            tree.begin(by);
            tree.set(&path("x"), Some(node));
            tree.end();
            assert_eq!(tree.outlasts(|_| true), lasts);
            tree.sync();
            assert!(tree.outlasts(|_| true));
        }
    }

    #[test]
    fn stamps_rise_within_one_moment_and_follow_a_clock_that_is_set_back() {
        let mut tree = Tree::default();
        let (first, second) = (tree.stamp(WallTime(5)), tree.stamp(WallTime(5)));
        assert!(second > first);
        assert_eq!(tree.stamp(WallTime(-7_000_000_000)), WallTime(-7_000_000_000));
    }

    #[test]
    fn below_lists_a_subtree_and_not_its_neighbours() {
        let mut tree = Tree::default();
        for name in ["d", "d/x", "d/e/y", "d-", "e"] {
            let node = file(&mut tree, name);
            tree.set(&path(name), Some(node));
        }
        let directory = path("d");
        let below: Vec<_> = tree.below(&directory).map(|(path, _)| path.as_str()).collect();
        assert_eq!(below, ["d/e/y", "d/x"]);
    }
}
