//! What a kernel is told to forget.

use std::fs;

use drive::{Interrupt, Stale};

use crate::asking::{READ, at, folder, open};
use crate::memory::{FOLDER, home, path};
use crate::writing::{WRITE, caller};

#[test]
fn a_change_made_through_the_drive_makes_nothing_stale() {
    let (_memory, drive) = home();
    let top = folder(&drive);
    let (_, opened) = drive.create((top, b"new"), 0o644, WRITE, caller()).unwrap();
    drive.write(opened.handle, 0, b"text", false).unwrap();
    drive.release(opened.handle);
    assert_eq!(drive.stale(FOLDER, &[path("new")]), []);
}

#[test]
fn a_new_version_makes_its_name_and_the_list_stale() {
    let (memory, drive) = home();
    let top = folder(&drive);
    memory.elsewhere("far", b"one");
    let number = at(&drive, "far").unwrap();
    memory.elsewhere("far", b"two");
    let name = Stale::Name { parent: top, name: (*b"far").into() };
    let expected = [Stale::Bytes { number: top }, name, Stale::Bytes { number }];
    assert_eq!(drive.stale(FOLDER, &[path("far")]), expected);
}

#[test]
fn what_is_gone_is_told_to_those_who_watch() {
    let (memory, drive) = home();
    let top = folder(&drive);
    fs::write(memory.body.path().join("here"), "abc").unwrap();
    let number = at(&drive, "here").unwrap();
    fs::remove_file(memory.body.path().join("here")).unwrap();
    let gone = Stale::Gone { parent: top, number, name: (*b"here").into() };
    assert_eq!(drive.stale(FOLDER, &[path("here")]), [Stale::Bytes { number: top }, gone]);
}

#[test]
fn what_the_kernel_never_saw_costs_it_a_name_at_most() {
    let (memory, drive) = home();
    let top = folder(&drive);
    memory.elsewhere("far", b"one");
    let name = Stale::Name { parent: top, name: (*b"far").into() };
    assert_eq!(drive.stale(FOLDER, &[path("far")]), [Stale::Bytes { number: top }, name]);
    assert_eq!(drive.stale(FOLDER, &[path("deep/in/there")]), []);
    assert_eq!(drive.stale("Other", &[path("far")]), []);
}

#[test]
fn a_file_that_arrives_as_it_was_shown_is_not_stale() {
    let (memory, drive) = home();
    memory.elsewhere("far", b"one");
    at(&drive, "far").unwrap();
    memory.place(&path("far"));
    assert_eq!(drive.stale(FOLDER, &[path("far")]), []);
}

#[test]
fn a_file_changed_in_place_gets_a_new_number_where_the_kernel_believes_itself() {
    let (memory, drive) = home();
    drive.kernel_knows_sizes();
    let body = memory.body.path().join("here");
    fs::write(&body, "abc").unwrap();
    let number = at(&drive, "here").unwrap();
    let handle = open(&drive, number, READ).unwrap();
    fs::write(&body, "abcdef").unwrap();
    assert_ne!(at(&drive, "here").unwrap(), number);
    let mut bytes = [0; 8];
    assert_eq!(drive.read(handle, 0, &mut bytes, &Interrupt::never()).unwrap(), 6);
}

#[test]
fn a_change_by_somebody_else_while_a_file_is_written_is_seen_when_it_is_closed() {
    let (memory, drive) = home();
    drive.kernel_knows_sizes();
    let body = memory.body.path().join("here");
    fs::write(&body, "abc").unwrap();
    let number = at(&drive, "here").unwrap();
    let handle = open(&drive, number, WRITE).unwrap();
    fs::write(&body, "abcdef").unwrap();
    assert_eq!(drive.stale(FOLDER, &[path("here")]), []);
    assert_eq!(drive.release(handle), Some((FOLDER.to_owned(), path("here"))));
    let name = Stale::Name { parent: folder(&drive), name: (*b"here").into() };
    assert!(drive.stale(FOLDER, &[path("here")]).contains(&name));
}

#[test]
fn a_change_that_an_open_finds_first_is_stale_all_the_same() {
    let (memory, drive) = home();
    let file = memory.body.path().join("here");
    fs::write(&file, "abc").unwrap();
    let number = at(&drive, "here").unwrap();
    let again = || drive.open(number, READ, &Default::default, &Interrupt::never()).unwrap();
    assert!(again().unchanged);
    fs::write(&file, "abcdef").unwrap();
    let opened = again();
    assert!(opened.doubtful && !opened.unchanged);
    let stale = drive.stale(FOLDER, &[path("here")]);
    assert!(stale.contains(&Stale::Bytes { number }), "{stale:?}");
    assert!(again().unchanged && drive.stale(FOLDER, &[path("here")]).is_empty());
}
