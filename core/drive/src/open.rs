//! Opening and closing files.
//!
//! A file that is elsewhere and is only read stays there. One that is to be written is brought into the body
//! first, or replaced there by an empty file where the program throws its bytes away.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use model::RelPath;
use rustix::fs::{Mode, OFlags, Stat};

use crate::attr::{Attr, Stamp};
use crate::drive::{Caller, Drive, Spot};
use crate::handles::{Open, Source};
use crate::lookup::Standing;
use crate::nodes::{Absent, Found, Identity};
use crate::{Bring, DriveError, Interrupt, Reader};

/// How often an open is tried again when the file comes or goes meanwhile.
const TRIES: usize = 4;

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct How {
    /// Bytes will be read.
    pub reads: bool,
    /// Bytes will be written.
    pub writes: bool,
    /// Every write goes to the end.
    pub appends: bool,
    /// The bytes are thrown away first.
    pub truncates: bool,
    /// It is opened to be run.
    pub executes: bool,
    /// The kernel fills parts of pages itself, so that a handle that only writes must be able to read too, and
    /// places what is appended.
    pub kernel_pages: bool,
}

/// An open file, as the adapter has to treat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// What the kernel names it by.
    pub handle: u64,
    /// Whether its bytes are elsewhere: reads may have to wait.
    pub elsewhere: bool,
    /// Whether what the kernel holds of its bytes is still right.
    pub unchanged: bool,
    /// Whether somebody else has changed it, and the kernel was not told yet: its facts are old.
    pub doubtful: bool,
    /// Whether it can't be read although the kernel would have to: its pages must not be kept.
    pub write_only: bool,
}

impl Drive {
    /// Opens `number`.
    ///
    /// # Errors
    /// [`DriveError`] as of `open(2)`, and those of [`crate::Pod::bring`] if it has to come here first.
    pub fn open(
        &self,
        number: u64,
        how: How,
        reader: &dyn Fn() -> Reader,
        interrupt: &Interrupt,
    ) -> Result<Opened, DriveError> {
        for _ in 0..TRIES {
            match self.open_once(number, how, reader, interrupt) {
                Err(DriveError::Missing) => {}
                result => return result,
            }
        }
        Err(DriveError::Stale)
    }

    fn open_once(
        &self,
        number: u64,
        how: How,
        reader: &dyn Fn() -> Reader,
        interrupt: &Interrupt,
    ) -> Result<Opened, DriveError> {
        let identity = self.nodes().get(number)?.identity;
        if (how.writes || how.truncates) && identity != Identity::Home {
            self.refuse_reader(number)?;
        }
        let absent = match identity {
            Identity::Elsewhere(absent) => absent,
            Identity::Body { .. } => return self.open_body(number, how),
            Identity::Home => return Err(DriveError::IsDirectory),
        };
        // One that a program writes in parts is opened as that, also by those who only read it.
        let begins = how.writes && !how.truncates && absent.content.size > 0;
        if let Some(edit) = self.edit_at(number, absent, begins, reader())? {
            return self.open_edit(number, absent, how, edit);
        }
        if how.writes {
            self.bring_for(number, absent, how, interrupt)?;
            return self.open_body(number, how);
        }
        match self.open_elsewhere(number, absent, reader()) {
            // It arrived between the look and the open.
            Err(DriveError::Missing) => self.open_body(number, how),
            result => result,
        }
    }

    fn open_elsewhere(
        &self,
        number: u64,
        absent: Absent,
        reader: Reader,
    ) -> Result<Opened, DriveError> {
        let shown = self.nodes().shown(number)?;
        let path = self.path_of(number).ok_or(DriveError::Stale)?;
        let listed = shown.pod.entry(&path)?.ok_or(DriveError::Missing)?;
        if crate::lookup::absent(&listed).is_none_or(|now| now.content.hash != absent.content.hash)
        {
            return Err(DriveError::Missing);
        }
        let remote = shown.pod.open(&path, &listed, reader)?;
        let stamp = Stamp { size: absent.content.size, mtime: absent.mtime };
        let source = Source::Elsewhere { remote, absent };
        let path = Mutex::new(None);
        let open = Open { number, shown, source, writes: false, executes: false, stamp, path };
        let handle = self.keep(open)?;
        Ok(Opened { handle, elsewhere: true, unchanged: true, doubtful: false, write_only: false })
    }

