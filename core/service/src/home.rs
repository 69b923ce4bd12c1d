//! This device's part in its home: its key, who else belongs, where they are.
//!
//! What holds in the home is the engine's to say; here it is kept (`book`), looked at by everybody
//! (`View`), and followed: who is let in, who is dialled, what this device says about itself. A device
//! without a home founds one when it first needs one. Not here: pairing (`pairing`).

pub(crate) mod addresses;
pub(crate) mod book;
pub(crate) mod follow;
pub(crate) mod found;
pub(crate) mod keys;
pub(crate) mod pairing;
pub(crate) mod roster;
pub(crate) mod seekers;

use std::sync::{Arc, PoisonError, RwLock};

use engine::home::Home;
use model::{DeviceId, FolderId, HomeId};

pub(crate) use book::Book;
pub(crate) use keys::DeviceKeys;
pub(crate) use roster::Roster;

/// The home as it is now, for everybody to look at.
pub(crate) struct View(RwLock<Arc<Home>>);

impl View {
    pub(crate) fn new(home: Home) -> Self {
        Self(RwLock::new(Arc::new(home)))
    }

    /// What holds.
    pub(crate) fn get(&self) -> Arc<Home> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Something else holds from now on.
    pub(crate) fn set(&self, home: Home) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(home);
    }

    /// The name of a folder; the beginning of its id if it has none.
    pub(crate) fn folder_name(&self, folder: FolderId) -> String {
        let found = self.get().folder(folder);
        found.map_or_else(|| folder.to_string()[..8].to_owned(), |folder| folder.name)
    }

    /// The name of a device.
    pub(crate) fn device_name(&self, device: DeviceId) -> String {
        self.get().name(&device)
    }
}

/// The home of a device that belongs to none.
pub(crate) fn none() -> Home {
    Home::unknown(HomeId([0; 16]))
}
