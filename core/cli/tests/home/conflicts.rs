//! Changes made without knowledge of each other: both are kept, both are listed, one choice counts.

use std::path::Path;

use api::ErrorCode;
use api::request::{ConflictUndo, Nothing};

use crate::bed::{Device, Home};
use crate::nearby::Person;

/// Two devices that hold these files in sync.
fn home_with(paths: &[&str]) -> Home {
    let home = Home::of(2);
    let [a, _] = home.each();
    paths.iter().for_each(|path| a.write(path, format!("{path} as it was")));
    home.share();
    home
}

/// Does both while the devices can't know of each other, and brings them together again.
fn apart(home: &Home, on_a: impl FnOnce(&Device), on_b: impl FnOnce(&Device)) {
    let [a, b] = home.each();
    b.stop();
    on_a(a);
    on_b(b);
    a.settle();
    b.start();
    a.meet(b);
    home.agree();
}

/// What the conflict of `path` is called; the same on both.
fn conflict_of(home: &Home, path: &str) -> String {
    let [a, b] = home.each();
    let listed = a.conflicts();
    assert_eq!(listed, b.conflicts());
    let mut ids = listed.into_iter().filter(|one| one.0 == path).map(|one| one.1);
    let id = ids.next().unwrap_or_else(|| panic!("no conflict of {path} is listed"));
    assert!(ids.next().is_none(), "two conflicts of {path}");
    id
}

#[test]
fn edits_made_apart_are_listed_under_one_id_and_each_choice_counts_everywhere() {
    let home = home_with(&["mine", "theirs", "both", "alone"]);
    let [a, b] = home.each();
    let edit = |device: &Device| {
        for path in ["mine", "theirs", "both"] {
            device.write(path, format!("{path} by {}", device.name));
        }
    };
    apart(&home, edit, |b| {
        edit(b);
        b.write("alone", "only b edits this");
    });
    assert!(a.has("alone", "only b edits this"));
    assert_eq!(a.conflicts().len(), 3);
    for conflict in b.ask(&["conflict", "list"]).as_array().unwrap() {
        let mut makers: Vec<&str> = conflict["sides"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|side| side["name"].as_str())
            .collect();
        makers.sort_unstable();
        assert_eq!(makers, ["a", "b"], "{conflict}");
    }
    let stood = a.read("both").unwrap();
    let beside = if stood == b"both by a" { "both by b" } else { "both by a" };

    // "Mine" is what this device wrote, whichever side stands at the path.
    a.tell(&["conflict", "resolve", &conflict_of(&home, "mine"), "--keep", "mine"]);
    b.tell(&["conflict", "resolve", &conflict_of(&home, "theirs"), "--keep", "theirs"]);
    a.tell(&["conflict", "resolve", &conflict_of(&home, "both"), "--keep", "both"]);
    let tree = home.agree();
    assert!(a.conflicts().is_empty() && b.conflicts().is_empty());
    assert!(b.has("mine", "mine by a") && a.has("theirs", "theirs by a"), "{tree:?}");
    assert!(b.has("both", stood));
    assert_eq!(tree.len(), 5, "{tree:?}");
    let known =
        |path: &Path| ["alone", "both", "mine", "theirs"].iter().any(|name| path.ends_with(name));
    let second = tree.keys().find(|path| !known(path)).unwrap();
    assert!(second.to_str().unwrap().starts_with("both"), "{second:?}");
    assert!(b.has(second.to_str().unwrap(), beside), "{second:?}");
}

#[test]
fn what_was_not_kept_is_in_the_archive() {
    let home = home_with(&["plan", "rest", "more"]);
    let [a, b] = home.each();
    apart(&home, |a| a.write("plan", "a's plan"), |b| b.write("plan", "b's own plan"));
    let stands = a.read("plan").unwrap();
    a.tell(&["conflict", "resolve", &conflict_of(&home, "plan"), "--keep", "mine"]);
    home.agree();
    let lost: &[u8] = if stands == b"a's plan" { b"b's own plan" } else { b"a's plan" };
    let back = [a, b].into_iter().find_map(|device| {
        let versions = device.ask(&["history", "docs/plan"]);
        let mut versions = versions.as_array().unwrap().iter().cloned();
        let found = versions.find(|one| one["size"] == lost.len())?;
        let version = found["version"].as_str().unwrap().to_owned();
        device.tell(&["restore", "docs/plan", "--version", &version, "--to", "the other plan"]);
        Some(())
    });
    assert!(back.is_some(), "no device has the version that was not kept");
    home.agree();
    assert!(a.has("the other plan", lost) && b.has("plan", stands));
}

#[test]
fn a_choice_is_taken_back_by_the_name_that_the_conflict_gave_the_other_version() {
    let home = home_with(&["plan", "rest", "more"]);
    let [a, b] = home.each();
    apart(&home, |a| a.write("plan", "a's plan"), |b| b.write("plan", "b's own plan"));
    let id = conflict_of(&home, "plan");
    let sides = a.ask(&["conflict", "list"])[0]["sides"].clone();
    let lost = sides.as_array().unwrap().iter().find(|side| side["name"] == "b").unwrap();
    a.tell(&["conflict", "resolve", &id, "--keep", "mine"]);
    home.agree();
    assert!(a.has("plan", "a's plan"));
    a.tell(&["restore", "docs/plan", "--version", lost["version"].as_str().unwrap()]);
    home.agree();
    assert!(a.has("plan", "b's own plan") && b.has("plan", "b's own plan"));
    assert!(a.conflicts().is_empty() && b.conflicts().is_empty());
}

