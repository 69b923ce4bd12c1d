//! A home in a box: a handful of devices in one thread, from one seed.
//!
//! The engine and the index are the real ones; disks, network, clocks and users are simulated. Nothing
//! here reads a clock, starts a thread or depends on an order that differs between runs, so a seed is
//! a test case.
//!
//! | part | what it does |
//! |---|---|
//! | [`script`] | what happens, written by hand or drawn from a seed |
//! | [`world`] | makes it happen: true time, devices, their disks and connections |
//! | [`oracle`] | judges what has become of it, knowing nothing but what users did |
//! | [`run`], [`shrink`], [`seeds`] | a whole run; a failing one made short; those that are kept |

pub mod brief;
pub mod clock;
pub mod device;
pub mod disk;
pub mod home;
pub mod index;
pub mod network;
pub mod oracle;
pub mod pace;
pub mod random;
pub mod run;
pub mod script;
pub mod seeds;
pub mod shrink;
pub mod toy;
pub mod trace;
pub mod world;
