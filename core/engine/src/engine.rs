//! The door: every event comes in here, every action goes out here.
//!
//! [`Engine::handle`] takes one event, [`Engine::poll_action`] hands out what is to be done until it
//! has nothing more, [`Engine::poll_timeout`] says when to come back with [`Event::Timeout`]. Actions
//! may be carried out only after the indexes are committed and [`Engine::new_records`] are stored.
//! Invariant: the same events at the same times give the same actions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use model::{ConflictId, ContentHash, DeviceId, FolderId, Mode, RelPath, Role, Tick};
use wire::{Archived, Message, Record};

mod absence;
mod offered;
mod told;

use crate::action::Action;
use crate::dice::Dice;
use crate::event::{Event, Now};
use crate::folder::{CommandError, Folder, Keep, Turn};
use crate::home::policy::{ARCHIVE_MIN_DAYS, BRAKE_ON, Place};
use crate::home::{Home, HomeChange, Keys};
use crate::index::{Index, IndexError};
use crate::notice::Notice;

/// Records in a message.
const RECORDS_MAX: usize = 256;
/// Room for so many actions is kept when a burst is over.
const ACTIONS_KEPT: usize = 1024;

/// Who this engine is.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// This device.
    pub me: DeviceId,
    /// Where its chance starts: unlike at every start of the service.
    pub seed: u64,
}

/// Every decision of one device.
pub struct Engine<I: Index> {
    me: DeviceId,
    dice: Dice,
    home: Home,
    keys: Box<dyn Keys + Send>,
    roles: BTreeMap<DeviceId, Role>,
    connected: BTreeSet<DeviceId>,
    folders: BTreeMap<FolderId, Folder<I>>,
    actions: VecDeque<Action>,
    new_records: Vec<Record>,
}

impl<I: Index> Engine<I> {
    /// An engine without folders.
    #[must_use]
    pub fn new(setup: Setup, home: Home, keys: Box<dyn Keys + Send>) -> Self {
        let mut engine = Self {
            me: setup.me,
            dice: Dice::new(setup.seed),
            home,
            keys,
            roles: BTreeMap::new(),
            connected: BTreeSet::new(),
            folders: BTreeMap::new(),
            actions: VecDeque::new(),
            new_records: Vec::new(),
        };
        engine.roles = engine.home.members();
        engine
    }

    /// Takes part in a folder. `copied`: the index was restored or copied since it was last used.
    ///
    /// # Errors
    /// [`IndexError`]: the folder is not open.
    pub fn open_folder(
        &mut self,
        now: Now,
        (folder, mode): (FolderId, Mode),
        index: I,
        copied: bool,
    ) -> Result<(), IndexError> {
        let pods = self.home.pods(folder);
        let connected = self.connected.clone();
        let (rules, others) = (self.rules(folder, mode), self.others(folder));
        let mut turn = turn(self.me, now, &self.roles, (&mut self.dice, &mut self.actions));
        let mut opened = Folder::open(&mut turn, (folder, mode, rules), index, copied)?;
        opened.set_others(others)?;
        opened.set_pods(&mut turn, pods, &|device| connected.contains(&device))?;
        opened.finish()?;
        self.folders.insert(folder, opened);
        self.set_brakes();
        self.set_evicting(folder);
        Ok(())
    }

    /// Takes no part in a folder any more; its index, as it is.
    pub fn close_folder(&mut self, folder: FolderId) -> Option<I> {
        self.folders.remove(&folder).map(Folder::into_index)
    }