    /// Puts `number` into the body, so that it can be written.
    pub(crate) fn bring_for(
        &self,
        number: u64,
        absent: Absent,
        how: How,
        interrupt: &Interrupt,
    ) -> Result<(), DriveError> {
        let spot = self.spot(number)?;
        let path = self.path_of(number).ok_or(DriveError::Stale)?;
        if how.truncates || absent.content.size == 0 {
            spot.shown.pod.bring(&path, Bring::Empty, interrupt)?;
            make_empty(&spot, absent)?;
        } else {
            spot.shown.pod.bring(&path, Bring::Whole, interrupt)?;
        }
        let stat = crate::drive::look(&spot.directory, &spot.name)?.ok_or(DriveError::Missing)?;
        let mut nodes = self.nodes();
        nodes.note(number, Found::Body(&stat));
        Ok(())
    }

    fn open_body(&self, number: u64, how: How) -> Result<Opened, DriveError> {
        let (expected, stamp, written) = {
            let nodes = self.nodes();
            let node = nodes.get(number)?;
            (node.identity, node.stamp, node.writers() > 0)
        };
        // Who only reads and throws the bytes away: the kernel looks whether it is being run too late.
        if how.truncates && !how.writes && self.is_run(number) {
            return Err(rustix::io::Errno::TXTBSY.into());
        }
        let spot = self.spot(number)?;
        let path = self.path_of(number);
        // Before it is opened: from here on nobody takes its bytes away.
        claim(&spot, path.as_ref(), true);
        let (file, stat, write_only) =
            open_file(&spot, expected, how).inspect_err(|_| claim(&spot, path.as_ref(), false))?;
        let now = Stamp::of(&stat);
        let unchanged = now == stamp && !how.truncates;
        let doubtful = now != stamp && !how.truncates && !written;
        let writes = how.writes;
        let open = Open {
            number,
            shown: spot.shown,
            source: Source::Body(file),
            writes,
            executes: how.executes,
            stamp: now,
            path: Mutex::new(path),
        };
        let handle = self.keep(open)?;
        // What differs from what the kernel was told stays different until it is told.
        if !doubtful {
            self.nodes().note(number, Found::Body(&stat));
        }
        Ok(Opened { handle, elsewhere: false, unchanged, doubtful, write_only })
    }

    /// Makes a file of this name in this directory and opens it.
    ///
    /// # Errors
    /// [`DriveError::Exists`] if something is there.
    pub fn create(
        &self,
        (parent, name): (u64, &[u8]),
        mode: u32,
        how: How,
        caller: Caller,
    ) -> Result<(Attr, Opened), DriveError> {
        self.guard(parent, name)?;
        let (shown, directory) = self.directory(parent)?;
        if self.is_elsewhere_at(&shown, parent, name)? {
            return Err(DriveError::Exists);
        }
        let flags = OFlags::CREATE | OFlags::EXCL | flags_of(how);
        let mode = Mode::from_raw_mode(mode & crate::attr::MODE_BITS);
        let file = rustix::fs::openat(&directory, name, flags, mode)?;
        let stat = self.finish_made(caller, &directory, name, mode)?;
        let standing = Standing::Body(stat);
        let attr = self.admit(parent, name, &standing)?;
        let path = self.path(parent, name);
        let spot = Spot { shown: shown.clone(), directory, name: Arc::from(name) };
        claim(&spot, path.as_ref(), true);
        // What was made counts as changed when it is closed, even if it stays empty.
        let stamp = Stamp { size: u64::MAX, mtime: model::WallTime(0) };
        let source = Source::Body(file);
        let open = Open {
            number: attr.number,
            shown,
            source,
            writes: true,
            executes: false,
            stamp,
            path: Mutex::new(path),
        };
        let handle = self.keep(open)?;
        let opened = Opened {
            handle,
            elsewhere: false,
            unchanged: true,
            doubtful: false,
            write_only: false,
        };
        Ok((attr, opened))
    }

    fn is_run(&self, number: u64) -> bool {
        let opens = self.nodes().get(number).map(|node| node.opens().to_vec()).unwrap_or_default();
        opens.into_iter().any(|handle| self.handles.get(handle).is_ok_and(|open| open.executes))
    }

    pub(crate) fn keep(&self, open: Open) -> Result<u64, DriveError> {
        let (number, writes) = (open.number, open.writes);
        let handle = self.handles.put(open)?;
        if let Ok(node) = self.nodes().get_mut(number) {
            node.with_used(|used| {
                used.opens.push(handle);
                used.writers += u32::from(writes);
            });
        }
        Ok(handle)
    }

