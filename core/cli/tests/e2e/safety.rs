//! The brake on mass deletes, and the archive.

use crate::changes::pair;
use crate::device::{Device, assert_same};

fn filled() -> (Device, Device) {
    let (a, b) = pair();
    for i in 0..60 {
        a.write("docs", &format!("{i}"), format!("file {i}"));
    }
    a.settle();
    assert_same(&a, &b, "docs");
    (a, b)
}

fn delete_most(device: &Device) {
    for i in 0..50 {
        std::fs::remove_file(device.at("docs", &i.to_string())).unwrap();
    }
    device.until("the deletes are held", || !device.folder_status("docs")["held"].is_null());
    assert_eq!(device.folder_status("docs")["held"]["deletes"], 50);
}

#[test]
fn a_mass_delete_is_held_until_it_is_released() {
    let (a, b) = filled();
    delete_most(&a);
    assert_eq!(b.tree("docs").len(), 60);
    a.run(&["folder", "release", "docs"]);
    a.settle();
    assert_same(&a, &b, "docs");
    assert_eq!(b.tree("docs").len(), 10);
}

#[test]
fn a_held_mass_delete_is_undone() {
    let (a, b) = filled();
    delete_most(&a);
    a.run(&["folder", "undo", "docs"]);
    a.settle();
    assert_same(&a, &b, "docs");
    assert_eq!(a.tree("docs").len(), 60);
}

#[test]
fn an_emptied_root_deletes_nothing_elsewhere() {
    let (mut a, b) = filled();
    a.stop();
    std::fs::remove_dir_all(a.folder("docs")).unwrap();
    a.restart();
    a.until("they are connected", || a.connected("b"));
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(b.tree("docs").len(), 60);
    let held = a.folder_status("docs")["held"].clone();
    let since = held["since"].as_str().unwrap_or_default();
    assert!(since > "2020", "{held}");
}

#[test]
fn an_earlier_version_is_listed_and_put_back() {
    let (a, b) = pair();
    a.write("docs", "letter", "first draft");
    a.settle();
    a.write("docs", "letter", "second draft");
    a.settle();
    let history = b.json(&["history", "docs/letter"]);
    let old = history.as_array().unwrap().iter().find(|one| !one["archived"].is_null()).unwrap();
    let version = old["version"].as_str().unwrap();
    b.run(&["restore", "docs/letter", "--version", version, "--to", "old letter"]);
    b.settle();
    assert_eq!(a.read("docs", "old letter").unwrap(), b"first draft");
    assert_eq!(a.read("docs", "letter").unwrap(), b"second draft");
}
