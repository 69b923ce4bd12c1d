//! `cargo xtask run`: builds Homefold and shows its main job with two real devices on this computer.
//!
//! Nothing is pretended: two services with their own data folders and ports, paired by a code as two people would
//! pair them, talking over the real transport. All of it lives in one temporary folder that is removed at the end.

pub(crate) mod device;
mod sample;
pub(crate) mod story;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Parser};

use crate::stop::Stop;
use crate::{step, system, workspace};

/// How to show it.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Install what the system lacks without asking
    #[arg(long)]
    yes: bool,
    /// `-- --once` ends after the demonstration; otherwise the devices run until Ctrl-C
    #[arg(last = true, value_name = "-- --once")]
    rest: Vec<String>,
}

/// What stands behind the `--`.
#[derive(Parser)]
#[command(no_binary_name = true, name = "cargo xtask run --")]
struct Rest {
    /// End with exit status 0 after the demonstration
    #[arg(long)]
    once: bool,
}

/// Prepares, builds, shows.
///
/// # Errors
/// When something lacks, does not build, or one step of the demonstration does not do what it should.
pub(crate) fn run(options: &Options) -> Result<()> {
    let rest = Rest::parse_from(&options.rest);
    system::prepare(options.yes)?;
    println!("Building Homefold. The first time takes some minutes.");
    step::run(&mut step::cargo(&["build", "--release", "--package", "cli"]))?;
    show(&binary(), rest.once)
}

/// The program that the demonstration builds.
pub(crate) fn binary() -> PathBuf {
    workspace::target().join("release/homefold")
}

/// The demonstration that `ci` runs: the same as `cargo xtask run -- --once`.
pub(crate) fn run_once() -> Result<()> {
    run(&Options { yes: true, rest: vec!["--once".into()] })
}

fn show(binary: &Path, once: bool) -> Result<()> {
    let stop = Stop::listen()?;
    let place = Place::make()?;
    let outcome = story::tell(&place.0, binary, &stop, once);
    if outcome.is_err() && !stop.asked() {
        story::show_logs(&place.0);
    }
    match outcome {
        // Stopping early is a wish and no failure.
        Err(_) if stop.asked() => Ok(()),
        other => other,
    }
}

/// The temporary folder of one demonstration, removed with it.
struct Place(PathBuf);

impl Place {
    fn make() -> Result<Self> {
        let place = std::env::temp_dir().join(format!("homefold-demo-{}", std::process::id()));
        // `create_dir` refuses a folder or a link that somebody else left there.
        std::fs::create_dir(&place).with_context(|| format!("making {}", place.display()))?;
        Ok(Self(place))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        match std::fs::remove_dir_all(&self.0) {
            Ok(()) => println!("Removed {}.", self.0.display()),
            Err(error) => eprintln!("removing {}: {error}", self.0.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::Rest;

    #[test]
    fn once_stands_behind_two_dashes() {
        assert!(Rest::try_parse_from(["--once"]).unwrap().once);
        assert!(!Rest::try_parse_from([""; 0]).unwrap().once);
        assert!(Rest::try_parse_from(["--twice"]).is_err());
    }
}