    /// Handles one event.
    ///
    /// # Errors
    /// [`IndexError`]: its folder is to be rolled back, closed and opened again; nothing was decided.
    pub fn handle(&mut self, now: Now, event: Event) -> Result<(), IndexError> {
        match event {
            Event::Connected { device } => self.connect(now, device),
            Event::Disconnected { device } => self.disconnect(now, device),
            Event::Received { from, message, staged } => self.receive(now, (from, message), staged),
            Event::Sent { to } => self.each(now, |folder, turn| folder.sent(turn, to)),
            Event::Observed { folder, observations, manifests } => {
                self.with(now, folder, |f, turn| f.observed(turn, observations, manifests))
            }
            Event::ScanEnded { folder, scope, root } => {
                self.with(now, folder, |f, turn| f.scan_ended(turn, &scope, root))
            }
            Event::NotArchived { folder, contents } => self.with(now, folder, |f, _| {
                f.not_archived(&contents);
                Ok(())
            }),
            Event::Applied { folder, batch, outcomes } => {
                self.with(now, folder, |f, turn| f.applied(turn, batch, outcomes))
            }
            Event::Staged { folder, content, staging } => {
                self.with(now, folder, |f, turn| f.staged(turn, content, staging))
            }
            Event::Fetched { folder, request, results, manifests } => {
                self.with(now, folder, |f, turn| f.fetched(turn, request, (results, manifests)))
            }
            Event::Evicted { folder, batch, outcomes } => {
                self.with(now, folder, |f, turn| f.evicted(turn, batch, &outcomes))
            }
            Event::Assured { folder, batch, sound } => {
                self.with(now, folder, |f, turn| f.assured(turn, batch, &sound))
            }
            Event::Room { folder, free } => self.with(now, folder, |f, turn| f.room(turn, free)),
            Event::Used { folder, uses } => {
                self.with(now, folder, |f, turn| f.used_files(turn, uses))
            }
            Event::Timeout => self.each(now, |folder, turn| match folder.timeout() {
                Some(due) if due <= turn.now.tick => folder.tick(turn),
                Some(_) | None => Ok(()),
            }),
        }
    }

    /// The next thing to be done.
    #[must_use]
    pub fn poll_action(&mut self) -> Option<Action> {
        let next = self.actions.pop_front();
        if next.is_none() {
            self.actions.shrink_to(ACTIONS_KEPT);
        }
        next
    }

