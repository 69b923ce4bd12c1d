//! One folder on one device: what is known, what is under way, what remains.
//!
//! The index is the truth; everything else here is either a running sum over it ([`Totals`]) or
//! belongs to what is under way and is found again after a restart. Rooms: `exchange` talks with the
//! other pods, `merge` takes over what they say, `observe` what the disk shows, `leave` decides
//! between moves and deletes of what is in `leaving`, `brake` and `hold` stop accidents, `work`, `plan`
//! and `applied` make the disk follow, `fetch` and `transfer` get bytes, `withdraw` ends the wait for
//! what is nowhere, `follow` keeps edits and renames together, `on_its_way` what is done to a file
//! before it is moved, `archive` keeps what was replaced, `choose` carries out what a person chose,
//! `renew` starts a new life, `permit` lets a reader write, `view` tells, `only_here` says what no other
//! device has. Of what need not be on this disk: `keeping` says what is kept, `others` what other
//! devices keep, `absent` works on what is not here, `cache`, `promises` and `evict` give bytes up.

mod absent;
mod applied;
mod archive;
mod brake;
mod cache;
mod choose;
mod evict;
mod exchange;
mod fetch;
mod follow;
mod hold;
mod keeping;
mod leave;
mod leaving;
mod merge;
mod observe;
mod on_its_way;
mod only_here;
mod others;
mod overtaken;
mod permit;
mod plan;
mod promises;
mod renew;
mod transfer;
mod view;
mod withdraw;
mod work;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use model::{
    Actor, ContentHash, Counter, DeviceId, Dot, Entry, EntryKind, FolderId, Mode, Problem, RelPath,
    Role, Tick, Version,
};
use wire::{Sequence, Update};

use crate::action::Action;
use crate::dice::Dice;
use crate::event::Now;
use crate::index::{
    DeviceNumber, Holders, Identity, Index, IndexError, PeerState, Row, Tally, Totals,
};
use crate::observation::{Root, Scope};
use crate::planner::{Decision, decide};

pub(crate) use keeping::Rules;

pub use choose::{CommandError, Keep};
pub use evict::Stays;
pub use only_here::OnlyHere;
pub use view::{Barrier, ByteSource, FolderView, HeldView, Phase};

/// This device's number in its own indexes.
pub(crate) const ME: DeviceNumber = DeviceNumber(0);

/// This device and no other.
const ALONE: Holders = Holders(1);

/// What one turn of the engine may see and use.
pub(crate) struct Turn<'a> {
    pub(crate) now: Now,
    pub(crate) me: DeviceId,
    /// The members of the home.
    pub(crate) roles: &'a BTreeMap<DeviceId, Role>,
    pub(crate) dice: &'a mut Dice,
    pub(crate) actions: &'a mut VecDeque<Action>,
}

impl Turn<'_> {
    pub(crate) fn ask(&mut self, action: Action) {
        self.actions.push_back(action);
    }

    fn may_write(&self, device: DeviceId) -> bool {
        self.roles.get(&device).is_some_and(|role| role.may_write())
    }
}

/// A device that takes part in the folder and is connected.
#[derive(Debug)]
struct Peer {
    number: DeviceNumber,
    state: PeerState,
    /// Its opening was heard: pages may go to it and come from it.
    opened: bool,
    mode: Mode,
    /// Pages that the network has not taken yet.
    unsent: usize,
    /// How far it had followed this index when it wrote its last page or opening.
    followed: Sequence,
    /// Pages that came while a change of one of their paths was under way, with what is staged.
    waiting: VecDeque<(Update, Vec<ContentHash>)>,
    /// There was no room for another: they are asked for again.
    dropped: bool,
}

/// One folder on one device.
#[derive(Debug)]
pub(crate) struct Folder<I> {
    id: FolderId,
    mode: Mode,
    rules: keeping::Rules,
    index: I,
    identity: Identity,
    identity_changed: bool,
    totals: Totals,
    actors: BTreeMap<Actor, (DeviceId, Counter)>,
    numbers: BTreeMap<DeviceId, DeviceNumber>,
    /// Every device with a pod here.
    pods: BTreeMap<DeviceId, Mode>,
    peers: BTreeMap<DeviceId, Peer>,
    paused: bool,
    disk: DiskState,
    leaving: leaving::Leaving,
    on_their_way: on_its_way::OnTheirWay,
    held: hold::Held,
    work: work::Work,
    transfers: transfer::Transfers,
    others: others::Others,
    absent: absent::Absent,
    cache: cache::Cache,
    evicting: evict::Evicting,
    promises: promises::Promises,
    archive: archive::Keeping,
}

