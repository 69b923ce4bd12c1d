//! Files on this disk that no rule keeps always: how much room they take, and which were used last.
//!
//! Kept current with every row that is written, so that choosing what goes never walks the index. What
//! is remembered of uses is lost with the service: then a file counts as used when it came here. Not
//! here: whether a file may go (`evict`).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use model::{Keep, RelPath, WallTime};

use crate::home::policy::Room;
use crate::index::Row;

/// What stays free whatever the policy says.
const FREE_MIN: u64 = 5 << 30;

/// One of those files.
#[derive(Debug, Clone, Copy)]
struct Cached {
    used: WallTime,
    bytes: u64,
}

/// The files that may go.
#[derive(Debug)]
pub(crate) struct Cache {
    files: BTreeMap<RelPath, Cached>,
    by_use: BTreeSet<(WallTime, RelPath)>,
    /// Those that go whether there is room or not.
    unwanted: BTreeSet<RelPath>,
    /// The last of them that was chosen.
    turn: Option<RelPath>,
    /// How often each file is open.
    open: BTreeMap<RelPath, u32>,
    bytes: u64,
    free: Option<u64>,
    room: Room,
    /// How many others must have a file.
    pub(super) copies: usize,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            files: BTreeMap::new(),
            by_use: BTreeSet::new(),
            unwanted: BTreeSet::new(),
            turn: None,
            open: BTreeMap::new(),
            bytes: 0,
            free: None,
            room: Room::Share(10),
            copies: 1,
        }
    }
}

impl Cache {
    /// A row was written, for which this rule holds.
    pub(super) fn note(&mut self, row: &Row, keep: Keep) {
        let file = row.disk.as_ref().filter(|_| keep != Keep::Always);
        let stat = file.filter(|disk| disk.seen.kind.content().is_some()).map(|d| d.seen.stat);
        let Some(stat) = stat else { return self.forget(&row.path) };
        let before = self.files.get(&row.path).map(|cached| cached.used);
        let used = before.map_or(stat.ctime, |used| used.max(stat.ctime));
        self.drop_file(&row.path);
        self.by_use.insert((used, row.path.clone()));
        self.files.insert(row.path.clone(), Cached { used, bytes: stat.size });
        self.bytes = self.bytes.saturating_add(stat.size);
        if keep == Keep::Never {
            self.unwanted.insert(row.path.clone());
        }
    }

    /// Nothing stands there any more that may go.
    pub(super) fn forget(&mut self, path: &RelPath) {
        if self.drop_file(path) {
            self.unwanted.remove(path);
        }
    }

    fn drop_file(&mut self, path: &RelPath) -> bool {
        let Some(cached) = self.files.remove(path) else { return false };
        self.bytes = self.bytes.saturating_sub(cached.bytes);
        self.by_use.remove(&(cached.used, path.clone()))
    }

    /// A file was used, or can't go now and is to be tried after all others.
    pub(super) fn used(&mut self, path: &RelPath, now: WallTime) {
        let Some(cached) = self.files.get_mut(path) else { return };
        let before = cached.used;
        cached.used = before.max(now);
        if self.by_use.remove(&(before, path.clone())) {
            self.by_use.insert((before.max(now), path.clone()));
        }
    }

    pub(super) fn opened(&mut self, path: RelPath) {
        *self.open.entry(path).or_insert(0) += 1;
    }

    pub(super) fn closed(&mut self, path: &RelPath) {
        if let Some(times) = self.open.get_mut(path) {
            *times -= 1;
            if *times == 0 {
                self.open.remove(path);
            }
        }
    }

    pub(super) fn is_open(&self, path: &RelPath) -> bool {
        self.open.contains_key(path)
    }

    /// A file is to go whether there is room or not; whether it may go at all.
    pub(super) fn unwant(&mut self, path: &RelPath) -> bool {
        let cached = self.files.contains_key(path);
        if cached {
            self.unwanted.insert(path.clone());
        }
        cached
    }

    /// A file need not go any more.
    pub(super) fn spare(&mut self, path: &RelPath) {
        self.unwanted.remove(path);
    }

