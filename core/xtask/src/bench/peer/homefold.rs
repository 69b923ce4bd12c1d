//! Homefold, through its command line only and with default settings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::{Peer, first_line};
use crate::bench::net::Node;
use crate::process::Process;

/// How long a service may take to start, and a command to be understood.
const START_MAX: Duration = Duration::from_secs(30);

const PORT: u16 = 22_700;

pub(super) struct Homefold {
    binary: PathBuf,
    services: BTreeMap<char, Process>,
    /// The first device makes the folder, the others take part in it.
    made: bool,
}

impl Homefold {
    pub(super) fn new(binary: &Path) -> Self {
        Self { binary: binary.to_owned(), services: BTreeMap::new(), made: false }
    }

    /// One command; its JSON, or null where it says nothing. Not counted as the device's work.
    fn tell(&self, node: &Node, arguments: &[&str]) -> Result<Value> {
        let mut command = Command::new(&self.binary);
        command.arg("--data-dir").arg(self.state(node)).arg("--json").args(arguments);
        let output = command.output().context("starting homefold")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("homefold {}: {}: {}", arguments.join(" "), output.status, said.trim());
        }
        Ok(serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
    }

    /// The same, again until it is done: a folder's name has to reach a device before it can be attached there.
    fn tell_soon(&self, node: &Node, arguments: &[&str]) -> Result<()> {
        let end = Instant::now() + START_MAX;
        while let Err(error) = self.tell(node, arguments) {
            if Instant::now() > end {
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    fn invite(&self, first: &Node, other: &Node) -> Result<()> {
        let mut command = Command::new(&self.binary);
        command.arg("--data-dir").arg(self.state(first)).arg("invite");
        command.stderr(std::process::Stdio::null());
        let mut invite = Process::start("homefold invite", &mut command)?;
        let code = invite.line(START_MAX)?;
        self.tell(other, &["join", code.trim(), "--address", &format!("{}:{PORT}", first.ip)])?;
        let status = invite.end(START_MAX)?;
        ensure!(status.success(), "homefold invite: {status}");
        Ok(())
    }
}

impl Peer for Homefold {
    fn name(&self) -> &'static str {
        "homefold"
    }

    fn version(&self) -> String {
        first_line(&self.binary, "--version")
    }

    fn start(&mut self, node: &Node) -> Result<()> {
        let mut command = node.command(&self.binary.to_string_lossy())?;
        command.arg("--data-dir").arg(self.state(node));
        command.args(["service", "run", "--name", &node.letter.to_string()]);
        command.args(["--listen", &format!("{}:{PORT}", node.ip), "--api", "127.0.0.1:0"]);
        let mut service = node.start("homefold", &mut command)?;
        let ready = service.line(START_MAX)?;
        ensure!(ready.starts_with("ready"), "homefold said: {ready}");
        self.services.insert(node.letter, service);
        Ok(())
    }

    fn restart(&mut self, node: &Node) -> Result<()> {
        self.services.remove(&node.letter);
        self.start(node)
    }

    fn pair(&mut self, nodes: &[&Node]) -> Result<()> {
        let [first, others @ ..] = nodes else { return Ok(()) };
        others.iter().try_for_each(|other| self.invite(first, other))
    }

    fn add(&mut self, node: &Node, _nodes: &[&Node]) -> Result<()> {
        let verb = if self.made { "attach" } else { "create" };
        let folder = node.folder.to_string_lossy();
        self.tell_soon(node, &["folder", verb, "bench", &folder])?;
        self.made = true;
        Ok(())
    }

    fn mounts(&self) -> bool {
        true
    }

    fn mount(&mut self, nodes: &[&Node], at: &Path) -> Result<PathBuf> {
        let last = nodes.last().context("no device")?;
        self.tell(last, &["drive", "mount", &at.to_string_lossy()])?;
        Ok(at.join("bench"))
    }

    fn unmount(&mut self, node: &Node, _at: &Path) -> Result<()> {
        self.tell(node, &["drive", "unmount"]).map(drop)
    }

    fn stream(&mut self, node: &Node) -> Result<()> {
        self.tell_soon(node, &["folder", "attach", "bench", "--mode", "stream"])
    }

    fn settle(&mut self, nodes: &[&Node]) -> Result<()> {
        for node in nodes.iter().filter(|node| self.services.contains_key(&node.letter)) {
            self.tell(node, &["wait", "--timeout", "300s"])?;
        }
        Ok(())
    }

    fn indexed(&mut self, node: &Node) -> Result<Option<u64>> {
        let status = self.tell(node, &["status"])?;
        let mut folders = status["folders"].as_array().into_iter().flatten();
        let folder = folders.find(|folder| folder["name"] == "bench" && folder["state"] == "idle");
        Ok(folder.and_then(|folder| folder["files"].as_u64()))
    }

    fn rescan(&mut self, node: &Node) -> Result<()> {
        self.tell(node, &["folder", "rescan", "bench"])?;
        // The command may return before the walk ends; the barrier does not.
        self.tell(node, &["wait", "bench", "--timeout", "300s"]).map(drop)
    }

    fn state(&self, node: &Node) -> PathBuf {
        node.home.join("hf")
    }

    fn stop(&mut self) {
        self.services.clear();
        self.made = false;
    }
}