/// What is known of the disk as a whole.
#[derive(Debug)]
struct DiskState {
    root: Root,
    /// Scans that were asked for and have not ended.
    scans: usize,
    /// The first scan of the whole folder has ended: what is missing is missing.
    known: bool,
    /// At the start, what had work remaining is looked at first: a kill may have come between a change
    /// and its note. The first path of the page that is being looked at.
    starting: Option<RelPath>,
    /// What stood there then and may be in the archive now: a kill may have displaced it.
    displaced: BTreeSet<model::ContentHash>,
    /// What was wanted at a path then and is not any more, since before it could be looked at: it may have
    /// been put there.
    overtaken: BTreeMap<RelPath, Entry>,
    /// Changes that brought no new bytes, because the file was moved: the others have them already.
    moved: BTreeSet<Dot>,
    /// Paths that differed from the plan and are being looked at.
    looking: BTreeSet<RelPath>,
    /// Local paths that can't be read or represented and have no row.
    blocked: BTreeMap<RelPath, Problem>,
    /// Those of them that were met since the last scan of the whole folder.
    met: BTreeSet<RelPath>,
    /// A file that was found nowhere in the index is copied from elsewhere instead.
    unusable: BTreeSet<model::ContentHash>,
    /// Paths whose bytes were not what they are known to be, when they were to be copied: nothing is
    /// copied from there until something else is seen there.
    doubted: BTreeSet<RelPath>,
}

impl<I: Index> Folder<I> {
    /// Takes over the index of a folder and looks at the disk. `copied`: the index was restored or
    /// copied, so it starts a new life.
    pub(crate) fn open(
        turn: &mut Turn<'_>,
        (id, mode, rules): (FolderId, Mode, Rules),
        index: I,
        copied: bool,
    ) -> Result<Self, IndexError> {
        let mut folder = Self {
            identity: index.identity()?,
            identity_changed: false,
            totals: index.totals()?,
            actors: index.actors()?.into_iter().map(|(a, d, c)| (a, (d, c))).collect(),
            numbers: index.devices()?.into_iter().map(|(n, d)| (d, n)).collect(),
            id,
            mode,
            rules,
            index,
            pods: BTreeMap::new(),
            peers: BTreeMap::new(),
            paused: false,
            disk: DiskState {
                root: Root::Ready,
                scans: 0,
                known: false,
                starting: None,
                displaced: BTreeSet::new(),
                overtaken: BTreeMap::new(),
                moved: BTreeSet::new(),
                looking: BTreeSet::new(),
                blocked: BTreeMap::new(),
                met: BTreeSet::new(),
                unusable: BTreeSet::new(),
                doubted: BTreeSet::new(),
            },
            leaving: leaving::Leaving::default(),
            on_their_way: on_its_way::OnTheirWay::default(),
            held: hold::Held::default(),
            work: work::Work::default(),
            transfers: transfer::Transfers::default(),
            others: others::Others::default(),
            absent: absent::Absent::default(),
            cache: cache::Cache::default(),
            evicting: evict::Evicting::default(),
            promises: promises::Promises::default(),
            archive: archive::Keeping::default(),
        };
        folder.number(turn.me)?;
        if copied {
            folder.start_new_life(turn)?;
        }
        folder.note_actor(folder.identity.actor, turn.me, folder.identity.counter)?;
        folder.recall_held()?;
        folder.check_rules()?;
        folder.recall_promises(turn)?;
        // What waited for a reason before the restart is tried again.
        folder.work.retry_at = Some(turn.now.tick);
        folder.work.sweep();
        folder.look_at_needed(turn, None)?;
        folder.scan(turn, Scope::Folder);
        folder.finish()?;
        Ok(folder)
    }

    pub(crate) fn index(&self) -> &I {
        &self.index
    }

    pub(crate) fn index_mut(&mut self) -> &mut I {
        &mut self.index
    }

    pub(crate) fn into_index(self) -> I {
        self.index
    }

    /// Writes what changed in memory; called at the end of every turn.
    pub(crate) fn finish(&mut self) -> Result<(), IndexError> {
        if self.identity_changed {
            self.index.set_identity(self.identity)?;
            let (actor, counter) = (self.identity.actor, self.identity.counter);
            if let Some((device, _)) = self.actors.get(&actor).copied() {
                self.note_actor(actor, device, counter)?;
            }
            self.identity_changed = false;
        }
        Ok(())
    }

    pub(crate) fn set_paused(
        &mut self,
        turn: &mut Turn<'_>,
        paused: bool,
    ) -> Result<(), IndexError> {
        self.paused = paused;
        if !paused {
            self.work.sweep();
        }
        self.tell(turn)?;
        self.pump(turn)
    }

    /// The next moment at which something is due.
    pub(crate) fn timeout(&self) -> Option<Tick> {
        let own = [self.leaving_due(), self.work.retry_at(), self.archive.due()];
        let evict = self.evicting.due().filter(|_| self.may_work());
        let absent = [evict, self.promises.due()];
        own.into_iter().chain(absent).flatten().min()
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        if self.leaving_due().is_some_and(|due| due <= turn.now.tick) {
            self.settle(turn)?;
        }
        if self.work.retry_at().is_some_and(|due| due <= turn.now.tick) {
            self.retry(turn)?;
        }
        if self.archive.due().is_some_and(|due| due <= turn.now.tick) {
            self.tidy_archive(turn)?;
            self.forget_tombstones(turn)?;
        }
        if self.promises.due().is_some_and(|due| due <= turn.now.tick) {
            self.expire_promises(turn)?;
            self.evict_soon(turn);
        }
        self.pump(turn)
    }

