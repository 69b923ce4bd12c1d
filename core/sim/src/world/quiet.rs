//! Waiting until nothing is left to do, healing everything, and what must hold then.

use std::time::Duration;

use engine::Event;
use engine::index::Index;
use engine::observation::{Root, Scope};

use super::{Work, World};
use crate::home::FOLDER;

/// So long nothing changes anywhere: it is quiet.
const QUIET: Duration = Duration::from_secs(90);
/// Everything has settled by then (L1).
const SETTLED_MAX: Duration = Duration::from_secs(6 * 3600);
/// Steps until then, at most: more is a loop (L1).
const STEPS_MAX: u64 = 400_000;
/// A change of a disk and its note take no longer, at most.
const TRY_MAX: Duration = Duration::from_secs(60);
/// How often what is held is decided on while healing.
const ROUNDS_MAX: usize = 6;

impl World {
    /// Lets time pass until it is quiet.
    pub(super) fn settle(&mut self) {
        self.stir();
        let begun = self.now;
        let mut steps = 0;
        while self.failure.is_none() && self.step(self.active.after(QUIET)) {
            steps += 1;
            if steps > STEPS_MAX || self.now.since(begun) > SETTLED_MAX {
                let text = format!("after {:?} and {steps} steps", self.now.since(begun));
                return self.fail("L1 (it does not come to rest)", text);
            }
        }
        self.now = self.now.max(self.active.after(QUIET));
        // What is being tried just then is neither done nor does it wait.
        while self.failure.is_none() && self.is_trying() && self.step(self.now.after(TRY_MAX)) {}
    }

    /// Whether a disk is at work, or its result on the way.
    fn is_trying(&self) -> bool {
        let result = |event: &Event| matches!(event, Event::Applied { .. });
        let runs = self.devices.iter().filter_map(|device| device.run.as_ref());
        let arrived = runs.flat_map(|run| &run.inbox).any(result);
        arrived
            || self.queue.values().any(|work| match work {
                Work::Lane(device, life, _) => self.lives(*device, *life),
                Work::Tell(device, life, _, event) => self.lives(*device, *life) && result(event),
                Work::Program(..)
                | Work::Wake(..)
                | Work::Timer(..)
                | Work::Scan(..)
                | Work::Watch(..)
                | Work::Rescan(..)
                | Work::Start(..)
                | Work::Reopen(..)
                | Work::Dial(..)
                | Work::End(..)
                | Work::Arrive(..)
                | Work::Bulk(..) => false,
            })
    }

    /// Puts an end to everything that is wrong, waits, and judges what has become of it.
    pub fn heal_and_judge(&mut self) {
        self.heal();
        for _ in 0..ROUNDS_MAX {
            self.settle();
            if !self.decide_held() {
                break;
            }
        }
        if self.keeps {
            self.let_promises_end();
        }
        if self.failure.is_none() {
            self.judge_rest();
        }
        self.look_again();
    }

    fn heal(&mut self) {
        let lies = self.pace.corrupt_percent > 0;
        self.pace.heal();
        self.network.heal();
        for device in 0..self.devices.len() {
            if lies {
                // Who sent wrong bytes is not asked again before a restart.
                self.kill(device);
            }
            self.devices[device].disk.bring_back();
            self.start(device);
            self.cure(device);
            self.wish(device, &crate::script::Wish::Resume);
            if self.keeps {
                self.wish(device, &crate::script::Wish::Keeping(crate::script::Keeping::Short(0)));
            }
            self.dial_all(device);
        }
    }

    /// A person decides on what is held; whether there was anything.
    fn decide_held(&mut self) -> bool {
        let mut any = false;
        for device in 0..self.devices.len() {
            let run = self.devices[device].run.as_ref();
            let view = run.and_then(|run| run.engine.folder_view(FOLDER));
            if view.is_some_and(|view| view.held.is_some()) {
                any = true;
                let wish = match self.random.percent(50) || self.denied.contains(&device) {
                    true => crate::script::Wish::Release,
                    false => crate::script::Wish::Undo,
                };
                self.trace.note(self.now, 9, format_args!("--- {device}: {wish}"));
                self.wish(device, &wish);
            }
        }
        any
    }

    /// The devices that take part in the folder and may be told of it.
    fn members(&self) -> Vec<usize> {
        let is_member = |device: &usize| {
            let at = &self.devices[*device];
            at.attached
                && (0..self.devices.len())
                    .all(|other| self.trusts(other, *device) || self.is_out(other))
        };
        (0..self.devices.len()).filter(is_member).collect()
    }

    /// Whether a device was removed from the home.
    fn is_out(&self, device: usize) -> bool {
        let id = self.devices[device].id;
        self.devices.iter().enumerate().any(|(other, at)| {
            let run = at.run.as_ref();
            other != device && run.is_some_and(|run| run.engine.home().is_removed(&id))
        })
    }

    /// Of the members, those that were not removed.
    fn remaining(&self) -> Vec<usize> {
        self.members().into_iter().filter(|device| !self.is_out(*device)).collect()
    }

    fn judge_rest(&mut self) {
        let members = self.remaining();
        let verdict = self.oracle.at_rest(&self.devices, &members, &self.denied);
        self.judge(verdict);
    }

    /// A second look at everything finds nothing to do.
    fn look_again(&mut self) {
        let before = (self.deeds, self.sequences());
        for device in 0..self.devices.len() {
            if self.devices[device].attached && self.root_is_ready(device) {
                self.scan(device, Some(Scope::Folder));
            }
            self.break_links(device);
            self.dial_all(device);
        }
        self.settle();
        let after = (self.deeds, self.sequences());
        if before != after
            && self.failure.is_none()
            && !self.oracle.seeks(&self.devices, &self.remaining())
        {
            self.fail("I6 (a second pass plans nothing)", format!("{before:?} became {after:?}"));
        }
    }

    fn sequences(&self) -> Vec<u64> {
        let of = |index: &crate::index::MapIndex| index.identity().map_or(0, |own| own.sequence.0);
        self.devices.iter().map(|device| device.any_index().map_or(0, of)).collect()
    }

    /// The state of a device's root, for traces.
    #[must_use]
    pub fn root_of(&self, device: usize) -> Root {
        self.devices[device].disk.root()
    }
}
