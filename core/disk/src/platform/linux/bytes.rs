//! Bytes of open files: copies that the file system can share, holes, attributes.

use std::fs::File;
use std::io;
use std::ops::Range;

use model::WallTime;
use rustix::fs::{self, FallocateFlags, Mode, SeekFrom, Timespec, Timestamps};
use rustix::io::Errno;

use super::errno::is_unsupported;

/// A run of a file that is no hole.
pub(crate) type Extent = Range<u64>;

/// Makes `to` share all bytes of `from`; false if the file system can't.
pub(crate) fn reflink(from: &File, to: &File) -> io::Result<bool> {
    match fs::ioctl_ficlone(to, from).map_err(io::Error::from) {
        Ok(()) => Ok(true),
        Err(error) if is_unsupported(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Copies `length` bytes within the kernel, sharing them where the file system can. Ends early, with
/// the number of bytes copied, where `from` ends.
pub(crate) fn copy_range(
    (from, start): (&File, u64),
    (to, at): (&File, u64),
    length: u64,
) -> io::Result<u64> {
    let mut copied = 0;
    while copied < length {
        let (mut read_at, mut write_at) = (start + copied, at + copied);
        let rest = usize::try_from(length - copied).unwrap_or(usize::MAX);
        match fs::copy_file_range(from, Some(&mut read_at), to, Some(&mut write_at), rest) {
            Ok(0) => break,
            Ok(count) => copied += count as u64,
            Err(Errno::INTR) => {}
            Err(error) if is_unsupported(&error.into()) => {
                return copy_plainly((from, start + copied), (to, at + copied), length - copied)
                    .map(|count| copied + count);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(copied)
}

fn copy_plainly(
    (from, start): (&File, u64),
    (to, at): (&File, u64),
    length: u64,
) -> io::Result<u64> {
    use std::os::unix::fs::FileExt;
    let mut buffer = vec![0; 256 * 1024];
    let mut copied = 0;
    while copied < length {
        let room = usize::try_from(length - copied).unwrap_or(usize::MAX).min(buffer.len());
        match from.read_at(&mut buffer[..room], start + copied) {
            Ok(0) => break,
            Ok(count) => {
                to.write_all_at(&buffer[..count], at + copied)?;
                copied += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(copied)
}

/// The runs of `file` that are no holes, in order; one for the whole if the file system can't tell.
pub(crate) fn data_extents(file: &File, size: u64) -> io::Result<Vec<Extent>> {
    let mut extents = Vec::new();
    let mut at = 0;
    while at < size {
        let start = match fs::seek(file, SeekFrom::Data(at)) {
            Ok(start) => start.min(size),
            Err(Errno::NXIO) => break,
            Err(error) if is_unsupported(&error.into()) => return Ok(std::iter::once(0..size).collect()),
            Err(error) => return Err(error.into()),
        };
        let end = fs::seek(file, SeekFrom::Hole(start))?.min(size);
        if start < end {
            extents.push(start..end);
        }
        at = end.max(start + 1);
    }
    Ok(extents)
}

/// Makes the range of `file` a hole; false if the file system can't.
pub(crate) fn punch_hole(file: &File, range: &Extent) -> io::Result<bool> {
    let mode = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    let length = range.end - range.start;
    match fs::fallocate(file, mode, range.start, length).map_err(io::Error::from) {
        Ok(()) => Ok(true),
        Err(error) if is_unsupported(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Sets permission bits (never more than `0o777`) and, if given, the time of the last change.
pub(crate) fn set_attributes(file: &File, mode: u16, mtime: Option<WallTime>) -> io::Result<()> {
    fs::fchmod(file, Mode::from(u32::from(mode & 0o777)))?;
    let Some(mtime) = mtime else { return Ok(()) };
    let omit = Timespec { tv_sec: 0, tv_nsec: fs::UTIME_OMIT };
    let time = Timespec { tv_sec: mtime.seconds(), tv_nsec: mtime.0.rem_euclid(1_000_000_000) };
    Ok(fs::futimens(file, &Timestamps { last_access: omit, last_modification: time })?)
}

/// Locks `file` for this handle and its copies; false if another holds it.
pub(crate) fn lock(file: &File) -> io::Result<bool> {
    match fs::flock(file, fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
