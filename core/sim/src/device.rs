//! One simulated computer: what lasts (disk, key, stored settings, index while nothing runs) and what
//! a kill ends (the engine and everything under way).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use engine::Engine;
use engine::absence::{Evicted, Eviction};
use engine::change::{Change, Outcome};
use engine::home::Keys;
use engine::index::Identity;
use engine::observation::{Found, Root, Scope, Stat};
use engine::{Action, Event};
use model::{Actor, ContentHash, DeviceId, RelPath, Tick};
use wire::{Record, Sequence};

use crate::clock::{Clock, Moment};
use crate::disk::{Disk, Thing};
use crate::home::ToyKeys;
use crate::index::MapIndex;
use crate::random::Random;
use crate::script::Who;

/// A computer.
pub struct Device {
    /// Which.
    pub who: Who,
    /// Its name in the home.
    pub id: DeviceId,
    /// Its keys.
    pub keys: ToyKeys,
    /// Its clocks.
    pub clock: Clock,
    /// Its disk.
    pub disk: Disk,
    /// Its index, while no service has it open.
    pub index: Option<MapIndex>,
    /// The settings of the home, as stored.
    pub records: Vec<Record>,
    /// Whether it takes part in the folder.
    pub attached: bool,
    /// Whether its index is to be opened as a copy.
    pub copied: bool,
    /// The running service.
    pub run: Option<Run>,
    /// How often a service was started: what belongs to an earlier one is void.
    pub life: u64,
    /// Whether the watcher sees nothing.
    pub blind: bool,
    /// The index fails in the next turn, at the call after so many.
    pub index_fault: Option<u32>,
    /// What a backup holds.
    pub backup: Option<Backup>,
    /// Ever set back, copied or lost: some rules can't hold strictly.
    pub shaken: bool,
}

/// A backup.
#[derive(Clone)]
pub struct Backup {
    /// Of the index.
    pub index: MapIndex,
    /// Of the disk.
    pub disk: Disk,
}

/// A running service.
pub struct Run {
    /// Every decision.
    pub engine: Engine<MapIndex>,
    /// Events that were not handled yet.
    pub inbox: VecDeque<Event>,
    /// A turn is scheduled.
    pub awake: bool,
    /// When the timer rings.
    pub timer: Option<Moment>,
    /// Work on the disk, one thing after the other.
    pub lane: VecDeque<Job>,
    /// The first of it is under way.
    pub lane_busy: bool,
    /// Scans under way.
    pub scans: BTreeMap<u64, ScanJob>,
    /// How the service left what it changed: it need not read that to know it.
    pub made: BTreeMap<RelPath, Stat>,
    /// What programs took away where the service had put it and not noted it yet: after a kill it does not know.
    pub unnoted: Vec<Thing>,
    /// What was last reported of each path.
    pub told: BTreeMap<RelPath, Found>,
    /// Paths that the watcher has seen change.
    pub dirty: BTreeSet<RelPath>,
    /// What is looked for in the archive before anything else is looked at.
    pub looked_for: Vec<ContentHash>,
    /// The root as it was last reported.
    pub root: Root,
    /// How often the folder was opened: results of work that began before are void.
    pub opening: u64,
}

/// Work on the disk.
#[derive(Debug, Clone)]
pub enum Job {
    /// A batch of changes, and how far it is.
    Apply {
        /// Its number.
        batch: u64,
        /// The changes.
        changes: Vec<Change>,
        /// What came of those that were tried.
        outcomes: Vec<Outcome>,
    },
    /// Files whose bytes are given up, and how far it is.
    Evict {
        /// Its number.
        batch: u64,
        /// Not later than this.
        until: Tick,
        /// Which.
        files: Vec<Eviction>,
        /// What came of those that were tried.
        outcomes: Vec<Evicted>,
    },
    /// Anything that is done at once.
    AtOnce(Box<Action>),
}

/// A scan under way.
#[derive(Debug, Clone)]
pub struct ScanJob {
    /// What it was asked for; `None`: the watcher's own, whose end nobody waits for.
    pub scope: Option<Scope>,
    /// Paths that it names: that nothing stands there is told even if nothing was known to.
    pub asked: BTreeSet<RelPath>,
    /// Paths that it still visits.
    pub left: VecDeque<RelPath>,
    /// How the root was when it began; how often a sync had failed by then.
    pub begun: (Root, u64),
}

impl Device {
    /// A computer with an empty disk.
    #[must_use]
    pub fn new(who: Who, random: &mut Random) -> Self {
        let keys = ToyKeys::of(who);
        let id = keys.device();
        let drift = i64::try_from(random.below(401)).unwrap_or(0) - 200;
        let clock = Clock::new(random.between(0, 1 << 50), drift);
        let mut disk = Disk::default();
        disk.consumes_staging = random.percent(50);
        Self {
            who,
            id,
            clock,
            disk,
            index: Some(new_index(id, random)),
            keys,
            records: Vec::new(),
            attached: true,
            copied: false,
            run: None,
            life: 0,
            blind: false,
            index_fault: None,
            backup: None,
            shaken: false,
        }
    }

    /// The index, wherever it is.
    #[must_use]
    pub fn any_index(&self) -> Option<&MapIndex> {
        let running = self.run.as_ref().and_then(|run| run.engine.index(crate::home::FOLDER));
        running.or(self.index.as_ref())
    }
}

/// An index that has just been made.
pub fn new_index(me: DeviceId, random: &mut Random) -> MapIndex {
    let identity = Identity {
        epoch: random.next().max(1),
        actor: Actor(random.next()),
        counter: 0,
        sequence: Sequence(0),
    };
    MapIndex::new(me, identity)
}
