//! What must hold at every step of a run.

use engine::index::{Identity, Index};
use model::{Content, ContentHash};
use std::time::Duration;
use wire::{Item, Message};

use super::laws::lawful;
use super::{Oracle, Violation};
use crate::clock::Moment;
use crate::disk::{Disk, Effect, Node, Thing};
use crate::index::MapIndex;

/// Kept versions are never dropped before.
const YOUNGEST: Duration = Duration::from_secs(7 * 86_400);

type Verdict = Result<(), Violation>;

fn broken(rule: &'static str, text: String) -> Verdict {
    Err(Violation { rule, text })
}

impl Oracle {
    /// The service of a device changed its disk, which is now as given.
    ///
    /// # Errors
    /// I1: what it displaced is on this disk no more. I2: what it put there was never written.
    pub fn service(
        &mut self,
        at: Moment,
        device: usize,
        effects: &[Effect],
        disk: &Disk,
    ) -> Verdict {
        for Effect { path, before, after, .. } in effects {
            if let Some(thing) = after.as_ref() {
                self.put(device, path, thing);
            }
            if let Some(Thing::File(content)) = after {
                self.stood.insert((device, content.hash));
            }
            if let Some(thing) = after.as_ref().filter(|thing| !self.knows(thing)) {
                return broken("I2", format!("nobody wrote {thing:?}, which was put at {path}"));
            }
            if let Some(Thing::File(content)) = before.as_ref().filter(|_| before != after) {
                if !disk.has(content) && !self.rotten.contains(&content.hash) {
                    let text = format!("{content:?} was displaced at {path} and is not kept");
                    return broken("I1 (displaced)", text);
                }
                if disk.archived(content) {
                    self.archived.insert((device, content.hash), at);
                }
            }
        }
        Ok(())
    }

    /// Something stood on the disk of a device.
    pub fn stood(&mut self, device: usize, content: ContentHash) {
        self.stood.insert((device, content));
    }

    /// The service of a device dropped archived bytes. `clock_was_set`: its idea of age is wrong.
    ///
    /// # Errors
    /// I1: they are due and nobody has them any more, or they were too young. A file that has rotted where it
    /// stands is taken for what it was, and nobody reads it to find out; and where renames crossed, the archive was
    /// all that was promised.
    pub fn purged(
        &mut self,
        at: Moment,
        (device, disk): (usize, &Disk),
        content: &Content,
        (elsewhere, clock_was_set): (bool, bool),
    ) -> Verdict {
        if disk.has(content) {
            return Ok(());
        }
        let thing = Thing::File(*content);
        let last = self.is_due(&thing) && !elsewhere && !self.rotten.contains(&content.hash);
        let written = self.written.get(&thing);
        if last && written.is_some_and(|written| self.is_entangled(written)) {
            self.excuse(&thing);
        } else if last {
            let text = format!("the last copy of {content:?}, {written:?}, was purged");
            return broken("I1 (purged)", text);
        }
        let since = self.archived.remove(&(device, content.hash)).unwrap_or_default();
        let age = at.since(since);
        if age < YOUNGEST && !clock_was_set {
            return broken("I1 (purged young)", format!("{content:?} was purged after {age:?}"));
        }
        Ok(())
    }

    /// The service of a device has given up its bytes of a content.
    ///
    /// # Errors
    /// I17: they are due and nobody else has them.
    pub fn evicted(&mut self, device: usize, content: &Content, elsewhere: bool) -> Verdict {
        if self.is_due(&Thing::File(*content)) && !elsewhere {
            let text = format!("{device} has given up the last copy of {content:?}");
            return broken("I17", text);
        }
        Ok(())
    }

    /// A device tells another something.
    ///
    /// # Errors
    /// I14: a dot that named something else before. I16: a claim to hold what never stood there, or what
    /// stands there and a power cut could take. I22: what rot has made of a file is told as a change. I8, I10: see `laws`.
    pub fn told(&mut self, by: usize, message: &Message, disk: &Disk) -> Verdict {
        let Message::Update(update) = message else { return Ok(()) };
        update.items.iter().try_for_each(|item| self.told_item(by, item, disk))
    }

    fn told_item(&mut self, by: usize, item: &Item, disk: &Disk) -> Verdict {
        lawful(&item.path, &item.siblings)?;
        for content in item.siblings.iter().filter_map(|entry| entry.kind.content()) {
            if self.rot.contains(&content.hash) && !self.knows(&Thing::File(content)) {
                return broken("I22", format!("{by} tells rot as an edit of {}", item.path));
            }
        }
        let winner = item.siblings.first().map(|entry| &entry.kind);
        if let Some(content) = winner.and_then(model::EntryKind::content).filter(|_| item.held) {
            let stands = disk.tree.get(&item.path).and_then(Node::blob);
            let stands = stands.is_some_and(|blob| blob.content == content);
            let passing = stands && !disk.outlasts_a_power_cut(&content);
            if passing || !self.stood.contains(&(by, content.hash)) {
                let text = format!("{} claims to hold {content:?} at {}", by, item.path);
                return broken(if passing { "I16 (power)" } else { "I16" }, text);
            }
        }
        for entry in item.siblings.iter().filter(|entry| entry.resolves.is_none()) {
            if self.torn.contains(&entry.dot.actor) {
                continue;
            }
            let named = (item.path.clone(), Thing::of(&entry.kind));
            let before = self.dots.entry(entry.dot).or_insert_with(|| named.clone());
            if *before != named {
                let text = format!("{:?} names {before:?} and {named:?}", entry.dot);
                return broken("I14", text);
            }
        }
        Ok(())
    }

    /// The index of a device was committed.
    ///
    /// # Errors
    /// I15: a counter went back within a life.
    pub fn committed(&mut self, device: usize, identity: Identity) -> Verdict {
        let now = (identity.counter, identity.sequence.0);
        let before = self.counters.insert((device, identity.epoch), now).unwrap_or_default();
        if now.0 < before.0 || now.1 < before.1 {
            return broken("I15", format!("{device}: from {before:?} to {now:?}"));
        }
        Ok(())
    }

    /// The index of a device is set back or lost: its counters go on from somewhere else, changes that it
    /// makes until that is noticed are named twice, and when something went to the archive is forgotten.
    pub fn set_back(&mut self, device: usize, index: Option<&MapIndex>) {
        self.counters.retain(|(owner, _), _| *owner != device);
        self.archived.retain(|(owner, _), _| *owner != device);
        self.forgetful.insert(device);
        self.doubt(device);
        if let Some(Ok(identity)) = index.map(Index::identity) {
            self.torn.insert(identity.actor);
        }
    }
}
