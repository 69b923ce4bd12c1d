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
    /// So much at least.
    Floor(f64),
}

/// Whose figures are judged.
const OURS: &str = "homefold";

struct Goal(&'static str, Measure, Against);

use Against::{AtLeastOwn, Floor, Limit, Peer};
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
    Goal("W7a", Median, Limit(3.0)),
    Goal("W7b", Rate, Floor(620.0)),
    Goal("W7c", Median, Limit(0.8)),
    Goal("W7d", Seconds, Limit(0.25)),
    Goal("W7e", Seconds, Limit(0.4)),
    Goal("W7f", Median, Limit(15.0)),
    Goal("W8", Idle, Limit(0.05)),
    Goal("W8", Memory, Limit(50.0)),
    Goal("W8", Database, Limit(30.0)),
    Goal("W9", Seconds, Peer("syncthing", Seconds, 0.2)),
    Goal("W9r", Seconds, Peer("rsync", Seconds, 1.0)),
    Goal("W9s", Seconds, Limit(0.5)),
    Goal("W10-2", Rate, AtLeastOwn("W10-1", 1.95)),
];

/// What the goals are judged with.
pub(crate) struct Judge<'a> {
    pub(crate) records: &'a Records,
    /// Is this work asked for?
    pub(crate) wants: &'a dyn Fn(&str) -> bool,
    /// Peers over which a win proves nothing, each with the reason.
    pub(crate) handicaps: &'a [(&'static str, &'static str)],
}

/// What came of a goal.
#[derive(Debug, PartialEq)]
enum Verdict {
    Met,
    Missed,
    /// Nothing can be said, and why.
    Open(String),
}

/// From so many cores on, used by others, a figure says little.
const BUSY: f64 = 0.3;

impl Judge<'_> {
    /// Prints each goal of the works that were asked for: the figure, what it is held against, the share, met or
    /// missed; or why neither can be said.
    pub(crate) fn print(&self) {
        if self.records.peer_is_absent(OURS) {
            return;
        }
        let goals = GOALS.iter().filter(|goal| self.concerns(goal));
        let judged: Vec<_> = goals.map(|goal| (goal, self.judge(goal))).collect();
        if judged.is_empty() {
            return;
        }
        println!(
            "\n### Goals\n\n| work | figure | homefold | against | share | reach | others' cores | |"
        );
        println!("|---|---|---|---|---|---|---|---|");
        judged.iter().for_each(|(goal, (row, verdict))| println!("{}", line(goal, row, verdict)));
        let count = |is: fn(&Verdict) -> bool| judged.iter().filter(|(_, (_, v))| is(v)).count();
        println!(
            "\n{} met, {} missed, {} not judged.",
            count(|verdict| *verdict == Verdict::Met),
            count(|verdict| *verdict == Verdict::Missed),
            count(|verdict| matches!(verdict, Verdict::Open(_))),
        );
        if judged.iter().any(|(_, (row, _))| row.others > BUSY) {
            println!(
                "Others used more than {BUSY} cores in some rows: measure these on a quiet machine."
            );
        }
    }

    fn concerns(&self, Goal(work, measure, _): &Goal) -> bool {
        (self.wants)(family(work)) || self.records.median(work, OURS, *measure).is_some()
    }

    fn judge(&self, Goal(work, measure, against): &Goal) -> (Row, Verdict) {
        let records = self.records;
        let others = |peer| records.median(work, peer, Measure::Others).unwrap_or(0.0);
        let mut row = Row { ours: None, whom: String::new(), share: None, others: others(OURS) };
        row.ours = records.median(work, OURS, *measure);
        let (theirs, met): (_, fn(f64, f64) -> bool) = match against {
            Peer(peer, theirs, _) => {
                let figure = records.median(work, peer, *theirs);
                row.whom = format!("{peer} {} {}", shown(figure), theirs.title());
                row.others = row.others.max(others(peer));
                (figure, |share, reach| share <= reach)
            }
            AtLeastOwn(other, _) => {
                row.ours = records.range(work, OURS, *measure).map(|(lowest, _)| lowest);
                let figure = records.range(other, OURS, *measure).map(|(_, highest)| highest);
                row.whom = format!("{other} {}", shown(figure));
                (figure, |share, reach| share >= reach)
            }
            Limit(limit) => {
                row.whom = format!("limit {limit}");
                (Some(*limit), |share, reach| share <= reach)
            }
            Floor(floor) => {
                row.whom = format!("floor {floor}");
                (Some(*floor), |share, reach| share >= reach)
            }
        };
        // A work that Homefold could not do has missed its goal, whatever others did.
        let Some(ours) = row.ours else { return (row, Verdict::Missed) };
        let Some(theirs) = theirs else {
            let verdict = Verdict::Open(format!("no {} in this run", against.whom()));
            return (row, verdict);
        };
        row.share = Some(ours / theirs);
        let verdict = match (met(ours / theirs, against.reach()), self.handicap(against)) {
            (false, _) => Verdict::Missed,
            (true, None) => Verdict::Met,
            (true, Some(why)) => Verdict::Open(format!("{} is {why}", against.whom())),
        };
        (row, verdict)
    }

    fn handicap(&self, against: &Against) -> Option<&'static str> {
        let found = self.handicaps.iter().find(|(peer, _)| *peer == against.whom());
        found.map(|(_, why)| *why)
    }
}

