//! Sending a file's bytes to the disk while more of them still arrive.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Bytes after whose arrival the file is sent to the disk.
const FLUSH_EVERY: u64 = 64 << 20;

/// The flushing of one file: one at a time, on a thread of its own.
#[derive(Debug, Default)]
pub(super) struct Flush(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    waiting: u64,
    running: Option<JoinHandle<io::Result<()>>>,
    /// An error is reported by the system once only, so it is kept.
    lost: bool,
}

impl Flush {
    /// `bytes` more were written to `file`.
    pub(super) fn written(&self, file: &Arc<File>, bytes: u64) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting += bytes;
        if state.waiting < FLUSH_EVERY {
            return;
        }
        if state.running.as_ref().is_some_and(|running| !running.is_finished()) {
            return;
        }
        state.join();
        state.waiting = 0;
        let file = file.clone();
        state.running = Some(std::thread::spawn(move || file.sync_data()));
    }

    /// Waits for a flush that is under way.
    ///
    /// # Errors
    /// If any flush so far lost bytes.
    pub(super) fn settle(&self) -> io::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.join();
        if state.lost {
            return Err(io::Error::other("the disk lost bytes that were written"));
        }
        Ok(())
    }
}

impl State {
    fn join(&mut self) {
        if let Some(running) = self.running.take() {
            self.lost |= !matches!(running.join(), Ok(Ok(())));
        }
    }
}
