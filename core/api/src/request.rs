//! What the service can be asked, one type per question.
//!
//! A field that stands in the route's path travels there; the others travel in the query of a GET or
//! DELETE and in the JSON body otherwise. Unknown fields are refused, so that a misspelt one is
//! noticed. Folders are named by their name or id, devices by their name, id or any unambiguous
//! prefix of it; paths are relative to the folder and `/`-separated. Not here: which route carries
//! which (`route`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::{Keep, Mode, Role};

/// Derives what every request has.
macro_rules! requests {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
        )+
    };
}

requests! {
    /// A question that needs nothing more.
    #[derive(Default)]
    pub struct Nothing {}

    /// Invites one device.
    pub struct InviteRequest {
        /// What it may do in the home.
        pub role: Role,
        /// How long the code is good for, in seconds; at most a day.
        pub expires_seconds: u64,
    }

    /// Joins the home of the device that shows a code.
    pub struct JoinRequest {
        /// The code.
        pub code: String,
        /// `HOST:PORT` of the inviter; found by mDNS if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub address: Option<String>,
        /// The inviter's `id` in `nearby`, if a person picked it there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub nearby: Option<String>,
    }

    /// Asks a device nearby to be let into its home, by digits that a person compares on both screens.
    pub struct CompareRequest {
        /// Its `id` in `nearby`; one that is `offering`.
        pub nearby: String,
    }

    /// What the person at this device says to a comparison.
    pub struct CompareAnswer {
        /// Which comparison.
        pub id: String,
        /// Whether both screens show the same digits.
        pub same: bool,
        /// What the newcomer may do in the home, where one is let in; admin if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub role: Option<Role>,
    }

    /// One device of the home.
    pub struct DeviceRequest {
        /// Its name, id or a prefix of it.
        pub device: String,
    }

    /// Gives a device another name.
    pub struct DeviceRename {
        /// Its name, id or a prefix of it.
        pub device: String,
        /// The new name.
        pub name: String,
    }

    /// Changes what a device may do.
    pub struct DeviceRole {
        /// Its name, id or a prefix of it.
        pub device: String,
        /// What it may do from now on.
        pub role: Role,
    }

    /// Shares a directory as a new folder of the home.
    pub struct FolderCreate {
        /// The folder's name, unique in the home.
        pub name: String,
        /// Absolute path of the directory, made if missing; a directory of the folder's name in the
        /// user's own if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub path: Option<String>,
    }

    /// Lets this device take part in a folder.
    pub struct FolderAttach {
        /// The folder.
        pub folder: String,
        /// Absolute path of the directory, made if missing; a directory of the folder's name in the
        /// user's own if not given. What it holds already is merged, nothing is deleted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub path: Option<String>,
        /// How much of it this device holds.
        pub mode: Mode,
    }

    /// One folder.
    pub struct FolderRequest {
        /// Its name or id.
        pub folder: String,
    }

    /// Changes how much of a folder this device holds.
    pub struct FolderMode {
        /// The folder.
        pub folder: String,
        /// The new mode.
        pub mode: Mode,
    }

    /// A subtree of a folder.
    pub struct SubtreeRequest {
        /// The folder.
        pub folder: String,
        /// Its path; empty for the whole folder.
        #[serde(default)]
        pub path: String,
    }

    /// Lists a directory of a folder (not what lies deeper), or one entry that is no directory.
    pub struct EntriesRequest {
        /// The folder.
        pub folder: String,
        /// The directory; empty for the top.
        #[serde(default)]
        pub path: String,
        /// Go on after this path: the `next` of the page before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub after: Option<String>,
        /// Entries on a page, 10,000 at most and if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<u32>,
    }

    /// One entry of a folder.
    pub struct EntryRequest {
        /// The folder.
        pub folder: String,
        /// The entry's path.
        pub path: String,
    }

    /// Decides a conflict.
    pub struct ConflictResolve {
        /// The conflict's id, or an unambiguous prefix of it.
        pub id: String,
        /// Which side stays at the path.
        pub keep: Keep,
    }

    /// Takes back that both sides of a conflict were kept.
    pub struct ConflictUndo {
        /// The conflict's id, in full.
        pub id: String,
        /// The folder.
        pub folder: String,
        /// The path of the conflict.
        pub path: String,
    }

    /// The bytes of one version of a conflict.
    pub struct ConflictContent {
        /// The conflict's id, or an unambiguous prefix of it.
        pub id: String,
        /// Which of its sides, counted from 0.
        pub side: u32,
        /// How many bytes at most, from the beginning; 8 MiB at most.
        pub limit: u32,
    }

    /// Puts an archived version back.
    pub struct RestoreRequest {
        /// The folder.
        pub folder: String,
        /// Where it stood.
        pub path: String,
        /// Which one, as `history` names it.
        pub version: String,
        /// Where to put it, in the same folder; where it stood if not given. What stands at the old
        /// place goes to the archive; another place must be free.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub to: Option<String>,
    }

    /// A barrier: every change made on this device's disk before the call.
    pub struct WaitRequest {
        /// Only this folder; all if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub folder: Option<String>,
        /// How long to wait, in milliseconds; at most a day.
        pub timeout_ms: u64,
    }

    /// What the home is about to move.
    pub struct PlanRequest {
        /// Only this folder; all if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub folder: Option<String>,
    }

    /// The policies that hold for a target.
    pub struct PolicyRequest {
        /// `home`, `device:D`, `folder:F`, `pod:F@D` or `path:F/P`; all that are set, if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<String>,
    }

    /// Sets a policy.
    pub struct PolicySet {
        /// `home`, `device:D`, `folder:F`, `pod:F@D` or `path:F/P`.
        pub target: String,
        /// The policy.
        pub key: String,
        /// Its value.
        pub value: String,
    }

    /// Takes a policy away, so that a less specific one holds again.
    pub struct PolicyUnset {
        /// `home`, `device:D`, `folder:F`, `pod:F@D` or `path:F/P`.
        pub target: String,
        /// The policy.
        pub key: String,
    }

    /// Mounts the drive.
    pub struct DriveMount {
        /// On which directory; `Homefold` in the user's own if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub path: Option<String>,
    }

    /// Lets browsers on other computers in.
    pub struct DoorOpen {
        /// Where, as `IP:PORT`; `0.0.0.0` or `[::]` for every address of this computer.
        pub address: String,
        /// What they show, at least 10 characters; the one that was given before if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub password: Option<String>,
    }

    /// Writes the support bundle.
    pub struct SupportRequest {
        /// Absolute path of the file, where nothing may stand yet; one with the date in its name in
        /// the user's own directory if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub path: Option<String>,
    }

    /// Pauses all traffic of this device.
    pub struct PauseRequest {
        /// For how long, in seconds; until `resume` if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub seconds: Option<u64>,
    }

    /// The bytes of a file.
    pub struct ContentRequest {
        /// The folder.
        pub folder: String,
        /// The file.
        pub path: String,
        /// The first byte; 0 if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub offset: Option<u64>,
        /// How many bytes; to the end if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub length: Option<u64>,
        /// Who wants them, for `log pulls`; the API if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub program: Option<String>,
    }

    /// What happened, and happens.
    pub struct EventsRequest {
        /// Only events with a greater sequence number; all that are remembered if not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub after: Option<u64>,
        /// Whether to go on with what happens from now on.
        #[serde(default)]
        pub follow: bool,
    }

    /// The service's log.
    pub struct LogsRequest {
        /// How many of the last lines.
        pub lines: u32,
        /// Whether to go on with what is logged from now on.
        #[serde(default)]
        pub follow: bool,
    }
}

/// Entries on a page of a listing.
pub const ENTRIES_MAX: u32 = 10_000;
/// Bytes of a version of a conflict that are given at once.
pub const SIDE_BYTES_MAX: u32 = 8 << 20;
/// Longest life of an invitation, in seconds.
pub const INVITE_SECONDS_MAX: u64 = 86_400;
/// Longest wait, in milliseconds.
pub const WAIT_MS_MAX: u64 = 86_400_000;
