//! What happened.
//!
//! Sequence numbers rise by one and start anew with the service; a reader that finds a gap has missed
//! some (the service remembers a bounded number) and asks for `status`.

use super::views;
use crate::words::{Problem, State};

views! {
    /// What a program made this device fetch.
    pub struct PullView {
        /// The program's name.
        pub program: String,
        /// Its process; null if that is not known.
        pub process: Option<u32>,
        /// The folder's name.
        pub folder: String,
        /// The file.
        pub path: String,
        /// Bytes that came.
        pub bytes: u64,
        /// How often it was refused what is not here (policies `read.spared` and `read.budget`).
        pub refused: u64,
        /// When it began.
        pub first: jiff::Timestamp,
        /// When anything last came.
        pub last: jiff::Timestamp,
    }

    /// One line of the service's log.
    pub struct LogView {
        /// The line, without its end.
        pub line: String,
    }
}

/// An event, with its place in the sequence.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct EventView {
    /// Its number.
    pub seq: u64,
    /// When.
    pub time: jiff::Timestamp,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    /// The service answers.
    Started,
    /// Events were dropped because this reader was too slow; `status` tells how things are.
    Missed {
        /// How many.
        events: u64,
    },
    /// Something in `status` is no longer as it was (sent at most a few times a second).
    Changed {
        /// The folder's name; null for the home or its devices.
        folder: Option<String>,
    },
    /// The service or a folder does something else.
    StateChanged {
        /// The folder's name; null for the service.
        folder: Option<String>,
        /// What it does.
        state: State,
    },
    /// Bytes that a program reads did not come from the devices that have them.
    ReadFailed {
        /// The folder's name.
        folder: String,
        /// The file.
        path: String,
        /// The names of the devices that were waited for.
        devices: Vec<String>,
    },
    /// A device was connected.
    DeviceConnected {
        /// Its id.
        device: String,
        /// Its name.
        name: String,
        /// Where it was reached.
        address: String,
    },
    /// A device was disconnected.
    DeviceDisconnected {
        /// Its id.
        device: String,
        /// Its name.
        name: String,
        /// Why, in a few words.
        reason: String,
    },
    /// A device belongs to the home.
    DeviceJoined {
        /// Its id.
        device: String,
        /// Its name.
        name: String,
    },
    /// A device no longer belongs to the home.
    DeviceRemoved {
        /// Its id.
        device: String,
        /// Its name.
        name: String,
    },
    /// A device has another name, role or pause.
    DeviceChanged {
        /// Its id.
        device: String,
        /// Its name.
        name: String,
    },
    /// A folder was made, attached, detached, changed or deleted.
    FolderChanged {
        /// Its name.
        folder: String,
    },
    /// Changes made on this device were found.
    LocalChanges {
        /// The folder's name.
        folder: String,
        /// How many entries.
        entries: u64,
    },
    /// Changes of other devices were put on this disk.
    RemoteChanges {
        /// The folder's name.
        folder: String,
        /// How many entries.
        entries: u64,
    },
    /// Two versions contradict each other.
    ConflictFound {
        /// The conflict's id.
        id: String,
        /// The folder's name.
        folder: String,
        /// The path.
        path: String,
    },
    /// A conflict is decided.
    ConflictResolved {
        /// The conflict's id.
        id: String,
        /// The folder's name.
        folder: String,
    },
    /// A batch of changes is held.
    Held {
        /// The folder's name.
        folder: String,
        /// Deletes in it.
        deletes: u64,
        /// Overwritten files in it.
        overwrites: u64,
    },
    /// A held batch was let through or undone.
    HeldDecided {
        /// The folder's name.
        folder: String,
        /// Whether it was let through.
        released: bool,
    },
    /// Something waits.
    ProblemFound {
        /// The folder's name.
        folder: String,
        /// The entry's path; empty for the folder as a whole.
        path: String,
        /// Why.
        reason: Problem,
    },
    /// Something no longer waits.
    ProblemSolved {
        /// The folder's name.
        folder: String,
        /// The entry's path; empty for the folder as a whole.
        path: String,
    },
    /// The service leaves.
    Stopping,
}
