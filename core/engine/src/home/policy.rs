//! Policies: settings that may be given for the home, a device, a folder, a pod or a subtree.
//!
//! The most specific one wins. A value that this version can't read is passed over. [`SETTINGS`] is
//! the whole list; one more setting is one more line there.

use std::collections::BTreeSet;
use std::fmt;

use model::{DeviceId, FolderId, Keep, RelPath};

use super::{Home, HomeError};

/// Replaced and deleted versions are kept for so many days.
pub const ARCHIVE_DAYS: &str = "archive.days";
/// … and on no more than this part of the disk.
pub const ARCHIVE_SHARE: &str = "archive.share";
/// … but never for fewer days than this.
pub const ARCHIVE_MIN_DAYS: &str = "archive.min_days";
/// Whether mass deletes are held until a person looks.
pub const BRAKE_ON: &str = "brake.on";
/// A read of bytes that are elsewhere fails after so many seconds.
pub const READ_DEADLINE: &str = "read.deadline";

/// Whether the bytes of files are kept: the rules of a subtree, a pod, …
pub const KEEP: &str = "keep";
/// How much of the disk files may take that are not kept but were used.
pub const CACHE: &str = "cache";
/// How many other devices must have a file before this one gives its bytes up.
pub const COPIES: &str = "copies";

/// What may come from other devices in a second.
pub const RATE_DOWN: &str = "rate.down";
/// What may go to other devices in a second.
pub const RATE_UP: &str = "rate.up";
/// The slowest rate: below it devices would give each other up for lost.
const RATE_MIN: u64 = 100_000;

/// A setting that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub key: &'static str,
    /// What holds where nothing is set; its kind is the setting's.
    pub default: Value,
    /// The smallest and the greatest number.
    pub range: (u64, u64),
    /// What it does, for people.
    pub about: &'static str,
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: ARCHIVE_DAYS,
        default: Value::Number(30),
        range: (0, 36_500),
        about: "days for which replaced and deleted versions are kept",
    },
    Setting {
        key: ARCHIVE_SHARE,
        default: Value::Percent(10),
        range: (0, 100),
        about: "the most of the disk that kept versions take",
    },
    Setting {
        key: ARCHIVE_MIN_DAYS,
        default: Value::Number(7),
        range: (0, 36_500),
        about: "days for which versions are kept even if they take more",
    },
    Setting {
        key: BRAKE_ON,
        default: Value::Switch(true),
        range: (0, 1),
        about: "whether mass deletes are held until somebody has looked at them",
    },
    Setting {
        key: KEEP,
        default: Value::Keep(None),
        range: (0, 0),
        about: "whether files stay on the device: as its mode says, or always, auto, never",
    },
    Setting {
        key: CACHE,
        default: Value::Room(Room::Share(10)),
        range: (0, 1 << 62),
        about: "the room for files that are not kept: a part of what is free, or bytes",
    },
    Setting {
        key: COPIES,
        default: Value::Number(1),
        range: (1, 16),
        about: "other devices that must have a file before a device gives it up",
    },
    Setting {
        key: READ_DEADLINE,
        default: Value::Number(30),
        range: (1, 600),
        about: "seconds after which reading what is on another device fails",
    },
    Setting {
        key: RATE_DOWN,
        default: Value::Rate(None),
        range: (RATE_MIN, 1 << 40),
        about: "the most that comes from other devices in a second: bytes, or none for no limit",
    },
    Setting {
        key: RATE_UP,
        default: Value::Rate(None),
        range: (RATE_MIN, 1 << 40),
        about: "the most that goes to other devices in a second: bytes, or none for no limit",
    },
];

/// The value of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Number(u64),
    /// Hundredths.
    Percent(u64),
    /// On or off.
    Switch(bool),
    /// Whether files are kept; `None`: as the mode of the pod says.
    Keep(Option<Keep>),
    /// Room on a disk.
    Room(Room),
    /// Bytes in a second; `None`: no limit.
    Rate(Option<u64>),
}

/// Room on a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Hundredths of what is free.
    Share(u64),
    /// Bytes.
    Bytes(u64),
}

impl Setting {
    /// The setting of that name.
    #[must_use]
    pub fn find(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }

