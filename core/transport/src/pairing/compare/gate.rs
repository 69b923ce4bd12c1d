//! Who may ask a person at this device to compare, and how often.
//!
//! Anybody on the network can ask. Invariants: nobody as long as the service does not offer it; one at
//! a time; so many in a while that a person is shown, whoever asks, sleep of the machine included.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{COMPARE_TIME, CompareError};
use crate::clock;

/// Comparisons that a person is shown in [`WHILE`].
const SHOWN_MAX: usize = 5;
/// The while.
const WHILE: Duration = Duration::from_secs(10 * 60);

/// The gate.
#[derive(Debug, Default)]
pub(crate) struct Gate(Mutex<State>);

#[derive(Debug)]
struct State {
    offered: bool,
    taken: bool,
    /// How long a person may take.
    lasts: Duration,
    /// When comparisons were shown, by [`clock::elapsed`].
    shown: VecDeque<Duration>,
}

impl Default for State {
    fn default() -> Self {
        Self { offered: false, taken: false, lasts: COMPARE_TIME, shown: VecDeque::new() }
    }
}

/// The one place; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Turn<'a>(&'a Gate);

impl Gate {
    /// Takes devices in from now on, or none; whether that is new.
    pub(crate) fn offer(&self, offered: bool) -> bool {
        std::mem::replace(&mut self.state().offered, offered) != offered
    }

    /// Whether devices may ask.
    pub(crate) fn is_offered(&self) -> bool {
        self.state().offered
    }

    /// How long a person may take to compare.
    pub(super) fn lasts(&self) -> Duration {
        self.state().lasts
    }

    /// So long in a test that waits for the end.
    #[cfg(test)]
    pub(crate) fn set_lasts(&self, lasts: Duration) {
        self.state().lasts = lasts;
    }

    /// Takes the place.
    pub(super) fn enter(&self) -> Result<Turn<'_>, CompareError> {
        self.enter_at(clock::elapsed())
    }

    fn enter_at(&self, now: Duration) -> Result<Turn<'_>, CompareError> {
        let mut state = self.state();
        state.shown.retain(|shown| now.saturating_sub(*shown) < WHILE);
        if !state.offered {
            return Err(CompareError::NotOffering);
        }
        if state.taken {
            return Err(CompareError::Busy);
        }
        if state.shown.len() >= SHOWN_MAX {
            return Err(CompareError::TooOften);
        }
        state.taken = true;
        Ok(Turn(self))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// A person is shown this comparison.
    pub(super) fn shown(&self) {
        self.shown_at(clock::elapsed());
    }

    fn shown_at(&self, now: Duration) {
        self.0.state().shown.push_back(now);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state().taken = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(gate: &Gate, now: Duration) -> Option<CompareError> {
        gate.enter_at(now).err()
    }

    #[test]
    fn nobody_may_ask_a_device_that_does_not_offer_it_and_one_at_a_time_may_where_it_does() {
        let gate = Gate::default();
        assert_eq!(refusal(&gate, WHILE), Some(CompareError::NotOffering));
        assert!(gate.offer(true) && !gate.offer(true));
        let turn = gate.enter_at(WHILE).unwrap();
        assert_eq!(refusal(&gate, WHILE), Some(CompareError::Busy));
        drop(turn);
        assert_eq!(refusal(&gate, WHILE), None);
    }

    #[test]
    fn a_person_is_shown_so_many_in_a_while_and_no_more_until_it_has_passed() {
        let gate = Gate::default();
        gate.offer(true);
        for _ in 0..SHOWN_MAX {
            gate.enter_at(WHILE).unwrap().shown_at(WHILE);
            // Whoever asks without coming to digits disturbs nobody and costs nobody a try.
            gate.enter_at(WHILE).ok();
        }
        assert_eq!(
            refusal(&gate, WHILE * 2 - Duration::from_secs(1)),
            Some(CompareError::TooOften)
        );
        assert_eq!(refusal(&gate, WHILE * 2), None);
    }
}
