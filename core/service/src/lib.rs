//! The running device: the one place where the engine, the disk, the store and the network meet.
//!
//! ```text
//! other devices -> receive ----\                                /-> outbox -> other devices
//! folders::look, scan ----------> runloop (the engine's thread) --> folders::change, stage
//! api (a person, a program) ---/   handle, commit, carry out     \-> bulk::fetch -> staging
//!                                  (execute)                      -> notices -> chronicle -> api
//! a reader (api, the drive) -> remote -> other devices   (beside the run loop: a read has no time for it)
//! ```
//!
//! # Invariants
//! - Only the run loop calls the engine; nothing that it decided leaves before the commit.
//! - File bytes go from disk to network and back (`bulk`) and never through the engine.
//! - Every queue has a named limit, or one of the engine's; every wait has a deadline or an owner.
//!
//! Not here: decisions (`engine`), formats (`wire`, `store`), system calls (`disk`, `transport`).

mod api;
mod browsers;
mod bulk;
mod chronicle;
mod clock;
mod comparisons;
mod drive;
mod edits;
mod execute;
mod far;
mod fault;
mod flights;
mod folders;
mod glance;
mod heard;
mod history;
mod home;
mod invitation;
mod lifecycle;
mod links;
mod log;
mod memory;
mod meter;
mod node;
mod notices;
mod offers;
mod outbox;
mod pace;
mod place;
mod random;
mod receive;
mod remote;
mod room;
mod runloop;
mod sleep;
mod support;
mod unread;
mod views;

use std::net::SocketAddr;
use std::path::PathBuf;

/// How a service is to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Everything this device knows: made, with its key, on the first run.
    pub data_dir: PathBuf,
    /// This device's name; kept. What it had, or the computer's, if not given.
    pub name: Option<String>,
    /// Where to listen for other devices; port 0 picks a free one.
    pub listen: Option<SocketAddr>,
    /// Where web clients may ask, on loopback, besides the socket in the data dir.
    pub api: Option<SocketAddr>,
    /// Neither announce this device on the local network nor look for others there.
    pub no_discovery: bool,
}

/// Runs the service until it is asked to leave (SIGTERM or SIGINT), which takes 2 seconds at most.
/// Prints one line that begins with `ready` once other devices and commands are answered.
///
/// # Errors
/// When it can't start: the data dir is in use or unreadable, or the address is taken.
pub fn run(options: Options) -> anyhow::Result<()> {
    lifecycle::run(options)
}
