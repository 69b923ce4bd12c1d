//! Keeping below a rate that a person set, for file bytes in each direction.
//!
//! Who has bytes to pass waits until those before have had their time. Counted are the bytes that
//! devices ask each other for; what comes along with the news of small files, and the news, is not.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The largest and the smallest piece that is passed at a time.
const PIECE_MAX: u64 = 64 << 10;
const PIECE_MIN: u64 = 4 << 10;
/// Pieces in a second, so that many who pass bytes at once each get on.
const PIECES: u64 = 8;

/// Both directions.
#[derive(Default)]
pub(crate) struct Paces {
    pub(crate) up: Pace,
    pub(crate) down: Pace,
}

/// One direction.
#[derive(Default)]
pub(crate) struct Pace(Mutex<State>);

#[derive(Default)]
struct State {
    /// Bytes a second; `None`: as fast as it goes.
    rate: Option<u64>,
    /// When the bytes that were let pass have had their time.
    free: Option<Instant>,
}

impl Pace {
    /// From now on so many bytes a second.
    pub(crate) fn set(&self, rate: Option<u64>) {
        let mut state = self.state();
        if state.rate != rate {
            *state = State { rate, free: None };
        }
    }

    /// How many bytes are best passed at a time; `None` if there is no limit.
    pub(crate) fn piece(&self) -> Option<usize> {
        let piece = (self.state().rate? / PIECES).clamp(PIECE_MIN, PIECE_MAX);
        usize::try_from(piece).ok()
    }

    /// Waits until so many bytes may pass.
    pub(crate) async fn pass(&self, bytes: usize) {
        let at = self.state().book(bytes, Instant::now());
        if let Some(at) = at {
            sleep_until(at).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// When bytes may pass that somebody has at `now`; `None`: at once.
    fn book(&mut self, bytes: usize, now: Instant) -> Option<Instant> {
        let rate = self.rate.filter(|rate| *rate > 0)?;
        let at = self.free.filter(|free| *free > now);
        let nanos = (bytes as u128) * 1_000_000_000 / u128::from(rate);
        let time = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        self.free = at.unwrap_or(now).checked_add(time);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(rate: u64) -> State {
        State { rate: Some(rate), free: None }
    }

    #[test]
    fn bytes_wait_for_those_before_them_whoever_had_them() {
        let (mut state, now) = (state(1_000), Instant::now());
        let second = Duration::from_secs(1);
        assert_eq!(state.book(500, now), None);
        assert_eq!(state.book(2_000, now), Some(now + second / 2));
        assert_eq!(state.book(1, now), Some(now + second * 5 / 2));
    }

    #[test]
    fn time_in_which_nothing_passed_is_not_saved_up() {
        let (mut state, now) = (state(1_000), Instant::now());
        let second = Duration::from_secs(1);
        state.book(1_000, now);
        let later = now + second * 60;
        assert_eq!(state.book(1_000, later), None);
        assert_eq!(state.book(1_000, later), Some(later + second));
    }

    #[test]
    fn without_a_limit_nothing_waits() {
        let pace = Pace::default();
        assert_eq!(pace.piece(), None);
        assert_eq!(pace.state().book(1 << 30, Instant::now()), None);
        pace.set(Some(100_000));
        assert_eq!(pace.piece(), Some(12_500));
        pace.set(Some(1 << 40));
        assert_eq!(pace.piece(), Some(64 << 10));
    }
}
