//! The folder in which all measuring happens, on one file system, so that a rename is instant.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::copies;

/// What `statfs` says of a file system in memory.
const IN_MEMORY: rustix::fs::FsWord = 0x0102_1994;

/// Bytes that all works together take, but for growth.
const ROOM: u64 = 16 << 30;

/// Bytes of memory that are made ready before a work: more than any of them fills.
const READY: u64 = 2048 << 20;

/// Where the devices' files, their private state and the prepared copies are.
pub(crate) struct Place {
    pub(crate) root: PathBuf,
}

impl Place {
    /// Makes or reuses the folder. Copies in it are kept between runs.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn make(root: PathBuf) -> Result<Self> {
        fs::create_dir_all(&root).with_context(|| format!("making {}", root.display()))?;
        let place = Self { root: root.canonicalize()? };
        place.warn()?;
        Ok(place)
    }

    /// Says what makes figures of this place doubtful.
    fn warn(&self) -> Result<()> {
        let shown = self.root.display();
        if rustix::fs::statfs(&self.root)?.f_type == IN_MEMORY {
            println!(
                "{shown} is in memory, where nothing has to be made safe: choose a disk with --place"
            );
        }
        let volume = rustix::fs::statvfs(&self.root)?;
        let free = volume.f_bavail.saturating_mul(volume.f_frsize);
        if free < ROOM && !self.root.join("copies").exists() {
            println!(
                "only {} GB are free at {shown}: choose another place with --place",
                free >> 30
            );
        }
        Ok(())
    }

    /// What every run makes anew.
    pub(crate) fn run(&self) -> PathBuf {
        self.root.join("run")
    }

    /// Where a copy is prepared before it is moved into a device's folder by one rename.
    pub(crate) fn stage(&self) -> PathBuf {
        self.run().join("stage")
    }

    /// Takes memory for a file's pages and gives it back. A virtual machine returns memory that was free for a moment
    /// to its host, and taking it again costs more than what a work does with it: whoever comes first after a rest
    /// would pay that, and which peer it is would be chance.
    ///
    /// # Errors
    /// When the disk is too small.
    pub(crate) fn ready_memory(&self) -> Result<()> {
        let path = self.run().join("ready");
        copies::write_zeros(&mut fs::File::create(&path)?, READY)?;
        Ok(fs::remove_file(path)?)
    }

    /// Writes out everything that the file system still holds back, so that no work pays for another.
    ///
    /// # Errors
    /// When the disk reports a failure.
    pub(crate) fn flush(&self) -> Result<()> {
        rustix::fs::syncfs(fs::File::open(&self.root)?).context("flushing the file system")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.run());
    }
}

/// A file that must arrive, with its size; a link has none.
pub(crate) type Expected = Vec<(PathBuf, Option<u64>)>;

/// Every file and link under `folder`, sorted, and their bytes in all.
///
/// # Errors
/// When it cannot be listed.
pub(crate) fn tree(folder: &Path) -> Result<(Expected, u64)> {
    let mut found = Expected::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("listing {}", next.display()))? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                open.push(entry.path());
                continue;
            }
            let size = match kind.is_file() {
                true => Some(entry.metadata()?.len()),
                false => None,
            };
            found.push((entry.path().strip_prefix(folder)?.to_path_buf(), size));
        }
    }
    found.sort();
    let bytes = found.iter().filter_map(|(_, size)| *size).sum();
    Ok((found, bytes))
}

/// Has everything arrived? Walks the list once and stays at the first file that is not there yet, so asking every
/// few milliseconds costs next to nothing.
pub(crate) struct Frontier {
    expected: Expected,
    base: PathBuf,
    next: usize,
}

impl Frontier {
    pub(crate) fn new(expected: Expected, base: PathBuf) -> Self {
        Self { expected, base, next: 0 }
    }

    /// True from the moment at which every file was seen at its size.
    pub(crate) fn reached(&mut self) -> bool {
        while let Some((path, size)) = self.expected.get(self.next) {
            let Ok(found) = fs::symlink_metadata(self.base.join(path)) else { return false };
            if size.is_some_and(|size| found.len() != size) {
                return false;
            }
            self.next += 1;
        }
        true
    }
}

/// Does any file remain under this path?
pub(crate) fn has_files(path: &Path) -> bool {
    path.exists() && tree(path).is_ok_and(|(files, _)| !files.is_empty())
}

/// Fails unless two trees hold the same names with the same bytes.
///
/// # Errors
/// With the first differences.
pub(crate) fn must_equal(one: &Path, other: &Path) -> Result<()> {
    let mut command = Command::new("diff");
    let output = command.args(["-rq", "--no-dereference"]).arg(one).arg(other).output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let first: Vec<&str> = said.lines().take(3).collect();
    ensure!(output.status.success(), "the trees differ: {}", first.join("; "));
    Ok(())
}
