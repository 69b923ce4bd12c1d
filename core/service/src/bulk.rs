//! File bytes between devices: `serve` answers others' requests, `fetch` asks, `early` takes in what
//! is offered before it is announced.
//!
//! The engine decides what is asked of whom; here bytes go from disk to network and back without
//! passing through it. Invariant: bytes are staged only after their hash was checked, whoever sent
//! them, and never on a thread that drives the network.

mod blocks;
pub(crate) mod early;
pub(crate) mod fetch;
mod incoming;
mod parts;
mod recut;
pub(crate) mod serve;
mod shelf;

pub(crate) use blocks::Blocks;
pub(crate) use fetch::{read_manifest, unpack};
pub(crate) use incoming::Incoming;
pub(crate) use shelf::Shelf;
