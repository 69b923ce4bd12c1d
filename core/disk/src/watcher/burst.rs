//! Folding news into as few looks as possible, without waiting where there is nothing to wait for.
//!
//! - A file that was closed after writing is told at once.
//! - A file that is written and not closed is told when it was quiet for [`QUIET`], at the latest after
//!   [`WRITING_MAX`].
//! - New, removed and renamed names wait [`SETTLE`] for what belongs to them: editors save by writing
//!   another file and renaming it, or by moving the old file away and writing a new one.
//! - A name that went and is being written anew waits until it is closed, at the latest [`DANCE_MAX`].
//!
//! Pure: the time is an argument.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use super::Reason;

/// How long a name waits for its other half.
const SETTLE: Duration = Duration::from_millis(3);
/// How long the first name of a burst may wait for the others.
const SETTLE_MAX: Duration = Duration::from_millis(20);
/// How long a file must be quiet that is not closed.
const QUIET: Duration = Duration::from_millis(500);
/// How long a file that is written without a pause is not told.
const WRITING_MAX: Duration = Duration::from_secs(5);
/// How long a name that is being written anew holds the burst back.
const DANCE_MAX: Duration = Duration::from_millis(500);
/// Paths in a burst up to which it may be somebody's save that is not finished.
const DANCE_PATHS_MAX: usize = 64;
/// Paths in a burst; beyond that the whole folder is looked at.
const PATHS_MAX: usize = 50_000;

/// What the system tells. Paths are relative to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// A file appeared and somebody is writing it.
    Created(String),
    /// A file or link is there as a whole: a second name, a link, something moved in.
    Appeared(String),
    /// A file was written to.
    Modified(String),
    /// A file was closed by somebody who could write to it.
    Closed(String),
    /// Permissions or times changed.
    Attributes(String),
    /// A file or directory is gone or was moved out.
    Removed(String),
    /// A file or directory was renamed.
    Moved {
        /// Its old path.
        from: String,
        /// Its new path.
        to: String,
        /// Whether it is a directory.
        is_dir: bool,
    },
    /// A directory is there with unknown things in it, watched from now on.
    Directory(String),
    /// A directory can't be watched; the empty text is the root.
    Unwatched(String, Reason),
    /// News were lost.
    Overflow,
    /// The root is not what it was.
    RootLost,
}

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: String,
    /// Whether it is a directory whose contents are unknown.
    pub(super) with_all_below: bool,
}

/// A burst that has settled.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settled {
    pub(super) paths: Vec<Place>,
    pub(super) unwatched: Vec<(String, Reason)>,
    pub(super) overflow: bool,
    pub(super) root_lost: bool,
}

/// News that were not told yet.
#[derive(Debug, Default)]
pub(super) struct Burst {
    /// Paths to be told; true for directories with everything below.
    paths: BTreeMap<String, bool>,
    /// When the first of them came.
    first: Option<Instant>,
    /// When a name that had gone was last closed after being written anew.
    anew: Option<Instant>,
    /// Paths whose other half may still come, and when they came.
    unsettled: HashMap<String, Instant>,
    /// Files that appeared in this burst.
    fresh: BTreeSet<String>,
    writing: HashMap<String, Writing>,
    unwatched: Vec<(String, Reason)>,
    overflow: bool,
    root_lost: bool,
    /// When the last three got something to tell.
    urgent: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Writing {
    first: Instant,
    last: Instant,
}

impl Burst {
    pub(super) fn take(&mut self, news: News, now: Instant) {
        match news {
            News::Created(path) => {
                self.write(&path, now);
                self.fresh.insert(path);
            }
            News::Modified(path) => self.write(&path, now),
            News::Closed(path) => {
                let was_written = self.writing.remove(&path).is_some();
                if was_written && self.paths.contains_key(&path) {
                    self.anew = Some(now);
                }
                if self.fresh.contains(&path) {
                    self.unsettled.insert(path.clone(), now);
                } else {
                    self.unsettled.remove(&path);
                }
                self.tell(path, now);
            }
            News::Attributes(path) => {
                if !self.writing.contains_key(&path) {
                    self.tell(path, now);
                }
            }
            News::Appeared(path) => {
                self.unsettled.insert(path.clone(), now);
                self.tell(path, now);
            }
            News::Removed(path) => {
                self.writing.remove(&path);
                self.fresh.remove(&path);
                self.unsettled.insert(path.clone(), now);
                self.tell(path, now);
            }
            News::Moved { from, to, is_dir } => self.moved(from, to, is_dir, now),
            News::Directory(path) => self.tell_all_below(path, now),
            News::Unwatched(path, reason) => {
                self.unwatched.push((path, reason));
                self.urgent.get_or_insert(now);
            }
            News::Overflow => self.overflow(now),
            News::RootLost => {
                self.root_lost = true;
                self.urgent.get_or_insert(now);
            }
        }
        if self.paths.len() > PATHS_MAX {
            self.overflow(now);
        }
    }

