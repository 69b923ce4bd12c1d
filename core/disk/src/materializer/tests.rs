//! Every kind of change, on a real directory: what is made, what is kept, what is refused.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use engine::observation::{Seen, Stat};
use model::{Content, WallTime};

use super::*;
use crate::testing::{Bed, noise, path};

const TIME: WallTime = WallTime(1_700_000_000_123_456_789);

pub(super) fn materializer(bed: &Bed) -> Materializer {
    Materializer::new(bed.root.clone(), bed.staging.clone(), Arc::new(Ignore::of_text("*.log\n")))
}

pub(super) fn file(content: Content, source: Source) -> Make {
    Make::File { content, mode: 0o640, mtime: TIME, source }
}

pub(super) fn change(at: &str, expect: Option<Seen>, make: Make) -> Change {
    Change { path: path(at), expect, make, archive: true }
}

/// Stages `text` and gives the change that puts it at `at`.
pub(super) fn staged(bed: &Bed, at: &str, expect: Option<Seen>, text: &str) -> Change {
    let content = Content::single(text.as_bytes());
    bed.staging.small(content.hash, text.into()).unwrap();
    change(at, expect, file(content, Source::Staged))
}

pub(super) fn apply(bed: &Bed, change: Change) -> Outcome {
    materializer(bed).apply(&[change]).remove(0)
}

fn done(outcome: Outcome) -> Option<Stat> {
    match outcome {
        Outcome::Done(stat) => stat,
        Outcome::Differs | Outcome::SourceDiffers | Outcome::Blocked(_) => panic!("{outcome:?}"),
    }
}

#[test]
fn a_new_file_has_its_bytes_its_mode_and_its_time() {
    let bed = Bed::new();
    let stat = done(apply(&bed, staged(&bed, "a/b/new", None, "text"))).unwrap();
    assert_eq!(bed.read("a/b/new"), b"text");
    assert_eq!((stat.mode, stat.mtime, stat.size), (0o640, TIME, 4));
    assert_eq!(bed.seen("a/b/new").stat, stat);
    assert!(bed.staged_names().is_empty());
    assert!(!bed.staging.holds(ContentHash::of(b"text")).unwrap());
}

#[test]
fn a_replaced_file_goes_to_the_archive() {
    let bed = Bed::new();
    bed.write("a", "old");
    let seen = bed.seen("a");
    done(apply(&bed, staged(&bed, "a", Some(seen.clone()), "new")));
    assert_eq!(bed.read("a"), b"new");
    let kept = bed.archive().get(seen.kind.content().unwrap().hash).unwrap().unwrap();
    assert_eq!(kept.size, 3);
    assert!(bed.staged_names().is_empty());
}

#[test]
fn a_replaced_file_that_is_held_elsewhere_is_not_archived() {
    let bed = Bed::new();
    bed.write("a", "old");
    let change = Change { archive: false, ..staged(&bed, "a", Some(bed.seen("a")), "new") };
    done(apply(&bed, change));
    assert!(bed.archive().list().unwrap().is_empty());
    assert!(bed.staged_names().is_empty());
}

#[test]
fn nothing_is_touched_unless_exactly_what_was_believed_stands_there() {
    let bed = Bed::new();
    bed.write("a", "one");
    let seen = bed.seen("a");
    bed.write("a", "two");
    bed.write("b", "new");
    for change in [
        staged(&bed, "a", Some(seen.clone()), "new"),
        staged(&bed, "b", None, "other"),
        staged(&bed, "gone", Some(seen.clone()), "new"),
        change("a", Some(seen.clone()), Make::Nothing),
        change("a", None, Make::Nothing),
        change("a", None, Make::Directory { mode: 0o755 }),
        change("b", None, Make::Symlink { target: "a".into() }),
        change("a", Some(seen), Make::Attributes { mode: 0o600, mtime: TIME }),
    ] {
        assert_eq!(apply(&bed, change.clone()), Outcome::Differs, "{change:?}");
    }
    assert_eq!((bed.read("a"), bed.read("b")), (b"two".to_vec(), b"new".to_vec()));
    assert!(bed.staged_names().is_empty() && bed.archive().list().unwrap().is_empty());
}

#[test]
fn deleting_archives_a_file_and_removes_an_empty_directory() {
    let bed = Bed::new();
    bed.write("d/a", "text");
    bed.write("d/.DS_Store", "litter");
    let changes = [
        change("d/a", Some(bed.seen("d/a")), Make::Nothing),
        change("d", Some(bed.seen("d")), Make::Nothing),
        change("never/was", None, Make::Nothing),
    ];
    assert_eq!(materializer(&bed).apply(&changes), vec![Outcome::Done(None); 3]);
    assert!(!bed.at("d").exists());
    assert!(bed.archive().get(ContentHash::of(b"text")).unwrap().is_some());
}