impl Against {
    fn whom(&self) -> &'static str {
        match self {
            Peer(peer, ..) => peer,
            AtLeastOwn(other, _) => other,
            Limit(_) => "limit",
            Floor(_) => "floor",
        }
    }

    fn reach(&self) -> f64 {
        match self {
            Peer(_, _, factor) | AtLeastOwn(_, factor) => *factor,
            Limit(_) | Floor(_) => 1.0,
        }
    }
}

/// The cells of a goal's line.
struct Row {
    ours: Option<f64>,
    whom: String,
    share: Option<f64>,
    others: f64,
}

/// The work that is asked for to get the figures of this part of it.
fn family(work: &str) -> &str {
    let whole = work.split('-').next().unwrap_or(work);
    whole.trim_end_matches(|letter: char| letter.is_ascii_lowercase())
}

fn shown(figure: Option<f64>) -> String {
    figure.map_or("-".to_owned(), |figure| format!("{figure:.2}"))
}

fn line(Goal(work, measure, against): &Goal, row: &Row, verdict: &Verdict) -> String {
    let sign = if matches!(against, AtLeastOwn(..) | Floor(_)) { "≥" } else { "≤" };
    let verdict = match verdict {
        Verdict::Met => "met".to_owned(),
        Verdict::Missed => "MISSED".to_owned(),
        Verdict::Open(why) => format!("not judged: {why}"),
    };
    format!(
        "| {work} | {} | {} | {} | {} | {sign} {} | {:.2} | {verdict} |",
        measure.title(),
        shown(row.ours),
        row.whom,
        shown(row.share),
        against.reach(),
        row.others,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::record::Figures;

    fn records(rows: &[(&str, &'static str, Measure, f64)]) -> Records {
        let mut records = Records::nowhere().unwrap();
        for (work, peer, measure, value) in rows {
            records.add(work, peer, Figures::from([(*measure, *value)])).unwrap();
        }
        records
    }

    fn verdict(rows: &[(&str, &'static str, Measure, f64)], handicaps: Handicaps) -> Verdict {
        let records = records(rows);
        let goal = Goal("W2", Safe, Peer("syncthing", Seconds, 0.5));
        Judge { records: &records, wants: &|_| true, handicaps }.judge(&goal).1
    }

    type Handicaps<'a> = &'a [(&'static str, &'static str)];

    #[test]
    fn a_goal_is_met_or_missed_only_against_a_fair_peer_of_the_same_run() {
        let ours = |seconds| ("W2", OURS, Safe, seconds);
        let theirs = ("W2", "syncthing", Seconds, 10.0);
        assert_eq!(verdict(&[ours(4.0), theirs], &[]), Verdict::Met);
        assert_eq!(verdict(&[ours(6.0), theirs], &[]), Verdict::Missed);
        assert!(matches!(verdict(&[ours(4.0)], &[]), Verdict::Open(_)));
        assert!(matches!(
            verdict(&[ours(4.0), theirs], &[("syncthing", "slow")]),
            Verdict::Open(_)
        ));
        assert_eq!(verdict(&[ours(6.0), theirs], &[("syncthing", "slow")]), Verdict::Missed);
        assert_eq!(verdict(&[theirs], &[]), Verdict::Missed);
    }

    #[test]
    fn every_goal_belongs_to_a_work_that_can_be_asked_for() {
        for Goal(work, ..) in GOALS {
            assert!(crate::bench::WORKS.contains(&family(work)), "{work}");
        }
    }
}
