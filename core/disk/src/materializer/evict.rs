//! Giving up the bytes of files that stay in the folder.
//!
//! The same looks as for a removal: the file is renamed aside, looked at, and put back unless it is
//! exactly what was believed and nobody has it open. It is not a change of the folder: nothing is archived, directories stay,
//! and a crash leaves the file where it was or in staging, from where it is taken to the archive.

use engine::absence::{Evicted, Eviction};
use engine::change::Outcome;
use engine::observation::{self, Seen};
use model::{Problem, RelPath};

use super::batch::Batch;
use super::swap::{Place, check, is_directory};
use super::{Materializer, Step, at_target};
use crate::made::Note;
use crate::platform::{Alone, Kind, facts_of, problem_of};

impl Materializer {
    /// Takes files off the disk, in their order, while `may_go_on` says so: others keep their bytes
    /// only until a certain moment. Gives one outcome for each.
    #[must_use]
    pub fn evict(&self, files: &[Eviction], may_go_on: impl Fn() -> bool) -> Vec<Evicted> {
        if self.root.check() != observation::Root::Ready {
            return vec![Evicted::Blocked(Problem::DiskError); files.len()];
        }
        let mut batch = Batch::new(&self.root);
        let mut one = |file: &Eviction| {
            if !may_go_on() {
                return Evicted::Differs;
            }
            let made = self.root.made();
            made.note(file.path.as_str(), Note::Doing);
            let outcome = self.give_up(&mut batch, file).unwrap_or_else(refused);
            match outcome {
                Evicted::Done => made.note(file.path.as_str(), Note::Gone),
                Evicted::Differs | Evicted::Blocked(_) => made.forget(file.path.as_str()),
            }
            outcome
        };
        files.iter().map(&mut one).collect()
    }

    /// Whether files stand as they are known, each made durable with its name first: what others rely on
    /// survives a power cut here.
    #[must_use]
    pub fn assure(&self, files: &[(RelPath, Seen)]) -> Vec<bool> {
        if self.root.check() != observation::Root::Ready {
            return vec![false; files.len()];
        }
        let mut batch = Batch::new(&self.root);
        let found: Vec<bool> = files
            .iter()
            .map(|(path, seen)| touch_as_seen(&mut batch, path, seen).unwrap_or(false))
            .collect();
        let durable = batch.sync().inspect_err(|error| {
            self.root.doubt();
            tracing::warn!(%error, "making files durable that others rely on");
        });
        found.into_iter().map(|found| found && durable.is_ok()).collect()
    }

    fn give_up(&self, batch: &mut Batch<'_>, file: &Eviction) -> Step<Evicted> {
        if is_directory(&file.seen) {
            return Ok(Evicted::Differs);
        }
        let parent = batch.parent(&file.path).map_err(|error| at_target(&error))?;
        let place = Place { dir: &parent, name: file.path.name() };
        if place.dir.facts(place.name).map_err(|error| at_target(&error))?.is_none() {
            return Ok(Evicted::Done);
        }
        check(place, Some(&file.seen))?;
        #[cfg(test)]
        self.meanwhile();
        let opened = place.dir.open_file(place.name).map_err(|error| at_target(&error))?;
        // Whoever has it open could write what nobody would have then.
        let Some(alone) = Alone::with(&opened) else { return Ok(Evicted::Blocked(Problem::Busy)) };
        let taken = self.take(place, &file.seen)?;
        let aside = Place { dir: self.staging.dir(), name: &taken };
        // The same file, and nobody waits to open it: from here on nobody can.
        let same = facts_of(&opened).is_ok_and(|facts| facts.stat.moved_from(&file.seen.stat));
        if !same || !alone.is_still() {
            self.put_back(aside, place);
            return Ok(Evicted::Differs);
        }
        aside
            .dir
            .remove_file(aside.name)
            .map_err(|error| Outcome::Blocked(problem_of(&error)))
            .inspect_err(|_| self.put_back(aside, place))?;
        Ok(Evicted::Done)
    }
}

/// Opens a file, if it is what was seen, to be made durable.
fn touch_as_seen(batch: &mut Batch<'_>, path: &RelPath, seen: &Seen) -> Step<bool> {
    let parent = batch.parent(path).map_err(|error| at_target(&error))?;
    let file = parent.open_file(path.name()).map_err(|error| at_target(&error))?;
    let found = facts_of(&file).map_err(|error| at_target(&error))?;
    if found.kind != Kind::File || found.stat != seen.stat {
        return Ok(false);
    }
    batch.touch_parent(path, &parent);
    batch.touch_file(path, file);
    Ok(true)
}

fn refused(outcome: Outcome) -> Evicted {
    match outcome {
        Outcome::Blocked(problem) => Evicted::Blocked(problem),
        Outcome::Done(_) | Outcome::Differs | Outcome::SourceDiffers => Evicted::Differs,
    }
}
