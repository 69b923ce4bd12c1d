//! What has disappeared from the disk and is not decided on yet.
//!
//! Invariant: what is told to be gone again and again stays as it was when it disappeared. Not here: the
//! decisions (`leave`).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::Duration;

use model::{EntryKind, RelPath, Tick};

use crate::index::OnDisk;
use crate::observation::{Scope, Seen};

/// How long nothing more must disappear before deletes are decided …
const QUIET: Duration = Duration::from_millis(200);
/// … and how long at most they wait.
const PATIENCE: Duration = Duration::from_secs(5);

/// Places that the last look is asked for one by one; beyond that the directories around them are.
const LOOKS_MAX: usize = 256;

/// What has disappeared and is not decided yet; its version is all that was known of the path then.
#[derive(Debug, Default)]
pub(crate) struct Leaving {
    paths: BTreeMap<RelPath, OnDisk>,
    /// A program may have renamed one of them over another: both had the same number then.
    by_inode: BTreeMap<u64, BTreeSet<RelPath>>,
    /// Of them, those that may have been given up: if they don't turn up, they are only elsewhere.
    pub(super) unsure: BTreeSet<RelPath>,
    since: Tick,
    last: Tick,
    /// The look that is under way, and what it has found to be gone indeed.
    look: Option<(Scope, BTreeSet<RelPath>)>,
}

/// What came of the last look at what had disappeared.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Looked {
    /// It is gone.
    pub(super) gone: Vec<(RelPath, OnDisk)>,
    /// It stands there as it did.
    pub(super) back: Vec<RelPath>,
}

impl Leaving {
    pub(super) fn add(&mut self, now: Tick, path: RelPath, disk: OnDisk) {
        if self.paths.is_empty() {
            self.since = now;
        }
        self.last = now;
        if let Some((_, gone)) = &mut self.look {
            gone.insert(path.clone());
        }
        // Whoever took it away knew of the path what was known when it disappeared, and nothing that came later.
        let Entry::Vacant(vacant) = self.paths.entry(path) else { return };
        self.by_inode.entry(disk.seen.stat.inode).or_default().insert(vacant.key().clone());
        vacant.insert(disk);
    }

    pub(super) fn remove(&mut self, path: &RelPath) -> Option<OnDisk> {
        let disk = self.paths.remove(path)?;
        self.unsure.remove(path);
        if let Some(alike) = self.by_inode.get_mut(&disk.seen.stat.inode) {
            alike.remove(path);
            if alike.is_empty() {
                self.by_inode.remove(&disk.seen.stat.inode);
            }
        }
        Some(disk)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn len(&self) -> usize {
        self.paths.len()
    }

    pub(super) fn contains(&self, path: &RelPath) -> bool {
        self.paths.contains_key(path)
    }

    pub(super) fn below(&self, directory: &RelPath) -> Vec<(RelPath, OnDisk)> {
        // The order of paths keeps a directory's descendants together, right behind it.
        let behind = (Bound::Excluded(directory), Bound::Unbounded);
        let inside = self.paths.range(behind).take_while(|(path, _)| path.is_below(directory));
        inside.map(|(path, disk)| (path.clone(), disk.clone())).collect()
    }

    /// When the last look is due.
    pub(super) fn due(&self) -> Option<Tick> {
        let waits = self.look.is_none() && !self.paths.is_empty();
        waits.then(|| self.last.after(QUIET).min(self.since.after(PATIENCE)))
    }

    /// Begins the last look: where it has to be.
    pub(super) fn look_again(&mut self) -> Option<Scope> {
        if self.look.is_some() || self.paths.is_empty() {
            return None;
        }
        let scope = scope_of(self.paths.keys());
        self.look = Some((scope.clone(), BTreeSet::new()));
        Some(scope)
    }

    /// A scan has ended. If it was the last look, what is decided by it is taken out: what was not found to
    /// be gone stands as it is known, or a scan would have told. The rest disappeared meanwhile.
    pub(super) fn looked_again(&mut self, ended: &Scope) -> Option<Looked> {
        let (scope, gone) = self.look.take_if(|(scope, _)| scope == ended)?;
        let mut looked = Looked::default();
        for path in
            self.paths.keys().filter(|path| covers(&scope, path)).cloned().collect::<Vec<_>>()
        {
            let Some(disk) = self.remove(&path) else { continue };
            match gone.contains(&path) {
                true => looked.gone.push((path, disk)),
                false => looked.back.push(path),
            }
        }
        Some(looked)
    }

    /// Where something that turned up was before, if it disappeared from there just now.
    pub(super) fn origin_of(&self, seen: &Seen) -> Option<RelPath> {
        let alike = self.by_inode.get(&seen.stat.inode)?;
        let was =
            |path: &&RelPath| self.paths.get(*path).is_some_and(|disk| is_move(&disk.seen, seen));
        alike.iter().find(was).cloned()
    }
}

/// Whether `after` is what `before` was, at another path.
pub(super) fn is_move(before: &Seen, after: &Seen) -> bool {
    match (&before.kind, &after.kind) {
        (EntryKind::Directory { .. }, EntryKind::Directory { .. }) => {
            before.stat.inode == after.stat.inode
        }
        (a, b) => a.same(b) && after.stat.moved_from(&before.stat),
    }
}

/// The least that has to be looked at to see all of these paths, which are in order.
fn scope_of<'a>(paths: impl Iterator<Item = &'a RelPath>) -> Scope {
    let mut tops = topmost(paths.cloned());
    while tops.len() > LOOKS_MAX {
        let above: Option<BTreeSet<RelPath>> = tops.iter().map(RelPath::parent).collect();
        let Some(above) = above else { return Scope::Folder };
        tops = topmost(above.into_iter());
    }
    Scope::Paths(tops)
}

