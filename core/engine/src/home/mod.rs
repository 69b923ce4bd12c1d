//! The home's settings: one replicated document of signed records.
//!
//! Every member keeps every record that counts, and what holds is computed from them: read in the
//! order of their stamps, each record is judged by what the earlier ones made its author. So the order
//! in which records arrive, and how often, doesn't matter, and a change made while others were away
//! is judged the same by all.
//!
//! Rules: only admins say what the home is, who is a member and what is shared; a device speaks for
//! itself (name, addresses, pods, its own policies); a member may share a new folder. A removed device
//! stays removed, what it had said before stays. Of two admins who remove each other the earlier
//! member stays. There is always an admin.
//!
//! - `document`: the records, and which of them count
//! - `membership`, `rules`: who may say what, and what it does
//! - `view`: what holds · `change`: how two views differ
//! - `ops`: records for what a person wants · `policy`, `resolve`: questions
//!
//! Not here: how records travel (`wire`), where they are stored, keys ([`Keys`] is a port).

mod change;
mod document;
mod error;
mod membership;
mod ops;
pub mod policy;
mod resolve;
mod rules;
#[cfg(test)]
mod tests;
mod view;

pub use change::HomeChange;
pub use document::Merged;
pub use error::{HomeError, ResolveError};
pub use ops::Author;
pub use policy::{Origin, Place, Target, Value};
pub use view::SharedFolder;

use std::collections::BTreeMap;

use model::{ContentHash, DeviceId, FolderId, HomeId, Mode, Role};
use wire::Record;

use document::Document;
use view::View;

/// Members of a home, and devices that were. An index numbers no more.
pub const MEMBERS_MAX: usize = 64;
/// Folders of a home, ended ones included.
pub const FOLDERS_MAX: usize = 4096;
/// Policies that are set.
pub const POLICIES_MAX: usize = 16_384;

/// This device's key, and the checking of others' signatures.
pub trait Keys {
    /// Signs with this device's key.
    fn sign(&self, bytes: &[u8]) -> Vec<u8>;
    /// Whether `signature` over `bytes` was made by the owner of `public_key`.
    fn verify(&self, public_key: &[u8], bytes: &[u8], signature: &[u8]) -> bool;
    /// The hash of [`Keys::public_key`].
    fn device(&self) -> DeviceId;
    /// The DER form of this device's SubjectPublicKeyInfo.
    fn public_key(&self) -> Vec<u8>;
}

/// A home as one device knows it.
#[derive(Debug, Clone)]
pub struct Home {
    id: HomeId,
    document: Document,
    view: View,
}

impl Home {
    /// The id of the home that `founder` founds with `secret`: nobody else can claim to have
    /// founded it.
    #[must_use]
    pub fn id_of(founder: DeviceId, secret: &[u8; 32]) -> HomeId {
        let hash =
            ContentHash::of(&[b"homefold 2026 home id".as_slice(), &founder.0, secret].concat());
        let mut id = [0; 16];
        id.copy_from_slice(&hash.0[..16]);
        HomeId(id)
    }

    /// A home of which nothing is known but its id.
    #[must_use]
    pub fn unknown(id: HomeId) -> Self {
        Self { id, document: Document::default(), view: View::default() }
    }

    /// A home out of this device's own storage, whose signatures were checked when it was stored.
    ///
    /// # Errors
    /// [`HomeError::NoHome`] if the records don't hold the one that founded it.
    pub fn load(records: Vec<Record>) -> Result<Self, HomeError> {
        let id = records.iter().find_map(rules::founded).ok_or(HomeError::NoHome)?;
        let mut home = Self::unknown(id);
        home.document = Document::trusted(records);
        home.view = home.document.settle(id);
        home.document.news();
        Ok(home)
    }

