//! Changes of a device's disk by its service, one after the other.

use engine::absence::{Evicted, Eviction};
use engine::change::{Change, Outcome};
use engine::event::Staging;
use engine::index::Index;
use engine::{Action, Event};
use model::{Content, ContentHash, Entry, Problem, Tick};

use super::{Work, World};
use crate::brief::Brief;
use crate::device::Job;
use crate::disk::{Effect, Node, Thing};
use crate::home::FOLDER;
use crate::oracle::Before;
use crate::toy;

impl World {
    pub(super) fn queue_job(&mut self, device: usize, job: Job) {
        if let Some(run) = self.devices[device].run.as_mut() {
            run.lane.push_back(job);
            if !std::mem::replace(&mut run.lane_busy, true) {
                self.lane_later(device);
            }
        }
    }

    fn lane_later(&mut self, device: usize) {
        let wait = self.pace.disk.draw(&mut self.random);
        let (life, opening) = (self.devices[device].life, self.opening(device));
        self.schedule(wait, Work::Lane(device, life, opening));
    }

    /// Does one thing on the disk.
    pub(super) fn work_on_disk(&mut self, device: usize) {
        self.set_disk_clock(device);
        let Some(run) = self.devices[device].run.as_mut() else { return };
        match run.lane.pop_front() {
            Some(Job::Apply { batch, changes, mut outcomes }) => {
                if let Some(change) = changes.get(outcomes.len()) {
                    outcomes.push(self.change(device, change));
                }
                if outcomes.len() < changes.len() {
                    let job = Job::Apply { batch, changes, outcomes };
                    let run = self.devices[device].run.as_mut();
                    run.into_iter().for_each(|run| run.lane.push_front(job.clone()));
                } else {
                    self.finish_batch(device, &changes, (batch, outcomes));
                }
            }
            Some(Job::Evict { batch, until, files, mut outcomes }) => {
                if let Some(file) = files.get(outcomes.len()) {
                    outcomes.push(self.evict(device, until, file));
                }
                if outcomes.len() < files.len() {
                    let job = Job::Evict { batch, until, files, outcomes };
                    let run = self.devices[device].run.as_mut();
                    run.into_iter().for_each(|run| run.lane.push_front(job.clone()));
                } else {
                    self.tell_later(device, Event::Evicted { folder: FOLDER, batch, outcomes });
                }
            }
            Some(Job::AtOnce(action)) => self.at_once(device, *action),
            None => {}
        }
        let Some(run) = self.devices[device].run.as_mut() else { return };
        run.lane_busy = !run.lane.is_empty();
        if run.lane_busy {
            self.lane_later(device);
        }
    }

    /// What could not be made durable is told by nobody, and no longer known as the service's own: the
    /// folder is opened anew, as after a kill.
    fn finish_batch(
        &mut self,
        device: usize,
        changes: &[Change],
        (batch, outcomes): (u64, Vec<Outcome>),
    ) {
        let at = &mut self.devices[device];
        if at.disk.sync() {
            return self.tell_later(device, Event::Applied { folder: FOLDER, batch, outcomes });
        }
        self.trace.note(self.now, 10 + device as u64, format_args!("{} can't sync", at.who));
        let made = at.run.as_mut().map(|run| &mut run.made);
        made.into_iter()
            .for_each(|made| made.retain(|path, _| changes.iter().all(|c| c.path != *path)));
        self.lose_folder(device);
    }

