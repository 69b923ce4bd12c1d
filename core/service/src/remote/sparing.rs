//! Whose reads fetch nothing: programs that look into everything, and those that had their share.
//!
//! Policy `read.spared` names programs. For them a file that is not here can't even be opened: whoever maps a
//! file into memory would be killed by a read that fails. Policy `read.budget` limits what one process has
//! fetched in a minute; what is here it can always read. The system's own calls, which belong to no process,
//! are not limited.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::home::policy::{Place, READ_BUDGET};
use model::{FolderId, RelPath, Tick};

use super::{ReadFailed, Who};
use crate::clock;
use crate::node::Node;

/// For how long a budget is.
const MINUTE: Duration = Duration::from_secs(60);
/// Processes whose bytes are counted.
const PROCESSES_MAX: usize = 1024;

/// What processes had fetched lately.
#[derive(Default)]
pub(super) struct Spending(Mutex<HashMap<u32, Spent>>);

#[derive(Debug, Clone, Copy)]
struct Spent {
    since: Tick,
    bytes: u64,
}

impl Spending {
    /// So many bytes came for a process.
    pub(super) fn add(&self, process: u32, bytes: u64) {
        self.add_at(clock::tick(), process, bytes);
    }

    fn add_at(&self, now: Tick, process: u32, bytes: u64) {
        if process == 0 {
            return;
        }
        let mut spent = self.spent();
        if spent.len() >= PROCESSES_MAX && !spent.contains_key(&process) {
            let oldest = spent.iter().min_by_key(|(_, spent)| spent.since).map(|(key, _)| *key);
            oldest.map(|key| spent.remove(&key));
        }
        let entry = spent.entry(process).or_insert(Spent { since: now, bytes: 0 });
        if now.since(entry.since) >= MINUTE {
            *entry = Spent { since: now, bytes: 0 };
        }
        entry.bytes += bytes;
    }

    /// What came for a process within the minute that began with its first byte.
    fn of(&self, now: Tick, process: u32) -> u64 {
        let spent = self.spent().get(&process).copied();
        spent.filter(|spent| now.since(spent.since) < MINUTE).map_or(0, |spent| spent.bytes)
    }

    fn spent(&self) -> MutexGuard<'_, HashMap<u32, Spent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether bytes may be fetched for a program that reads here.
///
/// # Errors
/// [`ReadFailed::Spared`], which is in the log of what was fetched for whom then.
pub(super) fn admit(node: &Node, place: (FolderId, &RelPath), who: &Who) -> Result<(), ReadFailed> {
    if is_admitted(node, place, who) {
        return Ok(());
    }
    Err(refuse(node, place, who))
}

/// Notes that somebody was refused.
pub(super) fn refuse(node: &Node, place: (FolderId, &RelPath), who: &Who) -> ReadFailed {
    node.remotes.pulls.refuse(who, place);
    ReadFailed::Spared
}

/// The same, and nothing is noted.
pub(crate) fn is_admitted(node: &Node, (folder, path): (FolderId, &RelPath), who: &Who) -> bool {
    if who.process == 0 {
        return true;
    }
    let place = Place { device: Some(node.me), folder: Some(folder), path: Some(path) };
    let home = node.home.get();
    let is_spent = |budget| node.remotes.spending.of(clock::tick(), who.process) >= budget;
    !home.spares(&who.program, place) && !home.rate(READ_BUDGET, place).is_some_and(is_spent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn what_a_process_had_counts_for_a_minute() {
        let spending = Spending::default();
        spending.add_at(Tick(0), 7, 100);
        spending.add_at(Tick(30 * SECOND), 7, 50);
        assert_eq!(spending.of(Tick(59 * SECOND), 7), 150);
        assert_eq!(spending.of(Tick(60 * SECOND), 7), 0);
        spending.add_at(Tick(61 * SECOND), 7, 5);
        assert_eq!(spending.of(Tick(62 * SECOND), 7), 5);
        assert_eq!(spending.of(Tick(62 * SECOND), 8), 0);
    }

    #[test]
    fn so_many_processes_are_counted_and_no_more() {
        let spending = Spending::default();
        (0..3000).for_each(|process| spending.add_at(Tick(process.into()), process, 1));
        assert_eq!(spending.spent().len(), PROCESSES_MAX);
        assert_eq!(spending.of(Tick(3000), 2999), 1);
    }
}
