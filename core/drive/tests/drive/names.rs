//! Making, removing and renaming, here and elsewhere.

use std::fs;

use drive::{DriveError, Interrupt, Make, ROOT};

use crate::asking::{READ, at, folder, names, open, read};
use crate::memory::{home, path};
use crate::writing::{WRITE, caller};

const NO_REPLACE: u32 = 1;
const EXCHANGE: u32 = 2;

#[test]
fn what_is_elsewhere_is_in_the_way_like_what_is_here() {
    let (memory, drive) = home();
    let top = folder(&drive);
    memory.elsewhere("far", b"far away");
    let exists = |result: Result<_, DriveError>| matches!(result, Err(DriveError::Exists));
    assert!(exists(drive.make((top, b"far"), Make::Directory, 0o755, caller())));
    assert!(exists(drive.make((top, b"far"), Make::Symlink(b"x"), 0o777, caller())));
    assert!(exists(drive.create((top, b"far"), 0o644, WRITE, caller()).map(|(attr, _)| attr)));
    assert_eq!(names(&drive, top), ["far"]);
}

#[test]
fn deleting_what_is_elsewhere_is_a_delete_and_what_lies_below_does_not_show() {
    let (memory, drive) = home();
    let top = folder(&drive);
    memory.elsewhere("far", b"far away");
    drive.unlink(top, b"far").unwrap();
    assert_eq!(memory.calls(), ["remove far", "changed far"]);
    // Written over here, and not yet seen by the service.
    memory.elsewhere("both", b"old");
    fs::write(memory.body.path().join("both"), "new").unwrap();
    drive.unlink(top, b"both").unwrap();
    assert!(names(&drive, top).is_empty());
    assert!(matches!(drive.unlink(top, b"both"), Err(DriveError::Missing)));
}

#[test]
fn a_directory_that_holds_what_is_elsewhere_is_not_empty() {
    let (memory, drive) = home();
    let top = folder(&drive);
    drive.make((top, b"trip"), Make::Directory, 0o755, caller()).unwrap();
    memory.elsewhere("trip/far", b"far away");
    assert!(matches!(drive.remove_directory(top, b"trip"), Err(DriveError::NotEmpty)));
    drive.make((top, b"other"), Make::Directory, 0o755, caller()).unwrap();
    let over = drive.rename((top, b"other"), (top, b"trip"), 0, &Interrupt::never());
    assert!(matches!(over, Err(DriveError::NotEmpty)));
    drive.unlink(at(&drive, "trip").unwrap(), b"far").unwrap();
    drive.remove_directory(top, b"trip").unwrap();
    assert_eq!(names(&drive, top), ["other"]);
}

#[test]
fn renaming_what_is_elsewhere_moves_no_byte() {
    let (memory, drive) = home();
    let top = folder(&drive);
    memory.elsewhere("far", b"far away");
    let number = at(&drive, "far").unwrap();
    drive.rename((top, b"far"), (top, b"away"), 0, &Interrupt::never()).unwrap();
    assert_eq!(memory.calls(), ["rename far away"]);
    assert_eq!(at(&drive, "away").unwrap(), number);
    assert!(at(&drive, "far").is_err());
}

#[test]
fn a_directory_takes_along_what_is_elsewhere_and_open_files_stay_in_use() {
    let (memory, drive) = home();
    let top = folder(&drive);
    drive.make((top, b"trip"), Make::Directory, 0o755, caller()).unwrap();
    fs::write(memory.body.path().join("trip/here"), "abc").unwrap();
    memory.elsewhere("trip/far", b"far away");
    let handle = open(&drive, at(&drive, "trip/here").unwrap(), READ).unwrap();
    memory.calls();
    drive.rename((top, b"trip"), (top, b"tour"), 0, &Interrupt::never()).unwrap();
    assert_eq!(memory.calls(), ["rename trip tour", "changed trip", "changed tour"]);
    assert_eq!(names(&drive, at(&drive, "tour").unwrap()), ["far", "here"]);
    assert!(memory.state().used.contains(&path("tour/here")));
    assert_eq!(read(&drive, handle), b"abc");
    drive.release(handle);
    assert!(memory.state().used.is_empty());
}

#[test]
fn a_save_by_renaming_over_what_is_elsewhere_replaces_it_knowingly() {
    let (memory, drive) = home();
    let top = folder(&drive);
    memory.elsewhere("far", b"far away");
    fs::write(memory.body.path().join("draft"), "new").unwrap();
    let refused = drive.rename((top, b"draft"), (top, b"far"), NO_REPLACE, &Interrupt::never());
    assert!(matches!(refused, Err(DriveError::Exists)));
    drive.rename((top, b"draft"), (top, b"far"), 0, &Interrupt::never()).unwrap();
    assert_eq!(memory.calls(), ["bring far Empty", "changed draft", "changed far"]);
    assert_eq!(fs::read(memory.body.path().join("far")).unwrap(), b"new");
}

#[test]
fn exchanging_brings_both_here() {
    let (memory, drive) = home();
    let top = folder(&drive);
    memory.elsewhere("far", b"far away");
    fs::write(memory.body.path().join("here"), "abc").unwrap();
    let (far, here) = (at(&drive, "far").unwrap(), at(&drive, "here").unwrap());
    drive.rename((top, b"far"), (top, b"here"), EXCHANGE, &Interrupt::never()).unwrap();
    assert_eq!(fs::read(memory.body.path().join("here")).unwrap(), b"far away");
    assert_eq!(fs::read(memory.body.path().join("far")).unwrap(), b"abc");
    assert_eq!((at(&drive, "here").unwrap(), at(&drive, "far").unwrap()), (far, here));
}

#[test]
fn two_names_of_one_file_have_one_number() {
    let (memory, drive) = home();
    let top = folder(&drive);
    fs::write(memory.body.path().join("one"), "abc").unwrap();
    let number = at(&drive, "one").unwrap();
    let attr = drive.link(number, top, b"two", &Interrupt::never()).unwrap();
    assert_eq!((attr.number, attr.links), (number, 2));
    drive.unlink(top, b"one").unwrap();
    assert_eq!(at(&drive, "two").unwrap(), number);
    assert_eq!(drive.attr(number).unwrap().links, 1);
}

#[test]
fn the_list_of_folders_and_the_services_directory_are_not_for_programs() {
    let (memory, drive) = home();
    let top = folder(&drive);
    let own = |result: Result<_, DriveError>| matches!(result, Err(DriveError::Own));
    fs::create_dir(memory.body.path().join(".homefold")).unwrap();
    assert!(own(drive.make((ROOT, b"new"), Make::Directory, 0o755, caller()).map(drop)));
    assert!(own(drive.make((top, b".homefold"), Make::Directory, 0o755, caller()).map(drop)));
    assert!(own(drive.rename((top, b".homefold"), (top, b"x"), 0, &Interrupt::never())));
    assert!(own(drive.remove_directory(ROOT, b"Photos")));
}

#[test]
fn names_that_are_no_text_work_like_any_other() {
    let (memory, drive) = home();
    let top = folder(&drive);
    memory.elsewhere("far", b"far away");
    let name = b"caf\xe9";
    drive.make((top, name), Make::Directory, 0o755, caller()).unwrap();
    let number = drive.lookup(top, name).unwrap().number;
    drive.make((number, b"below"), Make::Directory, 0o755, caller()).unwrap();
    assert_eq!(names(&drive, number), ["below"]);
}
