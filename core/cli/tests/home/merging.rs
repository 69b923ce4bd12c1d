//! Directories that hold something already, and files that are not meant to be shared.

use crate::bed::{ARRIVAL_MAX, DOCS, Home, noise, stays, until};
use std::time::Duration;

#[test]
fn a_directory_that_holds_files_already_is_merged_and_equal_ones_are_not_sent() {
    let Some(home) = Home::on_a_switch(2) else { return };
    let [a, b] = home.each();
    let large = noise(1, 24 << 20);
    for device in [a, b] {
        device.write("equal/large.bin", &large);
        device.write("equal/small", "the same");
    }
    a.write("differs", "by a");
    b.write("differs", "of b's own");
    a.write("only a/one", "1");
    b.write("only b/two", "2");
    let before = home.net().carried(1);
    home.share();
    let tree = home.agree();
    let sent = home.net().carried(1) - before;
    assert!(sent < 4 << 20, "{sent} bytes were sent");
    assert!(b.has("only a/one", "1") && a.has("only b/two", "2"));
    assert!(b.has("equal/large.bin", &large) && b.has("equal/small", "the same"));
    assert_eq!(tree.len(), 8, "{tree:?}");

    let listed = a.conflicts();
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(listed[0].0, "differs");
    assert_eq!(b.conflicts(), listed);
    b.tell(&["conflict", "resolve", &listed[0].1, "--keep", "both"]);
    let tree = home.agree();
    let differing: Vec<Vec<u8>> = tree
        .keys()
        .filter(|path| path.components().count() == 1 && path.to_str().unwrap().contains("differs"))
        .map(|path| a.read(path.to_str().unwrap()).unwrap())
        .collect();
    assert!(differing.contains(&b"by a".to_vec()), "{tree:?}");
    assert!(differing.contains(&b"of b's own".to_vec()), "{tree:?}");
}

#[test]
fn ignore_rules_are_honoured_and_are_themselves_in_sync() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write(".homefoldignore", "*.tmp\n/build/\n!keep.tmp\n");
    a.write("notes.txt", "kept");
    a.write("scratch.tmp", "a's own");
    a.write("deep/keep.tmp", "kept by exception");
    a.write("build/out.o", "a's own");
    a.write("sub/build/in", "not at the top");
    a.write(".DS_Store", "litter");
    home.share();
    until("the rules are on b", ARRIVAL_MAX, || {
        b.has(".homefoldignore", "*.tmp\n/build/\n!keep.tmp\n")
    });
    b.write("other.tmp", "b's own");
    b.write("build/more.o", "b's own");
    b.write("from b", "shared");
    home.settle();
    for path in ["notes.txt", "deep/keep.tmp", "sub/build/in", "from b"] {
        assert!(a.read(path).is_some() && a.read(path) == b.read(path), "{path}");
    }
    for path in ["scratch.tmp", "build/out.o", ".DS_Store"] {
        assert_eq!(b.read(path), None, "{path}");
        assert!(a.read(path).is_some(), "{path}");
    }
    for path in ["other.tmp", "build/more.o"] {
        assert_eq!(a.read(path), None, "{path}");
    }

    // A new rule, made on the other side, counts from then on and deletes nothing.
    b.write(".homefoldignore", "*.tmp\n/build/\n!keep.tmp\nnotes.txt\n");
    home.settle();
    a.write("notes.txt", "changed after the rule");
    b.write("seen", "marks the time");
    home.settle();
    assert!(b.has("notes.txt", "kept"), "{:?}", b.read("notes.txt"));
    assert!(a.has("notes.txt", "changed after the rule") && a.has("seen", "marks the time"));
}

#[test]
fn leaving_a_folder_keeps_the_files_and_coming_back_merges() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("kept", "here");
    a.write("other", "there");
    home.share();
    b.tell(&["folder", "detach", DOCS]);
    assert!(b.has("kept", "here") && b.docs()["path"].is_null());
    a.write("later", "after b left");
    a.settle();
    stays("b is left alone", Duration::from_millis(700), || b.read("later").is_none());
    b.attach(DOCS);
    let tree = home.agree();
    assert_eq!(tree.len(), 3);
    assert!(a.conflicts().is_empty());

    a.tell(&["folder", "delete", DOCS, "--yes"]);
    let ended = |device: &crate::bed::Device| device.docs().is_null();
    until("the folder has ended everywhere", ARRIVAL_MAX, || ended(a) && ended(b));
    assert!(a.has("kept", "here") && b.has("later", "after b left"));
}
