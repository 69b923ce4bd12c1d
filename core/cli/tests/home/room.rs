//! Disks that are full, read-only, or not to be read: that entry waits with a reason, the rest goes on.

use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::bed::{ARRIVAL_MAX, DOCS, Device, Home, noise, until};

fn waits(device: &Device, path: &str, reason: &str) -> bool {
    device.problems().contains(&(path.to_owned(), reason.to_owned()))
}

/// Gives the device's folder a small disk of its own.
fn small_disk(home: &Home, at: usize, device: &Device, megabytes: u32) {
    let place = device.inside(DOCS);
    let line = format!("mount -t tmpfs -o size={megabytes}m none {}", place.display());
    home.net().node(at).run(&line);
}

fn remount(home: &Home, at: usize, device: &Device, options: &str) {
    let place = device.inside(DOCS);
    home.net().node(at).run(&format!("mount -o remount,{options} {}", place.display()));
}

#[test]
fn what_does_not_fit_waits_and_comes_by_itself_when_there_is_room() {
    let Some(home) = Home::on_a_switch(2) else { return };
    let [a, b] = home.each();
    small_disk(&home, 1, b, 24);
    a.write("first", "fits");
    home.share();
    let large = noise(13, 40 << 20);
    a.write("large.bin", &large);
    until("the large file waits", ARRIVAL_MAX, || waits(b, "large.bin", "disk-full"));
    a.write("small", "still fits");
    b.write("from b", "still goes out");
    until("the rest goes on", ARRIVAL_MAX, || {
        b.has("small", "still fits") && a.has("from b", "still goes out")
    });
    assert!(b.read("large.bin").is_none(), "no part of it is shown");
    assert_eq!(b.attempt(&["wait", "--timeout", "1s"]).status, 4);
    assert!(b.docs()["missing_files"] == 1 && b.docs()["problems"] == 1, "{}", b.docs());
    remount(&home, 1, b, "size=128m");
    until("it came by itself", ARRIVAL_MAX, || b.has("large.bin", &large));
    home.agree();
    assert!(b.problems().is_empty(), "{:?}", b.problems());
}

#[test]
fn a_full_disk_is_told_to_programs_on_the_drive_and_nothing_is_torn_or_lost() {
    let Some(home) = Home::on_a_switch(2) else { return };
    if !Path::new("/dev/fuse").exists() {
        return eprintln!("NOT RUN: this system has no /dev/fuse (apt-get install fuse3)");
    }
    let [a, b] = home.each();
    let far = noise(21, 40 << 20);
    a.write("far.bin", &far);
    a.write("note.txt", "one");
    a.create(DOCS);
    let bodies = b.data().join("bodies");
    home.net().node(1).run(&format!("mkdir -p {}", bodies.display()));
    home.net().node(1).run(&format!("mount -t tmpfs -o size=24m none {}", bodies.display()));
    b.tell(&["folder", "attach", DOCS, "--mode", "stream"]);
    b.tell(&["drive", "mount", b.inside("drive").to_str().unwrap()]);
    let drive = b.folder("drive").join(DOCS);
    until("the drive shows them", ARRIVAL_MAX, || drive.join("far.bin").exists());

    let full = |result: std::io::Result<()>| {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::StorageFull);
    };
    // What does not fit here can be read, and not be changed.
    assert!(fs::read(drive.join("far.bin")).unwrap() == far, "other bytes were read");
    full(File::options().write(true).open(drive.join("far.bin")).map(drop));
    full(File::create(drive.join("own.bin")).and_then(|mut file| {
        file.write_all(&noise(22, 40 << 20))?;
        file.sync_all()
    }));
    fs::remove_file(drive.join("own.bin")).unwrap();
    until("there is room again", ARRIVAL_MAX, || {
        fs::write(drive.join("note.txt"), noise(23, 1 << 20)).is_ok()
    });
    until("the note arrives", ARRIVAL_MAX, || a.has("note.txt", noise(23, 1 << 20)));
    assert!(a.has("far.bin", &far), "it is as it was");
    assert!(fs::read(drive.join("far.bin")).unwrap() == far, "other bytes were read");
    until("what was given up is gone", ARRIVAL_MAX, || a.read("own.bin").is_none());
    assert_eq!(b.ask(&["conflict", "list"]).as_array().map(Vec::len), Some(0));
    assert!(a.problems().is_empty(), "{:?}", a.problems());
}

