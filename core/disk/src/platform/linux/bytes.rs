//! Bytes of open files: copies that the file system can share, holes, attributes.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use model::WallTime;
use rustix::fs::{self, FallocateFlags, Mode, SeekFrom, Timespec, Timestamps};
use rustix::io::Errno;

use super::errno::is_unsupported;

/// The unit in which files are cached, and mostly stored.
const PAGE: u64 = 4096;
/// Bytes that are copied at a time: they stay in the processor's cache.
const COPY_BUFFER: usize = 128 * 1024;

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

/// Copies `length` bytes, sharing them where the file system can. Ends early, with the number of bytes
/// copied, where `from` ends.
///
/// Whole pages that keep their place in a page are copied within the kernel; the rest goes through a
/// small buffer, which is quicker than letting the kernel split every page.
pub(crate) fn copy_range(
    (from, start): (&File, u64),
    (to, at): (&File, u64),
    length: u64,
) -> io::Result<u64> {
    if start % PAGE != at % PAGE {
        return copy_plainly((from, start), (to, at), length);
    }
    let head = (start.next_multiple_of(PAGE) - start).min(length);
    let middle = (length - head) / PAGE * PAGE;
    let mut copied = copy_plainly((from, start), (to, at), head)?;
    if copied == head {
        copied += copy_pages((from, start + head), (to, at + head), middle)?;
    }
    if copied == head + middle {
        copied += copy_plainly((from, start + copied), (to, at + copied), length - copied)?;
    }
    Ok(copied)
}

fn copy_pages((from, start): (&File, u64), (to, at): (&File, u64), length: u64) -> io::Result<u64> {
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
    let mut buffer = vec![0; length.min(COPY_BUFFER as u64) as usize];
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
            Err(error) if is_unsupported(&error.into()) => {
                return Ok(std::iter::once(0..size).collect());
            }
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

/// Sets permission bits, never more than `0o777`.
pub(crate) fn set_mode(file: &File, mode: u16) -> io::Result<()> {
    Ok(fs::fchmod(file, Mode::from(u32::from(mode & 0o777)))?)
}

/// Sets the time of the last change.
pub(crate) fn set_time(file: &File, mtime: WallTime) -> io::Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noise;

    #[test]
    fn any_range_is_copied_to_any_place() {
        let bytes = noise(1, 600_000);
        let (from, to) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        from.write_all_at(&bytes, 0).unwrap();
        for (start, at, length) in [
            (0, 0, 600_000),
            (1, 4097, 500_000),
            (5, 5, 3),
            (4000, 8096, 200_000),
            (77, 300, 400_000),
            (4096, 0, 4096),
            (9, 9, 0),
        ] {
            assert_eq!(copy_range((&from, start), (&to, at), length).unwrap(), length);
            let mut copy = vec![0; length as usize];
            to.read_exact_at(&mut copy, at).unwrap();
            assert!(copy == bytes[start as usize..][..length as usize], "{start} {at} {length}");
        }
        assert_eq!(copy_range((&from, 599_000), (&to, 0), 5000).unwrap(), 1000);
        assert_eq!(copy_range((&from, 500_000), (&to, 500_000), 200_000).unwrap(), 100_000);
    }
}
