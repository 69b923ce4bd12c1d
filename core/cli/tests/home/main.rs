//! Homes of several devices: real services, real disks, a real network, through the command line only.
//!
//! Each test names what a person can rely on. `bed` starts the devices and tells two trees apart; the
//! other files hold the tests, by what they are about. Tests that need a network of their own are
//! left out, with a printed reason, unless they run as root.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod anything;
mod archive;
mod arriving;
mod bed;
mod compare;
mod conflicts;
mod crashes;
mod deletes;
mod drive;
mod edits;
mod hostile;
mod members;
mod menus;
mod merging;
mod nearby;
mod offers;
mod pairing;
mod rates;
mod renames;
mod room;
mod routes;
mod sleep;
mod streams;
mod support;
mod views;
