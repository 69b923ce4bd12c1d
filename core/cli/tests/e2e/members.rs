//! Who belongs to the home, and what each may do.

use crate::changes::pair;
use crate::device::{Device, assert_same};

#[test]
fn what_a_reader_changes_is_refused_and_shown_to_it() {
    let (a, b) = (Device::start("a"), Device::start("b"));
    a.write("docs", "book", "as printed");
    a.create("docs");
    a.admit(&b, "reader");
    b.until("the folder is known", || b.folder_status("docs")["name"] == "docs");
    b.attach("docs");
    b.settle();
    b.write("docs", "book", "scribbled");
    b.write("docs", "mine", "own");
    b.until("the refusal is shown", || b.folder_status("docs")["problems"].as_u64() >= Some(1));
    assert_eq!(a.read("docs", "book").unwrap(), b"as printed");
    assert_eq!(a.read("docs", "mine"), None);
    assert_eq!(b.read("docs", "book").unwrap(), b"scribbled");
}

#[test]
fn a_removed_device_learns_nothing_more_and_keeps_its_files() {
    let (a, b) = pair();
    a.write("docs", "before", "seen by both");
    a.settle();
    a.run(&["device", "remove", "b", "--yes"]);
    a.until("it is cut off", || !a.connected("b"));
    a.write("docs", "after", "not for b");
    a.settle();
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(b.read("docs", "after"), None);
    assert_eq!(b.read("docs", "before").unwrap(), b"seen by both");
}

#[test]
fn a_directory_that_holds_files_already_is_merged_and_nothing_is_deleted() {
    let (a, b) = (Device::start("a"), Device::start("b"));
    a.write("docs", "same", "equal");
    a.write("docs", "theirs", "a's");
    b.write("docs", "same", "equal");
    b.write("docs", "own", "b's");
    a.create("docs");
    a.admit(&b, "member");
    b.until("the folder is known", || b.folder_status("docs")["name"] == "docs");
    b.attach("docs");
    b.settle();
    a.settle();
    assert_same(&a, &b, "docs");
    assert_eq!(a.tree("docs").len(), 3);
    assert_eq!(a.json(&["conflict", "list"]).as_array().unwrap().len(), 0);
}
