//! Looking at real trees: what is reported, what is passed over, what is a move.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::Instant;

use engine::observation::{Found, Known, Seen};
use model::path::IGNORE_FILE;
use model::{EntryKind, RelPath};

use super::*;
use crate::testing::{Bed, noise, path};

/// How long something that happens soon may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// An index in memory.
#[derive(Default)]
struct Index(BTreeMap<RelPath, Seen>);

impl Knowledge for Index {
    fn each_known(
        &mut self,
        under: Option<&RelPath>,
        each: &mut dyn FnMut(Known),
    ) -> Result<(), KnowledgeError> {
        for (path, seen) in &self.0 {
            if under.is_none_or(|under| path == under || path.is_below(under)) {
                each(Known { path: path.clone(), seen: seen.clone() });
            }
        }
        Ok(())
    }

    fn by_inode(&mut self, inode: u64) -> Result<Option<Known>, KnowledgeError> {
        let found = self.0.iter().find(|(_, seen)| seen.stat.inode == inode);
        Ok(found.map(|(path, seen)| Known { path: path.clone(), seen: seen.clone() }))
    }
}

impl Index {
    fn take(&mut self, batches: &[Batch]) {
        for observation in batches.iter().flat_map(|batch| &batch.observations) {
            match &observation.found {
                Found::Present(seen) => {
                    self.0.insert(observation.path.clone(), seen.clone());
                }
                Found::Gone => {
                    self.0.remove(&observation.path);
                }
                Found::Blocked(_) => {}
            }
        }
    }
}

struct Look {
    batches: Vec<Batch>,
    progress: Progress,
    result: Result<Summary, ScanError>,
}

fn look(bed: &Bed, index: &mut Index, scope: &Scope) -> Look {
    let ignore = Arc::new(Ignore::load(&bed.root).unwrap());
    let scanner = Scanner::new(bed.root.clone(), ignore);
    let (sink, receiver) = crossbeam_channel::bounded(4);
    let progress = Progress::default();
    let (batches, result) = thread::scope(|scope_| {
        let receive = scope_.spawn(move || receiver.iter().collect::<Vec<_>>());
        let result = scanner.scan(index, scope, &sink, &progress);
        drop(sink);
        (receive.join().unwrap(), result)
    });
    index.take(&batches);
    Look { batches, progress, result }
}

/// What a scan of everything reports, as `path: what`.
fn scan(bed: &Bed, index: &mut Index) -> Vec<String> {
    told(&look(bed, index, &Scope::Folder).batches)
}

fn scan_paths(bed: &Bed, index: &mut Index, paths: &[&str]) -> Vec<String> {
    let scope = Scope::Paths(paths.iter().map(|text| path(text)).collect());
    told(&look(bed, index, &scope).batches)
}

