//! Between the drive's words and those of `fuser`.

use std::time::SystemTime;

use fuser::{Errno, FileAttr, FileType, FopenFlags, INodeNo, OpenFlags, Request, TimeOrNow};
use rustix::fs::OFlags;

use crate::attr::{Attr, Kind};
use crate::change::When;
use crate::drive::Caller;
use crate::open::{How, Opened};
use crate::{DriveError, errno};

/// What the kernel adds to the flags of an open when the file is to be run.
const RUN: u32 = 0x20;

pub(super) fn error(error: &DriveError) -> Errno {
    match error {
        DriveError::Index(_) | DriveError::Unreachable => {
            tracing::warn!("a call on the drive failed: {error}");
        }
        DriveError::Missing
        | DriveError::Exists
        | DriveError::NotDirectory
        | DriveError::IsDirectory
        | DriveError::NotEmpty
        | DriveError::OtherFolder
        | DriveError::Own
        | DriveError::NameTooLong
        | DriveError::Invalid
        | DriveError::Unsupported
        | DriveError::NotOpened
        | DriveError::Stale
        | DriveError::Spared
        | DriveError::Interrupted
        | DriveError::NoRoom
        | DriveError::Busy
        | DriveError::System(_) => tracing::trace!("a call on the drive failed: {error}"),
    }
    Errno::from_i32(errno::of(error))
}

pub(super) fn caller(request: &Request) -> Caller {
    Caller { uid: request.uid(), gid: request.gid(), process: request.pid() }
}

pub(super) fn kind(kind: Kind) -> FileType {
    match kind {
        Kind::File => FileType::RegularFile,
        Kind::Directory => FileType::Directory,
        Kind::Symlink => FileType::Symlink,
        Kind::Fifo => FileType::NamedPipe,
        Kind::Socket => FileType::Socket,
        Kind::CharDevice => FileType::CharDevice,
        Kind::BlockDevice => FileType::BlockDevice,
    }
}

pub(super) fn attr(attr: &Attr) -> FileAttr {
    FileAttr {
        ino: INodeNo(attr.number),
        size: attr.size,
        blocks: attr.blocks,
        atime: attr.atime,
        mtime: attr.mtime,
        ctime: attr.ctime,
        crtime: SystemTime::UNIX_EPOCH,
        kind: kind(attr.kind),
        perm: attr.mode,
        nlink: attr.links,
        uid: attr.uid,
        gid: attr.gid,
        rdev: attr.device,
        blksize: attr.block_size,
        flags: 0,
    }
}

pub(super) fn when(time: TimeOrNow) -> When {
    match time {
        TimeOrNow::SpecificTime(time) => When::At(time),
        TimeOrNow::Now => When::Now,
    }
}

pub(super) fn how(flags: OpenFlags, kernel_pages: bool) -> How {
    let flags = OFlags::from_bits_retain(flags.0.cast_unsigned());
    let access = flags & OFlags::RWMODE;
    How {
        reads: access != OFlags::WRONLY,
        writes: access != OFlags::RDONLY,
        appends: flags.contains(OFlags::APPEND),
        truncates: flags.contains(OFlags::TRUNC),
        executes: flags.bits() & RUN != 0,
        kernel_pages,
    }
}

pub(super) fn opened(how: How, opened: &Opened) -> FopenFlags {
    if opened.write_only {
        return FopenFlags::FOPEN_DIRECT_IO;
    }
    let mut flags = FopenFlags::empty();
    if opened.unchanged {
        flags |= FopenFlags::FOPEN_KEEP_CACHE;
    }
    if !how.writes {
        flags |= FopenFlags::FOPEN_NOFLUSH;
    }
    flags
}
