//! What must hold when faults are over, everybody is connected and nothing is left to do.

use std::collections::{BTreeMap, BTreeSet};

use engine::index::{Index, Row, Tally};
use model::{ConflictId, EntryKind, Problem, RelPath};

use super::laws::lawful;
use super::{Oracle, Violation, Written};
use crate::device::Device;
use crate::disk::{Node, Thing};
use crate::home::FOLDER;
use crate::index::MapIndex;

type Verdict = Result<(), Violation>;

fn broken(rule: &'static str, text: String) -> Verdict {
    Err(Violation { rule, text })
}

/// A device that takes part, with its index.
struct Part<'a> {
    place: usize,
    device: &'a Device,
    index: &'a MapIndex,
}

impl Oracle {
    /// Judges the whole home. `members`: who takes part; `denied`: of them, who may not write.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn at_rest(
        &self,
        devices: &[Device],
        members: &[usize],
        denied: &BTreeSet<usize>,
    ) -> Verdict {
        let part = |place: &usize| {
            let device = &devices[*place];
            device.any_index().map(|index| Part { place: *place, device, index })
        };
        let all: Vec<Part<'_>> = members.iter().filter_map(part).collect();
        let lost = |row: &Row| is_lost(row, members.iter().map(|place| &devices[*place]));
        for one in &all {
            agrees_with_itself(one, denied.contains(&one.place), &lost)?;
            self.awaits_what_exists(one, &all, &lost)?;
        }
        let waits = |one: &Part<'_>| {
            one.index.rows().any(|row| row.problem.is_some() || row.needed && lost(row))
        };
        if !all.iter().any(waits) {
            all.iter().try_for_each(barrier_is_passed)?;
        }
        let free: Vec<&Part<'_>> = all.iter().filter(|one| !denied.contains(&one.place)).collect();
        let Some(first) = free.first() else { return Ok(()) };
        for other in &free[1..] {
            same_index(first, other)?;
            same_tree(first, other)?;
        }
        // What a writer has forgotten with a backup is not taken from one that may not write.
        let whole = self.torn.is_empty();
        for reader in all.iter().filter(|_| whole).filter(|one| denied.contains(&one.place)) {
            if self.unclear.contains(&reader.place) {
                continue;
            }
            self.reads_along(first, reader)?;
        }
        for row in free.iter().flat_map(|one| one.index.rows()) {
            lawful(&row.path, row.register.siblings())?;
        }
        self.nothing_lost(&free, devices)?;
        self.nothing_risen(first)
    }

    /// Whether some device looks for bytes that nobody has any more: it never ends.
    /// What a device that was removed has is out of reach.
    pub fn seeks(&self, devices: &[Device], members: &[usize]) -> bool {
        let parts = || members.iter().map(|place| &devices[*place]);
        let mut rows = parts().filter_map(Device::any_index).flat_map(MapIndex::rows);
        rows.any(|row| row.needed && is_lost(row, parts()))
    }

    /// L2: no device waits for bytes that a person's program has replaced or taken away before anybody had
    /// them. There may be such only where disks and indexes were destroyed or set back, where nobody has
    /// decided on the delete yet, and where a person put back or chose what its author had replaced by then.
    fn awaits_what_exists(
        &self,
        part: &Part<'_>,
        all: &[Part<'_>],
        lost: &dyn Fn(&Row) -> bool,
    ) -> Verdict {
        if !self.forgetful.is_empty() || !self.unclear.is_empty() {
            return Ok(());
        }
        for row in part.index.rows().filter(|row| row.needed && lost(row)) {
            let thing = Thing::of(&row.register.winner().kind);
            let written = thing.as_ref().and_then(|thing| self.written.get(thing));
            let content = row.register.winner().kind.content();
            let rotten = content.is_some_and(|content| self.rotten.contains(&content.hash));
            let excused = written.is_some_and(|all| all.iter().any(|one| one.excused))
                || thing.as_ref().is_some_and(|thing| self.put_back.contains(thing));
            let held = |one: &Part<'_>| matches!(one.index.held_at(&row.path), Ok(Some(_)));
            if !rotten && !excused && !all.iter().any(held) {
                let who = part.device.who;
                return broken("L2 (nobody)", format!("{who} waits for {row:?}, {written:?}"));
            }
        }
        Ok(())
    }

    /// A device that may not write has what the others have, where nobody was at work on it.
    fn reads_along(&self, writer: &Part<'_>, reader: &Part<'_>) -> Verdict {
        let own = |path: &RelPath| {
            self.outside.iter().any(|(place, touched)| {
                *place == reader.place
                    && (touched == path || path.is_below(touched) || touched.is_below(path))
            })
        };
        let tree = |part: &Part<'_>| -> BTreeMap<RelPath, Thing> {
            let nodes = part.device.disk.tree.iter().filter(|(path, _)| !own(path));
            nodes.map(|(path, node)| (path.clone(), node.thing())).collect()
        };
        let (mut theirs, mut ours) = (tree(writer), tree(reader));
        for part in [writer, reader] {
            let stays = |row: &&Row| is_absent(row) || goes_with_what_waits(part.index, row);
            for row in part.index.rows().filter(stays) {
                theirs.remove(&row.path);
                ours.remove(&row.path);
            }
        }
        if theirs == ours {
            Ok(())
        } else {
            broken("I6 (reader)", differing("reader", &theirs, &ours))
        }
    }

    /// I1, I9, I11: what is due is in the tree or in the list of conflicts, and its bytes are there. Where
    /// causes are beyond telling, the archive will do.
    fn nothing_lost(&self, parts: &[&Part<'_>], devices: &[Device]) -> Verdict {
        let (mut there, mut kept) = (BTreeSet::<Thing>::new(), BTreeSet::<Thing>::new());
        for part in parts {
            there.extend(part.device.disk.tree.iter().map(|(_, node)| node.thing()));
            for row in part.index.rows() {
                there.extend(row.register.losers().filter_map(|entry| Thing::of(&entry.kind)));
            }
            let history = part.index.kept().chain(part.index.expired_links());
            kept.extend(history.filter_map(|row| Thing::of(&row.entry.kind)));
        }
        for (thing, written) in &self.written {
            if *thing == Thing::Directory || !self.is_due(thing) {
                continue;
            }
            // An index that was set back takes what it finds for a person's edit of what it remembers.
            let enough =
                !self.torn.is_empty() || kept.contains(thing) && self.is_entangled(written);
            if !there.contains(thing) && !enough {
                return broken("I1 (lost)", format!("{thing:?}, {written:?}, is nowhere"));
            }
            let Thing::File(content) = thing else { continue };
            if !devices.iter().any(|device| device.disk.has(content)) {
                return broken(
                    "I1 (bytes)",
                    format!("nobody has the bytes of {thing:?}, {written:?}"),
                );
            }
        }
        Ok(())
    }

    /// Whether it was renamed, or written where something was: if several devices rename, swap and edit the
    /// same paths at once, an edit that follows a rename may replace what another rename had brought there.
    pub(super) fn is_entangled(&self, written: &[Written]) -> bool {
        let leads = |path: &RelPath| {
            self.renames.contains_key(path) || self.renames.values().any(|to| to.contains(path))
        };
        written.iter().flat_map(|one| one.places.keys()).any(leads)
    }

    /// I2, I12, I13: what stands at a path belongs there, and no more often than it was put there.
    fn nothing_risen(&self, part: &Part<'_>) -> Verdict {
        // What the home wants there may be bytes that nobody has any more: what stands there stays.
        let waits: BTreeSet<&RelPath> =
            part.index.rows().filter(|row| row.needed).map(|row| &row.path).collect();
        let mut count: BTreeMap<Thing, Vec<&RelPath>> = BTreeMap::new();
        for (path, node) in part.device.disk.tree.iter().filter(|(path, _)| !waits.contains(path)) {
            let thing = node.thing();
            if thing != Thing::Directory && !self.loose.contains(&thing) {
                count.entry(thing).or_default().push(path);
            }
        }
        for (thing, paths) in count {
            let (places, followed) = (self.places_of(&thing), self.followed(&thing));
            let strays = |path: &&&RelPath| !places.contains(**path) && !followed.contains(**path);
            if let Some(path) = paths.iter().find(strays) {
                let written = self.written.get(&thing);
                return broken("I12", format!("{thing:?} stands at {path}: {written:?}"));
            }
            if paths.len() > self.count_of(&thing).saturating_add(followed.len()) {
                return broken("I13", format!("{thing:?} stands at {paths:?}"));
            }
        }
        Ok(())
    }
}

