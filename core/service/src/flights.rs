//! Which contents are being fetched now, from whom, and how fast: for people who want to see it.
//!
//! Nothing is decided by it. What is fetched is noted by its hash, and where it will stand is looked up when
//! somebody asks; what is offered before it has one is noted by its path. A content whose requests have ended is shown for [`LINGER`] more: the next one follows
//! at once as a rule. Not here: who is asked for what (`engine`), the bytes (`bulk`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::{ContentHash, DeviceId, FolderId, RelPath, Tick};
use wire::Want;

use crate::meter::Meter;

/// Contents that are noted at a time.
const FLIGHTS_MAX: usize = 1024;
/// How long one is shown after its last bytes.
const LINGER: Duration = Duration::from_secs(3);

/// What is on its way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Flying {
    /// A content that the folder's entries name.
    Content(ContentHash),
    /// A file that another device is still reading, and its bytes.
    Offered(RelPath, u64),
}

impl Flying {
    /// What a want brings; none for what only says how a file is made.
    pub(crate) fn of(want: &Want) -> Option<Self> {
        match want {
            Want::Whole { hash } | Want::Chunks { hash, .. } => Some(Self::Content(*hash)),
            Want::Manifest { .. } | Want::Front { .. } => None,
        }
    }
}

type All = BTreeMap<(FolderId, Flying), Flight>;

/// All of them.
#[derive(Default)]
pub(crate) struct Flights(Mutex<All>);

struct Flight {
    received: u64,
    from: BTreeSet<DeviceId>,
    meter: Meter,
    last: Tick,
}

/// What is known of one content on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FlightView {
    pub(crate) what: Flying,
    /// Bytes that came since it was noted.
    pub(crate) received: u64,
    /// Bytes a second.
    pub(crate) rate: u64,
    pub(crate) from: BTreeSet<DeviceId>,
}

impl Flights {
    /// Bytes of it have come from a device.
    pub(crate) fn add(
        &self,
        folder: FolderId,
        from: DeviceId,
        (what, bytes): (Flying, u64),
        now: Tick,
    ) {
        let key = (folder, what);
        let mut all = self.all();
        if !all.contains_key(&key) {
            tidy(&mut all, now);
            if all.len() >= FLIGHTS_MAX {
                return;
            }
        }
        let flight = all.entry(key).or_insert_with(|| Flight {
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
        let view = |(key, flight): (&(FolderId, Flying), &Flight)| FlightView {
            what: key.1.clone(),
            received: flight.received,
            rate: flight.meter.rate(now),
            from: flight.from.clone(),
        };
        here.map(view).collect()
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tidy(all: &mut All, now: Tick) {
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

    fn content(number: u64) -> Flying {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&number.to_le_bytes());
        Flying::Content(ContentHash(hash))
    }

    #[test]
    fn what_comes_is_shown_with_its_source_and_rate_and_forgotten_a_little_later() {
        let flights = Flights::default();
        for step in 0..=20 {
            flights.add(FOLDER, FROM, (content(1), 1000), at(step * 100));
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
        let hash = ContentHash([1; 32]);
        assert_eq!(Flying::of(&Want::Manifest { hash }), None);
        assert_eq!(Flying::of(&Want::Whole { hash }), Some(Flying::Content(hash)));
        let flights = Flights::default();
        for number in 0..2 * FLIGHTS_MAX as u64 {
            flights.add(FOLDER, FROM, (content(number), 1), at(0));
        }
        assert_eq!(flights.of(FOLDER, at(0)).len(), FLIGHTS_MAX);
    }
}
