//! The one place that differs between operating systems.
//!
//! Each system's folder offers the same names: [`Dir`] and [`Facts`] (files relative to an open
//! directory, links never followed), [`problem_of`] (what an error means for a user), bytes of open
//! files, and `notify` (news of changes). A further system is one more folder here.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::*;
