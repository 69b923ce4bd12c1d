//! Devices, and how they come and go.

use super::{HomeView, IdView, views};
use crate::words::Role;

views! {
    /// A device of the home.
    pub struct DeviceView {
        /// Its id in full.
        pub id: String,
        /// Its name in the home.
        pub name: String,
        /// What it may do.
        pub role: Role,
        /// Whether it is the device that answers.
        pub this: bool,
        /// Whether it is connected with this one.
        pub connected: bool,
        /// Whether traffic with it is paused by a person.
        pub paused: bool,
        /// Where it was last reached, and what was typed in, as `IP:PORT`.
        pub addresses: Vec<String>,
        /// When it was last connected with this one; null if never.
        pub last_seen: Option<jiff::Timestamp>,
        /// Files that it should have and does not have yet.
        pub waiting_for_files: u64,
        /// Their bytes.
        pub waiting_for_bytes: u64,
        /// Round trip, in milliseconds; null if not connected.
        pub rtt_ms: Option<f64>,
        /// Bytes a second that come from it.
        pub rate_in: u64,
        /// Bytes a second that go to it.
        pub rate_out: u64,
        /// The disks that hold its folders. Those of the device that answers are told by `device_list` alone.
        #[serde(default)]
        pub disks: Vec<DiskView>,
        /// When another device told how full its disks are; null for the device that answers, and as long
        /// as nothing was told since the service started.
        #[serde(default)]
        pub disks_told: Option<jiff::Timestamp>,
        /// Which Homefold runs there; null if it was not connected since the service started.
        #[serde(default)]
        pub version: Option<String>,
    }

    /// A disk that holds folders.
    pub struct DiskView {
        /// The names of the folders, sorted; none for the disk of another device, which tells sizes alone.
        pub folders: Vec<String>,
        /// Its bytes in all.
        pub size: u64,
        /// Bytes that may still be written.
        pub free: u64,
    }

    /// What it would cost to remove a device.
    pub struct RemovalView {
        /// Its id in full.
        pub id: String,
        /// Its name.
        pub name: String,
        /// Files whose only known holder it is.
        pub only_there_files: u64,
        /// Their bytes.
        pub only_there_bytes: u64,
    }

    /// The devices on this network with which this one could be paired now.
    pub struct NearbyView {
        /// Whether any are looked for: discovery may be off.
        pub searching: bool,
        /// Those that were seen first, by name; at most 32.
        pub devices: Vec<NearbyDevice>,
        /// How many more there are: anybody on the network can claim to be some.
        #[serde(default)]
        pub left_out: u64,
    }

    /// A device on this network. All of it is what the device says of itself: only the code, or the digits
    /// that a person compares, prove it.
    pub struct NearbyDevice {
        /// What `join` and `compare` call it; another after each start of it.
        pub id: String,
        /// Its name; may be empty.
        pub name: String,
        /// Where it is, as `IP:PORT`.
        pub addresses: Vec<String>,
        /// Whether it shows a code.
        pub inviting: bool,
        /// Whether it takes devices in by digits that are compared. One that is neither inviting nor
        /// offering looks for a home.
        #[serde(default)]
        pub offering: bool,
    }

    /// A device that asks to be let in. Its name is what it says of itself: only the digits, the same on
    /// both screens, prove that it is the one in front of the person.
    pub struct NewcomerView {
        /// The comparison, for `compare_answer`.
        pub id: String,
        /// The device's id.
        pub device: String,
        /// Its name; may be empty.
        pub name: String,
        /// Six digits.
        pub digits: String,
        /// Until when it can be answered.
        pub expires: jiff::Timestamp,
        /// Whether a person here has said yes; what is missing is the yes over there.
        pub confirmed: bool,
    }

    /// This device has joined a home.
    pub struct JoinView {
        /// The home.
        pub home: HomeView,
        /// The device that let it in.
        pub inviter: IdView,
        /// What this device may do there.
        pub role: Role,
    }
}

/// What becomes of an invitation: first `Waiting`, then one `Joined`, or an error
/// (`invitation-expired`, `invitation-over`). Closing the stream withdraws it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum InviteView {
    /// The code can be used.
    Waiting {
        /// The code.
        code: String,
        /// Until when.
        expires: jiff::Timestamp,
        /// Where this device can be reached, as `IP:PORT`.
        addresses: Vec<String>,
    },
    /// A device used it and belongs to the home.
    Joined {
        /// Which one.
        device: IdView,
        /// What it may do.
        role: Role,
    },
}

/// What becomes of a comparison at the device that asked: the digits, then that it belongs to the home,
/// or an error (`declined`, `comparison-over`, `busy`). Closing the stream takes the question back.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum CompareView {
    /// Both screens show these, if nobody is in between. A person says so on both.
    Digits {
        /// The comparison, for `compare_answer`.
        id: String,
        /// Six digits.
        digits: String,
        /// Until when it can be answered.
        expires: jiff::Timestamp,
    },
    /// This device belongs to the home.
    Joined {
        /// The home.
        home: HomeView,
        /// The device that let it in.
        inviter: IdView,
        /// What this device may do there.
        role: Role,
    },
}
