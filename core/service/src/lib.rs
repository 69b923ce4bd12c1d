//! The running device: the one place where the engine, the disk, the store and the network meet.

#![allow(dead_code, reason = "while it is being built")]
mod chronicle;
mod clock;
mod log;
mod meter;
mod place;
