//! One run from beginning to end: a seed or a script, then healing, then the verdict.

use crate::oracle::Violation;
use crate::pace::Pace;
use crate::random::Random;
use crate::script::generate::{KEEPING_FROM, generate, generate_keeping};
use crate::script::{Script, ScriptError, parse};
use crate::trace::Trace;
use crate::world::World;

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The rule that was broken, if one was.
    pub failure: Option<Violation>,
    /// Equal for equal runs.
    pub trace_hash: u64,
    /// Things that happened.
    pub events: u64,
    /// The trace, if it was asked for.
    pub lines: String,
}

/// How a script is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Fast, without ills of its own.
    Calm,
    /// As the seed draws it, but programs work and are seen at once, and nobody sends wrong bytes: for what
    /// depends on several things being seen together.
    Prompt,
    /// As the seed draws it, but nobody sends wrong bytes: what a script expects can come true.
    Honest,
    /// As the seed draws it.
    Drawn,
}

/// The script of a seed.
#[must_use]
pub fn script_of(seed: u64) -> Script {
    let mut random = Random::new(seed).split("script");
    if seed >= KEEPING_FROM { generate_keeping(&mut random) } else { generate(&mut random) }
}

/// Runs a seed.
#[must_use]
pub fn run_seed(seed: u64, lines: bool) -> Report {
    run(&script_of(seed), seed, Weather::Drawn, lines)
}

/// Runs a script; what it leaves open comes from `seed`. A panic of the engine is a broken rule too.
#[must_use]
pub fn run(script: &Script, seed: u64, weather: Weather, lines: bool) -> Report {
    let run = || run_to_the_end(script, seed, weather, lines);
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|cause| {
        let text = cause.downcast_ref::<String>().map(String::as_str);
        failed("panic", text.or(cause.downcast_ref::<&str>().copied()).unwrap_or_default())
    })
}

fn run_to_the_end(script: &Script, seed: u64, weather: Weather, lines: bool) -> Report {
    let random = Random::new(seed);
    let pace = match weather {
        Weather::Calm => Pace::calm(),
        Weather::Honest => {
            let mut pace = Pace::draw(&mut random.split("pace"));
            pace.corrupt_percent = 0;
            pace
        }
        Weather::Prompt => {
            let calm = Pace::calm();
            let (wake, act, scan) = (calm.wake, calm.act, calm.scan);
            let (watch, program, stretch) = (calm.watch, calm.program, calm.stretch);
            let drawn = Pace::draw(&mut random.split("pace"));
            Pace { wake, act, scan, watch, program, stretch, corrupt_percent: 0, ..drawn }
        }
        Weather::Drawn => Pace::draw(&mut random.split("pace")),
    };
    let mut world = match World::new(script, pace, &random, Trace::new(lines)) {
        Ok(world) => world,
        Err(error) => return failed("script", &error.to_string()),
    };
    for statement in &script.statements {
        world.state(statement);
    }
    world.heal_and_judge();
    Report {
        failure: world.failure().cloned(),
        trace_hash: world.trace.hash(),
        events: world.trace.events(),
        lines: world.trace.take_lines(),
    }
}

fn failed(rule: &'static str, text: &str) -> Report {
    let failure = Violation { rule, text: text.to_owned() };
    Report { failure: Some(failure), trace_hash: 0, events: 0, lines: String::new() }
}

/// Runs a script that is written out, in calm weather and in some that is drawn, for tests.
///
/// # Panics
/// If the text is no script, or a rule is broken: says how.
pub fn check(text: &str) {
    check_in(text, Weather::Honest);
}

/// Runs a script like [`check`], in weathers in which what programs do is seen at once.
///
/// # Panics
/// If the text is no script, or a rule is broken: says how.
pub fn check_promptly(text: &str) {
    check_in(text, Weather::Prompt);
}

fn check_in(text: &str, drawn: Weather) {
    let script = parse(text).unwrap_or_else(|error: ScriptError| panic!("{error}"));
    for seed in 0..WEATHERS {
        let weather = if seed == 0 { Weather::Calm } else { drawn };
        let report = run(&script, seed, weather, false);
        if let Some(violation) = report.failure {
            let lines = run(&script, seed, weather, true).lines;
            panic!("in weather {seed}, after\n{lines}\nthis is broken: {violation}");
        }
    }
}

/// How many kinds of weather a written script is run in.
const WEATHERS: u64 = 40;