    /// When [`Event::Timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Tick> {
        self.folders.values().filter_map(Folder::timeout).min()
    }

    /// The index of a folder.
    #[must_use]
    pub fn index(&self, folder: FolderId) -> Option<&I> {
        self.folders.get(&folder).map(Folder::index)
    }

    /// The index of a folder, to commit it or roll it back.
    pub fn index_mut(&mut self, folder: FolderId) -> Option<&mut I> {
        self.folders.get_mut(&folder).map(Folder::index_mut)
    }

    /// Every folder that is open.
    #[must_use]
    pub fn folder_ids(&self) -> Vec<FolderId> {
        self.folders.keys().copied().collect()
    }

    fn with(
        &mut self,
        now: Now,
        folder: FolderId,
        act: impl FnOnce(&mut Folder<I>, &mut Turn<'_>) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let Some(folder) = self.folders.get_mut(&folder) else { return Ok(()) };
        let mut turn = turn(self.me, now, &self.roles, (&mut self.dice, &mut self.actions));
        act(folder, &mut turn)?;
        folder.finish()
    }

    fn each(
        &mut self,
        now: Now,
        mut act: impl FnMut(&mut Folder<I>, &mut Turn<'_>) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        for id in self.folder_ids() {
            self.with(now, id, &mut act)?;
        }
        Ok(())
    }

    fn connect(&mut self, now: Now, device: DeviceId) -> Result<(), IndexError> {
        if !self.home.is_member(&device) || !self.connected.insert(device) {
            return Ok(());
        }
        for records in self.home.records().chunks(RECORDS_MAX) {
            self.send(device, Message::Home(records.to_vec()));
        }
        self.actions.push_back(Action::Tell(Notice::Device { device, connected: true }));
        self.each(now, |folder, turn| folder.connect(turn, device))
    }

    fn disconnect(&mut self, now: Now, device: DeviceId) -> Result<(), IndexError> {
        if !self.connected.remove(&device) {
            return Ok(());
        }
        self.actions.push_back(Action::Tell(Notice::Device { device, connected: false }));
        self.each(now, |folder, turn| folder.disconnect(turn, device))
    }

    fn send(&mut self, to: DeviceId, message: Message) {
        self.actions.push_back(Action::Send { to, message, attach: Vec::new() });
    }

    fn receive(
        &mut self,
        now: Now,
        (from, message): (DeviceId, Message),
        staged: Vec<ContentHash>,
    ) -> Result<(), IndexError> {
        if !self.connected.contains(&from) {
            return Ok(());
        }
        match message {
            Message::Home(records) => self.hear(now, Some(from), records),
            Message::Open(open) => {
                self.with(now, open.folder, |folder, turn| folder.opened(turn, from, &open))
            }
            Message::Update(update) => self.with(now, update.folder, |folder, turn| {
                folder.updated(turn, from, (update, staged))
            }),
            Message::Refused { folder, paths } => {
                self.with(now, folder, |folder, turn| folder.refused(turn, from, &paths))
            }
            Message::PromiseAsked { question, folder, files } => {
                self.with(now, folder, |f, turn| f.promise_asked(turn, from, question, &files))
            }
            Message::Promised { question, folder, files } => {
                self.with(now, folder, |f, turn| f.promised(turn, from, question, &files))
            }
            Message::HistoryAsked { .. }
            | Message::HistoryTold { .. }
            | Message::Offer(_)
            | Message::Disks(_) => Ok(()), // The service's alone: nothing is decided by them.
        }
    }

    // --- the home ---

    /// The home as this device knows it.
    #[must_use]
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// This device has founded or joined a home. Only before any folder is open.
    pub fn set_home(&mut self, home: Home) {
        self.roles = home.members();
        self.home = home;
        self.actions.push_back(Action::Dial);
        self.actions.push_back(Action::Tell(Notice::Home));
    }

    /// What this device says about the home itself, already signed.
    ///
    /// # Errors
    /// [`IndexError`] of a folder that had to react.
    pub fn say(&mut self, now: Now, records: Vec<Record>) -> Result<(), IndexError> {
        self.hear(now, None, records)
    }

    /// Records that were accepted since the last call: to be stored.
    pub fn new_records(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.new_records)
    }

    /// Takes over records and tells the others.
    fn hear(
        &mut self,
        now: Now,
        from: Option<DeviceId>,
        records: Vec<Record>,
    ) -> Result<(), IndexError> {
        let merged = self.home.merge(&*self.keys, records);
        if merged.accepted.is_empty() {
            return Ok(());
        }
        self.new_records.extend(merged.accepted.iter().cloned());
        let others: Vec<_> =
            self.connected.iter().copied().filter(|device| Some(*device) != from).collect();
        for device in others {
            for records in merged.accepted.chunks(RECORDS_MAX) {
                self.send(device, Message::Home(records.to_vec()));
            }
        }
        self.roles = self.home.members();
        self.react(now, &merged.changes)?;
        self.actions.push_back(Action::Tell(Notice::Home));
        Ok(())
    }

    fn react(&mut self, now: Now, changes: &[HomeChange]) -> Result<(), IndexError> {
        for change in changes {
            match change {
                HomeChange::MemberRemoved { device } => {
                    self.disconnect(now, *device)?;
                    self.actions.push_back(Action::Cut { device: *device });
                }
                HomeChange::MemberAdded { .. } | HomeChange::AddressesChanged { .. } => {
                    self.actions.push_back(Action::Dial);
                }
                HomeChange::PodChanged { folder, .. } => self.set_pods(now, *folder)?,
                HomeChange::PolicyChanged { key, .. } => {
                    self.set_brakes();
                    self.policy_changed(now, key)?;
                }
                HomeChange::RoleChanged { device, role, before } => {
                    if role.may_write() && !before.may_write() {
                        self.may_write_now(now, *device)?;
                    }
                }
                HomeChange::Renamed { .. }
                | HomeChange::FolderAdded { .. }
                | HomeChange::FolderRenamed { .. }
                | HomeChange::FolderDeleted { .. }
                | HomeChange::HomeChanged => {}
            }
        }
        Ok(())
    }

    /// What a device was refused counts from now on.
    fn may_write_now(&mut self, now: Now, device: DeviceId) -> Result<(), IndexError> {
        self.folder_ids().into_iter().try_for_each(|folder| {
            self.with(now, folder, |folder, turn| folder.may_write_now(turn, device))
        })
    }

    fn set_pods(&mut self, now: Now, folder: FolderId) -> Result<(), IndexError> {
        let pods = self.home.pods(folder);
        let connected = self.connected.clone();
        self.with(now, folder, |f, turn| {
            f.set_pods(turn, pods, &|device| connected.contains(&device))
        })?;
        self.set_rules(now, folder)
    }

    fn set_brakes(&mut self) {
        for (id, folder) in &mut self.folders {
            let place = Place { device: Some(self.me), folder: Some(*id), path: None };
            folder.set_brake(self.home.switch(BRAKE_ON, place));
        }
    }

    // --- what a person asks for ---

    /// Resolves a conflict, in whichever folder it is.
    ///
    /// # Errors
    /// [`CommandError`]: nothing was changed.
    pub fn resolve(
        &mut self,
        now: Now,
        id: ConflictId,
        keep: Keep,
    ) -> Result<FolderId, CommandError> {
        for folder in self.folder_ids() {
            match self.command(now, folder, |f, turn| f.resolve(turn, id, keep)) {
                Err(CommandError::NoConflict) => {}
                Ok(()) => return Ok(folder),
                Err(error) => return Err(error),
            }
        }
        Err(CommandError::NoConflict)
    }

    /// Takes back that both sides of the conflict of a path were kept.
    ///
    /// # Errors
    /// [`CommandError`]: nothing was changed. [`CommandError::NoConflict`] if the second copy is not what
    /// the choice has put there.
    pub fn undo_both(
        &mut self,
        now: Now,
        folder: FolderId,
        id: ConflictId,
        path: &RelPath,
    ) -> Result<(), CommandError> {
        self.command(now, folder, |f, turn| f.undo_both(turn, id, path))
    }

    /// Puts an earlier version at a path. `keeper`: another device that keeps its bytes.
    ///
    /// # Errors
    /// [`CommandError`]: nothing was changed.
    pub fn restore(
        &mut self,
        now: Now,
        folder: FolderId,
        (version, keeper): (&Archived, Option<DeviceId>),
        to: &RelPath,
    ) -> Result<(), CommandError> {
        self.command(now, folder, |f, turn| f.restore(turn, version, to, keeper))
    }

    /// Lets the held batch of a folder through.
    ///
    /// # Errors
    /// [`CommandError::NothingHeld`].
    pub fn release(&mut self, now: Now, folder: FolderId) -> Result<(), CommandError> {
        self.command(now, folder, |f, turn| match f.is_holding() {
            true => Ok(f.release(turn)?),
            false => Err(CommandError::NothingHeld),
        })
    }

    /// Puts the files of the held batch of a folder back.
    ///
    /// # Errors
    /// [`CommandError::NothingHeld`].
    pub fn undo(&mut self, now: Now, folder: FolderId) -> Result<(), CommandError> {
        self.command(now, folder, |f, turn| match f.is_holding() {
            true => Ok(f.undo(turn)?),
            false => Err(CommandError::NothingHeld),
        })
    }

    /// Decides on everything that has disappeared from the disk, after one more look and without waiting
    /// for more.
    ///
    /// # Errors
    /// [`CommandError`] if the folder is not open.
    pub fn settle(&mut self, now: Now, folder: FolderId) -> Result<(), CommandError> {
        self.command(now, folder, |f, turn| Ok(f.settle(turn)?))
    }

    /// Tries everything that waits for a reason again.
    ///
    /// # Errors
    /// [`CommandError`] if the folder is not open.
    pub fn retry(&mut self, now: Now, folder: FolderId) -> Result<(), CommandError> {
        self.command(now, folder, |f, turn| Ok(f.retry(turn)?))
    }

    /// Stops or resumes the exchange of a folder; the disk is looked at all the same.
    ///
    /// # Errors
    /// [`CommandError`] if the folder is not open.
    pub fn set_paused(
        &mut self,
        now: Now,
        folder: FolderId,
        paused: bool,
    ) -> Result<(), CommandError> {
        self.command(now, folder, |f, turn| Ok(f.set_paused(turn, paused)?))
    }

    /// How old archived versions may grow, and how many bytes they may take together.
    pub fn set_keeping(&mut self, folder: FolderId, age: Duration, bytes_max: u64) {
        let place = Place { device: Some(self.me), folder: Some(folder), path: None };
        let days = self.home.number(ARCHIVE_MIN_DAYS, place);
        if let Some(folder) = self.folders.get_mut(&folder) {
            folder.set_keeping(age, Duration::from_secs(days.saturating_mul(86_400)), bytes_max);
        }
    }

    fn command(
        &mut self,
        now: Now,
        folder: FolderId,
        act: impl FnOnce(&mut Folder<I>, &mut Turn<'_>) -> Result<(), CommandError>,
    ) -> Result<(), CommandError> {
        let folder = self.folders.get_mut(&folder).ok_or(CommandError::NoFolder)?;
        let mut turn = turn(self.me, now, &self.roles, (&mut self.dice, &mut self.actions));
        act(folder, &mut turn)?;
        Ok(folder.finish()?)
    }
}

fn turn<'a>(
    me: DeviceId,
    now: Now,
    roles: &'a BTreeMap<DeviceId, Role>,
    (dice, actions): (&'a mut Dice, &'a mut VecDeque<Action>),
) -> Turn<'a> {
    Turn { now, me, roles, dice, actions }
}
