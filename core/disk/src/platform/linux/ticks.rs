//! How finely the kernel tells times of files.
//!
//! Until Linux 6.13 a file's times advance with the scheduler's tick, so two writes within one tick
//! (up to 10 ms) leave the same fingerprint if they leave the same size. A file that was changed in the
//! tick that still runs is therefore read only after it: whatever is written later has another time.
//! Since 6.13 the usual file systems give a new time to each change that somebody could tell apart.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use model::WallTime;
use rustix::time::{ClockId, clock_gettime};

/// Waits of one millisecond: a tick lasts 10 at most.
const WAITS_MAX: usize = 12;

/// Waits until a later change is certain to give a file, last changed at `ctime`, another time.
pub(crate) fn wait_for_next_tick(ctime: WallTime) {
    static FINE: OnceLock<bool> = OnceLock::new();
    if *FINE.get_or_init(|| is_fine(&rustix::system::uname().release().to_string_lossy())) {
        return;
    }
    for _ in 0..WAITS_MAX {
        if tick() > ctime {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// The time that a file changed now would get.
fn tick() -> WallTime {
    let time = clock_gettime(ClockId::RealtimeCoarse);
    WallTime(time.tv_sec.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec))
}

fn is_fine(release: &str) -> bool {
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map_while(|n| n.parse().ok());
    let version: (u32, u32) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    version >= (6, 13)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_asked_for_its_age() {
        assert!(is_fine("6.13.0") && is_fine("6.18.44-fc-v669") && is_fine("7.0-rc1"));
        assert!(!is_fine("6.1.0-13-amd64") && !is_fine("5.15.0-generic") && !is_fine("strange"));
    }

    #[test]
    fn ticks_follow_each_other() {
        let now = tick();
        thread::sleep(Duration::from_millis(WAITS_MAX as u64));
        assert!(tick() > now);
    }
}
