//! The naive reference: what users did, and so what must and what must not be there.
//!
//! It knows nothing of versions, only of causes: a program that overwrites, deletes or renames what
//! stands on its disk has seen it. So a write stays due until some program, anywhere, has taken away
//! exactly what it wrote; and nothing may stand at a path that no program has put there. Contents that
//! were put back by a choice, a restore or an undo, or by a disk or index that was set back, are
//! *loose*: they may be there or not. Rooms: `steps` (what must hold at each step), `touch` (what may be
//! done to a disk), `laws` (what versions may stand side by side), `rest` (what must hold when
//! everything is quiet). Which check proves which invariant: `core/docs/testing.md`.

mod laws;
mod rest;
mod steps;
mod touch;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use model::{Actor, ContentHash, Dot, RelPath};

use crate::clock::Moment;
use crate::disk::{Effect, Thing};

pub use touch::Before;

/// A rule that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which: the name of an invariant.
    pub rule: &'static str,
    /// How.
    pub text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.text)
    }
}

/// Whether what programs of a device do counts for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Counts,
    /// The device may not change the folder.
    Barred,
    /// It may or may not, depending on who heard of what first.
    Unclear,
}

/// Something that a program wrote.
#[derive(Debug, Clone)]
struct Written {
    by: usize,
    /// Paths where programs put it, and whether it still belongs there.
    places: BTreeMap<RelPath, bool>,
    /// A program has taken it away, knowing it.
    superseded: bool,
    /// Devices whose programs took it away.
    taken_by: BTreeSet<usize>,
    /// Devices whose programs renamed it.
    moved_by: BTreeSet<usize>,
    /// It need not be anywhere: its writer may not write, or its only copies were destroyed.
    excused: bool,
}

/// What is remembered of a run.
#[derive(Debug, Default)]
pub struct Oracle {
    written: BTreeMap<Thing, Vec<Written>>,
    loose: BTreeSet<Thing>,
    /// Of these, what a person or a disaster put back or chose: their bytes may be gone since.
    put_back: BTreeSet<Thing>,
    renames: BTreeMap<RelPath, BTreeSet<RelPath>>,
    /// Paths from which one thing was renamed by two who knew nothing of each other.
    forks: BTreeSet<RelPath>,
    /// Who has renamed something back to a path that it had left: others may not have heard of that.
    returned: BTreeMap<RelPath, BTreeSet<usize>>,
    /// Where programs of devices that may not write have been at work.
    outside: BTreeSet<(usize, RelPath)>,
    /// What programs of devices that may not write have taken away.
    barred: Vec<(usize, Thing)>,
    dots: BTreeMap<Dot, (RelPath, Option<Thing>)>,
    counters: BTreeMap<(usize, u64), (u64, u64)>,
    /// Actors of indexes that were set back.
    torn: BTreeSet<Actor>,
    /// The devices of these indexes: what their programs take away may be nothing that they know of.
    forgetful: BTreeSet<usize>,
    archived: BTreeMap<(usize, ContentHash), Moment>,
    stood: BTreeSet<(usize, ContentHash)>,
    /// Devices whose right to change the folder was given or taken during the run.
    unclear: BTreeSet<usize>,
    /// Contents of which a copy has rotted.
    rotten: BTreeSet<ContentHash>,
    /// What they would be taken for if they were read.
    rot: BTreeSet<ContentHash>,
    /// What was put at each path of each device.
    stood_at: BTreeMap<(usize, RelPath), BTreeSet<Thing>>,
}

