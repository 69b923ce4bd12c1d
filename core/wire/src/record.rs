//! The home's settings, record by record.
//!
//! A record says one thing ("device D is a member with role R"), is signed by the device that said it
//! and carries the stamp of when. Of two records on one subject the later stamp stays; a removed
//! device stays removed. Who may say what is decided in `engine::home`. Not here: files.

use model::{DeviceId, FolderId, HomeId, Mode, Role, Stamp};

/// One signed statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What is said.
    pub fact: Fact,
    /// When, in the home's order.
    pub stamp: Stamp,
    /// Who says so.
    pub author: DeviceId,
    /// ed25519 over [`Record::signed_bytes`].
    pub signature: Vec<u8>,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// The home itself; its first record, signed by the founder.
    Home {
        /// Its id, random.
        id: HomeId,
        /// Its name for people.
        name: String,
        /// Known to members only: keys the tags under which devices are discovered.
        secret: [u8; 32],
    },
    /// A device belongs to the home.
    Member {
        /// Which.
        device: DeviceId,
        /// The public key (DER of its SubjectPublicKeyInfo), whose hash the id is.
        public_key: Vec<u8>,
        /// What it may do.
        role: Role,
    },
    /// A device does not belong to the home any more, for ever.
    Removed {
        /// Which.
        device: DeviceId,
    },
    /// A device's name for people; said by itself or by an admin.
    Name {
        /// Which.
        device: DeviceId,
        /// The name.
        name: String,
    },
    /// Where a device was last reached; said by itself.
    Addresses {
        /// Which.
        device: DeviceId,
        /// `IP:port` each.
        addresses: Vec<String>,
    },
    /// A folder of the home.
    Folder {
        /// Which.
        folder: FolderId,
        /// Its name for people.
        name: String,
        /// Whether the home has ended it.
        deleted: bool,
    },
    /// A device takes part in a folder (or does not any more); said by itself.
    Pod {
        /// Which folder.
        folder: FolderId,
        /// Which device.
        device: DeviceId,
        /// How; `None` when it has left.
        mode: Option<Mode>,
    },
    /// A policy.
    Policy {
        /// `home`, `device:ID`, `folder:ID`, `pod:FOLDER@DEVICE` or `path:FOLDER/PATH`.
        target: String,
        /// The name of the setting.
        key: String,
        /// Its value; `None` when it is unset.
        value: Option<String>,
    },
}
