//! Who may say what, and what it does to the home.
//!
//! [`Judge`] reads records in the home's order; each is judged by what the earlier ones made of the
//! home, and either does what it says or nothing at all. Members are in `membership`.

use std::collections::BTreeSet;

use model::{DeviceId, FolderId, HomeId, Mode, RelPath, Role};
use wire::limits::{ADDRESS_BYTES_MAX, ADDRESSES_MAX, NAME_BYTES_MAX, STAMP_MILLIS_MAX};
use wire::{Fact, Record};

use super::membership::Removal;
use super::policy::Target;
use super::view::{Folder, HomeFacts, View};
use super::{FOLDERS_MAX, Home, POLICIES_MAX};

/// Stamps of those who don't govern end here, half-way to the end, so that no such device can push
/// the home's order so far that admins can't act any more.
pub(super) const MEMBER_MILLIS_MAX: u64 = STAMP_MILLIS_MAX / 2;

/// The home as far as the records were read.
pub(super) struct Judge {
    home: HomeId,
    /// Is an admin until a record says what it is.
    pub(super) founder: Option<DeviceId>,
    /// Every removal that anyone has said, for the rule on admins who remove each other.
    pub(super) removals: Vec<Removal>,
    /// The removals that made another one void, and those that they made void.
    pub(super) decisive: BTreeSet<usize>,
    pub(super) view: View,
}

/// What holds after `records`, which are in their order, and which of them count.
pub(super) fn judge_all(home: HomeId, records: &[&Record]) -> (View, Vec<bool>) {
    let mut judge = Judge {
        home,
        founder: records.iter().find(|r| founded(r) == Some(home)).map(|r| r.author),
        removals: Removal::all(records),
        decisive: BTreeSet::new(),
        view: View::default(),
    };
    let counting = records.iter().enumerate().map(|(i, record)| judge.hear(i, record));
    let mut counting: Vec<_> = counting.collect();
    judge.decisive.iter().for_each(|i| counting[*i] = true);
    (judge.view, counting)
}

/// Whether `record`, said now, would count; and what would hold then.
pub(super) fn would_count(home: HomeId, view: &View, record: &Record) -> Option<View> {
    let (removals, decisive) = (Vec::new(), BTreeSet::new());
    let mut judge = Judge { home, founder: None, removals, decisive, view: view.clone() };
    judge.hear(0, record).then_some(judge.view)
}

/// The home that a record has founded.
pub(super) fn founded(record: &Record) -> Option<HomeId> {
    match &record.fact {
        Fact::Home { id, secret, .. } if Home::id_of(record.author, secret) == *id => Some(*id),
        Fact::Home { .. }
        | Fact::Member { .. }
        | Fact::Removed { .. }
        | Fact::Name { .. }
        | Fact::Addresses { .. }
        | Fact::Folder { .. }
        | Fact::Pod { .. }
        | Fact::Policy { .. } => None,
    }
}

/// Whether a device's id belongs to a key.
pub(super) fn certifies(device: DeviceId, public_key: &[u8]) -> bool {
    DeviceId::of_public_key(public_key) == device
}

impl Judge {
    /// Reads the `index`-th record; whether it counts.
    fn hear(&mut self, index: usize, record: &Record) -> bool {
        let author = record.author;
        let Some(role) = self.role(author) else { return false };
        let governs = role.may_govern();
        if !governs && record.stamp.millis > MEMBER_MILLIS_MAX {
            return false;
        }
        match &record.fact {
            Fact::Home { id, name, secret } => governs && self.home_is(*id, name, *secret),
            Fact::Member { .. } => governs && self.member(record),
            Fact::Removed { device } => self.removed(index, record, *device),
            Fact::Name { device, name } => {
                (governs || author == *device) && self.named(*device, name)
            }
            Fact::Addresses { device, addresses } => {
                author == *device && self.reached(*device, addresses)
            }
            Fact::Folder { .. } => self.folder(role, record),
            Fact::Pod { folder, device, mode } => {
                (author == *device || governs && mode.is_none())
                    && self.pod(*folder, *device, *mode)
            }
            Fact::Policy { target, key, value } => {
                let target = Target::parse(target);
                let own = |target: &Target| governs || target.device() == Some(author);
                target.filter(own).is_some_and(|target| self.policy(target, key, value.as_deref()))
            }
        }
    }

    fn home_is(&mut self, id: HomeId, name: &str, secret: [u8; 32]) -> bool {
        if id != self.home || !is_name(name) {
            return false;
        }
        self.view.home = Some(HomeFacts { name: name.to_owned(), secret });
        true
    }

    fn named(&mut self, device: DeviceId, name: &str) -> bool {
        if !self.is_member(device) || !is_name(name) {
            return false;
        }
        self.view.names.insert(device, name.to_owned());
        true
    }

    fn reached(&mut self, device: DeviceId, addresses: &[String]) -> bool {
        let long = addresses.iter().any(|address| address.len() > ADDRESS_BYTES_MAX);
        if !self.is_member(device) || addresses.len() > ADDRESSES_MAX || long {
            return false;
        }
        self.view.addresses.insert(device, addresses.to_vec());
        true
    }

    /// An admin may say anything of a folder but bring an ended one back; a member may share a new one.
    fn folder(&mut self, role: Role, record: &Record) -> bool {
        let Fact::Folder { folder, name, deleted } = &record.fact else { return false };
        let existing = self.view.folders.get(folder);
        let may = match existing {
            None => {
                let shares = role == Role::Member && !deleted;
                (role.may_govern() || shares) && self.view.folders.len() < FOLDERS_MAX
            }
            Some(existing) => role.may_govern() && !existing.deleted,
        };
        if !may || !is_folder_name(name) {
            return false;
        }
        let created = existing.map_or(record.stamp, |existing| existing.created);
        let said = Folder { name: name.clone(), deleted: *deleted, created };
        self.view.folders.insert(*folder, said);
        if *deleted {
            self.view.pods.retain(|(of, _), _| of != folder);
        }
        true
    }

    fn pod(&mut self, folder: FolderId, device: DeviceId, mode: Option<Mode>) -> bool {
        if !self.is_member(device) || self.view.live_folder(folder).is_none() {
            return false;
        }
        match mode {
            Some(mode) => drop(self.view.pods.insert((folder, device), mode)),
            None => drop(self.view.pods.remove(&(folder, device))),
        }
        true
    }

    /// Any key counts: a newer version may know more of them.
    fn policy(&mut self, target: Target, key: &str, value: Option<&str>) -> bool {
        let place = (target, key.to_owned());
        match value {
            Some(value) => {
                let policies = &mut self.view.policies;
                if policies.len() >= POLICIES_MAX && !policies.contains_key(&place) {
                    return false;
                }
                policies.insert(place, value.to_owned());
            }
            None => drop(self.view.policies.remove(&place)),
        }
        true
    }
}

/// Whether a text can name a home or a device.
pub(super) fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= NAME_BYTES_MAX && !name.chars().any(char::is_control)
}

/// Whether a text can name a folder: it is also the name of a directory in the drive.
pub(super) fn is_folder_name(name: &str) -> bool {
    is_name(name) && RelPath::parse(name).is_ok_and(|path| path.parent().is_none())
}