/// Those of some paths, which are in order, that lie below none of the others.
fn topmost(paths: impl Iterator<Item = RelPath>) -> Vec<RelPath> {
    let mut tops: Vec<RelPath> = Vec::new();
    for path in paths {
        if !tops.last().is_some_and(|top| path.is_below(top)) {
            tops.push(path);
        }
    }
    tops
}

fn covers(scope: &Scope, path: &RelPath) -> bool {
    match scope {
        Scope::Folder => true,
        Scope::Paths(tops) => tops.iter().any(|top| path == top || path.is_below(top)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observation::Stat;
    use model::{Actor, Content, Dot, Version};

    fn disk(inode: u64) -> OnDisk {
        let kind = EntryKind::File { content: Content::single(b"x"), mode: 0o644 };
        let seen = Seen { kind, stat: Stat { inode, ..Stat::default() } };
        OnDisk { seen, version: Version::default(), dot: Dot { actor: Actor(1), counter: 1 } }
    }

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    #[test]
    fn deletes_wait_until_it_is_quiet_but_not_for_ever() {
        let mut leaving = Leaving::default();
        assert_eq!(leaving.due(), None);
        leaving.add(Tick(0), path("a"), disk(1));
        assert_eq!(leaving.due(), Some(Tick(0).after(QUIET)));
        for step in 1..100 {
            let now = Tick(0).after(QUIET / 2 * step);
            leaving.add(now, path(&format!("f{step}")), disk(u64::from(step)));
        }
        assert_eq!(leaving.due(), Some(Tick(0).after(PATIENCE)));
    }

    #[test]
    fn a_file_that_turns_up_elsewhere_is_recognised_by_its_number() {
        let mut leaving = Leaving::default();
        leaving.add(Tick(0), path("a"), disk(7));
        assert_eq!(leaving.origin_of(&disk(7).seen), Some(path("a")));
        assert_eq!(leaving.origin_of(&disk(8).seen), None);
        leaving.remove(&path("a"));
        assert_eq!(leaving.origin_of(&disk(7).seen), None);
    }

    #[test]
    fn of_two_names_that_one_file_had_the_last_one_is_where_it_was() {
        let mut leaving = Leaving::default();
        let mut before = disk(7);
        before.seen.kind = EntryKind::File { content: Content::single(b"y"), mode: 0o644 };
        for (name, disk) in [("a", before.clone()), ("b", disk(7)), ("c", before)] {
            leaving.add(Tick(0), path(name), disk);
        }
        assert_eq!(leaving.origin_of(&disk(7).seen), Some(path("b")));
    }

    #[test]
    fn what_the_last_look_does_not_find_gone_stands_there_again() {
        let mut leaving = Leaving::default();
        for (inode, name) in [(1, "d"), (2, "d/x"), (3, "d/y"), (4, "e")] {
            leaving.add(Tick(0), path(name), disk(inode));
        }
        let scope = leaving.look_again().unwrap();
        assert_eq!(scope, Scope::Paths(vec![path("d"), path("e")]));
        assert_eq!((leaving.due(), leaving.look_again()), (None, None));
        leaving.add(Tick(1), path("d/y"), disk(3));
        leaving.add(Tick(1), path("f"), disk(5));
        assert_eq!(leaving.looked_again(&Scope::Folder), None);
        let looked = leaving.looked_again(&scope).unwrap();
        assert_eq!(looked.gone, [(path("d/y"), disk(3))]);
        assert_eq!(looked.back, [path("d"), path("d/x"), path("e")]);
        assert!(leaving.contains(&path("f")) && leaving.due().is_some());
    }

    #[test]
    fn what_is_told_again_stays_as_it_was_when_it_disappeared() {
        let mut leaving = Leaving::default();
        leaving.add(Tick(0), path("a"), disk(1));
        let later = Version::default().with(Dot { actor: Actor(2), counter: 1 });
        leaving.add(Tick(1), path("a"), OnDisk { version: later, ..disk(1) });
        assert_eq!(leaving.remove(&path("a")), Some(disk(1)));
    }

    #[test]
    fn many_names_of_one_directory_are_looked_at_together() {
        let names = (0..=LOOKS_MAX).map(|i| path(&format!("d/e{i}")));
        let names: BTreeSet<RelPath> = names.collect();
        assert_eq!(scope_of(names.iter()), Scope::Paths(vec![path("d")]));
        let tops = (0..=LOOKS_MAX).map(|i| path(&format!("e{i}"))).collect::<BTreeSet<_>>();
        assert_eq!(scope_of(tops.iter()), Scope::Folder);
    }
}
