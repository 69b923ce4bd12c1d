//! Files by name in an open directory.
//!
//! Invariant: no name leads out of the directory it is looked up in. Single names are never followed
//! if they are links; longer paths are resolved by `openat2` with `RESOLVE_BENEATH` and
//! `RESOLVE_NO_SYMLINKS`, so a link put in place of a parent directory ends in an error.

use std::ffi::{CStr, OsStr};
use std::fs::File;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use engine::observation::Stat;
use model::WallTime;
use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, RawDir, RenameFlags, ResolveFlags};
use rustix::io::Errno;

use crate::space::Space;

/// Permission bits of the service's own files.
pub(crate) const MODE_PRIVATE: u16 = 0o600;
/// Tries after a rename elsewhere disturbed the resolution of a path.
const RESOLVE_TRIES_MAX: usize = 16;
/// Bytes of directory entries read at a time.
const LIST_BUFFER: usize = 64 * 1024;

const BELOW: ResolveFlags =
    ResolveFlags::BENEATH.union(ResolveFlags::NO_SYMLINKS).union(ResolveFlags::NO_MAGICLINKS);
const NAMED: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC);
const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// What something on disk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device, pipe or socket.
    Other,
}

/// What is known of something on disk without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its fingerprint.
    pub(crate) stat: Stat,
    /// The volume it lies on.
    pub(crate) volume: u64,
    /// Names it has.
    pub(crate) links: u64,
}

/// A name in a directory, as the directory tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The name; it may be no UTF-8.
    pub(crate) name: Vec<u8>,
    /// What it is, if the file system says so.
    pub(crate) kind: Option<Kind>,
}

/// An open directory.
#[derive(Debug)]
pub(crate) struct Dir(OwnedFd);

impl AsFd for Dir {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Dir {
    /// The directory at a path of the system, links followed: the root of a folder.
    pub(crate) fn open_root(path: &Path) -> io::Result<Self> {
        Ok(Self(fs::open(path, DIRECTORY, Mode::empty())?))
    }

    /// The directory at `path` below this one.
    pub(crate) fn open_below(&self, path: &str) -> io::Result<Self> {
        self.resolve(path, DIRECTORY).map(Self)
    }

    /// Another handle of the same directory.
    pub(crate) fn again(&self) -> io::Result<Self> {
        Ok(Self(self.0.try_clone()?))
    }

    /// The directory `name` in this one.
    pub(crate) fn open_child(&self, name: &str) -> io::Result<Self> {
        Ok(Self(fs::openat(&self.0, name, DIRECTORY | OFlags::NOFOLLOW, Mode::empty())?))
    }

    /// The file `name`, to read; without waiting if it turns out to be a pipe. The time of the last
    /// access stays what it was where that is allowed: it is the user's, and noting it for each file
    /// of a scan would be a write for each.
    pub(crate) fn open_file(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK;
        match fs::openat(&self.0, name, flags | OFlags::NOATIME | NAMED, Mode::empty()) {
            // Only the owner of a file may ask for it.
            Err(Errno::PERM) => self.open_flags(name, flags),
            result => Ok(File::from(result?)),
        }
    }

    /// The file `name`, to read and write.
    pub(crate) fn open_file_to_write(&self, name: &str) -> io::Result<File> {
        self.open_flags(name, OFlags::RDWR | OFlags::NONBLOCK)
    }

    /// A new file `name`; it must not exist. Of the permission bits some may be missing, as the user
    /// has set for new files.
    pub(crate) fn create_file(&self, name: &str, mode: u16) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | NAMED;
        let mode = Mode::from(u32::from(mode & 0o777));
        Ok(File::from(fs::openat(&self.0, name, flags, mode)?))
    }

    fn open_flags(&self, name: &str, flags: OFlags) -> io::Result<File> {
        Ok(File::from(fs::openat(&self.0, name, flags | NAMED, Mode::empty())?))
    }

