//! Where calls wait that may need another device: threads of their own, so that nothing else waits with them.
//!
//! Threads come when there is work and go when there is none. A call that finds the lane full is answered with
//! an error at once (the reply that it drops says so).

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Calls that wait at once, each on a thread.
const THREADS_MAX: usize = 64;
/// Calls that wait for a thread.
const QUEUE_MAX: usize = 16 * 1024;
const IDLE: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
pub(super) struct Lane(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    threads: usize,
    idle: usize,
}

impl Lane {
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.queue.len() >= QUEUE_MAX {
            tracing::warn!("too many calls wait for other devices: one more is refused");
            return;
        }
        state.queue.push_back(Box::new(job));
        if state.idle < state.queue.len() && state.threads < THREADS_MAX {
            let shared = self.0.clone();
            let made =
                thread::Builder::new().name("drive-lane".into()).spawn(move || work(&shared));
            state.threads += usize::from(made.is_ok());
        }
        self.0.work.notify_one();
    }
}

fn work(shared: &Shared) {
    let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some(job) = state.queue.pop_front() {
            drop(state);
            job();
            state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        state.idle += 1;
        let (again, waited) =
            shared.work.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
        state = again;
        state.idle -= 1;
        if waited.timed_out() && state.queue.is_empty() {
            state.threads -= 1;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_call_that_waits_holds_up_no_other() {
        let lane = Lane::default();
        let (free, wait) = mpsc::channel::<()>();
        let (done, seen) = mpsc::channel();
        lane.run(move || assert!(wait.recv().is_err()));
        lane.run(move || done.send(()).unwrap());
        assert!(seen.recv_timeout(Duration::from_secs(10)).is_ok());
        drop(free);
    }
}
