//! `cargo xtask sim`: the simulator over many seeds, split among the cores, or one seed again.

use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{step, workspace};

/// Seeds that every `cargo xtask test` runs.
pub(crate) const SEEDS_IN_TEST: u64 = 500;

/// What to simulate.
#[derive(Args)]
pub(crate) struct Options {
    /// How many seeds to run
    #[arg(long, default_value_t = SEEDS_IN_TEST, value_name = "N")]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0, value_name = "S")]
    from: u64,
    /// Run this one seed and print its trace
    #[arg(long, value_name = "S", conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// Passed on to the simulator, as `-- --shrink`
    #[arg(last = true, value_name = "…")]
    rest: Vec<String>,
}

/// Builds the simulator (optimised, with assertions) and runs it.
///
/// # Errors
/// When it does not build, or a seed fails; the simulator has then printed how to replay it.
pub(crate) fn run(options: &Options) -> Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    step::run(&mut step::cargo(&["build", "--package", "sim", "--profile", "sim"]))?;
    let mut commands = match options.seed {
        Some(seed) => vec![simulator(&["--seed", &seed.to_string(), "--trace"])],
        None => split(options.from, options.seeds, cores)
            .into_iter()
            .map(|(from, count)| {
                simulator(&["--from", &from.to_string(), "--count", &count.to_string()])
            })
            .collect(),
    };
    for command in &mut commands {
        command.args(&options.rest);
    }
    run_together(commands)
}

/// Runs the fixed budget of every test run.
pub(crate) fn run_budget() -> Result<()> {
    run(&Options { seeds: SEEDS_IN_TEST, from: 0, seed: None, rest: Vec::new() })
}

fn simulator(arguments: &[&str]) -> Command {
    let mut command = Command::new(workspace::target().join("sim/sim"));
    command.args(arguments).current_dir(workspace::root());
    command
}

/// Equal runs of seeds, as (first, count); none is empty.
fn split(from: u64, seeds: u64, parts: u64) -> Vec<(u64, u64)> {
    let parts = parts.min(seeds).max(1);
    let bound = |part: u64| from + seeds * part / parts;
    (0..parts).map(|part| (bound(part), bound(part + 1) - bound(part))).collect()
}

fn run_together(commands: Vec<Command>) -> Result<()> {
    let mut running = Vec::new();
    for mut command in commands {
        println!("$ {}", step::typed(&command));
        let child = command.spawn().with_context(|| format!("starting {}", step::typed(&command)));
        running.push((step::typed(&command), child?));
    }
    let mut failed = Vec::new();
    for (typed, mut child) in running {
        let status = child.wait()?;
        if !status.success() {
            failed.push(format!("{typed}: {status}"));
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("; "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn every_seed_is_in_exactly_one_part() {
        assert_eq!(split(0, 500, 2), [(0, 250), (250, 250)]);
        assert_eq!(split(10, 5, 3), [(10, 1), (11, 2), (13, 2)]);
        assert_eq!(split(7, 1, 8), [(7, 1)]);
    }
}
