//! The figures to reach, each as a share of what a peer did in the same run, or as a plain limit.

use super::record::{Measure, Records};

/// What a figure of Homefold is held against.
enum Against {
    /// A peer's figure times this factor.
    Peer(&'static str, Measure, f64),
    /// Homefold's own figure of another work times this factor, as a floor; in every run, so the worst is held against
    /// the best.
    AtLeastOwn(&'static str, f64),
    /// So much at most.
    Limit(f64),
}

struct Goal(&'static str, Measure, Against);

use Against::{AtLeastOwn, Limit, Peer};
use Measure::{Cpu, Database, Idle, Median, Memory, P95, Rate, Safe, Seconds, Wire};

const GOALS: &[Goal] = &[
    Goal("W1", Safe, Peer("rsync", Safe, 1.0)),
    Goal("W1", Safe, Peer("syncthing", Seconds, 0.5)),
    Goal("W1", Cpu, Peer("syncthing", Cpu, 0.6)),
    Goal("W2", Safe, Peer("rsync", Safe, 1.25)),
    Goal("W2", Safe, Peer("syncthing", Seconds, 0.12)),
    Goal("W3", Safe, Peer("rsync", Safe, 1.15)),
    Goal("W3", Safe, Peer("syncthing", Seconds, 0.12)),
    Goal("W3", Wire, Peer("syncthing", Wire, 1.0)),
    Goal("W4a", Seconds, Peer("rsync", Seconds, 1.0)),
    Goal("W4a", Wire, Limit(2.0)),
    Goal("W4b", Seconds, Peer("rsync", Seconds, 1.0)),
    Goal("W4b", Wire, Limit(2.0)),
    Goal("W4c", Seconds, Peer("rsync", Seconds, 1.0)),
    Goal("W4c", Wire, Limit(12.0)),
    Goal("W5a", Seconds, Peer("syncthing", Seconds, 0.1)),
    Goal("W5b", Seconds, Peer("unison", Seconds, 0.7)),
    Goal("W5b", Wire, Limit(0.5)),
    Goal("W6", Median, Peer("syncthing", Median, 0.5)),
    Goal("W6", P95, Peer("syncthing", P95, 0.1)),
    Goal("W8", Idle, Limit(0.05)),
    Goal("W8", Memory, Limit(50.0)),
    Goal("W8", Database, Limit(30.0)),
    Goal("W9", Seconds, Peer("syncthing", Seconds, 0.2)),
    Goal("W9r", Seconds, Peer("rsync", Seconds, 1.0)),
    Goal("W9s", Seconds, Limit(0.5)),
    Goal("W10-2", Rate, AtLeastOwn("W10-1", 1.95)),
];

/// Prints each goal that was measured: the figure, what it is held against, the share, met or missed.
pub(crate) fn print(records: &Records) {
    let lines: Vec<String> = GOALS.iter().filter_map(|goal| line(records, goal)).collect();
    if !lines.is_empty() {
        println!("\n### Goals\n\n| work | figure | homefold | against | share | reach | |");
        println!("|---|---|---|---|---|---|---|");
        lines.iter().for_each(|line| println!("{line}"));
    }
}

fn line(records: &Records, Goal(work, measure, against): &Goal) -> Option<String> {
    let mut ours = records.median(work, "homefold", *measure)?;
    let (whom, theirs, reach, sign) = match against {
        Peer(peer, theirs, factor) => {
            let figure = records.median(work, peer, *theirs)?;
            (format!("{peer} {figure:.2} {}", theirs.title()), figure, *factor, "≤")
        }
        AtLeastOwn(other, factor) => {
            let (_, figure) = records.range(other, "homefold", *measure)?;
            ours = records.range(work, "homefold", *measure)?.0;
            (format!("{other} {figure:.2}"), figure, *factor, "≥")
        }
        Limit(limit) => (format!("limit {limit}"), *limit, 1.0, "≤"),
    };
    let share = ours / theirs;
    let met = if sign == "≤" { share <= reach } else { share >= reach };
    let verdict = if met { "met" } else { "MISSED" };
    let title = measure.title();
    Some(format!(
        "| {work} | {title} | {ours:.2} | {whom} | {share:.2} | {sign} {reach} | {verdict} |"
    ))
}
