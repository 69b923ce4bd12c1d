//! Giving up bytes: which files go, when, and that nothing is lost by it.
//!
//! A file goes when its rule says never, a person freed it, or the cache is over its room; only if it
//! stands here just as the home says, nobody uses it, nothing about it is undecided, this device has not
//! promised it, and enough others have (`promises`). The index says that it is not here before the
//! disk gives it up, so that a crash in between leaves a file that is found again, and what is missing
//! here is never taken for deleted. Nothing of this can make a tombstone.

use std::collections::BTreeMap;
use std::time::Duration;

use model::{DeviceId, Keep, Mode, RelPath, Tick, Version};

use super::promises::{ASKED_MAX, File};
use super::{Folder, Turn};
use crate::absence::{Evicted, Eviction};
use crate::action::Action;
use crate::event::Use;
use crate::home::policy::Room;
use crate::index::{Index, IndexError, Row, Tally};
use crate::observation::Scope;

/// When what could not go is tried again.
const RETRY: Duration = Duration::from_secs(20);

/// Why a file that is to go stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stays {
    /// It goes in a moment, or others are being asked.
    Asking,
    /// Not enough other devices that are connected have promised to keep it.
    Copies,
    /// A program has it open.
    Open,
    /// A rule keeps it.
    Kept,
    /// It is wanted, changed, in conflict or on hold.
    Busy,
    /// Another device relies on this copy for a few minutes.
    Promised,
}

/// What is being given up.
#[derive(Debug, Default)]
pub(crate) struct Evicting {
    batches: BTreeMap<u64, Vec<Eviction>>,
    last_batch: u64,
    due: Option<Tick>,
}

impl Evicting {
    /// When to look again; not while files are going.
    pub(super) fn due(&self) -> Option<Tick> {
        self.due.filter(|_| self.batches.is_empty())
    }
}

impl<I: Index> Folder<I> {
    /// How much room there may be for what is not kept, and how many others must have a file.
    pub(crate) fn set_evicting(&mut self, room: Room, copies: usize) {
        self.cache.set_room(room, copies);
        if self.cache.has_to_go() {
            self.evicting.due = Some(Tick(0));
        }
    }

    /// How much room the volume has.
    pub(crate) fn room(&mut self, turn: &mut Turn<'_>, free: u64) -> Result<(), IndexError> {
        self.cache.set_free(free);
        self.evict_soon(turn);
        self.pump(turn)
    }

    /// Programs use files.
    pub(crate) fn used_files(
        &mut self,
        turn: &mut Turn<'_>,
        uses: Vec<(RelPath, Use)>,
    ) -> Result<(), IndexError> {
        for (path, how) in uses {
            self.cache.used(&path, turn.now.wall);
            match how {
                Use::Once => {}
                Use::Opened => self.cache.opened(path),
                Use::Closed => self.cache.closed(&path),
            }
        }
        Ok(())
    }

    pub(super) fn evict_soon(&mut self, turn: &Turn<'_>) {
        if self.cache.has_to_go() {
            self.evicting.due = Some(turn.now.tick);
        }
    }

    pub(super) fn evict_later(&mut self, at: Option<Tick>) {
        if let Some(at) = at.filter(|_| self.cache.has_to_go()) {
            self.evicting.due = Some(self.evicting.due.map_or(at, |due| due.min(at)));
        }
    }

    /// Gives up what is to go and may go now, and asks others about what may not yet.
    pub(super) fn evict(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        let due = self.evicting.due.is_some_and(|due| due <= turn.now.tick);
        if !due || !self.evicting.batches.is_empty() || !self.may_work() {
            return Ok(());
        }
        self.evicting.due = None;
        let (mut going, mut asking, mut until) = (Vec::new(), Vec::new(), None::<Tick>);
        for path in self.cache.candidates(ASKED_MAX) {
            let Some(row) = self.index.get(&path)? else { continue };
            match self.may_evict(turn, &row)? {
                Ok(end) => {
                    until = Some(until.map_or(end, |until| until.min(end)));
                    going.extend(self.leave_disk(&row)?);
                }
                Err(Stays::Copies | Stays::Asking) => {
                    let mut devices = self.connected(row.holders);
                    let stays = |device: &DeviceId| self.pods.get(device) != Some(&Mode::View);
                    devices.retain(|device| turn.may_write(*device) && stays(device));
                    if devices.len() < self.cache.copies {
                        self.cache.used(&path, turn.now.wall);
                    }
                    asking.extend(file_of(&row).map(|file| (file, devices)));
                }
                // Tried after all others.
                Err(Stays::Open | Stays::Kept | Stays::Busy | Stays::Promised) => {
                    self.cache.used(&path, turn.now.wall);
                }
            }
        }
        self.ask_promises(turn, asking);
        if let Some(until) = until.filter(|_| !going.is_empty()) {
            self.evicting.last_batch += 1;
            let batch = self.evicting.last_batch;
            self.evicting.batches.insert(batch, going.clone());
            turn.ask(Action::Evict { folder: self.id, batch, until, files: going });
            self.tell(turn)?;
        } else if self.cache.has_to_go() {
            self.evicting.due = Some(turn.now.tick.after(RETRY));
        }
        Ok(())
    }

