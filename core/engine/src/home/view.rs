//! What holds in the home, after all records that count.

use std::collections::{BTreeMap, BTreeSet};

use model::{DeviceId, FolderId, Mode, RelPath, Role, Stamp};

use super::policy::Target;

/// What holds. Invariant: pods and addresses are those of members, and pods those of folders that
/// were not ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct View {
    pub(super) home: Option<HomeFacts>,
    pub(super) members: BTreeMap<DeviceId, Member>,
    /// Devices that were removed, and since when.
    pub(super) removed: BTreeMap<DeviceId, Stamp>,
    /// Of members, and of devices that were.
    pub(super) names: BTreeMap<DeviceId, String>,
    pub(super) addresses: BTreeMap<DeviceId, Vec<String>>,
    pub(super) folders: BTreeMap<FolderId, Folder>,
    pub(super) pods: BTreeMap<(FolderId, DeviceId), Mode>,
    pub(super) policies: BTreeMap<(Target, String), String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HomeFacts {
    pub(super) name: String,
    pub(super) secret: [u8; 32],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) public_key: Vec<u8>,
    pub(super) role: Role,
    /// When it was first added: of two admins who remove each other the earlier one stays.
    pub(super) added: Stamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    /// As it was said; shown with a number if an older folder has the same.
    pub(super) name: String,
    pub(super) deleted: bool,
    pub(super) created: Stamp,
}

/// A folder as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedFolder {
    /// Which.
    pub id: FolderId,
    /// Its name, which no other folder of the home has.
    pub name: String,
}

impl View {
    /// The folders that were not ended, oldest first. Two that were given one name while apart (or
    /// names that some system can't tell apart) are told apart by a number behind the later one's.
    pub(super) fn folders_shown(&self) -> Vec<SharedFolder> {
        let mut live: Vec<_> = self.folders.iter().filter(|(_, folder)| !folder.deleted).collect();
        live.sort_by_key(|(id, folder)| (folder.created, **id));
        let mut taken = BTreeSet::new();
        live.into_iter()
            .map(|(id, folder)| {
                let numbered = (2..).map(|n| format!("{} ({n})", folder.name));
                let name = std::iter::once(folder.name.clone())
                    .chain(numbered)
                    .find(|name| taken.insert(fold(name)))
                    .unwrap_or_default();
                SharedFolder { id: *id, name }
            })
            .collect()
    }

    /// A folder that was not ended.
    pub(super) fn live_folder(&self, folder: FolderId) -> Option<&Folder> {
        self.folders.get(&folder).filter(|folder| !folder.deleted)
    }

    /// How many members may govern.
    pub(super) fn admins(&self) -> usize {
        self.members.values().filter(|member| member.role.may_govern()).count()
    }
}

/// A key that is equal for names that some system can't tell apart.
pub(super) fn fold(name: &str) -> String {
    RelPath::parse(name).map_or_else(|_| name.to_lowercase(), |path| path.fold())
}