#[test]
fn two_people_who_choose_differently_while_apart_get_one_result() {
    let home = home_with(&["plan", "rest", "more"]);
    let [a, b] = home.each();
    apart(&home, |a| a.write("plan", "a's plan"), |b| b.write("plan", "b's own plan"));
    let id = conflict_of(&home, "plan");
    b.tell(&["pause"]);
    a.tell(&["conflict", "resolve", &id, "--keep", "mine"]);
    b.tell(&["conflict", "resolve", &id, "--keep", "theirs"]);
    b.tell(&["resume"]);
    a.meet(b);
    home.agree();
    assert!(a.has("plan", "a's plan") || a.has("plan", "b's own plan"), "{:?}", a.read("plan"));
    assert_eq!(a.conflicts(), b.conflicts());
    if let [(path, again)] = a.conflicts().as_slice() {
        // Two choices that differ may be a conflict again; then it ends like any other.
        assert_eq!(path, "plan");
        b.tell(&["conflict", "resolve", again, "--keep", "mine"]);
        home.agree();
    }
    assert!(a.conflicts().is_empty() && b.conflicts().is_empty());
}

#[test]
fn an_edit_beats_a_delete_and_equal_edits_are_no_conflict() {
    let home = home_with(&["deleted here", "deleted there", "equal", "rest"]);
    let [a, b] = home.each();
    apart(
        &home,
        |a| {
            a.remove("deleted here");
            a.write("deleted there", "a still needs it");
            a.write("equal", "both wrote this");
        },
        |b| {
            b.write("deleted here", "b still needs it");
            b.remove("deleted there");
            b.write("equal", "both wrote this");
        },
    );
    assert!(a.has("deleted here", "b still needs it"));
    assert!(b.has("deleted there", "a still needs it"));
    assert!(a.has("equal", "both wrote this"));
    assert!(a.conflicts().is_empty() && b.conflicts().is_empty(), "{:?}", a.conflicts());
}

#[test]
fn a_file_against_a_directory_loses_neither() {
    let home = home_with(&["rest", "more", "most"]);
    let [a, b] = home.each();
    apart(
        &home,
        |a| a.write("thing", "a wrote a file"),
        |b| b.write("thing/inside", "b made a directory"),
    );
    assert!(a.has("thing/inside", "b made a directory"), "{:?}", a.tree());
    let id = conflict_of(&home, "thing");
    b.tell(&["conflict", "resolve", &id, "--keep", "both"]);
    let tree = home.agree();
    let kept = tree.keys().any(|path| a.has(path.to_str().unwrap(), "a wrote a file"));
    assert!(kept && a.has("thing/inside", "b made a directory"), "{tree:?}");
    assert!(a.conflicts().is_empty() && b.conflicts().is_empty());
}

#[test]
fn that_both_were_kept_is_taken_back_as_long_as_the_second_copy_is_untouched() {
    let home = home_with(&["note.txt", "edited.txt"]);
    let [a, b] = home.each();
    let edit = |device: &Device| {
        ["note.txt", "edited.txt"].iter().for_each(|path| device.write(path, &device.name));
    };
    apart(&home, edit, edit);
    let person = Person::at(a);
    let listed = person.runtime.block_on(person.client.conflict_list(&Nothing {})).unwrap();
    for one in &listed {
        a.tell(&["conflict", "resolve", &one.id, "--keep", "both"]);
    }
    home.agree();
    let copy_of = |id: &str, path: &str| format!("{path} (other {}).txt", &id[..6]);
    let undo = |path: &str| {
        let one = listed.iter().find(|one| one.path == path).unwrap();
        let (id, folder) = (one.id.clone(), one.folder.clone());
        let copy = copy_of(&id, path.trim_end_matches(".txt"));
        let request = ConflictUndo { id, folder, path: path.to_owned() };
        (person.runtime.block_on(person.client.conflict_undo(&request)), copy)
    };
    let stood = a.read("note.txt");
    let (undone, copy) = undo("note.txt");
    undone.unwrap();
    home.agree();
    assert_eq!((a.read(&copy), b.read(&copy)), (None, None));
    assert_eq!((a.read("note.txt"), b.read("note.txt")), (stood.clone(), stood));
    let history = a.ask(&["history", &format!("{}/{copy}", listed[0].folder)]);
    assert_eq!(history.as_array().map(Vec::len), Some(1), "the copy is kept: {history}");

    let copy = copy_of(&listed.iter().find(|one| one.path == "edited.txt").unwrap().id, "edited");
    b.write(&copy, "somebody works on it");
    home.agree();
    let refused = undo("edited.txt").0.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UnknownConflict);
    assert!(a.has(&copy, "somebody works on it") && b.has(&copy, "somebody works on it"));
}
