//! Looking at a device's disk: scans that were asked for, and what the watcher sees.

use std::time::Duration;

use engine::Event;
use engine::observation::{Found, Observation, Root, Scope};
use model::RelPath;

use super::{Work, World};
use crate::home::FOLDER;

/// How long the watcher gathers changes.
const BURST: Duration = Duration::from_millis(1);

impl World {
    /// Something changed at these paths, as the watcher may see.
    pub(super) fn watch(&mut self, device: usize, paths: Vec<RelPath>) {
        let wait = self.pace.watch.draw(&mut self.random).max(BURST);
        let at = &mut self.devices[device];
        let Some(run) = at.run.as_mut().filter(|_| !at.blind && at.attached) else { return };
        if paths.is_empty() {
            return;
        }
        let first = run.dirty.is_empty();
        run.dirty.extend(paths);
        let life = at.life;
        if first {
            self.schedule(wait, Work::Watch(device, life));
        }
    }

    /// The watcher's paths are looked at.
    pub(super) fn report_dirty(&mut self, device: usize) {
        self.scan(device, None);
    }

    /// Where nothing is seen, everything is looked at now and then.
    pub(super) fn rescan_blindly(&mut self, device: usize) {
        if self.devices[device].blind {
            self.scan(device, Some(Scope::Folder));
            let wait = self.pace.rescan.draw(&mut self.random);
            let life = self.devices[device].life;
            self.schedule(wait, Work::Rescan(device, life));
        }
    }

    /// The next stretch of a scan.
    pub(super) fn go_on_scanning(&mut self, device: usize, number: u64) {
        let scans = self.devices[device].run.as_ref().map(|run| &run.scans);
        let left = scans.and_then(|scans| scans.get(&number)).map(|job| &job.left);
        let next = left.into_iter().flatten().take(self.pace.stretch).cloned();
        for path in next.collect::<Vec<_>>() {
            self.take_rot_for_an_edit(device, &path);
        }
        self.look_in_archive(device);
        let at = &mut self.devices[device];
        let Some(run) = at.run.as_mut() else { return };
        if run.inbox.iter().any(|event| matches!(event, Event::Observed { .. })) {
            // What was told before has to be in the index first. Waiting for that is no loop.
            self.steps = self.steps.saturating_sub(1);
            return self.scan_on(device, number);
        }
        let Some(index) = run.engine.index(FOLDER) else { return };
        let Some(job) = run.scans.get_mut(&number) else { return };
        if job.begun.1 != at.disk.doubts {
            job.left.clear();
        }
        let (mut observations, mut manifests, mut news) = (Vec::new(), Vec::new(), false);
        for path in job.left.drain(..self.pace.stretch.min(job.left.len())) {
            if let Ok(Some(look)) = at.disk.look(index, &path) {
                // What was told already, and is held, is found again and again.
                news |= run.told.get(&path) != Some(&look.observation.found);
                run.told.insert(path, look.observation.found.clone());
                observations.push(look.observation);
                manifests.extend(look.manifest);
            } else if job.asked.contains(&path) && at.disk.tree.get(&path).is_none() {
                observations.push(Observation { path, found: Found::Gone });
            }
        }
        let ended = job.left.is_empty();
        if news {
            self.stir();
        }
        if !observations.is_empty() {
            self.tell(device, Event::Observed { folder: FOLDER, observations, manifests });
        }
        if ended {
            self.end_scan(device, number);
        } else {
            self.scan_on(device, number);
        }
    }

    fn look_in_archive(&mut self, device: usize) {
        let at = &mut self.devices[device];
        let Some(run) = at.run.as_mut().filter(|run| !run.looked_for.is_empty()) else { return };
        let mut contents = std::mem::take(&mut run.looked_for);
        contents.retain(|content| !at.disk.lies_in_archive(*content));
        self.tell(device, Event::NotArchived { folder: FOLDER, contents });
    }

    fn scan_on(&mut self, device: usize, number: u64) {
        let wait = self.pace.scan.draw(&mut self.random);
        let life = self.devices[device].life;
        self.schedule(wait, Work::Scan(device, life, number));
    }

    fn end_scan(&mut self, device: usize, number: u64) {
        let at = &mut self.devices[device];
        let ready = at.disk.check() == Root::Ready;
        let Some(run) = at.run.as_mut() else { return };
        let Some(job) = run.scans.remove(&number) else { return };
        let root = match job.begun {
            (Root::Ready, doubts) if doubts == at.disk.doubts => at.disk.root(),
            // What it saw may not last, and was not told.
            (Root::Ready, _) => Root::Denied,
            (begun, _) => begun,
        };
        // It has looked at nothing, or told nothing of it.
        let again = ready && root != Root::Ready;
        let changed = std::mem::replace(&mut run.root, root) != root;
        let scope = match job.scope {
            Some(scope) => scope,
            None if changed => Scope::Paths(Vec::new()),
            None => return,
        };
        self.tell(device, Event::ScanEnded { folder: FOLDER, scope, root });
        if again {
            self.scan(device, Some(Scope::Folder));
        }
    }

    /// The root has gone, or is there again: the watcher notices, and all is looked at.
    pub(super) fn root_changed(&mut self, device: usize) {
        self.stir();
        let at = &self.devices[device];
        if at.run.is_none() || !at.attached || at.blind {
            return;
        }
        if at.disk.root() == Root::Ready {
            self.scan(device, Some(Scope::Folder));
        } else {
            self.scan(device, Some(Scope::Paths(Vec::new())));
        }
    }
}
