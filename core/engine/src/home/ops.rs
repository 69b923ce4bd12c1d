//! What a person or this device wants to change, as signed records.
//!
//! Nothing changes here: the records are to be merged like any others. They are made only if they
//! would count, so a refusal is known at once and said in words. Asking for what already holds gives
//! no record.

use model::{DeviceId, FolderId, Mode, Role, Stamp, WallTime};
use wire::limits::{ADDRESSES_MAX, STAMP_COUNT_MAX, TARGET_BYTES_MAX};
use wire::{Fact, Record};

use super::policy::{Setting, Target};
use super::rules::{self, certifies, is_folder_name, is_name};
use super::view::{View, fold};
use super::{FOLDERS_MAX, Home, HomeError, Keys, MEMBERS_MAX, POLICIES_MAX};

/// Who speaks, and when.
#[derive(Clone, Copy)]
pub struct Author<'a> {
    /// This device's key.
    pub keys: &'a dyn Keys,
    /// The time on this device's clock; the home's order goes on even if it was set back.
    pub now: WallTime,
}

type Said = Result<Vec<Record>, HomeError>;

impl Home {
    /// A new home with this device as its admin. `secret` is random.
    ///
    /// # Errors
    /// [`HomeError::Name`].
    pub fn found(
        author: Author<'_>,
        name: &str,
        secret: [u8; 32],
        device_name: &str,
    ) -> Result<Self, HomeError> {
        check_name(name)?;
        check_name(device_name)?;
        let device = author.keys.device();
        let id = Self::id_of(device, &secret);
        let public_key = author.keys.public_key();
        let facts = [
            Fact::Home { id, name: name.to_owned(), secret },
            Fact::Member { device, public_key, role: Role::Admin },
            Fact::Name { device, name: device_name.to_owned() },
        ];
        let mut stamp = Stamp::default();
        let records = facts.map(|fact| {
            stamp = next(stamp, author.now);
            sign(author, fact, stamp)
        });
        let mut home = Self::unknown(id);
        home.merge(author.keys, records.to_vec());
        Ok(home)
    }

