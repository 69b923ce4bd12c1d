//! What breaks: processes, power, disks, clocks, indexes, backups.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::observation::Root;
use model::{Content, RelPath};

use super::{Work, World};
use crate::device::{Backup, new_index};
use crate::disk::{Ailments, Blob, Body, Disk, Effect, Hand, Node, Thing, Tree};
use crate::script::Fate;

impl World {
    /// Something happens to a device.
    pub(super) fn befall(&mut self, device: usize, fate: &Fate) {
        self.stir();
        match fate {
            Fate::Kill => self.kill(device),
            Fate::Power => self.cut_power(device),
            Fate::Start => self.start(device),
            Fate::Full => self.devices[device].disk.ailments.full = true,
            Fate::ReadOnly => self.devices[device].disk.ailments.read_only = true,
            Fate::Bad(path) => {
                self.devices[device].disk.ailments.bad.insert(path.clone());
            }
            Fate::Flaky(percent) => self.devices[device].disk.ailments.flaky = *percent,
            Fate::Unsynced => self.devices[device].disk.ailments.unsynced = true,
            Fate::Blind => self.blind(device),
            Fate::Cure => self.cure(device),
            Fate::Lose(root) => {
                self.devices[device].disk.take_away(*root);
                self.root_changed(device);
            }
            Fate::Find => {
                self.devices[device].disk.bring_back();
                self.root_changed(device);
            }
            Fate::Wipe => self.wipe(device),
            Fate::Clock(days) => {
                const DAY: i64 = 86_400_000_000_000;
                self.devices[device].clock.jump(days.saturating_mul(DAY));
            }
            Fate::Backup => self.back_up(device),
            Fate::Rollback(noticed) => self.roll_back(device, *noticed),
            Fate::Restore => self.restore_backup(device),
            Fate::Amnesia => self.forget_index(device),
            Fate::IndexFault(calls) => self.devices[device].index_fault = Some(*calls),
            Fate::Rot(path) => self.rot(device, path),
        }
    }

    fn blind(&mut self, device: usize) {
        if !std::mem::replace(&mut self.devices[device].blind, true) {
            let (life, wait) = (self.devices[device].life, self.pace.rescan.draw(&mut self.random));
            self.schedule(wait, Work::Rescan(device, life));
        }
    }

    /// The disk is well again, and everything on it is looked at.
    pub(super) fn cure(&mut self, device: usize) {
        let at = &mut self.devices[device];
        at.disk.ailments = Ailments::default();
        at.blind = false;
        if at.run.is_some() && at.attached {
            self.scan(device, Some(engine::observation::Scope::Folder));
        }
    }

    fn cut_power(&mut self, device: usize) {
        self.kill(device);
        let disk = &mut self.devices[device].disk;
        let undone = disk.tree.cut_power(&mut self.random);
        disk.lose_staging(&mut self.random);
        let verdict = self.oracle.crashed(device, &self.devices[device].disk);
        self.judge(verdict);
        let effects: Vec<Effect> = undone
            .into_iter()
            .map(|(path, was)| {
                let now = self.devices[device].disk.tree.get(&path);
                Effect {
                    before: was.as_ref().map(Node::thing),
                    after: now.map(Node::thing),
                    path,
                    moved_from: None,
                }
            })
            .collect();
        self.taken_back(device, &effects);
    }

    /// A disk shows again what it showed earlier: nobody's deed, so what reappears is loose.
    fn taken_back(&mut self, device: usize, effects: &[Effect]) {
        let standing = self.standing(device);
        for effect in effects {
            for thing in effect.after.iter().chain(&effect.before) {
                self.oracle.put_back(thing);
            }
        }
        self.oracle.user(device, effects, standing);
        for (gone, back) in effects.iter().flat_map(|a| effects.iter().map(move |b| (a, b))) {
            if gone.before.is_some() && gone.before == back.after && gone.after != gone.before {
                self.oracle.went_back(&gone.path, &back.path);
            }
        }
        for effect in effects {
            if let Some(thing) = &effect.after {
                self.oracle.excuse(thing);
            }
        }
    }

