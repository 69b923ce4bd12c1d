//! The directory that the drive is mounted on: what is mounted there, and clearing what a crash left.
//!
//! A dead mount answers every call with an error, a hung one with silence: nothing here asks a mount on the
//! caller's thread.

use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{fs, io, thread};

use super::{MountError, NAME};

const HELPER: &str = "fusermount3";
/// How long a mount may take to say that it works.
const ANSWER: Duration = Duration::from_secs(2);
/// How often, and how long apart, a mount of this program is looked at until it is dead.
const CLEAR_TRIES: usize = 30;
const CLEAR_AGAIN: Duration = Duration::from_millis(50);
/// What the kernel reads ahead where it may be told: enough to keep several requests on their way.
const READ_AHEAD_KIB: &str = "1024";

/// What is mounted on a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MountState {
    /// Nothing.
    Free,
    /// A drive whose service is gone.
    Dead,
    /// Something that works, or takes its time.
    Taken,
}

/// Whether this system has FUSE at all.
#[must_use]
pub fn is_available() -> bool {
    Path::new("/dev/fuse").exists()
}

/// What is mounted on `path`.
#[must_use]
pub fn state(path: &Path) -> MountState {
    let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
    let mounts = mounts_at(&table, path);
    match mounts.last() {
        None => MountState::Free,
        Some(kind) if kind.starts_with("fuse") && is_dead(path) => MountState::Dead,
        Some(_) => MountState::Taken,
    }
}

/// Makes `path` ready for a mount: takes away what a crash left there.
///
/// # Errors
/// [`MountError::Taken`] if something that works is mounted there.
pub fn clear(path: &Path) -> Result<(), MountError> {
    // A service that was killed this moment may still be ending, and each crash may have left one.
    for _ in 0..CLEAR_TRIES {
        match state(path) {
            MountState::Free => return Ok(()),
            MountState::Dead => detach(path).map_err(MountError::System)?,
            MountState::Taken if is_drive(path) => thread::sleep(CLEAR_AGAIN),
            MountState::Taken => break,
        }
    }
    Err(MountError::Taken)
}

/// Takes a mount away from `path`, also if somebody uses it.
pub(super) fn detach(path: &Path) -> io::Result<()> {
    let flags = rustix::mount::UnmountFlags::DETACH;
    match rustix::mount::unmount(path, flags) {
        Ok(()) => return Ok(()),
        Err(rustix::io::Errno::PERM) => {}
        Err(error) => return Err(error.into()),
    }
    let mut command = Command::new(HELPER);
    command.args(["-u", "-z", "-q", "--"]).arg(path);
    let status =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other("fusermount3 refused")) }
}

pub(super) fn has_helper() -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|directory| directory.join(HELPER).exists())
}

/// Lets the kernel read ahead more of files that are elsewhere, where this process may say so.
pub(super) fn widen_read_ahead(path: &Path) {
    let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
    let device = lines(&table).filter(|mount| mount.at == path).last().map(|mount| mount.device);
    if let Some(device) = device {
        drop(fs::write(format!("/sys/class/bdi/{device}/read_ahead_kb"), READ_AHEAD_KIB));
    }
}

/// Whether what is mounted there is a drive of this program.
fn is_drive(path: &Path) -> bool {
    let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
    lines(&table).filter(|mount| mount.at == path).last().is_some_and(|mount| mount.source == NAME)
}

fn is_dead(path: &Path) -> bool {
    let (tell, told) = mpsc::channel();
    let path = path.to_owned();
    let asked = thread::Builder::new().name("drive-look".into()).spawn(move || {
        let result = fs::symlink_metadata(path);
        let signs = [rustix::io::Errno::NOTCONN, rustix::io::Errno::CONNABORTED];
        let dead = result.is_err_and(|error| {
            signs.iter().any(|sign| error.raw_os_error() == Some(sign.raw_os_error()))
        });
        let _ = tell.send(dead);
    });
    asked.is_ok() && told.recv_timeout(ANSWER).unwrap_or(false)
}

struct Mount {
    at: PathBuf,
    device: String,
    kind: String,
    source: String,
}

/// The types of what is mounted at `path`, the uppermost last.
fn mounts_at(table: &[u8], path: &Path) -> Vec<String> {
    lines(table).filter(|mount| mount.at == path).map(|mount| mount.kind).collect()
}

fn lines(table: &[u8]) -> impl Iterator<Item = Mount> {
    table.split(|byte| *byte == b'\n').filter_map(mount_of)
}

fn mount_of(line: &[u8]) -> Option<Mount> {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let dash = fields.iter().position(|field| *field == b"-")?;
    let device = String::from_utf8(fields.get(2)?.to_vec()).ok()?;
    let kind = String::from_utf8(fields.get(dash + 1)?.to_vec()).ok()?;
    let source = String::from_utf8(fields.get(dash + 2)?.to_vec()).ok()?;
    Some(Mount { at: unescaped(fields.get(4)?), device, kind, source })
}

/// The kernel writes blanks and the like as `\` and three octal digits.
fn unescaped(field: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let octal = after.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        match octal.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) if *first == b'\\' => {
                bytes.push(byte);
                rest = &after[3..];
            }
            Some(_) | None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_are_found_under_names_with_blanks_too() {
        let table = b"22 1 0:20 / / rw - ext4 /dev/vda rw\n\
            90 22 0:51 / /home/a\\040b/Homefold rw,nosuid shared:3 - fuse.homefold homefold rw\n";
        assert_eq!(mounts_at(table, Path::new("/home/a b/Homefold")), ["fuse.homefold"]);
        assert_eq!(mounts_at(table, Path::new("/")), ["ext4"]);
        assert!(mounts_at(table, Path::new("/home")).is_empty());
    }

    #[test]
    fn a_plain_directory_is_free() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(state(directory.path()), MountState::Free);
        assert!(clear(directory.path()).is_ok());
        assert!(matches!(clear(Path::new("/proc")), Err(MountError::Taken)));
    }
}
