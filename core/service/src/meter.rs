//! How fast bytes move: rates over the last few seconds.
//!
//! Counting is one atomic addition, so that it may stand in the way of every byte. The rate is worked
//! out when somebody asks, from samples of at least [`SAMPLE_EVERY`] distance.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::Tick;

/// Distance of two samples.
const SAMPLE_EVERY: Duration = Duration::from_millis(250);
/// The rate is that of so long a time.
const SPAN: Duration = Duration::from_secs(5);
/// Samples kept.
const SAMPLES_MAX: usize = 32;

/// Counts bytes.
#[derive(Default)]
pub(crate) struct Meter {
    total: AtomicU64,
    samples: Mutex<VecDeque<(Tick, u64)>>,
}

impl Meter {
    /// So many bytes moved.
    pub(crate) fn add(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes how far it is; to be called a few times a second while something is read from it.
    pub(crate) fn sample(&self, now: Tick) {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.back().is_some_and(|(at, _)| now.since(*at) < SAMPLE_EVERY) {
            return;
        }
        samples.push_back((now, self.total.load(Ordering::Relaxed)));
        while samples.len() > SAMPLES_MAX
            || samples.front().is_some_and(|(at, _)| now.since(*at) > SPAN && samples.len() > 2)
        {
            samples.pop_front();
        }
    }

    /// Bytes a second over the last few.
    pub(crate) fn rate(&self, now: Tick) -> u64 {
        self.sample(now);
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(&(since, before)) = samples.front() else { return 0 };
        let span = now.since(since);
        if span < SAMPLE_EVERY {
            return 0;
        }
        let moved = self.total.load(Ordering::Relaxed).saturating_sub(before);
        (u128::from(moved) * 1_000_000_000 / span.as_nanos()).try_into().unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_flow_has_its_rate() {
        let meter = Meter::default();
        let mut now = Tick(1);
        meter.sample(now);
        for _ in 0..40 {
            meter.add(1000);
            now = now.after(Duration::from_millis(250));
            meter.sample(now);
        }
        assert_eq!(meter.rate(now), 4000);
    }

    #[test]
    fn a_flow_that_stopped_is_forgotten() {
        let meter = Meter::default();
        meter.sample(Tick(1));
        meter.add(1 << 30);
        let mut now = Tick(1);
        for _ in 0..60 {
            now = now.after(Duration::from_millis(250));
            meter.sample(now);
        }
        assert_eq!(meter.rate(now), 0);
    }
}
