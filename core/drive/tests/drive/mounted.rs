//! The drive as programs see it: mounted in this system.
//!
//! Every test runs twice where it may: with files passed to the kernel, and with the kernel collecting writes
//! as it does for an ordinary user. Where the system has no FUSE they say so and prove nothing.

mod faults;
mod many;
mod programs;
mod remote;
mod room;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use drive::fuse::{Mounted, Options, is_available};
use tempfile::TempDir;

use crate::memory::{FOLDER, Memory, home_in};

pub(crate) const LONG: Duration = Duration::from_secs(20);

pub(crate) struct Mount {
    pub(crate) memory: Arc<Memory>,
    pub(crate) mounted: Mounted,
    pub(crate) top: TempDir,
}

impl Mount {
    pub(crate) fn folder(&self) -> PathBuf {
        self.top.path().join(FOLDER)
    }

    pub(crate) fn body(&self) -> PathBuf {
        self.memory.body.path().to_owned()
    }

    /// Waits until `done`, as a person would before wondering.
    pub(crate) fn until(what: &str, done: impl Fn() -> bool) {
        let end = Instant::now() + LONG;
        while !done() {
            assert!(Instant::now() < end, "never: {what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// A mounted drive of each kind that this system has.
pub(crate) fn mounts() -> Vec<Mount> {
    if !is_available() {
        eprintln!("NOT RUN: this system has no /dev/fuse (apt-get install fuse3)");
        return Vec::new();
    }
    let mount = |passthrough| mount(passthrough, tempfile::tempdir().unwrap());
    [true, false].into_iter().map(mount).collect()
}

/// A mounted drive that keeps what is here in `body`.
pub(crate) fn mount(passthrough: bool, body: TempDir) -> Mount {
    let (memory, drive) = home_in(body);
    let top = tempfile::tempdir().unwrap();
    let options = Options { passthrough, ..Options::at(top.path()) };
    let mounted = Mounted::start(drive, &options).unwrap();
    Mount { memory, mounted, top }
}
