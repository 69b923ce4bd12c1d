//! Open files: what a handle of the kernel stands for.
//!
//! A handle keeps what it was opened on: a descriptor in the body, one content that is elsewhere, read to
//! its end whatever happens at the path, or an edit of one.

use std::collections::HashMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use model::RelPath;

use crate::attr::Stamp;
use crate::nodes::Absent;
use crate::shown::Shown;
use crate::{DriveError, Edit, Edited, Remote};

/// Handles at once: above what a system lets one user open.
const HANDLES_MAX: usize = 1 << 20;

/// Where the bytes of an open file come from.
pub(crate) enum Source {
    Body(OwnedFd),
    Elsewhere { remote: Arc<dyn Remote>, absent: Absent },
    Edited(Arc<dyn Edit>),
}

/// An open file.
pub(crate) struct Open {
    pub(crate) number: u64,
    pub(crate) shown: Arc<Shown>,
    pub(crate) source: Source,
    pub(crate) writes: bool,
    /// Whether it is being run.
    pub(crate) executes: bool,
    /// As it was when it was opened, to see at the end whether it was changed.
    pub(crate) stamp: Stamp,
    /// What the service was told is in use.
    pub(crate) path: Mutex<Option<RelPath>>,
}

impl Open {
    /// Its descriptor in the body.
    pub(crate) fn body(&self) -> Result<BorrowedFd<'_>, DriveError> {
        match &self.source {
            Source::Body(file) => Ok(file.as_fd()),
            Source::Elsewhere { .. } => Err(DriveError::Unsupported),
            Source::Edited(edit) => edit.file().ok_or(DriveError::Unsupported),
        }
    }

    /// Bytes and time, as they are now.
    pub(crate) fn stamp_now(&self) -> Option<Stamp> {
        if let Ok(file) = self.body() {
            return rustix::fs::fstat(file).ok().as_ref().map(Stamp::of);
        }
        match &self.source {
            Source::Body(_) => None,
            Source::Elsewhere { absent, .. } => Some(absent.stamp()),
            Source::Edited(edit) => {
                let Edited { size, mtime, .. } = edit.facts();
                Some(Stamp { size, mtime })
            }
        }
    }

    /// The edit that it is a part of.
    pub(crate) fn edit(&self) -> Option<&Arc<dyn Edit>> {
        match &self.source {
            Source::Edited(edit) => Some(edit),
            Source::Body(_) | Source::Elsewhere { .. } => None,
        }
    }
}

#[derive(Default)]
pub(crate) struct Handles {
    open: RwLock<HashMap<u64, Arc<Open>>>,
    next: AtomicU64,
}

impl Handles {
    pub(crate) fn get(&self, handle: u64) -> Result<Arc<Open>, DriveError> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.get(&handle).cloned().ok_or(DriveError::NotOpened)
    }

    pub(crate) fn put(&self, open: Open) -> Result<u64, DriveError> {
        let handle = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let mut handles = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if handles.len() >= HANDLES_MAX {
            return Err(DriveError::Busy);
        }
        handles.insert(handle, Arc::new(open));
        Ok(handle)
    }

    /// Files below `from` (or at it) that are open are in use at their new paths.
    pub(crate) fn renamed(&self, shown: &Shown, from: &RelPath, to: &RelPath) {
        let open: Vec<_> = {
            let handles = self.open.read().unwrap_or_else(PoisonError::into_inner);
            handles.values().filter(|open| open.shown.index == shown.index).cloned().collect()
        };
        for open in open {
            let mut path = open.path.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(old) = path.as_ref() else { continue };
            let Some(new) = rebased(old, from, to) else { continue };
            shown.pod.in_use(&new, true);
            shown.pod.in_use(old, false);
            *path = Some(new);
        }
    }

    pub(crate) fn take(&self, handle: u64) -> Option<Arc<Open>> {
        self.open.write().unwrap_or_else(PoisonError::into_inner).remove(&handle)
    }
}

/// Whoever had something open when the last thread of a mount ended uses it no more.
impl Drop for Handles {
    fn drop(&mut self) {
        let handles = self.open.get_mut().unwrap_or_else(PoisonError::into_inner);
        for open in handles.values() {
            if let Some(used) = open.path.lock().unwrap_or_else(PoisonError::into_inner).take() {
                open.shown.pod.in_use(&used, false);
            }
        }
    }
}

/// `path` after `from` was renamed to `to`; nothing if it does not lie there.
fn rebased(path: &RelPath, from: &RelPath, to: &RelPath) -> Option<RelPath> {
    if path == from {
        return Some(to.clone());
    }
    if !path.is_below(from) {
        return None;
    }
    RelPath::parse(format!("{to}{}", &path.as_str()[from.as_str().len()..])).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_a_renamed_directory_has_a_new_path() {
        let path = |text: &str| RelPath::parse(text).unwrap();
        let new = |text| rebased(&path(text), &path("a/b"), &path("c"));
        assert_eq!(new("a/b"), Some(path("c")));
        assert_eq!(new("a/b/x"), Some(path("c/x")));
        assert_eq!(new("a/bc"), None);
    }
}
