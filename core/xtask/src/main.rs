//! Every chore of the repository: `cargo xtask COMMAND`.
//!
//! One file for each command. Nothing here ships, no crate depends on it, and it depends on none of ours: it
//! looks at the workspace from outside, through cargo, the files and the finished programs.
#![allow(clippy::print_stdout, reason = "a task runner speaks on standard output")]

#[cfg(target_os = "linux")]
mod bench;
mod ci;
mod deny;
#[cfg(target_os = "linux")]
mod desktop;
#[cfg(target_os = "linux")]
mod dist;
mod icons;
mod layers;
mod process;
mod run;
mod sim;
mod step;
mod stop;
#[cfg(target_os = "linux")]
mod suites;
mod system;
mod test;
mod tidy;
mod ui;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Chores of the Homefold repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build Homefold and show its main job with two devices on this computer
    Run(run::Options),
    /// Run every test: units, properties, simulator, end to end
    Test(test::Options),
    /// All that must hold before a change is taken: format, lints, layers, tidy, deny, tests, demonstration
    Ci(ci::Options),
    /// Check lengths, names, file openings, leftovers and links
    Tidy,
    /// Check which crate may depend on which
    Layers,
    /// Check licences, banned crates and sources of what we depend on
    Deny,
    /// Run the simulator over many seeds on every core, or one seed again
    Sim(sim::Options),
    /// Build the packages that people install: a .deb and an .rpm
    #[cfg(target_os = "linux")]
    Dist(dist::Options),
    /// Draw every icon from icons/source.svg
    Icons,
    /// Build the app and use it on a desktop of its own: window, tray, notifications
    #[cfg(target_os = "linux")]
    Desktop(desktop::Options),
    #[cfg(target_os = "linux")]
    #[command(hide = true)]
    DesktopSession(desktop::SessionOptions),
    /// The pages: types, build, checks, the story in a browser, pictures
    Ui(ui::Options),
    /// Suites of others, and real programs under load, against a mounted drive
    #[cfg(target_os = "linux")]
    Suites(suites::Options),
    /// Measure Homefold and the peers found on this machine side by side (as root)
    #[cfg(target_os = "linux")]
    Bench(bench::Options),
    #[cfg(target_os = "linux")]
    #[command(hide = true)]
    Enter(bench::EnterOptions),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Run(options) => run::run(&options),
        Command::Test(options) => test::run(&options),
        Command::Ci(options) => ci::run(&options),
        Command::Tidy => tidy::run(),
        Command::Layers => layers::run(),
        Command::Deny => deny::run(),
        Command::Sim(options) => sim::run(&options),
        Command::Ui(options) => ui::run(&options),
        #[cfg(target_os = "linux")]
        Command::Dist(options) => dist::run(&options),
        Command::Icons => icons::run(),
        #[cfg(target_os = "linux")]
        Command::Desktop(options) => desktop::run(&options),
        #[cfg(target_os = "linux")]
        Command::DesktopSession(options) => desktop::session(&options),
        #[cfg(target_os = "linux")]
        Command::Suites(options) => suites::run(&options),
        #[cfg(target_os = "linux")]
        Command::Bench(options) => bench::run(&options),
        #[cfg(target_os = "linux")]
        Command::Enter(options) => bench::enter(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
