//! Telling the kernel what it must forget, on a thread of its own: a notice may wait for a call that this
//! process has to answer.
//!
//! Changes of a folder are collected; when they are too many, the whole folder counts as changed.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use fuser::{INodeNo, Notifier};
use model::RelPath;

use crate::Stale;
use crate::drive::Drive;

/// Changed paths of one folder that are kept apart.
const PATHS_MAX: usize = 100_000;

pub(super) struct Notices {
    hand: Hand,
    drive: Arc<Drive>,
}

/// What requests use of it.
#[derive(Clone)]
pub(super) struct Hand(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    folders: BTreeMap<String, Changed>,
    list_changed: bool,
    jobs: Vec<Job>,
    ended: bool,
}

type Job = Box<dyn FnOnce(&Notifier) + Send>;

enum Changed {
    Paths(BTreeSet<RelPath>),
    Everything,
}

impl Notices {
    pub(super) fn new(drive: Arc<Drive>) -> (Self, Hand) {
        let hand = Hand(Arc::new(Shared { state: Mutex::default(), wake: Condvar::new() }));
        (Self { hand: hand.clone(), drive }, hand)
    }

    pub(super) fn begin(&self, notifier: Notifier) {
        let (hand, drive) = (self.hand.clone(), self.drive.clone());
        let made = thread::Builder::new()
            .name("drive-notices".into())
            .spawn(move || hand.work(&notifier, &drive));
        if let Err(error) = made {
            tracing::error!("no thread for the drive's notices: {error}");
        }
    }

    pub(super) fn changed(&self, folder: &str, paths: &[RelPath]) {
        self.hand.changed(folder, paths);
    }

    pub(super) fn folders_changed(&self) {
        self.hand.note(|state| state.list_changed = true);
    }

    pub(super) fn end(&self) {
        self.hand.note(|state| state.ended = true);
    }
}

impl Hand {
    pub(super) fn changed(&self, folder: &str, paths: &[RelPath]) {
        self.note(|state| match state.folders.get_mut(folder) {
            Some(Changed::Everything) => {}
            Some(Changed::Paths(known)) if known.len() + paths.len() <= PATHS_MAX => {
                known.extend(paths.iter().cloned());
            }
            None if paths.len() <= PATHS_MAX => {
                let paths = paths.iter().cloned().collect();
                state.folders.insert(folder.to_owned(), Changed::Paths(paths));
            }
            Some(Changed::Paths(_)) | None => {
                state.folders.insert(folder.to_owned(), Changed::Everything);
            }
        });
    }

    /// Makes the kernel hand over what it has collected of `number`, then goes on with `then`.
    pub(super) fn after_write_back(&self, number: u64, then: impl FnOnce() + Send + 'static) {
        self.note(|state| {
            state.jobs.push(Box::new(move |notifier| {
                drop(notifier.inval_inode(INodeNo(number), 0, 0));
                then();
            }));
        });
    }

    fn note(&self, what: impl FnOnce(&mut State)) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        what(&mut state);
        self.0.wake.notify_one();
    }

    fn work(&self, notifier: &Notifier, drive: &Drive) {
        loop {
            let next = {
                let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
                while !state.has_work() && !state.ended {
                    state = self.0.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                if !state.has_work() {
                    return;
                }
                let ended = state.ended;
                std::mem::replace(&mut *state, State { ended, ..State::default() })
            };
            next.tell(notifier, drive);
        }
    }
}

impl State {
    fn has_work(&self) -> bool {
        !self.folders.is_empty() || self.list_changed || !self.jobs.is_empty()
    }

    fn tell(self, notifier: &Notifier, drive: &Drive) {
        for job in self.jobs {
            job(notifier);
        }
        if self.list_changed {
            tell(notifier, drive.stale_folders());
        }
        for (folder, changed) in self.folders {
            tell(
                notifier,
                match changed {
                    Changed::Paths(paths) => {
                        let paths: Vec<_> = paths.into_iter().collect();
                        drive.stale(&folder, &paths)
                    }
                    Changed::Everything => drive.stale_all(&folder),
                },
            );
        }
    }
}

fn tell(notifier: &Notifier, stale: Vec<Stale>) {
    for each in stale {
        let told = match &each {
            Stale::Name { parent, name } => {
                notifier.inval_entry(INodeNo(*parent), OsStr::from_bytes(name))
            }
            Stale::Gone { parent, number, name } => {
                notifier.delete(INodeNo(*parent), INodeNo(*number), OsStr::from_bytes(name))
            }
            Stale::Facts { number } => notifier.inval_inode(INodeNo(*number), -1, 0),
            Stale::Bytes { number } => notifier.inval_inode(INodeNo(*number), 0, 0),
        };
        if let Err(error) = told {
            // A directory that is in use, or a drive that was just unmounted.
            tracing::debug!("the kernel keeps something of the drive: {error}");
        }
    }
}

/// Makes the kernel hand over all that it has collected.
pub(super) fn write_back(notifier: &Notifier, drive: &Drive) {
    for number in drive.written() {
        drop(notifier.inval_inode(INodeNo(number), 0, 0));
    }
}
