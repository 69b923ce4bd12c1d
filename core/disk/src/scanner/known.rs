//! What is known of the part of the disk that is scanned, by directory.

use std::collections::HashMap;

use engine::observation::{Knowledge, KnowledgeError, Seen};
use model::RelPath;

/// An entry as it is known.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: Box<str>,
    pub(super) seen: Seen,
}

/// Known entries by the directory that holds them; the root's is the empty text.
#[derive(Debug, Default)]
pub(super) struct KnownTree {
    directories: HashMap<Box<str>, Vec<Row>>,
}

impl KnownTree {
    /// Loads everything known at and below `under`. What is known at `under` itself is returned and
    /// not kept.
    pub(super) fn load(
        &mut self,
        knowledge: &mut dyn Knowledge,
        under: Option<&RelPath>,
    ) -> Result<Option<Seen>, KnowledgeError> {
        let mut own = None;
        // Neighbours come in a row, so most rows go where the one before went.
        let mut current: (Box<str>, Vec<Row>) = Default::default();
        knowledge.each_known(under, &mut |known| {
            if Some(&known.path) == under {
                own = Some(known.seen);
                return;
            }
            let (parent, name) =
                known.path.as_str().rsplit_once('/').unwrap_or(("", known.path.as_str()));
            if *current.0 != *parent {
                let full = std::mem::replace(&mut current, (parent.into(), Vec::new()));
                self.add(full);
            }
            current.1.push(Row { name: name.into(), seen: known.seen });
        })?;
        self.add(current);
        Ok(own)
    }

    fn add(&mut self, (parent, rows): (Box<str>, Vec<Row>)) {
        if !rows.is_empty() {
            self.directories.entry(parent).or_default().extend(rows);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.directories.is_empty()
    }

    /// Takes out what is known directly in a directory, sorted by name.
    pub(super) fn take(&mut self, directory: &str) -> Vec<Row> {
        let mut rows = self.directories.remove(directory).unwrap_or_default();
        if !rows.is_sorted_by(|a, b| a.name <= b.name) {
            rows.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        }
        rows
    }

    /// Takes out everything known below a directory and hands its paths to `each`.
    pub(super) fn take_below(&mut self, directory: &str, each: &mut dyn FnMut(&str, &Seen)) {
        let mut waiting = vec![directory.to_owned()];
        while let Some(directory) = waiting.pop() {
            for row in self.take(&directory) {
                let path = join(&directory, &row.name);
                each(&path, &row.seen);
                waiting.push(path);
            }
        }
    }
}

/// The path of `name` in `directory`.
pub(super) fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// The paths without those that lie below another one, sorted.
pub(super) fn topmost(paths: &[RelPath]) -> Vec<RelPath> {
    let mut sorted = paths.to_vec();
    sorted.sort_unstable();
    let mut top: Vec<RelPath> = Vec::new();
    for path in sorted {
        match top.last() {
            Some(last) if *last == path || path.is_below(last) => {}
            Some(_) | None => top.push(path),
        }
    }
    top
}
