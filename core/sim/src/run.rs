//! One run from beginning to end: a seed or a script, then healing, then the verdict.

use crate::oracle::Violation;
use crate::pace::Pace;
use crate::random::Random;
use crate::script::generate::generate;
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
    /// As the seed draws it.
    Drawn,
}

/// The script of a seed.
#[must_use]
pub fn script_of(seed: u64) -> Script {
    generate(&mut Random::new(seed).split("script"))
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

/// Runs a script that is written out, in calm weather and a few others.
///
/// # Errors
/// [`ScriptError`] if the text is no script.
pub fn run_text(text: &str, seeds: u64) -> Result<Option<(u64, Violation)>, ScriptError> {
    let script = parse(text)?;
    for seed in 0..seeds {
        let weather = if seed == 0 { Weather::Calm } else { Weather::Drawn };
        if let Some(failure) = run(&script, seed, weather, false).failure {
            return Ok(Some((seed, failure)));
        }
    }
    Ok(None)
}
