//! What other devices keep, as the home's rules say, and what of it they are not known to have.
//!
//! Devices that keep everything need no account of their own: the index's sums say what they lack. For
//! each other one this is a running sum, made anew when its rules change. Not here: what this device
//! keeps (`keeping`).

use std::collections::BTreeMap;

use model::{DeviceId, EntryKind, Keep};

use super::keeping::Rules;
use super::{Folder, ME};
use crate::index::{DeviceNumber, Index, IndexError, Row, Tally};

/// The devices that don't keep everything.
#[derive(Debug, Default)]
pub(crate) struct Others(BTreeMap<DeviceNumber, Other>);

#[derive(Debug)]
struct Other {
    rules: Rules,
    lacks: Tally,
}

impl Others {
    /// A row is counted, or not any more.
    pub(super) fn count(&mut self, row: &Row, add: bool) {
        let kind = &row.register.winner().kind;
        for (number, other) in &mut self.0 {
            let kept = match kind {
                EntryKind::File { .. } => other.rules.keep(&row.path) == Keep::Always,
                EntryKind::Tombstone { .. }
                | EntryKind::Symlink { .. }
                | EntryKind::Directory { .. } => true,
            };
            if kept && !row.holders.contains(*number) {
                let step = |sum: u64, by: u64| if add { sum + by } else { sum.saturating_sub(by) };
                other.lacks.files = step(other.lacks.files, 1);
                other.lacks.bytes = step(other.lacks.bytes, kind.size());
            }
        }
    }
}

impl<I: Index> Folder<I> {
    /// What the other pods keep.
    pub(crate) fn set_others(
        &mut self,
        rules: BTreeMap<DeviceId, Rules>,
    ) -> Result<(), IndexError> {
        let mut wanted = BTreeMap::new();
        for (device, rules) in rules {
            if !rules.all_always() {
                wanted.insert(self.number(device)?, rules);
            }
        }
        wanted.remove(&ME);
        let same = |(number, rules): (&DeviceNumber, &Rules)| {
            self.others.0.get(number).is_some_and(|other| other.rules == *rules)
        };
        if wanted.len() == self.others.0.len() && wanted.iter().all(same) {
            return Ok(());
        }
        let new = |(number, rules)| (number, Other { rules, lacks: Tally::default() });
        self.others = Others(wanted.into_iter().map(new).collect());
        if self.others.0.is_empty() {
            return Ok(());
        }
        self.each_row_below(None, |folder, row| {
            folder.others.count(row, true);
            Ok(())
        })
    }

    /// What a device lacks of what it keeps, as far as is known.
    pub(crate) fn lacks(&self, device: DeviceId) -> Tally {
        let number = self.numbers.get(&device);
        let partly = number.and_then(|number| self.others.0.get(number));
        match partly {
            Some(other) => other.lacks,
            None if number == Some(&ME) => self.own_lacks(),
            None => self.unheld(device),
        }
    }
}