    fn resolve(&self, path: &str, flags: OFlags) -> io::Result<OwnedFd> {
        for _ in 0..RESOLVE_TRIES_MAX {
            match fs::openat2(&self.0, path, flags, Mode::empty(), BELOW) {
                Err(Errno::AGAIN | Errno::INTR) => {}
                result => return Ok(result?),
            }
        }
        Err(Errno::AGAIN.into())
    }

    /// What stands at `name`, or nothing.
    pub(crate) fn facts(&self, name: &str) -> io::Result<Option<Facts>> {
        match fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(facts_from(&stat))),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What this directory itself is.
    pub(crate) fn own_facts(&self) -> io::Result<Facts> {
        facts_of(&self.0)
    }

    /// When the file at `name` was made, if the file system keeps that.
    pub(crate) fn born(&self, name: &str) -> io::Result<Option<WallTime>> {
        let mask = fs::StatxFlags::BTIME;
        let statx = fs::statx(&self.0, name, AtFlags::SYMLINK_NOFOLLOW, mask)?;
        let known = fs::StatxFlags::from_bits_retain(statx.stx_mask).contains(mask);
        Ok(known.then(|| wall(statx.stx_btime.tv_sec, i64::from(statx.stx_btime.tv_nsec))))
    }

    /// The names in this directory, in no order, without `.` and `..`.
    pub(crate) fn list(&self, each: &mut dyn FnMut(Listed)) -> io::Result<()> {
        // A handle of its own, so that two listings don't share a position.
        let own = self.resolve(".", DIRECTORY)?;
        let mut buffer = Vec::with_capacity(LIST_BUFFER);
        let buffer: &mut [MaybeUninit<u8>] = buffer.spare_capacity_mut();
        let mut entries = RawDir::new(own, buffer);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                let file_type = entry.file_type();
                let kind = (file_type != FileType::Unknown).then(|| kind_of(file_type));
                each(Listed { name: name.to_vec(), kind });
            }
        }
        Ok(())
    }

    /// The text of the link `name`; `None` if it is no UTF-8.
    pub(crate) fn read_link(&self, name: &str) -> io::Result<Option<String>> {
        let target = fs::readlinkat(&self.0, name, Vec::new())?;
        Ok(CStr::to_str(&target).ok().map(str::to_owned))
    }

    /// Makes the link `name` with the text `target`.
    pub(crate) fn make_link(&self, name: &str, target: &str) -> io::Result<()> {
        Ok(fs::symlinkat(target, &self.0, name)?)
    }

    /// Makes the directory `name`.
    pub(crate) fn make_dir(&self, name: &str, mode: u16) -> io::Result<()> {
        Ok(fs::mkdirat(&self.0, name, Mode::from(u32::from(mode)))?)
    }

    /// Renames `name` to `other` in `to`, replacing what is there: for the service's own files only.
    pub(crate) fn rename_over(&self, name: &str, to: &Self, other: &str) -> io::Result<()> {
        Ok(fs::renameat(&self.0, name, &to.0, other)?)
    }

    /// Renames `name` to `other` in `to`, where nothing may stand.
    pub(crate) fn rename_new(&self, name: &str, to: &Self, other: &str) -> io::Result<()> {
        Ok(fs::renameat_with(&self.0, name, &to.0, other, RenameFlags::NOREPLACE)?)
    }

    /// Swaps `name` with `other` in `to`; both must exist.
    pub(crate) fn exchange(&self, name: &str, to: &Self, other: &str) -> io::Result<()> {
        Ok(fs::renameat_with(&self.0, name, &to.0, other, RenameFlags::EXCHANGE)?)
    }

    /// Gives the file `name` the second name `other` in `to`, where nothing may stand.
    pub(crate) fn link_new(&self, name: &str, to: &Self, other: &str) -> io::Result<()> {
        Ok(fs::linkat(&self.0, name, &to.0, other, AtFlags::empty())?)
    }

    /// Removes the file or link `name`.
    pub(crate) fn remove_file(&self, name: &str) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Removes the empty directory `name`.
    pub(crate) fn remove_dir(&self, name: &str) -> io::Result<()> {
        Ok(fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }

    /// Makes the names in this directory durable.
    pub(crate) fn sync(&self) -> io::Result<()> {
        Ok(fs::fsync(&self.0)?)
    }

    /// Makes everything on the volume durable.
    pub(crate) fn sync_volume(&self) -> io::Result<()> {
        Ok(fs::syncfs(&self.0)?)
    }

    /// Sets the permission bits of this directory.
    pub(crate) fn set_mode(&self, mode: u16) -> io::Result<()> {
        Ok(fs::fchmod(&self.0, Mode::from(u32::from(mode)))?)
    }

    /// The room on this directory's volume.
    pub(crate) fn space(&self) -> io::Result<Space> {
        let volume = fs::fstatvfs(&self.0)?;
        Ok(Space {
            total: volume.f_blocks.saturating_mul(volume.f_frsize),
            free: volume.f_bavail.saturating_mul(volume.f_frsize),
        })
    }

    /// Whether another computer or program may change files here without the kernel knowing.
    pub(crate) fn is_remote(&self) -> io::Result<bool> {
        // NFS, SMB 1, SMB 2, CIFS, 9P, FUSE, Ceph, AFS: the numbers of statfs(2).
        const REMOTE: [u32; 8] = [
            0x6969,
            0x517b,
            0xfe53_4d42,
            0xff53_4d42,
            0x0102_1997,
            0x6573_5546,
            0x00c3_6400,
            0x5346_414f,
        ];
        Ok(REMOTE.contains(&(fs::fstatfs(&self.0)?.f_type as u32)))
    }
}

