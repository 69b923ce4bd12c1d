//! Who may connect: members of the home that no person has paused; nobody while this device pauses.
//!
//! Asked inside the TLS handshake, so it is a set behind a lock and nothing more. Invariant: a removed
//! device is off the list before anything else reacts to its removal.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

use model::DeviceId;
use transport::Members;

/// The list.
#[derive(Default)]
pub(crate) struct Roster(RwLock<Lists>);

#[derive(Default)]
struct Lists {
    members: BTreeSet<DeviceId>,
    paused: BTreeSet<DeviceId>,
    all_paused: bool,
}

impl Roster {
    /// Exactly these belong to the home from now on.
    pub(crate) fn set_members(&self, members: BTreeSet<DeviceId>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).members = members;
    }

    /// A person wants no traffic with a device, or wants it again.
    pub(crate) fn set_paused(&self, device: DeviceId, paused: bool) {
        let mut lists = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if paused {
            lists.paused.insert(device);
        } else {
            lists.paused.remove(&device);
        }
    }

    /// A person wants no traffic with anybody, or ends that.
    pub(crate) fn set_all_paused(&self, paused: bool) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).all_paused = paused;
    }

    /// Whether a person wants no traffic with a device.
    pub(crate) fn is_paused(&self, device: DeviceId) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).paused.contains(&device)
    }
}

impl Members for Roster {
    fn admits(&self, device: &DeviceId) -> bool {
        let lists = self.0.read().unwrap_or_else(PoisonError::into_inner);
        !lists.all_paused && lists.members.contains(device) && !lists.paused.contains(device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_members_that_are_not_paused_are_admitted() {
        let (a, b) = (DeviceId([1; 32]), DeviceId([2; 32]));
        let roster = Roster::default();
        assert!(!roster.admits(&a));
        roster.set_members([a, b].into());
        roster.set_paused(b, true);
        assert!(roster.admits(&a) && !roster.admits(&b));
        roster.set_paused(b, false);
        assert!(roster.admits(&b));
        roster.set_all_paused(true);
        assert!(!roster.admits(&a) && !roster.admits(&b));
        roster.set_all_paused(false);
        roster.set_members([b].into());
        assert!(!roster.admits(&a));
    }
}
