//! Giving up the bytes of files that stay in the folder.
//!
//! The same looks as for a removal: the file is renamed aside, looked at, and put back unless it is
//! exactly what was believed. It is not a change of the folder: nothing is archived, directories stay,
//! and a crash leaves the file where it was or in staging, from where it is taken to the archive.

use engine::absence::{Evicted, Eviction};
use engine::change::Outcome;
use engine::observation;
use model::Problem;

use super::batch::Batch;
use super::swap::{Place, check, is_directory};
use super::{Materializer, Step, at_target};
use crate::made::Note;
use crate::platform::problem_of;

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
        let taken = self.take(place, &file.seen)?;
        let aside = Place { dir: self.staging.dir(), name: &taken };
        aside
            .dir
            .remove_file(aside.name)
            .map_err(|error| Outcome::Blocked(problem_of(&error)))
            .inspect_err(|_| self.put_back(aside, place))?;
        Ok(Evicted::Done)
    }
}

fn refused(outcome: Outcome) -> Evicted {
    match outcome {
        Outcome::Blocked(problem) => Evicted::Blocked(problem),
        Outcome::Done(_) | Outcome::Differs | Outcome::SourceDiffers => Evicted::Differs,
    }
}