impl Oracle {
    /// A program of device `by` changed paths.
    pub fn user(&mut self, by: usize, effects: &[Effect], standing: Standing) {
        let counts = standing == Standing::Counts;
        for effect in effects {
            if let Some(thing) = &effect.after {
                self.put(by, &effect.path, thing);
            }
            if standing == Standing::Unclear {
                effect.before.iter().chain(&effect.after).for_each(|thing| self.give_up(thing));
            }
            if standing == Standing::Barred {
                self.barred.extend(effect.before.iter().map(|thing| (by, thing.clone())));
            }
            if !counts {
                self.outside.insert((by, effect.path.clone()));
                self.outside.extend(effect.moved_from.iter().map(|from| (by, from.clone())));
            }
            if effect.before != effect.after && counts {
                self.lose(by, effect.before.as_ref(), &effect.path);
            }
            if let Some(Thing::File(content)) = &effect.after {
                self.stood.insert((by, content.hash));
            }
            if let (Some(thing), Some(_)) = (&effect.after, &effect.moved_from)
                && effect.before == effect.after
            {
                // Two that nobody can tell apart have become one.
                self.excuse(thing);
            }
            match (&effect.after, &effect.moved_from) {
                (Some(thing), Some(from)) => self.rename(thing, (from, &effect.path), counts, by),
                (Some(thing), None) => {
                    let again = effect.before.as_ref() == Some(thing);
                    self.gain(by, thing, &effect.path, (counts, again));
                }
                (None, _) => {}
            }
        }
    }

    fn gain(&mut self, by: usize, thing: &Thing, path: &RelPath, (counts, again): (bool, bool)) {
        let written = self.written.entry(thing.clone()).or_default();
        if again && let Some(same) = written.iter_mut().find(|w| w.places.contains_key(path)) {
            same.places.insert(path.clone(), true);
            // Whoever takes it away now may not have seen this.
            return self.loosen(thing);
        }
        let places = BTreeMap::from([(path.clone(), true)]);
        // Who took away the same bytes from there knew what was written, whenever it was written.
        let taken = |one: &Written| {
            let there = one.places.contains_key(path) || reaches(&self.renames, one).contains(path);
            there && one.taken_by.iter().any(|other| *other != by)
        };
        let known = written.iter().any(taken);
        let (excused, taken_by) = (!counts || again || known, BTreeSet::new());
        let moved_by = BTreeSet::new();
        written.push(Written { by, places, superseded: false, taken_by, moved_by, excused });
        if known {
            self.loosen(thing);
        }
    }

    fn lose(&mut self, by: usize, thing: Option<&Thing>, path: &RelPath) {
        let Some(thing) = thing else { return };
        let unheard = self.may_not_know(by, path);
        let Some(written) = self.written.get_mut(thing) else { return };
        let mut found = 0;
        for one in written.iter_mut() {
            if let Some(belongs) = one.places.get_mut(path) {
                (*belongs, one.superseded) = (false, true);
                one.taken_by.insert(by);
                found += 1;
            }
        }
        if found > 1 || self.renames.contains_key(path) || unheard {
            // Which of them was seen is not known, nor whether it had followed a rename before.
            self.loose.insert(thing.clone());
        }
        let found = found > 0;
        // The same bytes, written where a rename led to this path, became one with these.
        for one in written.iter_mut().filter(|one| found && !one.superseded) {
            one.superseded = reaches(&self.renames, one).contains(path);
        }
        if self.forgetful.contains(&by) {
            self.loose.insert(thing.clone());
        }
        if !found {
            // The service had put it there, after a rename made elsewhere.
            for one in written.iter_mut() {
                one.superseded = true;
                one.taken_by.insert(by);
            }
            self.loose.insert(thing.clone());
        }
    }

