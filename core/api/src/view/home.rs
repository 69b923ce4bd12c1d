//! The device, the home and the whole of what goes on.

use super::{DeviceView, FolderView, ProblemView, views};
use crate::words::State;

views! {
    /// The operation is done; there is nothing more to say.
    #[derive(Default)]
    pub struct Done {}

    /// The mounted drive.
    pub struct DriveView {
        /// The directory on which it is mounted.
        pub path: String,
    }

    /// This device.
    pub struct IdView {
        /// Its id in full.
        pub id: String,
        /// Its name in the home.
        pub name: String,
    }

    /// A home: the devices that trust each other.
    pub struct HomeView {
        /// Its id.
        pub id: String,
        /// Its name.
        pub name: String,
    }

    /// How things are.
    pub struct StatusView {
        /// This device.
        pub device: IdView,
        /// The home; null as long as this device belongs to none.
        pub home: Option<HomeView>,
        /// What the service is doing; the folders say it each for themselves.
        pub state: State,
        /// Whether most of the home can't be reached.
        pub isolated: bool,
        /// When a pause with an end is over.
        pub paused_until: Option<jiff::Timestamp>,
        /// The folders of the home. Those that this device takes no part in have no `path` and no
        /// `mode`.
        pub folders: Vec<FolderView>,
        /// The other devices of the home.
        pub devices: Vec<DeviceView>,
        /// The virtual drive; null if it is not mounted.
        #[serde(default)]
        pub drive: Option<DriveView>,
        /// What is on its way to this device; null if nothing is.
        pub progress: Option<ProgressView>,
        /// What waits and why, in all folders, the first 1,000.
        pub problems: Vec<ProblemView>,
        /// How many there are in all.
        pub problems_total: u64,
    }

    /// How far a transfer is.
    pub struct ProgressView {
        /// Files still to come.
        pub files: u64,
        /// Bytes still to come.
        pub bytes: u64,
        /// Bytes a second, over the last few.
        pub rate: u64,
        /// Seconds left at that rate; null if nothing arrives.
        pub seconds_left: Option<u64>,
    }

    /// The support bundle was written.
    pub struct SupportView {
        /// Where it stands.
        pub path: String,
        /// Its bytes.
        pub size: u64,
    }

    /// Where a browser comes in.
    pub struct BrowserView {
        /// The address; it works once.
        pub address: String,
        /// Until when it works.
        pub expires: jiff::Timestamp,
    }

    /// The barrier was reached.
    pub struct WaitView {
        /// How long it took, in milliseconds.
        pub waited_ms: u64,
    }

    /// What the home is about to move.
    pub struct PlanView {
        /// Files in all.
        pub files: u64,
        /// Bytes in all.
        pub bytes: u64,
        /// Seconds that it takes at the present rates; null where one is not known.
        pub seconds: Option<u64>,
        /// The moves, by folder and device.
        pub moves: Vec<MoveView>,
    }

    /// What one device is to get of one folder.
    pub struct MoveView {
        /// The folder's name.
        pub folder: String,
        /// Id of the device that is to get it.
        pub device: String,
        /// Its name.
        pub name: String,
        /// Files.
        pub files: u64,
        /// Bytes.
        pub bytes: u64,
        /// Seconds that it takes at the present rate; null if that is not known.
        pub seconds: Option<u64>,
    }
}
