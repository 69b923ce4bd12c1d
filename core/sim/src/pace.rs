//! How fast things go in a run: drawn once from the seed, so that in one run the disk is slow, in
//! another the network, and in some everything happens at once.

use std::time::Duration;

use crate::random::Random;

/// A span is drawn between these each time.
#[derive(Debug, Clone, Copy)]
pub struct Range(Duration, Duration);

impl Range {
    fn millis(low: u64, high: u64) -> Self {
        Self(Duration::from_millis(low), Duration::from_millis(high))
    }

    /// A span between the two, short ones more often.
    pub fn draw(self, random: &mut Random) -> Duration {
        if self.1.is_zero() { Duration::ZERO } else { random.span(self.0, self.1) }
    }
}

/// The speeds and the ills of a run.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Until the service looks at what has happened.
    pub wake: Range,
    /// Until an action is begun, or its result is reported.
    pub act: Range,
    /// For one change of the disk.
    pub disk: Range,
    /// For one stretch of a scan.
    pub scan: Range,
    /// Paths in a stretch.
    pub stretch: usize,
    /// Until the watcher reports a change.
    pub watch: Range,
    /// Between the steps of a program.
    pub program: Range,
    /// Over the network, one way.
    pub network: Range,
    /// Until a side notices that a connection is gone.
    pub notice: Range,
    /// Until a connection is tried again.
    pub dial: Range,
    /// Between the scans of a device whose watcher sees nothing.
    pub rescan: Range,
    /// So many percent of the pieces that a holder sends are damaged on the way.
    pub corrupt_percent: u32,
    /// So many percent of the small files don't fit into their message.
    pub left_out_percent: u32,
    /// So many percent of the writes of programs are made durable by them.
    pub fsync_percent: u32,
    /// Events handled before a commit, at most.
    pub turn_events_max: usize,
}

impl Pace {
    /// A pace drawn from a seed.
    pub fn draw(random: &mut Random) -> Self {
        let slow = |random: &mut Random, fast: u64, slow: u64| {
            let high = *random.pick(&[fast, fast, slow]);
            Range::millis(1, high)
        };
        Self {
            wake: *random.pick(&[Range::millis(0, 0), Range::millis(1, 3), Range::millis(1, 50)]),
            act: slow(random, 3, 300),
            disk: slow(random, 2, 500),
            scan: slow(random, 2, 300),
            stretch: *random.pick(&[1, 4, 100]),
            watch: slow(random, 20, 2_000),
            program: slow(random, 10, 500),
            network: slow(random, 50, 2_000),
            notice: slow(random, 100, 20_000),
            dial: slow(random, 500, 30_000),
            rescan: Range::millis(600_000, 3_600_000),
            corrupt_percent: random.weighted(&[(8, 0), (1, 3), (1, 20)]),
            left_out_percent: random.weighted(&[(5, 0), (4, 50), (1, 100)]),
            fsync_percent: random.weighted(&[(1, 100), (1, 30)]),
            turn_events_max: *random.pick(&[1, 3, 64]),
        }
    }

    /// Everything fast and without ills: for scripts written by hand.
    #[must_use]
    pub fn calm() -> Self {
        Self {
            wake: Range::millis(0, 0),
            act: Range::millis(1, 2),
            disk: Range::millis(1, 2),
            scan: Range::millis(1, 2),
            stretch: 16,
            watch: Range::millis(1, 10),
            program: Range::millis(1, 4),
            network: Range::millis(1, 10),
            notice: Range::millis(1, 100),
            dial: Range::millis(10, 100),
            rescan: Range::millis(600_000, 600_000),
            corrupt_percent: 0,
            left_out_percent: 0,
            fsync_percent: 100,
            turn_events_max: 8,
        }
    }

    /// The same speeds without ills.
    pub fn heal(&mut self) {
        self.corrupt_percent = 0;
        self.left_out_percent = 0;
    }
}
