//! The drive from outside: over a home in memory, without a kernel and mounted.

#![allow(clippy::unwrap_used, reason = "tests")]

mod asking;
mod memory;
#[cfg(target_os = "linux")]
mod mounted;
mod names;
mod stale;
mod writing;
