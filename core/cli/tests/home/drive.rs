//! The virtual drive of a device that streams: every file of the home, read and changed like any other.

use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::bed::{ARRIVAL_MAX, DOCS, Device, Home, noise, until};

/// A home in which the first device keeps everything and the second streams, with its drive mounted.
pub(crate) struct Driven {
    pub(crate) home: Home,
    top: TempDir,
}

impl Driven {
    pub(crate) fn folder(&self) -> PathBuf {
        self.top.path().join(DOCS)
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        // Devices are killed at the end of a test: their mounts would stay.
        let [_, b] = self.home.each();
        drop(b.attempt(&["drive", "unmount"]));
    }
}

pub(crate) fn driven() -> Option<Driven> {
    if !Path::new("/dev/fuse").exists() {
        eprintln!("NOT RUN: this system has no /dev/fuse (apt-get install fuse3)");
        return None;
    }
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("a.txt", "one");
    a.write("d/large.bin", noise(1, 3 << 20));
    a.write("d/small.txt", "two");
    a.create(DOCS);
    until("the folder is known", ARRIVAL_MAX, || {
        b.ask(&["folder", "list"]).as_array().is_some_and(|all| !all.is_empty())
    });
    b.tell(&["folder", "attach", DOCS, "--mode", "stream"]);
    let top = tempfile::tempdir().unwrap();
    b.tell(&["drive", "mount", top.path().to_str().unwrap()]);
    let driven = Driven { home, top };
    let folder = driven.folder();
    until("the drive shows every file", ARRIVAL_MAX, || {
        folder.join("a.txt").exists() && names(&folder.join("d")) == ["large.bin", "small.txt"]
    });
    Some(driven)
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<_> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn body(device: &Device) -> PathBuf {
    let id = device.docs()["id"].as_str().unwrap().to_owned();
    device.data().join("bodies").join(id)
}

pub(crate) fn local(device: &Device, path: &str) -> Option<String> {
    let entries = device.ask(&["ls", &format!("{DOCS}/{path}")]);
    let found = entries.as_array()?.iter().find(|entry| entry["path"] == path)?;
    found["local"].as_str().map(str::to_owned)
}

#[test]
fn what_is_elsewhere_is_read_through_the_drive_as_it_is() {
    let Some(driven) = driven() else { return };
    let folder = driven.folder();
    assert_eq!(fs::metadata(folder.join("d/large.bin")).unwrap().len(), 3 << 20);
    assert_eq!(fs::read(folder.join("d/large.bin")).unwrap(), noise(1, 3 << 20));
    assert_eq!(fs::read(folder.join("a.txt")).unwrap(), b"one");
}

#[test]
fn small_files_that_are_read_one_after_the_other_are_run_ahead_of_and_each_comes_once() {
    let Some(driven) = driven() else { return };
    let [a, b] = driven.home.each();
    let (name, text) = (|n: usize| format!("{n:02}.txt"), |n: usize| format!("text of {n}"));
    (0..40).for_each(|n| a.write(&format!("s/{}", name(n)), text(n)));
    let folder = driven.folder().join("s");
    until("the drive shows them", ARRIVAL_MAX, || names(&folder).len() == 40);
    let read = |n: usize| assert_eq!(fs::read(folder.join(name(n))).unwrap(), text(n).as_bytes());
    let pulled = || {
        let pulls = b.ask(&["log", "pulls"]);
        let small = |pull: &serde_json::Value| {
            let path = pull["path"].as_str()?.strip_prefix("s/")?.to_owned();
            Some((path, pull["bytes"].as_u64()?))
        };
        pulls.as_array().unwrap().iter().filter_map(small).collect::<Vec<_>>()
    };
    [30, 10, 20].into_iter().for_each(read);
    assert_eq!(pulled().len(), 3, "nothing more for who opens one here and one there");
    (0..4).for_each(read);
    until("the next ones are here", ARRIVAL_MAX, || pulled().len() > 3 + 4);
    assert!(pulled().iter().all(|(path, _)| *path != name(39)));
    (0..40).for_each(read);
    let mut pulled = pulled();
    pulled.sort();
    let each: Vec<_> = (0..40).map(|n| (name(n), text(n).len() as u64)).collect();
    assert_eq!(pulled, each);
}

/// Runs `cat` under another name on a file; what it wrote if it succeeded, else what it said.
fn cat_as(name: &str, file: &Path) -> Result<Vec<u8>, String> {
    let programs = tempfile::tempdir().unwrap();
    let program = programs.path().join(name);
    fs::copy("/bin/cat", &program).unwrap();
    let output = std::process::Command::new(program).arg(file).output().unwrap();
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// Bytes that came for a program's reads of a file, and how often it was refused.
fn pulled(device: &Device, program: &str, path: &str) -> (u64, u64) {
    let pulls = device.ask(&["log", "pulls"]);
    let of = |pull: &&serde_json::Value| pull["program"] == program && pull["path"] == path;
    let number = |pull: &serde_json::Value, name: &str| pull[name].as_u64().unwrap();
    let sum =
        |name: &str| pulls.as_array().unwrap().iter().filter(of).map(|p| number(p, name)).sum();
    (sum("bytes"), sum("refused"))
}

#[test]
fn a_program_that_is_spared_is_refused_what_is_elsewhere_and_reads_what_is_here() {
    let Some(driven) = driven() else { return };
    let [_, b] = driven.home.each();
    let file = driven.folder().join("a.txt");
    let refused = cat_as("tumblerd", &file).unwrap_err();
    assert!(refused.contains("Permission denied"), "{refused}");
    assert_eq!(pulled(b, "tumblerd", "a.txt"), (0, 1));
    b.tell(&["keep", &format!("{DOCS}/a.txt")]);
    until("it is here", ARRIVAL_MAX, || local(b, "a.txt").as_deref() == Some("full"));
    assert_eq!(cat_as("tumblerd", &file).unwrap(), b"one");
    let other = driven.folder().join("d/small.txt");
    b.tell(&["policy", "set", "home", "read.spared", "viewer"]);
    assert!(cat_as("viewer", &other).unwrap_err().contains("Permission denied"));
    assert_eq!(cat_as("tumblerd", &other).unwrap(), b"two");
}

#[test]
fn a_process_has_its_budget_of_a_minute_and_the_next_one_another() {
    let Some(driven) = driven() else { return };
    let [a, b] = driven.home.each();
    a.write("d/huge.bin", noise(9, 12 << 20));
    let file = driven.folder().join("d/huge.bin");
    until("the drive shows it", ARRIVAL_MAX, || file.exists());
    b.tell(&["policy", "set", "home", "read.budget", "1MB"]);
    let greedy = || cat_as("greedy", &file).map(|bytes| bytes == noise(9, 12 << 20));
    let refused = greedy().unwrap_err();
    assert!(refused.contains("Permission denied"), "{refused}");
    let (bytes, times) = pulled(b, "greedy", "d/huge.bin");
    // What was run ahead to when the budget was spent may still come.
    assert!((1_000_000..8_000_000).contains(&bytes) && times > 0, "{bytes} {times}");
    assert_eq!(cat_as("modest", &driven.folder().join("a.txt")).unwrap(), b"one");
    b.tell(&["policy", "set", "home", "read.budget", "none"]);
    assert_eq!(greedy(), Ok(true));
}

#[test]
fn what_is_changed_through_the_drive_is_changed_everywhere() {
    let Some(driven) = driven() else { return };
    let [a, b] = driven.home.each();
    let folder = driven.folder();
    fs::write(folder.join("new.txt"), "three").unwrap();
    until("a new file arrives", ARRIVAL_MAX, || a.has("new.txt", "three"));
    fs::File::options().write(true).open(folder.join("a.txt")).unwrap().write_at(b"O", 0).unwrap();
    until("an edit arrives", ARRIVAL_MAX, || a.has("a.txt", "One"));
    fs::write(folder.join("d/small.txt"), "replaced").unwrap();
    until("a replaced file arrives", ARRIVAL_MAX, || a.has("d/small.txt", "replaced"));
    fs::rename(folder.join("d/large.bin"), folder.join("moved.bin")).unwrap();
    until("a rename arrives", ARRIVAL_MAX, || a.has("moved.bin", noise(1, 3 << 20)));
    assert_eq!(local(b, "moved.bin").as_deref(), Some("none"), "no byte of it moved");
    fs::remove_file(folder.join("moved.bin")).unwrap();
    until("a delete arrives", ARRIVAL_MAX, || a.read("moved.bin").is_none());
    assert!(a.read("d/large.bin").is_none());
    let conflicts = b.ask(&["conflict", "list"]);
    assert_eq!(conflicts.as_array().map(Vec::len), Some(0), "{conflicts}");
}

/// How often the engine of a device was woken so far.
fn wakes(device: &Device) -> u64 {
    let threads = fs::read_dir(format!("/proc/{}/task", device.process())).unwrap().flatten();
    let text = |name: &str, thread: &fs::DirEntry| {
        fs::read_to_string(thread.path().join(name)).unwrap_or_default()
    };
    let engine = |thread: &fs::DirEntry| text("comm", thread).trim() == "engine";
    let switches = |thread: fs::DirEntry| -> Option<u64> {
        let status = text("status", &thread);
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
        line.trim().parse().ok()
    };
    threads.filter(engine).filter_map(switches).sum()
}

#[test]
fn a_drive_that_nobody_uses_lets_the_service_sleep() {
    let Some(driven) = driven() else { return };
    let [_, b] = driven.home.each();
    b.settle();
    until("nothing happens any more", ARRIVAL_MAX, || {
        let before = wakes(b);
        assert!(before > 0, "the engine has a thread of that name");
        std::thread::sleep(std::time::Duration::from_secs(2));
        wakes(b) - before < 20
    });
}

#[test]
fn what_another_device_changes_is_seen_on_the_drive() {
    let Some(driven) = driven() else { return };
    let [a, _] = driven.home.each();
    let folder = driven.folder();
    assert_eq!(fs::read(folder.join("a.txt")).unwrap(), b"one");
    assert_eq!(names(&folder), ["a.txt", "d"]);
    a.write("a.txt", "one, longer");
    a.write("b.txt", "new");
    until("the change", ARRIVAL_MAX, || fs::read(folder.join("a.txt")).unwrap() == b"one, longer");
    until("the new file", ARRIVAL_MAX, || names(&folder) == ["a.txt", "b.txt", "d"]);
    a.remove("a.txt");
    until("the delete", ARRIVAL_MAX, || names(&folder) == ["b.txt", "d"]);
}

#[test]
fn a_drive_comes_back_after_a_crash_and_goes_when_it_is_told_to() {
    let Some(driven) = driven() else { return };
    let [a, b] = driven.home.each();
    let folder = driven.folder();
    fs::write(folder.join("dirty.txt"), "written and closed").unwrap();
    b.kill();
    b.start();
    until("it is mounted again", ARRIVAL_MAX, || names(&folder).contains(&"dirty.txt".to_owned()));
    assert_eq!(fs::read(folder.join("dirty.txt")).unwrap(), b"written and closed");
    until("it arrives", ARRIVAL_MAX, || a.has("dirty.txt", "written and closed"));
    b.stop();
    assert!(names(driven.top.path()).is_empty(), "it is unmounted when the service stops");
    b.start();
    until("it is mounted again", ARRIVAL_MAX, || names(&folder).contains(&"a.txt".to_owned()));
    b.tell(&["drive", "unmount"]);
    assert!(names(driven.top.path()).is_empty());
    b.stop();
    b.start();
    assert!(names(driven.top.path()).is_empty(), "and it stays so");
}

#[test]
fn a_folder_is_streamed_into_a_directory_of_its_own() {
    let Some(driven) = driven() else { return };
    let [a, b] = driven.home.each();
    let more = tempfile::tempdir().unwrap();
    fs::write(more.path().join("x.txt"), "more").unwrap();
    a.tell(&["folder", "create", "more", more.path().to_str().unwrap()]);
    until("the folder is known", ARRIVAL_MAX, || {
        b.ask(&["folder", "list"]).as_array().is_some_and(|all| all.len() == 2)
    });
    let place = tempfile::tempdir().unwrap();
    let at = place.path().to_str().unwrap();
    b.tell(&["folder", "attach", "more", at, "--mode", "stream"]);
    let read = |path: PathBuf| fs::read(path).unwrap_or_default();
    until("it is there", ARRIVAL_MAX, || read(place.path().join("x.txt")) == b"more");
    let on_drive = driven.top.path().join("more/x.txt");
    until("it is on the drive too", ARRIVAL_MAX, || read(on_drive.clone()) == b"more");
    b.tell(&["folder", "detach", "more"]);
    assert!(names(place.path()).is_empty());
}

#[test]
fn a_folder_that_was_shown_in_its_place_becomes_the_clone_that_stands_there_and_the_other_way_round()
 {
    let Some(driven) = driven() else { return };
    let [a, b] = driven.home.each();
    let place = tempfile::tempdir().unwrap();
    let at = |path: &str| place.path().join(path);
    b.tell(&["folder", "detach", DOCS]);
    b.tell(&["folder", "attach", DOCS, place.path().to_str().unwrap(), "--mode", "stream"]);
    until("it shows", ARRIVAL_MAX, || at("d/large.bin").exists());
    b.tell(&["keep", &format!("{DOCS}/d")]);
    until("it is kept", ARRIVAL_MAX, || local(b, "d/large.bin").as_deref() == Some("full"));
    fs::write(at("written.txt"), "through the mount").unwrap();
    let number = fs::metadata(body(b).join("d/large.bin")).unwrap().ino();

    let open = fs::File::open(at("d/large.bin")).unwrap();
    assert_eq!(b.attempt(&["folder", "mode", DOCS, "clone"]).status, 1, "a program reads");
    assert!(at("d/large.bin").exists(), "it shows as before");
    drop(open);
    until("it may be moved", ARRIVAL_MAX, || {
        b.attempt(&["folder", "mode", DOCS, "clone"]).status == 0
    });
    assert_eq!(fs::metadata(at("d/large.bin")).unwrap().ino(), number, "the same file, not a copy");
    assert!(!body(b).exists());
    b.settle();
    assert_eq!(
        (fs::read(at("a.txt")).unwrap(), a.read("a.txt").unwrap()),
        (b"one".into(), b"one".into())
    );
    assert!(a.has("written.txt", "through the mount"));

    b.tell(&["folder", "mode", DOCS, "stream"]);
    a.write("a.txt", "two, said elsewhere");
    a.settle();
    assert_eq!(fs::read(driven.folder().join("a.txt")).unwrap(), b"two, said elsewhere");
}

#[test]
fn a_drive_that_somebody_else_unmounted_is_mounted_no_more_and_can_be_again() {
    let Some(driven) = driven() else { return };
    let [_, b] = driven.home.each();
    let at = driven.top.path().to_str().unwrap();
    let shown = || b.ask(&["status"])["drive"]["path"].clone();
    assert_eq!(shown(), at);
    let unmounted = std::process::Command::new("fusermount3").args(["-u", at]).status().unwrap();
    assert!(unmounted.success());
    until("the service knows", ARRIVAL_MAX, || shown().is_null());
    b.tell(&["drive", "mount", at]);
    assert_eq!(shown(), at);
    until("the drive shows every file", ARRIVAL_MAX, || driven.folder().join("a.txt").exists());
}
