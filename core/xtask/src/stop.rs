//! Being asked to stop (Ctrl-C, or the end of the terminal), and waiting in a way that notices it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How often a wait looks again.
const POLL: Duration = Duration::from_millis(5);

/// Whether somebody asked this program to stop.
#[derive(Clone)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From here on a request to stop no longer ends the program at once: it has to look here.
    ///
    /// # Errors
    /// When the system refuses to pass signals on.
    pub(crate) fn listen() -> Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, asked.clone()).context("listening for Ctrl-C")?;
        }
        Ok(Self(asked))
    }

    /// Was it asked?
    pub(crate) fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Looks again and again until `found` is something, and gives it with the time that it took.
    ///
    /// # Errors
    /// After `limit`, naming what was awaited, or when asked to stop.
    pub(crate) fn wait_for<T>(
        &self,
        what: &str,
        limit: Duration,
        mut found: impl FnMut() -> Option<T>,
    ) -> Result<(T, Duration)> {
        let start = Instant::now();
        loop {
            if let Some(found) = found() {
                return Ok((found, start.elapsed()));
            }
            if self.asked() {
                bail!("stopped while waiting for {what}");
            }
            if start.elapsed() > limit {
                bail!("waited {} s in vain for {what}", limit.as_secs());
            }
            std::thread::sleep(POLL);
        }
    }

    /// Returns when asked to stop.
    pub(crate) fn wait(&self) {
        while !self.asked() {
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