    fn scan(&mut self, turn: &mut Turn<'_>, scope: Scope) {
        self.disk.scans += 1;
        turn.ask(Action::Scan { folder: self.id, scope });
    }

    fn number(&mut self, device: DeviceId) -> Result<DeviceNumber, IndexError> {
        if let Some(number) = self.numbers.get(&device) {
            return Ok(*number);
        }
        let number = self.index.number(device)?;
        self.numbers.insert(device, number);
        let rows = self.totals.files.files + self.totals.directories + self.totals.tombstones;
        if self.totals.unheld.len() <= usize::from(number.0) {
            let all = Tally { files: rows, bytes: self.totals.files.bytes };
            self.totals.unheld.resize(usize::from(number.0) + 1, all);
        }
        Ok(number)
    }

    fn next_sequence(&mut self) -> Sequence {
        self.identity.sequence.0 += 1;
        self.identity_changed = true;
        self.identity.sequence
    }

    fn next_dot(&mut self) -> Dot {
        self.identity.counter += 1;
        self.identity_changed = true;
        Dot { actor: self.identity.actor, counter: self.identity.counter }
    }

    /// Notes the highest counter seen of an actor.
    fn note_actor(
        &mut self,
        actor: Actor,
        device: DeviceId,
        counter: Counter,
    ) -> Result<(), IndexError> {
        let known = self.actors.get(&actor).copied();
        let highest = counter.max(known.map_or(0, |(_, seen)| seen));
        if known != Some((device, highest)) {
            self.actors.insert(actor, (device, highest));
            self.index.set_actor(actor, device, highest)?;
        }
        Ok(())
    }

    /// Writes a row whose register, disk or holders changed: works out what remains to be done, who
    /// is told, and the sums. `told` says whether others have to hear of the change.
    fn write(&mut self, before: Option<&Row>, mut row: Row, told: bool) -> Result<Row, IndexError> {
        let done = decide(&row) == Decision::Nothing;
        row.needed = !done && self.is_wanted(&row)?;
        if row.disk.is_none() || done {
            self.on_their_way.forget(&row.path);
        }
        if row.disk.is_some() && row.shown != Version::default() {
            row.shown = Version::default();
        }
        self.note_brought(&row, done);
        let newly = row.holders.contains(ME) != done;
        row.holders = row.holders.with(ME, done);
        if told || newly {
            row.sequence = self.next_sequence();
        }
        if done && row.problem != Some(Problem::Collision) {
            row.problem = None;
        }
        if let Some(before) = before {
            self.count(before, false);
        }
        self.count(&row, true);
        self.note_cached(&row);
        self.index.put(&row)?;
        Ok(row)
    }

    fn erase(&mut self, row: &Row) -> Result<(), IndexError> {
        self.count(row, false);
        self.cache.forget(&row.path);
        self.index.remove(&row.path)
    }

    fn count(&mut self, row: &Row, add: bool) {
        self.others.count(row, add);
        let step = |sum: &mut u64, by: u64| {
            *sum = if add { *sum + by } else { sum.saturating_sub(by) };
        };
        let kind = &row.register.winner().kind;
        let size = kind.size();
        let tally = |tally: &mut Tally| {
            step(&mut tally.files, 1);
            step(&mut tally.bytes, size);
        };
        let totals = &mut self.totals;
        for (number, unheld) in totals.unheld.iter_mut().enumerate() {
            let number = DeviceNumber(u8::try_from(number).unwrap_or(u8::MAX));
            if !row.holders.contains(number) {
                tally(unheld);
            }
        }
        match kind {
            EntryKind::Tombstone { .. } => step(&mut totals.tombstones, 1),
            EntryKind::Directory { .. } => step(&mut totals.directories, 1),
            EntryKind::File { .. } | EntryKind::Symlink { .. } => {
                tally(&mut totals.files);
                if row.needed {
                    tally(&mut totals.needed);
                }
                if kind.content().is_some() && row.holders == ALONE {
                    tally(&mut totals.alone);
                }
            }
        }
        if row.needed && row.problem.is_none() {
            step(&mut totals.pending, 1);
        }
        step(&mut totals.conflicts, row.register.losers().count() as u64);
    }

    /// Which of `holders` are connected pods, this device not among them.
    fn connected(&self, holders: Holders) -> Vec<DeviceId> {
        let holds = |peer: &Peer| peer.opened && holders.contains(peer.number);
        self.peers.iter().filter(|(_, peer)| holds(peer)).map(|(device, _)| *device).collect()
    }

    /// The device that made a change, if it is known.
    fn author(&self, entry: &Entry) -> Option<DeviceId> {
        self.actors.get(&entry.dot.actor).map(|(device, _)| *device)
    }
}
