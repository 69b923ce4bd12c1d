//! How the home differs from what it was.

use std::collections::{BTreeMap, BTreeSet};

use model::{DeviceId, FolderId, Mode, Role};

use super::policy::Target;
use super::view::View;

/// Something about the home is different now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HomeChange {
    /// The home's name or secret.
    HomeChanged,
    /// A device belongs to the home.
    MemberAdded {
        /// Which.
        device: DeviceId,
        /// What it may do.
        role: Role,
    },
    /// A device belongs to it no more. Its pods were reported too.
    MemberRemoved {
        /// Which.
        device: DeviceId,
    },
    /// A member may do something else.
    RoleChanged {
        /// Which.
        device: DeviceId,
        /// What it may do.
        role: Role,
        /// What it might do before.
        before: Role,
    },
    /// A device has another name.
    Renamed {
        /// Which.
        device: DeviceId,
    },
    /// A device was last reached elsewhere.
    AddressesChanged {
        /// Which.
        device: DeviceId,
    },
    /// A folder is shared.
    FolderAdded {
        /// Which.
        folder: FolderId,
    },
    /// A folder is shown under another name.
    FolderRenamed {
        /// Which.
        folder: FolderId,
    },
    /// A folder was ended. Its pods were reported too.
    FolderDeleted {
        /// Which.
        folder: FolderId,
    },
    /// A device takes part in a folder in another way.
    PodChanged {
        /// Which folder.
        folder: FolderId,
        /// Which device.
        device: DeviceId,
        /// How; `None` if not at all.
        mode: Option<Mode>,
    },
    /// A policy was set or unset.
    PolicyChanged {
        /// What it is about.
        target: Target,
        /// Which.
        key: String,
    },
}

/// What `new` has otherwise than `old`: what appears before what refers to it, what goes after.
pub(super) fn between(old: &View, new: &View) -> Vec<HomeChange> {
    let mut changes = Vec::new();
    if old.home != new.home {
        changes.push(HomeChange::HomeChanged);
    }
    let (folders_before, folders_now) = (shown(old), shown(new));
    members_added(old, new, &mut changes);
    folders_added(&folders_before, &folders_now, &mut changes);
    for key in differing(&old.names, &new.names) {
        changes.push(HomeChange::Renamed { device: *key });
    }
    for key in differing(&old.addresses, &new.addresses) {
        changes.push(HomeChange::AddressesChanged { device: *key });
    }
    for &(folder, device) in differing(&old.pods, &new.pods) {
        let mode = new.pods.get(&(folder, device)).copied();
        changes.push(HomeChange::PodChanged { folder, device, mode });
    }
    for (target, key) in differing(&old.policies, &new.policies) {
        changes.push(HomeChange::PolicyChanged { target: target.clone(), key: key.clone() });
    }
    let gone = folders_before.keys().filter(|folder| !folders_now.contains_key(folder));
    changes.extend(gone.map(|folder| HomeChange::FolderDeleted { folder: *folder }));
    let gone = old.members.keys().filter(|device| !new.members.contains_key(device));
    changes.extend(gone.map(|device| HomeChange::MemberRemoved { device: *device }));
    changes
}

fn shown(view: &View) -> BTreeMap<FolderId, String> {
    view.folders_shown().into_iter().map(|folder| (folder.id, folder.name)).collect()
}

fn members_added(old: &View, new: &View, changes: &mut Vec<HomeChange>) {
    for (&device, member) in &new.members {
        let role = member.role;
        match old.members.get(&device) {
            None => changes.push(HomeChange::MemberAdded { device, role }),
            Some(before) if before.role != role => {
                let before = before.role;
                changes.push(HomeChange::RoleChanged { device, role, before });
            }
            Some(_) => {}
        }
    }
}

fn folders_added(
    old: &BTreeMap<FolderId, String>,
    new: &BTreeMap<FolderId, String>,
    changes: &mut Vec<HomeChange>,
) {
    for (&folder, name) in new {
        match old.get(&folder) {
            None => changes.push(HomeChange::FolderAdded { folder }),
            Some(before) if before != name => changes.push(HomeChange::FolderRenamed { folder }),
            Some(_) => {}
        }
    }
}

/// The keys under which the maps hold something else.
fn differing<'a, K: Ord, V: PartialEq>(
    old: &'a BTreeMap<K, V>,
    new: &'a BTreeMap<K, V>,
) -> BTreeSet<&'a K> {
    let keys = old.keys().chain(new.keys());
    keys.filter(|key| old.get(*key) != new.get(*key)).collect()
}
