//! Programs at work on a device, and people who ask its service for something.

use std::time::Duration;

use engine::Keep;
use engine::home::HomeError;
use engine::observation::Scope;
use model::{ConflictId, EntryKind, Mode, RelPath};
use wire::{Archived, Record};

use super::{Work, World};
use crate::disk::user::Step;
use crate::disk::{Effect, Node, Thing};
use crate::home::{FOLDER, author};
use crate::index::MapIndex;
use crate::oracle::Standing;
use crate::script::{Deed, Expectation, Wish};
use crate::toy;

impl World {
    /// A program begins its work.
    pub(super) fn program(&mut self, device: usize, deed: &Deed) {
        let mut wait = Duration::ZERO;
        for step in deed.steps(&self.devices[device].disk) {
            self.schedule(wait, Work::Program(device, step));
            wait += self.pace.program.draw(&mut self.random);
        }
        // The first step is done at once.
        let now = self.now;
        while self.failure.is_none() && self.queue.keys().next().is_some_and(|key| key.0 <= now) {
            self.step(now);
        }
    }

    /// Whether what programs of a device do counts for the others.
    pub(super) fn standing(&self, device: usize) -> Standing {
        if self.unclear.contains(&device) {
            Standing::Unclear
        } else if self.devices[device].attached && !self.denied.contains(&device) {
            Standing::Counts
        } else {
            Standing::Barred
        }
    }

    pub(super) fn program_step(&mut self, device: usize, step: &Step) {
        self.set_disk_clock(device);
        let standing = self.standing(device);
        let at = &mut self.devices[device];
        let effects = at.disk.user(step);
        let who = at.who;
        if effects.is_empty() {
            return;
        }
        if self.random.percent(self.pace.fsync_percent) {
            self.devices[device].disk.sync_of_program();
        }
        self.trace.note(self.now, 20 + device as u64, format_args!("{who} does {step}"));
        self.oracle.user(device, &effects, standing);
        self.loosen_unnoted(device, &effects);
        self.stir();
        let moved = effects.iter().filter_map(|effect| effect.moved_from.clone());
        let paths = effects.iter().map(|effect| effect.path.clone()).chain(moved).collect();
        self.watch(device, paths);
    }

    /// What is taken away where the service had put it just before a kill, it has not noted; nor can it tell
    /// of a link whether the kill came in the middle of replacing it.
    fn loosen_unnoted(&mut self, device: usize, effects: &[Effect]) {
        let at = &mut self.devices[device];
        let index = at.any_index();
        let noted = |path: &RelPath, thing: &Thing| {
            let mut rows = index.into_iter().flat_map(MapIndex::rows);
            let disk = rows.find(|row| row.path == *path).and_then(|row| row.disk.as_ref());
            let noted = disk.and_then(|disk| Thing::of(&disk.seen.kind));
            noted.as_ref() == Some(thing) && !matches!(thing, Thing::Link(_))
        };
        let taken = effects.iter().filter_map(|one| Some((&one.path, one.before.as_ref()?)));
        let moved =
            effects.iter().filter_map(|one| Some((one.moved_from.as_ref()?, one.after.as_ref()?)));
        let unnoted = taken.chain(moved).filter(|(path, thing)| !noted(path, thing));
        let unnoted: Vec<_> = unnoted.map(|(path, thing)| (path.clone(), thing.clone())).collect();
        match &mut at.run {
            Some(run) => {
                let own = unnoted.into_iter().filter(|(path, _)| run.made.contains_key(path));
                run.unnoted.extend(own.map(|(_, thing)| thing));
            }
            None => unnoted.iter().for_each(|(_, thing)| self.oracle.unnoted(thing)),
        }
    }