/// I21, I24, L2: index and disk of a device agree, its sums are right, and what waits says why.
/// What a device that may not write has made stays, and may stand in the way.
fn agrees_with_itself(part: &Part<'_>, denied: bool, lost: &dyn Fn(&Row) -> bool) -> Verdict {
    let Part { device, index, .. } = part;
    let who = device.who;
    let rows: BTreeMap<&RelPath, &Row> = index.rows().map(|row| (&row.path, row)).collect();
    for (path, node) in device.disk.tree.iter() {
        let disk = rows.get(path).and_then(|row| row.disk.as_ref());
        let rotten = node.blob().is_some_and(|blob| !blob.sound);
        let seen = disk.map(|disk| &disk.seen);
        let present = seen.and_then(|seen| seen.kind.content());
        if !rotten && present.is_some() && present != node.seen().kind.content() {
            return broken("I21", format!("{who}: {path} is {node:?}, known as {disk:?}"));
        }
        if !rotten && seen != Some(&node.seen()) {
            return broken("I24", format!("{who}: {path} is {node:?}, known as {disk:?}"));
        }
    }
    for row in index.rows() {
        if row.disk.is_some() && device.disk.tree.get(&row.path).is_none() {
            return broken("I24", format!("{who}: nothing stands at {row:?}"));
        }
        let excused = lost(row) || goes_with_what_waits(index, row);
        if row.needed && row.problem.is_none() && !excused {
            return broken("L2", format!("{who}: nothing is done about {row:?}"));
        }
        let lasting =
            |problem: Problem| problem.is_lasting() || denied && problem == Problem::Obstructed;
        if let Some(problem) = row.problem.filter(|problem| !lasting(*problem)) {
            return broken(
                "L2",
                format!("{who}: {problem:?} after everything was put right: {row:?}"),
            );
        }
    }
    sums_are_right(part)
}

