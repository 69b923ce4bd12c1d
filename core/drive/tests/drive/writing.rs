//! Writing, and what the service hears of it.

use std::fs;

use drive::{Call, Caller, Change, DriveError, How, Interrupt, When};

use crate::asking::{READ, at, folder, open, read};
use crate::memory::{home, path};

pub(crate) const WRITE: How = How { writes: true, ..READ };

pub(crate) fn caller() -> Caller {
    Caller {
        uid: rustix::process::geteuid().as_raw(),
        gid: rustix::process::getegid().as_raw(),
        process: 7,
    }
}

pub(crate) fn call() -> Call {
    Call { caller: caller(), interrupt: Interrupt::never() }
}

#[test]
fn a_new_file_is_in_the_body_and_told_of_when_it_is_closed() {
    let (memory, drive) = home();
    let top = folder(&drive);
    let (attr, opened) = drive.create((top, b"new"), 0o640, WRITE, caller()).unwrap();
    assert_eq!(attr.mode, 0o640);
    assert!(memory.calls().is_empty());
    drive.write(opened.handle, 0, b"text", false).unwrap();
    drive.sync(opened.handle, false).unwrap();
    assert!(memory.state().used.contains(&path("new")));
    drive.release(opened.handle);
    assert_eq!(memory.calls(), ["changed new"]);
    assert!(memory.state().used.is_empty());
    assert_eq!(fs::read(memory.body.path().join("new")).unwrap(), b"text");
}

#[test]
fn a_file_that_was_only_opened_to_be_written_has_not_changed() {
    let (memory, drive) = home();
    fs::write(memory.body.path().join("here"), "abc").unwrap();
    let handle = open(&drive, at(&drive, "here").unwrap(), WRITE).unwrap();
    drive.release(handle);
    assert!(memory.calls().is_empty());
}

#[test]
fn a_write_to_a_file_that_is_elsewhere_brings_it_here_first() {
    let (memory, drive) = home();
    memory.elsewhere("far", b"far away");
    let number = at(&drive, "far").unwrap();
    let handle = open(&drive, number, WRITE).unwrap();
    drive.write(handle, 0, b"FAR", false).unwrap();
    drive.release(handle);
    assert_eq!(memory.calls(), ["bring far Whole", "changed far"]);
    assert_eq!(fs::read(memory.body.path().join("far")).unwrap(), b"FAR away");
    assert_eq!(at(&drive, "far").unwrap(), number);
}

#[test]
fn a_file_whose_bytes_are_thrown_away_is_not_fetched() {
    let (memory, drive) = home();
    memory.elsewhere("far", b"far away");
    let number = at(&drive, "far").unwrap();
    let handle = open(&drive, number, How { truncates: true, ..WRITE }).unwrap();
    drive.write(handle, 0, b"new", false).unwrap();
    drive.release(handle);
    assert_eq!(memory.calls(), ["bring far Empty", "changed far"]);
    assert_eq!(fs::read(memory.body.path().join("far")).unwrap(), b"new");
    memory.elsewhere("cut", b"far away");
    let change = Change { size: Some(0), ..Change::default() };
    let number = at(&drive, "cut").unwrap();
    let attr = drive.change(number, None, change, &call()).unwrap();
    assert_eq!(attr.size, 0);
    assert_eq!(memory.calls(), ["bring cut Empty", "changed cut"]);
}

#[test]
fn a_write_that_nobody_can_prepare_fails_and_changes_nothing() {
    let (memory, drive) = home();
    memory.elsewhere("far", b"far away");
    memory.state().silent = true;
    let number = at(&drive, "far").unwrap();
    assert!(matches!(open(&drive, number, WRITE), Err(DriveError::Unreachable)));
    assert!(!memory.body.path().join("far").exists());
    assert!(memory.state().used.is_empty());
}

#[test]
fn mode_and_time_of_a_file_that_is_elsewhere_change_without_its_bytes() {
    let (memory, drive) = home();
    memory.elsewhere("far", b"far away");
    let number = at(&drive, "far").unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(5);
    let change = Change { mode: Some(0o600), mtime: Some(When::At(time)), ..Change::default() };
    let attr = drive.change(number, None, change, &call()).unwrap();
    assert_eq!((attr.mode, attr.mtime), (0o600, time));
    assert_eq!(memory.calls(), ["attributes far"]);
    assert_eq!(drive.attr(at(&drive, "far").unwrap()).unwrap().mode, 0o600);
}

