//! The second step: swapping one change in.
//!
//! The target is looked at, swapped, and what came out is looked at again: in between a program may
//! have saved there. If so it is swapped back, and the outcome is [`Outcome::Differs`].

use std::fs::File;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use engine::change::{Change, Make, Outcome, Source};
use engine::observation::{Seen, Stat};
use model::{EntryKind, RelPath};

use super::batch::Batch;
use super::prepare::{Ready, TempFile};
use super::{Materializer, Step, at_source, at_target};
use crate::platform::{Dir, Facts, Kind, facts_of, is_unsupported, problem_of, set_mode, set_time};
use crate::staging::Temp;

/// A name in an open directory.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) dir: &'a Dir,
    pub(super) name: &'a str,
}

impl Materializer {
    pub(super) fn carry_out(
        &self,
        batch: &mut Batch<'_>,
        change: &Change,
        ready: Ready,
    ) -> Step<Outcome> {
        match (&change.make, ready) {
            (_, Ready::Temp(temp)) => {
                self.swap_in(batch, change, &temp).inspect_err(|_| self.discard(&temp))
            }
            (Make::File { mode, mtime, source, .. }, Ready::Nothing) => match source {
                Source::Move { path, seen } => {
                    let wanted = Stat { mode: *mode, mtime: *mtime, ..seen.stat };
                    self.move_in(batch, change, (path, seen), wanted)
                }
                Source::Staged | Source::Copy { .. } | Source::Archive { .. } => {
                    Err(Outcome::SourceDiffers)
                }
            },
            (Make::Symlink { .. }, Ready::Nothing) => Err(Outcome::SourceDiffers),
            (Make::Directory { mode }, Ready::Nothing) => self.make_dir(batch, change, *mode),
            (Make::Attributes { mode, mtime }, Ready::Nothing) => {
                let wanted = Stat { mode: *mode, mtime: *mtime, ..Stat::default() };
                self.set_attributes(batch, change, wanted)
            }
            (Make::Nothing, Ready::Nothing) => self.remove(batch, change),
        }
    }

    fn swap_in(&self, batch: &mut Batch<'_>, change: &Change, temp: &TempFile) -> Step<Outcome> {
        let parent = batch.parent_made(&change.path)?;
        let target = Place { dir: &parent, name: change.path.name() };
        let from = Place { dir: self.staging.dir(), name: &temp.name };
        self.place(batch, change, from, target)?;
        batch.touch_parent(&change.path, &parent);
        Ok(Outcome::Done(Some(stat_now(target, temp.stat))))
    }

    /// Moves the file at another path here.
    fn move_in(
        &self,
        batch: &mut Batch<'_>,
        change: &Change,
        (path, seen): (&RelPath, &Seen),
        wanted: Stat,
    ) -> Step<Outcome> {
        let old_parent = batch.parent(path).map_err(|error| at_source(&error))?;
        let old = Place { dir: &old_parent, name: path.name() };
        let file = old.dir.open_file(old.name).map_err(|error| at_source(&error))?;
        if facts_of(&file).map_err(|error| at_source(&error))?.stat != seen.stat {
            return Err(Outcome::SourceDiffers);
        }
        let parent = batch.parent_made(&change.path)?;
        let target = Place { dir: &parent, name: change.path.name() };
        let through_staging = change.expect.as_ref().is_some_and(|seen| !is_directory(seen));
        if through_staging {
            let taken = self.take(old, seen).map_err(|_| Outcome::SourceDiffers)?;
            let from = Place { dir: self.staging.dir(), name: &taken };
            if let Err(outcome) = self.place(batch, change, from, target) {
                self.put_back(from, old);
                return Err(outcome);
            }
        } else {
            self.place(batch, change, old, target)?;
            if !stands_moved(target, seen) {
                self.put_back(target, old);
                return Err(Outcome::SourceDiffers);
            }
        }
        batch.touch_parent(path, &old_parent);
        batch.touch_parent(&change.path, &parent);
        if (wanted.mode, wanted.mtime) != (seen.stat.mode, seen.stat.mtime) {
            set_attributes(&file, &seen.stat, &wanted)?;
            batch.touch_file(&change.path, file);
        }
        Ok(Outcome::Done(Some(stat_now(target, wanted))))
    }

    /// Puts the file or link at `from` in place of what the change expects at `target`. If anything is
    /// different, all is as before.
    fn place(
        &self,
        batch: &mut Batch<'_>,
        change: &Change,
        from: Place<'_>,
        target: Place<'_>,
    ) -> Step<()> {
        check(target, change.expect.as_ref())?;
        #[cfg(test)]
        self.meanwhile();
        match &change.expect {
            None => self.move_new(from, target),
            Some(seen) if is_directory(seen) => {
                self.remove_dir(&change.path, target)?;
                batch.forget();
                self.move_new(from, target)
            }
            Some(seen) if self.exchanges.load(Ordering::Relaxed) => {
                match from.dir.exchange(from.name, target.dir, target.name) {
                    Ok(()) => self.settle_exchange(batch, change, seen, (from, target)),
                    Err(error) if is_unsupported(&error) => {
                        self.exchanges.store(false, Ordering::Relaxed);
                        self.place_in_two_steps(batch, change, seen, (from, target))
                    }
                    Err(error) => Err(at_target(&error)),
                }
            }
            Some(seen) => self.place_in_two_steps(batch, change, seen, (from, target)),
        }
    }

