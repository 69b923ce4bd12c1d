//! The device, the home and the whole of what goes on.

use super::{DeviceView, FolderView, NearbyDevice, NewcomerView, ProblemView, views};
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
        /// The files whose bytes come now, a few of them.
        #[serde(default)]
        pub transfers: Vec<TransferView>,
        /// What waits and why, in all folders, the first 1,000.
        pub problems: Vec<ProblemView>,
        /// How many there are in all.
        pub problems_total: u64,
        /// Devices on this network that look for a home, if this one may let them in. What they say of
        /// themselves proves nothing.
        #[serde(default)]
        pub seeking: Vec<NearbyDevice>,
        /// The device that asks to be let in; null if none does.
        #[serde(default)]
        pub newcomer: Option<NewcomerView>,
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

    /// A file whose bytes come now.
    pub struct TransferView {
        /// The folder's name.
        pub folder: String,
        /// The file.
        pub path: String,
        /// Its bytes.
        pub size: u64,
        /// Those that have come in one go; not those from before an interruption.
        pub received: u64,
        /// Bytes a second.
        pub rate: u64,
        /// The names of the devices that send them.
        pub from: Vec<String>,
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

    /// Where browsers on other computers come in.
    pub struct DoorView {
        /// As `IP:PORT`; null if they don't.
        pub address: Option<String>,
        /// What to type into such a browser, most likely first.
        pub links: Vec<String>,
        /// The SHA-256 fingerprint of the certificate that it shows; null if it was never open.
        pub fingerprint: Option<String>,
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

impl StatusView {
    /// Which folder an absolute path of this computer lies in, and where in it: below the folder's directory
    /// or on the drive. The top of a folder has an empty path.
    #[must_use]
    pub fn located(&self, path: &str) -> Option<(&FolderView, String)> {
        let below = |top: &str| {
            let rest = path.strip_prefix(top.trim_end_matches('/'))?;
            (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_matches('/').to_owned())
        };
        let in_directory = |folder: &'_ FolderView| below(folder.path.as_deref()?);
        let on_drive = |folder: &'_ FolderView| {
            let drive = self.drive.as_ref().filter(|_| folder.mode.is_some())?;
            below(&format!("{}/{}", drive.path.trim_end_matches('/'), folder.name))
        };
        let places = self.folders.iter().flat_map(|folder| {
            let both = [in_directory(folder), on_drive(folder)];
            both.into_iter().flatten().map(move |path| (folder, path))
        });
        // A folder may lie in the directory of another one: the innermost is meant.
        places.min_by_key(|(_, path)| path.len())
    }
}

#[cfg(all(test, feature = "fake"))]
mod tests {
    use super::DriveView;

    #[test]
    fn a_path_of_this_computer_lies_in_the_innermost_folder_or_on_the_drive() {
        let mut status = crate::fake::sample::status();
        status.drive = Some(DriveView { path: "/home/ada/Homefold".to_owned() });
        let mut inner = status.folders[0].clone();
        inner.name = "Raw".to_owned();
        inner.path = Some("/home/ada/Photos/raw/".to_owned());
        status.folders.push(inner);
        for (path, expected) in [
            ("/home/ada/Photos", Some(("Photos", ""))),
            ("/home/ada/Photos/2026/a b.jpg", Some(("Photos", "2026/a b.jpg"))),
            ("/home/ada/Photos/raw/1.cr3", Some(("Raw", "1.cr3"))),
            ("/home/ada/Homefold/Photos/2026/", Some(("Photos", "2026"))),
            ("/home/ada/Photos2/x", None),
            ("/home/ada/Homefold", None),
            ("/home/ada/Homefold/Music/x", None),
        ] {
            let found = status.located(path);
            let found = found.as_ref().map(|(folder, path)| (folder.name.as_str(), path.as_str()));
            assert_eq!(found, expected, "{path}");
        }
    }
}