    fn wipe(&mut self, device: usize) {
        if !self.devices[device].disk.is_there() {
            return;
        }
        let before = self.devices[device].disk.clone();
        let disk = &mut self.devices[device].disk;
        disk.tree.begin(Hand::User);
        for (path, _) in before.tree.iter() {
            disk.tree.set(path, None);
        }
        disk.tree.end();
        disk.tree.sync();
        disk.archive.clear();
        disk.staging.clear();
        disk.marked = false;
        let effects = differences(&before.tree, &self.devices[device].disk.tree);
        let standing = self.standing(device);
        self.oracle.user(device, &effects, standing);
        self.destroyed(device, &before);
        self.root_changed(device);
    }

    /// Sides of conflicts that only this index lists are not due any longer: nothing names them.
    fn excuse_listed(&mut self, device: usize) {
        let listed = |index: &crate::index::MapIndex| -> BTreeSet<Thing> {
            let entries = index.rows().flat_map(|row| row.register.losers());
            entries.filter_map(|entry| Thing::of(&entry.kind)).collect()
        };
        let own = self.devices[device].any_index().map(listed).unwrap_or_default();
        let others = self.devices.iter().enumerate().filter(|(other, _)| *other != device);
        let others: Vec<_> = others.filter_map(|(_, at)| at.any_index()).map(listed).collect();
        for thing in own.iter().filter(|thing| !others.iter().any(|set| set.contains(thing))) {
            self.oracle.excuse(thing);
        }
    }

    /// What only this disk had and has no more is not due any longer.
    fn destroyed(&mut self, device: usize, before: &Disk) {
        let files = before.tree.iter().filter_map(|(_, node)| node.blob());
        let contents: BTreeSet<Content> =
            files.chain(before.archive.values()).map(|blob| blob.content).collect();
        for content in contents {
            if !self.devices[device].disk.has(&content) && !self.is_elsewhere(device, &content) {
                self.oracle.excuse(&Thing::File(content));
            }
        }
        let links = before.tree.iter().map(|(_, node)| node.thing());
        links.filter(|thing| matches!(thing, Thing::Link(_))).for_each(|thing| {
            self.oracle.excuse(&thing);
        });
    }

    fn back_up(&mut self, device: usize) {
        let at = &mut self.devices[device];
        let Some(index) = at.any_index() else { return };
        let mut index = index.clone();
        index.rollback();
        at.backup = at.disk.is_there().then(|| Backup { index, disk: at.disk.clone() });
    }

    fn restart_soon(&mut self, device: usize) {
        self.schedule(Duration::from_secs(1), Work::Start(device));
    }

    fn roll_back(&mut self, device: usize, noticed: bool) {
        let Some(backup) = self.devices[device].backup.clone() else { return };
        self.kill(device);
        self.loosen_everything(device);
        self.excuse_listed(device);
        let at = &mut self.devices[device];
        self.oracle.set_back(device, at.index.as_ref());
        at.index = Some(backup.index);
        at.copied = noticed;
        at.shaken = true;
        self.loosen_everything(device);
        self.restart_soon(device);
    }

    fn restore_backup(&mut self, device: usize) {
        let Some(backup) = self.devices[device].backup.clone() else { return };
        if !self.devices[device].disk.is_there() {
            return;
        }
        self.kill(device);
        self.loosen_everything(device);
        self.excuse_listed(device);
        let at = &mut self.devices[device];
        self.oracle.set_back(device, at.index.as_ref());
        let before = std::mem::replace(&mut at.disk, backup.disk);
        at.index = Some(backup.index);
        at.shaken = true;
        let effects = differences(&before.tree, &self.devices[device].disk.tree);
        self.taken_back(device, &effects);
        self.destroyed(device, &before);
        self.loosen_everything(device);
        self.restart_soon(device);
    }