    fn change(&mut self, device: usize, change: &Change) -> Outcome {
        let at = &mut self.devices[device];
        let index = at.run.as_ref().and_then(|run| run.engine.index(FOLDER));
        let before = Before::of(change, &at.disk, index);
        let (outcome, effects) = at.disk.apply(change, &mut self.random);
        let who = at.who;
        self.trace.note(
            self.now,
            10 + device as u64,
            format_args!("{who} changes {}: {}", Brief(change), Brief(&outcome)),
        );
        let lawful = self.oracle.changed(change, &outcome, &before, &at.disk);
        let verdict = lawful.and(self.oracle.service(self.now, device, &effects, &at.disk));
        self.judge(verdict);
        if let Outcome::Done(stat) = outcome {
            let run = self.devices[device].run.as_mut();
            run.zip(stat).map(|(run, stat)| run.made.insert(change.path.clone(), stat));
            self.stir();
            self.deeds += 1;
        }
        let paths = effects.iter().map(|effect| effect.path.clone()).chain([change.path.clone()]);
        let from = effects.iter().filter_map(|effect| effect.moved_from.clone());
        let paths: Vec<_> = paths.chain(from).collect();
        self.watch(device, paths);
        outcome
    }

    /// Takes one file off the disk; whether that loses anything is judged.
    fn evict(&mut self, device: usize, until: Tick, file: &Eviction) -> Evicted {
        let at = &mut self.devices[device];
        if at.clock.tick(self.now) >= until {
            return Evicted::Differs;
        }
        let before = at.disk.tree.get(&file.path).and_then(Node::blob).cloned();
        let outcome = at.disk.evict(file, &mut self.random);
        if let (Evicted::Done, None, Some(thing)) = (outcome, &before, Thing::of(&file.seen.kind)) {
            // A program took it away in this very moment: that is not taken for a delete.
            self.oracle.put_back(&thing);
        }
        if let (Evicted::Done, Some(blob)) = (outcome, before) {
            let elsewhere = self.is_elsewhere(device, &blob.content);
            let verdict = self.oracle.evicted(device, &blob.content, elsewhere);
            self.judge(verdict);
            self.stir();
            self.deeds += 1;
            self.evictions += 1;
        }
        self.watch(device, vec![file.path.clone()]);
        outcome
    }

    fn at_once(&mut self, device: usize, action: Action) {
        match action {
            Action::Stage { content, alike, .. } => self.stage(device, content, &alike),
            Action::Unstage { content, .. } => {
                self.devices[device].disk.staging.remove(&content);
            }
            Action::Assure { batch, files, .. } => {
                let sound = self.devices[device].disk.assure(&files);
                self.tell_later(device, Event::Assured { folder: FOLDER, batch, sound });
            }
            Action::Purge { content, .. } => self.purge(device, content),
            Action::Mark { .. }
            | Action::Send { .. }
            | Action::Scan { .. }
            | Action::LookInArchive { .. }
            | Action::Apply { .. }
            | Action::Evict { .. }
            | Action::Brought { .. }
            | Action::Fetch { .. }
            | Action::Cut { .. }
            | Action::Dial
            | Action::Tell(_) => {}
        }
    }

    fn stage(&mut self, device: usize, content: Content, alike: &[ContentHash]) {
        let staging = self.prepare(device, content, alike);
        self.deeds += 1;
        let content = content.hash;
        self.tell_later(device, Event::Staged { folder: FOLDER, content, staging });
    }

    fn prepare(&mut self, device: usize, content: Content, alike: &[ContentHash]) -> Staging {
        let at = &mut self.devices[device];
        if at.disk.ailments.full {
            return Staging::Blocked(Problem::DiskFull);
        }
        let index = at.run.as_ref().and_then(|run| run.engine.index(FOLDER));
        let Some(index) = index else { return Staging::Blocked(Problem::DiskError) };
        let manifest = index.manifest(content.hash).ok().flatten();
        let Some(chunks) = manifest.and_then(|bytes| toy::chunks_of(&bytes)) else {
            return Staging::Blocked(Problem::Corrupt);
        };
        let mut here: Vec<Vec<u8>> = Vec::new();
        for hash in alike {
            let rows = index.on_disk(*hash).unwrap_or_default();
            let seen = rows.iter().filter_map(|row| Some((&row.path, &row.disk.as_ref()?.seen)));
            let blobs = seen.filter_map(|(path, seen)| at.disk.read(path, seen));
            here.extend(blobs.map(|blob| blob.bytes.clone()));
        }
        at.disk.stage_alike(content.hash, &chunks, &here);
        let chunks = u32::try_from(chunks.len()).unwrap_or(u32::MAX);
        let missing = at.disk.missing(content.hash, chunks);
        let lengths = missing.iter().flat_map(|(first, count)| *first..*first + *count);
        let bytes = lengths.map(|index| toy::chunk_length(content.size, index)).sum();
        Staging::Missing { chunks, missing, bytes }
    }

