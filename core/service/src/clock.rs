//! The only reader of the machine's clocks.
//!
//! Ticks come from `CLOCK_BOOTTIME`, which goes on during sleep, so a wait that was due while the
//! machine slept is due at once when it wakes. Everything else gets the time handed in.

use std::time::{SystemTime, UNIX_EPOCH};

use engine::Now;
use model::{Tick, WallTime};
use rustix::time::{ClockId, clock_gettime};

/// Both clocks, now.
pub(crate) fn now() -> Now {
    Now { tick: tick(), wall: wall() }
}

/// Nanoseconds since the machine started, sleep included.
pub(crate) fn tick() -> Tick {
    Tick(nanoseconds(ClockId::Boottime))
}

/// The calendar's time.
pub(crate) fn wall() -> WallTime {
    let nanoseconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => {
            i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, std::ops::Neg::neg)
        }
    };
    WallTime(nanoseconds)
}

fn nanoseconds(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_never_go_back() {
        let first = tick();
        assert!(tick() >= first);
    }
}
