//! Devices that don't keep everything: what a person or the drive asks there.

use engine::Event;
use engine::absence::Attributes;
use engine::home::Target;
use engine::home::policy::KEEP;
use engine::index::{Index, Row};
use model::{Keep, RelPath};

use super::World;
use crate::disk::user::Step;
use crate::disk::{Effect, Thing};
use crate::home::FOLDER;
use crate::script::Keeping;

/// What always stays free, as the engine has it.
const FREE_MIN: u64 = 5 << 30;

impl World {
    pub(super) fn keeping(&mut self, device: usize, wish: &Keeping) {
        let id = self.devices[device].id;
        let now = self.devices[device].clock.read(self.now);
        match wish {
            Keeping::Mode(mode) => {
                if self.devices[device].attached {
                    self.say(device, |home, author| home.set_pod(author, FOLDER, Some(*mode)));
                }
            }
            Keeping::Rule(path, keep) => {
                let target = Target::PodPath(FOLDER, id, path.clone());
                let word = keep.map(Keep::word);
                self.say(device, |home, author| home.set_policy(author, &target, KEEP, word));
            }
            Keeping::Free(path) => {
                self.engine(device, |engine| engine.free(now, FOLDER, path.as_ref()).is_ok());
            }
            Keeping::Bring(path) => {
                self.engine(device, |engine| engine.bring(now, FOLDER, path).is_ok());
            }
            Keeping::Short(bytes) => {
                let free = FREE_MIN.saturating_sub(*bytes);
                self.tell(device, Event::Room { folder: FOLDER, free });
            }
            Keeping::Drop(path) => self.drop_absent(device, path),
            Keeping::Carry(from, to) => self.carry_absent(device, from, to),
            Keeping::Edit(path, text) => self.edit_absent(device, path, text),
            Keeping::OpenUp(path) => {
                let change = Attributes { mode: Some(0o644), mtime: None };
                self.engine(device, |engine| engine.attributes(now, FOLDER, path, change).is_ok());
            }
        }
    }

    /// The file at a path that is in the folder and not on a device's disk.
    fn absent(&self, device: usize, path: &RelPath) -> Option<(Row, Thing)> {
        let at = &self.devices[device];
        let index = at.run.as_ref()?.engine.index(FOLDER)?;
        let row = index.get(path).ok().flatten()?;
        let gone = row.disk.is_none() && at.disk.tree.get(path).is_none();
        let file = row.register.winner().kind.content().filter(|_| gone)?;
        Some((row, Thing::File(file)))
    }

    fn drop_absent(&mut self, device: usize, path: &RelPath) {
        let Some((_, thing)) = self.absent(device, path) else { return };
        let effect =
            Effect { path: path.clone(), before: Some(thing), after: None, moved_from: None };
        self.command(device, &[effect], |engine, now| engine.remove(now, FOLDER, path).is_ok());
    }

    fn carry_absent(&mut self, device: usize, from: &RelPath, to: &RelPath) {
        let Some((_, thing)) = self.absent(device, from) else { return };
        let at = &self.devices[device];
        let index = at.run.as_ref().and_then(|run| run.engine.index(FOLDER));
        let there = index.and_then(|index| index.get(to).ok().flatten());
        let taken = there.is_some_and(|row| row.register.winner().kind.is_live());
        let stands = at.disk.tree.get(to).is_some();
        let held = to.parent().is_none_or(|above| {
            at.disk.tree.get(&above).is_some_and(crate::disk::Node::is_directory)
        });
        if from == to || taken || stands || !held {
            return;
        }
        let (path, moved_from) = (to.clone(), Some(from.clone()));
        let effect = Effect { path, before: None, after: Some(thing), moved_from };
        self.command(device, &[effect], |engine, now| engine.rename(now, FOLDER, from, to).is_ok());
    }

    /// Asks the engine for what a program does; if it is done, the program has done it.
    fn command(
        &mut self,
        device: usize,
        effects: &[Effect],
        ask: impl FnOnce(&mut super::Service, engine::Now) -> bool,
    ) {
        let standing = self.standing(device);
        let now = self.devices[device].clock.read(self.now);
        let Some(run) = self.devices[device].run.as_mut() else { return };
        if ask(&mut run.engine, now) {
            self.oracle.user(device, effects, standing);
            self.stir();
        }
        self.end_turn(device);
    }

    fn edit_absent(&mut self, device: usize, path: &RelPath, text: &str) {
        let Some((_, thing)) = self.absent(device, path) else { return };
        let now = self.devices[device].clock.read(self.now);
        let Some(run) = self.devices[device].run.as_mut() else { return };
        let shown = run.engine.show(now, FOLDER, path).is_ok();
        self.end_turn(device);
        if !shown {
            return;
        }
        self.set_disk_clock(device);
        let standing = self.standing(device);
        let step = Step::Write(path.clone(), text.as_bytes().to_vec());
        let mut effects = self.devices[device].disk.user(&step);
        for effect in effects.iter_mut().filter(|effect| effect.path == *path) {
            effect.before.get_or_insert(thing.clone());
        }
        if effects.is_empty() {
            return;
        }
        self.oracle.user(device, &effects, standing);
        self.stir();
        self.watch(device, effects.into_iter().map(|effect| effect.path).collect());
    }

    /// Promises have an end, and what waits for it goes then: lets that come to rest.
    pub(super) fn let_promises_end(&mut self) {
        for _ in 0..ROUNDS_MAX {
            let before = self.evictions;
            self.run_for(PROMISES_ENDED);
            self.settle();
            if self.evictions == before || self.failure.is_some() {
                return;
            }
        }
    }
}

/// Longer than a promise lasts.
const PROMISES_ENDED: std::time::Duration = std::time::Duration::from_secs(800);
/// How often something may go after others have gone.
const ROUNDS_MAX: usize = 12;