    fn overflow(&mut self, now: Instant) {
        self.forget_paths();
        self.overflow = true;
        self.urgent.get_or_insert(now);
    }

    fn moved(&mut self, from: String, to: String, is_dir: bool, now: Instant) {
        if let Some(writing) = self.writing.remove(&from) {
            self.writing.insert(to.clone(), writing);
        }
        if self.fresh.remove(&from) {
            // The end of a save: nothing more belongs to it.
            self.unsettled.remove(&from);
            self.unsettled.remove(&to);
        } else {
            self.unsettled.insert(from.clone(), now);
            self.unsettled.insert(to.clone(), now);
        }
        if is_dir {
            self.tell_all_below(from, now);
            self.tell_all_below(to, now);
        } else {
            self.tell(from, now);
            self.tell(to, now);
        }
    }

    fn write(&mut self, path: &str, now: Instant) {
        match self.writing.get_mut(path) {
            Some(writing) => writing.last = now,
            None => {
                self.writing.insert(path.to_owned(), Writing { first: now, last: now });
            }
        }
    }

    fn tell(&mut self, path: String, now: Instant) {
        self.first.get_or_insert(now);
        self.paths.entry(path).or_insert(false);
    }

    fn tell_all_below(&mut self, path: String, now: Instant) {
        self.first.get_or_insert(now);
        self.paths.insert(path, true);
    }

    fn forget_paths(&mut self) {
        self.paths.clear();
        self.unsettled.clear();
        self.fresh.clear();
        self.first = None;
        self.anew = None;
    }

    /// When to call [`Burst::settle`].
    pub(super) fn due(&self) -> Option<Instant> {
        let told = self.first.map(|first| self.told_at(first));
        let written = self.writing.values().map(Writing::due).min();
        [self.urgent, told, written].into_iter().flatten().min()
    }

    fn told_at(&self, first: Instant) -> Instant {
        let anew = |path: &String| self.writing.contains_key(path);
        if self.paths.len() <= DANCE_PATHS_MAX && self.paths.keys().any(anew) {
            return first + DANCE_MAX;
        }
        match self.unsettled.values().max() {
            Some(last) => {
                let latest = self.anew.unwrap_or(first) + SETTLE_MAX;
                (*last + SETTLE).min(latest).min(first + DANCE_MAX)
            }
            None => first,
        }
    }

