//! Files that are elsewhere, and changes that come from there.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::{Mount, mounts};
use crate::memory::{FOLDER, path};

#[test]
fn a_program_reads_and_edits_what_is_elsewhere() {
    for mount in mounts() {
        let folder = mount.folder();
        mount.memory.elsewhere("far", b"far away");
        assert_eq!(fs::metadata(folder.join("far")).unwrap().len(), 8);
        assert_eq!(fs::read(folder.join("far")).unwrap(), b"far away");
        assert!(!mount.body().join("far").exists());
        let mut reader = File::open(folder.join("far")).unwrap();
        let file = File::options().write(true).open(folder.join("far")).unwrap();
        std::os::unix::fs::FileExt::write_at(&file, b"FAR", 0).unwrap();
        drop(file);
        let mut seen = Vec::new();
        reader.read_to_end(&mut seen).unwrap();
        assert_eq!(fs::read(folder.join("far")).unwrap(), b"FAR away");
        assert_eq!(fs::read(mount.body().join("far")).unwrap(), b"FAR away");
        mount.memory.elsewhere("gone", b"x");
        fs::remove_file(folder.join("gone")).unwrap();
        assert!(mount.memory.calls().contains(&"remove gone".to_owned()));
    }
}

#[test]
fn what_is_elsewhere_is_written_in_parts_and_the_program_goes_on_when_it_is_whole() {
    for mount in mounts() {
        let (folder, far) = (mount.folder(), path("far"));
        mount.memory.state().edits = true;
        let mut bytes: Vec<u8> = (0..200_000u32).map(|number| (number / 7) as u8).collect();
        mount.memory.elsewhere("far", &bytes);
        let open = || File::options().read(true).write(true).open(folder.join("far")).unwrap();
        let file = open();
        let write = |bytes: &mut Vec<u8>, at: usize, new: &[u8]| {
            file.write_all_at(new, at as u64).unwrap();
            bytes.resize(bytes.len().max(at + new.len()), 0);
            bytes[at..at + new.len()].copy_from_slice(new);
        };
        write(&mut bytes, 70_001, b"in the middle");
        write(&mut bytes, 199_990, b"over the end of it");
        file.sync_all().unwrap();
        assert_eq!(fs::read(folder.join("far")).unwrap(), bytes);
        assert_eq!(fs::metadata(folder.join("far")).unwrap().len(), bytes.len() as u64);
        assert!(!mount.body().join("far").exists());
        file.set_len(100_000).unwrap();
        bytes.truncate(100_000);
        mount.memory.finish(&far);
        mount.mounted.changed_elsewhere(FOLDER, &[far]);
        write(&mut bytes, 5, b"after it came");
        file.sync_all().unwrap();
        // Who opens it meanwhile is shown the same file, also after what the kernel knew was taken back.
        let number = file.metadata().unwrap().ino();
        mount.mounted.changed_elsewhere(FOLDER, &[path("far")]);
        assert_eq!(fs::read(folder.join("far")).unwrap(), bytes);
        write(&mut bytes, 50_000, b"and goes on");
        assert_eq!(fs::read(folder.join("far")).unwrap(), bytes);
        assert_eq!(fs::metadata(folder.join("far")).unwrap().ino(), number);
        drop(file);
        assert_eq!(fs::read(folder.join("far")).unwrap(), bytes);
        assert_eq!(fs::read(mount.body().join("far")).unwrap(), bytes);
        let file = open();
        file.write_all_at(b"again", 0).unwrap();
        bytes[..5].copy_from_slice(b"again");
        drop(file);
        assert_eq!(fs::read(mount.body().join("far")).unwrap(), bytes);
        let calls = mount.memory.calls();
        assert!(!calls.iter().any(|call| call.starts_with("bring")), "{calls:?}");
    }
}

#[test]
fn a_change_from_another_device_is_seen_although_the_kernel_remembers() {
    for mount in mounts() {
        let folder = mount.folder();
        mount.memory.elsewhere("far", b"one");
        assert_eq!(fs::read(folder.join("far")).unwrap(), b"one");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        mount.memory.elsewhere("far", b"two, longer");
        mount.memory.elsewhere("new", b"new");
        mount.mounted.changed_elsewhere(FOLDER, &[path("far"), path("new")]);
        Mount::until("the new version", || fs::read(folder.join("far")).unwrap() == b"two, longer");
        Mount::until("the new file", || fs::read_dir(&folder).unwrap().count() == 2);
        mount.memory.state().listed.remove(&path("far"));
        mount.mounted.changed_elsewhere(FOLDER, &[path("far")]);
        Mount::until("the delete", || fs::metadata(folder.join("far")).is_err());
    }
}

#[test]
fn a_change_in_the_body_is_seen_although_the_kernel_remembers() {
    for mount in mounts() {
        let (folder, body) = (mount.folder(), mount.body());
        fs::write(folder.join("here"), "one").unwrap();
        assert_eq!(fs::read(folder.join("here")).unwrap(), b"one");
        // As the service does, and as an editor does that saves in place.
        fs::write(body.join("new"), "second").unwrap();
        fs::rename(body.join("new"), body.join("here")).unwrap();
        mount.mounted.changed_elsewhere(FOLDER, &[path("here")]);
        Mount::until("a replaced file", || fs::read(folder.join("here")).unwrap() == b"second");
        fs::write(body.join("here"), "the third").unwrap();
        mount.mounted.changed_elsewhere(FOLDER, &[path("here")]);
        Mount::until("a changed file", || fs::read(folder.join("here")).unwrap() == b"the third");
    }
}

/// Another program: a wait of this one for itself would outlive both.
fn cat(path: &Path) -> Child {
    let mut command = Command::new("cat");
    command.arg(path).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn nothing_else_waits_for_a_read_that_waits_and_a_kill_ends_it() {
    for mount in mounts() {
        let folder = mount.folder();
        mount.memory.elsewhere("far", b"one");
        fs::write(folder.join("here"), "abc").unwrap();
        mount.memory.state().silent = true;
        let far = folder.join("far");
        let mut cats: Vec<_> = (0..8).map(|_| cat(&far)).collect();
        Mount::until("the open", || !mount.memory.state().calls.is_empty());
        for _ in 0..100 {
            assert_eq!(fs::read(folder.join("here")).unwrap(), b"abc");
            assert_eq!(fs::metadata(folder.join("far")).unwrap().len(), 3);
            assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
        }
        for cat in &mut cats {
            cat.kill().unwrap();
            cat.wait().unwrap();
        }
    }
}

#[test]
fn a_read_that_waits_is_answered_when_the_system_goes_to_sleep() {
    for mount in mounts() {
        mount.memory.elsewhere("far", b"one");
        mount.memory.state().silent = true;
        let far = mount.folder().join("far");
        let mut reader = cat(&far);
        Mount::until("the open", || !mount.memory.state().calls.is_empty());
        mount.mounted.sleep(true);
        assert_eq!(reader.wait().unwrap().code(), Some(1));
    }
}
