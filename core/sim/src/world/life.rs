//! A service starts, opens its folder, and is killed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use engine::home::Home;
use engine::observation::Root;
use engine::{Engine, Event, Setup};
use model::Mode;

use super::{Work, World};
use crate::device::Run;
use crate::home::FOLDER;

impl World {
    /// The service starts, if it does not run.
    pub(super) fn start(&mut self, device: usize) {
        let seed = self.random.next();
        let tick = self.random.between(0, 1 << 50);
        let at = &mut self.devices[device];
        if at.run.is_some() {
            return;
        }
        let Ok(home) = Home::load(at.records.clone()) else { return };
        at.life += 1;
        at.clock.restart(tick);
        let setup = Setup { me: at.id, seed };
        at.run = Some(Run {
            engine: Engine::new(setup, home, Box::new(at.keys.clone())),
            inbox: VecDeque::new(),
            awake: false,
            timer: None,
            lane: VecDeque::new(),
            lane_busy: false,
            scans: BTreeMap::new(),
            made: BTreeMap::new(),
            unnoted: Vec::new(),
            told: BTreeMap::new(),
            dirty: BTreeSet::new(),
            looked_for: Vec::new(),
            root: Root::Ready,
            opening: 0,
        });
        self.trace.note(self.now, 3, format_args!("{} starts", self.devices[device].who));
        self.open_folder(device);
        self.dial_all(device);
        if self.devices[device].blind {
            let (life, wait) = (self.devices[device].life, self.pace.rescan.draw(&mut self.random));
            self.schedule(wait, Work::Rescan(device, life));
        }
    }

    /// The running service opens its folder, if it takes part in it.
    pub(super) fn open_folder(&mut self, device: usize) {
        let now = self.devices[device].clock.read(self.now);
        let at = &mut self.devices[device];
        let Some(run) = at.run.as_mut().filter(|_| at.attached) else { return };
        let Some(index) = at.index.take() else { return };
        // Kept aside: if opening fails, the index is used up.
        let mut before = index.clone();
        before.rollback();
        run.opening += 1;
        let copied = std::mem::take(&mut at.copied);
        let mode = run.engine.home().pods(FOLDER).get(&at.id).copied().unwrap_or(Mode::Clone);
        let opened = run.engine.open_folder(now, (FOLDER, mode), index, copied);
        if opened.is_err() {
            at.index = Some(before);
            at.copied = copied;
            let life = at.life;
            self.schedule(std::time::Duration::from_secs(1), Work::Reopen(device, life));
            return;
        }
        // Before it looks, so that whatever it finds and tells of lasts.
        self.devices[device].disk.sync();
        self.end_turn(device);
    }

    /// The index failed.
    pub(super) fn index_failed(&mut self, device: usize) {
        self.trace.note(self.now, 4, format_args!("{} index failed", self.devices[device].who));
        self.lose_folder(device);
    }

    /// What was not committed is forgotten, and the folder is opened again.
    pub(super) fn lose_folder(&mut self, device: usize) {
        let at = &mut self.devices[device];
        let Some(run) = at.run.as_mut() else { return };
        while run.engine.poll_action().is_some() {}
        if let Some(mut index) = run.engine.close_folder(FOLDER) {
            index.rollback();
            at.index = Some(index);
        }
        at.records.extend(run.engine.new_records());
        run.opening += 1;
        run.lane.clear();
        run.lane_busy = false;
        run.scans.clear();
        // Who is connected is no matter of the folder.
        let of_devices =
            |event: &Event| matches!(event, Event::Connected { .. } | Event::Disconnected { .. });
        run.inbox.retain(of_devices);
        let life = at.life;
        let wait = self.pace.act.draw(&mut self.random);
        self.schedule(wait, Work::Reopen(device, life));
    }

    /// The service is killed: what is not durable in the index is gone, the disk stays as it is.
    pub(super) fn kill(&mut self, device: usize) {
        let at = &mut self.devices[device];
        let Some(mut run) = at.run.take() else { return };
        if let Some(mut index) = run.engine.close_folder(FOLDER) {
            index.rollback();
            at.index = Some(index);
        }
        at.disk.lose_memory();
        run.unnoted.iter().for_each(|thing| self.oracle.unnoted(thing));
        // The second accident: what the disk could not keep is not known to be the service's own any more.
        at.disk.unsure().for_each(|thing| self.oracle.unnoted(&thing));
        let verdict = self.oracle.crashed(device, &at.disk);
        self.judge(verdict);
        self.trace.note(self.now, 5, format_args!("{} is killed", self.devices[device].who));
        self.break_links(device);
        self.stir();
    }

    /// Whether a device is a member as far as another knows.
    pub(super) fn trusts(&self, device: usize, other: usize) -> bool {
        let id = self.devices[other].id;
        let run = self.devices[device].run.as_ref();
        run.is_some_and(|run| run.engine.home().is_member(&id))
    }
}
