//! Renames move names, not bytes, and what others do at the same time follows.

use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use crate::bed::{Device, Home, noise};

fn inode(device: &Device, path: &str) -> u64 {
    device.at(path).metadata().unwrap().ino()
}

#[test]
fn renaming_a_large_file_and_a_tree_sends_names_only_and_keeps_the_files() {
    let Some(home) = Home::on_a_switch(2) else { return };
    let [a, b] = home.each();
    a.write("films/film.bin", noise(9, 64 << 20));
    let many = |device: &Device, top: &str| -> Vec<u64> {
        (0..300).map(|at| inode(device, &format!("{top}/{}/{at}.jpg", at % 7))).collect()
    };
    for at in 0..300 {
        a.write(&format!("photos/{}/{at}.jpg", at % 7), noise(at, 4_000));
    }
    home.share();
    let (film, photos) = (inode(b, "films/film.bin"), many(b, "photos"));
    let before = home.net().carried(1);
    a.rename("films/film.bin", "the film.bin");
    home.agree();
    let for_film = home.net().carried(1) - before;
    assert!(for_film < 200_000, "{for_film} bytes were sent for a renamed file");
    assert_eq!(inode(b, "the film.bin"), film);

    let before = home.net().carried(1);
    a.rename("photos", "pictures");
    home.agree();
    let for_tree = home.net().carried(1) - before;
    assert!(for_tree < 500_000, "{for_tree} bytes were sent for a renamed tree");
    assert_eq!(many(b, "pictures"), photos);
    assert!(!b.at("photos").exists());
    // One entry more or less decides between which of them a page of the index ends.
    a.write("pictures/more/one", "one");
    home.agree();
    a.rename("pictures", "images");
    home.agree();
    assert_eq!(many(b, "images"), photos);
    assert!(a.conflicts().is_empty() && a.docs()["held"].is_null());
}

#[test]
fn renaming_a_tree_full_of_links_is_no_mass_delete() {
    const LINKS: usize = 250;
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("alternatives/inner/file", "file");
    for at in 0..LINKS {
        symlink(format!("nowhere/{at}"), a.at(format!("alternatives/inner/{at}"))).unwrap();
    }
    home.share();
    b.rename("alternatives", "choices");
    let tree = home.agree();
    assert_eq!(tree.len(), LINKS + 3);
    assert!(b.docs()["held"].is_null() && a.docs()["held"].is_null());
    a.stop();
    a.rename("choices", "alternatives");
    a.start();
    a.meet(b);
    assert_eq!(home.agree().len(), LINKS + 3);
    assert!(b.docs()["held"].is_null() && a.docs()["held"].is_null());
}

#[test]
fn a_rename_made_while_the_service_was_off_sends_names_only() {
    let Some(home) = Home::on_a_switch(2) else { return };
    let [a, b] = home.each();
    a.write("old/large.bin", noise(3, 32 << 20));
    a.write("old/rest", "rest");
    home.share();
    let large = inode(b, "old/large.bin");
    a.stop();
    a.rename("old", "new");
    a.rename("new/large.bin", "new/larger.bin");
    let before = home.net().carried(1);
    a.start();
    a.meet(b);
    home.agree();
    let sent = home.net().carried(1) - before;
    assert!(sent < 400_000, "{sent} bytes were sent");
    assert_eq!(inode(b, "new/larger.bin"), large);
}

#[test]
fn an_edit_made_elsewhere_at_the_same_time_follows_the_renamed_file() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("report", "as it was");
    a.write("tree/leaf", "green");
    a.write("tree/twig/bud", "closed");
    a.write("rest", "rest");
    home.share();
    b.stop();
    a.rename("report", "final report");
    a.rename("tree", "wood");
    a.settle();
    b.write("report", "as b wants it");
    b.write("tree/twig/bud", "open");
    b.start();
    a.meet(b);
    let tree = home.agree();
    assert!(a.has("final report", "as b wants it"), "{tree:?}");
    assert!(a.has("wood/twig/bud", "open") && a.has("wood/leaf", "green"), "{tree:?}");
    assert!(!tree.contains_key(Path::new("report")) && !tree.contains_key(Path::new("tree")));
    assert!(a.conflicts().is_empty(), "{:?}", a.conflicts());
}

#[test]
fn renames_in_a_circle_and_onto_each_other_end_as_they_were_meant() {
    let home = Home::of(2);
    let [a, b] = home.each();
    for path in ["one", "two", "three", "dir x/in", "dir y/in"] {
        a.write(path, format!("was {path}"));
    }
    home.share();
    a.rename("one", "aside");
    a.rename("two", "one");
    a.rename("three", "two");
    a.rename("aside", "three");
    b.rename("dir x", "aside");
    b.rename("dir y", "dir x");
    b.rename("aside", "dir y");
    home.agree();
    for (path, text) in [("one", "was two"), ("two", "was three"), ("three", "was one")] {
        assert!(b.has(path, text), "{path}: {:?}", b.read(path));
    }
    assert!(a.has("dir x/in", "was dir y/in") && a.has("dir y/in", "was dir x/in"));
    // Case only, then there and back again.
    b.rename("one", "One");
    b.rename("dir x", "DIR X");
    home.agree();
    assert!(
        a.has("One", "was two") && a.read("one").is_none() && a.has("DIR X/in", "was dir y/in")
    );
    a.rename("One", "elsewhere");
    a.rename("elsewhere", "One");
    assert_eq!(home.agree().len(), 7);
    assert!(a.conflicts().is_empty() && a.problems().is_empty(), "{:?}", a.problems());
}
