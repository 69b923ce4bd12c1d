//! Concurrent edits are both kept, and a person's choice ends the conflict everywhere.

use crate::changes::pair;
use crate::device::{Device, assert_same};

/// Edits one file on both while they are apart.
fn conflict(a: &mut Device, b: &mut Device) -> String {
    a.write("docs", "plan.txt", "first");
    a.settle();
    b.stop();
    a.write("docs", "plan.txt", "by a");
    a.run(&["folder", "rescan", "docs"]);
    a.stop();
    b.write("docs", "plan.txt", "by b");
    b.restart();
    b.settle();
    a.restart();
    a.until("they are connected", || a.connected("b"));
    a.settle();
    b.settle();
    let listed = a.json(&["conflict", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed[0]["path"], "plan.txt");
    assert_eq!(listed[0]["sides"].as_array().unwrap().len(), 2);
    assert_eq!(b.json(&["conflict", "list"])[0]["id"], listed[0]["id"]);
    assert_same(a, b, "docs");
    listed[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn both_sides_of_a_conflict_are_listed_and_the_kept_one_stays() {
    let (mut a, mut b) = pair();
    let id = conflict(&mut a, &mut b);
    let there = a.read("docs", "plan.txt").unwrap();
    a.run(&["conflict", "resolve", &id, "--keep", "theirs"]);
    a.settle();
    b.settle();
    assert_same(&a, &b, "docs");
    assert_ne!(a.read("docs", "plan.txt").unwrap(), there);
    assert_eq!(b.json(&["conflict", "list"]).as_array().unwrap().len(), 0);
}

#[test]
fn keeping_both_puts_the_other_side_beside_it() {
    let (mut a, mut b) = pair();
    let id = conflict(&mut a, &mut b);
    b.run(&["conflict", "resolve", &id, "--keep", "both"]);
    b.settle();
    a.settle();
    assert_same(&a, &b, "docs");
    let mut bodies: Vec<Vec<u8>> =
        a.tree("docs").keys().filter_map(|path| a.read("docs", path.to_str()?)).collect();
    bodies.sort();
    assert_eq!(bodies, [b"by a".to_vec(), b"by b".to_vec()]);
}
