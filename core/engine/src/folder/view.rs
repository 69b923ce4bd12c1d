//! What can be told of a folder at any moment, from sums that are kept current.

use model::{ContentHash, DeviceId, Keep, Mode, Problem, RelPath, WallTime};

use super::{Folder, ME};
use crate::index::{Index, IndexError, Tally};
use crate::observation::{Root, Seen};

/// What a folder is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The disk is being looked at.
    Scanning,
    /// Changes are being carried out.
    Syncing,
    /// Nothing is under way.
    Idle,
    /// A person has paused it.
    Paused,
    /// The root directory is not there, or not the one that it was.
    RootLost,
}

/// A held batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldView {
    /// How many files would go.
    pub deletes: u64,
    /// Since when.
    pub since: WallTime,
    /// What the root directory has to do with it.
    pub root: Root,
}

/// A folder on this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderView {
    /// How much of it is kept here.
    pub mode: Mode,
    /// What it is doing.
    pub phase: Phase,
    /// Its root directory.
    pub root: Root,
    /// All its files.
    pub files: Tally,
    /// Those whose current version is not here.
    pub needed: Tally,
    /// Everything with work remaining and no problem.
    pub pending: u64,
    /// Files of this disk that are on no other device that should have them.
    pub alone: Tally,
    /// Sides of conflicts to choose about.
    pub conflicts: u64,
    /// What is held.
    pub held: Option<HeldView>,
}

/// How far a barrier is from being passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barrier {
    /// What this device lacks of what it keeps.
    pub own: Tally,
    /// Disappearances that are not decided yet, and scans under way.
    pub unsettled: u64,
    /// Connected devices that keep the folder and have not acted on everything.
    pub devices: Vec<(DeviceId, Tally)>,
}

impl Barrier {
    /// Whether everything is everywhere.
    #[must_use]
    pub fn done(&self) -> bool {
        self.own.files == 0 && self.unsettled == 0 && self.devices.is_empty()
    }
}

/// Where bytes are on this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByteSource {
    /// In a file of the folder, while it is as it was seen.
    Disk {
        /// Where.
        path: RelPath,
        /// What must stand there.
        seen: Seen,
    },
    /// In the archive, under the hash of their content, if anywhere.
    Archive,
}

impl<I: Index> Folder<I> {
    pub(crate) fn view(&self) -> FolderView {
        FolderView {
            mode: self.mode,
            phase: self.phase(),
            root: self.disk.root,
            files: self.totals.files,
            needed: self.totals.needed,
            pending: self.totals.pending,
            alone: self.alone(),
            conflicts: self.totals.conflicts,
            held: self.held_view(),
        }
    }

    /// Only where another device is to keep everything is anything missing there.
    fn alone(&self) -> Tally {
        let number = |device: &DeviceId| self.numbers.get(device) != Some(&ME);
        let kept = self.pods.iter().any(|(device, mode)| number(device) && mode.keeps_all());
        if kept { self.totals.alone } else { Tally::default() }
    }

    fn phase(&self) -> Phase {
        if self.paused {
            Phase::Paused
        } else if self.disk.root != Root::Ready {
            Phase::RootLost
        } else if self.disk.scans > 0 {
            Phase::Scanning
        } else if self.totals.pending > 0 || self.leaving.len() > 0 || !self.work.is_idle() {
            Phase::Syncing
        } else {
            Phase::Idle
        }
    }

    fn held_view(&self) -> Option<HeldView> {
        let lost = self.disk.root != Root::Ready;
        let deletes = if lost { self.totals.files.files } else { self.held.files };
        let since = self.held.since.unwrap_or_default();
        (self.held.decided() || lost).then_some(HeldView { deletes, since, root: self.disk.root })
    }

    pub(crate) fn is_holding(&self) -> bool {
        self.held_view().is_some()
    }

    pub(crate) fn barrier(&self) -> Barrier {
        let devices = self
            .peers
            .keys()
            .map(|device| (*device, self.lacks(*device)))
            .filter(|(device, tally)| tally.files > 0 || !self.peers[device].opened)
            .collect();
        let own = self.own_lacks();
        let root = u64::from(self.disk.root != Root::Ready || !self.disk.known);
        let unsettled = self.leaving.len() as u64 + self.disk.scans as u64 + self.held.files + root;
        Barrier { own, unsettled, devices }
    }

    /// What this device lacks of what it keeps.
    pub(super) fn own_lacks(&self) -> Tally {
        if self.rules.all_always() {
            return self.totals.unheld.get(usize::from(ME.0)).copied().unwrap_or_default();
        }
        let files = self.totals.needed.files.max(self.totals.pending);
        Tally { files, bytes: self.totals.needed.bytes }
    }

    /// What a device has not acted on yet, as far as is known.
    pub(crate) fn unheld(&self, device: DeviceId) -> Tally {
        let number = self.numbers.get(&device).map(|number| usize::from(number.0));
        number.and_then(|number| self.totals.unheld.get(number)).copied().unwrap_or_default()
    }

    pub(crate) fn holders(&self, path: &RelPath) -> Result<Vec<DeviceId>, IndexError> {
        let Some(row) = self.index.get(path)? else { return Ok(Vec::new()) };
        let holds = |number: &crate::index::DeviceNumber| row.holders.contains(*number);
        Ok(self
            .numbers
            .iter()
            .filter(|(_, number)| holds(number))
            .map(|(device, _)| *device)
            .collect())
    }

    /// Local paths without an entry that can't be read or represented.
    pub(crate) fn blocked_paths(&self) -> impl Iterator<Item = (&RelPath, Problem)> {
        self.disk.blocked.iter().map(|(path, problem)| (path, *problem))
    }

    /// Connected pods that fetch whatever is new here.
    pub(crate) fn eager(&self) -> Vec<DeviceId> {
        let takes = |peer: &super::Peer| peer.opened && peer.mode.keeps_all();
        let peers = self.peers.iter().filter(|(_, peer)| !self.paused && takes(peer));
        peers.map(|(device, _)| *device).collect()
    }

    /// Whether a file that `from` is about to announce as new at `path` would be kept there. Not if
    /// something was announced for it already: that is being fetched.
    pub(crate) fn would_keep(&self, from: DeviceId, path: &RelPath) -> Result<bool, IndexError> {
        let able = self.may_work() && self.peers.get(&from).is_some_and(|peer| peer.opened);
        let kept = self.rules.keep(path) == Keep::Always;
        Ok(able
            && kept
            && self.index.get(path)?.is_none_or(|row| row.disk.is_none() && !row.needed))
    }

    /// Where the bytes of a content are on this device.
    pub(crate) fn source_of(&self, content: ContentHash) -> Result<Option<ByteSource>, IndexError> {
        for row in self.index.on_disk(content)? {
            if let Some(disk) = row.disk {
                return Ok(Some(ByteSource::Disk { path: row.path, seen: disk.seen }));
            }
        }
        // Also where the index knows of none: a crash may have left the bytes there.
        Ok(Some(ByteSource::Archive))
    }
}
