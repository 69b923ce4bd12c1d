//! The settings that exist, and their values as text. One more setting is one more line in [`SETTINGS`].

use std::borrow::Cow;
use std::fmt;

use model::Keep;

use super::spared;
use crate::home::HomeError;

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

/// Programs whose reads fetch nothing.
pub const READ_SPARED: &str = "read.spared";
/// What one process may have fetched in a minute.
pub const READ_BUDGET: &str = "read.budget";

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
/// Whether the desktop of a device is told of what waits for a person.
pub const NOTICES_ON: &str = "notices.on";
/// The slowest rate: below it devices would give each other up for lost.
const RATE_MIN: u64 = 100_000;

/// The smallest budget: a program that opens a file reads a little of it.
const BUDGET_MIN: u64 = 1_000_000;

/// A setting that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        key: READ_SPARED,
        default: Value::Programs(Cow::Borrowed(spared::DEFAULT)),
        range: (0, 0),
        about: "programs for which nothing is fetched: names with commas, none, or default for \
                thumbnailers, indexers and virus scanners",
    },
    Setting {
        key: READ_BUDGET,
        default: Value::Rate(None),
        range: (BUDGET_MIN, 1 << 50),
        about: "the most that is fetched for one process in a minute: bytes, or none for no limit",
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
    Setting {
        key: NOTICES_ON,
        default: Value::Switch(true),
        range: (0, 1),
        about: "whether the desktop tells of conflicts, full disks and the like",
    },
];

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Names of programs, with commas between them; perhaps none.
    Programs(Cow<'static, str>),
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
            Value::Programs(_) => spared::parse(text).map(|names| Value::Programs(names.into())),
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
            Value::Rate(_) => {
                format!("bytes like 2MB, at least {}kB, or none", least / 1000)
            }
            Value::Programs(_) => "names of programs with commas, default, or none".to_owned(),
        }
    }

    /// The setting of that name and the value that `text` gives it.
    pub(in crate::home) fn check(key: &str, text: &str) -> Result<Value, HomeError> {
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
            Self::Programs(names) if names.is_empty() => f.write_str(spared::NONE),
            Self::Programs(names) => f.write_str(names),
        }
    }
}
