//! Programs that wait until a file stands on this disk.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};

use engine::absence::Brought;
use model::{FolderId, RelPath};

/// Who waits for what.
#[derive(Default)]
pub(super) struct Waits(Mutex<State>);

type Waiting = Vec<(u64, mpsc::Sender<Brought>)>;

#[derive(Default)]
struct State {
    waiting: HashMap<(FolderId, RelPath), Waiting>,
    next: u64,
}

/// Somebody who waits.
pub(super) struct Ticket {
    number: u64,
    pub(super) told: mpsc::Receiver<Brought>,
}

impl Waits {
    /// Where the outcome will come.
    pub(super) fn begin(&self, folder: FolderId, path: &RelPath) -> Ticket {
        let (tell, told) = mpsc::channel();
        let mut state = self.state();
        state.next += 1;
        let number = state.next;
        state.waiting.entry((folder, path.clone())).or_default().push((number, tell));
        Ticket { number, told }
    }

    /// Tells all who wait.
    pub(super) fn end(&self, folder: FolderId, path: &RelPath, outcome: Brought) {
        let waiting = self.state().waiting.remove(&(folder, path.clone()));
        for (_, waiting) in waiting.unwrap_or_default() {
            // Whoever waited may have given up.
            let _gone = waiting.send(outcome);
        }
    }

    /// Somebody gave up; whether nobody is left who waits.
    pub(super) fn leave(&self, folder: FolderId, path: &RelPath, ticket: &Ticket) -> bool {
        let mut state = self.state();
        let key = (folder, path.clone());
        let Some(others) = state.waiting.get_mut(&key) else { return true };
        others.retain(|(number, _)| *number != ticket.number);
        let alone = others.is_empty();
        if alone {
            state.waiting.remove(&key);
        }
        alone
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_who_wait_are_told_and_the_last_who_leaves_is_known() {
        let waits = Waits::default();
        let (folder, path) = (FolderId([1; 16]), RelPath::parse("a").unwrap());
        let tickets: Vec<_> = (0..3).map(|_| waits.begin(folder, &path)).collect();
        assert!(!waits.leave(folder, &path, &tickets[0]));
        waits.end(folder, &path, Brought::Here);
        assert!(tickets[0].told.try_recv().is_err());
        assert_eq!(tickets[1].told.try_recv(), Ok(Brought::Here));
        assert_eq!(tickets[2].told.try_recv(), Ok(Brought::Here));
        let last = waits.begin(folder, &path);
        assert!(waits.leave(folder, &path, &last));
    }
}
