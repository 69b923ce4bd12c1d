//! Small files side by side.
//!
//! A program that reads the small files of a directory one after the other is run ahead of, as one that
//! reads a large file in order is: the next few are asked for in one request, twice as many each time.
//! Who opens one here and one there is left alone: nothing is fetched before a program has opened the very
//! next file, and nothing more once it stops. What came waits in memory like all small files that are read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::index::Row;
use engine::stream::Fetch;
use model::{Content, EntryKind, FolderId, RelPath, Tick};

use super::content::{Remote, Wanted};
use super::{Who, receive, sparing};
use crate::clock;
use crate::folders::Runtime;
use crate::node::Node;

/// Bytes of a file that is run ahead to, and of all that are asked for at once.
const FILE_MAX: u64 = 64 << 10;
const BYTES_MAX: u64 = 512 << 10;
/// Files that are asked for at once.
const FIRST: usize = 4;
const MOST: usize = 16;
/// Entries that are looked at to find them, and to see whether a file is the next one.
const LOOKED_AT: usize = 64;
const NEXT: usize = 4;
/// Programs and directories that are followed.
const TRACKS_MAX: usize = 64;

/// What programs read lately, each in each directory.
#[derive(Default)]
pub(super) struct Neighbours(Mutex<HashMap<Key, Track>>);

type Key = (FolderId, u32, Option<RelPath>);

#[derive(Debug)]
struct Track {
    /// The file that was opened last, and when.
    last: RelPath,
    at: Tick,
    /// Up to where files were asked for, and how many of them were not opened yet.
    ahead: Option<RelPath>,
    waiting: usize,
    /// How many to ask for next.
    window: usize,
    /// Somebody is just asking.
    busy: bool,
}

/// What to look for.
#[derive(Debug, PartialEq, Eq)]
struct Errand {
    after: RelPath,
    /// The file that has to be the very next one, if that is not known yet.
    next: Option<RelPath>,
    count: usize,
}

impl Track {
    fn new(path: &RelPath, at: Tick) -> Self {
        Self { last: path.clone(), at, ahead: None, waiting: 0, window: FIRST, busy: false }
    }

    /// A program opens `path`: what is to be looked for.
    fn opened(&mut self, path: &RelPath, now: Tick) -> Option<Errand> {
        if *path <= self.last {
            if *path != self.last {
                *self = Self::new(path, now);
            }
            return None;
        }
        let before = std::mem::replace(&mut self.last, path.clone());
        self.at = now;
        if self.ahead.as_ref().is_some_and(|ahead| path > ahead) {
            *self = Self::new(path, now);
        }
        self.waiting = self.waiting.saturating_sub(1);
        if self.busy || self.waiting > self.window / 4 {
            return None;
        }
        self.busy = true;
        Some(match self.ahead.clone() {
            Some(after) => Errand { after, next: None, count: self.window },
            None => Errand { after: before, next: Some(path.clone()), count: self.window },
        })
    }

    /// So many files were asked for, up to `ahead`; none: there are none, or it was no order.
    fn asked(&mut self, ahead: Option<RelPath>, count: usize) {
        self.busy = false;
        self.waiting += count;
        self.window = (self.window * 2).min(MOST);
        match ahead {
            Some(ahead) => self.ahead = Some(ahead),
            None => *self = Self::new(&self.last, self.at),
        }
    }
}

impl Neighbours {
    fn tracks(&self) -> MutexGuard<'_, HashMap<Key, Track>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self, key: &Key, path: &RelPath, now: Tick) -> Option<Errand> {
        let mut tracks = self.tracks();
        if let Some(track) = tracks.get_mut(key) {
            return track.opened(path, now);
        }
        if tracks.len() >= TRACKS_MAX {
            let oldest =
                tracks.iter().min_by_key(|(_, track)| track.at).map(|(key, _)| key.clone());
            oldest.map(|key| tracks.remove(&key));
        }
        tracks.insert(key.clone(), Track::new(path, now));
        None
    }

    fn asked(&self, key: &Key, ahead: Option<RelPath>, count: usize) {
        if let Some(track) = self.tracks().get_mut(key) {
            track.asked(ahead, count);
        }
    }
}

/// A program opens a file that is elsewhere: has the next ones fetched, if it reads in order.
pub(super) fn opened(
    node: &Arc<Node>,
    runtime: &Arc<Runtime>,
    (path, content): (&RelPath, Content),
    who: &Who,
) {
    if content.size > FILE_MAX || who.process == 0 {
        return;
    }
    let key = (runtime.id, who.process, path.parent());
    if !sparing::is_admitted(node, (runtime.id, path), who) {
        return;
    }
    let Some(errand) = node.remotes.neighbours.opened(&key, path, clock::tick()) else { return };
    let (node, runtime, who) = (Arc::clone(node), Arc::clone(runtime), who.clone());
    node.runtime.clone().spawn_blocking(move || {
        let next = look(&runtime, &key, &errand).unwrap_or_default();
        let last = next.last().map(|(path, _)| path.clone());
        let fetches = ask(&node, &runtime, &who, &next);
        node.remotes.neighbours.asked(&key, last, next.len());
        if !fetches.is_empty() {
            node.runtime.spawn(receive::carry_out_together(Arc::clone(&node), fetches));
        }
    });
}