/// Whether what stands at a path is to be moved to one where something is in the way: until then it stays.
fn goes_with_what_waits(index: &MapIndex, row: &Row) -> bool {
    let EntryKind::Tombstone { moved_to: Some(to) } = &row.register.winner().kind else {
        return false;
    };
    let there = index.get(&to.path).ok().flatten();
    row.needed && there.is_some_and(|there| there.problem.is_some())
}

/// Whether a file is in the folder and, as it should be, not on this disk.
fn is_absent(row: &Row) -> bool {
    row.disk.is_none() && !row.needed && row.register.winner().kind.content().is_some()
}

/// Whether a file is listed of which a person deleted the only bytes before anybody had fetched them.
fn is_lost<'a>(row: &Row, mut devices: impl Iterator<Item = &'a Device>) -> bool {
    let content = row.register.winner().kind.content();
    content.is_some_and(|content| !devices.any(|device| device.disk.has(&content)))
}

fn sums_are_right(part: &Part<'_>) -> Verdict {
    let Part { device, index, .. } = part;
    let who = device.who;
    let Some(run) = &device.run else { return Ok(()) };
    let (Some(view), Ok(totals)) = (run.engine.folder_view(FOLDER), index.totals()) else {
        return Ok(());
    };
    let told = (view.files, view.needed, view.pending, view.conflicts);
    let counted = (totals.files, totals.needed, totals.pending, totals.conflicts);
    if told != counted {
        return broken("sums", format!("{who}: told {told:?}, counted {counted:?}"));
    }
    if view.alone != totals.alone && view.alone != Tally::default() {
        return broken("sums", format!("{who}: told {:?}, counted {:?}", view.alone, totals.alone));
    }
    for (number, id) in index.devices().unwrap_or_default() {
        let told = run.engine.unheld(FOLDER, id);
        let counted = totals.unheld.get(usize::from(number.0)).copied().unwrap_or_default();
        if told != counted {
            return broken("sums", format!("{who}: {id:?} lacks {told:?}, counted {counted:?}"));
        }
    }
    Ok(())
}

