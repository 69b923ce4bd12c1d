//! Names come and go: what a program did to them, kept without asking the disk again.

use std::sync::Arc;

use super::{Name, Nodes};

impl Nodes {
    /// `name` in `parent` leads nowhere any more. What it stood for lives on while it is held.
    pub(crate) fn detach(&mut self, parent: u64, name: &[u8]) {
        let Some(directory) = self.table.get_mut(&parent) else { return };
        let Some(number) = directory.children.remove(name) else { return };
        if let Some(node) = self.table.get_mut(&number) {
            node.names.remove(parent, name);
        }
        self.sweep(number);
    }

    /// What was at `from` is at `to`, in place of what was there.
    pub(crate) fn moved(&mut self, from: (u64, &[u8]), to: (u64, &[u8])) {
        self.detach(to.0, to.1);
        let Some(number) = self.take(from) else { return };
        self.put(number, to);
    }

    /// What was at each of the two is at the other.
    pub(crate) fn exchanged(&mut self, one: (u64, &[u8]), other: (u64, &[u8])) {
        let (first, second) = (self.take(one), self.take(other));
        if let Some(first) = first {
            self.put(first, other);
        }
        if let Some(second) = second {
            self.put(second, one);
        }
    }

    fn take(&mut self, (parent, name): (u64, &[u8])) -> Option<u64> {
        let number = self.table.get_mut(&parent)?.children.remove(name)?;
        if let Some(node) = self.table.get_mut(&number) {
            node.names.remove(parent, name);
        }
        Some(number)
    }

    fn put(&mut self, number: u64, (parent, name): (u64, &[u8])) {
        let name: Arc<[u8]> = Arc::from(name);
        if let Some(directory) = self.table.get_mut(&parent) {
            directory.children.insert(name.clone(), number);
        }
        if let Some(node) = self.table.get_mut(&number) {
            node.names.push(Name { parent, name });
        }
    }

    /// The names from the folder's top to `number`; nothing if it was deleted or replaced.
    pub(crate) fn way(&self, number: u64) -> Option<Vec<Arc<[u8]>>> {
        let mut way = Vec::new();
        let mut at = number;
        while !self.is_top(at) {
            let name = self.table.get(&at)?.names.first()?;
            way.push(name.name.clone());
            at = name.parent;
        }
        way.reverse();
        Some(way)
    }

    /// Whether `number` is the directory of a whole folder, or of all of them.
    pub(crate) fn is_top(&self, number: u64) -> bool {
        let Some(node) = self.table.get(&number) else { return false };
        let of_home = |parent| self.table.get(&parent).is_some_and(|up| up.shown.is_none());
        number == super::ROOT || node.names.first().is_some_and(|name| of_home(name.parent))
    }

    /// The numbers from the folder's top to `number`, both included.
    pub(crate) fn line(&self, number: u64) -> Option<Vec<u64>> {
        let mut line = vec![number];
        let mut at = number;
        while !self.is_top(at) {
            at = self.table.get(&at)?.names.first()?.parent;
            line.push(at);
        }
        line.reverse();
        Some(line)
    }
}