    /// The value that `text` gives it, if it can have that.
    #[must_use]
    pub fn parse(&self, text: &str) -> Option<Value> {
        let text = text.trim();
        let number = |text: &str| {
            let number = text.trim_end().parse::<u64>().ok();
            number.filter(|number| (self.range.0..=self.range.1).contains(number))
        };
        match self.default {
            Value::Number(_) => number(text).map(Value::Number),
            Value::Percent(_) => number(text.strip_suffix('%').unwrap_or(text)).map(Value::Percent),
            Value::Switch(_) => match text {
                "true" | "on" | "yes" => Some(Value::Switch(true)),
                "false" | "off" | "no" => Some(Value::Switch(false)),
                _ => None,
            },
            Value::Keep(_) if text == BY_MODE => Some(Value::Keep(None)),
            Value::Keep(_) => Keep::parse(text).map(|keep| Value::Keep(Some(keep))),
            Value::Rate(_) if text == NO_LIMIT => Some(Value::Rate(None)),
            Value::Rate(_) => bytes(text)
                .filter(|rate| (self.range.0..=self.range.1).contains(rate))
                .map(|rate| Value::Rate(Some(rate))),
            Value::Room(_) => match text.strip_suffix('%') {
                Some(share) => number(share)
                    .filter(|share| *share <= 100)
                    .map(|share| Value::Room(Room::Share(share))),
                None => {
                    let bytes = bytes(text).filter(|bytes| *bytes <= self.range.1);
                    bytes.map(|bytes| Value::Room(Room::Bytes(bytes)))
                }
            },
        }
    }

    /// What it takes, for people.
    #[must_use]
    pub fn takes(&self) -> String {
        let (least, most) = self.range;
        match self.default {
            Value::Number(_) => format!("a number from {least} to {most}"),
            Value::Percent(_) => format!("a percentage from {least}% to {most}%"),
            Value::Switch(_) => "on or off".to_owned(),
            Value::Keep(_) => "always, auto, never or mode".to_owned(),
            Value::Room(_) => "a percentage, or bytes like 20GiB".to_owned(),
            Value::Rate(_) => "bytes like 2MB, at least 100kB, or none".to_owned(),
        }
    }

    /// The setting of that name and the value that `text` gives it.
    pub(super) fn check(key: &str, text: &str) -> Result<Value, HomeError> {
        let setting = Self::find(key).ok_or_else(|| HomeError::UnknownPolicy(key.to_owned()))?;
        setting.parse(text).ok_or_else(|| HomeError::PolicyValue {
            key: key.to_owned(),
            value: text.to_owned(),
            takes: setting.takes(),
        })
    }
}

/// The word for what a pod's mode says.
const BY_MODE: &str = "mode";

/// The word for a rate that is not limited.
const NO_LIMIT: &str = "none";

/// A number of bytes, perhaps with a unit.
fn bytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let unit = match text[digits.len()..].trim() {
        "" | "B" => 1,
        "KiB" | "K" => 1 << 10,
        "MiB" | "M" => 1 << 20,
        "GiB" | "G" => 1 << 30,
        "TiB" | "T" => 1 << 40,
        "KB" | "kB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Percent(number) => write!(f, "{number}%"),
            Self::Switch(on) => f.write_str(if *on { "on" } else { "off" }),
            Self::Keep(keep) => f.write_str(keep.map_or(BY_MODE, Keep::word)),
            Self::Room(Room::Share(share)) => write!(f, "{share}%"),
            Self::Room(Room::Bytes(bytes)) | Self::Rate(Some(bytes)) => write!(f, "{bytes}"),
            Self::Rate(None) => f.write_str(NO_LIMIT),
        }
    }
}

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
        Some(set.unwrap_or((setting.default, Origin::Default)))
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
            Some((Value::Switch(_) | Value::Keep(_) | Value::Room(_) | Value::Rate(_), _))
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

    /// The room that a setting gives at a place; none if it gives no room.
    #[must_use]
    pub fn room(&self, key: &str, place: Place<'_>) -> Room {
        match self.policy(key, place) {
            Some((Value::Room(room), _)) => room,
            Some(_) | None => Room::Bytes(0),
        }
    }
}