/// Everything is everywhere, and every device knows it.
fn barrier_is_passed(part: &Part<'_>) -> Verdict {
    let Some(run) = &part.device.run else { return Ok(()) };
    let barrier = run.engine.barrier(FOLDER);
    if barrier.as_ref().is_some_and(engine::Barrier::done) {
        return Ok(());
    }
    broken("barrier", format!("{}: {barrier:?}", part.device.who))
}

/// I6, I9: everything that is known of every path is the same, forgotten tombstones apart.
fn same_index(a: &Part<'_>, b: &Part<'_>) -> Verdict {
    type Known = (Vec<model::Entry>, Vec<ConflictId>);
    let known = |part: &Part<'_>| -> BTreeMap<RelPath, Known> {
        let rows = part.index.rows().map(|row| {
            let conflicts = row.register.conflicts(&row.path).map(|(id, _)| id).collect();
            (row.path.clone(), (row.register.siblings().to_vec(), conflicts))
        });
        let live = |entries: &[model::Entry]| entries.iter().any(|entry| entry.kind.is_live());
        rows.filter(|(_, (entries, _))| live(entries)).collect()
    };
    let (ours, theirs) = (known(a), known(b));
    let lists = |all: &BTreeMap<RelPath, Known>| -> BTreeMap<RelPath, Vec<ConflictId>> {
        let listed = all.iter().filter(|(_, (_, conflicts))| !conflicts.is_empty());
        listed.map(|(path, (_, conflicts))| (path.clone(), conflicts.clone())).collect()
    };
    let (ours_listed, theirs_listed) = (lists(&ours), lists(&theirs));
    if ours_listed != theirs_listed {
        return broken("I9", differing("conflicts", &ours_listed, &theirs_listed));
    }
    if ours == theirs { Ok(()) } else { broken("I6 (index)", differing("index", &ours, &theirs)) }
}

/// I6: the trees are the same, byte for byte, where no problem is listed.
fn same_tree(a: &Part<'_>, b: &Part<'_>) -> Verdict {
    let waits = |part: &Part<'_>, path: &RelPath| {
        let mut rows =
            part.index.rows().filter(|row| row.problem.is_some() || row.needed || is_absent(row));
        rows.any(|row| row.path == *path || path.is_below(&row.path))
    };
    let tree = |part: &Part<'_>| -> BTreeMap<RelPath, (Thing, u16, i64)> {
        let nodes = part.device.disk.tree.iter();
        let nodes = nodes.filter(|(path, _)| !waits(a, path) && !waits(b, path));
        nodes.map(|(path, node)| (path.clone(), shown(node))).collect()
    };
    let (ours, theirs) = (tree(a), tree(b));
    if ours == theirs { Ok(()) } else { broken("I6 (tree)", differing("tree", &ours, &theirs)) }
}

/// What is kept in step of something on disk.
fn shown(node: &Node) -> (Thing, u16, i64) {
    let mtime = node.blob().map_or(0, |_| node.mtime.0);
    let mode = match node.seen().kind {
        EntryKind::Symlink { .. } | EntryKind::Tombstone { .. } => 0,
        EntryKind::File { mode, .. } | EntryKind::Directory { mode } => mode,
    };
    (node.thing(), mode, mtime)
}

fn differing<V: PartialEq + std::fmt::Debug>(
    what: &str,
    a: &BTreeMap<RelPath, V>,
    b: &BTreeMap<RelPath, V>,
) -> String {
    let paths: BTreeSet<&RelPath> = a.keys().chain(b.keys()).collect();
    let differ: Vec<_> = paths
        .into_iter()
        .filter(|path| a.get(*path) != b.get(*path))
        .map(|path| (path, a.get(path), b.get(path)))
        .collect();
    format!("{what}: {differ:?}")
}
