//! Time that goes on while the machine sleeps.
//!
//! `Instant` stands still in a suspended Linux; a code that was good for ten minutes must not
//! outlive a night.

use std::time::Duration;

/// Time since some fixed moment, sleep included where the system tells it.
#[cfg(target_os = "linux")]
pub(crate) fn elapsed() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Time since some fixed moment, sleep included.
#[cfg(not(target_os = "linux"))]
pub(crate) fn elapsed() -> Duration {
    use std::time::SystemTime;
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// The number of this day by the calendar of UTC.
pub(crate) fn day() -> u64 {
    use std::time::SystemTime;
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_secs() / (24 * 60 * 60)
}
