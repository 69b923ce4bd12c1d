//! A device that does not keep every file: it knows them all, keeps what it is told to, and gives back
//! what others keep.

use std::path::PathBuf;

use serde_json::Value;

use crate::bed::{ARRIVAL_MAX, DOCS, Device, Home, noise, until};

/// Where the files stand that are on a device which keeps only some.
fn body(device: &Device) -> PathBuf {
    let id = device.docs()["id"].as_str().unwrap().to_owned();
    device.data().join("bodies").join(id)
}

/// How much of an entry is on a device.
fn local(device: &Device, path: &str) -> Option<String> {
    let above = path.rsplit_once('/').map_or(String::new(), |(above, _)| format!("/{above}"));
    let entries = device.ask(&["ls", &format!("{DOCS}{above}")]);
    let found = entries.as_array()?.iter().find(|entry| entry["path"] == path)?;
    found["local"].as_str().map(str::to_owned)
}

fn files(device: &Device) -> Option<u64> {
    device.docs()["files"].as_u64()
}

/// A home in which the first device keeps everything and the second streams.
fn streaming() -> Home {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("a.txt", "one");
    a.write("d/large.bin", noise(1, 3 << 20));
    a.write("d/small.txt", "two");
    a.create(DOCS);
    b.tell(&["folder", "attach", DOCS, "--mode", "stream"]);
    until("the other device knows every file", ARRIVAL_MAX, || files(b) == Some(3));
    home
}

#[test]
fn a_device_that_streams_knows_every_file_and_has_none() {
    let home = streaming();
    let [_, b] = home.each();
    b.settle();
    let docs = b.docs();
    assert_eq!((&docs["mode"], &docs["missing_files"]), (&Value::from("stream"), &Value::from(0)));
    assert_eq!(local(b, "a.txt").as_deref(), Some("none"));
    assert!(body(b).join("d").is_dir() && !body(b).join("a.txt").exists());
    assert!(b.problems().is_empty());
}

#[test]
fn what_is_kept_comes_with_what_is_new_there_and_what_is_freed_goes_and_stays_in_the_folder() {
    let home = streaming();
    let [a, b] = home.each();
    b.tell(&["keep", &format!("{DOCS}/d")]);
    let there = |path: &str| body(b).join(path).exists();
    until("what is kept is there", ARRIVAL_MAX, || there("d/large.bin") && there("d/small.txt"));
    assert!(!there("a.txt"));
    a.write("d/new.txt", "three");
    until("what is new is kept too", ARRIVAL_MAX, || there("d/new.txt"));
    home.settle();
    b.tell(&["free", &format!("{DOCS}/d")]);
    assert!(!there("d/large.bin") && !there("d/small.txt") && !there("d/new.txt"));
    home.settle();
    assert_eq!(files(a), Some(4));
    assert!(a.has("d/small.txt", "two") && a.has("d/new.txt", "three"));
    assert_eq!(local(b, "d/small.txt").as_deref(), Some("none"));
}

#[test]
fn a_directory_says_how_much_of_what_is_below_it_is_here() {
    let home = streaming();
    let [a, b] = home.each();
    std::fs::create_dir_all(a.at("e/empty")).unwrap();
    a.write("e/f/g/deep.txt", "deep");
    until("the other device knows it", ARRIVAL_MAX, || files(b) == Some(4));
    home.settle();
    let says = |path: &str| local(b, path).unwrap();
    assert_eq!(
        (says("d"), says("e"), says("e/empty")),
        ("none".into(), "none".into(), "full".into())
    );
    b.tell(&["keep", &format!("{DOCS}/d/small.txt")]);
    b.tell(&["keep", &format!("{DOCS}/e")]);
    until("what is kept is there", ARRIVAL_MAX, || {
        says("d/small.txt") == "full" && says("e/f/g/deep.txt") == "full"
    });
    assert_eq!((says("d"), says("e"), says("e/f")), ("part".into(), "full".into(), "full".into()));
    home.settle();
    b.tell(&["free", &format!("{DOCS}/e")]);
    assert_eq!((says("e"), says("e/f")), ("none".into(), "none".into()));
    assert_eq!(local(a, "e").as_deref(), Some("full"));
    let entries = b.ask(&["ls", DOCS]);
    let listed = entries.as_array().unwrap().iter().find(|entry| entry["path"] == "e").unwrap();
    assert_eq!(listed["holders"], Value::Null, "nobody counts the copies of a directory");
}

#[test]
fn the_last_copy_is_not_given_up() {
    let home = streaming();
    let [a, b] = home.each();
    std::fs::write(body(b).join("own.txt"), "mine").unwrap();
    until("it is on both", ARRIVAL_MAX, || a.has("own.txt", "mine"));
    home.settle();
    a.stop();
    let refused = b.attempt(&["free", &format!("{DOCS}/own.txt")]);
    assert_eq!(refused.status, 1, "{}", refused.err);
    assert!(body(b).join("own.txt").exists());
    assert!(refused.err.contains("Nothing is lost"), "{}", refused.err);
    a.start();
    until("they meet again", ARRIVAL_MAX, || b.sees(&a.name));
    until("it may go", ARRIVAL_MAX, || {
        b.attempt(&["free", &format!("{DOCS}/own.txt")]).status == 0
    });
    assert!(!body(b).join("own.txt").exists());
    assert!(a.has("own.txt", "mine"));
}

#[test]
fn what_no_other_device_has_yet_is_called_not_yet_safe() {
    let home = streaming();
    let [a, b] = home.each();
    a.stop();
    std::fs::write(body(b).join("own.txt"), "mine").unwrap();
    let alone = || b.docs()["unsafe_files"].as_u64();
    until("it is counted", ARRIVAL_MAX, || alone() == Some(1));
    assert_eq!(b.docs()["unsafe_bytes"], 4);
    a.start();
    until("it is safe", ARRIVAL_MAX, || alone() == Some(0));
}

#[test]
fn a_clone_that_becomes_a_stream_keeps_its_files_until_room_is_wanted() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("a.txt", "one");
    home.share();
    home.settle();
    b.tell(&["folder", "mode", DOCS, "stream"]);
    a.write("b.txt", "two");
    until("what is new is known", ARRIVAL_MAX, || files(b) == Some(2));
    b.settle();
    assert!(b.has("a.txt", "one") && b.read("b.txt").is_none());
    b.tell(&["folder", "mode", DOCS, "clone"]);
    until("everything is there", ARRIVAL_MAX, || b.has("b.txt", "two"));
    home.agree();
}
