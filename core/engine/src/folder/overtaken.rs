//! What a kill left at a path, when what is wanted there has changed since.
//!
//! A change may have been made and not noted when the service was killed. As a rule the first look finds what the
//! winner says. If the root can't be looked at for a while, others may tell of something newer first: what stands
//! there is then neither what was known nor what is wanted, and would be taken for the work of a person. Invariant:
//! only what looks in every way like what was wanted is taken for it.

use model::Entry;

use super::{Folder, Turn};
use crate::index::{Index, IndexError, OnDisk, Row};
use crate::observation::Seen;
use crate::planner::attributes;

/// Paths that are remembered; of more, what stands there is taken for the work of a person.
const OVERTAKEN_MAX: usize = 100_000;

impl<I: Index> Folder<I> {
    /// Notes what was wanted at the start, as something else is wanted now.
    pub(super) fn note_overtaken(&mut self, before: &Row, after: &Row) {
        let winner = before.register.winner();
        let news = before.needed && winner != after.register.winner();
        let noted = &mut self.disk.overtaken;
        if !self.disk.known
            && news
            && winner.kind.content().is_some()
            && noted.len() < OVERTAKEN_MAX
        {
            noted.entry(before.path.clone()).or_insert_with(|| winner.clone());
        }
    }

    /// The row of a path at which something is seen: if just that was wanted at the start, it was put there then.
    pub(super) fn put_before(
        &mut self,
        turn: &Turn<'_>,
        row: Row,
        seen: &Seen,
    ) -> Result<Row, IndexError> {
        let looks_like = |entry: &&Entry| {
            entry.kind.same(&seen.kind)
                && attributes(&entry.kind, entry.mtime) == attributes(&seen.kind, seen.stat.mtime)
        };
        let Some(entry) = self.disk.overtaken.get(&row.path).filter(looks_like).cloned() else {
            return Ok(row);
        };
        self.disk.overtaken.remove(&row.path);
        if let Some(disk) = &row.disk
            && self.a_kill_may_have_displaced(disk)
        {
            self.keep(turn, &row.path, disk)?;
        }
        let disk = OnDisk { seen: seen.clone(), version: entry.version, dot: entry.dot };
        let after = self.write(Some(&row), Row { disk: Some(disk), ..row.clone() }, false)?;
        if after.needed {
            self.work.add(after.path.clone());
        }
        Ok(after)
    }
}