    /// Closes a handle. If the file was changed through it, the service looks at it now. The answer names a
    /// file that may have been changed by somebody else as well: the adapter has to look for what is stale.
    pub fn release(&self, handle: u64) -> Option<(String, RelPath)> {
        if let Ok(open) = self.handles.get(handle) {
            self.see_placed(open.number);
        }
        let open = self.handles.take(handle)?;
        let path = self.path_of(open.number);
        let stamp = open.stamp_now();
        let doubtful = self.closed(&open, handle, stamp);
        if let Some(used) = open.path.lock().unwrap_or_else(PoisonError::into_inner).take() {
            open.shown.pod.in_use(&used, false);
        }
        let changed = open.writes && stamp.is_some_and(|stamp| stamp != open.stamp);
        let changed = changed && open.body().is_ok();
        // The service hears of a change after the last byte of it is in the body.
        let shown = open.shown.clone();
        drop(open);
        let path = path?;
        if changed {
            shown.pod.changed(std::slice::from_ref(&path));
        }
        doubtful.then(|| (shown.name.clone(), path))
    }

    /// Whether somebody else may have changed what was closed.
    fn closed(&self, open: &Open, handle: u64, stamp: Option<Stamp>) -> bool {
        let mut nodes = self.nodes();
        let mut doubtful = false;
        if let Ok(node) = nodes.get_mut(open.number) {
            node.with_used(|used| {
                used.opens.retain(|each| *each != handle);
                used.writers -= u32::from(open.writes);
            });
            if open.writes
                && node.writers() == 0
                && let Some(stamp) = stamp
            {
                let told = node.with_used(|used| std::mem::take(&mut used.doubtful));
                doubtful = told && node.stamp != stamp;
                node.stamp = if doubtful { node.stamp } else { stamp };
            }
        }
        nodes.forget(open.number, 0);
        doubtful
    }
}

/// Tells the service whether a file is in use: it does not take the bytes of one that is.
pub(crate) fn claim(spot: &Spot, path: Option<&RelPath>, uses: bool) {
    if let Some(path) = path {
        spot.shown.pod.in_use(path, uses);
    }
}

fn open_file(
    spot: &Spot,
    expected: Identity,
    how: How,
) -> Result<(OwnedFd, Stat, bool), DriveError> {
    let (file, write_only) = open_at(spot, how)?;
    let stat = rustix::fs::fstat(&file)?;
    let is = Identity::Body { device: stat.st_dev, inode: stat.st_ino };
    if is != expected {
        return Err(DriveError::Stale);
    }
    if how.truncates {
        rustix::fs::ftruncate(&file, 0)?;
    }
    Ok((file, stat, write_only))
}

/// An empty file with the mode that the listed one has.
fn make_empty(spot: &Spot, absent: Absent) -> Result<(), DriveError> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mode = Mode::from_raw_mode(u32::from(absent.mode) & 0o777);
    let file = rustix::fs::openat(&spot.directory, &*spot.name, flags, mode)?;
    Ok(rustix::fs::fchmod(&file, mode)?)
}

fn flags_of(how: How) -> OFlags {
    let access = match (how.reads, how.writes) {
        (_, true) if how.reads || how.kernel_pages => OFlags::RDWR,
        (_, true) => OFlags::WRONLY,
        (_, false) if how.truncates => OFlags::RDWR,
        (_, false) => OFlags::RDONLY,
    };
    let append = if how.appends && !how.kernel_pages { OFlags::APPEND } else { OFlags::empty() };
    // A pipe that was put in the place of a file must not block.
    access | append | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC
}

/// Opens for what is asked; where a file may be written and not read, for that alone.
fn open_at(spot: &Spot, how: How) -> Result<(OwnedFd, bool), DriveError> {
    let open = |how| rustix::fs::openat(&spot.directory, &*spot.name, flags_of(how), Mode::empty());
    match open(how) {
        Err(rustix::io::Errno::ACCESS) if how.writes && !how.reads && how.kernel_pages => {
            Ok((open(How { kernel_pages: false, ..how })?, true))
        }
        Ok(file) => Ok((file, false)),
        Err(rustix::io::Errno::NOENT) => Err(DriveError::Missing),
        Err(error) => Err(error.into()),
    }
}
