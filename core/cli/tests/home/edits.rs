//! Programs that write parts of large files whose bytes are on another device.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::bed::{ARRIVAL_MAX, DOCS, Device, noise, until};
use crate::drive::{Driven, driven, local};

const SIZE: usize = 64 << 20;

/// A home whose second device streams, and a file that only the first one has.
struct Scene {
    driven: Driven,
    bytes: Vec<u8>,
}

fn scene() -> Option<Scene> {
    let driven = driven()?;
    let bytes = noise(7, SIZE);
    let [a, b] = driven.home.each();
    b.tell(&["policy", "set", "home", "read.deadline", "3"]);
    a.write("d/disk.img", &bytes);
    a.settle();
    let scene = Scene { driven, bytes };
    let shown = || fs::metadata(scene.file()).is_ok_and(|file| file.len() == SIZE as u64);
    until("the drive shows it", ARRIVAL_MAX, shown);
    Some(scene)
}

impl Scene {
    fn each(&self) -> [&Device; 2] {
        self.driven.home.each()
    }

    fn at(&self, path: &str) -> PathBuf {
        self.driven.folder().join(path)
    }

    fn file(&self) -> PathBuf {
        self.at("d/disk.img")
    }

    fn opened(&self) -> File {
        File::options().read(true).write(true).open(self.file()).unwrap()
    }