    /// What is staged may go only if nothing that was asked for before waits for it.
    pub(super) fn may_unstage(&mut self, device: usize, content: ContentHash) {
        let lane = self.devices[device].run.iter().flat_map(|run| &run.lane);
        let mut changes = lane.flat_map(|job| match job {
            Job::Apply { changes, outcomes, .. } => &changes[outcomes.len()..],
            Job::Evict { .. } | Job::AtOnce(_) => &[],
        });
        if let Some(change) = changes.find(|change| change.staged() == Some(content)) {
            let text = format!("{device}: what {change:?} waits for is dropped");
            self.fail("I20", text);
        }
    }

    /// Archived bytes may be purged only if neither a kept version nor a side of a conflict refers to them,
    /// nor anything that is to be put on this disk still.
    /// (A side that is heard of afterwards stands where it lost.)
    pub(super) fn may_purge(&mut self, device: usize, hash: ContentHash) {
        if self.refers(device, hash) {
            let text = format!("{device}: {hash:?} is purged and is referred to");
            self.fail("I20", text);
        }
    }

    fn refers(&self, device: usize, hash: ContentHash) -> bool {
        let index = self.devices[device].any_index();
        let is_it = |entry: &Entry| entry.kind.content().is_some_and(|own| own.hash == hash);
        index.is_some_and(|index| {
            index.kept().any(|row| is_it(&row.entry))
                || index.rows().flat_map(|row| row.register.losers()).any(is_it)
                || index.rows().any(|row| row.needed && is_it(row.register.winner()))
        })
    }

    fn purge(&mut self, device: usize, hash: ContentHash) {
        let at = &mut self.devices[device];
        let Some(blob) = at.disk.archive.remove(&hash) else { return };
        let clock_was_set = at.clock.was_set();
        let elsewhere = self.is_elsewhere(device, &blob.content);
        let at = &self.devices[device];
        let verdict = self.oracle.purged(
            self.now,
            (device, &at.disk),
            &blob.content,
            (elsewhere, clock_was_set),
        );
        self.judge(verdict);
    }

    /// Whether another device has the bytes of a content.
    pub(super) fn is_elsewhere(&self, device: usize, content: &Content) -> bool {
        let mut others = self.devices.iter().enumerate().filter(|(other, _)| *other != device);
        others.any(|(_, other)| other.disk.has(content))
    }

    pub(super) fn mark(&mut self, device: usize) {
        self.deeds += 1;
        let Some((lost, archived)) = self.devices[device].disk.mark() else { return };
        let effects: Vec<Effect> = lost
            .iter()
            .map(|(path, node)| Effect {
                path: path.clone(),
                before: Some(node.thing()),
                after: None,
                moved_from: None,
            })
            .collect();
        let standing = self.standing(device);
        self.oracle.user(device, &effects, standing);
        for effect in &effects {
            if let Some(thing @ Thing::File(_)) = &effect.before {
                self.oracle.put_back(thing);
            }
        }
        // With the disk went its archive: what stood only there, a person has given away.
        for content in archived {
            if !self.devices[device].disk.has(&content) && !self.is_elsewhere(device, &content) {
                self.oracle.excuse(&Thing::File(content));
            }
        }
        self.stir();
    }

    /// Sets the clock that a disk stamps its files by.
    pub(super) fn set_disk_clock(&mut self, device: usize) {
        let at = &mut self.devices[device];
        at.disk.now = at.clock.wall(self.now);
    }
}
