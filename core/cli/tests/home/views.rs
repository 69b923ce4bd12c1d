//! Folders that a device takes no part in, looked at through its drive.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::bed::{ARRIVAL_MAX, DOCS, Device, Home, noise, until};

/// A home whose first device has a folder, and whose second has its drive mounted and nothing attached.
struct Looking {
    home: Home,
    top: TempDir,
}

impl Looking {
    fn each(&self) -> [&Device; 2] {
        self.home.each()
    }

    fn at(&self, path: &str) -> PathBuf {
        self.top.path().join(DOCS).join(path)
    }

    fn mount(&self) {
        self.each()[1].tell(&["drive", "mount", self.top.path().to_str().unwrap()]);
    }

    fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.at(path)).unwrap_or_default()
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        // Devices are killed at the end of a test: their mounts would stay.
        drop(self.each()[1].attempt(&["drive", "unmount"]));
    }
}

fn looking_as(role: &str) -> Option<Looking> {
    if !Path::new("/dev/fuse").exists() {
        eprintln!("NOT RUN: this system has no /dev/fuse (apt-get install fuse3)");
        return None;
    }
    let home = Home::unpaired(2);
    let [a, b] = home.each();
    a.admit(b, role);
    a.write("a.txt", "one");
    a.write("d/large.bin", noise(1, 3 << 20));
    a.create(DOCS);
    until("the folder is known", ARRIVAL_MAX, || folder(b)["name"] == DOCS);
    let looking = Looking { home, top: tempfile::tempdir().unwrap() };
    looking.mount();
    until("the drive shows it", ARRIVAL_MAX, || looking.at("d/large.bin").exists());
    Some(looking)
}

fn looking() -> Option<Looking> {
    looking_as("admin")
}

/// What a device says of the folder.
fn folder(device: &Device) -> Value {
    let all = device.ask(&["folder", "list"]);
    let found = all.as_array().into_iter().flatten().find(|folder| folder["name"] == DOCS);
    found.cloned().unwrap_or_default()
}

fn viewed(device: &Device) -> Option<String> {
    folder(device)["viewed"].as_str().map(str::to_owned)
}

fn local(device: &Device, path: &str) -> Option<String> {
    let entries = device.ask(&["ls", &format!("{DOCS}/{path}")]);
    let found = entries.as_array()?.iter().find(|entry| entry["path"] == path)?;
    found["local"].as_str().map(str::to_owned)
}

/// Whether nothing is left of any folder in what a device keeps for itself.
fn knows_nothing(device: &Device) -> bool {
    let empty = |name: &str| fs::read_dir(device.data().join(name)).map_or(0, Iterator::count) == 0;
    empty("views") && empty("folders") && empty("bodies")
}

fn no_conflicts(device: &Device) {
    let conflicts = device.ask(&["conflict", "list"]);
    assert_eq!(conflicts.as_array().map(Vec::len), Some(0), "{conflicts}");
}

#[test]
fn a_folder_that_is_not_attached_is_read_and_written_through_the_drive_and_is_gone_with_it() {
    let Some(looking) = looking() else { return };
    let [a, b] = looking.each();
    let shown = folder(b);
    assert_eq!((&shown["mode"], &shown["path"]), (&Value::Null, &Value::Null), "{shown}");
    assert_eq!((shown["viewed"].as_str(), shown["files"].as_u64()), (Some("drive"), Some(2)));
    for command in [["folder", "list"].as_slice(), &["status"]] {
        assert!(b.tell(command).contains("not attached; shown in the drive"), "{command:?}");
    }
    assert_eq!(looking.read("d/large.bin"), noise(1, 3 << 20));
    fs::write(looking.at("new.txt"), "two").unwrap();
    fs::write(looking.at("a.txt"), "one, edited").unwrap();
    fs::rename(looking.at("d/large.bin"), looking.at("moved.bin")).unwrap();
    b.tell(&["wait", DOCS]);
    assert!(a.has("new.txt", "two") && a.has("a.txt", "one, edited"));
    assert!(a.has("moved.bin", noise(1, 3 << 20)) && a.read("d/large.bin").is_none());
    a.settle();
    until("nothing is kept", ARRIVAL_MAX, || local(b, "new.txt").as_deref() == Some("none"));
    for command in [["keep", DOCS].as_slice(), &["folder", "detach", DOCS]] {
        let refused = b.attempt(command);
        assert_eq!(refused.status, 1, "{refused:?}");
        assert!(refused.err.contains("does not take part"), "{refused:?}");
    }
    b.tell(&["drive", "unmount"]);
    until("it is looked at no more", ARRIVAL_MAX, || viewed(b).is_none());
    assert!(knows_nothing(b), "nothing stays");
    a.settle();
    assert_eq!(a.ask(&["status"])["folders"][0]["unsafe_files"], 0);
}