    pub(super) fn set_room(&mut self, room: Room, copies: usize) {
        (self.room, self.copies) = (room, copies);
    }

    pub(super) fn set_free(&mut self, free: u64) {
        self.free = Some(free);
    }

    /// Bytes that have to go; none while it is not known how much is free.
    fn excess(&self) -> u64 {
        let Some(free) = self.free else { return 0 };
        let all = free.saturating_add(self.bytes);
        let room = match self.room {
            Room::Share(share) => all / 100 * share,
            Room::Bytes(bytes) => bytes,
        };
        self.bytes.saturating_sub(room.min(all.saturating_sub(FREE_MIN)))
    }

    /// Whether anything is to go.
    pub(super) fn has_to_go(&self) -> bool {
        !self.unwanted.is_empty() || self.excess() > 0
    }

    /// Up to `limit` files that are to go: first those that go in any case, from where the last call
    /// ended, then the least recently used ones.
    pub(super) fn candidates(&mut self, limit: usize) -> Vec<RelPath> {
        let turn = self.turn.take();
        let start = turn.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let rest = self.unwanted.range((start, Bound::Unbounded));
        let again = turn.iter().flat_map(|end| self.unwanted.range(..=end));
        let mut chosen: Vec<RelPath> = rest.chain(again).take(limit).cloned().collect();
        self.turn = chosen.last().cloned();
        let mut excess = self.excess();
        for (_, path) in &self.by_use {
            if excess == 0 || chosen.len() >= limit {
                break;
            }
            excess = excess.saturating_sub(self.files.get(path).map_or(0, |file| file.bytes));
            if !self.unwanted.contains(path) {
                chosen.push(path.clone());
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Holders, OnDisk};
    use crate::observation::{Seen, Stat};
    use model::{Actor, Content, Dot, Entry, EntryKind, Register, Version};
    use wire::Sequence;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    fn row(name: &str, size: u64, at: i64) -> Row {
        let kind = EntryKind::File { content: Content::single(b"x"), mode: 0o644 };
        let dot = Dot { actor: Actor(1), counter: 1 };
        let version = Version::default().with(dot);
        let stat = Stat { size, ctime: WallTime(at), ..Stat::default() };
        Row {
            path: path(name),
            register: Register::new(Entry {
                kind: kind.clone(),
                mtime: WallTime(0),
                version: version.clone(),
                dot,
                resolves: None,
            }),
            sequence: Sequence(1),
            via: None,
            holders: Holders(1),
            disk: Some(OnDisk { seen: Seen { kind, stat }, version, dot }),
            needed: false,
            problem: None,
            shown: Version::default(),
        }
    }

    fn names(cache: &mut Cache) -> Vec<String> {
        cache.candidates(10).iter().map(ToString::to_string).collect()
    }

    fn full() -> Cache {
        let mut cache = Cache::default();
        for (name, at) in [("a", 3), ("b", 1), ("c", 2)] {
            cache.note(&row(name, 10, at), Keep::Auto);
        }
        cache.set_room(Room::Bytes(10), 1);
        cache
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first_and_no_more_than_needed() {
        let mut cache = full();
        assert!(!cache.has_to_go(), "it is not known how much is free");
        cache.set_free(FREE_MIN);
        assert_eq!(names(&mut cache), ["b", "c"]);
        cache.used(&path("b"), WallTime(9));
        assert_eq!(names(&mut cache), ["c", "a"]);
    }

    #[test]
    fn five_gibibytes_stay_free_whatever_the_policy_says() {
        let mut cache = full();
        cache.set_room(Room::Share(100), 1);
        cache.set_free(FREE_MIN - 15);
        assert_eq!(names(&mut cache), ["b", "c"]);
    }

    #[test]
    fn kept_files_take_no_part_and_unwanted_ones_go_in_any_case() {
        let mut cache = full();
        cache.note(&row("b", 10, 1), Keep::Always);
        cache.note(&row("a", 10, 3), Keep::Never);
        assert_eq!(names(&mut cache), ["a"]);
        cache.forget(&path("a"));
        assert!(!cache.has_to_go());
    }
}