    /// The home `id` that has just admitted this device, out of what the admitting device told.
    ///
    /// # Errors
    /// [`HomeError::NoHome`] or [`HomeError::NotMember`] if the records don't say so.
    pub fn join(id: HomeId, keys: &dyn Keys, records: Vec<Record>) -> Result<Self, HomeError> {
        let mut home = Self::unknown(id);
        home.merge(keys, records);
        if home.view.home.is_none() {
            return Err(HomeError::NoHome);
        }
        if !home.is_member(&keys.device()) {
            return Err(HomeError::NotMember);
        }
        Ok(home)
    }

    /// Takes over records in any order. What can't be judged yet is kept for later, within limits.
    pub fn merge(&mut self, keys: &dyn Keys, records: Vec<Record>) -> Merged {
        let before = self.document.refused();
        let Some(mut rejected) = self.document.add(keys, records) else { return Merged::default() };
        let view = self.document.settle(self.id);
        rejected += self.document.refused().saturating_sub(before);
        let changes = change::between(&self.view, &view);
        self.view = view;
        Merged { accepted: self.document.news(), rejected, changes }
    }

    /// Every record that counts, in their order: what a device that connects is told, and what is
    /// stored, each under its [`Record::key`]. Earlier records on a subject are among them: without
    /// them later ones by others can't be judged.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        self.document.accepted()
    }

    /// Equal on devices that hold the same records.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.document.digest()
    }

    /// Which home.
    #[must_use]
    pub fn id(&self) -> HomeId {
        self.id
    }

    /// Its name for people; empty while nothing is known of it.
    #[must_use]
    pub fn home_name(&self) -> &str {
        self.view.home.as_ref().map_or("", |home| &home.name)
    }

    /// The secret that keys the tags under which members are discovered.
    #[must_use]
    pub fn tag_key(&self) -> Option<[u8; 32]> {
        self.view.home.as_ref().map(|home| home.secret)
    }

    /// The members and their roles.
    #[must_use]
    pub fn members(&self) -> BTreeMap<DeviceId, Role> {
        self.view.members.iter().map(|(device, member)| (*device, member.role)).collect()
    }

    /// What a member may do; `None` for all others.
    #[must_use]
    pub fn role(&self, device: &DeviceId) -> Option<Role> {
        self.view.members.get(device).map(|member| member.role)
    }

    /// Whether a device belongs to the home.
    #[must_use]
    pub fn is_member(&self, device: &DeviceId) -> bool {
        self.view.members.contains_key(device)
    }

    /// Whether a device was removed: it never comes back.
    #[must_use]
    pub fn is_removed(&self, device: &DeviceId) -> bool {
        self.view.removed.contains_key(device)
    }

    /// A member's public key.
    #[must_use]
    pub fn public_key(&self, device: &DeviceId) -> Option<&[u8]> {
        self.view.members.get(device).map(|member| member.public_key.as_slice())
    }

    /// A device's name for people; the beginning of its id if it has none. Removed ones keep theirs.
    #[must_use]
    pub fn name(&self, device: &DeviceId) -> String {
        self.view.names.get(device).cloned().unwrap_or_else(|| device.short())
    }

    /// Where a member was last reached.
    #[must_use]
    pub fn addresses(&self, device: &DeviceId) -> &[String] {
        self.view.addresses.get(device).map_or(&[], Vec::as_slice)
    }

    /// The folders of the home, oldest first.
    #[must_use]
    pub fn folders(&self) -> Vec<SharedFolder> {
        self.view.folders_shown()
    }

    /// One folder, unless it was ended.
    #[must_use]
    pub fn folder(&self, folder: FolderId) -> Option<SharedFolder> {
        self.folders().into_iter().find(|view| view.id == folder)
    }

    /// The folder that is shown under a name.
    #[must_use]
    pub fn folder_by_name(&self, name: &str) -> Option<SharedFolder> {
        self.folders().into_iter().find(|view| view.name == name)
    }

    /// Which members take part in a folder, and how.
    #[must_use]
    pub fn pods(&self, folder: FolderId) -> BTreeMap<DeviceId, Mode> {
        let pods =
            self.view.pods.range((folder, DeviceId([0; 32]))..=(folder, DeviceId([255; 32])));
        pods.map(|((_, device), mode)| (*device, *mode)).collect()
    }
}
