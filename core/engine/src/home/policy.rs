//! Policies: settings that may be given for the home, a device, a folder, a pod or a subtree.
//!
//! The most specific one wins. A value that this version can't read is passed over. The whole list is
//! [`SETTINGS`] in `settings`.

mod settings;
mod spared;

use std::collections::BTreeSet;
use std::fmt;

use model::{DeviceId, FolderId, Keep, RelPath};

use super::Home;

pub use settings::*;

/// What a policy is about, from least to most specific.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Everything.
    Home,
    /// All pods of a device.
    Device(DeviceId),
    /// All pods of a folder.
    Folder(FolderId),
    /// A folder on a device.
    Pod(FolderId, DeviceId),
    /// A subtree of a folder.
    Path(FolderId, RelPath),
    /// A subtree of a folder on a device.
    PodPath(FolderId, DeviceId, RelPath),
}

impl Target {
    /// The target of a record, in full ids.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "home" {
            return Some(Self::Home);
        }
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "device" => DeviceId::parse(rest).ok().map(Self::Device),
            "folder" => FolderId::parse(rest).map(Self::Folder),
            "pod" => {
                let (folder, rest) = rest.split_once('@')?;
                let folder = FolderId::parse(folder)?;
                let (device, path) = rest.split_once('/').unzip();
                let device = DeviceId::parse(device.unwrap_or(rest)).ok()?;
                Some(match path {
                    None => Self::Pod(folder, device),
                    Some(path) => Self::PodPath(folder, device, RelPath::parse(path).ok()?),
                })
            }
            "path" => {
                let (folder, path) = rest.split_once('/')?;
                Some(Self::Path(FolderId::parse(folder)?, RelPath::parse(path).ok()?))
            }
            _ => None,
        }
    }

    /// The one device whose doing alone it changes.
    #[must_use]
    pub fn device(&self) -> Option<DeviceId> {
        match self {
            Self::Device(device) | Self::Pod(_, device) | Self::PodPath(_, device, _) => {
                Some(*device)
            }
            Self::Home | Self::Folder(_) | Self::Path(..) => None,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => f.write_str("home"),
            Self::Device(device) => write!(f, "device:{device}"),
            Self::Folder(folder) => write!(f, "folder:{folder}"),
            Self::Pod(folder, device) => write!(f, "pod:{folder}@{device}"),
            Self::Path(folder, path) => write!(f, "path:{folder}/{path}"),
            Self::PodPath(folder, device, path) => write!(f, "pod:{folder}@{device}/{path}"),
        }
    }
}

/// For what a setting is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place<'a> {
    /// On which device.
    pub device: Option<DeviceId>,
    /// In which folder.
    pub folder: Option<FolderId>,
    /// Where in it.
    pub path: Option<&'a RelPath>,
}

impl Place<'_> {
    /// Every target that covers it, most specific first.
    fn targets(&self) -> Vec<Target> {
        let paths = self.path.into_iter().flat_map(|path| {
            std::iter::once(path.clone()).chain(path.ancestors().collect::<Vec<_>>())
        });
        let (folder, device) = (self.folder, self.device);
        // What is said of one device comes before what is said of all, the deepest path before both.
        let paths = paths.flat_map(|path| {
            let here = folder.zip(device).map(|(f, d)| Target::PodPath(f, d, path.clone()));
            here.into_iter().chain(folder.map(|folder| Target::Path(folder, path)))
        });
        let pod = self.folder.zip(self.device).map(|(folder, device)| Target::Pod(folder, device));
        paths
            .chain(pod)
            .chain(self.folder.map(Target::Folder))
            .chain(self.device.map(Target::Device))
            .chain([Target::Home])
            .collect()
    }
}

impl<'a> From<&'a Target> for Place<'a> {
    fn from(target: &'a Target) -> Self {
        let (device, folder, path) = match target {
            Target::Home => (None, None, None),
            Target::Device(device) => (Some(*device), None, None),
            Target::Folder(folder) => (None, Some(*folder), None),
            Target::Pod(folder, device) => (Some(*device), Some(*folder), None),
            Target::Path(folder, path) => (None, Some(*folder), Some(path)),
            Target::PodPath(folder, device, path) => (Some(*device), Some(*folder), Some(path)),
        };
        Self { device, folder, path }
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nothing is set.
    Default,
    /// It is set here.
    Set(Target),
}

