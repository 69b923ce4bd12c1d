//! The tables: medians for each work, best peer first.

use std::collections::BTreeMap;

use super::record::{Figures, Measure, Records, median};

/// What each work is, for its headline.
const TITLES: &[(&str, &str)] = &[
    ("W1", "one file of 1 GiB, new on A"),
    ("W2", "10,000 files of 1 to 16 KiB, new on A"),
    ("W3", "a real tree (/usr/include), new on A"),
    ("W4a", "1 MiB appended to the file of 1 GiB"),
    ("W4b", "1 byte put in front of it"),
    ("W4c", "100 places of 4 KiB in it overwritten"),
    ("W5a", "the file of 1 GiB renamed"),
    ("W5b", "a directory of 1,000 files renamed"),
    ("W6", "a small save on A until it is on B, with 20,000 files in the folder"),
    ("W7a", "the first byte of a remote file of 1 GiB"),
    ("W7b", "a remote file of 1 GiB, read once and in order"),
    ("W7c", "200 random reads of 64 KiB in a remote file of 1 GiB"),
    ("W7d", "a walk over 10,000 remote files"),
    ("W7e", "1,000 small remote files opened and read"),
    ("W7f", "a change on A until it can be read on B's drive"),
    ("W8", "idle with 100,000 files in sync"),
    ("W9", "first index of 100,000 files"),
    ("W9r", "a rescan that finds nothing"),
    ("W9s", "start with the files known until commands are answered"),
    ("W10-1", "256 MiB from one holder behind 200 Mbit/s"),
    ("W10-2", "the same from two holders, 200 Mbit/s each"),
];

/// Prints every work as a Markdown table.
pub(crate) fn print(records: &Records) {
    for (work, peers) in records.works() {
        let title = TITLES.iter().find(|(name, _)| name == work).map_or("", |(_, title)| title);
        println!("\n### {work} {title}\n");
        rows(peers).iter().for_each(|row| println!("{row}"));
    }
    if !records.failures().is_empty() {
        println!("\n### Failed\n");
        for (work, peer, error) in records.failures() {
            println!("- {work} {peer}: {error}");
        }
    }
}

fn rows(peers: &BTreeMap<&'static str, Vec<Figures>>) -> Vec<String> {
    let has =
        |measure: &Measure| peers.values().flatten().any(|figures| figures.contains_key(measure));
    let measures: Vec<Measure> = Measure::ALL.into_iter().filter(has).collect();
    let mut lines = vec![format!(
        "| peer | n | {} |",
        measures.iter().map(|measure| measure.title()).collect::<Vec<_>>().join(" | ")
    )];
    lines.push(format!("|---|---|{}", "---|".repeat(measures.len())));
    let of = |figures: &[Figures], measure: Measure| {
        median(figures.iter().filter_map(|row| row.get(&measure).copied()).collect())
    };
    let mut peers: Vec<_> = peers.iter().collect();
    let first = measures.first().copied().unwrap_or(Measure::Seconds);
    peers.sort_by(|a, b| {
        of(a.1, first).unwrap_or(f64::MAX).total_cmp(&of(b.1, first).unwrap_or(f64::MAX))
    });
    for (peer, figures) in peers {
        let cell = |measure: &Measure| {
            of(figures, *measure).map_or("-".to_owned(), |value| format!("{value:.2}"))
        };
        let cells: Vec<String> = measures.iter().map(cell).collect();
        lines.push(format!("| {peer} | {} | {} |", figures.len(), cells.join(" | ")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::rows;
    use crate::bench::record::{Figures, Measure};

    #[test]
    fn the_best_peer_stands_first() {
        let figures = |seconds| vec![Figures::from([(Measure::Seconds, seconds)])];
        let rows = rows(&BTreeMap::from([("a", figures(2.0)), ("b", figures(1.0))]));
        assert_eq!(rows[0], "| peer | n | s |");
        assert_eq!(rows[2..], ["| b | 1 | 1.00 |", "| a | 1 | 2.00 |"]);
    }
}
