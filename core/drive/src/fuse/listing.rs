//! Listings in the kernel's form: as many lines as fit, and where to go on.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use fuser::{FileType, Generation, INodeNo, ReplyDirectory, ReplyDirectoryPlus};

use super::translate;
use crate::DriveError;
use crate::drive::Drive;

/// `.` and `..` come first.
const DOTS: u64 = 2;

pub(super) fn fill(
    drive: &Drive,
    (number, handle): (u64, u64),
    offset: u64,
    reply: &mut ReplyDirectory,
) -> Result<(), DriveError> {
    let lines = drive.lines(handle, offset == 0)?;
    for (at, name, target) in dots(drive, number).skip(skipped(offset)) {
        if reply.add(INodeNo(target), at, FileType::Directory, name) {
            return Ok(());
        }
    }
    let first = usize::try_from(offset.saturating_sub(DOTS)).unwrap_or(usize::MAX);
    for (index, line) in lines.iter().enumerate().skip(first) {
        let name = OsStr::from_bytes(&line.name);
        let next = index as u64 + DOTS + 1;
        if reply.add(INodeNo(line.number), next, translate::kind(line.kind), name) {
            break;
        }
    }
    Ok(())
}

pub(super) fn fill_plus(
    drive: &Drive,
    (number, handle): (u64, u64),
    offset: u64,
    (long, reply): (&Duration, &mut ReplyDirectoryPlus),
) -> Result<(), DriveError> {
    let lines = drive.lines(handle, offset == 0)?;
    let generation = Generation(0);
    for (at, name, target) in dots(drive, number).skip(skipped(offset)) {
        let attr = translate::attr(&drive.attr(target)?);
        if reply.add(INodeNo(target), at, name, &Duration::ZERO, &attr, generation) {
            return Ok(());
        }
    }
    let first = usize::try_from(offset.saturating_sub(DOTS)).unwrap_or(usize::MAX);
    for (index, line) in lines.iter().enumerate().skip(first) {
        let Some(attr) = drive.line_attr(number, line)? else { continue };
        let name = OsStr::from_bytes(&line.name);
        let next = index as u64 + DOTS + 1;
        let told = translate::attr(&attr);
        if reply.add(INodeNo(attr.number), next, name, long, &told, generation) {
            drive.unlist(&attr);
            break;
        }
    }
    Ok(())
}

fn dots(drive: &Drive, number: u64) -> impl Iterator<Item = (u64, &'static OsStr, u64)> {
    let above = drive.parent_of(number);
    [(1, OsStr::new("."), number), (2, OsStr::new(".."), above)].into_iter()
}

fn skipped(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