    /// Gives the home another name.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn rename_home(&self, author: Author<'_>, name: &str) -> Said {
        check_name(name)?;
        let facts = self.view.home.as_ref().ok_or(HomeError::NoHome)?;
        self.say(author, Fact::Home { id: self.id, name: name.to_owned(), secret: facts.secret })
    }

    /// Gives the home another secret, so that a device that was removed recognises nobody any more.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn renew_secret(&self, author: Author<'_>, secret: [u8; 32]) -> Said {
        let facts = self.view.home.as_ref().ok_or(HomeError::NoHome)?;
        self.say(author, Fact::Home { id: self.id, name: facts.name.clone(), secret })
    }

    /// Takes a device into the home, or gives a member another role.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn add_member(
        &self,
        author: Author<'_>,
        device: DeviceId,
        public_key: &[u8],
        role: Role,
    ) -> Said {
        if !certifies(device, public_key) {
            return Err(HomeError::Key(device));
        }
        if self.is_removed(&device) {
            return Err(HomeError::Removed(device));
        }
        if !self.is_member(&device) && self.view.members.len() >= MEMBERS_MAX {
            return Err(HomeError::Full);
        }
        if !role.may_govern() && self.is_last_admin(&device) {
            return Err(HomeError::LastAdmin);
        }
        self.say(author, Fact::Member { device, public_key: public_key.to_vec(), role })
    }

    /// Gives a member another role.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn set_role(&self, author: Author<'_>, device: DeviceId, role: Role) -> Said {
        let key = self.public_key(&device).ok_or(HomeError::UnknownDevice(device))?;
        self.add_member(author, device, key, role)
    }

    /// Removes a device for ever; a device may remove itself.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn remove(&self, author: Author<'_>, device: DeviceId) -> Said {
        if !self.is_member(&device) {
            return Err(HomeError::UnknownDevice(device));
        }
        if self.is_last_admin(&device) {
            return Err(HomeError::LastAdmin);
        }
        self.say(author, Fact::Removed { device })
    }

    /// Gives a device another name.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn rename(&self, author: Author<'_>, device: DeviceId, name: &str) -> Said {
        check_name(name)?;
        if !self.is_member(&device) {
            return Err(HomeError::UnknownDevice(device));
        }
        self.say(author, Fact::Name { device, name: name.to_owned() })
    }

    /// Says where this device can be reached.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn set_addresses(&self, author: Author<'_>, addresses: Vec<String>) -> Said {
        if addresses.len() > ADDRESSES_MAX {
            return Err(HomeError::TooMany("addresses"));
        }
        self.say(author, Fact::Addresses { device: author.keys.device(), addresses })
    }

    /// Shares a new folder. `folder` is random.
    ///
    /// # Errors
    /// [`HomeError`], also if another folder has a name that some system can't tell from this one.
    pub fn create_folder(&self, author: Author<'_>, folder: FolderId, name: &str) -> Said {
        if self.view.folders.len() >= FOLDERS_MAX {
            return Err(HomeError::TooMany("folders"));
        }
        self.check_folder_name(folder, name)?;
        self.say(author, Fact::Folder { folder, name: name.to_owned(), deleted: false })
    }

    /// Gives a folder another name.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn rename_folder(&self, author: Author<'_>, folder: FolderId, name: &str) -> Said {
        self.view.live_folder(folder).ok_or(HomeError::UnknownFolder)?;
        self.check_folder_name(folder, name)?;
        self.say(author, Fact::Folder { folder, name: name.to_owned(), deleted: false })
    }

    /// Ends a folder for the whole home, for ever.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn delete_folder(&self, author: Author<'_>, folder: FolderId) -> Said {
        let existing = self.view.live_folder(folder).ok_or(HomeError::UnknownFolder)?;
        self.say(author, Fact::Folder { folder, name: existing.name.clone(), deleted: true })
    }

    /// Takes part in a folder with this device, in another way, or (`None`) not any more.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn set_pod(&self, author: Author<'_>, folder: FolderId, mode: Option<Mode>) -> Said {
        self.say_pod(author, folder, author.keys.device(), mode)
    }

    /// Ends another device's part in a folder.
    ///
    /// # Errors
    /// [`HomeError`].
    pub fn end_pod(&self, author: Author<'_>, folder: FolderId, device: DeviceId) -> Said {
        self.say_pod(author, folder, device, None)
    }

    /// Sets a policy, or (`None`) unsets it.
    ///
    /// # Errors
    /// [`HomeError`], also if this version does not know the policy or its value.
    pub fn set_policy(
        &self,
        author: Author<'_>,
        target: &Target,
        key: &str,
        value: Option<&str>,
    ) -> Said {
        let value = match value {
            Some(text) => Some(Setting::check(key, text)?.to_string()),
            None => None,
        };
        let text = target.to_string();
        let place = (target.clone(), key.to_owned());
        let new = value.is_some() && !self.view.policies.contains_key(&place);
        if new && self.view.policies.len() >= POLICIES_MAX || text.len() > TARGET_BYTES_MAX {
            return Err(HomeError::TooMany("policies"));
        }
        self.say(author, Fact::Policy { target: text, key: key.to_owned(), value })
    }

    fn say_pod(
        &self,
        author: Author<'_>,
        folder: FolderId,
        device: DeviceId,
        mode: Option<Mode>,
    ) -> Said {
        self.view.live_folder(folder).ok_or(HomeError::UnknownFolder)?;
        if !self.is_member(&device) {
            return Err(HomeError::UnknownDevice(device));
        }
        self.say(author, Fact::Pod { folder, device, mode })
    }

    /// The record, if it would count and change something.
    pub(super) fn say(&self, author: Author<'_>, fact: Fact) -> Said {
        if !self.is_member(&author.keys.device()) {
            return Err(HomeError::NotMember);
        }
        let record = sign(author, fact, next(self.document.newest(), author.now));
        match rules::would_count(self.id, &self.view, &record) {
            None => Err(HomeError::NotAdmin),
            Some(after) if after == self.view => Ok(Vec::new()),
            Some(View { .. }) => Ok(vec![record]),
        }
    }

    fn check_folder_name(&self, folder: FolderId, name: &str) -> Result<(), HomeError> {
        if !is_folder_name(name) {
            return Err(HomeError::Name(name.to_owned()));
        }
        let others = self.folders().into_iter().filter(|other| other.id != folder);
        if others.map(|other| fold(&other.name)).any(|taken| taken == fold(name)) {
            return Err(HomeError::NameTaken(name.to_owned()));
        }
        Ok(())
    }

    fn is_last_admin(&self, device: &DeviceId) -> bool {
        self.role(device).is_some_and(Role::may_govern) && self.view.admins() <= 1
    }
}

/// The next stamp that may be sent.
fn next(newest: Stamp, now: WallTime) -> Stamp {
    let stamp = newest.next(now);
    if stamp.count > STAMP_COUNT_MAX {
        return Stamp { millis: stamp.millis + 1, count: 0 };
    }
    stamp
}

fn sign(author: Author<'_>, fact: Fact, stamp: Stamp) -> Record {
    let device = author.keys.device();
    let signature = author.keys.sign(&Record::signed_bytes(&fact, stamp, device));
    Record { fact, stamp, author: device, signature }
}

fn check_name(name: &str) -> Result<(), HomeError> {
    if is_name(name) { Ok(()) } else { Err(HomeError::Name(name.to_owned())) }
}