fn told(batches: &[Batch]) -> Vec<String> {
    let mut lines: Vec<String> = batches
        .iter()
        .flat_map(|batch| &batch.observations)
        .map(|observation| {
            let found = match &observation.found {
                Found::Gone => "gone".to_owned(),
                Found::Blocked(problem) => problem.word().to_owned(),
                Found::Present(seen) => match &seen.kind {
                    EntryKind::File { content, .. } => format!("file {}", content.size),
                    EntryKind::Directory { .. } => "dir".to_owned(),
                    EntryKind::Symlink { target } => format!("-> {target}"),
                    EntryKind::Tombstone { .. } => panic!("a tombstone was seen"),
                },
            };
            format!("{}: {found}", observation.path)
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn everything_is_new_at_first_and_nothing_after() {
    let bed = Bed::new();
    bed.write("a", "text");
    bed.write("d/e/f", noise(1, 500_000));
    fs::create_dir(bed.at("empty")).unwrap();
    symlink("nowhere/at all", bed.at("link")).unwrap();
    let mut index = Index::default();
    let first = look(&bed, &mut index, &Scope::Folder);
    assert_eq!(
        told(&first.batches),
        [
            "a: file 4",
            "d/e/f: file 500000",
            "d/e: dir",
            "d: dir",
            "empty: dir",
            "link: -> nowhere/at all"
        ]
    );
    let manifests: Vec<_> = first.batches.iter().flat_map(|batch| &batch.manifests).collect();
    assert_eq!(manifests.len(), 1);
    let content = index.0[&path("d/e/f")].kind.content().unwrap();
    assert!(content::Manifest::decode_for(content, &manifests[0].bytes).is_ok());
    assert_eq!(index.0[&path("a")], bed.seen("a"));
    let again = look(&bed, &mut index, &Scope::Folder);
    assert!(again.batches.is_empty());
    assert_eq!(again.progress.read_bytes.load(Ordering::Relaxed), 0);
}

#[test]
fn edits_are_found_whatever_their_size_and_time() {
    let bed = Bed::new();
    for name in ["same-size", "same-time", "grown", "mode", "untouched"] {
        bed.write(name, "text");
    }
    let mut index = Index::default();
    scan(&bed, &mut index);
    bed.write("same-size", "TEXT");
    let time = fs::metadata(bed.at("same-time")).unwrap().modified().unwrap();
    bed.write("same-time", "TEXT");
    fs::File::options().write(true).open(bed.at("same-time")).unwrap().set_modified(time).unwrap();
    bed.write("grown", "text and more");
    fs::set_permissions(bed.at("mode"), fs::Permissions::from_mode(0o755)).unwrap();
    let found = scan(&bed, &mut index);
    assert_eq!(found, ["grown: file 13", "mode: file 4", "same-size: file 4", "same-time: file 4"]);
    for name in ["same-size", "same-time", "mode"] {
        assert_eq!(index.0[&path(name)], bed.seen(name));
    }
}

#[test]
fn what_is_gone_is_told_with_everything_below() {
    let bed = Bed::new();
    bed.write("d/e/f", "1");
    bed.write("d/g", "2");
    bed.write("stays", "3");
    let mut index = Index::default();
    scan(&bed, &mut index);
    fs::remove_dir_all(bed.at("d")).unwrap();
    assert_eq!(scan(&bed, &mut index), ["d/e/f: gone", "d/e: gone", "d/g: gone", "d: gone"]);
    assert_eq!(index.0.len(), 1);
}

#[test]
fn only_the_given_paths_and_what_is_below_them_are_looked_at() {
    let bed = Bed::new();
    bed.write("a", "1");
    bed.write("d/e/f", "2");
    bed.write("other", "3");
    let mut index = Index::default();
    assert_eq!(
        scan_paths(&bed, &mut index, &["a", "d", "d/e", "never/was"]),
        ["a: file 1", "d/e/f: file 1", "d/e: dir", "d: dir"]
    );
    bed.remove("a");
    fs::remove_dir_all(bed.at("d")).unwrap();
    assert_eq!(
        scan_paths(&bed, &mut index, &["a", "d/e/f", "other"]),
        ["a: gone", "d/e/f: gone", "other: file 1"]
    );
    assert_eq!(scan(&bed, &mut index), ["d/e: gone", "d: gone"]);
}

#[test]
fn a_moved_file_is_known_without_being_read_and_told_as_one() {
    let bed = Bed::new();
    bed.write("d/old", noise(2, 400_000));
    bed.write("d/small", "x");
    let mut index = Index::default();
    scan(&bed, &mut index);
    let content = index.0[&path("d/old")].kind.content();
    fs::rename(bed.at("d"), bed.at("e")).unwrap();
    let moved = look(&bed, &mut index, &Scope::Paths(vec![path("d"), path("e")]));
    assert_eq!(moved.progress.read_bytes.load(Ordering::Relaxed), 0);
    assert_eq!(index.0[&path("e/old")].kind.content(), content);
    assert_eq!(index.0.len(), 3);
    let all = &moved.batches[0].observations;
    for (old, new) in [("d/old", "e/old"), ("d/small", "e/small")] {
        let gone = all.iter().position(|o| o.path == path(old)).unwrap();
        assert_eq!(all[gone + 1].path, path(new));
    }
}

#[test]
fn a_moved_link_is_told_as_one() {
    let bed = Bed::new();
    fs::create_dir(bed.at("d")).unwrap();
    symlink("nowhere", bed.at("d/old")).unwrap();
    symlink("nowhere", bed.at("d/away")).unwrap();
    let mut index = Index::default();
    scan(&bed, &mut index);
    fs::rename(bed.at("d"), bed.at("e")).unwrap();
    fs::rename(bed.at("e/old"), bed.at("e/new")).unwrap();
    bed.remove("e/away");
    symlink("elsewhere", bed.at("e/fresh")).unwrap();
    let moved = look(&bed, &mut index, &Scope::Folder);
    assert_eq!(index.0.len(), 3);
    let all: Vec<_> = moved.batches.iter().flat_map(|batch| &batch.observations).collect();
    let gone = all.iter().position(|o| o.path == path("d/old")).unwrap();
    assert_eq!(all[gone].found, Found::Gone);
    assert_eq!(all[gone + 1].path, path("e/new"));
}

#[test]
fn a_file_renamed_over_another_is_a_move() {
    let bed = Bed::new();
    bed.write("a", "old");
    bed.write("b", "newer");
    let mut index = Index::default();
    scan(&bed, &mut index);
    fs::rename(bed.at("b"), bed.at("a")).unwrap();
    let moved = look(&bed, &mut index, &Scope::Folder);
    assert_eq!(told(&moved.batches), ["a: file 5", "b: gone"]);
    assert_eq!(moved.progress.read_bytes.load(Ordering::Relaxed), 0);
    assert_eq!(index.0[&path("a")], bed.seen("a"));
}

#[test]
fn a_new_file_that_got_the_number_and_the_time_of_an_old_one_is_read() {
    let bed = Bed::new();
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let write = |name: &str, text: &str| {
        bed.write(name, text);
        fs::File::options().write(true).open(bed.at(name)).unwrap().set_modified(time).unwrap();
    };
    write("old", "1");
    let mut index = Index::default();
    scan(&bed, &mut index);
    bed.remove("old");
    for attempt in 0..50 {
        write(&format!("new{attempt}"), "2");
    }
    scan(&bed, &mut index);
    for attempt in 0..50 {
        let name = format!("new{attempt}");
        assert_eq!(index.0[&path(&name)], bed.seen(&name));
    }
}

#[test]
fn files_and_directories_may_change_places() {
    let bed = Bed::new();
    bed.write("x", "file");
    bed.write("y/inside", "1");
    let mut index = Index::default();
    scan(&bed, &mut index);
    bed.remove("x");
    fs::remove_dir_all(bed.at("y")).unwrap();
    bed.write("x/inside", "1");
    symlink("x", bed.at("y")).unwrap();
    let found = scan(&bed, &mut index);
    assert_eq!(found, ["x/inside: file 1", "x: dir", "y/inside: gone", "y: -> x"]);
}

#[test]
fn ignored_paths_are_neither_there_nor_gone() {
    let bed = Bed::new();
    bed.write("keep", "1");
    bed.write("node_modules/p/i.js", "1");
    bed.write("d/x.log", "1");
    let mut index = Index::default();
    scan(&bed, &mut index);
    bed.write(IGNORE_FILE, "*.log\nnode_modules/\n");
    assert_eq!(scan(&bed, &mut index), [".homefoldignore: file 20"]);
    bed.remove("d/x.log");
    fs::remove_dir_all(bed.at("node_modules")).unwrap();
    assert!(scan(&bed, &mut index).is_empty());
    bed.write("node_modules/q", "1");
    bed.write("d/y.log", "1");
    bed.write(".DS_Store", "1");
    assert!(
        scan_paths(&bed, &mut index, &["node_modules", "node_modules/q", "d/y.log"]).is_empty()
    );
    assert!(scan(&bed, &mut index).is_empty());
}

#[test]
fn what_is_no_file_is_told_and_never_waited_for() {
    let bed = Bed::new();
    rustix::fs::mkfifoat(rustix::fs::CWD, bed.at("pipe"), rustix::fs::Mode::RWXU).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(bed.at("socket")).unwrap();
    let mut index = Index::default();
    let found = scan(&bed, &mut index);
    assert_eq!(found, ["pipe: unsupported", "socket: unsupported"]);
}

#[test]
fn names_that_are_no_text_are_told_as_far_as_possible() {
    use std::os::unix::ffi::OsStrExt;
    let bed = Bed::new();
    let name = |bytes: &[u8]| bed.dir.path().join(std::ffi::OsStr::from_bytes(bytes));
    fs::write(name(b"bad\xff"), "1").unwrap();
    fs::write(name("twin\u{fffd}".as_bytes()), "1").unwrap();
    fs::write(name(b"twin\xff"), "1").unwrap();
    symlink(std::ffi::OsStr::from_bytes(b"\xff"), bed.at("link")).unwrap();
    let seen = look(&bed, &mut Index::default(), &Scope::Folder);
    assert_eq!(told(&seen.batches), ["bad\u{fffd}: name", "link: name", "twin\u{fffd}: file 1"]);
    assert_eq!(seen.result.unwrap().nameless, 1);
    let shown = Scope::Paths(vec![path("bad\u{fffd}"), path("none\u{fffd}")]);
    let seen = look(&bed, &mut Index::default(), &shown);
    assert_eq!(told(&seen.batches), ["bad\u{fffd}: name"]);
}

#[test]
fn below_a_directory_that_cannot_be_read_nothing_is_gone() {
    if rustix::process::geteuid().is_root() {
        return;
    }
    let bed = Bed::new();
    bed.write("d/a", "1");
    bed.write("b", "1");
    let mut index = Index::default();
    scan(&bed, &mut index);
    fs::set_permissions(bed.at("d"), fs::Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(bed.at("b"), fs::Permissions::from_mode(0o000)).unwrap();
    assert_eq!(scan(&bed, &mut index), ["b: denied", "d: denied"]);
    fs::set_permissions(bed.at("d"), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn another_volume_inside_is_left_alone() {
    let bed = Bed::new();
    bed.write("mount/known", "1");
    let mut index = Index::default();
    scan(&bed, &mut index);
    let at = bed.at("mount");
    let mount = |arguments: &[&str]| {
        let run = std::process::Command::new(arguments[0]).args(&arguments[1..]).arg(&at).output();
        run.is_ok_and(|output| output.status.success())
    };
    if !mount(&["mount", "-t", "tmpfs", "tmpfs"]) {
        return;
    }
    let found = scan(&bed, &mut index);
    assert!(mount(&["umount"]));
    assert_eq!(found, ["mount: unsupported"]);
    assert!(scan(&bed, &mut index).is_empty());
}

#[test]
fn a_file_that_is_written_all_the_time_waits_and_the_rest_goes_on() {
    let bed = Bed::new();
    bed.write("quiet", "1");
    bed.write("busy", vec![1; 8 << 20]);
    let at = bed.at("busy");
    let stop = AtomicBool::new(false);
    let found = thread::scope(|scope| {
        scope.spawn(|| {
            use std::os::unix::fs::FileExt;
            let file = fs::File::options().write(true).open(&at).unwrap();
            while !stop.load(Ordering::Relaxed) {
                file.write_at(b"x", 5).unwrap();
            }
        });
        // On a loaded machine the writer may sleep through a whole scan.
        let deadline = Instant::now() + PATIENCE;
        let mut found = scan(&bed, &mut Index::default());
        while found[0] != "busy: busy" && Instant::now() < deadline {
            found = scan(&bed, &mut Index::default());
        }
        stop.store(true, Ordering::Relaxed);
        found
    });
    assert_eq!(found, ["busy: busy", "quiet: file 1"]);
}

#[test]
fn without_its_root_nothing_is_gone() {
    let bed = Bed::new();
    bed.write("a", "1");
    let mut index = Index::default();
    scan(&bed, &mut index);
    fs::remove_dir_all(bed.at(".homefold")).unwrap();
    bed.remove("a");
    let seen = look(&bed, &mut index, &Scope::Folder);
    assert!(seen.batches.is_empty());
    assert!(matches!(seen.result, Err(ScanError::Root(observation::Root::Unmarked))));
}

#[test]
fn a_stopped_scan_calls_nothing_gone() {
    let bed = Bed::new();
    bed.write("a", "1");
    let mut index = Index::default();
    scan(&bed, &mut index);
    bed.remove("a");
    let scanner = Scanner::new(bed.root.clone(), Arc::new(Ignore::of_text("")));
    let (sink, receiver) = crossbeam_channel::bounded(1);
    let progress = Progress::default();
    progress.stop.store(true, Ordering::Relaxed);
    let summary = scanner.scan(&mut index, &Scope::Folder, &sink, &progress).unwrap();
    assert!(summary.stopped && receiver.is_empty());
}

#[test]
fn a_failing_index_fails_the_scan() {
    struct Broken;
    impl Knowledge for Broken {
        fn each_known(
            &mut self,
            _: Option<&RelPath>,
            _: &mut dyn FnMut(Known),
        ) -> Result<(), KnowledgeError> {
            Err(KnowledgeError("broken".into()))
        }
        fn by_inode(&mut self, _: u64) -> Result<Option<Known>, KnowledgeError> {
            Err(KnowledgeError("broken".into()))
        }
    }
    let bed = Bed::new();
    let scanner = Scanner::new(bed.root.clone(), Arc::new(Ignore::of_text("")));
    let (sink, _receiver) = crossbeam_channel::bounded(1);
    let result = scanner.scan(&mut Broken, &Scope::Folder, &sink, &Progress::default());
    assert!(matches!(result, Err(ScanError::Knowledge(_))));
}

#[test]
fn twenty_thousand_files_are_found_and_then_found_unchanged() {
    let bed = Bed::new();
    for i in 0..100 {
        fs::create_dir(bed.at(&format!("d{i}"))).unwrap();
    }
    for i in 0..20_000 {
        fs::write(bed.at(&format!("d{}/f{i}", i % 100)), format!("{i}")).unwrap();
    }
    let mut index = Index::default();
    let first = look(&bed, &mut index, &Scope::Folder);
    assert_eq!(index.0.len(), 20_100);
    assert!(first.batches.iter().all(|b| b.observations.len() <= collect::BATCH_MAX + 1));
    assert_eq!(first.progress.entries.load(Ordering::Relaxed), 20_100);
    let start = Instant::now();
    assert!(scan(&bed, &mut index).is_empty());
    assert!(start.elapsed().as_secs() < 5);
}