#[test]
fn what_was_written_while_no_other_device_was_there_outlives_the_unmount_until_one_has_it() {
    let Some(looking) = looking() else { return };
    let [a, b] = looking.each();
    a.stop();
    fs::write(looking.at("new.txt"), "two").unwrap();
    fs::remove_file(looking.at("d/large.bin")).unwrap();
    b.tell(&["drive", "unmount"]);
    assert_eq!(viewed(b).as_deref(), Some("leaving"));
    assert_eq!(folder(b)["unsafe_files"], 1);
    assert!(b.tell(&["status"]).contains("keeps what is not safe elsewhere yet"));
    b.stop();
    b.start();
    looking.mount();
    until("it is there again", ARRIVAL_MAX, || looking.read("new.txt") == b"two");
    assert!(!looking.at("d/large.bin").exists());
    b.tell(&["drive", "unmount"]);
    assert_eq!(viewed(b).as_deref(), Some("leaving"));
    a.start();
    until("it has arrived", ARRIVAL_MAX, || a.has("new.txt", "two"));
    until("it is looked at no more", ARRIVAL_MAX, || viewed(b).is_none());
    // It is said to be looked at no more just before what it knew is cleared away.
    until("nothing of it is left", ARRIVAL_MAX, || knows_nothing(b));
    assert!(a.read("d/large.bin").is_none());
    no_conflicts(a);
}

#[test]
fn attaching_what_was_looked_at_takes_along_what_was_written_there() {
    let Some(looking) = looking() else { return };
    let [a, b] = looking.each();
    a.stop();
    fs::write(looking.at("a.txt"), "one, edited").unwrap();
    fs::create_dir(looking.at("e")).unwrap();
    fs::write(looking.at("e/new.txt"), "two").unwrap();
    let filled = tempfile::tempdir().unwrap();
    fs::write(filled.path().join("other.txt"), "other").unwrap();
    let refused = b.attempt(&["folder", "attach", DOCS, filled.path().to_str().unwrap()]);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(refused.err.contains("is not on another device yet"), "{refused:?}");
    assert_eq!((viewed(b).as_deref(), looking.read("e/new.txt")), (Some("drive"), b"two".to_vec()));
    let place = tempfile::tempdir().unwrap();
    b.tell(&["folder", "attach", DOCS, place.path().to_str().unwrap()]);
    assert_eq!((viewed(b), folder(b)["mode"].as_str()), (None, Some("clone")));
    assert_eq!(fs::read(place.path().join("a.txt")).unwrap(), b"one, edited");
    assert_eq!(fs::read(place.path().join("e/new.txt")).unwrap(), b"two");
    assert_eq!(looking.read("e/new.txt"), b"two", "the drive shows it from there");
    a.start();
    b.tell(&["wait", DOCS]);
    until("both are everywhere", ARRIVAL_MAX, || {
        a.has("a.txt", "one, edited")
            && a.has("e/new.txt", "two")
            && fs::read(place.path().join("d/large.bin")).is_ok_and(|b| b == noise(1, 3 << 20))
    });
    no_conflicts(a);
}

