//! `cargo xtask test`: every test, from the smallest to real processes.
//!
//! Order: units and properties, the examples in the documentation, the simulator with its fixed budget, then the
//! tests that drive whole crates and real processes from outside (`tests/` folders). The output of each runner
//! is passed on untouched and the last line counts them all.

use std::path::Path;

use anyhow::Result;
use clap::Args;

use crate::{sim, step, workspace};

/// What to leave out.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Leave out the simulator
    #[arg(long)]
    pub(crate) no_sim: bool,
    /// Fail when Cargo.lock would have to change
    #[arg(long)]
    pub(crate) locked: bool,
}

/// Tests that ended well and badly.
#[derive(Default, Debug, PartialEq, Eq, Clone, Copy)]
struct Count {
    passed: u64,
    failed: u64,
}

/// Runs them all; a failure in one kind does not hide the others.
///
/// # Errors
/// When any test failed or did not build.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut count = Count::default();
    let mut first_error = None;
    let mut keep = |outcome: Result<()>| first_error = first_error.take().or(outcome.err());
    keep(runner(&["--lib", "--bins"], options, &mut count));
    keep(documentation(options, &mut count));
    if !options.no_sim {
        keep(sim::run_budget());
    }
    if has_outer_tests(&workspace::root().join("core")) {
        keep(runner(&["--test", "*"], options, &mut count));
    }
    println!("\nin all: {} passed, {} failed", count.passed, count.failed);
    first_error.map_or(Ok(()), Err)
}

/// The workspace's tests of some kind, with nextest where it is installed.
fn runner(kind: &[&str], options: &Options, count: &mut Count) -> Result<()> {
    let mut arguments = match workspace::has_program("cargo-nextest") {
        true => vec!["nextest", "run", "--no-fail-fast", "--no-tests=pass"],
        false => vec!["test", "--no-fail-fast"],
    };
    arguments.extend_from_slice(workspace::CORE);
    arguments.extend_from_slice(kind);
    if options.locked {
        arguments.push("--locked");
    }
    step::run_seeing(&mut step::cargo(&arguments), |line| count.add(line))
}

fn documentation(options: &Options, count: &mut Count) -> Result<()> {
    let mut arguments = vec!["test", "--doc"];
    arguments.extend_from_slice(workspace::CORE);
    if options.locked {
        arguments.push("--locked");
    }
    step::run_seeing(&mut step::cargo(&arguments), |line| count.add(line))
}

/// `cargo test --test '*'` is an error when no crate has such a test.
fn has_outer_tests(crates: &Path) -> bool {
    let folders = std::fs::read_dir(crates).into_iter().flatten().flatten();
    let mut tests =
        folders.filter_map(|folder| std::fs::read_dir(folder.path().join("tests")).ok());
    tests.any(|mut listing| listing.any(|entry| entry.is_ok()))
}

impl Count {
    /// Adds what a summary line of either runner says; other lines say nothing.
    ///
    /// `test result: ok. 3 passed; 0 failed; …` and `Summary [ 0.1s] 4 tests run: 3 passed, 1 failed, 0 skipped`.
    fn add(&mut self, line: &str) {
        let line = line.trim_start();
        if !line.starts_with("test result:") && !line.starts_with("Summary [") {
            return;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<u64>() else { continue };
            match pair[1].trim_end_matches([',', ';']) {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    fn count(lines: &[&str]) -> Count {
        let mut count = Count::default();
        lines.iter().for_each(|line| count.add(line));
        count
    }

    #[test]
    fn the_summary_lines_of_both_runners_are_counted() {
        let cargo =
            "test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        let nextest =
            "     Summary [   0.512s] 12 tests run: 11 passed (1 slow), 1 failed, 2 skipped";
        assert_eq!(count(&[cargo, nextest]), Count { passed: 14, failed: 2 });
    }

    #[test]
    fn other_lines_are_not_counted() {
        assert_eq!(count(&["test 5 passed", "running 3 tests"]), Count::default());
    }
}
