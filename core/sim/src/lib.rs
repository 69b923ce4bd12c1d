//! A home in a box: a handful of devices in one thread, from one seed.
//!
//! The engine and the index are the real ones; disks, network, clocks and users are simulated. Nothing
//! here reads a clock, starts a thread or depends on an order that differs between runs, so a seed is
//! a test case.

pub mod clock;
pub mod disk;
pub mod index;
pub mod random;
pub mod toy;
