//! News of a real directory: saves, renames, new directories, and news that were lost.

use std::fs;
use std::io::Write;

use crossbeam_channel::{Receiver, RecvTimeoutError};
use engine::change::{Change, Make, Source};
use model::Content;

use super::*;
use crate::Materializer;
use crate::testing::{Bed, path};

/// Nothing may take longer than this, however busy the machine is.
const LONG: Duration = Duration::from_secs(10);
/// What does not come within this time does not come.
const SHORT: Duration = Duration::from_millis(100);

struct Eyes {
    bed: Bed,
    watcher: Option<Watcher>,
    news: Receiver<Watch>,
}

impl Eyes {
    fn on(bed: Bed) -> Self {
        let (sink, news) = crossbeam_channel::bounded(64);
        let ignore = Arc::new(Ignore::load(&bed.root).unwrap());
        let watcher = Watcher::start(bed.root.clone(), ignore, sink).unwrap();
        Self { bed, watcher: Some(watcher), news }
    }

    fn new() -> Self {
        Self::on(Bed::new())
    }

    fn next(&self) -> Watch {
        self.news.recv_timeout(LONG).unwrap()
    }

    fn changed(&self) -> Vec<String> {
        let next = self.next();
        let Watch::Changed(paths) = next else { panic!("{next:?}") };
        paths.iter().map(|path| path.as_str().to_owned()).collect()
    }

    /// All paths told until nothing comes any more.
    fn all_changed(&self) -> BTreeSet<String> {
        let mut all: BTreeSet<String> = self.changed().into_iter().collect();
        while let Ok(Watch::Changed(paths)) = self.news.recv_timeout(SHORT) {
            all.extend(paths.iter().map(|path| path.as_str().to_owned()));
        }
        all
    }

    fn is_quiet(&self) -> bool {
        self.news.recv_timeout(SHORT) == Err(RecvTimeoutError::Timeout)
    }
}

fn set(paths: &[&str]) -> BTreeSet<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

#[test]
fn a_save_is_told_soon_after_it_is_closed() {
    let bed = Bed::new();
    bed.write("d/a", "1");
    let eyes = Eyes::on(bed);
    let mut quickest = LONG;
    for round in 0..20 {
        let start = Instant::now();
        eyes.bed.write("d/a", format!("{round}"));
        assert_eq!(eyes.changed(), ["d/a"]);
        quickest = quickest.min(start.elapsed());
    }
    assert!(quickest < Duration::from_millis(10), "{quickest:?}");
    assert!(eyes.is_quiet());
}

#[test]
fn the_saves_of_editors_are_one_change() {
    let bed = Bed::new();
    bed.write("a", "1");
    let eyes = Eyes::on(bed);
    let at = |name: &str| eyes.bed.at(name);
    // Written beside and renamed over.
    fs::write(at(".a.new"), "2").unwrap();
    fs::rename(at(".a.new"), at("a")).unwrap();
    assert_eq!(eyes.changed(), [".a.new", "a"]);
    assert!(eyes.is_quiet());
    // A directory is tried first, as vim does: what is told of it is not there any more.
    fs::write(at("4913"), "").unwrap();
    fs::remove_file(at("4913")).unwrap();
    assert_eq!(eyes.changed(), ["4913"]);
    assert!(!at("4913").exists());
    // The old one moved away, a new one written slowly, the old one deleted.
    fs::rename(at("a"), at("a~")).unwrap();
    let mut file = fs::File::create(at("a")).unwrap();
    file.write_all(b"3").unwrap();
    thread::sleep(Duration::from_millis(60));
    drop(file);
    fs::remove_file(at("a~")).unwrap();
    assert_eq!(eyes.changed(), ["a", "a~"]);
    assert!(eyes.is_quiet());
}

#[test]
fn renames_are_told_with_both_ends_also_of_directories() {
    let bed = Bed::new();
    bed.write("a", "1");
    bed.write("d/e/f", "1");
    let eyes = Eyes::on(bed);
    fs::rename(eyes.bed.at("a"), eyes.bed.at("d/b")).unwrap();
    assert_eq!(eyes.changed(), ["a", "d/b"]);
    fs::rename(eyes.bed.at("d"), eyes.bed.at("g")).unwrap();
    assert_eq!(eyes.changed(), ["d", "g"]);
    eyes.bed.write("g/e/f", "2");
    assert_eq!(eyes.changed(), ["g/e/f"]);
}

