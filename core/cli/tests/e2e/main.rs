//! A home of real processes, driven through the command line alone.

#![allow(clippy::unwrap_used, reason = "tests")]

mod changes;
mod conflicts;
mod device;
mod members;
mod reading;
mod safety;