    /// After an exchange: what came out is put away, or swapped back if it is not what was expected.
    fn settle_exchange(
        &self,
        batch: &mut Batch<'_>,
        change: &Change,
        seen: &Seen,
        (from, target): (Place<'_>, Place<'_>),
    ) -> Step<()> {
        let result = if stands_moved(from, seen) {
            self.put_away(batch, change, seen, from)
        } else {
            Err(Outcome::Differs)
        };
        result.inspect_err(|_| {
            if let Err(error) = from.dir.exchange(from.name, target.dir, target.name) {
                // What came out stays in staging, from where the next start takes it to the archive.
                tracing::warn!(%error, "a file that was replaced too early could not be put back");
            }
        })
    }

    /// For file systems without an exchange: there is a moment in which nothing stands at the target.
    fn place_in_two_steps(
        &self,
        batch: &mut Batch<'_>,
        change: &Change,
        seen: &Seen,
        (from, target): (Place<'_>, Place<'_>),
    ) -> Step<()> {
        let taken = self.take(target, seen)?;
        let displaced = Place { dir: self.staging.dir(), name: &taken };
        if let Err(outcome) = self.move_new(from, target) {
            self.put_back(displaced, target);
            return Err(outcome);
        }
        self.put_away(batch, change, seen, displaced)
    }

    /// Renames to a name where nothing may stand.
    pub(super) fn move_new(&self, from: Place<'_>, to: Place<'_>) -> Step<()> {
        let error = match from.dir.rename_new(from.name, to.dir, to.name) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !is_unsupported(&error) {
            return Err(at_target(&error));
        }
        match from.dir.link_new(from.name, to.dir, to.name) {
            Ok(()) => from.dir.remove_file(from.name).map_err(|error| at_target(&error)),
            Err(second) if second.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(Outcome::Differs)
            }
            // No links here either: the first error is the one that means something.
            Err(_) => Err(at_target(&error)),
        }
    }

    /// Takes what is expected at `place` into staging; gives its name there. If it is something else,
    /// it is put back.
    pub(super) fn take(&self, place: Place<'_>, seen: &Seen) -> Step<String> {
        let name = self.staging.temp_name(Temp::Taken);
        let taken = Place { dir: self.staging.dir(), name: &name };
        self.move_new(place, taken)?;
        if stands_moved(taken, seen) {
            return Ok(name);
        }
        self.put_back(taken, place);
        Err(Outcome::Differs)
    }

    pub(super) fn put_back(&self, from: Place<'_>, to: Place<'_>) {
        if let Err(outcome) = self.move_new(from, to) {
            // It stays in staging, from where the next start takes it to the archive.
            tracing::warn!(?outcome, "a file that was taken too early could not be put back");
        }
    }

    /// Does away with a displaced file or link: to the archive, or, if it is not wanted there, for good.
    pub(super) fn put_away(
        &self,
        batch: &mut Batch<'_>,
        change: &Change,
        seen: &Seen,
        displaced: Place<'_>,
    ) -> Step<()> {
        let result = match seen.kind.content() {
            Some(content) if change.archive => {
                self.archive.take(displaced.dir, displaced.name, content.hash).map(|shelf| {
                    batch.touch(&format!("//{:02x}", content.hash.0[0]), &Rc::new(shelf));
                })
            }
            Some(_) | None => displaced.dir.remove_file(displaced.name),
        };
        result.map_err(|error| Outcome::Blocked(problem_of(&error)))
    }
}

/// Sets permission bits and time, as far as they differ.
pub(super) fn set_attributes(file: &File, now: &Stat, wanted: &Stat) -> Step<()> {
    let mode = if now.mode == wanted.mode { Ok(()) } else { set_mode(file, wanted.mode) };
    let time = |()| if now.mtime == wanted.mtime { Ok(()) } else { set_time(file, wanted.mtime) };
    mode.and_then(time).map_err(|error| Outcome::Blocked(problem_of(&error)))
}

/// Whether exactly what is expected stands at `place`.
pub(super) fn check(place: Place<'_>, expect: Option<&Seen>) -> Step<()> {
    let found = place.dir.facts(place.name).map_err(|error| at_target(&error))?;
    let as_expected = match (&found, expect) {
        (None, None) => true,
        (Some(found), Some(seen)) => {
            is_kind(found, seen) && (is_directory(seen) || found.stat == seen.stat)
        }
        (None, Some(_)) | (Some(_), None) => false,
    };
    if as_expected { Ok(()) } else { Err(Outcome::Differs) }
}

pub(super) fn is_directory(seen: &Seen) -> bool {
    matches!(seen.kind, EntryKind::Directory { .. })
}

fn is_kind(found: &Facts, seen: &Seen) -> bool {
    match seen.kind {
        EntryKind::File { .. } => found.kind == Kind::File,
        EntryKind::Directory { .. } => found.kind == Kind::Directory,
        EntryKind::Symlink { .. } => found.kind == Kind::Symlink,
        EntryKind::Tombstone { .. } => false,
    }
}

/// Whether what was seen elsewhere stands at `place` now, with the same bytes.
fn stands_moved(place: Place<'_>, seen: &Seen) -> bool {
    matches!(place.dir.facts(place.name), Ok(Some(found))
        if is_kind(&found, seen) && found.stat.moved_from(&seen.stat))
}

/// The fingerprint of what was just put at `place`. If it is something else already, was written to
/// or has other permissions, `made` is given, so that the next look at it sees a difference.
pub(super) fn stat_now(place: Place<'_>, made: Stat) -> Stat {
    let as_made = |stat: &Stat| stat.moved_from(&made) && stat.mode == made.mode;
    match place.dir.facts(place.name) {
        Ok(Some(found)) if as_made(&found.stat) => found.stat,
        Ok(_) | Err(_) => made,
    }
}