#[test]
fn what_is_made_in_new_directories_is_never_missed() {
    let eyes = Eyes::new();
    for round in 0..30 {
        eyes.bed.write(&format!("n{round}/a/b/c"), "1");
    }
    let told = eyes.all_changed();
    for round in 0..30 {
        let covered = |above: &&String| format!("n{round}/a/b/c").starts_with(&format!("{above}/"));
        assert!(
            told.iter().any(|path| covered(&path)) || told.contains(&format!("n{round}/a/b/c"))
        );
    }
    eyes.bed.write("n7/a/b/c", "2");
    assert_eq!(eyes.changed(), ["n7/a/b/c"]);
}

#[test]
fn directories_that_come_and_go_from_outside_are_seen() {
    let eyes = Eyes::new();
    let outside = tempfile::tempdir_in(eyes.bed.dir.path().parent().unwrap()).unwrap();
    fs::create_dir_all(outside.path().join("x/y")).unwrap();
    fs::rename(outside.path().join("x"), eyes.bed.at("x")).unwrap();
    assert_eq!(eyes.changed(), ["x"]);
    eyes.bed.write("x/y/z", "1");
    assert_eq!(eyes.changed(), ["x/y/z"]);
    fs::rename(eyes.bed.at("x"), outside.path().join("x")).unwrap();
    assert_eq!(eyes.changed(), ["x"]);
    fs::write(outside.path().join("x/y/z"), "2").unwrap();
    assert!(eyes.is_quiet());
}

#[test]
fn links_second_names_deletes_and_modes_are_told() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let bed = Bed::new();
    bed.write("a", "1");
    let eyes = Eyes::on(bed);
    symlink("a", eyes.bed.at("link")).unwrap();
    assert_eq!(eyes.changed(), ["link"]);
    fs::hard_link(eyes.bed.at("a"), eyes.bed.at("b")).unwrap();
    assert!(eyes.all_changed().contains("b"));
    fs::set_permissions(eyes.bed.at("a"), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(eyes.all_changed().contains("a"));
    eyes.bed.remove("link");
    assert_eq!(eyes.changed(), ["link"]);
}

#[test]
fn a_file_that_stays_open_is_told_when_it_is_quiet() {
    let bed = Bed::new();
    bed.write("log", "1");
    let eyes = Eyes::on(bed);
    let start = Instant::now();
    let mut file = fs::File::options().append(true).open(eyes.bed.at("log")).unwrap();
    file.write_all(b"2").unwrap();
    assert_eq!(eyes.changed(), ["log"]);
    assert!(start.elapsed() >= Duration::from_millis(450));
}

#[test]
fn ignored_and_own_files_are_not_told() {
    let bed = Bed::new();
    bed.write(IGNORE_FILE, "*.log\n/build/\n");
    bed.write("build/deep/x", "1");
    let eyes = Eyes::on(bed);
    eyes.bed.write("a.log", "1");
    eyes.bed.write("build/deep/x", "2");
    eyes.bed.write(".homefold/staging/x", "1");
    assert!(eyes.is_quiet());
    fs::rename(eyes.bed.at("a.log"), eyes.bed.at("a.txt")).unwrap();
    assert_eq!(eyes.changed(), ["a.txt"]);
    fs::rename(eyes.bed.at("a.txt"), eyes.bed.at("b.log")).unwrap();
    assert_eq!(eyes.changed(), ["a.txt"]);
}

#[test]
fn names_that_are_no_text_are_told_in_a_form_that_can_be_shown() {
    use std::os::unix::ffi::OsStrExt;
    let eyes = Eyes::new();
    let name = std::ffi::OsStr::from_bytes(b"bad\xff");
    fs::write(eyes.bed.dir.path().join(name), "1").unwrap();
    assert_eq!(eyes.changed(), ["bad\u{fffd}"]);
}

#[test]
fn changed_rules_are_told() {
    let eyes = Eyes::new();
    eyes.bed.write(IGNORE_FILE, "*.log\n");
    assert_eq!(eyes.next(), Watch::Rules);
    assert_eq!(eyes.changed(), [IGNORE_FILE]);
}

