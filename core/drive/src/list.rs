//! Listing directories: what stands in the body and what the index has elsewhere, as it was when the listing
//! began.

use std::collections::HashMap;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::path::OWN_DIRECTORY;
use rustix::fs::{FileType, Mode, OFlags, RawDir};

use crate::DriveError;
use crate::attr::{Attr, Kind};
use crate::drive::{Drive, look};
use crate::lookup::{Standing, absent, likely_number};
use crate::nodes::{Absent, ROOT, number_elsewhere};
use crate::shown::Shown;

/// Entries of the index that are asked for at once.
pub(crate) const CHILDREN: usize = 1000;
const LIST_BUFFER: usize = 64 * 1024;
/// Listings at once.
const LISTINGS_MAX: usize = 1 << 16;

/// One line of a listing.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its name.
    pub name: Box<[u8]>,
    /// What it is.
    pub kind: Kind,
    /// The number that it most likely has.
    pub number: u64,
    absent: Option<Box<Absent>>,
}

/// An open directory.
pub(crate) struct Listing {
    number: u64,
    lines: Mutex<Option<Arc<Vec<Line>>>>,
}

#[derive(Default)]
pub(crate) struct Listings {
    open: Mutex<HashMap<u64, Arc<Listing>>>,
    next: AtomicU64,
    /// Lines that were let go of and nobody has asked about yet.
    let_go: AtomicU64,
}

impl Drive {
    /// Opens a directory to be listed.
    ///
    /// # Errors
    /// [`DriveError::Stale`] if it is gone.
    pub fn open_directory_handle(&self, number: u64) -> Result<u64, DriveError> {
        self.nodes().get(number)?;
        let handle = self.listings.next.fetch_add(1, Ordering::Relaxed) + 1;
        let mut open = self.listings.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= LISTINGS_MAX {
            return Err(DriveError::Busy);
        }
        open.insert(handle, Arc::new(Listing { number, lines: Mutex::new(None) }));
        Ok(handle)
    }

    /// Closes an open directory.
    pub fn release_directory(&self, handle: u64) {
        let mut open = self.listings.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(listing) = open.remove(&handle) else { return };
        drop(open);
        let lines = listing.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let count = lines.as_ref().map_or(0, |lines| lines.len() as u64);
        self.listings.let_go.fetch_add(count, Ordering::Relaxed);
    }

    /// Lines of listings that ended since this was last asked: their memory is free, and may be given back.
    pub fn lines_let_go(&self) -> u64 {
        self.listings.let_go.swap(0, Ordering::Relaxed)
    }

    /// The lines of an open directory, without `.` and `..`; from the start they are looked up anew.
    ///
    /// # Errors
    /// [`DriveError`] of the disk or the index.
    pub fn lines(&self, handle: u64, from_start: bool) -> Result<Arc<Vec<Line>>, DriveError> {
        let listing = {
            let open = self.listings.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.get(&handle).cloned().ok_or(DriveError::NotOpened)?
        };
        let mut lines = listing.lines.lock().unwrap_or_else(PoisonError::into_inner);
        match &*lines {
            Some(lines) if !from_start => Ok(lines.clone()),
            Some(_) | None => {
                let fresh = Arc::new(self.list(listing.number)?);
                *lines = Some(fresh.clone());
                Ok(fresh)
            }
        }
    }

    /// The facts about a line; nothing if it is gone. The kernel holds its number until it is forgotten.
    ///
    /// # Errors
    /// [`DriveError`] of the disk.
    pub fn line_attr(&self, parent: u64, line: &Line) -> Result<Option<Attr>, DriveError> {
        if parent == ROOT && self.nodes().get(parent)?.shown.is_none() {
            return self.lookup(parent, &line.name).map(Some);
        }
        let standing = match &line.absent {
            None => look(self.directory(parent)?.1, &line.name)?.map(Standing::Body),
            Some(absent) => Some(Standing::Elsewhere(**absent)),
        };
        standing.map(|standing| self.admit(parent, &line.name, &standing)).transpose()
    }

    /// The number of the directory above.
    #[must_use]
    pub fn parent_of(&self, number: u64) -> u64 {
        let nodes = self.nodes();
        let name = nodes.get(number).ok().and_then(|node| node.names.first());
        name.map_or(ROOT, |name| name.parent)
    }