    fn rename(&mut self, thing: &Thing, (from, to): (&RelPath, &RelPath), counts: bool, by: usize) {
        self.renames.entry(from.clone()).or_default().insert(to.clone());
        if !counts {
            return self.gain(by, thing, to, (false, false));
        }
        let (mut found, mut apart) = (0, self.may_not_know(by, from));
        for one in self.written.get_mut(thing).into_iter().flatten() {
            if let Some(belongs) = one.places.get_mut(from) {
                apart |= !std::mem::replace(belongs, false);
                if one.places.insert(to.clone(), true) == Some(false) {
                    self.returned.entry(to.clone()).or_default().insert(by);
                }
                one.moved_by.insert(by);
                found += 1;
            }
        }
        if apart || found > 1 {
            // Somebody else took it away from there as well, and may have it at another place; or wrote the
            // same there, and has it there still. An edit follows it to both.
            self.forks.insert(from.clone());
            self.loosen(thing);
        }
        if found == 0 {
            // The service had put it there, for whoever wrote it: whoever takes it away takes theirs.
            for one in self.written.get_mut(thing).into_iter().flatten() {
                one.places.insert(to.clone(), true);
            }
            self.gain(by, thing, to, (true, true));
            self.loosen(thing);
        }
    }

    /// Whether somebody else has put something back at a path, so that what `by` takes from there may be what
    /// stood there before.
    fn may_not_know(&self, by: usize, path: &RelPath) -> bool {
        self.returned.get(path).is_some_and(|all| all.iter().any(|other| *other != by))
    }

    /// A device may write now that could not, or the other way round, or is out of the home: what its
    /// programs did before may count, or not.
    pub fn unbar(&mut self, device: usize) {
        self.unclear.insert(device);
        let all = self.written.values_mut().flatten();
        all.filter(|one| one.by == device).for_each(|one| one.excused = true);
        self.doubt(device);
        for (_, thing) in self.barred.extract_if(.., |(by, _)| *by == device).collect::<Vec<_>>() {
            self.give_up(&thing);
        }
    }

    /// What programs of a device have taken away or renamed may count, or not.
    fn doubt(&mut self, device: usize) {
        let touched =
            |one: &Written| one.taken_by.contains(&device) || one.moved_by.contains(&device);
        for (thing, written) in &self.written {
            if written.iter().any(touched) {
                self.loose.insert(thing.clone());
            }
        }
    }

    /// Something went back from one path to another, by nobody's deed: edits follow it there.
    pub fn went_back(&mut self, from: &RelPath, to: &RelPath) {
        self.renames.entry(from.clone()).or_default().insert(to.clone());
    }

    /// A choice, a restore, an undo or a disaster put it back: it may be there or not, and so may its bytes.
    pub fn put_back(&mut self, thing: &Thing) {
        self.put_back.insert(thing.clone());
        self.loosen(thing);
    }

    /// A person took away what the service had put there just before it was killed, and not noted.
    pub fn unnoted(&mut self, thing: &Thing) {
        self.loosen(thing);
    }

    /// It may be there or not from now on.
    fn loosen(&mut self, thing: &Thing) {
        self.loose.insert(thing.clone());
    }

    /// A copy of it has rotted, into `rot`: it may be archived as it is.
    pub fn rot(&mut self, content: ContentHash, rot: ContentHash) {
        self.rotten.insert(content);
        self.rot.insert(rot);
    }

    /// A person chose against a side of a conflict.
    pub fn give_up(&mut self, thing: &Thing) {
        self.written.get_mut(thing).into_iter().flatten().for_each(|one| one.superseded = true);
        self.put_back(thing);
    }

    /// The last copies of a thing were destroyed by what happened to a device, not by the service.
    pub fn excuse(&mut self, thing: &Thing) {
        self.written.get_mut(thing).into_iter().flatten().for_each(|one| one.excused = true);
        self.loosen(thing);
    }

    /// Whether a program ever wrote this.
    fn knows(&self, thing: &Thing) -> bool {
        *thing == Thing::Directory || self.written.contains_key(thing)
    }

    /// Whether some write of it is still due.
    fn is_due(&self, thing: &Thing) -> bool {
        let due = |one: &Written| !one.superseded && !one.excused;
        self.written.get(thing).into_iter().flatten().any(due)
    }

    /// Paths where a thing belongs, and where it may be because an edit followed a rename.
    fn places_of(&self, thing: &Thing) -> BTreeSet<RelPath> {
        let written = self.written.get(thing).into_iter().flatten();
        written.flat_map(|one| reaches(&self.renames, one)).collect()
    }

