//! Which files this device keeps: the pod's mode, and rules for subtrees, the deepest of which wins.
//!
//! What is kept always is fetched; what is not is fetched when somebody wants it here (`absent`) and
//! given up again (`evict`). Whatever stands on the disk follows its entry in any case, so that nobody
//! finds an old version there. Not here: where the rules are written down (`home::policy`).

use std::collections::BTreeMap;

use model::{Content, EntryKind, Keep, Mode, RelPath};

use super::{Folder, ME, Turn};
use crate::index::{Holders, Index, IndexError, Row};
use crate::planner::{Decision, decide};

/// Rows that are looked at in one go.
const PAGE: usize = 1024;

/// What is kept in one folder on this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Where no other rule holds.
    pub(crate) base: Keep,
    /// For each of these paths and what is below.
    pub(crate) paths: BTreeMap<RelPath, Keep>,
}

impl Rules {
    /// What holds at a path.
    pub(crate) fn keep(&self, path: &RelPath) -> Keep {
        if self.paths.is_empty() {
            return self.base;
        }
        let own = self.paths.get(path);
        let above = || path.ancestors().find_map(|above| self.paths.get(&above));
        own.or_else(above).copied().unwrap_or(self.base)
    }

    /// Whether every file is kept whatever its path.
    pub(crate) fn all_always(&self) -> bool {
        self.base == Keep::Always && self.paths.values().all(|keep| *keep == Keep::Always)
    }

    /// The subtrees for which `other` may say something else; `None`: the whole folder.
    fn differing(&self, other: &Self) -> Option<Vec<RelPath>> {
        if self.base != other.base {
            return None;
        }
        let paths = self.paths.keys().chain(other.paths.keys());
        Some(paths.filter(|path| self.paths.get(path) != other.paths.get(path)).cloned().collect())
    }
}

impl<I: Index> Folder<I> {
    /// Whether the winner of a row that is not on this disk as it should be is to be put there.
    pub(super) fn is_wanted(&self, row: &Row) -> Result<bool, IndexError> {
        let EntryKind::File { content, .. } = row.register.winner().kind else { return Ok(true) };
        let kept = row.disk.is_some()
            || self.rules.keep(&row.path) == Keep::Always
            || self.absent.is_brought(&row.path);
        Ok(kept || self.would_go(row, content)?)
    }

    /// Whether the bytes of a file that is not here would be on no disk but in this one's archive, or are
    /// about to go there: they are put where the file is. What has just been moved is moved here too.
    fn would_go(&self, row: &Row, content: Content) -> Result<bool, IndexError> {
        let nobody = row.holders.with(ME, false) == Holders::default();
        for other in self.index.on_disk(content.hash)? {
            let leaves = !other.register.winner().kind.is_live();
            if other.path != row.path && (nobody || leaves) {
                return Ok(true);
            }
        }
        Ok(nobody && self.index.is_archived(content.hash)?)
    }

    /// Other rules hold from now on.
    pub(crate) fn set_rules(
        &mut self,
        turn: &mut Turn<'_>,
        (mode, rules): (Mode, Rules),
    ) -> Result<(), IndexError> {
        let mode_changed = std::mem::replace(&mut self.mode, mode) != mode;
        let before = std::mem::replace(&mut self.rules, rules);
        match before.differing(&self.rules) {
            None => self.keep_anew(None)?,
            Some(subtrees) => {
                for subtree in &subtrees {
                    self.keep_anew(Some(subtree))?;
                }
                if subtrees.is_empty() && !mode_changed {
                    return Ok(());
                }
            }
        }
        self.evict_soon(turn);
        self.tell(turn)?;
        self.pump(turn)
    }

    /// After an index was opened: rules may have changed in the moment before a crash.
    pub(super) fn check_rules(&mut self) -> Result<(), IndexError> {
        let unheld = self.totals.unheld.first().copied().unwrap_or_default();
        if self.rules.all_always() && unheld.files == self.totals.pending {
            return Ok(());
        }
        self.keep_anew(None)
    }

    /// Works out for a subtree what is to be fetched, and what may go.
    fn keep_anew(&mut self, subtree: Option<&RelPath>) -> Result<(), IndexError> {
        if let Some(path) = subtree
            && let Some(row) = self.index.get(path)?
        {
            self.keep_row_anew(&row)?;
        }
        self.each_row_below(subtree, |folder, row| folder.keep_row_anew(row))
    }

    pub(super) fn keep_row_anew(&mut self, row: &Row) -> Result<(), IndexError> {
        self.cache.forget(&row.path);
        if row.needed == (decide(row) != Decision::Nothing && self.is_wanted(row)?) {
            self.note_cached(row);
            return Ok(());
        }
        let after = self.write(Some(row), row.clone(), false)?;
        if after.needed {
            self.work.add(after.path);
        }
        Ok(())
    }

    /// Keeps the cache's account of a row that was written.
    pub(super) fn note_cached(&mut self, row: &Row) {
        if self.rules.base != Keep::Always || !self.rules.paths.is_empty() {
            self.cache.note(row, self.rules.keep(&row.path));
        }
    }

    /// Calls `each` for every row below a path (`None`: of the index), page by page.
    pub(super) fn each_row_below(
        &mut self,
        directory: Option<&RelPath>,
        mut each: impl FnMut(&mut Self, &Row) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let mut after = None;
        loop {
            let rows = self.index.below(directory, after.as_ref(), PAGE)?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some(last.path.clone());
            for row in &rows {
                each(self, row)?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(base: Keep, paths: &[(&str, Keep)]) -> Rules {
        let paths = paths.iter().map(|(path, keep)| (RelPath::parse(*path).unwrap(), *keep));
        Rules { base, paths: paths.collect() }
    }

    #[test]
    fn the_deepest_rule_wins() {
        let rules = rules(
            Keep::Auto,
            &[("a", Keep::Always), ("a/b", Keep::Never), ("a/b/c/d", Keep::Auto)],
        );
        for (path, keep) in [
            ("x", Keep::Auto),
            ("a", Keep::Always),
            ("a/x", Keep::Always),
            ("a/b/c", Keep::Never),
            ("a/b/c/d/e", Keep::Auto),
        ] {
            assert_eq!(rules.keep(&RelPath::parse(path).unwrap()), keep, "{path}");
        }
    }

    #[test]
    fn only_subtrees_whose_rule_changed_are_looked_at_again() {
        let before = rules(Keep::Auto, &[("a", Keep::Always), ("b", Keep::Never)]);
        let after = rules(Keep::Auto, &[("a", Keep::Always), ("c", Keep::Never)]);
        let changed = before.differing(&after).unwrap();
        assert!(changed.iter().map(RelPath::as_str).eq(["b", "c"]), "{changed:?}");
        assert_eq!(before.differing(&rules(Keep::Always, &[])), None);
    }
}
