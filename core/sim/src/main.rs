//! `sim`: runs seeds, or one seed with its trace, or a script from a file.
//!
//! Exit status: 0 all rules held; 1 one was broken, and how to see it again is printed; 2 wrong usage.

use std::io::Write;
use std::process::{Command, ExitCode, Stdio};

use sim::run::{Report, Weather, run, run_seed, script_of};
use sim::script::parse;
use sim::seeds::KEPT;
use sim::shrink::shrink;

/// Every so many seeds, one is run twice.
const TWICE_EVERY: u64 = 100;

/// Seeds that run in one process: one that dies is found by running each alone.
const PORTION: u64 = 100;

const USAGE: &str =
    "usage: sim --from S --count N [--no-kept] | --seed S [--trace] [--shrink] [--script]
     | --file PATH [--seed S] [--trace]";

#[derive(Default)]
struct Options {
    from: u64,
    count: Option<u64>,
    seed: Option<u64>,
    file: Option<String>,
    trace: bool,
    shrink: bool,
    script: bool,
    no_kept: bool,
    alone: bool,
}

fn main() -> ExitCode {
    let Some(options) = read_options() else {
        say(USAGE);
        return ExitCode::from(2);
    };
    let good = match (&options.file, options.seed, options.count) {
        (Some(path), seed, _) => run_file(path, seed, options.trace),
        (None, Some(seed), _) => run_one(seed, &options),
        (None, None, Some(count)) if options.alone => run_many(options.from, count),
        (None, None, Some(count)) => run_in_portions(options.from, count, &options),
        (None, None, None) => {
            say(USAGE);
            return ExitCode::from(2);
        }
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read_options() -> Option<Options> {
    let mut options = Options::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--from" => options.from = words.next()?.parse().ok()?,
            "--count" => options.count = Some(words.next()?.parse().ok()?),
            "--seed" => options.seed = Some(words.next()?.parse().ok()?),
            "--file" => options.file = Some(words.next()?),
            "--trace" => options.trace = true,
            "--shrink" => options.shrink = true,
            "--script" => options.script = true,
            "--alone" => options.alone = true,
            "--no-kept" => options.no_kept = true,
            _ => return None,
        }
    }
    Some(options)
}

/// Writes a line; whoever reads may have gone away.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Runs seeds in processes of their own, so that one that overflows its stack ends nothing else.
fn run_in_portions(from: u64, count: u64, options: &Options) -> bool {
    let mut good = true;
    if !options.no_kept && from == 0 {
        KEPT.iter().for_each(|seed| good &= run_alone(*seed, 1));
    }
    let mut next = from;
    while next < from + count {
        let portion = PORTION.min(from + count - next);
        good &= run_alone(next, portion);
        next += portion;
    }
    say(&format!("{count} seeds from {from}: {}", if good { "all rules held" } else { "failed" }));
    good
}

fn run_alone(from: u64, count: u64) -> bool {
    let Ok(own) = std::env::current_exe() else { return false };
    let mut command = Command::new(own);
    command.args(["--alone", "--from", &from.to_string(), "--count", &count.to_string()]);
    command.stderr(if count > 1 { Stdio::null() } else { Stdio::inherit() });
    let status = command.status();
    if status.as_ref().is_ok_and(|status| status.code().is_some()) {
        return status.is_ok_and(|status| status.success());
    }
    if count > 1 {
        let broken = (from..from + count).filter(|seed| !run_alone(*seed, 1)).count();
        return broken == 0;
    }
    say(&format!("seed {from} breaks crash: the process died\n  cargo xtask sim --seed {from}"));
    false
}

fn run_many(from: u64, count: u64) -> bool {
    let mut good = true;
    for seed in from..from + count {
        let report = run_seed(seed, false);
        if seed % TWICE_EVERY == 0 && run_seed(seed, false) != report {
            say(&format!("seed {seed} breaks determinism: two runs differ"));
            good = false;
        }
        tell(seed, &report);
        good &= report.failure.is_none();
    }
    good
}

fn tell(seed: u64, report: &Report) {
    if let Some(violation) = &report.failure {
        say(&format!("seed {seed} breaks {violation}\n  cargo xtask sim --seed {seed}"));
    }
}

fn run_one(seed: u64, options: &Options) -> bool {
    let script = script_of(seed);
    if options.script {
        say(&script.to_string());
    }
    if options.shrink {
        let shorter = shrink(&script, seed);
        say(&shorter.to_string());
        let report = run(&shorter, seed, Weather::Drawn, options.trace);
        say(&report.lines);
        tell(seed, &report);
        return report.failure.is_none();
    }
    let report = run_seed(seed, options.trace);
    say(&report.lines);
    tell(seed, &report);
    report.failure.is_none()
}

fn run_file(path: &str, seed: Option<u64>, trace: bool) -> bool {
    let script = std::fs::read_to_string(path).map_err(|error| error.to_string());
    match script.and_then(|text| parse(&text).map_err(|error| error.to_string())) {
        Err(error) => {
            say(&error);
            false
        }
        Ok(script) => {
            let weather = if seed.is_some() { Weather::Drawn } else { Weather::Calm };
            let report = run(&script, seed.unwrap_or(0), weather, trace);
            say(&report.lines);
            if let Some(violation) = &report.failure {
                say(&format!("{path} breaks {violation}"));
            }
            report.failure.is_none()
        }
    }
}