    /// A person asks for something; what is not possible is not done.
    pub(super) fn wish(&mut self, device: usize, wish: &Wish) {
        if self.devices[device].run.is_none() {
            return;
        }
        let now = self.devices[device].clock.read(self.now);
        match wish {
            Wish::Resolve(place, keep) => self.resolve(device, *place, *keep),
            Wish::Restore(place) => self.restore(device, *place),
            Wish::Release => self.engine(device, |engine| engine.release(now, FOLDER).is_ok()),
            // What a device that may not write puts back stays with it.
            Wish::Undo if self.denied.contains(&device) => {}
            Wish::Undo => {
                self.loosen_everything(device);
                self.engine(device, |engine| engine.undo(now, FOLDER).is_ok());
            }
            Wish::Retry => self.engine(device, |engine| engine.retry(now, FOLDER).is_ok()),
            Wish::Rescan => self.scan(device, Some(Scope::Folder)),
            Wish::Pause => {
                self.engine(device, |engine| engine.set_paused(now, FOLDER, true).is_ok());
            }
            Wish::Resume => {
                self.engine(device, |engine| engine.set_paused(now, FOLDER, false).is_ok());
            }
            Wish::Attach => self.attach(device),
            Wish::Keeping(wish) => self.keeping(device, wish),
            Wish::Remove(who) => {
                self.denied.insert(who.0);
                self.unclear.insert(who.0);
                self.oracle.unbar(who.0);
                let id = self.devices[who.0].id;
                self.say(device, |home, author| home.remove(author, id));
            }
            Wish::Role(who, role) => {
                self.denied.insert(who.0);
                self.unclear.insert(who.0);
                self.oracle.unbar(who.0);
                let id = self.devices[who.0].id;
                self.say(device, |home, author| home.set_role(author, id, *role));
            }
        }
        self.stir();
    }

    pub(super) fn engine(&mut self, device: usize, ask: impl FnOnce(&mut super::Service) -> bool) {
        if let Some(run) = self.devices[device].run.as_mut() {
            ask(&mut run.engine);
        }
        self.end_turn(device);
    }

    pub(super) fn say(
        &mut self,
        device: usize,
        said: impl FnOnce(
            &engine::home::Home,
            engine::home::Author<'_>,
        ) -> Result<Vec<Record>, HomeError>,
    ) {
        let at = &mut self.devices[device];
        let now = at.clock.read(self.now);
        let Some(run) = at.run.as_mut() else { return };
        if let Ok(records) = said(run.engine.home(), author(&at.keys, now.wall))
            && run.engine.say(now, records).is_err()
        {
            return self.index_failed(device);
        }
        self.end_turn(device);
    }

    fn attach(&mut self, device: usize) {
        if std::mem::replace(&mut self.devices[device].attached, true) {
            return;
        }
        let at = &self.devices[device];
        let there: Vec<Effect> = at
            .disk
            .tree
            .iter()
            .map(|(path, node)| Effect {
                path: path.clone(),
                before: None,
                after: Some(node.thing()),
                moved_from: None,
            })
            .collect();
        let standing = self.standing(device);
        self.oracle.user(device, &there, standing);
        self.say(device, |home, author| home.set_pod(author, FOLDER, Some(Mode::Clone)));
        self.open_folder(device);
    }

    fn resolve(&mut self, device: usize, place: usize, keep: Keep) {
        let Some(index) = self.devices[device].any_index() else { return };
        let all = conflicts(index);
        if all.is_empty() {
            return;
        }
        let (path, id, things) = all[place % all.len()].clone();
        let now = self.devices[device].clock.read(self.now);
        let Some(run) = self.devices[device].run.as_mut() else { return };
        let outcome = run.engine.resolve(now, id, keep);
        self.trace.note(self.now, 8, format_args!("resolving {id} at {path}: {outcome:?}"));
        if outcome.is_ok() {
            for thing in &things {
                match keep {
                    Keep::Mine | Keep::Theirs => self.oracle.give_up(thing),
                    Keep::Both => self.oracle.put_back(thing),
                }
            }
        }
        self.end_turn(device);
    }

