//! One device of the demonstration, or of the suites: a real service, and the command line that speaks to it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::Process;

/// How long a service may take until it answers, and a code until it appears.
const START_MAX: Duration = Duration::from_secs(30);

/// A running device.
pub(crate) struct Device {
    pub(crate) name: &'static str,
    /// The folder that stands for this device's disk.
    pub(crate) place: PathBuf,
    /// HOST:PORT where other devices find it.
    pub(crate) listen: String,
    pub(crate) id: String,
    binary: PathBuf,
    service: Process,
}

impl Device {
    /// Starts a new device under `root`, with a key of its own and free ports.
    ///
    /// # Errors
    /// When the service does not become ready in time.
    pub(crate) fn start(name: &'static str, root: &Path, binary: &Path) -> Result<Self> {
        let place = root.join(name);
        std::fs::create_dir(&place)?;
        let log = File::create(place.join("service.log"))?;
        let mut command = command(binary, &place);
        command.args(["service", "run", "--name", name, "--no-discovery"]);
        command.args(["--listen", "127.0.0.1:0", "--api", "127.0.0.1:0"]).stderr(log);
        let mut service = Process::start(&format!("the service of {name}"), &mut command)?;
        let ready = service.line(START_MAX)?;
        let word = |key| word(&ready, key).with_context(|| format!("{name} said: {ready}"));
        let (id, listen) = (word("id")?, word("listen")?);
        Ok(Self { name, listen, id, binary: binary.to_owned(), place, service })
    }

    /// `homefold --data-dir … ARGUMENTS…` with its exit status 0.
    ///
    /// # Errors
    /// When it ends otherwise, with what it said.
    pub(crate) fn tell(&self, arguments: &[&str]) -> Result<()> {
        let output = self.output(&[], arguments)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("homefold {} on {}: {}", arguments.join(" "), self.name, said.trim());
        }
        Ok(())
    }

    /// The same with `--json`, and its answer.
    ///
    /// # Errors
    /// When it ends otherwise or its answer is not JSON.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Result<Value> {
        let output = self.output(&["--json"], arguments)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("homefold {} on {}: {}", arguments.join(" "), self.name, said.trim());
        }
        let answer = serde_json::from_slice(&output.stdout);
        answer.with_context(|| format!("reading the answer to homefold {}", arguments.join(" ")))
    }

    /// A command that prints one line and goes on: its process and that line.
    ///
    /// # Errors
    /// When the line does not come in time.
    pub(crate) fn begin(&self, arguments: &[&str]) -> Result<(Process, String)> {
        let mut command = command(&self.binary, &self.place);
        // Its explanations are for a person at a prompt; here the story tells.
        let log =
            File::options().create(true).append(true).open(self.place.join("commands.log"))?;
        command.args(arguments).stderr(log);
        let mut process =
            Process::start(&format!("homefold {}", arguments.join(" ")), &mut command)?;
        let line = process.line(START_MAX)?;
        Ok((process, line.trim().to_owned()))
    }

    /// Ends the service and keeps the device.
    ///
    /// # Errors
    /// When it had to be killed.
    pub(crate) fn end_service(&mut self) -> Result<()> {
        self.service.stop()
    }

    /// Ends the service as a shutdown of the computer would.
    ///
    /// # Errors
    /// When it had to be killed.
    pub(crate) fn stop(mut self) -> Result<()> {
        self.service.stop()
    }

    fn output(&self, options: &[&str], arguments: &[&str]) -> Result<Output> {
        let mut command = command(&self.binary, &self.place);
        command.args(options).args(arguments);
        command.output().with_context(|| format!("starting {}", self.binary.display()))
    }
}

fn command(binary: &Path, place: &Path) -> Command {
    let mut command = Command::new(binary);
    command.arg("--data-dir").arg(place.join("state"));
    command
}

/// The value of `key=value` in a line of words.
fn word(line: &str, key: &str) -> Option<String> {
    let pairs = line.split_whitespace().filter_map(|word| word.split_once('='));
    pairs.filter(|(name, _)| *name == key).map(|(_, value)| value.to_owned()).next()
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn the_ready_line_is_words_with_values() {
        let line = "ready id=ABCD listen=127.0.0.1:4000 api=127.0.0.1:4001";
        assert_eq!(word(line, "listen").as_deref(), Some("127.0.0.1:4000"));
        assert_eq!(word(line, "name"), None);
    }
}
