//! `cargo xtask ci`: all that must hold before a change is taken, the quick checks first.

use anyhow::Result;
use clap::Args;

use crate::step::{self, Steps};
use crate::{deny, desktop, dist, layers, run, suites, system, test, tidy, ui, workspace};

/// How the machine may be touched.
#[derive(Args)]
pub(crate) struct Options {
    /// Install what the system lacks without asking
    #[arg(long)]
    yes: bool,
}

/// Runs every check and prints what each took; the first failure ends it.
///
/// # Errors
/// What the failing check says.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::default();
    let outcome = run_steps(&mut steps, options);
    steps.summary();
    outcome
}

fn run_steps(steps: &mut Steps, options: &Options) -> Result<()> {
    steps.run("system", || system::prepare(options.yes))?;
    steps.run("system: pages", || system::prepare_pages(options.yes))?;
    steps.run("format", || step::run(&mut step::cargo(&["fmt", "--all", "--check"])))?;
    steps.run("layers", layers::run)?;
    steps.run("tidy", tidy::run)?;
    // Before anything is compiled: the programs carry the pages.
    steps.run("ui check", ui::check)?;
    steps.run("clippy", clippy)?;
    steps.run("deny", deny::run)?;
    steps.run("test", || test::run(&test::Options { locked: true, no_sim: false }))?;
    steps.run("run -- --once", run::run_once)?;
    // With the program that the demonstration built.
    steps.run("ui test", || ui::story(&run::binary()))?;
    steps.run("suites", || suites::run(&suites::Options::for_ci()))?;
    steps.run("desktop", || desktop::run(&desktop::Options::for_ci()))?;
    steps.run("dist", || dist::run(&dist::Options::for_ci()))
}

fn clippy() -> Result<()> {
    let mut command = step::cargo(&["clippy"]);
    command.args(workspace::CORE).args(["--all-targets", "--locked", "--", "--deny", "warnings"]);
    step::run(&mut command)
}