impl Home {
    /// The value of a setting at a place, and where it comes from; `None` if there is no such setting.
    #[must_use]
    pub fn policy(&self, key: &str, place: Place<'_>) -> Option<(Value, Origin)> {
        let setting = Setting::find(key)?;
        let set = place.targets().into_iter().find_map(|target| {
            let place = (target, key.to_owned());
            let value = self.view.policies.get(&place).and_then(|text| setting.parse(text))?;
            Some((value, Origin::Set(place.0)))
        });
        Some(set.unwrap_or((setting.default.clone(), Origin::Default)))
    }

    /// Every setting with its value at a place.
    #[must_use]
    pub fn policies(&self, place: Place<'_>) -> Vec<(&'static Setting, Value, Origin)> {
        let valued = SETTINGS.iter().filter_map(|setting| {
            self.policy(setting.key, place).map(|(value, origin)| (setting, value, origin))
        });
        valued.collect()
    }

    /// The number (or percentage) of a setting at a place; 0 if it has none.
    #[must_use]
    pub fn number(&self, key: &str, place: Place<'_>) -> u64 {
        match self.policy(key, place) {
            Some((Value::Number(number) | Value::Percent(number), _)) => number,
            Some((
                Value::Switch(_)
                | Value::Keep(_)
                | Value::Room(_)
                | Value::Rate(_)
                | Value::Programs(_),
                _,
            ))
            | None => 0,
        }
    }

    /// Whether a setting is on at a place; off if it is no switch.
    #[must_use]
    pub fn switch(&self, key: &str, place: Place<'_>) -> bool {
        matches!(self.policy(key, place), Some((Value::Switch(true), _)))
    }

    /// What a rule says of keeping files at a place; `None`: nothing but the mode of the pod does.
    #[must_use]
    pub fn keep(&self, place: Place<'_>) -> Option<Keep> {
        match self.policy(KEEP, place) {
            Some((Value::Keep(keep), _)) => keep,
            Some(_) | None => None,
        }
    }

    /// The subtrees of a folder for which a rule of keeping concerns a device.
    #[must_use]
    pub fn keep_paths(&self, folder: FolderId, device: DeviceId) -> BTreeSet<RelPath> {
        let rules = self.view.policies.keys().filter(|(_, key)| key == KEEP);
        let paths = rules.filter_map(|(target, _)| match target {
            Target::Path(of, path) if *of == folder => Some(path.clone()),
            Target::PodPath(of, on, path) if *of == folder && *on == device => Some(path.clone()),
            Target::Home
            | Target::Device(_)
            | Target::Folder(_)
            | Target::Pod(..)
            | Target::Path(..)
            | Target::PodPath(..) => None,
        });
        paths.collect()
    }

    /// The rules of keeping that a device has of its own for what is below a path of a folder (`None`:
    /// for all of its subtrees).
    #[must_use]
    pub fn own_keep_rules(
        &self,
        (folder, device): (FolderId, DeviceId),
        below: Option<&RelPath>,
    ) -> Vec<Target> {
        let targets = self.view.policies.keys().filter(|(_, key)| key == KEEP);
        let own = targets.filter(|(target, _)| match target {
            Target::PodPath(of, on, path) => {
                *of == folder && *on == device && below.is_none_or(|above| path.is_below(above))
            }
            Target::Home
            | Target::Device(_)
            | Target::Folder(_)
            | Target::Pod(..)
            | Target::Path(..) => false,
        });
        own.map(|(target, _)| target.clone()).collect()
    }

    /// The bytes in a second that a setting allows at a place; `None` if it sets no limit.
    #[must_use]
    pub fn rate(&self, key: &str, place: Place<'_>) -> Option<u64> {
        match self.policy(key, place) {
            Some((Value::Rate(rate), _)) => rate,
            Some(_) | None => None,
        }
    }

    /// Whether reads of this program fetch nothing at a place.
    #[must_use]
    pub fn spares(&self, program: &str, place: Place<'_>) -> bool {
        match self.policy(READ_SPARED, place) {
            Some((Value::Programs(programs), _)) => spared::names(&programs, program),
            Some(_) | None => false,
        }
    }

    /// The room that a setting gives at a place; none if it gives no room.
    #[must_use]
    pub fn room(&self, key: &str, place: Place<'_>) -> Room {
        match self.policy(key, place) {
            Some((Value::Room(room), _)) => room,
            Some(_) | None => Room::Bytes(0),
        }
    }
}
