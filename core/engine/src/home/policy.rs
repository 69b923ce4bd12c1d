//! Policies: settings that may be given for the home, a device, a folder, a pod or a subtree.
//!
//! The most specific one wins. A value that this version can't read is passed over. [`SETTINGS`] is
//! the whole list; one more setting is one more line there.

use std::fmt;

use model::{DeviceId, FolderId, RelPath};

use super::{Home, HomeError};

/// Replaced and deleted versions are kept for so many days.
pub const ARCHIVE_DAYS: &str = "archive.days";
/// … and on no more than this part of the disk.
pub const ARCHIVE_SHARE: &str = "archive.share";
/// … but never for fewer days than this.
pub const ARCHIVE_MIN_DAYS: &str = "archive.min_days";
/// Whether mass deletes are held until a person looks.
pub const BRAKE_ON: &str = "brake.on";

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

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Percent(number) => write!(f, "{number}%"),
            Self::Switch(on) => f.write_str(if *on { "on" } else { "off" }),
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
                let (folder, device) = rest.split_once('@')?;
                Some(Self::Pod(FolderId::parse(folder)?, DeviceId::parse(device).ok()?))
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
            Self::Device(device) | Self::Pod(_, device) => Some(*device),
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
        let paths =
            self.folder.into_iter().flat_map(|f| paths.clone().map(move |p| Target::Path(f, p)));
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
            Some((Value::Switch(_), _)) | None => 0,
        }
    }

    /// Whether a setting is on at a place; off if it is no switch.
    #[must_use]
    pub fn switch(&self, key: &str, place: Place<'_>) -> bool {
        matches!(self.policy(key, place), Some((Value::Switch(true), _)))
    }
}
