//! What is shown, and reading it.

use std::fs;

use drive::{Change, Drive, DriveError, How, Interrupt, Kind, ROOT, Reader, Seek};

use crate::memory::{FOLDER, home, path};
use crate::writing::call;

pub(crate) const READ: How = How {
    reads: true,
    writes: false,
    appends: false,
    truncates: false,
    executes: false,
    kernel_pages: false,
};

pub(crate) fn folder(drive: &Drive) -> u64 {
    drive.lookup(ROOT, FOLDER.as_bytes()).unwrap().number
}

/// The number of a path in the folder.
pub(crate) fn at(drive: &Drive, path: &str) -> Result<u64, DriveError> {
    path.split('/').try_fold(folder(drive), |parent, name| {
        drive.lookup(parent, name.as_bytes()).map(|attr| attr.number)
    })
}

pub(crate) fn open(drive: &Drive, number: u64, how: How) -> Result<u64, DriveError> {
    let reader = || Reader { process: 7, program: "viewer".into() };
    drive.open(number, how, &reader, &Interrupt::never()).map(|opened| opened.handle)
}

pub(crate) fn read(drive: &Drive, handle: u64) -> Vec<u8> {
    let mut bytes = vec![0; 1000];
    let count = drive.read(handle, 0, &mut bytes, &Interrupt::never()).unwrap();
    bytes.truncate(count);
    bytes
}

