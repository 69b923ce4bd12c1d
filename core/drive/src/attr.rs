//! What a program is told about a file: the drive's own form of `stat`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::WallTime;
use rustix::fs::{FileType, Stat};

/// Bytes in a block of `st_blocks`.
const BLOCK: u64 = 512;
/// What programs are advised to read at once.
const BLOCK_SIZE: u32 = 4096;
/// The bits of a mode that `chmod` sets.
pub(crate) const MODE_BITS: u32 = 0o7777;
pub(crate) const SET_USER: u32 = 0o4000;
pub(crate) const SET_GROUP: u32 = 0o2000;
pub(crate) const GROUP_EXECUTE: u32 = 0o010;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A character device.
    CharDevice,
    /// A block device.
    BlockDevice,
}

impl Kind {
    pub(crate) fn of(file_type: FileType) -> Self {
        match file_type {
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Symlink,
            FileType::Fifo => Self::Fifo,
            FileType::Socket => Self::Socket,
            FileType::CharacterDevice => Self::CharDevice,
            FileType::BlockDevice => Self::BlockDevice,
            FileType::RegularFile | FileType::Unknown => Self::File,
        }
    }
}

/// The facts about one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attr {
    /// Its number in the drive.
    pub number: u64,
    /// What it is.
    pub kind: Kind,
    /// Bytes.
    pub size: u64,
    /// Blocks of 512 bytes.
    pub blocks: u64,
    /// Last read.
    pub atime: SystemTime,
    /// Last change of the bytes.
    pub mtime: SystemTime,
    /// Last change of anything.
    pub ctime: SystemTime,
    /// Permission bits, with those for set-id and sticky.
    pub mode: u16,
    /// Names.
    pub links: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Number of a device file.
    pub device: u32,
    /// Advice on how much to read at once.
    pub block_size: u32,
}

impl Attr {
    /// Of something that stands in a body.
    pub(crate) fn of_body(number: u64, stat: &Stat) -> Self {
        Self {
            number,
            kind: Kind::of(FileType::from_raw_mode(stat.st_mode)),
            size: u64::try_from(stat.st_size).unwrap_or(0),
            blocks: u64::try_from(stat.st_blocks).unwrap_or(0),
            atime: moment(stat.st_atime, stat.st_atime_nsec),
            mtime: moment(stat.st_mtime, stat.st_mtime_nsec),
            ctime: moment(stat.st_ctime, stat.st_ctime_nsec),
            mode: (stat.st_mode & MODE_BITS) as u16,
            links: u32::try_from(stat.st_nlink).unwrap_or(u32::MAX),
            uid: stat.st_uid,
            gid: stat.st_gid,
            device: u32::try_from(stat.st_rdev).unwrap_or(0),
            block_size: BLOCK_SIZE,
        }
    }

    /// Of a file whose bytes are elsewhere. It takes as many blocks as it will have: programs take a file with
    /// fewer for one with holes.
    pub(crate) fn of_elsewhere(number: u64, size: u64, mode: u16, mtime: WallTime) -> Self {
        let mtime = moment_of(mtime);
        Self {
            number,
            kind: Kind::File,
            size,
            blocks: size.div_ceil(BLOCK),
            atime: mtime,
            mtime,
            ctime: mtime,
            mode: mode & 0o777,
            links: 1,
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
            device: 0,
            block_size: BLOCK_SIZE,
        }
    }

    /// Of the directory of all folders.
    pub(crate) fn of_home(number: u64, folders: usize, since: SystemTime) -> Self {
        Self {
            number,
            kind: Kind::Directory,
            size: 0,
            blocks: 0,
            atime: since,
            mtime: since,
            ctime: since,
            mode: 0o555,
            links: u32::try_from(folders).unwrap_or(u32::MAX).saturating_add(2),
            uid: rustix::process::geteuid().as_raw(),
            gid: rustix::process::getegid().as_raw(),
            device: 0,
            block_size: BLOCK_SIZE,
        }
    }
}

/// Bytes and modification time: what tells that somebody else has changed a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) size: u64,
    pub(crate) mtime: WallTime,
}

impl Stamp {
    pub(crate) fn of(stat: &Stat) -> Self {
        let nanos = stat.st_mtime.saturating_mul(1_000_000_000);
        let mtime = WallTime(nanos.saturating_add(i64::try_from(stat.st_mtime_nsec).unwrap_or(0)));
        Self { size: u64::try_from(stat.st_size).unwrap_or(0), mtime }
    }
}

fn moment(seconds: i64, nanos: impl TryInto<u32>) -> SystemTime {
    let nanos = Duration::from_nanos(u64::from(nanos.try_into().unwrap_or(0)));
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let base =
        if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
    base.and_then(|base| base.checked_add(nanos)).unwrap_or(UNIX_EPOCH)
}

pub(crate) fn wall_of(time: SystemTime) -> WallTime {
    let nanos = |span: Duration| i64::try_from(span.as_nanos()).unwrap_or(i64::MAX);
    WallTime(match time.duration_since(UNIX_EPOCH) {
        Ok(since) => nanos(since),
        Err(before) => -nanos(before.duration()),
    })
}

pub(crate) fn moment_of(time: WallTime) -> SystemTime {
    moment(time.0.div_euclid(1_000_000_000), time.0.rem_euclid(1_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_1970_are_told_as_they_are() {
        let half = Duration::from_millis(500);
        assert_eq!(moment_of(WallTime(-500_000_000)), UNIX_EPOCH - half);
        assert_eq!(moment_of(WallTime(1_500_000_000)), UNIX_EPOCH + Duration::from_secs(1) + half);
        for time in [WallTime(-500_000_001), WallTime(0), WallTime(1_500_000_000)] {
            assert_eq!(wall_of(moment_of(time)), time);
        }
    }
}
