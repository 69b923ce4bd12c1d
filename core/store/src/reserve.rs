//! Room on the disk that is kept for the databases.
//!
//! A file that holds nothing but blocks. When the disk is full it is deleted, so that what is known
//! can still be committed; when there is room again it is made anew. Being without it is no error.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Bytes kept on an ordinary disk: more than the log of an index holds before it is written back, and
/// no more than a fraction of what the index of a large folder takes itself.
const RESERVE_MAX: u64 = 6 << 20;
/// Bytes kept on the smallest disk.
const RESERVE_MIN: u64 = 512 << 10;
/// The part of a small disk that is kept.
const PART_OF_DISK: u64 = 64;
/// The reserve is made only where this many times its size is free.
const FREE_TIMES: u64 = 4;

/// The reserve of one data directory.
#[derive(Debug)]
pub struct Reserve {
    file: PathBuf,
}

impl Reserve {
    /// The reserve in `file`, made if there is room for it.
    ///
    /// # Errors
    /// The file can't be looked at.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let reserve = Self { file: file.to_owned() };
        reserve.restore()?;
        Ok(reserve)
    }

    /// Whether the room is kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.file.exists()
    }

    /// Gives the room to the databases; whether there was any.
    ///
    /// # Errors
    /// The file can't be deleted.
    pub fn release(&self) -> Result<bool, StoreError> {
        match std::fs::remove_file(&self.file) {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(false),
            Err(source) => {
                let activity = "giving up the reserve";
                Err(StoreError::File { activity, path: self.file.clone(), source })
            }
        }
    }

    /// Keeps room again, if the disk has enough; whether it is kept afterwards.
    ///
    /// # Errors
    /// The disk can't be asked, or fails otherwise than by being full.
    pub fn restore(&self) -> Result<bool, StoreError> {
        const ACTIVITY: &str = "making the reserve";
        if self.is_kept() {
            return Ok(true);
        }
        let above = self.file.parent().unwrap_or(Path::new("."));
        let (total, free) = room(above).map_err(StoreError::file(ACTIVITY, above))?;
        let bytes = (total / PART_OF_DISK).clamp(RESERVE_MIN, RESERVE_MAX);
        if free / FREE_TIMES < bytes {
            return Ok(false);
        }
        let temporary = self.file.with_extension("new");
        match allocate(&temporary, bytes).and_then(|()| std::fs::rename(&temporary, &self.file)) {
            Ok(()) => Ok(true),
            Err(source) => {
                // Half a reserve is of no use; if even this fails, the next attempt overwrites it.
                drop(std::fs::remove_file(&temporary));
                if matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
                    return Ok(false);
                }
                Err(StoreError::File { activity: ACTIVITY, path: self.file.clone(), source })
            }
        }
    }
}

/// Bytes of the disk, and free ones of these for this user.
#[cfg(unix)]
fn room(directory: &Path) -> std::io::Result<(u64, u64)> {
    let disk = rustix::fs::statvfs(directory)?;
    Ok((disk.f_blocks.saturating_mul(disk.f_frsize), disk.f_bavail.saturating_mul(disk.f_frsize)))
}

#[cfg(not(unix))]
fn room(_: &Path) -> std::io::Result<(u64, u64)> {
    Ok((u64::MAX, u64::MAX))
}

fn allocate(file: &Path, bytes: u64) -> std::io::Result<()> {
    let opened = OpenOptions::new().write(true).create(true).truncate(true).open(file)?;
    take_blocks(&opened, bytes)?;
    opened.sync_all()
}

#[cfg(target_os = "linux")]
fn take_blocks(file: &File, bytes: u64) -> std::io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    match fallocate(file, FallocateFlags::empty(), 0, bytes) {
        Err(rustix::io::Errno::OPNOTSUPP) => write_blocks(file, bytes),
        taken => Ok(taken?),
    }
}

#[cfg(not(target_os = "linux"))]
fn take_blocks(file: &File, bytes: u64) -> std::io::Result<()> {
    write_blocks(file, bytes)
}

/// Not zeros: some file systems store these as holes.
fn write_blocks(mut file: &File, bytes: u64) -> std::io::Result<()> {
    let block: Vec<u8> =
        (0..1u32 << 16).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut left = bytes;
    while left > 0 {
        let part = left.min(block.len() as u64);
        std::io::Write::write_all(&mut file, &block[..part as usize])?;
        left -= part;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_made_given_up_and_made_again() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("reserve");
        let reserve = Reserve::open(&file).unwrap();
        assert!(reserve.is_kept(), "there is too little room for the tests");
        let bytes = std::fs::metadata(&file).unwrap().len();
        assert!((RESERVE_MIN..=RESERVE_MAX).contains(&bytes));
        assert!(reserve.release().unwrap());
        assert!(!reserve.release().unwrap());
        assert!(!reserve.is_kept());
        assert!(reserve.restore().unwrap());
    }

    #[test]
    fn blocks_can_be_taken_by_writing() {
        let directory = tempfile::tempdir().unwrap();
        let file = File::create(directory.path().join("blocks")).unwrap();
        write_blocks(&file, 100_001).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 100_001);
    }
}
