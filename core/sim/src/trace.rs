//! What happened, as a number that two runs can be compared by, and as lines for a person.

use std::fmt;
use std::fmt::Write as _;

use crate::clock::Moment;

/// What would fill every trace and tells nothing.
const NOISE: &[&str] = &[": home", "<- sent ", "-> Tell("];

/// The trace of a run.
#[derive(Debug, Default)]
pub struct Trace {
    hash: u64,
    events: u64,
    lines: Option<String>,
    names: Vec<(String, String)>,
}

impl Trace {
    /// A trace that also keeps lines, if `lines` says so.
    #[must_use]
    pub fn new(lines: bool) -> Self {
        Self { lines: lines.then(String::new), ..Self::default() }
    }

    /// Notes that something happened. `text` is formatted only if lines are kept.
    pub fn note(&mut self, at: Moment, code: u64, text: fmt::Arguments<'_>) {
        self.events += 1;
        for number in [at.0, code] {
            self.hash = (self.hash ^ number).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23);
        }
        if let Some(lines) = &mut self.lines {
            let (seconds, micros) = (at.0 / 1_000_000_000, at.0 / 1_000 % 1_000_000);
            let mut text = text.to_string();
            if NOISE.iter().any(|noise| text.contains(noise)) {
                return;
            }
            for (long, short) in &self.names {
                text = text.replace(long, short);
            }
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{seconds:>7}.{micros:06} {text}");
        }
    }

    /// Lines show `short` instead of `long`.
    pub fn call(&mut self, long: &str, short: &str) {
        self.names.push((long.to_owned(), short.to_owned()));
    }

    /// Equal for equal runs.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// How many things happened.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The lines since the last call.
    pub fn take_lines(&mut self) -> String {
        self.lines.as_mut().map(std::mem::take).unwrap_or_default()
    }
}
