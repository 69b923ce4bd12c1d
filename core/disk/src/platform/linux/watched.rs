//! The watched directories: a tree, so that renaming one is a single step.

use std::collections::HashMap;

/// Watches by their number, with the place of each directory.
#[derive(Debug, Default)]
pub(super) struct Watched {
    nodes: HashMap<i32, Node>,
    children: HashMap<(i32, Box<str>), i32>,
    root: Option<i32>,
}

#[derive(Debug)]
struct Node {
    /// None for the root.
    parent: Option<i32>,
    name: Box<str>,
}

impl Watched {
    /// Notes that the directory at `path` (empty: the root) is watched. Its parent must be, or the
    /// directory is taken for lost.
    pub(super) fn insert(&mut self, watch: i32, path: &str) {
        if path.is_empty() {
            self.root = Some(watch);
            self.nodes.insert(watch, Node { parent: None, name: "".into() });
            return;
        }
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        if let Some(parent) = self.at(above) {
            self.detach(watch);
            self.attach(watch, parent, name);
        }
    }

    fn at(&self, path: &str) -> Option<i32> {
        let mut names = path.split('/').filter(|name| !name.is_empty());
        names.try_fold(self.root?, |parent, name| self.child(parent, name))
    }

    pub(super) fn child(&self, parent: i32, name: &str) -> Option<i32> {
        self.children.get(&(parent, name.into())).copied()
    }

    pub(super) fn contains(&self, watch: i32) -> bool {
        self.nodes.contains_key(&watch)
    }

    pub(super) fn is_root(&self, watch: i32) -> bool {
        self.root == Some(watch)
    }

    pub(super) fn watches(&self) -> impl Iterator<Item = i32> + '_ {
        self.nodes.keys().copied()
    }

    /// The path of `name` in a watched directory.
    pub(super) fn path_of(&self, watch: i32, name: &str) -> Option<String> {
        let mut names = vec![name];
        let mut node = self.nodes.get(&watch)?;
        while let Some(parent) = node.parent {
            names.push(&node.name);
            node = self.nodes.get(&parent)?;
        }
        names.reverse();
        Some(names.join("/"))
    }

    pub(super) fn rename(&mut self, watch: i32, parent: i32, name: &str) {
        self.detach(watch);
        self.attach(watch, parent, name);
    }

    pub(super) fn remove(&mut self, watch: i32) {
        self.detach(watch);
        self.nodes.remove(&watch);
    }

    /// Forgets a directory and all below; gives their watches.
    pub(super) fn remove_below(&mut self, watch: i32) -> Vec<i32> {
        let below = |mut at: i32| loop {
            if at == watch {
                return true;
            }
            match self.nodes.get(&at).and_then(|node| node.parent) {
                Some(parent) => at = parent,
                None => return false,
            }
        };
        let gone: Vec<i32> = self.nodes.keys().copied().filter(|at| below(*at)).collect();
        for watch in &gone {
            self.remove(*watch);
        }
        gone
    }

    fn attach(&mut self, watch: i32, parent: i32, name: &str) {
        self.nodes.insert(watch, Node { parent: Some(parent), name: name.into() });
        self.children.insert((parent, name.into()), watch);
    }

    fn detach(&mut self, watch: i32) {
        let Some(Node { parent: Some(parent), name }) = self.nodes.get(&watch) else { return };
        let key = (*parent, name.clone());
        // Another directory may have its name by now.
        if self.children.get(&key) == Some(&watch) {
            self.children.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_directory_takes_everything_below_along() {
        let mut watched = Watched::default();
        for (watch, path) in [(1, ""), (2, "a"), (3, "a/b"), (4, "c")] {
            watched.insert(watch, path);
        }
        watched.rename(2, 4, "d");
        assert_eq!(watched.path_of(3, "f").as_deref(), Some("c/d/b/f"));
        assert_eq!(watched.path_of(1, "f").as_deref(), Some("f"));
        assert_eq!(watched.child(1, "a"), None);
        let mut gone = watched.remove_below(4);
        gone.sort_unstable();
        assert_eq!(gone, [2, 3, 4]);
        assert_eq!(watched.path_of(3, "f"), None);
    }

    #[test]
    fn a_new_directory_of_the_same_name_is_not_lost_with_the_old_one() {
        let mut watched = Watched::default();
        watched.insert(1, "");
        watched.insert(2, "a");
        watched.insert(3, "a");
        watched.remove(2);
        assert_eq!(watched.child(1, "a"), Some(3));
    }
}
