//! How far other devices said that their indexes go, when they began to tell them.
//!
//! The engine counts what it knows to be missing; what a device has announced and not told yet it
//! can't count. `wait` looks here so that it does not take a silence for the end.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use engine::Engine;
use engine::index::Index;
use model::{DeviceId, FolderId};
use wire::{Open, Sequence};

/// The newest opening of each device in each folder.
#[derive(Default)]
pub(crate) struct Heard(Mutex<HashMap<(FolderId, DeviceId), Announced>>);

/// Up to where a device is going to tell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Announced {
    device: DeviceId,
    epoch: u64,
    sequence: Sequence,
}

impl Heard {
    /// A device begins.
    pub(crate) fn note(&self, device: DeviceId, open: &Open) {
        let announced = Announced { device, epoch: open.epoch, sequence: open.sequence };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert((open.folder, device), announced);
    }

    /// It is gone: what it announced comes another time.
    pub(crate) fn forget(&self, device: DeviceId) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(_, other), _| *other != device);
    }

    /// What was announced in a folder.
    pub(crate) fn of(&self, folder: FolderId) -> Vec<Announced> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|((other, _), _)| *other == folder).map(|(_, one)| *one).collect()
    }
}

/// A device that has not told everything yet that it announced.
pub(crate) fn silent<I: Index>(
    engine: &Engine<I>,
    folder: FolderId,
    announced: &[Announced],
) -> Option<DeviceId> {
    let index = engine.index(folder)?;
    let devices = index.devices().ok()?;
    announced.iter().find_map(|one| {
        let number = devices.iter().find(|(_, device)| *device == one.device)?.0;
        let received = index.peer(number).ok()?.received;
        let short = received.epoch == one.epoch && received.sequence < one.sequence;
        short.then_some(one.device)
    })
}
