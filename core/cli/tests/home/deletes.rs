//! Deletes: those that are meant arrive everywhere, late devices included; accidents are held.

use std::time::Duration;

use crate::bed::{ARRIVAL_MAX, DOCS, Device, Home, same, stays, until};

/// How long a test looks on while nothing may happen.
const QUIET: Duration = Duration::from_millis(1500);

fn filled(home: &Home, files: usize) {
    let [first, ..] = home.each::<2>();
    for at in 0..files {
        first.write(&format!("{at:03}"), format!("file {at}"));
    }
    home.share();
}

#[test]
fn a_device_that_was_away_gets_the_deletes_from_another_and_brings_nothing_back() {
    let home = Home::of(3);
    let [a, b, c] = home.each();
    for at in 0..40 {
        a.write(&format!("{at}"), format!("file {at}"));
    }
    a.write("whole/tree/leaf", "leaf");
    home.share();
    c.stop();
    (0..5).for_each(|at| a.remove(&at.to_string()));
    std::fs::remove_dir_all(a.at("whole")).unwrap();
    b.remove("5");
    a.settle();
    b.settle();
    same(&[a, b]);
    a.stop();
    c.write("4", "c still works on this one");
    c.start();
    b.meet(c);
    b.settle();
    c.settle();
    let tree = same(&[b, c]);
    let gone = ["0", "1", "2", "3", "5", "whole"];
    assert!(gone.iter().all(|path| !tree.contains_key(std::path::Path::new(path))), "{tree:?}");
    assert!(b.has("4", "c still works on this one"));
    a.start();
    a.meet(b);
    let tree = home.agree();
    assert_eq!(tree.len(), 35, "{tree:?}");
    assert!(a.has("4", "c still works on this one"));
    // Every start looks at the whole disk; nothing of it is taken for new.
    for device in [a, b, c] {
        device.stop();
        device.start();
    }
    a.meet(b);
    b.meet(c);
    assert_eq!(home.agree(), tree);
}

#[test]
fn an_emptied_folder_is_held_and_undo_puts_the_files_back() {
    let home = Home::of(2);
    filled(&home, 40);
    let [a, b] = home.each();
    let tree = same(&[a, b]);
    empty(a);
    let held = until_held(a);
    assert_eq!(held["deletes"], 40, "{held}");
    assert!(!held["reason"].as_str().unwrap().is_empty());
    stays("b keeps its files", QUIET, || b.tree() == tree);
    assert_eq!(a.attempt(&["wait", "--timeout", "1s"]).status, 4, "what is held is not settled");
    a.tell(&["folder", "undo", DOCS]);
    home.settle();
    assert!(a.docs()["held"].is_null());
    assert_eq!(same(&[a, b]), tree);
}

#[test]
fn a_directory_that_is_moved_away_and_back_is_no_delete() {
    let home = Home::of(2);
    let [a, b] = home.each();
    for at in 0..60 {
        a.write(&format!("d/{at:03}"), format!("file {at}"));
    }
    (0..5).for_each(|at| a.write(&format!("few/{at}"), format!("one of few {at}")));
    home.share();
    let tree = same(&[a, b]);
    let away = a.at("").parent().unwrap().join("away");
    let there_and_back = |directory: &str, wait: Duration| {
        std::fs::rename(a.at(directory), &away).unwrap();
        std::thread::sleep(wait);
        std::fs::rename(&away, a.at(directory)).unwrap();
    };
    // Back while nothing was decided yet.
    for wait in [0, 50, 150, 190] {
        there_and_back("few", Duration::from_millis(wait));
        stays("b keeps its files", QUIET / 2, || b.tree() == tree);
    }
    std::fs::rename(a.at("d"), &away).unwrap();
    until_held(a);
    std::fs::rename(&away, a.at("d")).unwrap();
    until("nothing is on hold", ARRIVAL_MAX, || a.docs()["held"].is_null());
    home.settle();
    assert_eq!(same(&[a, b]), tree);
    let listed = a.ask(&["ls", "docs/few"]);
    assert_eq!(listed.as_array().unwrap().len(), 5, "{listed}");
}

#[test]
fn an_emptied_folder_that_is_released_empties_the_others() {
    let home = Home::of(2);
    filled(&home, 40);
    let [a, b] = home.each();
    empty(a);
    until_held(a);
    b.write("new", "made while the batch was held");
    until("the rest of the folder goes on", ARRIVAL_MAX, || a.read("new").is_some());
    assert_eq!(b.tree().len(), 41);
    a.tell(&["folder", "release", DOCS]);
    let tree = home.agree();
    assert_eq!(tree.len(), 1, "{tree:?}");
    assert!(a.docs()["held"].is_null() && b.docs()["held"].is_null());
}

