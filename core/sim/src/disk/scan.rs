//! Looking at a simulated disk, as `engine::observation` describes it.
//!
//! A scan goes path by path, so that other things happen in its middle. Files that look as they did
//! are not opened: what a rotten disk returns is noticed only where something is read anyway.

use std::collections::BTreeSet;

use engine::event::ManifestRead;
use engine::index::{Index, IndexError, Row};
use engine::observation::{Found, Observation, Root, Scope, Seen};
use model::{Problem, RelPath};

use super::Disk;
use super::node::Node;
use crate::toy;

/// What one look at a path reports.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// What was found.
    pub observation: Observation,
    /// The manifest of a larger file that was read.
    pub manifest: Option<ManifestRead>,
}

impl Disk {
    /// The paths that a scan visits, in order: what is on disk and what is known to have been.
    ///
    /// # Errors
    /// What the index reports.
    pub fn visits(&self, index: &impl Index, scope: &Scope) -> Result<Vec<RelPath>, IndexError> {
        if self.root() != Root::Ready {
            return Ok(Vec::new());
        }
        let mut paths = BTreeSet::new();
        match scope {
            Scope::Folder => {
                paths.extend(self.tree.iter().map(|(path, _)| path.clone()));
                paths.extend(on_disk(index.below(None, None, usize::MAX)?));
            }
            Scope::Paths(roots) => {
                for root in roots {
                    paths.insert(root.clone());
                    paths.extend(self.tree.below(root).map(|(path, _)| path.clone()));
                    paths.extend(on_disk(index.below(Some(root), None, usize::MAX)?));
                }
            }
        }
        Ok(paths.into_iter().collect())
    }

    /// Looks at one path; `None` if it is as the index knows it.
    ///
    /// # Errors
    /// What the index reports.
    pub fn look(&self, index: &impl Index, path: &RelPath) -> Result<Option<Look>, IndexError> {
        if self.root() != Root::Ready {
            return Ok(None);
        }
        // What seems to be gone, and is held, is no longer known to stand.
        let held = index.held_at(path)?.is_some_and(|held| held.arrived.is_none());
        let row = index.get(path)?.filter(|_| !held);
        let known = row.and_then(|row| row.disk).map(|disk| disk.seen);
        let found = match (self.tree.get(path), &known) {
            (None, None) => return Ok(None),
            (None, Some(_)) => Found::Gone,
            (Some(node), Some(known)) if node.stat() == known.stat && same_sort(node, known) => {
                return Ok(None);
            }
            (Some(_), _) if self.ailments.bad.contains(path) => Found::Blocked(Problem::DiskError),
            (Some(node), _) => Found::Present(read(node, moved_from(index, node)?)),
        };
        let manifest = match (&found, self.tree.get(path).and_then(Node::blob)) {
            (Found::Present(_), Some(blob)) => toy::manifest_of(&blob.bytes),
            (Found::Present(_) | Found::Gone | Found::Blocked(_), _) => None,
        };
        let observation = Observation { path: path.clone(), found };
        Ok(Some(Look { observation, manifest }))
    }
}

fn on_disk(rows: Vec<Row>) -> impl Iterator<Item = RelPath> {
    rows.into_iter().filter(|row| row.disk.is_some()).map(|row| row.path)
}

fn same_sort(node: &Node, known: &Seen) -> bool {
    let seen = node.seen().kind;
    std::mem::discriminant(&seen) == std::mem::discriminant(&known.kind)
}

/// The state under which a file was known at another path, if a rename explains it.
fn moved_from(index: &impl Index, node: &Node) -> Result<Option<Seen>, IndexError> {
    if node.blob().is_none() {
        return Ok(None);
    }
    let stat = node.stat();
    let rows = index.below(None, None, usize::MAX)?;
    let mut known = rows.into_iter().filter_map(|row| row.disk).map(|disk| disk.seen);
    Ok(known.find(|seen| stat.moved_from(&seen.stat) && seen.kind.content().is_some()))
}

/// A file that was moved is not read again.
fn read(node: &Node, moved: Option<Seen>) -> Seen {
    let seen = node.seen();
    match (moved.and_then(|moved| moved.kind.content()), seen.kind.content()) {
        (Some(content), Some(_)) => {
            Seen { kind: model::EntryKind::File { content, mode: node.mode }, stat: seen.stat }
        }
        (Some(_) | None, _) => seen,
    }
}
