//! Bytes of open files: reading, writing, room, holes, and what has to survive a power loss.

use std::os::fd::BorrowedFd;

use rustix::fs::{FallocateFlags, SeekFrom};

use crate::attr::{GROUP_EXECUTE, SET_GROUP, SET_USER};
use crate::drive::Drive;
use crate::handles::{Open, Source};
use crate::{DriveError, Interrupt};

/// Where a hole or bytes are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    /// The next bytes at or after this.
    Bytes(u64),
    /// The next hole at or after this.
    Hole(u64),
}

impl Drive {
    /// Reads at `offset`; fewer bytes than asked for only at the end.
    ///
    /// # Errors
    /// [`DriveError`] of the disk, or of [`crate::Remote::read_at`].
    pub fn read(
        &self,
        handle: u64,
        offset: u64,
        into: &mut [u8],
        interrupt: &Interrupt,
    ) -> Result<usize, DriveError> {
        let open = self.handles.get(handle)?;
        match &open.source {
            Source::Elsewhere { remote, .. } => remote.read_at(offset, into, interrupt),
            Source::Edited(edit) => edit.read_at(offset, into, interrupt),
            Source::Body(file) => {
                let mut filled = 0;
                while filled < into.len() {
                    match rustix::io::pread(file, &mut into[filled..], offset + filled as u64) {
                        Ok(0) => break,
                        Ok(count) => filled += count,
                        Err(rustix::io::Errno::INTR) => {}
                        Err(error) => return Err(error.into()),
                    }
                }
                Ok(filled)
            }
        }
    }

    /// Hands `what` the descriptor of an open file in the body; nothing if it is elsewhere.
    pub fn with_file<R>(&self, handle: u64, what: impl FnOnce(BorrowedFd<'_>) -> R) -> Option<R> {
        let open = self.handles.get(handle).ok()?;
        Some(what(open.body().ok()?))
    }

    /// Whether reads of a handle may have to wait for another device.
    #[must_use]
    pub fn reads_elsewhere(&self, handle: u64) -> bool {
        self.handles.get(handle).is_ok_and(|open| open.body().is_err())
    }

    /// Writes all of `bytes` at `offset`. With `drops_set_id`, the set-id bits go, as they do where a user who
    /// is not root writes.
    ///
    /// # Errors
    /// [`DriveError`] of the disk.
    pub fn write(
        &self,
        handle: u64,
        offset: u64,
        bytes: &[u8],
        drops_set_id: bool,
    ) -> Result<(), DriveError> {
        let open = self.handles.get(handle)?;
        if let Some(edit) = open.edit().filter(|_| open.writes) {
            edit.write_at(offset, bytes)?;
            if edit.file().is_some() {
                self.see_placed(open.number);
            }
            return Ok(());
        }
        let file = open.body().map_err(|_| DriveError::NotOpened)?;
        let mut done = 0;
        while done < bytes.len() {
            match rustix::io::pwrite(file, &bytes[done..], offset + done as u64) {
                Ok(count) => done += count,
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        if drops_set_id {
            drop_set_id(&open)?;
        }
        Ok(())
    }

    /// Returns when what was written would survive a power loss.
    ///
    /// # Errors
    /// [`DriveError`] of the disk.
    pub fn sync(&self, handle: u64, bytes_only: bool) -> Result<(), DriveError> {
        let open = self.handles.get(handle)?;
        if let Some(edit) = open.edit() {
            return edit.sync();
        }
        let Ok(file) = open.body() else { return Ok(()) };
        let synced = if bytes_only { rustix::fs::fdatasync(file) } else { rustix::fs::fsync(file) };
        Ok(synced?)
    }

    /// Makes, takes or gives back room: the flags of `fallocate(2)`.
    ///
    /// # Errors
    /// [`DriveError`] of the disk.
    pub fn allocate(
        &self,
        handle: u64,
        flags: u32,
        offset: u64,
        length: u64,
    ) -> Result<(), DriveError> {
        let open = self.handles.get(handle)?;
        let file = match open.body() {
            Err(_) if open.edit().is_none() => return Err(DriveError::NotOpened),
            file => file?,
        };
        let flags = FallocateFlags::from_bits(flags).ok_or(DriveError::Unsupported)?;
        Ok(rustix::fs::fallocate(file, flags, offset, length)?)
    }

    /// Where the next bytes or the next hole are.
    ///
    /// # Errors
    /// As `lseek(2)`: no such number of the system's when there is none.
    pub fn seek(&self, handle: u64, to: Seek) -> Result<u64, DriveError> {
        let open = self.handles.get(handle)?;
        if let Ok(file) = open.body() {
            let to = match to {
                Seek::Bytes(offset) => SeekFrom::Data(offset),
                Seek::Hole(offset) => SeekFrom::Hole(offset),
            };
            return Ok(rustix::fs::seek(file, to)?);
        }
        let size = open.stamp_now().map_or(0, |stamp| stamp.size);
        match to {
            Seek::Bytes(offset) | Seek::Hole(offset) if offset >= size => {
                Err(rustix::io::Errno::NXIO.into())
            }
            Seek::Bytes(offset) => Ok(offset),
            Seek::Hole(_) => Ok(size),
        }
    }

    /// Whether somebody has the file of `handle` open to write it.
    #[must_use]
    pub fn is_written(&self, number: u64) -> bool {
        self.nodes().get(number).is_ok_and(|node| node.writers() > 0)
    }

    /// Copies between two open files without the bytes passing through the program.
    ///
    /// # Errors
    /// [`DriveError::Unsupported`] if one of them is elsewhere: the program copies itself then.
    pub fn copy(
        &self,
        from: (u64, u64),
        to: (u64, u64),
        length: usize,
    ) -> Result<usize, DriveError> {
        let (source, target) = (self.handles.get(from.0)?, self.handles.get(to.0)?);
        let (mut read_at, mut write_at) = (from.1, to.1);
        Ok(rustix::fs::copy_file_range(
            source.body()?,
            Some(&mut read_at),
            target.body()?,
            Some(&mut write_at),
            length,
        )?)
    }
}

/// What a system does where somebody who is not root writes: the set-id bits go.
fn drop_set_id(open: &Open) -> Result<(), DriveError> {
    let file = open.body()?;
    let mode = rustix::fs::fstat(file)?.st_mode;
    let dropped = without_set_id(mode);
    if dropped != mode {
        rustix::fs::fchmod(file, rustix::fs::Mode::from_raw_mode(dropped & 0o7777))?;
    }
    Ok(())
}

pub(crate) fn without_set_id(mode: u32) -> u32 {
    let mode = mode & !SET_USER;
    if mode & GROUP_EXECUTE == 0 { mode } else { mode & !SET_GROUP }
}
