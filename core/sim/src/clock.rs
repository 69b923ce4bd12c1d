//! The clocks of one device: one for waits, one for people.
//!
//! The world has one true time, in nanoseconds since its beginning. A device's tick runs a little
//! faster or slower and starts anywhere; its wall clock may besides be wrong by years and jump.

use std::time::Duration;

use engine::Now;
use model::{Tick, WallTime};

/// Nanoseconds of true time since the world began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(pub u64);

impl Moment {
    /// The moment `span` later.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// How long after `earlier` this is; zero if it is before.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// When the world begins by a right wall clock: 2026-01-01.
const EPOCH: i64 = 1_767_225_600_000_000_000;
/// Parts in a million.
const MILLION: i128 = 1_000_000;

/// How a device tells the time.
#[derive(Debug, Clone)]
pub struct Clock {
    /// The tick at the beginning of the world, had the device run then.
    tick_start: u64,
    /// How much too fast it runs, in parts in a million.
    drift: i64,
    /// How far the wall clock is off.
    wall_offset: i64,
}

impl Clock {
    /// A clock that starts at `tick_start` and runs `drift` parts in a million too fast.
    #[must_use]
    pub fn new(tick_start: u64, drift: i64) -> Self {
        Self { tick_start, drift, wall_offset: 0 }
    }

    /// What the device's clocks show at `moment`.
    #[must_use]
    pub fn read(&self, moment: Moment) -> Now {
        Now { tick: self.tick(moment), wall: self.wall(moment) }
    }

    fn elapsed(&self, moment: Moment) -> u64 {
        let exact = i128::from(moment.0) * (MILLION + i128::from(self.drift)) / MILLION;
        u64::try_from(exact).unwrap_or(u64::MAX)
    }

    pub fn tick(&self, moment: Moment) -> Tick {
        Tick(self.tick_start.saturating_add(self.elapsed(moment)))
    }

    /// What the wall clock shows.
    #[must_use]
    pub fn wall(&self, moment: Moment) -> WallTime {
        let elapsed = i64::try_from(self.elapsed(moment)).unwrap_or(i64::MAX);
        WallTime(EPOCH.saturating_add(elapsed).saturating_add(self.wall_offset))
    }

    /// The first moment at which the tick has reached `tick`.
    #[must_use]
    pub fn moment_of(&self, tick: Tick) -> Moment {
        let wanted = i128::from(tick.0.saturating_sub(self.tick_start));
        let exact = wanted * MILLION / (MILLION + i128::from(self.drift));
        let mut moment = Moment(u64::try_from(exact).unwrap_or(u64::MAX));
        while self.tick(moment) < tick && moment.0 < u64::MAX {
            moment.0 += 1;
        }
        moment
    }

    /// Sets the wall clock forward or back.
    pub fn jump(&mut self, by: i64) {
        self.wall_offset = self.wall_offset.saturating_add(by);
    }

    /// Whether the wall clock was ever set to a wrong time.
    #[must_use]
    pub fn was_set(&self) -> bool {
        self.wall_offset != 0
    }

    /// The device was started again: ticks count from elsewhere.
    pub fn restart(&mut self, tick_start: u64) {
        self.tick_start = tick_start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moment_of_a_tick_is_the_first_one_that_shows_it() {
        for drift in [-500, -1, 0, 1, 500] {
            let clock = Clock::new(12_345, drift);
            for tick in [12_345, 12_346, 1_000_000_007, 3_600_000_000_000] {
                let moment = clock.moment_of(Tick(tick));
                assert!(clock.tick(moment) >= Tick(tick));
                assert!(moment.0 == 0 || clock.tick(Moment(moment.0 - 1)) < Tick(tick));
            }
        }
    }

    #[test]
    fn a_jump_moves_the_wall_clock_and_not_the_tick() {
        let mut clock = Clock::new(0, 0);
        let before = clock.read(Moment(5));
        clock.jump(-1000);
        let after = clock.read(Moment(5));
        assert_eq!(before.tick, after.tick);
        assert_eq!(after.wall.0, before.wall.0 - 1000);
    }
}