/// The facts of an open file.
pub(crate) fn facts_of(file: impl AsFd) -> io::Result<Facts> {
    Ok(facts_from(&fs::fstat(file)?))
}

fn kind_of(file_type: FileType) -> Kind {
    match file_type {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Symlink,
        FileType::Fifo
        | FileType::Socket
        | FileType::CharacterDevice
        | FileType::BlockDevice
        | FileType::Unknown => Kind::Other,
    }
}

fn facts_from(stat: &fs::Stat) -> Facts {
    let kind = kind_of(FileType::from_raw_mode(stat.st_mode));
    Facts {
        kind,
        stat: Stat {
            size: if kind == Kind::File { stat.st_size as u64 } else { 0 },
            mtime: wall(stat.st_mtime, stat.st_mtime_nsec as i64),
            ctime: wall(stat.st_ctime, stat.st_ctime_nsec as i64),
            inode: stat.st_ino,
            mode: (stat.st_mode & 0o777) as u16,
        },
        volume: stat.st_dev,
        #[allow(clippy::useless_conversion, reason = "not useless on every processor")]
        links: u64::from(stat.st_nlink),
    }
}

fn wall(seconds: i64, nanos: i64) -> WallTime {
    WallTime(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))
}

impl Listed {
    /// The name as text, if it is UTF-8.
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.name).ok()
    }

    /// The name with what is no UTF-8 replaced.
    pub(crate) fn lossy(&self) -> String {
        OsStr::from_bytes(&self.name).to_string_lossy().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use rustix::fs::{Timespec, Timestamps, futimens};

    use super::*;

    #[test]
    fn reading_a_file_leaves_the_time_of_the_last_access() {
        let folder = tempfile::tempdir().unwrap();
        let dir = Dir::open_root(folder.path()).unwrap();
        let made = dir.create_file("file", 0o600).unwrap();
        let at = |tv_sec| Timespec { tv_sec, tv_nsec: 0 };
        // Older than the last change: the case in which reading is noted on ordinary volumes.
        let times = Timestamps { last_access: at(1_000), last_modification: at(2_000) };
        futimens(&made, &times).unwrap();
        drop(made);
        dir.open_file("file").unwrap().read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(fs::statat(&dir, "file", AtFlags::empty()).unwrap().st_atime, 1_000);
    }
}
