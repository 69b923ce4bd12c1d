//! The time of the last change of a file's status, as programs are told of it.
//!
//! That a file's bytes come here or are given up is no change of the file, but on the disk below it is one. So a
//! number keeps the time that was told of it until a change that is one: while the file in the body has the time
//! that it came with, the time from before is told. Not here: what a restart forgets.

use model::WallTime;

use super::admit::Found;
use super::{Identity, Nodes};
use crate::attr::{Attr, moment_of, wall_of};

/// What the disk says, and where the bytes are elsewhere, what stands for it.
pub(super) fn of(found: Found<'_>) -> WallTime {
    match found {
        Found::Body(stat) => wall_of(Attr::of_body(0, stat).ctime),
        Found::Elsewhere(absent) => absent.mtime,
    }
}

impl Nodes {
    /// Something was found at a number that stays.
    pub(super) fn follow_ctime(&mut self, number: u64, found: Found<'_>) {
        let now = of(found);
        let Some(node) = self.table.get_mut(&number).filter(|node| node.ctime != now) else {
            return;
        };
        let before = std::mem::replace(&mut node.ctime, now);
        let came_or_went = match (node.identity, found) {
            (Identity::Elsewhere(absent), Found::Body(_)) => absent.stamp() == found.stamp(),
            (Identity::Body { .. }, Found::Elsewhere(_)) => true,
            (Identity::Elsewhere(_), Found::Elsewhere(_))
            | (Identity::Body { .. }, Found::Body(_))
            | (Identity::Home, _) => false,
        };
        if came_or_went {
            self.told.entry(number).or_insert(before);
        } else {
            self.told.remove(&number);
        }
    }

    /// What is told of `number` for these facts.
    pub(crate) fn told(&self, number: u64, attr: Attr) -> Attr {
        let told = || {
            let node = self.get(number).ok().filter(|node| node.ctime == wall_of(attr.ctime))?;
            self.told.get(&number).filter(|told| **told != node.ctime)
        };
        told().map_or(attr, |told| Attr { ctime: moment_of(*told), ..attr })
    }
}
