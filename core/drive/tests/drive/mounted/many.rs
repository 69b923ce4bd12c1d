//! Many at once: entries of a directory, and open files.

use std::fs::{self, File};
use std::io::Read;
use std::time::Instant;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::{LONG, mounts};

const ENTRIES: usize = 100_000;
/// Of these so many are here.
const HERE: usize = 1000;
const OPENS: usize = 10_000;
/// Files that this process has open then: those of the programs, and what the drive has open for them.
const DESCRIPTORS: u64 = 12_000;

fn name(number: usize) -> String {
    format!("photo-{number:06}.jpg")
}

#[test]
fn a_hundred_thousand_entries_are_listed_whole() {
    for mount in mounts() {
        for number in 0..ENTRIES {
            mount.memory.elsewhere(&name(number), b"far away");
        }
        for number in (0..ENTRIES).step_by(ENTRIES / HERE) {
            mount.memory.state().listed.remove(&crate::memory::path(&name(number)));
            fs::write(mount.body().join(name(number)), "here").unwrap();
        }
        let started = Instant::now();
        let listed = fs::read_dir(mount.folder()).unwrap();
        let mut names: Vec<_> =
            listed.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        eprintln!("{} entries in {:?}", names.len(), started.elapsed());
        assert!(started.elapsed() < LONG);
        names.sort_unstable();
        assert!(names.into_iter().eq((0..ENTRIES).map(name)), "one is missing, or there twice");
        let size = |number| fs::metadata(mount.folder().join(name(number))).unwrap().len();
        assert_eq!((size(0), size(1), size(ENTRIES - 1)), (4, 8, 8));
    }
}

/// Whether this process may open as many files as are asked for here.
fn may_open_many() -> bool {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    let enough = limit.maximum.is_none_or(|most| most >= DESCRIPTORS);
    if !enough || setrlimit(Resource::Nofile, raised).is_err() {
        eprintln!("NOT RUN: this user may not open {DESCRIPTORS} files (ulimit -Hn)");
        return false;
    }
    true
}

#[test]
fn ten_thousand_files_are_open_at_once() {
    if !may_open_many() {
        return;
    }
    for mount in mounts() {
        let folder = mount.folder();
        for number in 0..OPENS {
            if number % (OPENS / HERE) == 0 {
                fs::write(mount.body().join(name(number)), "here").unwrap();
            } else {
                mount.memory.elsewhere(&name(number), b"far away");
            }
        }
        let started = Instant::now();
        let mut open: Vec<File> =
            (0..OPENS).map(|number| File::open(folder.join(name(number))).unwrap()).collect();
        eprintln!("{OPENS} opened in {:?}", started.elapsed());
        for (number, file) in open.iter_mut().enumerate() {
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            assert_eq!(text == "here", number % (OPENS / HERE) == 0);
        }
        assert_eq!(mount.memory.state().used.len(), HERE);
        drop(open);
        super::Mount::until("all are closed", || mount.memory.state().used.is_empty());
    }
}
