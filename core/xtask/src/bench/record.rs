//! What was measured, kept as it comes in and written to `results/`, so that a cut-off run loses nothing.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::workspace;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measure {
    /// From the change until every file is on the other side, seconds.
    Seconds,
    /// The same and until the other side's disk has it all, seconds.
    Safe,
    /// Processor time of all devices, seconds.
    Cpu,
    /// Most memory that one device held, MB.
    Memory,
    /// Sent by all devices, MB.
    Wire,
    /// Median of many small works, milliseconds.
    Median,
    /// What 95 of 100 small works stay under, milliseconds.
    P95,
    /// Share of one core while nothing happens, per cent.
    Idle,
    /// Private state on disk, MB.
    Database,
    /// Bytes of content in a second, MB.
    Rate,
    /// Cores that neither peer nor harness used: how much the machine disturbed.
    Others,
}

impl Measure {
    pub(crate) const ALL: [Measure; 11] = [
        Measure::Seconds,
        Measure::Safe,
        Measure::Cpu,
        Measure::Memory,
        Measure::Wire,
        Measure::Median,
        Measure::P95,
        Measure::Idle,
        Measure::Database,
        Measure::Rate,
        Measure::Others,
    ];

    /// The head of its column.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Measure::Seconds => "s",
            Measure::Safe => "safe s",
            Measure::Cpu => "CPU s",
            Measure::Memory => "peak MB",
            Measure::Wire => "wire MB",
            Measure::Median => "median ms",
            Measure::P95 => "p95 ms",
            Measure::Idle => "idle %",
            Measure::Database => "database MB",
            Measure::Rate => "MB/s",
            Measure::Others => "others' cores",
        }
    }
}

/// The figures of one work in one repetition.
pub(crate) type Figures = BTreeMap<Measure, f64>;

/// All that was measured so far.
pub(crate) struct Records {
    rows: BTreeMap<String, BTreeMap<&'static str, Vec<Figures>>>,
    failures: Vec<(String, &'static str, String)>,
    file: File,
}

impl Records {
    /// Starts a new file of results.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn create() -> Result<Self> {
        let folder = workspace::root().join("results");
        fs::create_dir_all(&folder)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let path = folder.join(format!("bench-{now}.jsonl"));
        let file = File::create(&path).with_context(|| format!("writing {}", path.display()))?;
        println!("results go to {}", path.display());
        Ok(Self { rows: BTreeMap::new(), failures: Vec::new(), file })
    }

    /// Records that are written nowhere.
    #[cfg(test)]
    pub(crate) fn nowhere() -> Result<Self> {
        let file = File::options().write(true).open("/dev/null")?;
        Ok(Self { rows: BTreeMap::new(), failures: Vec::new(), file })
    }

    /// Did this peer neither do nor fail any work?
    pub(crate) fn peer_is_absent(&self, peer: &str) -> bool {
        let did = self.rows.values().any(|peers| peers.contains_key(peer));
        !did && !self.failures.iter().any(|(_, failed, _)| *failed == peer)
    }

    /// Keeps and prints the figures of one work.
    ///
    /// # Errors
    /// When the file of results cannot be written.
    pub(crate) fn add(&mut self, work: &str, peer: &'static str, figures: Figures) -> Result<()> {
        let mut line = format!("{work:<8} {peer:<10}");
        let mut row = json!({ "work": work, "peer": peer });
        for (measure, value) in &figures {
            line.push_str(&format!("  {} {value:.3}", measure.title()));
            row[measure.title()] = json!(value);
        }
        println!("{line}");
        writeln!(self.file, "{row}")?;
        self.rows.entry(work.to_owned()).or_default().entry(peer).or_default().push(figures);
        Ok(())
    }

    /// Keeps and prints that a peer could not do a work.
    pub(crate) fn failed(&mut self, work: &str, peer: &'static str, error: &anyhow::Error) {
        println!("{work:<8} {peer:<10}  FAILED: {error:#}");
        let row = json!({ "work": work, "peer": peer, "error": format!("{error:#}") });
        // The failure is printed in any case; that it also stands in the file is not worth another one.
        let _ = writeln!(self.file, "{row}");
        self.failures.push((work.to_owned(), peer, format!("{error:#}")));
    }

    /// Every work with every peer's repetitions.
    pub(crate) fn works(&self) -> &BTreeMap<String, BTreeMap<&'static str, Vec<Figures>>> {
        &self.rows
    }

    /// The median of one figure, if this peer has done the work.
    pub(crate) fn median(&self, work: &str, peer: &str, measure: Measure) -> Option<f64> {
        let rows = self.rows.get(work)?.get(peer)?;
        median(rows.iter().filter_map(|row| row.get(&measure).copied()).collect())
    }

    /// The lowest and the highest of one figure.
    pub(crate) fn range(&self, work: &str, peer: &str, measure: Measure) -> Option<(f64, f64)> {
        let rows = self.rows.get(work)?.get(peer)?;
        let mut values: Vec<f64> =
            rows.iter().filter_map(|row| row.get(&measure).copied()).collect();
        values.sort_by(f64::total_cmp);
        Some((*values.first()?, *values.last()?))
    }

    /// Works that were not done.
    pub(crate) fn failures(&self) -> &[(String, &'static str, String)] {
        &self.failures
    }

    /// A failure of Homefold is one of the whole run.
    ///
    /// # Errors
    /// When Homefold failed at anything.
    pub(crate) fn fail_when_ours_failed(&self) -> Result<()> {
        match self.failures.iter().filter(|(_, peer, _)| *peer == "homefold").count() {
            0 => Ok(()),
            count => bail!("homefold failed {count} times"),
        }
    }
}

/// The middle value; of an even number the mean of the two in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        count if count % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

/// The value that a share of all stay under.
pub(crate) fn percentile(mut values: Vec<f64>, share: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let at = (share * values.len().saturating_sub(1) as f64).round() as usize;
    values.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::{median, percentile};

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        assert_eq!(percentile(values, 0.95), Some(19.0));
    }
}
