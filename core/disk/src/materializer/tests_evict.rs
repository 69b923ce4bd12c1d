//! Giving up bytes on a real directory: only what is exactly as it was seen, and in nobody's hands.

use std::fs::{self, OpenOptions};
use std::io::Write;

use engine::absence::{Evicted, Eviction};
use model::Problem;

use super::tests::materializer;
use super::tests_race::Meanwhile;
use crate::testing::{Bed, path};

fn eviction(bed: &Bed, at: &str) -> Eviction {
    Eviction { path: path(at), seen: bed.seen(at) }
}

fn evict(bed: &Bed, file: Eviction) -> Evicted {
    materializer(bed).evict(&[file], || true).remove(0)
}

#[test]
fn a_file_goes_and_leaves_neither_an_archived_version_nor_anything_in_staging() {
    let bed = Bed::new();
    bed.write("d/a", "text");
    let file = eviction(&bed, "d/a");
    assert_eq!(evict(&bed, file.clone()), Evicted::Done);
    assert!(!bed.at("d/a").exists() && bed.at("d").is_dir());
    assert!(bed.archive().list().unwrap().is_empty() && bed.staged_names().is_empty());
    assert_eq!(evict(&bed, file), Evicted::Done, "it is gone already");
}

#[test]
fn a_file_that_changed_since_it_was_seen_stays() {
    let bed = Bed::new();
    bed.write("a", "text");
    let file = eviction(&bed, "a");
    bed.write("a", "more text");
    assert_eq!(evict(&bed, file), Evicted::Differs);
    assert_eq!(bed.read("a"), b"more text");
}

#[test]
fn a_file_that_a_program_has_open_stays() {
    let bed = Bed::new();
    bed.write("a", "text");
    let file = eviction(&bed, "a");
    let mut open = OpenOptions::new().append(true).open(bed.at("a")).unwrap();
    assert_eq!(evict(&bed, file), Evicted::Blocked(Problem::Busy));
    open.write_all(b" and more").unwrap();
    assert_eq!(bed.read("a"), b"text and more");
    assert!(bed.staged_names().is_empty());
}

#[test]
fn what_is_put_there_in_the_last_moment_stays() {
    let bed = Bed::new();
    bed.write("a", "text");
    let file = eviction(&bed, "a");
    let (at, new) = (bed.at("a"), bed.at("new"));
    let materializer = materializer(&bed);
    let act = move || {
        fs::write(&new, "mine").unwrap();
        fs::rename(&new, &at).unwrap();
    };
    *materializer.meanwhile.lock().unwrap() = Some(Meanwhile(Box::new(act)));
    assert_eq!(materializer.evict(&[file], || true), [Evicted::Differs]);
    assert_eq!(bed.read("a"), b"mine");
    assert!(bed.staged_names().is_empty());
}

#[test]
fn nothing_goes_when_the_promises_of_others_have_ended() {
    let bed = Bed::new();
    bed.write("a", "text");
    let file = eviction(&bed, "a");
    assert_eq!(materializer(&bed).evict(&[file], || false), [Evicted::Differs]);
    assert_eq!(bed.read("a"), b"text");
}

#[test]
fn a_link_and_a_directory_are_not_given_up() {
    let bed = Bed::new();
    bed.write("d/a", "text");
    let seen = bed.seen("d/a");
    fs::remove_file(bed.at("d/a")).unwrap();
    std::os::unix::fs::symlink("elsewhere", bed.at("d/a")).unwrap();
    let file = Eviction { path: path("d/a"), seen: seen.clone() };
    assert_eq!(evict(&bed, file), Evicted::Differs);
    assert!(bed.at("d/a").is_symlink());
    assert_eq!(evict(&bed, Eviction { path: path("d"), seen }), Evicted::Differs);
}

#[test]
fn only_what_stands_as_it_was_seen_is_assured() {
    let bed = Bed::new();
    bed.write("a", "text");
    bed.write("b", "text");
    let files = ["a", "b"].map(|at| (path(at), bed.seen(at)));
    bed.write("b", "other");
    assert_eq!(materializer(&bed).assure(&files), [true, false]);
    fs::remove_file(bed.at("a")).unwrap();
    assert_eq!(materializer(&bed).assure(&files), [false, false]);
}