    /// Makes a directory's names durable.
    ///
    /// # Errors
    /// [`DriveError`] of the disk.
    pub fn sync_directory(&self, number: u64) -> Result<(), DriveError> {
        if self.nodes().get(number)?.shown.is_none() {
            return Ok(());
        }
        let (_, directory) = self.directory(number)?;
        Ok(rustix::fs::fsync(reopened(&directory)?)?)
    }

    fn list(&self, number: u64) -> Result<Vec<Line>, DriveError> {
        if self.nodes().get(number)?.shown.is_none() {
            return Ok(self.list_folders());
        }
        let (shown, directory) = self.directory(number)?;
        let is_top = self.nodes().is_top(number);
        let mut lines = list_body(&shown, &directory, is_top)?;
        if !shown.pod.whole() {
            self.add_elsewhere(&shown, number, is_top, &mut lines)?;
        }
        Ok(lines)
    }

    fn list_folders(&self) -> Vec<Line> {
        let line = |name: String| {
            let shown = self.folders.find(&name).ok()??;
            let inode = rustix::fs::fstat(shown.top()).ok()?.st_ino;
            let number = likely_number(&shown, inode);
            Some(Line {
                name: name.into_bytes().into(),
                kind: Kind::Directory,
                number,
                absent: None,
            })
        };
        self.folders.names().into_iter().filter_map(line).collect()
    }

    fn add_elsewhere(
        &self,
        shown: &Arc<Shown>,
        number: u64,
        is_top: bool,
        lines: &mut Vec<Line>,
    ) -> Result<(), DriveError> {
        let path = self.path_of(number);
        if path.is_none() && !is_top {
            return Ok(());
        }
        let here: std::collections::HashSet<Box<[u8]>> =
            lines.iter().map(|line| line.name.clone()).collect();
        let mut after: Option<String> = None;
        loop {
            let some = shown.pod.children(path.as_ref(), after.as_deref(), CHILDREN)?;
            let Some((last, _)) = some.last() else { return Ok(()) };
            after = Some(last.clone());
            for (name, listed) in some {
                let name: Box<[u8]> = name.into_bytes().into();
                if let Some(absent) = absent(&listed)
                    && !here.contains(&name)
                {
                    let number = number_elsewhere(shown, number, &name);
                    let absent = Some(Box::new(absent));
                    lines.push(Line { name, kind: Kind::File, number, absent });
                }
            }
        }
    }

    /// What a listing told the kernel of but did not fit: it does not hold it.
    pub fn unlist(&self, attr: &Attr) {
        self.forget(attr.number, 1);
    }
}

fn reopened(directory: &std::os::fd::OwnedFd) -> Result<std::os::fd::OwnedFd, DriveError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(directory, ".", flags, Mode::empty())?)
}

fn list_body(
    shown: &Arc<Shown>,
    directory: &std::os::fd::OwnedFd,
    is_top: bool,
) -> Result<Vec<Line>, DriveError> {
    let own = reopened(directory)?;
    let mut buffer = Vec::with_capacity(LIST_BUFFER);
    let buffer: &mut [MaybeUninit<u8>] = buffer.spare_capacity_mut();
    let mut entries = RawDir::new(own, buffer);
    let mut lines = Vec::new();
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        let hidden = name == b"." || name == b".." || (is_top && name == OWN_DIRECTORY.as_bytes());
        if hidden {
            continue;
        }
        let kind = match entry.file_type() {
            FileType::Unknown => kind_at(directory, name)?,
            known @ (FileType::RegularFile
            | FileType::Directory
            | FileType::Symlink
            | FileType::Fifo
            | FileType::Socket
            | FileType::CharacterDevice
            | FileType::BlockDevice) => Kind::of(known),
        };
        let number = likely_number(shown, entry.ino());
        lines.push(Line { name: name.into(), kind, number, absent: None });
    }
    Ok(lines)
}

fn kind_at(directory: &std::os::fd::OwnedFd, name: &[u8]) -> Result<Kind, DriveError> {
    let stat = look(directory, name)?;
    Ok(stat.map_or(Kind::File, |stat| Kind::of(FileType::from_raw_mode(stat.st_mode))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_what_is_here_is_small() {
        assert!(size_of::<Line>() <= 40);
    }
}