    /// Until when a file may be given up; or why not now.
    fn may_evict(&self, turn: &Turn<'_>, row: &Row) -> Result<Result<Tick, Stays>, IndexError> {
        let path = &row.path;
        let rule = self.rules.keep(path);
        if rule == Keep::Always || self.absent.is_brought(path) {
            return Ok(Err(Stays::Kept));
        }
        if self.cache.is_open(path) {
            return Ok(Err(Stays::Open));
        }
        let Some(content) = self.stands_well(row)? else { return Ok(Err(Stays::Busy)) };
        if self.promises.binds(content.hash) {
            return Ok(Err(Stays::Promised));
        }
        let file = (path.clone(), content.hash);
        let asking = if self.promises.is_asking() { Stays::Asking } else { Stays::Copies };
        Ok(self.promises.backed(turn.now.tick, &file, self.cache.copies).ok_or(asking))
    }

    /// Notes that a file is not on this disk any more; what is to be taken off it.
    fn leave_disk(&mut self, row: &Row) -> Result<Option<Eviction>, IndexError> {
        let Some(disk) = row.disk.clone() else { return Ok(None) };
        // Whoever changes the file before it is gone has seen what stands there.
        let shown = row.seen_version();
        self.write(Some(row), Row { disk: None, shown, ..row.clone() }, false)?;
        self.work.moving.insert(row.path.clone());
        Ok(Some(Eviction { path: row.path.clone(), seen: disk.seen }))
    }

    /// What came of giving up files. What did not go is looked at, and known again.
    pub(crate) fn evicted(
        &mut self,
        turn: &mut Turn<'_>,
        batch: u64,
        outcomes: &[Evicted],
    ) -> Result<(), IndexError> {
        let Some(files) = self.evicting.batches.remove(&batch) else { return Ok(()) };
        let mut look = Vec::new();
        for (number, file) in files.into_iter().enumerate() {
            self.work.moving.remove(&file.path);
            let seen_meanwhile = self.work.recheck.remove(&file.path);
            let gone = outcomes.get(number) == Some(&Evicted::Done);
            if gone {
                self.forget_shown(&file.path)?;
            }
            if !gone || seen_meanwhile {
                look.push(file.path);
            }
        }
        if !look.is_empty() {
            self.disk.looking.extend(look.iter().cloned());
            self.scan(turn, Scope::Paths(look));
        }
        self.evict_soon(turn);
        self.take_waiting(turn)?;
        self.tell(turn)?;
        self.pump(turn)
    }

    /// A file is gone from the disk: what stood there is not shown there any more.
    fn forget_shown(&mut self, path: &RelPath) -> Result<(), IndexError> {
        let Some(row) = self.index.get(path)? else { return Ok(()) };
        if row.disk.is_none() && row.shown != Version::default() {
            self.write(Some(&row), Row { shown: Version::default(), ..row.clone() }, false)?;
        }
        Ok(())
    }

    /// Gives up everything at and below a path (`None`: in the folder) that no rule keeps always.
    pub(crate) fn free(
        &mut self,
        turn: &mut Turn<'_>,
        path: Option<&RelPath>,
    ) -> Result<(), IndexError> {
        self.each_on_disk(path, |folder, row| {
            folder.cache.unwant(&row.path);
            Ok(())
        })?;
        self.evict_soon(turn);
        self.pump(turn)
    }

    /// What was to be given up there and still stands on this disk, by the reason.
    pub(crate) fn freeing(
        &mut self,
        turn: &Turn<'_>,
        path: Option<&RelPath>,
    ) -> Result<BTreeMap<Stays, Tally>, IndexError> {
        let mut left: BTreeMap<Stays, Tally> = BTreeMap::new();
        self.each_on_disk(path, |folder, row| {
            let stays = match folder.may_evict(turn, row)? {
                Ok(_) => Stays::Asking,
                Err(stays) => stays,
            };
            let tally = left.entry(stays).or_default();
            tally.files += 1;
            tally.bytes += row.disk.as_ref().map_or(0, |disk| disk.seen.stat.size);
            Ok(())
        })?;
        Ok(left)
    }

    /// What was to be given up there and could not be may stay.
    pub(crate) fn free_no_more(&mut self, path: Option<&RelPath>) -> Result<(), IndexError> {
        self.each_on_disk(path, |folder, row| {
            if folder.rules.keep(&row.path) != Keep::Never {
                folder.cache.spare(&row.path);
            }
            Ok(())
        })
    }

    /// Every file on this disk at and below a path.
    fn each_on_disk(
        &mut self,
        path: Option<&RelPath>,
        mut each: impl FnMut(&mut Self, &Row) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        if let Some(path) = path
            && let Some(row) = self.index.get(path)?.filter(is_file_here)
        {
            each(self, &row)?;
        }
        self.each_row_below(
            path,
            |folder, row| {
                if is_file_here(row) { each(folder, row) } else { Ok(()) }
            },
        )
    }
}

fn is_file_here(row: &Row) -> bool {
    row.disk.as_ref().is_some_and(|disk| disk.seen.kind.content().is_some())
}

fn file_of(row: &Row) -> Option<File> {
    row.register.winner().kind.content().map(|content| (row.path.clone(), content.hash))
}