pub(crate) fn names(drive: &Drive, number: u64) -> Vec<String> {
    let handle = drive.open_directory_handle(number).unwrap();
    let lines = drive.lines(handle, true).unwrap();
    drive.release_directory(handle);
    let mut names: Vec<_> =
        lines.iter().map(|line| String::from_utf8(line.name.to_vec()).unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_is_here_and_what_is_elsewhere_are_shown_together() {
    let (memory, drive) = home();
    fs::create_dir_all(memory.body.path().join("trip")).unwrap();
    fs::create_dir_all(memory.body.path().join(".homefold")).unwrap();
    fs::write(memory.body.path().join("trip/here"), "abc").unwrap();
    memory.elsewhere("trip/far", b"far away");
    memory.elsewhere("trip/here", b"older, not shown");
    assert_eq!(names(&drive, ROOT), [FOLDER]);
    assert_eq!(names(&drive, folder(&drive)), ["trip"]);
    assert_eq!(names(&drive, at(&drive, "trip").unwrap()), ["far", "here"]);
    let here = drive.attr(at(&drive, "trip/here").unwrap()).unwrap();
    let far = drive.attr(at(&drive, "trip/far").unwrap()).unwrap();
    assert_eq!((here.kind, here.size), (Kind::File, 3));
    assert_eq!((far.kind, far.size, far.mode, far.blocks), (Kind::File, 8, 0o644, 1));
    assert!(matches!(at(&drive, ".homefold"), Err(DriveError::Missing)));
    assert!(matches!(at(&drive, "trip/no"), Err(DriveError::Missing)));
}

#[test]
fn a_file_that_is_elsewhere_is_read_from_there_and_its_reader_is_named() {
    let (memory, drive) = home();
    memory.elsewhere("far", b"far away");
    let handle = open(&drive, at(&drive, "far").unwrap(), READ).unwrap();
    assert!(drive.reads_elsewhere(handle));
    assert_eq!(read(&drive, handle), b"far away");
    assert_eq!(memory.calls(), ["open far by viewer"]);
    assert_eq!(drive.seek(handle, Seek::Hole(2)).unwrap(), 8);
    drive.release(handle);
    assert!(drive.read(handle, 0, &mut [0; 4], &Interrupt::never()).is_err());
}

#[test]
fn the_version_that_was_opened_is_read_to_its_end() {
    let (memory, drive) = home();
    memory.elsewhere("far", b"one");
    let handle = open(&drive, at(&drive, "far").unwrap(), READ).unwrap();
    memory.elsewhere("far", b"two, which is longer");
    assert_eq!(read(&drive, handle), b"one");
    assert_eq!(drive.attr(at(&drive, "far").unwrap()).unwrap().size, 20);
    let body = memory.body.path().join("here");
    fs::write(&body, "old").unwrap();
    let held = open(&drive, at(&drive, "here").unwrap(), READ).unwrap();
    fs::write(memory.body.path().join("new"), "newer").unwrap();
    fs::rename(memory.body.path().join("new"), &body).unwrap();
    assert_eq!(read(&drive, held), b"old");
    let again = open(&drive, at(&drive, "here").unwrap(), READ).unwrap();
    assert_eq!(read(&drive, again), b"newer");
}

#[test]
fn another_content_at_a_path_gets_another_number_and_the_same_one_keeps_it() {
    let (memory, drive) = home();
    memory.elsewhere("far", b"one");
    let first = at(&drive, "far").unwrap();
    assert_eq!(at(&drive, "far").unwrap(), first);
    memory.place(&path("far"));
    assert_eq!(at(&drive, "far").unwrap(), first, "it arrived and is the same");
    memory.evict(&path("far"));
    assert_eq!(at(&drive, "far").unwrap(), first, "it left and is the same");
    memory.elsewhere("far", b"two");
    let second = at(&drive, "far").unwrap();
    assert_ne!(second, first);
    assert!(matches!(drive.attr(first), Err(DriveError::Stale)));
}

#[test]
fn that_bytes_come_or_go_does_not_change_the_time_of_the_last_change_of_a_file() {
    let (memory, drive) = home();
    memory.elsewhere("far", b"one");
    let number = at(&drive, "far").unwrap();
    let told = || {
        at(&drive, "far").unwrap();
        drive.attr(number).unwrap().ctime
    };
    let first = told();
    let held = open(&drive, number, READ).unwrap();
    memory.place(&path("far"));
    assert_eq!(told(), first, "it arrived");
    let again = open(&drive, number, READ).unwrap();
    assert_eq!(told(), first, "it arrived and is open");
    drive.release(again);
    drive.release(held);
    memory.evict(&path("far"));
    assert_eq!(told(), first, "it left");
    memory.place(&path("far"));
    assert_eq!(told(), first, "it came back");
    let change = Change { mode: Some(0o600), ..Change::default() };
    let changed = drive.change(number, None, change, &call()).unwrap().ctime;
    assert!(changed > first && told() == changed, "its mode was changed");
    memory.evict(&path("far"));
    assert_eq!(told(), changed, "and it left again");
}

#[test]
fn a_wait_ends_when_its_program_is_killed() {
    let (memory, drive) = home();
    memory.elsewhere("far", b"one");
    memory.state().silent = true;
    let handle = open(&drive, at(&drive, "far").unwrap(), READ).unwrap();
    let result = drive.read(handle, 0, &mut [0; 3], &Interrupt::when(|| true));
    assert!(matches!(result, Err(DriveError::Interrupted)));
}

#[test]
fn numbers_are_forgotten_with_the_kernel() {
    let (memory, drive) = home();
    let before = drive.numbers();
    fs::create_dir_all(memory.body.path().join("a/b")).unwrap();
    let b = at(&drive, "a/b").unwrap();
    let a = at(&drive, "a").unwrap();
    let top = folder(&drive);
    assert_eq!(drive.numbers(), before + 3);
    drive.forget(top, 3);
    drive.forget(a, 2);
    assert_eq!(drive.numbers(), before + 3, "what lies below is still held");
    drive.forget(b, 1);
    assert_eq!(drive.numbers(), before);
}

#[test]
fn nothing_is_reached_through_a_link() {
    let (memory, drive) = home();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "x").unwrap();
    std::os::unix::fs::symlink(outside.path(), memory.body.path().join("link")).unwrap();
    let link = at(&drive, "link").unwrap();
    assert_eq!(drive.attr(link).unwrap().kind, Kind::Symlink);
    assert_eq!(drive.read_link(link).unwrap(), outside.path().to_str().unwrap().as_bytes());
    assert!(drive.lookup(link, b"secret").is_err());
    assert!(open(&drive, link, READ).is_err());
    // A directory that becomes a link after the kernel has learned its number.
    fs::create_dir(memory.body.path().join("plain")).unwrap();
    let plain = at(&drive, "plain").unwrap();
    fs::remove_dir(memory.body.path().join("plain")).unwrap();
    std::os::unix::fs::symlink(outside.path(), memory.body.path().join("plain")).unwrap();
    assert!(drive.lookup(plain, b"secret").is_err());
}

#[test]
fn the_lines_of_a_listing_are_let_go_with_it_and_counted_once() {
    let (memory, drive) = home();
    (0..5).for_each(|n| memory.elsewhere(&format!("f{n}"), b"far"));
    let handle = drive.open_directory_handle(folder(&drive)).unwrap();
    assert_eq!(drive.lines(handle, true).unwrap().len(), 5);
    assert_eq!(drive.lines_let_go(), 0);
    drive.release_directory(handle);
    assert_eq!((drive.lines_let_go(), drive.lines_let_go()), (5, 0));
}
