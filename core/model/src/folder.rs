//! Words about a folder on one device: how much of it is kept, and what is wrong with an entry.

use std::fmt;

/// How much of a folder a device holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Every file, as a plain file in the user's directory.
    Clone,
    /// Nothing but a cache.
    Stream,
    /// Every file, sealed, for the others.
    Storage,
    /// Nothing at all.
    Portal,
    /// Nothing at all, whatever the rules say: the device takes no part in the folder and only looks at it.
    View,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 5] = [Self::Clone, Self::Stream, Self::Storage, Self::Portal, Self::View];

    /// The word for it on the command line and in the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Clone => "clone",
            Self::Stream => "stream",
            Self::Storage => "storage",
            Self::Portal => "portal",
            Self::View => "view",
        }
    }

    /// The mode of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }

    /// Whether a pod of this mode keeps the bytes of every file.
    #[must_use]
    pub fn keeps_all(self) -> bool {
        matches!(self, Self::Clone | Self::Storage)
    }
}

impl Mode {
    /// What a pod of this mode does with the bytes of a file about which no rule says otherwise.
    #[must_use]
    pub fn keep(self) -> Keep {
        match self {
            Self::Clone | Self::Storage => Keep::Always,
            Self::Stream => Keep::Auto,
            Self::Portal | Self::View => Keep::Never,
        }
    }
}

/// Whether a device keeps the bytes of a file. Directories and links are small and always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keep {
    /// They are fetched and stay.
    Always,
    /// They stay while they are used and there is room.
    Auto,
    /// They go as soon as others have them.
    Never,
}

impl Keep {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Always, Self::Auto, Self::Never];

    /// The word for it in rules.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Auto => "auto",
            Self::Never => "never",
        }
    }

    /// The one of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|keep| keep.word() == word)
    }
}

/// Why an entry waits. It is tried again by itself; the rest of the folder goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Problem {
    /// No room on the disk (beyond the reserve).
    DiskFull,
    /// The file system is mounted read-only.
    ReadOnly,
    /// This user may not read or write it.
    Denied,
    /// The disk returned an I/O error.
    DiskError,
    /// The name can't exist on this system.
    Name,
    /// Another name differs from it only in case or Unicode form.
    Collision,
    /// A file stands where a directory is needed, or the other way round, and can't be moved away.
    Obstructed,
    /// It is neither a file, a directory nor a symlink.
    Unsupported,
    /// It kept changing while it was read.
    Busy,
    /// This device is a reader: its change is not taken over by the others.
    Refused,
    /// A holder sent bytes that don't fit their hash.
    Corrupt,
}

impl Problem {
    /// Every problem.
    pub const ALL: [Self; 11] = [
        Self::DiskFull,
        Self::ReadOnly,
        Self::Denied,
        Self::DiskError,
        Self::Name,
        Self::Collision,
        Self::Obstructed,
        Self::Unsupported,
        Self::Busy,
        Self::Refused,
        Self::Corrupt,
    ];

    /// Whether it stays until somebody changes something else: looking or trying again ends it in no case.
    #[must_use]
    pub fn is_lasting(self) -> bool {
        match self {
            Self::Collision | Self::Refused | Self::Corrupt | Self::Name => true,
            Self::DiskFull
            | Self::ReadOnly
            | Self::Denied
            | Self::DiskError
            | Self::Obstructed
            | Self::Unsupported
            | Self::Busy => false,
        }
    }

    /// A stable word for the API and the index.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::DiskFull => "disk-full",
            Self::ReadOnly => "read-only",
            Self::Denied => "denied",
            Self::DiskError => "disk-error",
            Self::Name => "name",
            Self::Collision => "collision",
            Self::Obstructed => "obstructed",
            Self::Unsupported => "unsupported",
            Self::Busy => "busy",
            Self::Refused => "refused",
            Self::Corrupt => "corrupt",
        }
    }

    /// The problem of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.word() == word)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DiskFull => "there is no room on the disk",
            Self::ReadOnly => "the disk is read-only",
            Self::Denied => "this user may not read or write it",
            Self::DiskError => "the disk reports an error",
            Self::Name => "this system can't hold the name",
            Self::Collision => "another name differs only in capitals or accents",
            Self::Obstructed => "a file and a directory want the same name",
            Self::Unsupported => "it is neither a file, a directory nor a link",
            Self::Busy => "it changes all the time",
            Self::Refused => "this device may only read here",
            Self::Corrupt => "no device has sent it undamaged",
        })
    }
}
