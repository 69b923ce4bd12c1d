//! Who made this device fetch what.
//!
//! Kept in memory since the service started: one line for each program, process and file, the oldest
//! giving way beyond [`PULLS_MAX`].

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{FolderId, RelPath, WallTime};

use crate::clock;

/// Lines that are kept.
const PULLS_MAX: usize = 2000;

/// A program that reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Who {
    /// Its process; 0 if it is not known.
    pub(crate) process: u32,
    /// Its name.
    pub(crate) program: String,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pull {
    pub(crate) who: Who,
    pub(crate) folder: FolderId,
    pub(crate) path: RelPath,
    pub(crate) bytes: u64,
    /// How often it was refused what is not here.
    pub(crate) refused: u64,
    pub(crate) first: WallTime,
    pub(crate) last: WallTime,
}

/// The log.
#[derive(Default)]
pub(crate) struct Pulls(Mutex<HashMap<(Who, FolderId, RelPath), Pull>>);

impl Pulls {
    /// So many bytes came because of somebody's read.
    pub(super) fn add(&self, who: &Who, place: (FolderId, &RelPath), bytes: u64) {
        self.note(who, place, |pull| pull.bytes += bytes);
    }

    /// Somebody's read was refused.
    pub(super) fn refuse(&self, who: &Who, place: (FolderId, &RelPath)) {
        self.note(who, place, |pull| pull.refused += 1);
    }

    fn note(
        &self,
        who: &Who,
        (folder, path): (FolderId, &RelPath),
        change: impl FnOnce(&mut Pull),
    ) {
        let now = clock::wall();
        let mut pulls = self.pulls();
        let key = (who.clone(), folder, path.clone());
        if !pulls.contains_key(&key) && pulls.len() >= PULLS_MAX {
            let oldest = pulls.iter().min_by_key(|(_, pull)| pull.last).map(|(key, _)| key.clone());
            oldest.map(|key| pulls.remove(&key));
        }
        let pull = pulls.entry(key).or_insert_with(|| Pull {
            who: who.clone(),
            folder,
            path: path.clone(),
            bytes: 0,
            refused: 0,
            first: now,
            last: now,
        });
        change(pull);
        pull.last = now;
    }

    /// Every line, the newest first.
    pub(crate) fn all(&self) -> Vec<Pull> {
        let mut all: Vec<Pull> = self.pulls().values().cloned().collect();
        all.sort_by(|a, b| b.last.cmp(&a.last).then_with(|| a.path.cmp(&b.path)));
        all
    }

    fn pulls(&self) -> MutexGuard<'_, HashMap<(Who, FolderId, RelPath), Pull>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_reads_of_one_file_is_one_line_and_lines_have_a_limit() {
        let pulls = Pulls::default();
        let who = Who { process: 7, program: "cat".to_owned() };
        let path = |n: usize| RelPath::parse(format!("f{n}")).unwrap();
        let folder = FolderId([1; 16]);
        pulls.add(&who, (folder, &path(0)), 5);
        pulls.add(&who, (folder, &path(0)), 6);
        pulls.refuse(&who, (folder, &path(0)));
        assert_eq!(pulls.all().len(), 1);
        assert_eq!((pulls.all()[0].bytes, pulls.all()[0].refused), (11, 1));
        (0..PULLS_MAX + 10).for_each(|n| pulls.add(&who, (folder, &path(n)), 1));
        assert_eq!(pulls.all().len(), PULLS_MAX);
    }
}
