//! Files that are here.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};

use rustix::fs::{FallocateFlags, FlockOperation, SeekFrom as Find};

use super::{Mount, mounts};

#[test]
fn programs_work_as_on_a_disk() {
    for mount in mounts() {
        let folder = mount.folder();
        fs::create_dir(folder.join("d")).unwrap();
        fs::write(folder.join("d/a"), "one").unwrap();
        let mut file = OpenOptions::new().append(true).open(folder.join("d/a")).unwrap();
        file.write_all(b" two").unwrap();
        file.sync_all().unwrap();
        assert_eq!(fs::read(mount.body().join("d/a")).unwrap(), b"one two");
        let file = OpenOptions::new().read(true).write(true).open(folder.join("d/a")).unwrap();
        file.write_at(b"ONE", 0).unwrap();
        file.set_len(5).unwrap();
        fs::rename(folder.join("d/a"), folder.join("b")).unwrap();
        file.write_at(b"!", 5).unwrap();
        drop(file);
        assert_eq!(fs::read(folder.join("b")).unwrap(), b"ONE t!");
        fs::set_permissions(folder.join("b"), fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink("b", folder.join("link")).unwrap();
        fs::hard_link(folder.join("b"), folder.join("d/c")).unwrap();
        let facts = fs::metadata(folder.join("link")).unwrap();
        assert_eq!((facts.len(), facts.mode() & 0o777, facts.nlink()), (6, 0o600, 2));
        fs::copy(folder.join("b"), folder.join("copy")).unwrap();
        assert!(fs::remove_dir(folder.join("d")).is_err());
        fs::remove_file(folder.join("d/c")).unwrap();
        fs::remove_dir(folder.join("d")).unwrap();
        let mut names: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["b", "copy", "link"]);
        assert!(fs::create_dir(mount.top.path().join("folder")).is_err());
        mount.mounted.stop();
        assert_eq!(fs::read(mount.memory.body.path().join("copy")).unwrap(), b"ONE t!");
    }
}

#[test]
fn a_file_that_was_deleted_works_for_those_who_have_it_open() {
    for mount in mounts() {
        let at = mount.folder().join("a");
        let mut file =
            OpenOptions::new().create_new(true).read(true).write(true).open(&at).unwrap();
        file.write_all(b"text").unwrap();
        fs::remove_file(&at).unwrap();
        fs::write(&at, "another").unwrap();
        file.write_all(b" more").unwrap();
        file.rewind().unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "text more");
        assert_eq!(file.metadata().unwrap().len(), 9);
        assert_eq!(fs::read(&at).unwrap(), b"another");
    }
}

#[test]
fn holes_are_found_also_in_what_was_just_written() {
    const MIB: u64 = 1024 * 1024;
    for mount in mounts() {
        let file = OpenOptions::new()
            .create_new(true)
            .read(true)
            .write(true)
            .open(mount.folder().join("a"))
            .unwrap();
        file.set_len(8 * MIB).unwrap();
        file.write_at(&[1; 4096], 4 * MIB).unwrap();
        assert_eq!(rustix::fs::seek(&file, Find::Data(0)).unwrap(), 4 * MIB);
        assert!(rustix::fs::seek(&file, Find::Hole(4 * MIB)).unwrap() < 8 * MIB);
        rustix::fs::fallocate(&file, FallocateFlags::empty(), 8 * MIB, MIB).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 9 * MIB);
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        rustix::fs::fallocate(&file, flags, 4 * MIB, 4096).unwrap();
        let mut bytes = [7; 4096];
        file.read_exact_at(&mut bytes, 4 * MIB).unwrap();
        assert_eq!(bytes, [0; 4096]);
    }
}

#[test]
fn programs_of_this_device_lock_each_other_out() {
    for mount in mounts() {
        let at = mount.folder().join("a");
        let (one, other) = (File::create(&at).unwrap(), File::open(&at).unwrap());
        rustix::fs::flock(&one, FlockOperation::LockExclusive).unwrap();
        let busy = rustix::fs::flock(&other, FlockOperation::NonBlockingLockShared);
        assert_eq!(busy, Err(rustix::io::Errno::WOULDBLOCK));
        rustix::fs::flock(&one, FlockOperation::Unlock).unwrap();
        rustix::fs::flock(&other, FlockOperation::NonBlockingLockShared).unwrap();
    }
}

#[test]
fn a_large_directory_is_listed_whole_and_anew() {
    for mount in mounts() {
        let folder = mount.folder();
        for index in 0..3000 {
            fs::write(mount.body().join(format!("file-{index:05}")), "x").unwrap();
        }
        let count = || fs::read_dir(&folder).unwrap().map(|e| e.unwrap().metadata().unwrap().len());
        assert_eq!(count().sum::<u64>(), 3000);
        fs::write(folder.join("one-more"), "xx").unwrap();
        fs::remove_file(folder.join("file-00007")).unwrap();
        assert_eq!(count().sum::<u64>(), 3001);
    }
}

#[test]
fn room_is_that_of_the_disk_below() {
    for mount in mounts() {
        let there = rustix::fs::statvfs(mount.folder()).unwrap();
        let here = rustix::fs::statvfs(mount.body()).unwrap();
        assert_eq!((there.f_blocks, there.f_frsize), (here.f_blocks, here.f_frsize));
    }
}

#[test]
fn nothing_on_the_drive_runs_as_somebody_else_or_is_a_device() {
    for mount in mounts() {
        let table = fs::read_to_string("/proc/self/mountinfo").unwrap();
        let at = mount.top.path().to_str().unwrap().to_owned();
        let line = table.lines().find(|line| line.contains(&at)).unwrap();
        assert!(line.contains("nosuid") && line.contains("nodev"), "{line}");
        assert!(!line.contains("allow_other"), "{line}");
    }
}

#[test]
fn what_was_written_is_in_the_body_when_the_drive_goes_away_under_an_open_file() {
    for mount in mounts() {
        let mut file = File::create(mount.folder().join("a")).unwrap();
        file.write_all(b"not closed").unwrap();
        let Mount { memory, mounted, top } = mount;
        mounted.stop();
        assert_eq!(fs::read(memory.body.path().join("a")).unwrap(), b"not closed");
        assert_eq!(fs::read_dir(top.path()).unwrap().count(), 0);
        drop(file.seek(SeekFrom::Start(0)));
    }
}