    /// Paths where it may be besides: it was taken away from where it stood when it had followed a rename
    /// already.
    fn followed(&self, thing: &Thing) -> BTreeSet<RelPath> {
        let written = self.written.get(thing).into_iter().flatten();
        let all = written.clone().flat_map(|one| led_to(&self.renames, one.places.keys().cloned()));
        let was = |path: &RelPath| written.clone().any(|one| one.places.contains_key(path));
        all.filter(|path| !was(path)).collect()
    }

    /// How many paths it may stand at.
    fn count_of(&self, thing: &Thing) -> usize {
        let written = self.written.get(thing).into_iter().flatten();
        if written.clone().any(|one| !reaches(&self.renames, one).is_disjoint(&self.forks)) {
            return usize::MAX;
        }
        written.flat_map(|one| one.places.values()).filter(|belongs| **belongs).count()
    }
}

/// Where something belongs, and where renames lead from there.
fn reaches(renames: &BTreeMap<RelPath, BTreeSet<RelPath>>, written: &Written) -> BTreeSet<RelPath> {
    let places = written.places.iter().filter(|(_, belongs)| **belongs);
    led_to(renames, places.map(|(path, _)| path.clone()))
}

/// These paths, and where renames lead from there.
fn led_to(
    renames: &BTreeMap<RelPath, BTreeSet<RelPath>>,
    from: impl Iterator<Item = RelPath>,
) -> BTreeSet<RelPath> {
    let mut open: Vec<RelPath> = from.collect();
    let mut all = BTreeSet::new();
    while let Some(path) = open.pop() {
        if all.insert(path.clone()) {
            open.extend(renames.get(&path).into_iter().flatten().cloned());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::Disk;
    use crate::disk::user::Step;

    fn path(text: &str) -> RelPath {
        RelPath::parse(text).unwrap()
    }

    fn link(text: &str) -> Thing {
        Thing::File(crate::toy::content_of(text.as_bytes()))
    }

    fn after(steps: &[Step]) -> Oracle {
        let (mut disk, mut oracle) = (Disk::default(), Oracle::default());
        for step in steps {
            let effects = disk.user(step);
            oracle.user(0, &effects, Standing::Counts);
        }
        oracle
    }

    fn write(at: &str, text: &str) -> Step {
        Step::Write(path(at), text.as_bytes().to_vec())
    }

    #[test]
    fn a_write_is_due_until_a_program_takes_it_away() {
        let oracle = after(&[write("x", "1"), write("x", "2")]);
        assert!(!oracle.is_due(&link("1")) && oracle.is_due(&link("2")));
        assert!(oracle.places_of(&link("1")).is_empty());
    }

    #[test]
    fn a_renamed_file_belongs_to_its_new_place() {
        let oracle = after(&[write("d/x", "1"), Step::Rename(path("d"), path("e"))]);
        assert_eq!(oracle.places_of(&link("1")), BTreeSet::from([path("e/x")]));
        assert!(oracle.is_due(&link("1")));
    }

    #[test]
    fn an_edit_may_follow_a_rename() {
        let mut oracle = after(&[write("x", "1"), Step::Rename(path("x"), path("y"))]);
        let edit =
            Effect { path: path("x"), before: None, after: Some(link("2")), moved_from: None };
        oracle.user(1, &[edit], Standing::Counts);
        assert!(oracle.places_of(&link("2")).contains(&path("y")));
        assert_eq!(oracle.count_of(&link("2")), 1);
    }

    #[test]
    fn a_copy_is_due_when_the_original_is_deleted() {
        let steps = [write("x", "1"), Step::Copy(path("x"), path("y")), Step::Remove(path("x"))];
        let oracle = after(&steps);
        assert!(oracle.is_due(&link("1")));
        assert_eq!(oracle.places_of(&link("1")), BTreeSet::from([path("y")]));
    }
}
