//! Why something about the home can't be said or found.

use model::DeviceId;

use super::MEMBERS_MAX;

/// What was asked for is not possible in this home.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HomeError {
    /// The records don't tell who founded the home.
    #[error("reading the home's settings: the record that founded it is missing or not genuine")]
    NoHome,
    /// This device does not belong to the home.
    #[error("changing the home: this device is not a member")]
    NotMember,
    /// Only an admin may do this.
    #[error("changing the home: only an admin device may do this")]
    NotAdmin,
    /// The device is not a member.
    #[error("device {0} is not a member of the home")]
    UnknownDevice(DeviceId),
    /// A removed device never comes back with the same key.
    #[error("device {0} was removed from the home: it can only come back with a new key")]
    Removed(DeviceId),
    /// The id is not the hash of the key.
    #[error("device {0} does not fit its public key")]
    Key(DeviceId),
    /// Nobody could change the home any more.
    #[error("the home would be left without an admin: make another device admin first")]
    LastAdmin,
    /// No room for another device.
    #[error("the home has {MEMBERS_MAX} devices, which is the most")]
    Full,
    /// No folder of the home has this id.
    #[error("the home has no such folder")]
    UnknownFolder,
    /// The name is in use.
    #[error("the home has a folder named {0:?} already")]
    NameTaken(String),
    /// The name can't be used.
    #[error(
        "the name {0:?} can't be used: it is empty, too long, or has characters that names can't have"
    )]
    Name(String),
    /// More addresses, folders or policies than the home takes.
    #[error("changing the home: too many {0}")]
    TooMany(&'static str),
    /// No such policy.
    #[error("there is no policy named {0:?}")]
    UnknownPolicy(String),
    /// The policy does not take this value.
    #[error("policy {key} can't be {value:?}: it takes {takes}")]
    PolicyValue {
        /// Which policy.
        key: String,
        /// The value.
        value: String,
        /// What it takes.
        takes: String,
    },
}

/// A text names nothing, or more than one thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// No member has this name, or an id that begins so.
    #[error("no device of the home is named {0:?} or has an id that begins so")]
    NoDevice(String),
    /// Several could be meant.
    #[error("{text:?} could be any of: {}", .candidates.join(", "))]
    Ambiguous {
        /// The text.
        text: String,
        /// Names and full ids of those that could be meant.
        candidates: Vec<String>,
    },
    /// No folder is shown under this name.
    #[error("the home has no folder named {0:?}")]
    NoFolder(String),
    /// What a policy is about can't be understood.
    #[error("{0:?} is no target: use home, device:D, folder:F, pod:F@D or path:F/P")]
    Target(String),
}
