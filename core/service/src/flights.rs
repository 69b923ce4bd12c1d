//! Which contents are being fetched now, from whom, and how fast: for people who want to see it.
//!
//! Nothing is decided by it. What is fetched is noted by its name; where it will stand is looked up when
//! somebody asks. A content whose requests have ended is shown for [`LINGER`] more: the next one follows
//! at once as a rule. Not here: who is asked for what (`engine`), the bytes (`bulk`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{ContentHash, DeviceId, FolderId, Tick};
use wire::Want;

use crate::meter::Meter;

/// Contents that are noted at a time.
const FLIGHTS_MAX: usize = 1024;
/// How long one is shown after its last bytes.
const LINGER: Duration = Duration::from_secs(3);

/// All of them.
#[derive(Default)]
pub(crate) struct Flights(Mutex<BTreeMap<(FolderId, ContentHash), Flight>>);

struct Flight {
    received: u64,
    from: BTreeSet<DeviceId>,
    meter: Meter,
    last: Tick,
}

/// What is known of one content on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FlightView {
    pub(crate) content: ContentHash,
    /// Bytes that came since it was noted.
    pub(crate) received: u64,
    /// Bytes a second.
    pub(crate) rate: u64,
    pub(crate) from: BTreeSet<DeviceId>,
}

impl Flights {
    /// Bytes of what was wanted have come from a device.
    pub(crate) fn add(
        &self,
        folder: FolderId,
        from: DeviceId,
        (want, bytes): (&Want, u64),
        now: Tick,
    ) {
        let content = match want {
            Want::Whole { hash } | Want::Chunks { hash, .. } => *hash,
            // Only what a file is made of, and not its bytes.
            Want::Manifest { .. } | Want::Front { .. } => return,
        };
        let mut all = self.all();
        if !all.contains_key(&(folder, content)) {
            tidy(&mut all, now);
            if all.len() >= FLIGHTS_MAX {
                return;
            }
        }
        let flight = all.entry((folder, content)).or_insert_with(|| Flight {
            received: 0,
            from: BTreeSet::new(),
            meter: Meter::default(),
            last: now,
        });
        // The first sample is from before the bytes.
        flight.meter.sample(now);
        flight.meter.add(bytes);
        flight.received = flight.received.saturating_add(bytes);
        flight.from.insert(from);
        flight.last = now;
    }

    /// What is on its way in a folder.
    pub(crate) fn of(&self, folder: FolderId, now: Tick) -> Vec<FlightView> {
        let mut all = self.all();
        tidy(&mut all, now);
        let here = all.iter().filter(|((of, _), _)| *of == folder);
        let view = |(key, flight): (&(FolderId, ContentHash), &Flight)| FlightView {
            content: key.1,
            received: flight.received,
            rate: flight.meter.rate(now),
            from: flight.from.clone(),
        };
        here.map(view).collect()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<(FolderId, ContentHash), Flight>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tidy(all: &mut BTreeMap<(FolderId, ContentHash), Flight>, now: Tick) {
    all.retain(|_, flight| now.since(flight.last) < LINGER);
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDER: FolderId = FolderId([1; 16]);
    const FROM: DeviceId = DeviceId([2; 32]);

    fn at(milliseconds: u64) -> Tick {
        Tick(1).after(Duration::from_millis(milliseconds))
    }

    fn chunks(number: u8) -> Want {
        Want::Chunks { hash: ContentHash([number; 32]), first: 0, count: 1 }
    }

    #[test]
    fn what_comes_is_shown_with_its_source_and_rate_and_forgotten_a_little_later() {
        let flights = Flights::default();
        for step in 0..=20 {
            flights.add(FOLDER, FROM, (&chunks(1), 1000), at(step * 100));
        }
        let shown = flights.of(FOLDER, at(2000));
        assert_eq!((shown.len(), shown[0].received), (1, 21_000));
        assert_eq!(shown[0].from, BTreeSet::from([FROM]));
        assert!((9_000..12_000).contains(&shown[0].rate), "{shown:?}");
        assert_eq!(flights.of(FolderId([9; 16]), at(2000)), []);
        assert_eq!(flights.of(FOLDER, at(5001)), []);
    }

    #[test]
    fn manifests_are_no_files_and_there_are_only_so_many() {
        let flights = Flights::default();
        let manifest = Want::Manifest { hash: ContentHash([1; 32]) };
        flights.add(FOLDER, FROM, (&manifest, 1000), at(0));
        assert_eq!(flights.of(FOLDER, at(0)), []);
        for number in 0..2 * FLIGHTS_MAX as u64 {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&number.to_le_bytes());
            let want = Want::Whole { hash: ContentHash(hash) };
            flights.add(FOLDER, FROM, (&want, 1), at(0));
        }
        assert_eq!(flights.of(FOLDER, at(0)).len(), FLIGHTS_MAX);
    }
}
