//! What the service itself just did to the disk.
//!
//! The materializer notes each path before it touches it, and then the fingerprint that it left there; until the index knows it
//! too, the watcher and the scanner pass such a path over instead of reading back what was just written.
//! A note counts only while the disk shows exactly that fingerprint, so a user's change is never passed
//! over. Notes live for some seconds; without one, a file is read once more and found to be as planned.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use engine::observation::Stat;

/// Notes live for at least this long, and at most twice as long.
const KEEP: Duration = Duration::from_secs(15);
/// How often and how long to wait for the end of a change.
const DOING_TRIES_MAX: usize = 50;
const DOING_WAIT: Duration = Duration::from_millis(1);
/// Notes of one generation.
const NOTES_MAX: usize = 100_000;

/// What the service does or did at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    /// It is being changed.
    Doing,
    /// This was left there.
    Left(Stat),
    /// Nothing was left there.
    Gone,
}

/// Paths that the service changed.
#[derive(Debug, Default)]
pub(crate) struct Made(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    young: HashMap<Box<str>, Note>,
    old: HashMap<Box<str>, Note>,
    since: Option<Instant>,
}

impl Made {
    /// Replaces the note of `path`.
    pub(crate) fn note(&self, path: &str, note: Note) {
        let mut state = self.lock();
        state.rotate(Instant::now());
        state.young.insert(path.into(), note);
    }

    /// The note of `path` does not hold any more.
    pub(crate) fn forget(&self, path: &str) {
        let mut state = self.lock();
        if !state.is_empty() {
            state.young.remove(path);
            state.old.remove(path);
        }
    }

    /// What the service does or did at `path`.
    pub(crate) fn at(&self, path: &str) -> Option<Note> {
        let state = self.lock();
        state.young.get(path).or_else(|| state.old.get(path)).copied()
    }

    /// What the service did at `path`. If it is at it just now, this waits a moment.
    pub(crate) fn done_at(&self, path: &str) -> Option<Note> {
        for _ in 0..DOING_TRIES_MAX {
            match self.at(path) {
                Some(Note::Doing) => std::thread::sleep(DOING_WAIT),
                note => return note,
            }
        }
        None
    }

    /// Drops notes that are too old; when to call again, if any are left.
    pub(crate) fn expire(&self, now: Instant) -> Option<Instant> {
        let mut state = self.lock();
        state.rotate(now);
        (!state.is_empty()).then(|| now + KEEP)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.young.is_empty() && self.old.is_empty()
    }

    fn rotate(&mut self, now: Instant) {
        let since = *self.since.get_or_insert(now);
        let age = now.saturating_duration_since(since);
        if age >= KEEP || self.young.len() >= NOTES_MAX {
            self.old = std::mem::take(&mut self.young);
            self.since = Some(now);
        }
        if age >= KEEP * 2 {
            self.old = HashMap::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_lives_for_a_while() {
        let made = Made::default();
        let left = Note::Left(Stat { size: 1, ..Stat::default() });
        made.note("a", left);
        made.note("b", Note::Gone);
        assert_eq!(
            (made.at("a"), made.at("b"), made.at("c")),
            (Some(left), Some(Note::Gone), None)
        );
        made.forget("b");
        assert_eq!(made.at("b"), None);
        let now = Instant::now();
        assert!(made.expire(now + KEEP).is_some());
        assert_eq!(made.at("a"), Some(left));
        assert!(made.expire(now + KEEP * 2).is_none());
        assert_eq!(made.at("a"), None);
    }

    #[test]
    fn the_end_of_a_change_is_waited_for() {
        let made = Made::default();
        made.note("a", Note::Doing);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(5));
                made.note("a", Note::Gone);
            });
            assert_eq!(made.done_at("a"), Some(Note::Gone));
        });
        made.note("a", Note::Doing);
        assert_eq!(made.done_at("a"), None);
    }
}
