//! Tasks of a scan that wait, the newest first, so that few directories are open at a time.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::walk::Task;

/// How long a thread sleeps before it looks again; it is woken before that.
const SLEEP: Duration = Duration::from_millis(50);

/// The tasks of one scan. It is through when none waits and none is worked on.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    tasks: Vec<Task>,
    working: usize,
}

impl Queue {
    pub(super) fn push(&self, task: Task) {
        self.lock().tasks.push(task);
        self.changed.notify_one();
    }

    /// The next task, on which [`Queue::done`] must follow; `None` when the scan is through. `idle` is
    /// called before the thread has to wait.
    pub(super) fn pop(&self, mut idle: impl FnMut()) -> Option<Task> {
        let mut told = false;
        let mut state = self.lock();
        loop {
            if let Some(task) = state.tasks.pop() {
                state.working += 1;
                return Some(task);
            }
            if state.working == 0 {
                self.changed.notify_all();
                return None;
            }
            if told {
                let waited = self.changed.wait_timeout(state, SLEEP);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
            } else {
                told = true;
                drop(state);
                idle();
                state = self.lock();
            }
        }
    }

    pub(super) fn done(&self) {
        let mut state = self.lock();
        state.working -= 1;
        if state.working == 0 && state.tasks.is_empty() {
            self.changed.notify_all();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.lock().tasks.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