#[test]
fn a_file_lives_on_while_it_is_open_after_its_name_is_gone() {
    let (memory, drive) = home();
    fs::write(memory.body.path().join("here"), "abc").unwrap();
    let number = at(&drive, "here").unwrap();
    let handle = open(&drive, number, WRITE).unwrap();
    drive.unlink(folder(&drive), b"here").unwrap();
    drive.write(handle, 3, b"def", false).unwrap();
    assert_eq!(read(&drive, handle), b"abcdef");
    let attr = drive.attr(number).unwrap();
    assert_eq!((attr.size, attr.links), (6, 0));
    let change = Change { mode: Some(0o600), size: Some(2), ..Change::default() };
    drive.change(number, Some(handle), change, &call()).unwrap();
    assert_eq!(read(&drive, handle), b"ab");
    drive.release(handle);
}

#[test]
fn attributes_of_the_disk_are_kept_with_what_is_here() {
    let (memory, drive) = home();
    fs::write(memory.body.path().join("here"), "abc").unwrap();
    memory.elsewhere("far", b"far away");
    let number = at(&drive, "here").unwrap();
    match drive.set_xattr(number, (b"user.colour", b"red"), 0, &Interrupt::never()) {
        // The disk below has none.
        Err(error) if drive::errno::of(&error) == rustix::io::Errno::OPNOTSUPP.raw_os_error() => {
            return;
        }
        result => result.unwrap(),
    }
    assert_eq!(drive.xattr(number, b"user.colour").unwrap(), b"red");
    assert_eq!(drive.xattrs(number).unwrap(), b"user.colour\0");
    drive.remove_xattr(number, b"user.colour").unwrap();
    assert!(drive.xattr(number, b"user.colour").is_err());
    assert!(drive.xattrs(at(&drive, "far").unwrap()).unwrap().is_empty());
    assert!(memory.calls().is_empty());
}

#[test]
fn a_change_by_name_does_not_mind_who_closes_the_file_meanwhile() {
    let (memory, drive) = home();
    fs::write(memory.body.path().join("here"), "abc").unwrap();
    let number = at(&drive, "here").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..3000 {
                drive.release(open(&drive, number, READ).unwrap());
            }
        });
        for round in 0..3000 {
            let change = Change { mode: Some(0o600 + round % 8), ..Change::default() };
            drive.change(number, None, change, &call()).unwrap();
        }
    });
}

#[test]
fn where_nothing_may_be_changed_everything_is_read_and_every_change_is_refused() {
    let (memory, drive) = home();
    fs::write(memory.body.path().join("here"), "abc").unwrap();
    memory.elsewhere("far", b"far away");
    memory.state().is_read_only = true;
    let top = folder(&drive);
    let (here, far) = (at(&drive, "here").unwrap(), at(&drive, "far").unwrap());
    let bytes = |number| read(&drive, open(&drive, number, READ).unwrap());
    assert_eq!((bytes(here), bytes(far)), (b"abc".to_vec(), b"far away".to_vec()));
    let refused = |result: Result<(), DriveError>| {
        assert_eq!(drive::errno::of(&result.unwrap_err()), 30, "EROFS");
    };
    let interrupt = Interrupt::never();
    refused(open(&drive, here, WRITE).map(drop));
    refused(open(&drive, far, WRITE).map(drop));
    refused(open(&drive, here, How { truncates: true, ..READ }).map(drop));
    refused(drive.create((top, b"new"), 0o644, WRITE, caller()).map(drop));
    refused(drive.make((top, b"d"), drive::Make::Directory, 0o755, caller()).map(drop));
    refused(drive.link(here, top, b"more", &interrupt).map(drop));
    refused(drive.unlink(top, b"far"));
    refused(drive.rename((top, b"here"), (top, b"there"), 0, &interrupt));
    let open_up = Change { mode: Some(0o666), ..Change::default() };
    refused(drive.change(far, None, open_up, &call()).map(drop));
    assert!(drive.xattr(here, b"user.a").is_err_and(|error| drive::errno::of(&error) != 30));
    refused(drive.set_xattr(here, (b"user.a", b"b"), 0, &interrupt));
    refused(drive.remove_xattr(here, b"user.a"));
    assert!(memory.calls().iter().all(|call| call.starts_with("read") || call.starts_with("open")));
}