#[test]
fn rules_that_the_service_itself_puts_there_are_told_as_well() {
    let eyes = Eyes::new();
    let bed = &eyes.bed;
    let ignore = Arc::new(Ignore::of_text(""));
    let materializer = Materializer::new(bed.root.clone(), bed.staging.clone(), ignore);
    let content = Content::single(b"*.log\n");
    bed.staging.small(content.hash, b"*.log\n".to_vec()).unwrap();
    let (mtime, source) = (model::WallTime(1_000_000_000), Source::Staged);
    let make = Make::File { content, mode: 0o644, mtime, source };
    let change = Change { path: path(IGNORE_FILE), expect: None, make, archive: false };
    assert!(matches!(materializer.apply(&[change])[0], engine::change::Outcome::Done(_)));
    assert_eq!(eyes.next(), Watch::Rules);
    assert!(eyes.is_quiet());
}

#[test]
fn a_root_that_goes_is_told_and_ends_the_watching() {
    for lose in [
        (|eyes: &Eyes| fs::rename(eyes.bed.dir.path(), eyes.bed.dir.path().with_extension("gone")))
            as fn(&Eyes) -> io::Result<()>,
        |eyes| fs::remove_dir_all(eyes.bed.at(".homefold")),
        |eyes| fs::remove_dir_all(eyes.bed.dir.path()),
    ] {
        let eyes = Eyes::new();
        lose(&eyes).unwrap();
        loop {
            match eyes.news.recv_timeout(LONG) {
                Ok(Watch::RootLost) => break,
                Ok(Watch::Changed(_)) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(eyes.news.recv_timeout(LONG), Err(RecvTimeoutError::Disconnected));
        let _ = fs::remove_dir_all(eyes.bed.dir.path().with_extension("gone"));
    }
}

#[test]
fn what_the_service_writes_itself_is_not_told() {
    let bed = Bed::new();
    bed.write("a", "old");
    let expect = Some(bed.seen("a"));
    let eyes = Eyes::on(bed);
    let bed = &eyes.bed;
    let ignore = Arc::new(Ignore::of_text(""));
    let materializer = Materializer::new(bed.root.clone(), bed.staging.clone(), ignore);
    let content = Content::single(b"new");
    bed.staging.small(content.hash, b"new".to_vec()).unwrap();
    let make = Make::File {
        content,
        mode: 0o644,
        mtime: model::WallTime(1_000_000_000),
        source: Source::Staged,
    };
    let outcomes = materializer.apply(&[Change { path: path("a"), expect, make, archive: true }]);
    assert!(matches!(outcomes[0], engine::change::Outcome::Done(_)));
    assert!(eyes.is_quiet());
    bed.write("a", "edited");
    assert_eq!(eyes.changed(), ["a"]);
}

#[test]
fn a_receiver_that_does_not_listen_loses_nothing() {
    let bed = Bed::new();
    let (sink, news) = crossbeam_channel::bounded(1);
    let ignore = Arc::new(Ignore::of_text(""));
    let _watcher = Watcher::start(bed.root.clone(), ignore, sink).unwrap();
    for i in 0..50 {
        bed.write(&format!("f{i}"), "1");
        thread::sleep(Duration::from_millis(8));
    }
    let mut told = BTreeSet::new();
    while let Ok(watch) = news.recv_timeout(Duration::from_millis(300)) {
        match &watch {
            Watch::Changed(paths) => told.extend(paths.clone()),
            Watch::Rescan(None) => return,
            Watch::Rescan(_) | Watch::Rules | Watch::Degraded { .. } | Watch::RootLost => {
                panic!("{watch:?}")
            }
        }
    }
    assert_eq!(told.len(), 50);
}

#[test]
fn nobody_is_watched_after_the_end() {
    let mut eyes = Eyes::new();
    eyes.watcher.take();
    eyes.bed.write("a", "1");
    assert_eq!(eyes.news.recv_timeout(SHORT), Err(RecvTimeoutError::Disconnected));
}

#[test]
fn many_changes_in_many_directories_are_all_told() {
    let eyes = Eyes::new();
    for i in 0..2000 {
        eyes.bed.write(&format!("d{}/f{i}", i % 50), "1");
    }
    let told = eyes.all_changed();
    for i in 0..2000 {
        let dir = format!("d{}", i % 50);
        assert!(told.contains(&dir) || told.contains(&format!("{dir}/f{i}")), "{i}");
    }
    assert!(!told.is_empty() && told.is_disjoint(&set(&["x"])));
}
