//! Changes without new bytes: directories, attributes, removal.

use std::rc::Rc;

use engine::change::{Change, Outcome};
use engine::observation::Stat;
use model::{EntryKind, Problem, RelPath};

use super::batch::Batch;
use super::swap::{Place, check, is_directory, set_attributes, stat_now};
use super::{Materializer, Step, at_target};
use crate::platform::{Dir, Kind, facts_of, is_gone, problem_of};

impl Materializer {
    pub(super) fn make_dir(
        &self,
        batch: &mut Batch<'_>,
        change: &Change,
        mode: u16,
    ) -> Step<Outcome> {
        let parent = batch.parent_made(&change.path)?;
        let target = Place { dir: &parent, name: change.path.name() };
        check(target, change.expect.as_ref())?;
        match &change.expect {
            Some(seen) if is_directory(seen) => {}
            Some(seen) => {
                let taken = self.take(target, seen)?;
                let displaced = Place { dir: self.staging.dir(), name: &taken };
                if let Err(error) = target.dir.make_dir(target.name, mode | 0o700) {
                    self.put_back(displaced, target);
                    return Err(at_target(&error));
                }
                self.put_away(batch, change, seen, displaced)?;
            }
            None => {
                let made = target.dir.make_dir(target.name, mode | 0o700);
                made.map_err(|error| at_target(&error))?;
            }
        }
        batch.touch_parent(&change.path, &parent);
        self.set_dir_mode(batch, &change.path, target, mode)
    }

    /// The owner can always list and write, or entries in it could not be kept up to date.
    fn set_dir_mode(
        &self,
        batch: &mut Batch<'_>,
        path: &RelPath,
        target: Place<'_>,
        mode: u16,
    ) -> Step<Outcome> {
        let dir = target.dir.open_child(target.name).map_err(|error| at_target(&error))?;
        let before = dir.own_facts().map_err(|error| at_target(&error))?.stat;
        let mode = mode & 0o777 | 0o700;
        if before.mode != mode {
            dir.set_mode(mode).map_err(|error| Outcome::Blocked(problem_of(&error)))?;
        }
        let stat = dir.own_facts().map_err(|error| at_target(&error))?.stat;
        batch.touch(path.as_str(), &Rc::new(dir));
        Ok(Outcome::Done(Some(stat)))
    }

    pub(super) fn set_attributes(
        &self,
        batch: &mut Batch<'_>,
        change: &Change,
        wanted: Stat,
    ) -> Step<Outcome> {
        let parent = batch.parent(&change.path).map_err(|error| at_target(&error))?;
        let target = Place { dir: &parent, name: change.path.name() };
        check(target, change.expect.as_ref())?;
        let Some(seen) = &change.expect else { return Err(Outcome::Differs) };
        match seen.kind {
            EntryKind::Directory { .. } => {
                self.set_dir_mode(batch, &change.path, target, wanted.mode)
            }
            EntryKind::Symlink { .. } => Ok(Outcome::Done(Some(seen.stat))),
            EntryKind::Tombstone { .. } => Err(Outcome::Differs),
            EntryKind::File { .. } => {
                let file = target.dir.open_file(target.name).map_err(|error| at_target(&error))?;
                if facts_of(&file).map_err(|error| at_target(&error))?.stat != seen.stat {
                    return Err(Outcome::Differs);
                }
                set_attributes(&file, &seen.stat, &wanted)?;
                batch.touch_file(&change.path, file);
                let made = Stat { mode: wanted.mode, mtime: wanted.mtime, ..seen.stat };
                Ok(Outcome::Done(Some(stat_now(target, made))))
            }
        }
    }

    pub(super) fn remove(&self, batch: &mut Batch<'_>, change: &Change) -> Step<Outcome> {
        let parent = match batch.parent(&change.path) {
            Ok(parent) => parent,
            Err(error) if is_gone(&error) && change.expect.is_none() => {
                return Ok(Outcome::Done(None));
            }
            Err(error) => return Err(at_target(&error)),
        };
        let target = Place { dir: &parent, name: change.path.name() };
        check(target, change.expect.as_ref())?;
        let Some(seen) = &change.expect else { return Ok(Outcome::Done(None)) };
        #[cfg(test)]
        self.meanwhile();
        if is_directory(seen) {
            self.remove_dir(&change.path, target)?;
            batch.forget();
        } else {
            let taken = self.take(target, seen)?;
            let displaced = Place { dir: self.staging.dir(), name: &taken };
            if let Err(outcome) = self.put_away(batch, change, seen, displaced) {
                self.put_back(displaced, target);
                return Err(outcome);
            }
        }
        batch.touch_parent(&change.path, &parent);
        Ok(Outcome::Done(None))
    }

    /// Removes a directory that holds nothing but disposable litter. If it holds entries, somebody made
    /// them meanwhile; if it holds only what is
    /// never synced, it has to stay for its sake.
    pub(super) fn remove_dir(&self, path: &RelPath, target: Place<'_>) -> Step<()> {
        if target.dir.remove_dir(target.name).is_ok() {
            return Ok(());
        }
        let dir = target.dir.open_child(target.name).map_err(|error| at_target(&error))?;
        for litter in self.litter_in(path, &dir)? {
            dir.remove_file(&litter).map_err(|error| Outcome::Blocked(problem_of(&error)))?;
        }
        match target.dir.remove_dir(target.name) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::DirectoryNotEmpty => {
                Err(Outcome::Differs)
            }
            Err(error) => Err(at_target(&error)),
        }
    }

    /// The litter in a directory, if there is nothing else.
    fn litter_in(&self, path: &RelPath, dir: &Dir) -> Step<Vec<String>> {
        let ignore = self.ignore();
        let (mut litter, mut ignored, mut entries) = (Vec::new(), 0, 0);
        dir.list(&mut |entry| match entry.text() {
            Some(name) if ignore.is_disposable(name) => litter.push(name.to_owned()),
            // Asked as a directory too: rules for directories only match then.
            Some(name) if ignore.matches(&format!("{path}/{name}"), true) => ignored += 1,
            Some(name) => match dir.facts(name) {
                Ok(Some(facts)) if facts.kind == Kind::Other => ignored += 1,
                Ok(_) | Err(_) => entries += 1,
            },
            None => ignored += 1,
        })
        .map_err(|error| at_target(&error))?;
        if entries > 0 {
            Err(Outcome::Differs)
        } else if ignored > 0 {
            Err(Outcome::Blocked(Problem::Obstructed))
        } else {
            Ok(litter)
        }
    }
}
