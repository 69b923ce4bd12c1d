//! Edits as a program writes them, as a kill leaves them, and as they come to stand in the folder.

use model::{Content, ContentHash};

use super::*;
use crate::testing::{Bed, noise, path};

const NOW: WallTime = WallTime(1_700_000_000_123_456_789);

fn origin(at: &str, bytes: &[u8]) -> Origin {
    let content = Content { hash: ContentHash::of(bytes), size: bytes.len() as u64, chunked: true };
    Origin { path: path(at), content, mode: 0o640, mtime: WallTime(5) }
}

fn opened(bed: &Bed) -> (Edits, Vec<Edit>) {
    let edits = Edits::new(bed.root.clone());
    let found = edits.found(&[]).unwrap();
    (edits, found)
}

fn begun(bed: &Bed, at: &str, base: &[u8]) -> (Edits, Edit) {
    let (edits, _) = opened(bed);
    let edit = edits.begin(origin(at, base)).unwrap();
    (edits, edit)
}

/// All of an edit, with the bytes that were there before; how many of these were asked for.
fn all(edit: &Edit, base: &[u8]) -> (Vec<u8>, usize) {
    let (mut bytes, mut asked) = (vec![9; edit.facts().size as usize + 10], 0);
    let count = edit
        .read_at::<io::Error>(0, &mut bytes, &mut |at, into| {
            asked += into.len();
            into.copy_from_slice(&base[at as usize..at as usize + into.len()]);
            Ok(())
        })
        .unwrap();
    bytes.truncate(count);
    (bytes, asked)
}

fn place(
    edits: &Edits,
    edit: &Edit,
    base: &[u8],
    over: Option<&engine::observation::Seen>,
) -> RelPath {
    let draft = edits.draft(edit).unwrap();
    for range in edit.needs(0..u64::MAX) {
        draft.fill(range.start, &base[range.start as usize..range.end as usize]).unwrap();
    }
    edits.place(draft, over).unwrap()
}

fn left(bed: &Bed) -> usize {
    std::fs::read_dir(bed.at(".homefold/edits")).unwrap().count()
}

#[test]
fn what_was_written_lies_over_what_was_there_and_only_the_rest_is_asked_for() {
    let bed = Bed::new();
    let mut bytes = noise(1, 100_000);
    let base = bytes.clone();
    let (_, edit) = begun(&bed, "a", &base);
    for (at, length) in [(10, 5), (40_000, 20_000), (99_990, 500), (39_000, 1_500)] {
        let new = noise(at as u64, length);
        edit.write_at(at as u64, &new, NOW).unwrap();
        bytes.resize(bytes.len().max(at + length), 0);
        bytes[at..at + length].copy_from_slice(&new);
    }
    assert_eq!(all(&edit, &base), (bytes, 100_000 - 5 - 21_000 - 10));
    assert_eq!(edit.facts(), Edited { size: 100_490, mode: 0o640, mtime: NOW });
}

#[test]
fn what_was_cut_off_does_not_come_back_when_the_file_grows_again() {
    let bed = Bed::new();
    let base = noise(1, 10_000);
    let (_, edit) = begun(&bed, "a", &base);
    edit.write_at(8_000, b"gone", NOW).unwrap();
    for size in [4_000, 9_000] {
        edit.set(Setting { size: Some(size), ..Setting::default() }, NOW).unwrap();
    }
    edit.write_at(9_500, b"end", NOW).unwrap();
    let mut bytes = base[..4_000].to_vec();
    bytes.resize(9_500, 0);
    bytes.extend_from_slice(b"end");
    assert_eq!(all(&edit, &base), (bytes, 4_000));
}

#[test]
fn it_is_found_as_it_was_after_a_kill() {
    let bed = Bed::new();
    let base = noise(1, 50_000);
    let (edits, edit) = begun(&bed, "d/a", &base);
    edit.write_at(4_096, &noise(2, 9_000), NOW).unwrap();
    edit.set(Setting { size: Some(30_000), mode: Some(0o600), mtime: None }, NOW).unwrap();
    edit.write_at(29_000, &noise(3, 2_000), NOW).unwrap();
    let (before, number) = (all(&edit, &base), edit.number());
    drop((edit, edits));
    for _ in 0..2 {
        let (edits, mut found) = opened(&bed);
        let edit = found.pop().unwrap();
        assert!(found.is_empty() && edit.number() == number);
        assert_eq!(all(&edit, &base), before);
        assert_eq!(edit.origin(), origin("d/a", &base));
        assert_eq!(edit.facts().mode, 0o600);
        let other = edits.begin(origin("other", b"")).unwrap();
        assert!(other.number() > number);
        other.discard();
        edit.sync().unwrap();
    }
}