#[test]
fn a_directory_stays_for_new_entries_and_for_ignored_files() {
    let bed = Bed::new();
    bed.write("d/unseen", "x");
    bed.write("e/build.log", "x");
    let remove = |name: &str| change(name, Some(bed.seen(name)), Make::Nothing);
    assert_eq!(apply(&bed, remove("d")), Outcome::Differs);
    assert_eq!(apply(&bed, remove("e")), Outcome::Blocked(Problem::Obstructed));
    assert!(bed.at("d/unseen").exists() && bed.at("e/build.log").exists());
}

#[test]
fn directories_are_made_with_their_mode_and_stay_usable() {
    let bed = Bed::new();
    let stat = done(apply(&bed, change("a/b", None, Make::Directory { mode: 0o555 }))).unwrap();
    assert_eq!(stat.mode, 0o755);
    let seen = bed.seen("a/b");
    let make = Make::Directory { mode: 0o750 };
    assert_eq!(done(apply(&bed, change("a/b", Some(seen), make))).unwrap().mode, 0o750);
}

#[test]
fn links_are_made_as_they_are_and_never_followed() {
    let bed = Bed::new();
    let link =
        |expect, target: &str| change("link", expect, Make::Symlink { target: target.into() });
    let stat = done(apply(&bed, link(None, "../../etc/passwd"))).unwrap();
    assert_eq!(fs::read_link(bed.at("link")).unwrap().to_str(), Some("../../etc/passwd"));
    assert_eq!(bed.seen("link").stat, stat);
    done(apply(&bed, link(Some(bed.seen("link")), "other")));
    assert_eq!(fs::read_link(bed.at("link")).unwrap().to_str(), Some("other"));
    bed.write("target", "x");
    symlink("target", bed.at("second")).unwrap();
    done(apply(&bed, staged(&bed, "second", Some(bed.seen("second")), "a file now")));
    assert_eq!((bed.read("second"), bed.read("target")), (b"a file now".to_vec(), b"x".to_vec()));
}

#[test]
fn a_file_and_a_directory_change_places() {
    let bed = Bed::new();
    bed.write("a", "was a file");
    fs::create_dir(bed.at("d")).unwrap();
    done(apply(&bed, change("a", Some(bed.seen("a")), Make::Directory { mode: 0o755 })));
    assert!(bed.at("a").is_dir());
    assert!(bed.archive().get(ContentHash::of(b"was a file")).unwrap().is_some());
    done(apply(&bed, staged(&bed, "d", Some(bed.seen("d")), "is a file")));
    assert_eq!(bed.read("d"), b"is a file");
    bed.write("full/x", "x");
    assert_eq!(apply(&bed, staged(&bed, "full", Some(bed.seen("full")), "y")), Outcome::Differs);
}

#[test]
fn a_file_where_a_directory_is_needed_obstructs() {
    let bed = Bed::new();
    bed.write("a", "file");
    let blocked = Outcome::Blocked(Problem::Obstructed);
    assert_eq!(apply(&bed, staged(&bed, "a/b", None, "x")), blocked);
    assert_eq!(apply(&bed, staged(&bed, "a/b/c", None, "x")), blocked);
}

#[test]
fn attributes_change_and_bytes_do_not() {
    let bed = Bed::new();
    bed.write("a", "x");
    let before = bed.seen("a");
    let make = Make::Attributes { mode: 0o755, mtime: TIME };
    let stat = done(apply(&bed, change("a", Some(before.clone()), make))).unwrap();
    assert_eq!((stat.inode, stat.mode, stat.mtime), (before.stat.inode, 0o755, TIME));
    assert_eq!(bed.seen("a").stat, stat);
}

