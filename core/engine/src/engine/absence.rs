//! What is kept on this device, and what a person or the drive does with files that are not here.

use std::collections::BTreeMap;

use model::{DeviceId, FolderId, Mode, RelPath};

use super::Engine;
use crate::absence::Attributes;
use crate::event::Now;
use crate::folder::{CommandError, OnlyHere, Rules, Stays};
use crate::home::policy::{CACHE, COPIES, KEEP, Place};
use crate::index::{Index, IndexError, Tally};

impl<I: Index> Engine<I> {
    /// What is kept of a folder on a device, in a mode.
    fn rules_of(&self, folder: FolderId, device: DeviceId, mode: Mode) -> Rules {
        if mode == Mode::View {
            // Rules are for devices that take part.
            return Rules { base: mode.keep(), paths: BTreeMap::new() };
        }
        let place = Place { device: Some(device), folder: Some(folder), path: None };
        let base = self.home.keep(place).unwrap_or(mode.keep());
        let mut paths: BTreeMap<_, _> = BTreeMap::new();
        for path in self.home.keep_paths(folder, device) {
            let place = Place { path: Some(&path), ..place };
            let keep = self.home.keep(place).unwrap_or(mode.keep());
            paths.insert(path, keep);
        }
        Rules { base, paths }
    }

    /// What is kept of a folder on this device, in a mode.
    pub(super) fn rules(&self, folder: FolderId, mode: Mode) -> Rules {
        self.rules_of(folder, self.me, mode)
    }

    /// What is kept of a folder on every other device that takes part.
    pub(super) fn others(&self, folder: FolderId) -> BTreeMap<DeviceId, Rules> {
        let pods = self.home.pods(folder).into_iter().filter(|(device, _)| *device != self.me);
        pods.map(|(device, mode)| (device, self.rules_of(folder, device, mode))).collect()
    }

    pub(super) fn set_rules(&mut self, now: Now, folder: FolderId) -> Result<(), IndexError> {
        let mode = self.home.pods(folder).get(&self.me).copied();
        let known = self.folders.get(&folder).map(|folder| folder.view().mode);
        let Some(mode) = mode.or(known) else { return Ok(()) };
        let (rules, others) = (self.rules(folder, mode), self.others(folder));
        self.with(now, folder, |f, turn| {
            f.set_others(others)?;
            f.set_rules(turn, (mode, rules))
        })
    }

    pub(super) fn policy_changed(&mut self, now: Now, key: &str) -> Result<(), IndexError> {
        for folder in self.folder_ids() {
            match key {
                KEEP => self.set_rules(now, folder)?,
                CACHE | COPIES => self.set_evicting(folder),
                _ => {}
            }
        }
        Ok(())
    }

    /// How much may stay of what is not kept, and how many others must have what goes.
    pub(super) fn set_evicting(&mut self, folder: FolderId) {
        let place = Place { device: Some(self.me), folder: Some(folder), path: None };
        let (room, copies) = (self.home.room(CACHE, place), self.home.number(COPIES, place));
        if let Some(folder) = self.folders.get_mut(&folder) {
            folder.set_evicting(room, usize::try_from(copies).unwrap_or(usize::MAX).max(1));
        }
    }

    /// Removes a file that is not on this disk.
    ///
    /// # Errors
    /// [`CommandError`]: nothing was changed.
    pub fn remove(
        &mut self,
        now: Now,
        folder: FolderId,
        path: &RelPath,
    ) -> Result<(), CommandError> {
        self.command(now, folder, |f, turn| f.remove_absent(turn, path))
    }

    /// Moves a file that is not on this disk, or, of a directory, everything below that is not.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn rename(
        &mut self,
        now: Now,
        folder: FolderId,
        from: &RelPath,
        to: &RelPath,
    ) -> Result<(), CommandError> {
        self.command(now, folder, |f, turn| f.rename_absent(turn, from, to))
    }

    /// Gives a file that is not on this disk other attributes.
    ///
    /// # Errors
    /// [`CommandError`]: nothing was changed.
    pub fn attributes(
        &mut self,
        now: Now,
        folder: FolderId,
        path: &RelPath,
        change: Attributes,
    ) -> Result<(), CommandError> {
        self.command(now, folder, |f, turn| f.set_attributes(turn, path, change))
    }

    /// Notes that a person sees the current version of a file that is not on this disk: what is
    /// written at the path next is an edit of it.
    ///
    /// # Errors
    /// [`CommandError`]: nothing was changed.
    pub fn show(&mut self, now: Now, folder: FolderId, path: &RelPath) -> Result<(), CommandError> {
        self.command(now, folder, |f, _| f.show(path))
    }

    /// Wants a file on this disk though no rule keeps it. [`crate::Action::Brought`] tells how that
    /// ended, perhaps at once.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn bring(
        &mut self,
        now: Now,
        folder: FolderId,
        path: &RelPath,
    ) -> Result<(), CommandError> {
        self.command(now, folder, |f, turn| f.bring(turn, path))
    }

    /// Nobody waits any more for a file that was to be brought.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn bring_no_more(
        &mut self,
        now: Now,
        folder: FolderId,
        path: &RelPath,
    ) -> Result<(), CommandError> {
        self.command(now, folder, |f, _| f.bring_no_more(path))
    }

    /// Gives up the bytes of everything at and below a path (`None`: in the folder) that no rule
    /// keeps, as soon as enough others have promised to keep it.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn free(
        &mut self,
        now: Now,
        folder: FolderId,
        path: Option<&RelPath>,
    ) -> Result<(), CommandError> {
        self.command(now, folder, |f, turn| Ok(f.free(turn, path)?))
    }

    /// Which files at and below a path still stand on this disk, by the reason why.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn freeing(
        &mut self,
        now: Now,
        folder: FolderId,
        path: Option<&RelPath>,
    ) -> Result<BTreeMap<Stays, Tally>, CommandError> {
        let mut left = BTreeMap::new();
        self.command(now, folder, |f, turn| {
            left = f.freeing(turn, path)?;
            Ok(())
        })?;
        Ok(left)
    }

    /// What this device has of a folder that no other one is known to have.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn only_here(&mut self, now: Now, folder: FolderId) -> Result<OnlyHere, CommandError> {
        let mut only = OnlyHere::default();
        self.command(now, folder, |f, turn| {
            only = f.only_here(turn)?;
            Ok(())
        })?;
        Ok(only)
    }

    /// What could not be given up may stay.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn free_no_more(
        &mut self,
        now: Now,
        folder: FolderId,
        path: Option<&RelPath>,
    ) -> Result<(), CommandError> {
        self.command(now, folder, |f, _| Ok(f.free_no_more(path)?))
    }
}
