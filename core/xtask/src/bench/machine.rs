//! What this machine must offer, and a place in front of whatever else it is doing.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{system, workspace};

/// Control groups of the second version have this file.
const UNIFIED: &str = "/sys/fs/cgroup/cgroup.controllers";

/// The group of the harness and of every peer, with ten times the usual weight.
const FRONT: &str = "homefold-bench";

/// Fails with what is missing.
///
/// # Errors
/// When namespaces and control groups cannot be made here.
pub(crate) fn check() -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("the bench makes network namespaces, which only Linux has");
    }
    if !system::is_root() {
        bail!("the bench makes network namespaces and control groups: run it as root");
    }
    for (program, package) in
        [("ip", "iproute2"), ("tc", "iproute2"), ("nsenter", "util-linux"), ("diff", "diffutils")]
    {
        if !workspace::has_program(program) {
            bail!("the bench needs `{program}`: apt-get install {package}");
        }
    }
    Ok(())
}

/// Are control groups of the second version?
pub(crate) fn unified_groups() -> bool {
    Path::new(UNIFIED).exists()
}

/// Moves this process, and so all that it starts, into the group with the higher weight.
///
/// # Errors
/// When the group cannot be made.
pub(crate) fn raise_priority() -> Result<()> {
    let (group, weight) = match unified_groups() {
        // Peers are moved into groups of their own there, so only a leaf may hold this process.
        true => return Ok(()),
        false => (Path::new("/sys/fs/cgroup/cpu").join(FRONT), "10240"),
    };
    std::fs::create_dir_all(&group).context("making a control group")?;
    std::fs::write(group.join("cpu.shares"), weight)?;
    std::fs::write(group.join("cgroup.procs"), std::process::id().to_string())?;
    Ok(())
}
