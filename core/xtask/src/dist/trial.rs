//! The package in a clean system: installed, used, removed.
//!
//! The system is a fresh Debian by `debootstrap`, kept in the cache and copied for each trial, so that what
//! the package needs and does not say shows. What is done inside stands in `trial.sh`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{step, system, workspace};

/// The Debian that the packages are for.
const RELEASE: &str = "bookworm";
const SCRIPT: &str = include_str!("trial.sh");

/// Its own mounts and processes: whatever is left running ends with it. Fetched packages outlive it.
const INSIDE: &str = "mount -t proc proc \"$1/proc\" && mount --rbind /dev \"$1/dev\" \
    && mount --bind \"$2\" \"$1/var/cache/apt/archives\" && exec chroot \"$1\" sh /trial.sh";

/// Installs, uses and removes the package.
///
/// # Errors
/// When a step of it does not do what it should.
pub(super) fn run(package: &Path) -> Result<()> {
    if !system::is_root() {
        bail!("a system of its own needs root: run it as root, or leave --try out");
    }
    let base = base()?;
    let trial = Trial(workspace::target().join("dist/trial"));
    trial.clear()?;
    step::run(Command::new("cp").arg("-a").arg(&base).arg(&trial.0))?;
    std::fs::copy(package, trial.0.join("homefold.deb"))?;
    std::fs::write(trial.0.join("trial.sh"), SCRIPT)?;
    std::fs::copy("/etc/resolv.conf", trial.0.join("etc/resolv.conf"))
        .context("naming the servers of names")?;
    let packages = workspace::cache()?.join("debian-packages");
    std::fs::create_dir_all(packages.join("partial"))?;
    let mut command = Command::new("unshare");
    command.args(["--mount", "--pid", "--fork", "--kill-child", "sh", "-c", INSIDE, "sh"]);
    step::run(command.arg(&trial.0).arg(&packages))
}

/// A fresh system, made once.
fn base() -> Result<PathBuf> {
    let base = workspace::cache()?.join(format!("debian-{RELEASE}"));
    if base.is_dir() {
        return Ok(base);
    }
    let making = base.with_extension("making");
    if making.exists() {
        std::fs::remove_dir_all(&making)?;
    }
    let mut command = Command::new("debootstrap");
    command.args(["--variant=minbase", RELEASE]).arg(&making).arg("http://deb.debian.org/debian");
    step::run(&mut command)?;
    std::fs::rename(&making, &base)?;
    Ok(base)
}

/// The system of one trial, removed with it.
struct Trial(PathBuf);

impl Trial {
    fn clear(&self) -> Result<()> {
        if self.0.exists() {
            std::fs::remove_dir_all(&self.0).context("removing the system of a trial")?;
        }
        Ok(())
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        if let Err(error) = self.clear() {
            eprintln!("{error:#}");
        }
    }
}
