//! What programs do between the look at a target and the swap, and attacks by links.

use std::fs;
use std::os::unix::fs::symlink;
use std::sync::atomic::Ordering;

use super::tests::{apply, change, file, materializer, staged};
use super::*;
use crate::staging::Staging;
use crate::testing::{Bed, path};

/// Something that happens in the worst moment.
pub(super) struct Meanwhile(pub(super) Box<dyn FnOnce() + Send>);

impl std::fmt::Debug for Meanwhile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meanwhile")
    }
}

impl Materializer {
    pub(super) fn meanwhile(&self) {
        let taken = self.meanwhile.lock().unwrap().take();
        if let Some(Meanwhile(act)) = taken {
            act();
        }
    }
}

/// Carries `change` out while `act` happens, with and without a file system that swaps.
fn race(
    bed: &Bed,
    change: &Change,
    exchanges: bool,
    act: impl FnOnce() + Send + 'static,
) -> Outcome {
    let materializer = materializer(bed);
    materializer.exchanges.store(exchanges, Ordering::Relaxed);
    *materializer.meanwhile.lock().unwrap() = Some(Meanwhile(Box::new(act)));
    materializer.apply(std::slice::from_ref(change)).remove(0)
}

#[test]
fn a_save_in_the_last_moment_survives() {
    for exchanges in [true, false] {
        for replace in [true, false] {
            let bed = Bed::new();
            bed.write("a", "old");
            let change = staged(&bed, "a", Some(bed.seen("a")), "from afar");
            let (at, temp) = (bed.at("a"), bed.at("a.new"));
            let outcome = race(&bed, &change, exchanges, move || {
                fs::write(&temp, "saved here").unwrap();
                if replace {
                    fs::rename(&temp, &at).unwrap();
                } else {
                    fs::write(&at, "saved here").unwrap();
                }
            });
            assert_eq!(outcome, Outcome::Differs);
            assert_eq!(bed.read("a"), b"saved here");
            assert!(bed.staged_names().is_empty());
            assert!(bed.staging.holds(ContentHash::of(b"from afar")).unwrap());
        }
    }
}

#[test]
fn a_save_in_the_last_moment_survives_a_delete() {
    let bed = Bed::new();
    bed.write("a", "old");
    let at = bed.at("a");
    let outcome = race(&bed, &change("a", Some(bed.seen("a")), Make::Nothing), true, move || {
        fs::write(at, "saved here").unwrap();
    });
    assert_eq!(outcome, Outcome::Differs);
    assert_eq!(bed.read("a"), b"saved here");
}

#[test]
fn a_file_that_came_in_the_last_moment_is_not_overwritten() {
    for exchanges in [true, false] {
        let bed = Bed::new();
        let at = bed.at("a");
        let outcome = race(&bed, &staged(&bed, "a", None, "from afar"), exchanges, move || {
            fs::write(at, "made here").unwrap();
        });
        assert_eq!(outcome, Outcome::Differs);
        assert_eq!(bed.read("a"), b"made here");
        assert!(bed.staged_names().is_empty());
    }
}

#[test]
fn a_file_that_went_in_the_last_moment_stays_gone() {
    for exchanges in [true, false] {
        let bed = Bed::new();
        bed.write("a", "old");
        let at = bed.at("a");
        let change = staged(&bed, "a", Some(bed.seen("a")), "new");
        let outcome = race(&bed, &change, exchanges, move || fs::remove_file(at).unwrap());
        assert_eq!(outcome, Outcome::Differs);
        assert!(!bed.at("a").exists() && bed.staged_names().is_empty());
    }
}

#[test]
fn a_moved_file_that_was_edited_in_the_last_moment_goes_back() {
    for replaced in [false, true] {
        let bed = Bed::new();
        bed.write("from", "old");
        let seen = bed.seen("from");
        let make = file(seen.kind.content().unwrap(), Source::Move { path: path("from"), seen });
        let expect = replaced.then(|| {
            bed.write("to", "there");
            bed.seen("to")
        });
        let at = if replaced { bed.at("to") } else { bed.at("from") };
        let outcome = race(&bed, &change("to", expect, make), true, move || {
            fs::write(at, "edited here").unwrap();
        });
        assert!(matches!(outcome, Outcome::Differs | Outcome::SourceDiffers));
        assert_eq!(bed.read("from"), if replaced { &b"old"[..] } else { b"edited here" });
        assert_eq!(bed.at("to").exists(), replaced);
        assert!(bed.staged_names().is_empty());
    }
}

