//! The session's bus, asked with `busctl`, and what notifications went over it.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::Process;

/// `busctl --user --json=short ARGUMENTS…` and what it answers.
///
/// # Errors
/// When the other side refuses.
pub(super) fn ask(arguments: &[&str]) -> Result<Value> {
    let mut command = Command::new("busctl");
    command.args(["--user", "--json=short"]).args(arguments).stdin(Stdio::null());
    let output = command.output().context("starting busctl")?;
    if !output.status.success() {
        bail!("busctl {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    if output.stdout.trim_ascii().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&output.stdout).context("reading busctl's answer")
}

/// Whether somebody on the bus has this name.
pub(super) fn has_owner(name: &str) -> bool {
    let path = ["org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus"];
    let arguments = [&["call"], &path[..], &["NameHasOwner", "s", name]].concat();
    ask(&arguments).is_ok_and(|answer| answer["data"][0] == true)
}

/// Everything that is sent to the notification daemon while it lives.
pub(super) struct Notices {
    file: PathBuf,
    _monitor: Process,
}

impl Notices {
    /// Listens from here on, and writes into `file`.
    ///
    /// # Errors
    /// When the bus can't be listened to.
    pub(super) fn listen(file: PathBuf) -> Result<Self> {
        let log = File::create(&file)?;
        let mut command = Command::new("stdbuf");
        command.args(["-oL", "dbus-monitor", "--session"]);
        command.arg("interface='org.freedesktop.Notifications',member='Notify'");
        // Its output goes through a shell's redirection: `Process` would keep the pipe for itself.
        let mut shell = Command::new("sh");
        let words: Vec<_> =
            command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        shell.args(["-c", "exec stdbuf \"$@\" >&2", "sh"]).args(words).stderr(log);
        Ok(Self { file, _monitor: Process::start("dbus-monitor", &mut shell)? })
    }

    /// How often something with this text was sent.
    pub(super) fn count(&self, text: &str) -> usize {
        std::fs::read_to_string(&self.file).map_or(0, |log| log.matches(text).count())
    }
}