#[test]
fn a_directory_that_holds_something_is_merged_when_nothing_of_the_view_is_open() {
    let Some(looking) = looking() else { return };
    let [a, b] = looking.each();
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("a.txt"), "one").unwrap();
    fs::write(place.path().join("own.txt"), "own").unwrap();
    b.tell(&["folder", "attach", DOCS, place.path().to_str().unwrap()]);
    b.settle();
    assert!(a.has("own.txt", "own"));
    until("all is there", ARRIVAL_MAX, || place.path().join("d/large.bin").exists());
    no_conflicts(a);
}

#[test]
fn a_folder_that_is_streamed_from_here_on_was_looked_at_before_and_is_again_when_it_is_detached() {
    let Some(looking) = looking() else { return };
    let [a, b] = looking.each();
    let place = tempfile::tempdir().unwrap();
    let shown = |path: &str| fs::read(place.path().join(path)).unwrap_or_default();
    b.tell(&["folder", "attach", DOCS, place.path().to_str().unwrap(), "--mode", "stream"]);
    assert_eq!((viewed(b), folder(b)["mode"].as_str()), (None, Some("stream")));
    until("it is there too", ARRIVAL_MAX, || shown("a.txt") == b"one");
    b.tell(&["keep", DOCS]);
    until("it is kept", ARRIVAL_MAX, || local(b, "d/large.bin").as_deref() == Some("full"));
    b.tell(&["folder", "detach", DOCS]);
    assert_eq!((viewed(b).as_deref(), shown("a.txt")), (Some("drive"), Vec::new()));
    assert_eq!(looking.read("a.txt"), b"one");
    until("nothing is kept", ARRIVAL_MAX, || local(b, "d/large.bin").as_deref() == Some("none"));
    fs::write(looking.at("a.txt"), "edited").unwrap();
    until("an edit arrives", ARRIVAL_MAX, || a.has("a.txt", "edited"));
    no_conflicts(a);
}

#[test]
fn a_clone_that_is_detached_keeps_its_files_and_is_looked_at() {
    let Some(looking) = looking() else { return };
    let [_, b] = looking.each();
    let place = tempfile::tempdir().unwrap();
    b.tell(&["folder", "attach", DOCS, place.path().to_str().unwrap()]);
    b.settle();
    b.tell(&["folder", "detach", DOCS]);
    assert_eq!(viewed(b).as_deref(), Some("drive"));
    until("the drive shows it", ARRIVAL_MAX, || looking.read("a.txt") == b"one");
    fs::write(looking.at("a.txt"), "edited").unwrap();
    assert_eq!(fs::read(place.path().join("a.txt")).unwrap(), b"one");
}

#[test]
fn views_are_there_again_after_a_crash_and_new_folders_show_by_themselves() {
    let Some(looking) = looking() else { return };
    let [a, b] = looking.each();
    b.kill();
    let more = tempfile::tempdir().unwrap();
    fs::write(more.path().join("x.txt"), "more").unwrap();
    a.tell(&["folder", "create", "more", more.path().to_str().unwrap()]);
    b.start();
    until("it is there again", ARRIVAL_MAX, || looking.read("a.txt") == b"one");
    let new = looking.top.path().join("more/x.txt");
    until("the new one too", ARRIVAL_MAX, || fs::read(&new).is_ok_and(|text| text == b"more"));
    a.tell(&["folder", "delete", "more", "--yes"]);
    until("it goes with the folder", ARRIVAL_MAX, || !new.exists());
}

#[test]
fn what_a_reader_looks_at_can_only_be_read() {
    let Some(looking) = looking_as("reader") else { return };
    assert_eq!(looking.read("d/large.bin"), noise(1, 3 << 20));
    let refused = |result: std::io::Result<()>| {
        assert_eq!(result.unwrap_err().kind(), std::io::ErrorKind::ReadOnlyFilesystem);
    };
    refused(fs::write(looking.at("new.txt"), "two"));
    refused(fs::write(looking.at("a.txt"), "two"));
    refused(fs::remove_file(looking.at("a.txt")));
    assert_eq!(looking.read("a.txt"), b"one");
}