    fn restore(&mut self, device: usize, place: usize) {
        let Some(index) = self.devices[device].any_index() else { return };
        let kept: Vec<_> = index.kept().cloned().collect();
        if kept.is_empty() {
            return;
        }
        let row = &kept[place % kept.len()];
        let things = index.rows().filter(|other| other.path == row.path);
        let things = things.flat_map(|other| other.register.siblings());
        let things: Vec<Thing> = things
            .map(|entry| &entry.kind)
            .chain([&row.entry.kind])
            .filter_map(Thing::of)
            .collect();
        things.iter().for_each(|thing| self.oracle.give_up(thing));
        let version = Archived {
            path: row.path.clone(),
            entry: row.entry.clone(),
            archived_at: row.archived_at,
        };
        let now = self.devices[device].clock.read(self.now);
        self.engine(device, |engine| {
            engine.restore(now, FOLDER, (&version, None), &version.path).is_ok()
        });
    }

    /// What an index lists may be there or not from now on.
    pub(super) fn loosen_everything(&mut self, device: usize) {
        let Some(index) = self.devices[device].any_index() else { return };
        let entries = index.rows().flat_map(|row| row.register.siblings());
        let disk = index.rows().filter_map(|row| row.disk.as_ref()).map(|disk| &disk.seen.kind);
        let kinds: Vec<&EntryKind> = entries.map(|entry| &entry.kind).chain(disk).collect();
        for thing in kinds.into_iter().filter_map(Thing::of) {
            self.oracle.put_back(&thing);
        }
    }

    /// Fails the run if something that the script says is not so.
    pub(super) fn expect(&mut self, device: usize, expectation: &Expectation) {
        let at = &self.devices[device];
        let node = |path: &RelPath| at.disk.tree.get(path);
        let found = match expectation {
            Expectation::File(path, text) => {
                let content = toy::content_of(text.as_bytes());
                (node(path).map(Node::thing) != Some(Thing::File(content)))
                    .then(|| format!("{:?}", node(path)))
            }
            Expectation::Directory(path) => {
                (!node(path).is_some_and(Node::is_directory)).then(|| format!("{:?}", node(path)))
            }
            Expectation::Nothing(path) => node(path).map(|node| format!("{node:?}")),
            Expectation::Conflicts(count) => {
                let all = at.any_index().map(conflicts).unwrap_or_default();
                (all.len() != *count).then(|| format!("{all:?}"))
            }
            Expectation::Held(count) => {
                let view = at.run.as_ref().and_then(|run| run.engine.folder_view(FOLDER));
                let held = view.and_then(|view| view.held).map_or(0, |held| held.deletes);
                (held != *count).then(|| held.to_string())
            }
            Expectation::Kept(path, count) => {
                let kept = at
                    .any_index()
                    .map_or(0, |index| index.kept().filter(|row| row.path == *path).count());
                (kept != *count).then(|| kept.to_string())
            }
            Expectation::Absent(path) => {
                let row = at.any_index().and_then(|index| index.rows().find(|r| r.path == *path));
                let live = |row: &&engine::index::Row| row.register.winner().kind.is_live();
                let listed = row.filter(live).is_some_and(|row| row.disk.is_none());
                (!listed || node(path).is_some()).then(|| format!("{:?}, {row:?}", node(path)))
            }
            Expectation::Fetched(bytes) => {
                (self.fetched != *bytes).then(|| self.fetched.to_string())
            }
        };
        if let Some(found) = found {
            self.fail("expectation", format!("{}: {expectation}, but: {found}", at.who));
        }
    }
}

/// Every side of a conflict that an index lists, with all things at its path.
pub(super) fn conflicts(index: &MapIndex) -> Vec<(RelPath, ConflictId, Vec<Thing>)> {
    let mut all = Vec::new();
    for row in index.rows() {
        let things = row.register.siblings().iter().filter_map(|entry| Thing::of(&entry.kind));
        let things: Vec<Thing> = things.collect();
        for (id, _) in row.register.conflicts(&row.path) {
            all.push((row.path.clone(), id, things.clone()));
        }
    }
    all
}