#[test]
fn a_batch_stays_held_when_the_service_starts_anew() {
    let home = Home::of(2);
    filled(&home, 60);
    let [a, b] = home.each();
    a.stop();
    (0..50).for_each(|at| a.remove(&format!("{at:03}")));
    a.start();
    let held = until_held(a);
    assert_eq!(held["deletes"], 50, "{held}");
    a.kill();
    a.start();
    a.meet(b);
    assert_eq!(until_held(a)["deletes"], 50);
    stays("b keeps its files", QUIET, || b.tree().len() == 60);
    a.tell(&["folder", "undo", DOCS]);
    assert_eq!(home.agree().len(), 60);
}

#[test]
fn a_folder_whose_directory_vanished_is_held_and_put_back_where_it_was() {
    let home = Home::of(2);
    filled(&home, 10);
    let [a, b] = home.each();
    let tree = same(&[a, b]);
    let elsewhere = a.folder("elsewhere");
    std::fs::rename(a.folder(DOCS), &elsewhere).unwrap();
    let lost = || a.problems().iter().any(|(_, reason)| reason == "root-missing");
    until("a misses its directory", ARRIVAL_MAX, lost);
    stays("b keeps its files", QUIET, || b.tree() == tree);
    std::fs::rename(&elsewhere, a.folder(DOCS)).unwrap();
    until("a has it again", ARRIVAL_MAX, || !lost());
    b.write("000", "goes on");
    home.agree();
    assert!(a.has("000", "goes on"));

    a.stop();
    std::fs::remove_dir_all(a.folder(DOCS)).unwrap();
    a.start();
    a.meet(b);
    until("a misses its directory", ARRIVAL_MAX, lost);
    stays("b keeps its files", QUIET, || b.tree().len() == 10);
    a.tell(&["folder", "undo", DOCS]);
    assert_eq!(home.agree().len(), 10);
    assert!(!lost());
}

#[test]
fn a_batch_that_adds_up_from_several_devices_is_held_where_it_arrives() {
    let home = Home::of(3);
    let [a, b, c] = home.each();
    for at in 0..36 {
        a.write(&format!("{at}"), format!("file {at}"));
    }
    home.share();
    a.tell(&["pause"]);
    b.tell(&["pause"]);
    (0..15).for_each(|at| a.remove(&at.to_string()));
    (15..30).for_each(|at| b.remove(&at.to_string()));
    a.tell(&["folder", "rescan", DOCS]);
    b.tell(&["folder", "rescan", DOCS]);
    a.tell(&["resume"]);
    b.tell(&["resume"]);
    until_held(c);
    assert!(c.tree().len() >= 21, "{}", c.tree().len());
    for device in [a, b, c] {
        if !device.docs()["held"].is_null() {
            device.tell(&["folder", "release", DOCS]);
        }
    }
    let held = |device: &&Device| !device.docs()["held"].is_null();
    let release = || {
        let held: Vec<&Device> = [a, b, c].into_iter().filter(held).collect();
        held.iter().for_each(|device| drop(device.attempt(&["folder", "release", DOCS])));
        [a, b, c].iter().all(|device| device.tree().len() == 6)
    };
    until("what was released is gone everywhere", ARRIVAL_MAX, release);
    assert_eq!(home.agree().len(), 6);
}

#[test]
fn moving_everything_into_a_new_directory_is_no_delete() {
    let home = Home::of(2);
    filled(&home, 60);
    let [a, b] = home.each();
    std::fs::create_dir(a.at("all")).unwrap();
    (0..60).for_each(|at| a.rename(&format!("{at:03}"), &format!("all/{at:03}")));
    let tree = home.agree();
    assert_eq!(tree.len(), 61);
    assert!(a.docs()["held"].is_null() && b.docs()["held"].is_null());
    assert!(b.has("all/007", "file 7"));
}

fn empty(device: &Device) {
    for entry in std::fs::read_dir(device.folder(DOCS)).unwrap().flatten() {
        if entry.file_type().unwrap().is_file() {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
}

/// What is held, once something is and no more is added to it.
fn until_held(device: &Device) -> serde_json::Value {
    let mut last = serde_json::Value::Null;
    until(&format!("{} holds a batch", device.name), ARRIVAL_MAX, || {
        let held = device.docs()["held"].clone();
        let steady = !held.is_null() && held["deletes"] == last["deletes"];
        last = held;
        std::thread::sleep(Duration::from_millis(300));
        steady
    });
    last
}