#[test]
fn a_new_path_is_kept_with_everything_that_was_written() {
    let bed = Bed::new();
    let base = noise(1, 20_000);
    let (edits, edit) = begun(&bed, "a", &base);
    edit.write_at(100, b"one", NOW).unwrap();
    edit.set(Setting { size: Some(15_000), ..Setting::default() }, NOW).unwrap();
    edit.move_to(path("b/c")).unwrap();
    edit.write_at(200, b"two", NOW).unwrap();
    let before = all(&edit, &base);
    drop((edit, edits));
    let edit = opened(&bed).1.pop().unwrap();
    assert_eq!((edit.origin().path, all(&edit, &base)), (path("b/c"), before.clone()));

    // After a power loss what was written before the new path was given is there still.
    let log = bed.at(&format!(".homefold/edits/{}.log", edit.number()));
    edit.move_to(path("b/d")).unwrap();
    edit.write_at(300, b"after", NOW).unwrap();
    drop(edit);
    let mut bytes = std::fs::read(&log).unwrap();
    super::log::age(&mut bytes);
    std::fs::write(&log, bytes).unwrap();
    let edit = opened(&bed).1.pop().unwrap();
    assert_eq!(edit.origin().path, path("b/d"));
    assert_eq!(all(&edit, &base).0, before.0);
}

#[test]
fn the_whole_stands_in_the_folder_with_its_mode_and_time_and_nothing_else_is_left() {
    let bed = Bed::new();
    let base = noise(1, 300_000);
    let (edits, edit) = begun(&bed, "new/dir/a", &base);
    edit.write_at(5_000, b"written", NOW).unwrap();
    let bytes = all(&edit, &base).0;
    assert_eq!(place(&edits, &edit, &base, None), path("new/dir/a"));
    assert_eq!(bed.read("new/dir/a"), bytes);
    let seen = bed.seen("new/dir/a").stat;
    assert_eq!((seen.mode, seen.mtime), (0o640, NOW));
    assert_eq!(left(&bed), 0);
    edit.write_at(0, b"later", NOW).unwrap();
    assert_eq!(bed.read("new/dir/a")[..5], *b"later");
    assert_eq!(&all(&edit, &[]).0[..5], b"later");
    assert!(opened(&bed).1.is_empty());
}

#[test]
fn what_stands_in_its_place_is_replaced_only_if_it_is_what_was_expected() {
    let bed = Bed::new();
    let base = noise(1, 10_000);
    bed.write("a.txt", &base);
    let seen = bed.seen("a.txt");
    let (edits, edit) = begun(&bed, "a.txt", &base);
    edit.write_at(0, b"first", NOW).unwrap();
    assert_eq!(place(&edits, &edit, &base, Some(&seen)), path("a.txt"));
    assert_eq!(bed.read("a.txt")[..5], *b"first");
    let second = edits.begin(origin("a.txt", &base)).unwrap();
    second.write_at(0, b"second", NOW).unwrap();
    assert_eq!(place(&edits, &second, &base, Some(&seen)), path("a (2).txt"));
    assert_eq!(bed.read("a.txt")[..5], *b"first");
    assert_eq!(bed.read("a (2).txt")[..6], *b"second");
    assert_eq!(left(&bed), 0);
}

#[test]
fn one_that_could_not_be_put_in_place_is_found_again_and_one_that_was_is_not() {
    let bed = Bed::new();
    let base = noise(1, 10_000);
    bed.write("file", "in the way of a directory");
    let (edits, edit) = begun(&bed, "file/a", &base);
    edit.write_at(7, b"kept", NOW).unwrap();
    let before = all(&edit, &base);
    let draft = edits.draft(&edit).unwrap();
    assert!(edits.place(draft, None).is_err());
    drop(edits.draft(&edit).unwrap());
    drop((edit, edits));
    let (edits, mut found) = opened(&bed);
    let edit = found.pop().unwrap();
    assert_eq!(all(&edit, &base), before);
    // A kill after the whole was renamed into the folder, before its parts were removed.
    let log = std::fs::read(bed.at(".homefold/edits/1.log")).unwrap();
    std::fs::remove_file(bed.at("file")).unwrap();
    place(&edits, &edit, &base, None);
    let placing = {
        let mut log = log;
        log.extend(placing_record());
        log
    };
    std::fs::write(bed.at(".homefold/edits/1.log"), placing).unwrap();
    std::fs::write(bed.at(".homefold/edits/1.bytes"), b"").unwrap();
    assert!(opened(&bed).1.is_empty());
    assert_eq!(left(&bed), 0);
}

fn placing_record() -> Vec<u8> {
    let mut file = tempfile::tempfile().unwrap();
    log::add(&file, Record::Placing).unwrap();
    io::Seek::rewind(&mut file).unwrap();
    let mut record = Vec::new();
    io::Read::read_to_end(&mut file, &mut record).unwrap();
    record
}

#[test]
fn one_that_nobody_wants_is_gone_and_goes_on_for_who_has_it_open() {
    let bed = Bed::new();
    let base = noise(1, 10_000);
    let (_, edit) = begun(&bed, "a", &base);
    assert!(edit.is_untouched());
    edit.write_at(7, b"kept", NOW).unwrap();
    assert!(!edit.is_untouched());
    let before = all(&edit, &base);
    edit.discard();
    assert_eq!(left(&bed), 0);
    assert_eq!(all(&edit, &base), before);
}
