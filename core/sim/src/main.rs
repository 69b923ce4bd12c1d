//! `sim`: runs seeds, or one seed with its trace, or a script from a file.
//!
//! Exit status: 0 all rules held; 1 one was broken, and how to see it again is printed; 2 wrong usage.

use std::io::Write;
use std::process::ExitCode;

use sim::run::{Report, Weather, run, run_seed, script_of};
use sim::script::parse;
use sim::seeds::KEPT;
use sim::shrink::shrink;

/// Every so many seeds, one is run twice.
const TWICE_EVERY: u64 = 100;

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
}

fn main() -> ExitCode {
    let Some(options) = read_options() else {
        say(USAGE);
        return ExitCode::from(2);
    };
    let good = match (&options.file, options.seed, options.count) {
        (Some(path), seed, _) => run_file(path, seed, options.trace),
        (None, Some(seed), _) => run_one(seed, &options),
        (None, None, Some(count)) => run_many(options.from, count, !options.no_kept),
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

fn run_many(from: u64, count: u64, kept: bool) -> bool {
    let kept: Vec<u64> = if kept && from == 0 { KEPT.to_vec() } else { Vec::new() };
    let (mut failed, mut events) = (0, 0);
    let seeds = kept.iter().copied().chain(from..from + count);
    for seed in seeds {
        let report = run_seed(seed, false);
        events += report.events;
        let twice = seed % TWICE_EVERY == 0 && run_seed(seed, false) != report;
        if twice {
            say(&format!("seed {seed}: two runs differ"));
        }
        tell(seed, &report);
        failed += u64::from(twice || report.failure.is_some());
    }
    say(&format!(
        "{} seeds from {from}: {failed} failed, {events} events",
        count + kept.len() as u64
    ));
    failed == 0
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
