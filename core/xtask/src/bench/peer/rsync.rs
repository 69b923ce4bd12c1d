//! rsync: B pulls from a daemon on A over plain TCP. One command is one pass; nothing is encrypted.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::{Peer, first_line};
use crate::bench::net::Node;
use crate::process::Process;

const PORT: &str = "8730";

#[derive(Default)]
pub(super) struct Rsync {
    daemon: Option<Process>,
}

impl Peer for Rsync {
    fn name(&self) -> &'static str {
        "rsync"
    }

    fn version(&self) -> String {
        first_line(Path::new("rsync"), "--version")
    }

    fn continuous(&self) -> bool {
        false
    }

    /// The daemon runs on the first device alone.
    fn start(&mut self, node: &Node) -> Result<()> {
        if node.letter != 'a' {
            return Ok(());
        }
        let rules = node.home.join("rsyncd.conf");
        let (home, folder) = (node.home.display(), node.folder.display());
        let text = format!(
            "use chroot = no\nuid = 0\ngid = 0\npid file = {home}/rsyncd.pid\n[m]\npath = {folder}\nread only = no\n"
        );
        std::fs::write(&rules, text)?;
        let mut command = node.command("rsync")?;
        command.args(["--daemon", "--no-detach", "--port", PORT, "--address", &node.ip]);
        command.arg(format!("--config={}", rules.display()));
        self.daemon = Some(node.start("rsyncd", &mut command)?);
        Ok(())
    }

    fn pair(&mut self, _nodes: &[&Node]) -> Result<()> {
        std::thread::sleep(Duration::from_millis(500));
        Ok(())
    }

    fn add(&mut self, _node: &Node, _nodes: &[&Node]) -> Result<()> {
        Ok(())
    }

    fn kick(&mut self, from: &Node, to: &Node) -> Result<()> {
        let mut command = to.command("rsync")?;
        command.args(["-a", "--delete", "--no-whole-file"]);
        command.arg(format!("rsync://{}:{PORT}/m/", from.ip));
        command.arg(format!("{}/", to.folder.display()));
        to.run("rsync", &mut command, Duration::from_secs(600))
    }

    fn stop(&mut self) {
        self.daemon = None;
    }
}
