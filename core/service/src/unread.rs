//! Changes of this disk that could not be read. Nobody can have them, so `wait` must not take them for
//! told. Not among them: what is never told, like sockets and names that are no text.

use engine::Engine;
use engine::index::Index;
use model::{FolderId, Problem};

/// Entries of the index that are looked through; more than that are not told apart.
const ENTRIES_MAX: usize = 4096;

/// How many paths of this disk wait to be read, as far as they are looked through.
pub(crate) fn unread<I: Index>(engine: &Engine<I>, folder: FolderId) -> usize {
    let new = engine.blocked_paths(folder);
    let new = new.iter().filter(|(_, problem)| may_be_read_later(*problem)).count();
    let rows = engine.index(folder).and_then(|index| index.problems(None, ENTRIES_MAX).ok());
    let changed = rows.iter().flatten().filter(|row| {
        // What is wanted here and can't be put here is counted by the barrier.
        !row.needed && row.problem.is_some_and(may_be_read_later)
    });
    new + changed.count()
}

fn may_be_read_later(problem: Problem) -> bool {
    match problem {
        Problem::Denied | Problem::DiskError | Problem::Busy => true,
        Problem::DiskFull
        | Problem::ReadOnly
        | Problem::Name
        | Problem::Collision
        | Problem::Obstructed
        | Problem::Unsupported
        | Problem::Refused
        | Problem::Corrupt => false,
    }
}
