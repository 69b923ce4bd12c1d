//! Knowing that nobody has a file open: a lease of the kernel (`F_SETLEASE`).
//!
//! A write lease is granted only while no other descriptor or mapping of the file exists anywhere, and an
//! open that comes later waits until it is given back and shows in it. Where there are no leases (another
//! user's file, some network file systems) nobody is known to be alone.

#![expect(unsafe_code, reason = "no safe wrapper of these three commands of fcntl is at hand")]

use std::ffi::c_int;
use std::fs::File;
use std::os::fd::AsRawFd;

const F_UNLCK: c_int = 2;
const F_WRLCK: c_int = 1;
const F_SETSIG: c_int = 10;
const F_SETLEASE: c_int = 1024;
const F_GETLEASE: c_int = 1025;
/// Ignored unless a program asks for it: the signal that an open is waiting would else end the process.
const SIGURG: c_int = 23;

unsafe extern "C" {
    fn fcntl(descriptor: c_int, command: c_int, ...) -> c_int;
}

/// A file that nobody else has open, while this lasts.
#[derive(Debug)]
pub(crate) struct Alone<'a>(&'a File);

impl<'a> Alone<'a> {
    /// `None`: somebody has it open, or that can't be told.
    pub(crate) fn with(file: &'a File) -> Option<Self> {
        let quiet = command(file, F_SETSIG, SIGURG) == 0;
        (quiet && command(file, F_SETLEASE, F_WRLCK) == 0).then_some(Self(file))
    }

    /// Whether nobody has tried to open it since.
    pub(crate) fn is_still(&self) -> bool {
        command(self.0, F_GETLEASE, 0) == F_WRLCK
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        command(self.0, F_SETLEASE, F_UNLCK);
    }
}

fn command(file: &File, command: c_int, argument: c_int) -> c_int {
    // SAFETY: the descriptor is open as long as `file` is borrowed, and each of the commands takes one
    // whole number (or none) and touches no memory of this process.
    unsafe { fcntl(file.as_raw_fd(), command, argument) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;

    #[test]
    fn nobody_is_alone_with_a_file_that_is_open_elsewhere() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::fs::write(&path, "x").unwrap();
        let file = File::open(&path).unwrap();
        let alone = Alone::with(&file).unwrap();
        assert!(alone.is_still());
        drop(alone);
        for writes in [false, true] {
            let other = OpenOptions::new().read(true).write(writes).open(&path).unwrap();
            assert!(Alone::with(&file).is_none());
            drop(other);
        }
        assert!(Alone::with(&file).is_some());
    }

    #[test]
    fn an_open_that_waits_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::fs::write(&path, "x").unwrap();
        let file = File::open(&path).unwrap();
        let alone = Alone::with(&file).unwrap();
        let opens = std::thread::spawn(move || File::open(&path).map(drop));
        while alone.is_still() {
            std::thread::yield_now();
        }
        drop(alone);
        opens.join().unwrap().unwrap();
    }
}
