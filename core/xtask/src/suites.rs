//! `cargo xtask suites`: suites of others, and real programs under load, against a mounted drive.
//!
//! Two real devices: one has every file, the other shows them in its drive. What a program works on there is
//! local (kept on that device), remote (on the other one when it begins) or mixed. The POSIX suite runs on a
//! drive over a plain directory, because it changes users. What it is known to fail is listed in `posix`, with
//! the reason in `core/docs/semantics.md`.

mod exercise;
mod home;
mod posix;
mod programs;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::step::{self, Steps};
use crate::{run, system, workspace};

/// What to run, and for how long.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Install what the system lacks without asking
    #[arg(long)]
    yes: bool,
    /// A short form of each, as `ci` runs it
    #[arg(long)]
    short: bool,
    /// Only the suites whose name contains this
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
}

impl Options {
    /// What `ci` runs.
    pub(crate) fn for_ci() -> Self {
        Self { yes: true, short: true, only: None }
    }

    fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }

    /// How much of a work there is: all of it, or what the short form does.
    fn much(&self, all: u64, short: u64) -> u64 {
        if self.short { short } else { all }
    }
}

/// Runs them; a failure in one does not hide the others.
///
/// # Errors
/// The first failure.
pub(crate) fn run(options: &Options) -> Result<()> {
    system::prepare(options.yes)?;
    system::prepare_for(&[system::FOR_SUITES], options.yes)?;
    step::run(&mut step::cargo(&["build", "--release", "--package", "cli"]))?;
    let mut steps = Steps::default();
    let mut first = None;
    let mut keep = |outcome: Result<()>| {
        if let Err(error) = &outcome {
            eprintln!("FAILED: {error:#}");
        }
        first = first.take().or(outcome.err());
    };
    if options.wants("posix") {
        keep(steps.run("posix", posix::run));
    }
    let named: [(&'static str, programs::Suite); 6] = [
        ("fsx", programs::fsx),
        ("exercise", exercise::run),
        ("git", programs::git),
        ("sqlite", programs::sqlite),
        ("build", programs::build),
        ("stress", programs::stress),
    ];
    if named.iter().any(|(name, _)| options.wants(name)) {
        let home = home::Home::open(&run::binary())?;
        for (name, suite) in named.into_iter().filter(|(name, _)| options.wants(name)) {
            keep(steps.run(name, || suite(&home, options)));
        }
        keep(home.close());
    }
    steps.summary();
    first.map_or(Ok(()), Err)
}

/// A tool of others, built once from the registry and kept outside the checkout.
fn tool(name: &str, version: &str) -> Result<PathBuf> {
    let place = workspace::cache()?.join(format!("{name}-{version}"));
    let program = place.join("bin").join(name);
    if !program.exists() {
        let mut install = step::cargo(&["install", name, "--version", version, "--locked"]);
        // A folder of its own: what the workspace is built with is nothing to a tool.
        install.arg("--root").arg(&place).arg("--target-dir").arg(place.join("target"));
        step::run(&mut install).with_context(|| format!("building {name}"))?;
        std::fs::remove_dir_all(place.join("target")).ok();
    }
    Ok(program)
}

/// Runs a program quietly; what it said if it failed.
fn quietly(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("starting {}", step::typed(command)))?;
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::bail!("{}: {}\n{out}{said}", step::typed(command), output.status);
    }
    Ok(out)
}
