//! A disk that is full: programs are told, and what was there before stays as it was.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Write};
use std::path::Path;
use std::process::Command;

use rustix::mount::{MountFlags, UnmountFlags};
use tempfile::TempDir;

use super::{Mount, is_available, mount};
use crate::memory::{FOLDER, path};

const MIB: usize = 1 << 20;
/// Bytes that a program writes at once.
const PIECE: usize = 64 << 10;

/// A disk of eight MiB.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn new() -> Option<Self> {
        let at = tempfile::tempdir().unwrap();
        let options = c"size=8m";
        match rustix::mount::mount("none", at.path(), "tmpfs", MountFlags::empty(), options) {
            Ok(()) => Some(Self(at)),
            Err(error) => {
                eprintln!("NOT RUN: no small disk can be mounted: {error}");
                None
            }
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _gone = rustix::mount::unmount(self.0.path(), UnmountFlags::DETACH);
    }
}

/// A drive of each kind, each over a small disk of its own.
fn small_mounts() -> Vec<(Mount, SmallDisk)> {
    if !is_available() {
        eprintln!("NOT RUN: this system has no /dev/fuse (apt-get install fuse3)");
        return Vec::new();
    }
    let over = |passthrough| {
        let disk = SmallDisk::new()?;
        Some((mount(passthrough, TempDir::new_in(disk.0.path()).unwrap()), disk))
    };
    [true, false].into_iter().filter_map(over).collect()
}

fn noise(seed: u8, size: usize) -> Vec<u8> {
    (0..size).map(|at| (at / 251) as u8 ^ (at % 251) as u8 ^ seed).collect()
}

/// Writes until the disk is full: how much of it was durable before, and what the program was told.
fn fill(at: &Path, bytes: &[u8]) -> (usize, Error) {
    let mut file = File::create(at).unwrap();
    let mut durable = 0;
    for piece in bytes.chunks(PIECE) {
        match file.write_all(piece).and_then(|()| file.sync_data()) {
            Ok(()) => durable += piece.len(),
            Err(error) => return (durable, error),
        }
    }
    panic!("{} bytes fit on a small disk", bytes.len());
}

#[test]
fn a_full_disk_is_told_and_nothing_is_torn_or_lost() {
    for (mount, _disk) in small_mounts() {
        let (folder, body) = (mount.folder(), mount.body());
        let (precious, large) = (noise(1, MIB), noise(2, 16 * MIB));
        fs::write(folder.join("precious"), &precious).unwrap();
        let (durable, error) = fill(&folder.join("large"), &large);
        assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
        assert!(durable >= 5 * MIB, "{durable}");
        let there = fs::read(body.join("large")).unwrap();
        assert!(there.len() >= durable && there[..durable] == large[..durable]);
        assert_eq!(fs::read(body.join("precious")).unwrap(), precious);
        // Writing over bytes that have their room goes on; so does reading.
        let file = File::options().write(true).open(folder.join("precious")).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, b"over", 0).unwrap();
        file.sync_all().unwrap();
        assert_eq!(fs::read(body.join("precious")).unwrap()[..4], *b"over");
        fs::remove_file(folder.join("large")).unwrap();
        fs::write(folder.join("after"), &precious).unwrap();
        assert_eq!(fs::read(body.join("after")).unwrap(), precious);
    }
}

#[test]
fn a_program_that_only_writes_and_closes_hears_of_it_too() {
    let source = tempfile::NamedTempFile::new().unwrap();
    fs::write(source.path(), noise(3, 16 * MIB)).unwrap();
    for (mount, _disk) in small_mounts() {
        let folder = mount.folder();
        fs::write(folder.join("old"), "the version that was saved before").unwrap();
        let mut copy = Command::new("cp");
        copy.arg(source.path()).arg(folder.join("old.new")).env("LC_ALL", "C");
        let ended = copy.output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!ended.status.success() && said.contains("No space left"), "{said}");
        // It does not rename what it could not write, and gives the room back.
        fs::remove_file(folder.join("old.new")).unwrap();
        let old = fs::read(folder.join("old")).unwrap();
        assert_eq!(old, b"the version that was saved before");
        fs::write(folder.join("old"), noise(4, 2 * MIB)).unwrap();
        assert_eq!(fs::read(mount.body().join("old")).unwrap(), noise(4, 2 * MIB));
    }
}

#[test]
fn what_is_elsewhere_and_does_not_fit_stays_as_it_was() {
    for (mount, _disk) in small_mounts() {
        let folder = mount.folder();
        mount.memory.elsewhere("far", b"far away");
        mount.memory.state().is_full = true;
        let refused = File::options().write(true).open(folder.join("far")).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::StorageFull, "{refused}");
        assert_eq!(fs::read(folder.join("far")).unwrap(), b"far away");
        assert!(!mount.body().join("far").exists());
        mount.memory.state().is_full = false;
        mount.mounted.changed_elsewhere(FOLDER, &[path("far")]);
        let file = File::options().write(true).open(folder.join("far")).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, b"FAR", 0).unwrap();
        drop(file);
        assert_eq!(fs::read(mount.body().join("far")).unwrap(), b"FAR away");
    }
}
