//! The engine's door on one device: events in, a commit, actions out.

use std::collections::BTreeSet;

use engine::observation::Scope;
use engine::{Action, Event};

use super::{Work, World};
use crate::brief::Brief;
use crate::device::{Job, ScanJob};
use crate::home::FOLDER;

impl World {
    /// An event reaches the inbox of a service.
    pub(super) fn tell(&mut self, device: usize, event: Event) {
        if let Some(run) = self.devices[device].run.as_mut() {
            run.inbox.push_back(event);
        }
        self.rouse(device);
    }

    /// An event will reach the inbox after a while, unless the folder is opened anew before.
    pub(super) fn tell_later(&mut self, device: usize, event: Event) {
        let (life, opening) = (self.devices[device].life, self.opening(device));
        let wait = self.pace.act.draw(&mut self.random);
        self.schedule(wait, Work::Tell(device, life, opening, Box::new(event)));
    }

    fn rouse(&mut self, device: usize) {
        let wait = self.pace.wake.draw(&mut self.random);
        let at = &mut self.devices[device];
        if let Some(run) = at.run.as_mut().filter(|run| !run.awake) {
            run.awake = true;
            let life = at.life;
            self.schedule(wait, Work::Wake(device, life));
        }
    }

    /// Handles what has come.
    pub(super) fn wake(&mut self, device: usize) {
        let now = self.devices[device].clock.read(self.now);
        let who = self.devices[device].who;
        let mut left = self.random.between(1, self.pace.turn_events_max as u64);
        let fault = self.devices[device].index_fault.take();
        let Some(run) = self.devices[device].run.as_mut() else { return };
        run.awake = false;
        while let Some(event) = run.inbox.pop_front() {
            self.trace.note(self.now, 6, format_args!("{who} <- {}", Brief(&event)));
            if let (Some(calls), Some(index)) = (fault, run.engine.index(FOLDER)) {
                index.fail_after(Some(calls));
            }
            let handled = run.engine.handle(now, event);
            if let Some(index) = run.engine.index(FOLDER) {
                index.fail_after(None);
            }
            if handled.is_err() {
                return self.index_failed(device);
            }
            left -= 1;
            if left == 0 {
                break;
            }
        }
        if !run.inbox.is_empty() {
            self.rouse(device);
        }
        self.end_turn(device);
    }

    /// The engine's timer rings.
    pub(super) fn ring(&mut self, device: usize) {
        let now = self.devices[device].clock.read(self.now);
        let Some(run) = self.devices[device].run.as_mut() else { return };
        if run.timer != Some(self.now) {
            return;
        }
        run.timer = None;
        if run.engine.poll_timeout().is_some_and(|due| due <= now.tick)
            && run.engine.handle(now, Event::Timeout).is_err()
        {
            return self.index_failed(device);
        }
        self.end_turn(device);
    }

    /// Commits, then hands out what is to be done.
    pub(super) fn end_turn(&mut self, device: usize) {
        let at = &mut self.devices[device];
        let Some(run) = at.run.as_mut() else { return };
        if let Some(index) = run.engine.index_mut(FOLDER) {
            index.commit();
        }
        at.records.extend(run.engine.new_records());
        let identity = run.engine.index(FOLDER).map(engine::index::Index::identity);
        let mut actions = Vec::new();
        while let Some(action) = run.engine.poll_action() {
            actions.push(action);
        }
        if let Some(Ok(identity)) = identity {
            let verdict = self.oracle.committed(device, identity);
            self.judge(verdict);
        }
        for action in actions {
            self.act(device, action);
        }
        self.set_timer(device);
    }

    fn set_timer(&mut self, device: usize) {
        let at = &mut self.devices[device];
        let Some(run) = at.run.as_mut() else { return };
        let due = run.engine.poll_timeout();
        let moment = due.map(|tick| at.clock.moment_of(tick).max(self.now));
        if run.timer == moment {
            return;
        }
        run.timer = moment;
        let life = at.life;
        if let Some(moment) = moment {
            self.schedule_at(moment, Work::Timer(device, life));
        }
    }

    fn act(&mut self, device: usize, action: Action) {
        let who = self.devices[device].who;
        self.trace.note(self.now, 7, format_args!("{who} -> {}", Brief(&action)));
        match action {
            Action::Send { to, message, attach } => self.send(device, to, message, &attach),
            Action::Scan { scope, .. } => self.scan(device, Some(scope)),
            Action::LookInArchive { contents, .. } => {
                if let Some(run) = self.devices[device].run.as_mut() {
                    run.looked_for.extend(contents);
                }
            }
            Action::Fetch { request, from, wants, .. } => {
                self.fetch(device, (request, from), wants);
            }
            Action::Cut { device: other } => {
                if let Some(other) = self.device_of(other) {
                    self.break_link(device, other);
                }
            }
            Action::Dial => self.dial_all(device),
            Action::Tell(_) => {}
            Action::Apply { batch, changes, .. } => {
                self.queue_job(device, Job::Apply { batch, changes, outcomes: Vec::new() });
            }
            Action::Evict { batch, until, files, .. } => {
                self.queue_job(device, Job::Evict { batch, until, files, outcomes: Vec::new() });
            }
            Action::Brought { .. } => {}
            Action::Mark { .. } => self.mark(device),
            Action::Unstage { content, .. } => {
                self.may_unstage(device, content);
                self.queue_job(device, Job::AtOnce(Box::new(action)));
            }
            Action::Purge { content, .. } => {
                self.may_purge(device, content);
                self.queue_job(device, Job::AtOnce(Box::new(action)));
            }
            Action::Assure { .. } | Action::Stage { .. } => {
                self.queue_job(device, Job::AtOnce(Box::new(action)));
            }
        }
    }

    /// Begins a scan; without a scope it is the watcher's own, of what is dirty.
    pub(super) fn scan(&mut self, device: usize, scope: Option<Scope>) {
        let number = self.random.next();
        let wait = self.pace.act.draw(&mut self.random);
        let at = &mut self.devices[device];
        let Some(run) = at.run.as_mut() else { return };
        let dirty = match &scope {
            Some(_) => None,
            None => Some(Scope::Paths(std::mem::take(&mut run.dirty).into_iter().collect())),
        };
        let looked_at = scope.as_ref().or(dirty.as_ref());
        let Some(index) = run.engine.index(FOLDER) else { return };
        let begun = (at.disk.check(), at.disk.doubts);
        let visits = looked_at.map(|looked_at| at.disk.visits(index, looked_at));
        let left = visits.and_then(Result::ok).unwrap_or_default().into();
        let asked = match looked_at {
            Some(Scope::Paths(paths)) => paths.iter().cloned().collect(),
            Some(Scope::Folder) | None => BTreeSet::new(),
        };
        run.scans.insert(number, ScanJob { scope, asked, left, begun });
        let life = at.life;
        self.schedule(wait, Work::Scan(device, life, number));
    }
}