    fn forget_index(&mut self, device: usize) {
        self.kill(device);
        self.loosen_everything(device);
        self.excuse_listed(device);
        let at = &mut self.devices[device];
        self.oracle.set_back(device, at.index.as_ref());
        at.index = Some(new_index(at.id, &mut self.random));
        at.shaken = true;
        self.restart_soon(device);
    }

    fn rot(&mut self, device: usize, path: &RelPath) {
        let at = &mut self.devices[device];
        let index = at.run.as_ref().and_then(|run| run.engine.index(crate::home::FOLDER));
        let row = index.and_then(|index| index.rows().find(|row| row.path == *path));
        let known = row.and_then(|row| row.disk.as_ref()).map(|disk| disk.seen.stat);
        let disk = &mut at.disk;
        let Some(mut node) = disk.tree.get(path).cloned() else { return };
        // What rots before it was ever read was never written, as far as anyone can tell.
        if known != Some(node.stat()) {
            return;
        }
        let Some(blob) = node.blob().filter(|blob| !blob.bytes.is_empty()).cloned() else { return };
        let rotten = blob.rotten();
        let rotted = crate::toy::content_of(&rotten.bytes).hash;
        node.body = Body::File(rotten);
        disk.tree.set(path, Some(node));
        let content = blob.content;
        self.oracle.rot(content.hash, rotted);
        if !self.devices[device].disk.has(&content) && !self.is_elsewhere(device, &content) {
            self.oracle.excuse(&Thing::File(content));
        }
        self.oracle.put_back(&Thing::File(content));
    }

    /// A rotten file is about to be looked at. If its fingerprint is known nowhere it can't be told from one
    /// that a program wrote, and so it counts as that: a program has set its time, or it was renamed and
    /// something else took its old name before anybody looked. (I22 holds wherever anybody can tell.)
    pub(super) fn take_rot_for_an_edit(&mut self, device: usize, path: &RelPath) {
        let at = &self.devices[device];
        let index = at.run.as_ref().and_then(|run| run.engine.index(crate::home::FOLDER));
        let (Some(index), Some(node)) = (index, at.disk.tree.get(path)) else { return };
        let Some(blob) = node.blob().filter(|blob| !blob.sound) else { return };
        let stat = node.stat();
        let known = |row: &engine::index::Row| {
            let seen = row.disk.as_ref().map(|disk| &disk.seen.stat);
            seen.is_some_and(|seen| stat == *seen || stat.moved_from(seen))
        };
        let made = at.run.as_ref().and_then(|run| run.made.get(path));
        if made == Some(&stat) || index.rows().any(known) {
            return;
        }
        let edited = Node { body: Body::File(Blob::new(blob.bytes.clone())), ..node.clone() };
        let (before, after) = (Some(node.thing()), Some(edited.thing()));
        self.devices[device].disk.tree.set(path, Some(edited));
        let effect = Effect { path: path.clone(), before, after, moved_from: None };
        let standing = self.standing(device);
        self.oracle.user(device, &[effect], standing);
    }

    /// Whether a root can be reached at all.
    pub(super) fn root_is_ready(&self, device: usize) -> bool {
        self.devices[device].disk.root() == Root::Ready
    }
}

/// What differs between two states of a tree.
fn differences(before: &Tree, after: &Tree) -> Vec<Effect> {
    let paths: BTreeSet<&RelPath> =
        before.iter().chain(after.iter()).map(|(path, _)| path).collect();
    let thing = |tree: &Tree, path: &RelPath| tree.get(path).map(Node::thing);
    paths
        .into_iter()
        .map(|path| Effect {
            path: path.clone(),
            before: thing(before, path),
            after: thing(after, path),
            moved_from: None,
        })
        .filter(|effect| effect.before != effect.after)
        .collect()
}