    /// Writes through the drive, and what is expected with it.
    fn write(&mut self, file: &File, at: usize, bytes: &[u8]) {
        file.write_all_at(bytes, at as u64).unwrap();
        self.bytes.resize(self.bytes.len().max(at + bytes.len()), 0);
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn arrives(&self, path: &str) {
        let [a, b] = self.each();
        until("the edit arrives", ARRIVAL_MAX, || a.has(path, &self.bytes));
        assert_eq!(b.conflicts(), []);
    }
}

/// Bytes that came from another device because programs read.
fn pulled(device: &Device) -> u64 {
    let pulls = device.ask(&["log", "pulls"]);
    pulls.as_array().unwrap().iter().filter_map(|pull| pull["bytes"].as_u64()).sum()
}

fn not_safe(device: &Device) -> u64 {
    device.docs()["unsafe_files"].as_u64().unwrap()
}

#[test]
fn an_edit_in_the_middle_of_a_large_file_waits_for_nothing_but_what_it_touches() {
    let Some(mut scene) = scene() else { return };
    let before = pulled(scene.each()[1]);
    let file = scene.opened();
    scene.write(&file, 30_000_001, &noise(8, 4096));
    file.sync_all().unwrap();
    let mut around = vec![0; 20_000];
    file.read_exact_at(&mut around, 29_990_000).unwrap();
    assert_eq!(around, scene.bytes[29_990_000..30_010_000]);
    let fetched = pulled(scene.each()[1]) - before;
    assert!(fetched < 12 << 20, "{fetched} bytes were fetched for an edit of 4 KiB");
    assert_eq!(not_safe(scene.each()[1]), 1);
    drop(file);
    scene.arrives("d/disk.img");
    let [a, b] = scene.each();
    b.settle();
    a.settle();
    assert_eq!(not_safe(b), 0);
    assert!(fs::read(scene.file()).unwrap() == scene.bytes);
}

#[test]
fn what_was_written_is_there_after_the_service_was_killed_and_reaches_the_others() {
    let Some(mut scene) = scene() else { return };
    let file = scene.opened();
    scene.write(&file, 10_000_000, &noise(8, 100_000));
    scene.write(&file, SIZE - 10, b"written behind the end of it");
    // What the kernel had been handed and had not handed on would be lost with a mount of any kind.
    file.sync_data().unwrap();
    let [_, b] = scene.each();
    b.kill();
    drop(file);
    b.start();
    until("it is mounted again", ARRIVAL_MAX, || scene.file().exists());
    until("it shows as it was written", ARRIVAL_MAX, || {
        fs::metadata(scene.file()).is_ok_and(|file| file.len() == scene.bytes.len() as u64)
    });
    scene.arrives("d/disk.img");
}

#[test]
fn while_nobody_has_the_rest_writing_goes_on_and_reading_it_fails_in_time() {
    let Some(mut scene) = scene() else { return };
    scene.each()[0].freeze();
    let begun = Instant::now();
    let file = scene.opened();
    scene.write(&file, 4096 * 5000, &noise(8, 4096 * 3));
    file.sync_all().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let mut read = [0; 100];
    file.read_exact_at(&mut read, 4096 * 5001).unwrap();
    assert_eq!(read, scene.bytes[4096 * 5001..][..100]);
    let error = file.read_exact_at(&mut read, 50_000_000).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(5), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    drop(file);
    let [a, b] = scene.each();
    assert_eq!(not_safe(b), 1);
    assert_eq!(b.attempt(&["wait", "--timeout", "1s"]).status, 4, "it is not everywhere");
    a.thaw();
    scene.arrives("d/disk.img");
    until("it is safe", ARRIVAL_MAX, || not_safe(b) == 0);
}

#[test]
fn what_waits_to_be_put_together_is_renamed_and_deleted_like_any_file() {
    let Some(mut scene) = scene() else { return };
    scene.each()[0].freeze();
    let file = scene.opened();
    scene.write(&file, 4096 * 5000, &noise(8, 4096));
    drop(file);
    fs::rename(scene.file(), scene.at("d/moved.img")).unwrap();
    fs::rename(scene.at("d"), scene.at("e")).unwrap();
    let file = File::options().read(true).write(true).open(scene.at("e/moved.img")).unwrap();
    let mut read = [0; 100];
    file.read_exact_at(&mut read, 4096 * 5000).unwrap();
    assert_eq!(read, scene.bytes[4096 * 5000..][..100]);
    drop(file);
    let [a, _] = scene.each();
    a.thaw();
    scene.arrives("e/moved.img");
    assert!(a.read("d/disk.img").is_none());
}

#[test]
fn an_edit_that_is_deleted_before_it_is_whole_is_gone() {
    let Some(mut scene) = scene() else { return };
    scene.each()[0].freeze();
    let file = scene.opened();
    scene.write(&file, 4096 * 5000, &noise(8, 4096));
    fs::remove_file(scene.file()).unwrap();
    let mut read = [0; 100];
    file.read_exact_at(&mut read, 4096 * 5000).unwrap();
    drop(file);
    let [a, b] = scene.each();
    assert!(!scene.file().exists());
    a.thaw();
    until("the delete arrives", ARRIVAL_MAX, || a.read("d/disk.img").is_none());
    b.settle();
    assert!(!scene.file().exists() && not_safe(b) == 0);
}

#[test]
fn a_file_that_is_cut_and_goes_on_is_what_it_would_be_on_any_disk() {
    let Some(mut scene) = scene() else { return };
    let file = scene.opened();
    file.set_len(20_000_000).unwrap();
    scene.bytes.truncate(20_000_000);
    scene.write(&file, 20_000_500, b"behind a hole");
    assert_eq!(file.metadata().unwrap().len(), 20_000_513);
    drop(file);
    scene.arrives("d/disk.img");
    let modified = |path: PathBuf| fs::metadata(path).unwrap().modified().unwrap();
    let [a, b] = scene.each();
    b.settle();
    assert_eq!(modified(a.at("d/disk.img")), modified(scene.file()));
}

#[test]
fn who_opens_a_file_to_write_and_writes_nothing_has_nothing_fetched_and_changes_nothing() {
    let Some(scene) = scene() else { return };
    let [a, b] = scene.each();
    let before = pulled(b);
    drop(scene.opened());
    until("it is no edit any more", ARRIVAL_MAX, || not_safe(b) == 0);
    assert_eq!(pulled(b), before);
    assert_eq!(local(b, "d/disk.img").as_deref(), Some("none"));
    a.settle();
    assert!(a.has("d/disk.img", &scene.bytes));
    assert_eq!(
        a.ask(&["history", &format!("{DOCS}/d/disk.img")]).as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn an_edit_of_what_another_device_changed_meanwhile_is_a_conflict_with_both_sides() {
    let Some(mut scene) = scene() else { return };
    let file = scene.opened();
    // All of what is edited comes here, so that it can be had whatever the other device does.
    let mut all = vec![0; SIZE];
    file.read_exact_at(&mut all, 0).unwrap();
    assert!(all == scene.bytes);
    scene.write(&file, 4096 * 5000, &noise(8, 4096));
    file.sync_all().unwrap();
    let [a, b] = scene.each();
    a.write("d/disk.img", "quite something else");
    a.settle();
    drop(file);
    until("both sides are there", ARRIVAL_MAX, || {
        b.conflicts().len() == 1 && a.conflicts().len() == 1
    });
    assert!(a.has("d/disk.img", "quite something else") || a.has("d/disk.img", &scene.bytes));
}

#[test]
fn what_is_open_for_long_is_put_together_meanwhile_and_the_program_goes_on() {
    let Some(mut scene) = scene() else { return };
    let file = scene.opened();
    scene.write(&file, 4096 * 5000, &noise(8, 4096));
    file.sync_all().unwrap();
    scene.arrives("d/disk.img");
    scene.write(&file, 4096 * 9000, &noise(9, 4096));
    file.sync_all().unwrap();
    let mut all = vec![0; SIZE];
    file.read_exact_at(&mut all, 0).unwrap();
    assert!(all == scene.bytes);
    scene.arrives("d/disk.img");
}