/// The next small files that are elsewhere; none if what was opened is not the next one itself.
fn look(
    runtime: &Runtime,
    (_, _, directory): &Key,
    errand: &Errand,
) -> anyhow::Result<Vec<(RelPath, Content)>> {
    let mut after = &errand.after;
    let children = |after: &RelPath, limit| {
        runtime.read(|index| {
            let rows = index.children(directory.as_ref(), Some(after), limit)?;
            Ok::<_, anyhow::Error>(rows)
        })
    };
    if let Some(next) = &errand.next {
        if children(after, NEXT)?.iter().find_map(small).is_none_or(|(path, _)| path != *next) {
            return Ok(Vec::new());
        }
        after = next;
    }
    let rows = children(after, LOOKED_AT)?;
    let mut bytes = 0;
    let fits = |(_, content): &(RelPath, Content)| {
        bytes += content.size;
        bytes <= BYTES_MAX
    };
    Ok(rows.iter().filter_map(small).take(errand.count).take_while(fits).collect())
}

fn small(row: &Row) -> Option<(RelPath, Content)> {
    let content = match row.register.winner().kind {
        EntryKind::File { content, .. } => content,
        EntryKind::Directory { .. } | EntryKind::Symlink { .. } | EntryKind::Tombstone { .. } => {
            return None;
        }
    };
    let fits = !content.chunked && (1..=FILE_MAX).contains(&content.size) && row.disk.is_none();
    fits.then(|| (row.path.clone(), content))
}

/// Opens them, as their reader would, and asks for those that are not at hand.
fn ask(
    node: &Arc<Node>,
    runtime: &Arc<Runtime>,
    who: &Who,
    files: &[(RelPath, Content)],
) -> Vec<(Arc<Remote>, Fetch)> {
    let opened = files.iter().map(|(path, content)| {
        let (content, reach) = (*content, 0..content.size);
        Remote::open_small(node, &Wanted { runtime, path, content, who, reach })
    });
    let opened: Vec<Arc<Remote>> = opened.collect();
    let streams: Vec<_> = opened.iter().map(|remote| remote.stream()).collect();
    let fetches = node.remotes.table().streams.ask_together(clock::tick(), &streams);
    let of = |fetch: &Fetch| opened.iter().find(|remote| remote.stream() == fetch.stream);
    fetches.into_iter().filter_map(|fetch| Some((Arc::clone(of(&fetch)?), fetch))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: usize) -> RelPath {
        RelPath::parse(format!("d/{name:04}")).unwrap()
    }

    /// Opens these; how many were asked for after each, if what was opened was the next one.
    fn run(names: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut track: Option<Track> = None;
        let mut asked = Vec::new();
        for name in names {
            let Some(track) = &mut track else {
                track = Some(Track::new(&path(name), Tick(0)));
                continue;
            };
            let Some(errand) = track.opened(&path(name), Tick(0)) else { continue };
            let number = |path: &RelPath| path.name().parse::<usize>().unwrap();
            let in_order =
                errand.next.as_ref().is_none_or(|next| number(next) == number(&errand.after) + 1);
            let from = errand.next.as_ref().map_or(number(&errand.after), number);
            match in_order {
                true => track.asked(Some(path(from + errand.count)), errand.count),
                false => track.asked(None, 0),
            }
            asked.push(if in_order { errand.count } else { 0 });
        }
        asked
    }

    #[test]
    fn who_reads_side_by_side_is_run_ahead_of_by_more_and_more() {
        let asked = run(0..200);
        assert_eq!(asked[..4], [4, 8, 16, 16]);
        assert!((200..=220).contains(&asked.iter().sum::<usize>()), "{asked:?}");
    }

    #[test]
    fn who_opens_one_here_and_one_there_is_left_alone() {
        assert_eq!(run((0..300).step_by(3)).iter().sum::<usize>(), 0);
        assert_eq!(run((0..100).rev()), [0; 0]);
        assert_eq!(run([5, 90, 7, 60, 7, 7, 7]).iter().sum::<usize>(), 0);
    }

    #[test]
    fn who_stops_or_leaps_is_run_ahead_of_no_more() {
        let asked = run([1, 2, 50, 90]);
        assert_eq!(asked, [4, 0, 0]);
        assert_eq!(run([1, 2, 2, 2, 2]), [4]);
    }
}
