//! Three kinds of time, which must not be mixed.
//!
//! [`Tick`] measures waits and never jumps; [`WallTime`] is what people read, and is wrong on some
//! machines; [`Stamp`] orders changes of the home's settings although clocks differ (a hybrid
//! logical clock, Kulkarni et al. 2014). No decision about files uses wall time.

use std::time::Duration;

/// Nanoseconds of a clock that goes on during sleep, since an arbitrary start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tick(pub u64);

impl Tick {
    /// The moment `wait` later.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// How long ago `earlier` was; zero if it is still to come.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// Nanoseconds since 1970 by this machine's calendar; for display and for retention only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WallTime(pub i64);

impl WallTime {
    /// Whole seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// The moment `span` earlier.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_nanos()).unwrap_or(i64::MAX)))
    }
}

/// A point in the order of settings changes: milliseconds of wall time, then a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Stamp {
    /// Milliseconds since 1970, never lower than any seen before.
    pub millis: u64,
    /// Orders changes of one millisecond.
    pub count: u32,
}

impl Stamp {
    /// The stamp for a change made at `now` by a device that has seen `self` as the newest.
    #[must_use]
    pub fn next(self, now: WallTime) -> Self {
        let millis = u64::try_from(now.0 / 1_000_000).unwrap_or(0);
        if millis > self.millis {
            Self { millis, count: 0 }
        } else {
            Self { millis: self.millis, count: self.count.saturating_add(1) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_rises_even_when_the_clock_is_set_back() {
        let first = Stamp::default().next(WallTime(5_000_000_000));
        let second = first.next(WallTime(1_000_000_000));
        assert!(second > first);
    }

    #[test]
    fn waits_are_measured_forwards_only() {
        assert_eq!(Tick(5).since(Tick(9)), Duration::ZERO);
        assert_eq!(Tick(5).after(Duration::from_nanos(4)), Tick(9));
    }
}
