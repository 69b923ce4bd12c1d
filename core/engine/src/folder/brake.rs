//! The safety brake: whether a batch of deletes looks like an accident.
//!
//! Judged in a sliding window, so that an accident in small steps is seen too. The same rule stands at
//! the source and, independently, at every receiver. Moves are no deletes and never come here. The
//! numbers: OneDrive asks from 200 deletes on, rclone bisync stops above 50 %.

use std::collections::VecDeque;
use std::time::Duration;

use model::Tick;

/// How far back deletes are added up.
const WINDOW: Duration = Duration::from_secs(600);
/// So many deletes are held if they are at least a tenth of the folder …
const MANY: u64 = 200;
/// … so many if they are at least half of it …
const SOME: u64 = 20;
/// … and so many in any case.
const TOO_MANY: u64 = 10_000;
/// All files of a folder that has at least so many.
const EMPTIED: u64 = 3;

/// The deletes that passed lately.
#[derive(Debug, Default)]
pub(crate) struct Brake {
    passed: VecDeque<(Tick, u64)>,
    released: bool,
}

impl Brake {
    /// Whether a batch of `deletes` files passes, in a folder that has `files` without having lost
    /// them yet. What passes counts for the next batch.
    pub(crate) fn passes(&mut self, now: Tick, deletes: u64, files: u64) -> bool {
        while self.passed.front().is_some_and(|(at, _)| now.since(*at) > WINDOW) {
            self.passed.pop_front();
        }
        let earlier: u64 = self.passed.iter().map(|(_, count)| count).sum();
        let (sum, before) = (earlier + deletes, files + earlier);
        let held = (sum >= MANY && sum * 10 >= before)
            || (sum >= SOME && sum * 2 >= before)
            || sum >= TOO_MANY
            || (deletes >= EMPTIED && deletes >= files);
        let held = held && !self.released;
        if !held && deletes > 0 {
            self.passed.push_back((now, deletes));
        }
        !held
    }

    /// Whether anything is held at all: a person may have switched the brake off.
    pub(crate) fn set_on(&mut self, on: bool) {
        self.released = !on;
    }

    /// A person has let a batch through: counting starts anew.
    pub(crate) fn reset(&mut self) {
        self.passed.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thresholds_are_those_that_the_manual_names() {
        for (deletes, files, passes) in [
            (1, 1, true),
            (2, 2, true),
            (3, 3, false),
            (19, 30, true),
            (20, 40, false),
            (20, 41, true),
            (199, 1000, true),
            (200, 2000, false),
            (200, 2001, true),
            (9_999, 1_000_000, true),
            (10_000, 1_000_000, false),
        ] {
            let verdict = Brake::default().passes(Tick(0), deletes, files);
            assert_eq!(verdict, passes, "{deletes} of {files}");
        }
    }

    #[test]
    fn an_accident_in_small_steps_is_seen_too() {
        let mut brake = Brake::default();
        assert!(brake.passes(Tick(0), 15, 40));
        assert!(!brake.passes(Tick(1), 5, 25));
    }

    #[test]
    fn deletes_of_an_hour_ago_do_not_count() {
        let mut brake = Brake::default();
        assert!(brake.passes(Tick(0), 15, 40));
        assert!(brake.passes(Tick(0).after(Duration::from_secs(3600)), 5, 25));
    }
}