#[test]
fn without_swaps_everything_ends_the_same() {
    let bed = Bed::new();
    bed.write("a", "old");
    let materializer = materializer(&bed);
    materializer.exchanges.store(false, Ordering::Relaxed);
    let outcomes = materializer.apply(&[staged(&bed, "a", Some(bed.seen("a")), "new")]);
    assert!(matches!(outcomes[0], Outcome::Done(Some(_))));
    assert_eq!(bed.read("a"), b"new");
    assert!(bed.archive().get(ContentHash::of(b"old")).unwrap().is_some());
}

#[test]
fn a_link_in_place_of_a_directory_leads_nowhere() {
    let bed = Bed::new();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("victim"), "safe").unwrap();
    bed.write("d/victim", "inside");
    let seen = bed.seen("d/victim");
    let content = seen.kind.content().unwrap();
    fs::rename(bed.at("d"), bed.at("e")).unwrap();
    symlink(outside.path(), bed.at("d")).unwrap();
    let source = Source::Copy { path: path("d/victim"), seen: seen.clone() };
    for attack in [
        staged(&bed, "d/new", None, "x"),
        staged(&bed, "d/deep/new", None, "x"),
        staged(&bed, "d/victim", Some(seen.clone()), "x"),
        change("d/victim", Some(seen.clone()), Make::Nothing),
        change("d/sub", None, Make::Directory { mode: 0o755 }),
        change("d/link", None, Make::Symlink { target: "x".into() }),
        change("d/victim", Some(seen), Make::Attributes { mode: 0, mtime: model::WallTime(0) }),
        change("copy", None, file(content, source)),
    ] {
        let outcome = apply(&bed, attack.clone());
        assert!(!matches!(outcome, Outcome::Done(_)), "{attack:?} {outcome:?}");
    }
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    assert_eq!(fs::read(outside.path().join("victim")).unwrap(), b"safe");
}

#[test]
fn a_crash_after_the_swap_keeps_the_old_bytes() {
    let bed = Bed::new();
    bed.write("a", "old");
    let content = model::Content::single(b"new");
    // As far as the swap, and then nothing more.
    let temp = bed.staging.temp_name(crate::staging::Temp::Content(content.hash));
    bed.write(&format!(".homefold/staging/{temp}"), "new");
    bed.root.staging().exchange(&temp, bed.root.top(), "a").unwrap();
    let (_, recovered) = Staging::open(bed.root.clone()).unwrap();
    assert_eq!(recovered.len(), 1);
    assert_eq!(bed.read("a"), b"new");
    assert!(bed.archive().get(ContentHash::of(b"old")).unwrap().is_some());
}

#[test]
fn without_its_root_nothing_is_done() {
    let bed = Bed::new();
    let change = staged(&bed, "a", None, "x");
    fs::remove_file(bed.at(".homefold/folder")).unwrap();
    assert_eq!(apply(&bed, change), Outcome::Blocked(Problem::DiskError));
    assert!(!bed.at("a").exists());
}

#[test]
fn a_full_disk_leaves_the_state_before_and_goes_on_when_there_is_room() {
    // Some 12 MiB of memory as a volume of its own; only root can mount one.
    let dir = tempfile::tempdir().unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=12m", "tmpfs"])
        .arg(dir.path())
        .output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        return;
    }
    let at = dir.path().to_owned();
    {
        let bed = Bed::in_dir(dir);
        let big = "x".repeat(3 << 20);
        bed.write("ballast", vec![1; 1 << 20]);
        bed.write("a", "old");
        let seen = bed.seen("a");
        let outcomes = materializer(&bed).apply(&[
            staged(&bed, "a", Some(seen.clone()), &big),
            staged(&bed, "small", None, "fits"),
        ]);
        assert_eq!(outcomes[0], Outcome::Blocked(Problem::DiskFull));
        assert!(matches!(outcomes[1], Outcome::Done(_)), "{outcomes:?}");
        assert_eq!(bed.read("a"), b"old");
        assert!(bed.staged_names().is_empty());
        bed.remove("ballast");
        assert!(matches!(apply(&bed, staged(&bed, "a", Some(seen), &big)), Outcome::Done(_)));
    }
    let _ = std::process::Command::new("umount").arg("-l").arg(&at).status();
    let _ = fs::remove_dir(&at);
}