    /// Takes out what is due.
    pub(super) fn settle(&mut self, now: Instant) -> Settled {
        let quiet: Vec<String> = self
            .writing
            .iter()
            .filter(|(_, writing)| writing.due() <= now)
            .map(|(path, _)| path.clone())
            .collect();
        for path in quiet {
            self.writing.remove(&path);
            self.tell(path, now);
        }
        self.urgent = None;
        let mut settled = Settled {
            paths: Vec::new(),
            unwatched: std::mem::take(&mut self.unwatched),
            overflow: std::mem::take(&mut self.overflow),
            root_lost: std::mem::take(&mut self.root_lost),
        };
        if self.first.is_some_and(|first| self.told_at(first) <= now) {
            let paths = std::mem::take(&mut self.paths);
            self.forget_paths();
            let mut covered: Option<String> = None;
            for (path, with_all_below) in paths {
                if covered.as_ref().is_some_and(|above| path.starts_with(above.as_str())) {
                    continue;
                }
                if with_all_below {
                    covered = Some(format!("{path}/"));
                }
                settled.paths.push(Place { path, with_all_below });
            }
        }
        settled
    }
}

impl Writing {
    fn due(&self) -> Instant {
        (self.last + QUIET).min(self.first + WRITING_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays news at their milliseconds; gives the milliseconds at which paths are told.
    fn play(news: &[(u64, News)]) -> Vec<(u64, Vec<String>)> {
        let start = Instant::now();
        let mut burst = Burst::default();
        let mut told = Vec::new();
        let mut next = news.iter().peekable();
        for ms in 0..12_000 {
            let now = start + Duration::from_millis(ms);
            while let Some((_, news)) = next.next_if(|(at, _)| *at == ms) {
                burst.take(news.clone(), now);
            }
            if burst.due().is_some_and(|due| due <= now) {
                let paths: Vec<_> = burst.settle(now).paths.into_iter().map(|p| p.path).collect();
                if !paths.is_empty() {
                    told.push((ms, paths));
                }
            }
        }
        told
    }

    fn created(path: &str) -> News {
        News::Created(path.into())
    }
    fn modified(path: &str) -> News {
        News::Modified(path.into())
    }
    fn closed(path: &str) -> News {
        News::Closed(path.into())
    }
    fn removed(path: &str) -> News {
        News::Removed(path.into())
    }
    fn moved(from: &str, to: &str) -> News {
        News::Moved { from: from.into(), to: to.into(), is_dir: false }
    }
    fn paths(list: &[&str]) -> Vec<String> {
        list.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn a_save_in_place_is_told_at_once() {
        let told = play(&[(0, modified("a")), (1, modified("a")), (2, closed("a"))]);
        assert_eq!(told, [(2, paths(&["a"]))]);
    }

    #[test]
    fn a_new_file_is_told_when_it_is_closed() {
        let told = play(&[(0, created("a")), (0, modified("a")), (9, closed("a"))]);
        assert_eq!(told, [(12, paths(&["a"]))]);
    }

    #[test]
    fn a_save_by_a_second_file_is_one_change_without_a_wait() {
        let told = play(&[
            (0, created("tmp")),
            (0, modified("tmp")),
            (1, closed("tmp")),
            (2, moved("tmp", "a")),
        ]);
        assert_eq!(told, [(2, paths(&["a", "tmp"]))]);
    }

    #[test]
    fn a_save_that_moves_the_old_file_away_is_one_change() {
        let told = play(&[
            (0, moved("a", "a~")),
            (0, created("a")),
            (1, modified("a")),
            (30, closed("a")),
            (31, removed("a~")),
        ]);
        assert_eq!(told, [(34, paths(&["a", "a~"]))]);
    }

    #[test]
    fn a_save_that_deletes_first_is_one_change() {
        let told = play(&[(0, removed("a")), (1, created("a")), (2, closed("a"))]);
        assert_eq!(told, [(5, paths(&["a"]))]);
    }

    #[test]
    fn a_rename_is_told_with_both_ends() {
        assert_eq!(play(&[(0, moved("a", "b"))]), [(3, paths(&["a", "b"]))]);
    }

    #[test]
    fn a_file_that_is_never_closed_is_told_when_it_is_quiet() {
        let told = play(&[(0, modified("log")), (400, modified("log"))]);
        assert_eq!(told, [(900, paths(&["log"]))]);
    }

    #[test]
    fn a_file_that_is_never_quiet_is_told_every_few_seconds() {
        let news: Vec<_> = (0..110).map(|i| (i * 100, modified("log"))).collect();
        let told = play(&news);
        assert_eq!(told.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [5000, 10_100, 11_400]);
    }

    #[test]
    fn a_stream_of_new_files_is_told_in_parts() {
        let news: Vec<_> = (0..100)
            .flat_map(|i| [(i, created(&format!("{i}"))), (i, closed(&format!("{i}")))])
            .collect();
        let told = play(&news);
        assert!(told.len() >= 5 && told[0].0 <= 20, "{told:?}");
        assert_eq!(told.iter().map(|(_, paths)| paths.len()).sum::<usize>(), 100);
    }

    #[test]
    fn what_lies_in_a_new_directory_is_told_with_it() {
        let told = play(&[
            (0, News::Directory("d".into())),
            (0, News::Appeared("d/x".into())),
            (0, News::Appeared("dx".into())),
        ]);
        assert_eq!(told, [(3, paths(&["d", "dx"]))]);
    }

    #[test]
    fn too_many_paths_become_one_look_at_everything() {
        let now = Instant::now();
        let mut burst = Burst::default();
        for i in 0..=PATHS_MAX {
            burst.take(News::Appeared(i.to_string()), now);
        }
        let settled = burst.settle(now);
        assert!(settled.overflow && settled.paths.is_empty());
    }

    #[test]
    fn attributes_of_a_file_that_is_being_written_wait_for_its_end() {
        let attributes = News::Attributes("a".into());
        let told = play(&[(0, created("a")), (1, attributes.clone()), (50, closed("a"))]);
        assert_eq!(told, [(53, paths(&["a"]))]);
        assert_eq!(play(&[(7, attributes)]), [(7, paths(&["a"]))]);
    }
}
