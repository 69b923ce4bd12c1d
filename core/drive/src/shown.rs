//! The folders that the drive shows, each with its body opened once.
//!
//! Invariant: while the home gives the same pod under a name, the drive knows it by the same index, so that
//! numbers stay what they are.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{Mode, OFlags};

use crate::{DriveError, Home, Pod};

/// One folder, as the drive uses it.
pub(crate) struct Shown {
    pub(crate) name: String,
    /// Different for every pod that this drive has ever shown.
    pub(crate) index: u32,
    pub(crate) pod: Arc<dyn Pod>,
    pub(crate) top: Arc<OwnedFd>,
    /// Of the body's directory.
    pub(crate) device: u64,
}

impl Shown {
    fn open(name: &str, index: u32, pod: Arc<dyn Pod>) -> Result<Self, DriveError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let top = rustix::fs::open(pod.body(), flags, Mode::empty())?;
        let device = rustix::fs::fstat(&top)?.st_dev;
        Ok(Self { name: name.to_owned(), index, pod, top: Arc::new(top), device })
    }

    pub(crate) fn top(&self) -> BorrowedFd<'_> {
        self.top.as_fd()
    }
}

/// All folders of the home, those seen before under the same index.
pub(crate) struct Folders {
    home: Arc<dyn Home>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    list: Vec<Arc<Shown>>,
    next: u32,
}

impl Folders {
    pub(crate) fn new(home: Arc<dyn Home>) -> Self {
        Self { home, known: Mutex::default() }
    }

    /// The folder called `name`.
    pub(crate) fn find(&self, name: &str) -> Result<Option<Arc<Shown>>, DriveError> {
        let folders = self.home.folders();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.list.retain(|shown| folders.iter().any(|(name, pod)| is(shown, name, pod)));
        match folders.into_iter().find(|(each, _)| each == name) {
            Some((name, pod)) => known.of(&name, pod).map(Some),
            None => Ok(None),
        }
    }

    /// The names of all folders.
    pub(crate) fn names(&self) -> Vec<String> {
        self.home.folders().into_iter().map(|(name, _)| name).collect()
    }
}

impl Known {
    fn of(&mut self, name: &str, pod: Arc<dyn Pod>) -> Result<Arc<Shown>, DriveError> {
        if let Some(shown) = self.list.iter().find(|shown| is(shown, name, &pod)) {
            return Ok(shown.clone());
        }
        let shown = Arc::new(Shown::open(name, self.next, pod)?);
        self.next += 1;
        self.list.push(shown.clone());
        Ok(shown)
    }
}

fn is(shown: &Shown, name: &str, pod: &Arc<dyn Pod>) -> bool {
    shown.name == name && Arc::ptr_eq(&shown.pod, pod)
}
