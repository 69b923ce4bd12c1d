//! A failing script made as short as it can be: statements are left out as long as the same rule is
//! still broken.

use crate::run::{Weather, run};
use crate::script::Script;

/// Runs that are spent on one script at most.
const RUNS_MAX: u32 = 3_000;

/// The shortest script found that breaks the same rule.
#[must_use]
pub fn shrink(script: &Script, seed: u64) -> Script {
    let rule_of = |script: &Script| {
        run(script, seed, Weather::Drawn, false).failure.map(|violation| violation.rule)
    };
    let Some(rule) = rule_of(script) else { return script.clone() };
    let mut best = script.clone();
    let mut runs = 0;
    let mut length = best.statements.len() / 2;
    while length > 0 {
        let mut at = 0;
        let before = best.statements.len();
        while at < best.statements.len() && runs < RUNS_MAX {
            let mut shorter = best.clone();
            let end = (at + length).min(shorter.statements.len());
            shorter.statements.drain(at..end);
            runs += 1;
            if rule_of(&shorter) == Some(rule) {
                best = shorter;
            } else {
                at += length;
            }
        }
        let went_on = best.statements.len() < before && length == 1;
        length = if went_on { 1 } else { length / 2 };
    }
    best
}
