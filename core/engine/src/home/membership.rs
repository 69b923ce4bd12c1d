//! Who belongs to the home.
//!
//! A removal is for ever and beats whatever else is said of the device. Of two admins who remove each
//! other, whichever said so first, the one that was a member earlier stays (a stolen device can date
//! its records back, but not the record that made it a member). The last admin can't go.

use model::{DeviceId, Role};
use wire::{Fact, Record};

use super::MEMBERS_MAX;
use super::rules::{Judge, certifies};
use super::view::Member;

/// One device says that another does not belong to the home any more.
pub(super) struct Removal {
    /// The record's place among all.
    index: usize,
    by: DeviceId,
    of: DeviceId,
}

impl Removal {
    /// Every removal among `records`.
    pub(super) fn all(records: &[&Record]) -> Vec<Self> {
        let removals = records.iter().enumerate().filter_map(|(index, record)| match record.fact {
            Fact::Removed { device } => Some(Self { index, by: record.author, of: device }),
            Fact::Home { .. }
            | Fact::Member { .. }
            | Fact::Name { .. }
            | Fact::Addresses { .. }
            | Fact::Folder { .. }
            | Fact::Pod { .. }
            | Fact::Policy { .. } => None,
        });
        removals.collect()
    }
}

impl Judge {
    /// What a device may do at this point; `None` if it is no member.
    pub(super) fn role(&self, device: DeviceId) -> Option<Role> {
        let founds = self.founder == Some(device) && !self.view.removed.contains_key(&device);
        let member = self.view.members.get(&device).map(|member| member.role);
        member.or_else(|| founds.then_some(Role::Admin))
    }

    pub(super) fn is_member(&self, device: DeviceId) -> bool {
        self.view.members.contains_key(&device)
    }

    /// An admin adds a member or gives it another role.
    pub(super) fn member(&mut self, record: &Record) -> bool {
        let Fact::Member { device, public_key, role } = &record.fact else { return false };
        if !certifies(*device, public_key) || self.view.removed.contains_key(device) {
            return false;
        }
        let existing = self.view.members.get(device);
        let full = existing.is_none() && self.view.members.len() >= MEMBERS_MAX;
        if full || !role.may_govern() && self.is_last_admin(*device) {
            return false;
        }
        let added = existing.map_or(record.stamp, |existing| existing.added);
        let said = Member { public_key: public_key.clone(), role: *role, added };
        self.view.members.insert(*device, said);
        true
    }

    /// An admin removes a device, or a device leaves by itself.
    pub(super) fn removed(&mut self, index: usize, record: &Record, device: DeviceId) -> bool {
        let author = record.author;
        let governs = self.role(author).is_some_and(Role::may_govern);
        if !governs && author != device || self.is_last_admin(device) {
            return false;
        }
        if let Some(decisive) = self.spared_by(index, author, device) {
            // Who knew only one of the two would judge otherwise, so both are told and kept.
            self.decisive.extend([index, decisive]);
            return false;
        }
        self.view.members.remove(&device);
        self.view.removed.entry(device).or_insert(record.stamp);
        self.view.addresses.remove(&device);
        self.view.pods.retain(|(_, of), _| *of != device);
        true
    }

    /// The removal of `author` by `device`, said later than the one at `index` but by an earlier
    /// admin.
    fn spared_by(&self, index: usize, author: DeviceId, device: DeviceId) -> Option<usize> {
        let governs = self.role(device).is_some_and(Role::may_govern);
        let earlier = self.seniority(device) < self.seniority(author);
        let mut later = self.removals.iter().filter(|other| {
            other.index > index && other.by == device && other.of == author && author != device
        });
        later.next().filter(|_| governs && earlier).map(|other| other.index)
    }

    /// Lower is earlier.
    fn seniority(&self, device: DeviceId) -> impl Ord + use<> {
        (self.view.members.get(&device).map(|member| member.added), device)
    }

    fn is_last_admin(&self, device: DeviceId) -> bool {
        self.role(device).is_some_and(Role::may_govern) && self.view.admins() <= 1
    }
}
