//! `cp` on one machine: no network and no index. The local yardstick.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::{Peer, first_line};
use crate::bench::net::Node;

pub(super) struct Copy;

impl Peer for Copy {
    fn name(&self) -> &'static str {
        "cp"
    }

    fn version(&self) -> String {
        first_line(Path::new("cp"), "--version")
    }

    fn continuous(&self) -> bool {
        false
    }

    fn follows(&self) -> bool {
        false
    }

    fn start(&mut self, _node: &Node) -> Result<()> {
        Ok(())
    }

    fn pair(&mut self, _nodes: &[&Node]) -> Result<()> {
        Ok(())
    }

    fn add(&mut self, _node: &Node, _nodes: &[&Node]) -> Result<()> {
        Ok(())
    }

    /// The first device's own disk: what nothing that is elsewhere can be faster than.
    fn mount(&mut self, nodes: &[&Node], _at: &Path) -> Result<PathBuf> {
        nodes.first().map(|node| node.folder.clone()).context("no device")
    }

    fn mounts(&self) -> bool {
        true
    }

    fn kick(&mut self, from: &Node, to: &Node) -> Result<()> {
        // It cannot delete what is gone on the other side; a later work must not find it.
        for entry in std::fs::read_dir(&to.folder)?.flatten() {
            if !from.folder.join(entry.file_name()).exists() && entry.path().is_dir() {
                std::fs::remove_dir_all(entry.path())?;
            }
        }
        let mut command = to.command("cp")?;
        command.arg("-au").arg(from.folder.join(".")).arg(&to.folder);
        to.run("cp", &mut command, Duration::from_secs(600))
    }
}
