//! A program that runs beside this one and never outlives it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal};

/// How long a program may take to leave cleanly before it is killed.
const GRACE: Duration = Duration::from_secs(4);

/// Lines that wait to be read; a program that says more waits.
const LINES_MAX: usize = 1024;

/// A running program. Dropping it ends it: first asked, then killed.
pub(crate) struct Process {
    child: Child,
    name: String,
    lines: Receiver<String>,
}

impl Process {
    /// Starts `command` apart from the terminal's Ctrl-C, which is this program's to answer.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start(name: &str, command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0);
        let mut child = command.spawn().with_context(|| format!("starting {name}"))?;
        let stdout = child.stdout.take().context("reading its output")?;
        let (sender, lines) = sync_channel(LINES_MAX);
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Once nobody reads, the pipe still has to be emptied.
                let _ = sender.try_send(line);
            }
        });
        Ok(Self { child, name: name.to_owned(), lines })
    }

    /// The next line that it prints.
    ///
    /// # Errors
    /// After `limit`, or when it ends without one.
    pub(crate) fn line(&mut self, limit: Duration) -> Result<String> {
        match self.lines.recv_timeout(limit) {
            Ok(line) => Ok(line),
            Err(RecvTimeoutError::Timeout) => {
                bail!("{} said nothing for {} s", self.name, limit.as_secs())
            }
            Err(RecvTimeoutError::Disconnected) => {
                let status = self.end(GRACE)?;
                bail!("{} ended ({status}) before it said anything", self.name)
            }
        }
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// After `limit`.
    pub(crate) fn end(&mut self, limit: Duration) -> Result<ExitStatus> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if start.elapsed() > limit {
                bail!("{} has not ended after {} s", self.name, limit.as_secs());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // It may have ended by itself in between; then there is nobody to tell.
            let _ = rustix::process::kill_process(pid, signal);
        }
    }

    /// Asks it to leave and waits; kills it when it does not.
    ///
    /// # Errors
    /// When it had to be killed.
    pub(crate) fn stop(&mut self) -> Result<()> {
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        self.signal(Signal::TERM);
        if self.end(GRACE).is_err() {
            self.signal(Signal::KILL);
            self.child.wait()?;
            bail!("{} did not leave within {} s and was killed", self.name, GRACE.as_secs());
        }
        Ok(())
    }
}

/// The processes of this user that were started with this argument.
///
/// # Errors
/// When the system does not list its processes.
pub(crate) fn with_argument(argument: &Path) -> Result<Vec<u32>> {
    let argument = argument.as_os_str().as_encoded_bytes();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").context("listing processes")? {
        let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        // It may have ended in between.
        let words = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        if words.split(|byte| *byte == 0).any(|word| word == argument) {
            found.push(id);
        }
    }
    Ok(found)
}

/// Asks a process to leave.
pub(crate) fn terminate(id: u32) {
    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // It may have ended by itself in between; then there is nobody to tell.
        let _ = rustix::process::kill_process(pid, Signal::TERM);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("{error:#}");
        }
    }
}