#[test]
fn each_device_shows_how_full_the_disks_of_all_are_and_nothing_of_what_is_on_those_of_others() {
    let Some(home) = Home::on_a_switch(2) else { return };
    let [a, b] = home.each();
    small_disk(&home, 1, b, 64);
    home.share();
    let disk_of = |asked: &Device, of: &Device| {
        let listed = asked.ask(&["device", "list"]);
        let found = listed.as_array().unwrap().iter().find(|one| one["name"] == of.name.as_str());
        let device = found.unwrap().clone();
        (device["disks"][0].clone(), device)
    };
    let (own, listed) = disk_of(b, b);
    assert_eq!((&own["folders"][0], &own["size"]), (&DOCS.into(), &(64 << 20).into()));
    assert!(listed["disks_told"].is_null() && listed["version"].is_string(), "{listed}");
    until("a knows of it", ARRIVAL_MAX, || disk_of(a, b).0["size"] == 64 << 20);
    until("b knows of the other", ARRIVAL_MAX, || disk_of(b, a).0["size"].is_u64());
    let (seen, listed) = disk_of(a, b);
    assert!(seen["folders"].as_array().unwrap().is_empty(), "{listed}");
    assert!(listed["disks_told"].is_string() && listed["version"].is_string(), "{listed}");
    let status = a.ask(&["status"])["devices"][0].clone();
    assert_eq!(listed["disks"], status["disks"], "the status says the same");
    assert!(a.tell(&["device", "list"]).contains(" of 67.1 MB"));

    let before = own["free"].as_u64().unwrap();
    a.write("large", noise(3, 8 << 20));
    home.settle();
    assert!(disk_of(b, b).0["free"].as_u64().unwrap() <= before - (8 << 20));
    b.stop();
    until("it is away", ARRIVAL_MAX, || disk_of(a, b).1["connected"] == false);
    assert_eq!(disk_of(a, b).0, seen, "what it told stays, with its time");
    b.start();
    let told = || disk_of(a, b).0["free"].as_u64().unwrap() <= before - (8 << 20);
    until("it tells how it is now when it comes again", ARRIVAL_MAX, told);
}

#[test]
fn a_disk_that_turns_read_only_is_named_and_catches_up_later() {
    let Some(home) = Home::on_a_switch(2) else { return };
    let [a, b] = home.each();
    small_disk(&home, 1, b, 64);
    a.write("first", "there");
    home.share();
    remount(&home, 1, b, "ro");
    a.write("second", "not yet");
    a.write("first", "changed");
    let named = || b.problems().iter().any(|(_, reason)| reason == "read-only");
    until("the reason is named", ARRIVAL_MAX, named);
    assert!(b.has("first", "there") && b.read("second").is_none());
    remount(&home, 1, b, "rw");
    until("b caught up", ARRIVAL_MAX, || b.has("second", "not yet") && b.has("first", "changed"));
    home.agree();
}

#[test]
fn a_file_that_may_not_be_read_waits_and_the_rest_goes_on() {
    let home = Home::of(2);
    let [a, b] = home.each();
    home.share();
    a.stop();
    a.obey();
    a.start();
    a.meet(b);
    a.write("changed", "before");
    home.settle();
    a.write("closed", "x");
    a.write("changed", "after");
    for path in ["closed", "changed"] {
        std::fs::set_permissions(a.at(path), Permissions::from_mode(0o000)).unwrap();
    }
    a.write("open", "y");
    until("the open one is on b", ARRIVAL_MAX, || b.has("open", "y"));
    until("the closed one waits", ARRIVAL_MAX, || waits(a, "closed", "denied"));
    // Nobody else can have it: the barrier says so.
    let waited = a.attempt(&["wait", "--timeout", "1s"]);
    assert_eq!((waited.status, b.read("closed")), (4, None), "{}", waited.err);
    assert!(waited.err.contains("can't be read"), "{}", waited.err);
    for path in ["closed", "changed"] {
        std::fs::set_permissions(a.at(path), Permissions::from_mode(0o600)).unwrap();
    }
    home.agree();
    assert!(b.has("changed", "after"));
    assert!(b.has("closed", "x"));
}
