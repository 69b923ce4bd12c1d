//! What the service may do to a disk: what it was asked for and nothing else, to what it knew and nothing
//! else; and what a crash may leave.

use std::collections::{BTreeMap, BTreeSet};

use engine::change::{Change, Make, Outcome, Source};
use engine::index::Index;
use model::{ContentHash, RelPath};

use super::{Oracle, Violation};
use crate::disk::{Disk, Node, Thing};
use crate::index::MapIndex;

type Verdict = Result<(), Violation>;

fn broken(rule: &'static str, text: String) -> Verdict {
    Err(Violation { rule, text })
}

/// A disk before a change, and whether the service knew what stood there.
#[derive(Debug)]
pub struct Before {
    nodes: BTreeMap<RelPath, Node>,
    archive: BTreeSet<ContentHash>,
    /// Of the paths that the change touches, those at which something stood that the index did not know.
    unknown: Vec<RelPath>,
}

impl Before {
    /// How things are before `change`.
    #[must_use]
    pub fn of(change: &Change, disk: &Disk, index: Option<&MapIndex>) -> Self {
        let known = |path: &RelPath| {
            let row = index.and_then(|index| index.get(path).ok().flatten());
            row.and_then(|row| row.disk).map(|disk| disk.seen.stat)
        };
        let strange = |path: &&RelPath| match disk.tree.get(path) {
            Some(node) if node.is_directory() => {
                !is_directory(&change.make) && disk.tree.below(path).next().is_some()
            }
            Some(node) => known(path) != Some(node.stat()),
            None => false,
        };
        let unknown = touched(change).filter(strange).cloned().collect();
        let nodes = disk.tree.iter().map(|(path, node)| (path.clone(), node.clone())).collect();
        Self { nodes, archive: disk.archive.keys().copied().collect(), unknown }
    }
}

/// The paths that a change may take something away from.
fn touched(change: &Change) -> impl Iterator<Item = &RelPath> {
    let from = match &change.make {
        Make::File { source: Source::Move { path, .. }, .. } => Some(path),
        Make::File { .. }
        | Make::Nothing
        | Make::Attributes { .. }
        | Make::Directory { .. }
        | Make::Symlink { .. } => None,
    };
    from.into_iter().chain([&change.path])
}

fn is_directory(make: &Make) -> bool {
    matches!(make, Make::Directory { .. } | Make::Attributes { .. })
}

impl Oracle {
    /// The service has made a change, or has not.
    ///
    /// # Errors
    /// I3: it took away what it did not know. I5: something changed that it was not asked for.
    /// I23: it was refused, and something changed all the same.
    pub fn changed(
        &self,
        change: &Change,
        outcome: &Outcome,
        before: &Before,
        disk: &Disk,
    ) -> Verdict {
        let paths = before.nodes.keys().chain(disk.tree.iter().map(|(path, _)| path));
        let differs = |path: &&RelPath| before.nodes.get(*path) != disk.tree.get(path);
        let mut differing = paths.filter(differs);
        match outcome {
            Outcome::Done(_) => {
                if let Some(path) = before.unknown.first() {
                    return broken("I3", format!("{path} was not as it was known: {change:?}"));
                }
                let meant = |path: &RelPath| {
                    touched(change).any(|own| own == path)
                        || change.path.is_below(path) && !before.nodes.contains_key(path)
                };
                match differing.find(|path| !meant(path)) {
                    Some(path) => broken("I5", format!("{path} changed with {change:?}")),
                    None => Ok(()),
                }
            }
            Outcome::Differs | Outcome::SourceDiffers | Outcome::Blocked(_) => {
                let dropped = before.archive.iter().find(|hash| !disk.archive.contains_key(hash));
                match (differing.next(), dropped) {
                    (None, None) => Ok(()),
                    (path, hash) => {
                        broken("I23", format!("{path:?}, {hash:?} after {outcome:?}: {change:?}"))
                    }
                }
            }
        }
    }

    /// A crash has left a disk like this.
    ///
    /// # Errors
    /// I4: at some path stands what never stood there.
    pub fn crashed(&self, device: usize, disk: &Disk) -> Verdict {
        for (path, node) in disk.tree.iter().filter(|(_, node)| !node.is_directory()) {
            let stood = self.stood_at.get(&(device, path.clone()));
            if !stood.is_some_and(|things| things.contains(&node.thing())) {
                return broken("I4", format!("{device}: {path} is {node:?} after a crash"));
            }
        }
        Ok(())
    }

    /// Something is put at a path, whole.
    pub(super) fn put(&mut self, device: usize, path: &RelPath, thing: &Thing) {
        self.stood_at.entry((device, path.clone())).or_default().insert(thing.clone());
    }
}