#[test]
fn what_a_user_does_right_after_a_change_is_not_taken_for_part_of_it() {
    let bed = Bed::new();
    bed.write("a", "1");
    let made = bed.seen("a").stat;
    let now = |made| swap::stat_now(swap::Place { dir: bed.root.top(), name: "a" }, made);
    assert_eq!(now(made), made);
    fs::set_permissions(bed.at("a"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(now(made), made, "the next look has to see the difference");
    let made = bed.seen("a").stat;
    bed.write("a", "22");
    assert_eq!(now(made), made);
}

#[test]
fn special_bits_are_never_set() {
    let bed = Bed::new();
    let content = Content::single(b"x");
    bed.staging.small(content.hash, b"x".to_vec()).unwrap();
    let make = Make::File { content, mode: 0o4777, mtime: TIME, source: Source::Staged };
    done(apply(&bed, change("a", None, make)));
    done(apply(&bed, change("d", None, Make::Directory { mode: 0o7777 })));
    for name in ["a", "d"] {
        assert_eq!(fs::metadata(bed.at(name)).unwrap().permissions().mode() & 0o7000, 0);
    }
}

#[test]
fn a_file_is_moved_and_keeps_its_number() {
    let bed = Bed::new();
    bed.write("old", "text");
    let seen = bed.seen("old");
    let content = seen.kind.content().unwrap();
    let source = Source::Move { path: path("old"), seen: seen.clone() };
    let stat = done(apply(&bed, change("d/new", None, file(content, source)))).unwrap();
    assert_eq!((stat.inode, stat.mode, stat.mtime), (seen.stat.inode, 0o640, TIME));
    assert_eq!(bed.seen("d/new").stat, stat);
    assert!(!bed.at("old").exists());
    bed.write("target", "replaced");
    let seen = bed.seen("d/new");
    let source = Source::Move { path: path("d/new"), seen };
    done(apply(&bed, change("target", Some(bed.seen("target")), file(content, source))));
    assert_eq!(bed.read("target"), b"text");
    assert!(bed.archive().get(ContentHash::of(b"replaced")).unwrap().is_some());
    assert!(bed.staged_names().is_empty() && !bed.at("d/new").exists());
}

#[test]
fn a_source_that_changed_is_not_used() {
    let bed = Bed::new();
    bed.write("from", "one");
    let seen = bed.seen("from");
    let content = seen.kind.content().unwrap();
    bed.write("from", "two");
    let at = || path("from");
    for source in [
        Source::Move { path: at(), seen: seen.clone() },
        Source::Copy { path: at(), seen },
        Source::Archive { hash: content.hash },
        Source::Staged,
    ] {
        let outcome = apply(&bed, change("to", None, file(content, source)));
        assert_eq!(outcome, Outcome::SourceDiffers);
    }
    assert!(!bed.at("to").exists() && bed.staged_names().is_empty());
}

#[test]
fn bytes_come_from_another_path_or_from_the_archive() {
    let bed = Bed::new();
    let text = noise(1, 300_000);
    bed.write("from", &text);
    let seen = bed.seen("from");
    let content = seen.kind.content().unwrap();
    let source = Source::Copy { path: path("from"), seen: seen.clone() };
    done(apply(&bed, change("copy", None, file(content, source))));
    assert_eq!(bed.read("copy"), text);
    done(apply(&bed, change("from", Some(seen), Make::Nothing)));
    let source = Source::Archive { hash: content.hash };
    done(apply(&bed, change("restored", None, file(content, source))));
    assert_eq!(bed.read("restored"), text);
    assert!(bed.archive().get(content.hash).unwrap().is_some());
}

#[test]
fn a_rotten_archive_is_noticed() {
    let bed = Bed::new();
    bed.write("a", "text");
    let seen = bed.seen("a");
    let content = seen.kind.content().unwrap();
    done(apply(&bed, change("a", Some(seen), Make::Nothing)));
    let hash = content.hash.to_string();
    bed.write(&format!(".homefold/archive/{}/{hash}", &hash[..2]), "tex!");
    let make = file(content, Source::Archive { hash: content.hash });
    assert_eq!(apply(&bed, change("a", None, make)), Outcome::SourceDiffers);
}

#[test]
fn a_large_content_is_moved_out_of_staging_with_its_holes() {
    let bed = Bed::new();
    let mut bytes = noise(2, 20 << 20);
    bytes[1 << 20..19 << 20].fill(0);
    let (content, manifest) = content::read_all(&mut &bytes[..], bytes.len() as u64).unwrap();
    let manifest = manifest.unwrap();
    let part = bed.staging.large(content, &manifest).unwrap();
    for (index, chunk) in manifest.chunks().iter().enumerate() {
        part.put(index, &bytes[chunk.offset as usize..chunk.end() as usize]).unwrap();
    }
    let both = ["a", "b"].map(|name| change(name, None, file(content, Source::Staged)));
    assert!(materializer(&bed).apply(&both).into_iter().all(|outcome| done(outcome).is_some()));
    for name in ["a", "b"] {
        assert!(bed.read(name) == bytes);
        assert!(fs::metadata(bed.at(name)).unwrap().blocks() * 512 < 4 << 20, "{name}");
    }
    bed.staging.discard(content.hash).unwrap();
    let part = bed.staging.large(content, &manifest).unwrap();
    assert!(part.missing_bytes() > 0);
}

#[test]
fn a_batch_of_many_is_carried_out_in_its_order() {
    let bed = Bed::new();
    let mut changes: Vec<Change> = (0..300)
        .map(|i| staged(&bed, &format!("d{}/f{i}", i % 7), None, &format!("text {i}")))
        .collect();
    changes.insert(0, change("d3", None, Make::Directory { mode: 0o700 }));
    let outcomes = materializer(&bed).apply(&changes);
    assert!(outcomes.into_iter().all(|outcome| done(outcome).is_some()));
    assert_eq!(bed.read("d3/f150"), b"text 150");
    assert!(bed.staged_names().is_empty());
}

#[test]
fn names_that_the_system_cannot_hold_block_only_themselves() {
    let bed = Bed::new();
    let target = "x".repeat(5000);
    let changes = [change("link", None, Make::Symlink { target }), staged(&bed, "fine", None, "b")];
    let outcomes = materializer(&bed).apply(&changes);
    assert_eq!(outcomes[0], Outcome::Blocked(Problem::Name));
    assert!(matches!(outcomes[1], Outcome::Done(_)));
}
