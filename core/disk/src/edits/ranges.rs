//! Runs of bytes: in order, apart from each other.

use std::collections::BTreeMap;
use std::ops::Range;

/// A set of bytes, as runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    /// Adds a run; neighbours are joined.
    pub(super) fn add(&mut self, run: Range<u64>) {
        let (mut start, mut end) = (run.start, run.end);
        while let Some((&first, &last)) =
            self.0.range(..=end).next_back().filter(|(_, l)| **l >= start)
        {
            self.0.remove(&first);
            (start, end) = (start.min(first), end.max(last));
        }
        self.0.insert(start, end);
    }

    /// Takes away what lies at and after `end`.
    pub(super) fn cut(&mut self, end: u64) {
        self.0.split_off(&end);
        if let Some(mut last) = self.0.last_entry() {
            let cut = (*last.get()).min(end);
            last.insert(cut);
        }
    }

    /// Whether all of `run` is in it.
    pub(super) fn covers(&self, run: Range<u64>) -> bool {
        self.0.range(..=run.start).next_back().is_some_and(|(_, end)| *end >= run.end)
    }

    /// What of `range` is in it.
    pub(super) fn within(&self, range: Range<u64>) -> Vec<Range<u64>> {
        let before = self.0.range(..=range.start).next_back();
        let rest = self.0.range(range.start..range.end).skip_while(|(s, _)| **s == range.start);
        let cut = |(start, end): (&u64, &u64)| (*start).max(range.start)..(*end).min(range.end);
        before.into_iter().chain(rest).map(cut).filter(|run| run.start < run.end).collect()
    }

    /// What of `range` is not in it.
    pub(super) fn gaps(&self, range: Range<u64>) -> Vec<Range<u64>> {
        let mut gaps = Vec::new();
        let mut at = range.start;
        for run in self.within(range.clone()) {
            if at < run.start {
                gaps.push(at..run.start);
            }
            at = run.end;
        }
        if at < range.end {
            gaps.push(at..range.end);
        }
        gaps
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        self.0.iter().map(|(start, end)| *start..*end)
    }

    /// How many bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.iter().map(|run| run.end - run.start).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Add(u64, u64),
        Cut(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..60u64, 1..12u64).prop_map(|(start, length)| Step::Add(start, start + length)),
            1 => (0..60u64).prop_map(Step::Cut),
        ]
    }

    proptest! {
        #[test]
        fn a_set_of_runs_is_what_a_set_of_bytes_is(
            steps in prop::collection::vec(step(), 0..40),
            (from, length) in (0..70u64, 0..30u64),
        ) {
            let (mut runs, mut bytes) = (Ranges::default(), std::collections::BTreeSet::new());
            for step in steps {
                match step {
                    Step::Add(start, end) => {
                        runs.add(start..end);
                        bytes.extend(start..end);
                    }
                    Step::Cut(end) => {
                        runs.cut(end);
                        bytes.retain(|byte| *byte < end);
                    }
                }
            }
            let range = from..from + length;
            let flat = |runs: Vec<Range<u64>>| runs.into_iter().flatten().collect::<Vec<_>>();
            let (inside, outside): (Vec<u64>, Vec<u64>) =
                range.clone().partition(|byte| bytes.contains(byte));
            prop_assert_eq!(flat(runs.within(range.clone())), inside);
            prop_assert_eq!(flat(runs.gaps(range.clone())), outside.clone());
            prop_assert_eq!(length > 0 && runs.covers(range), length > 0 && outside.is_empty());
            prop_assert_eq!(runs.bytes(), bytes.len() as u64);
            let apart = runs.iter().zip(runs.iter().skip(1)).all(|(a, b)| a.end < b.start);
            prop_assert!(apart, "{:?}", runs);
        }
    }
}
