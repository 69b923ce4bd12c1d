//! Making the disk match the plan.
//!
//! A batch goes through three steps: new bytes are written beside the folder and made durable together
//! (`prepare`); each is swapped in, and what it displaced is looked at and put away (`swap`); the
//! changed directories are made durable together (`batch`). Only then outcomes are given. Invariants:
//! what stands at a path is replaced only if it is exactly what the plan believed, checked before *and*
//! after the swap; a path is at every moment old or new as a whole; a user's bytes are never deleted
//! while they are the last ones, not even by a crash (`staging::recover`). Not here: what to change
//! (`engine`).

mod batch;
mod evict;
mod prepare;
mod remove;
mod swap;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_evict;
#[cfg(test)]
mod tests_race;
#[cfg(test)]
mod tests_sync;

use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock};

use engine::change::{Change, Make, Outcome, Source};
use engine::observation;
use model::{ContentHash, Problem};

use crate::archive::Archive;
use crate::ignore::Ignore;
use crate::made::Note;
use crate::platform::{is_gone, problem_of};
use crate::root::Root;
use crate::staging::Staging;
use batch::Batch;

/// Carries out changes in one folder. One batch at a time for each folder.
#[derive(Debug)]
pub struct Materializer {
    root: Arc<Root>,
    staging: Arc<Staging>,
    archive: Archive,
    ignore: RwLock<Arc<Ignore>>,
    /// Whether the file system swaps two names in one step; assumed until it says no.
    exchanges: AtomicBool,
    /// What a program does between the look at a target and the swap.
    #[cfg(test)]
    meanwhile: std::sync::Mutex<Option<tests_race::Meanwhile>>,
}

impl Materializer {
    /// Changes go to `root`, bytes come from `staging`.
    #[must_use]
    pub fn new(root: Arc<Root>, staging: Arc<Staging>, ignore: Arc<Ignore>) -> Self {
        Self {
            archive: Archive::new(root.clone()),
            root,
            staging,
            ignore: RwLock::new(ignore),
            exchanges: AtomicBool::new(true),
            #[cfg(test)]
            meanwhile: std::sync::Mutex::default(),
        }
    }

    /// Rules that hold from the next batch on.
    pub fn set_ignore(&self, ignore: Arc<Ignore>) {
        *self.ignore.write().unwrap_or_else(PoisonError::into_inner) = ignore;
    }

    /// Carries out `changes` in their order and gives one outcome for each. What is reported as done is
    /// durable. If the root is not what it was, nothing is touched and all are blocked. If the disk could
    /// not keep what was done, the root has one more doubt ([`Root::doubts`]): then it stands there, whatever
    /// the outcomes say, and is to be found out anew.
    #[must_use]
    pub fn apply(&self, changes: &[Change]) -> Vec<Outcome> {
        if self.root.check() != observation::Root::Ready {
            return vec![Outcome::Blocked(Problem::DiskError); changes.len()];
        }
        let mut batch = Batch::new(&self.root);
        let ready = self.prepare(changes);
        let mut outcomes: Vec<Outcome> = changes
            .iter()
            .zip(ready)
            .map(|(change, ready)| {
                self.note(change, None);
                let outcome = ready
                    .and_then(|ready| self.carry_out(&mut batch, change, ready))
                    .unwrap_or_else(|outcome| outcome);
                self.note(change, Some(&outcome));
                outcome
            })
            .collect();
        if let Err(error) = batch.sync() {
            // Before anybody who looks could take what stands there for durable.
            self.root.doubt();
            let problem = problem_of(&error);
            for (change, outcome) in changes.iter().zip(&mut outcomes) {
                if let Outcome::Done(_) = outcome {
                    self.root.made().forget(change.path.as_str());
                    *outcome = Outcome::Blocked(problem);
                }
            }
        }
        self.release(changes, &outcomes);
        outcomes
    }

    /// Notes what is being done and what was done, so that it is not taken for a user's change.
    fn note(&self, change: &Change, outcome: Option<&Outcome>) {
        let made = self.root.made();
        let source = match &change.make {
            Make::File { source: Source::Move { path, .. }, .. } => Some(path),
            Make::File { .. }
            | Make::Directory { .. }
            | Make::Symlink { .. }
            | Make::Attributes { .. }
            | Make::Nothing => None,
        };
        for (path, is_source) in
            [Some((&change.path, false)), source.map(|path| (path, true))].into_iter().flatten()
        {
            match outcome {
                None => made.note(path.as_str(), Note::Doing),
                Some(Outcome::Done(Some(stat))) if !is_source => {
                    made.note(path.as_str(), Note::Left(*stat));
                }
                Some(Outcome::Done(_)) => made.note(path.as_str(), Note::Gone),
                Some(Outcome::Differs | Outcome::SourceDiffers | Outcome::Blocked(_)) => {
                    made.forget(path.as_str());
                }
            }
        }
    }

    /// Frees what was staged for contents that stand wherever the batch wanted them.
    fn release(&self, changes: &[Change], outcomes: &[Outcome]) {
        let staged = |done: bool| {
            let pairs = changes.iter().zip(outcomes);
            pairs.filter_map(move |(change, outcome)| {
                (matches!(outcome, Outcome::Done(_)) == done).then(|| staged_hash(change))?
            })
        };
        let waiting: Vec<ContentHash> = staged(false).collect();
        for hash in staged(true).filter(|hash| !waiting.contains(hash)) {
            self.staging.forget(hash);
        }
    }

    fn ignore(&self) -> Arc<Ignore> {
        self.ignore.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The content that a change takes out of staging.
fn staged_hash(change: &Change) -> Option<ContentHash> {
    match &change.make {
        Make::File { content, source: Source::Staged, .. } => Some(content.hash),
        Make::File { .. }
        | Make::Directory { .. }
        | Make::Symlink { .. }
        | Make::Attributes { .. }
        | Make::Nothing => None,
    }
}

/// A step of a change: it went on, or this is what came of the change.
type Step<T> = Result<T, Outcome>;

/// What an error at the target means: something came or went there meanwhile, or it can't be done.
fn at_target(error: &io::Error) -> Outcome {
    if is_gone(error) || error.kind() == io::ErrorKind::AlreadyExists {
        Outcome::Differs
    } else {
        Outcome::Blocked(problem_of(error))
    }
}

/// What an error at the source means.
fn at_source(error: &io::Error) -> Outcome {
    if is_gone(error) { Outcome::SourceDiffers } else { Outcome::Blocked(problem_of(error)) }
}
