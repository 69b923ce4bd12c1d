//! Unison over its own socket (plain TCP): a server on A, the command on B. One command is one pass both ways.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use super::{Peer, first_line};
use crate::bench::net::Node;
use crate::process::Process;

const PORT: &str = "5000";

#[derive(Default)]
pub(super) struct Unison {
    server: Option<Process>,
}

impl Peer for Unison {
    fn name(&self) -> &'static str {
        "unison"
    }

    fn version(&self) -> String {
        first_line(Path::new("unison"), "-version")
    }

    fn continuous(&self) -> bool {
        false
    }

    fn start(&mut self, node: &Node) -> Result<()> {
        if node.letter == 'a' {
            let mut command = node.command("unison")?;
            command.args(["-socket", PORT, "-listen", &node.ip]).env("UNISON", self.state(node));
            self.server = Some(node.start("unison-server", &mut command)?);
        }
        Ok(())
    }

    /// The first pass makes its archives.
    fn pair(&mut self, nodes: &[&Node]) -> Result<()> {
        std::thread::sleep(Duration::from_millis(500));
        match nodes {
            [first, second, ..] => self.kick(first, second),
            _ => Ok(()),
        }
    }

    fn add(&mut self, _node: &Node, _nodes: &[&Node]) -> Result<()> {
        Ok(())
    }

    fn kick(&mut self, from: &Node, to: &Node) -> Result<()> {
        let mut command = to.command("unison")?;
        command.arg(&to.folder);
        command.arg(format!("socket://{}:{PORT}/{}", from.ip, from.folder.display()));
        command.args(["-batch", "-auto", "-ui", "text", "-times", "-confirmbigdel=false"]);
        command.args(["-fastcheck", "true", "-silent"]).env("UNISON", self.state(to));
        to.run("unison", &mut command, Duration::from_secs(600))
    }

    fn state(&self, node: &Node) -> PathBuf {
        node.home.join("unison")
    }

    fn stop(&mut self) {
        self.server = None;
    }
}
