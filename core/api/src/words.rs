//! The closed sets of words of the API.
//!
//! Each word is written the same in JSON, on the command line and in `word()`, and never changes its
//! meaning. A word that a reader does not know is an error, not a guess. Not here: the sentences for
//! people (`text`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text that is none of the words of its set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is none of {expected}")]
pub struct UnknownWord {
    /// What was given.
    pub given: String,
    /// The words there are, separated by commas.
    pub expected: String,
}

/// Makes an enum whose variants are words: serde, `ALL`, `word()`, `Display` and `FromStr`. A word is taken
/// as a bare token, because the OpenAPI document would not see it in a `literal`.
macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:tt,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every one, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word for it, in JSON and on the command line.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|one| one.word() == text).ok_or_else(|| $crate::words::UnknownWord {
                    given: text.to_owned(),
                    expected: Self::ALL.iter().map(|one| one.word()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a device may do in the home, from most to least trusted.
    pub enum Role {
        /// Changes files and the home itself.
        Admin = "admin",
        /// Changes files.
        Member = "member",
        /// Sees files; its changes are refused by every receiver.
        Reader = "reader",
        /// Holds copies for the others and makes no changes.
        Storage = "storage",
        /// Uses the home and holds nothing.
        Portal = "portal",
    }
}

words! {
    /// Directories that a user has by custom.
    pub enum PlaceKind {
        /// Letters and the like.
        Documents = "documents",
        /// Photos.
        Pictures = "pictures",
        /// Music.
        Music = "music",
        /// Films.
        Videos = "videos",
    }
}

words! {
    /// How much of a folder a device holds.
    pub enum Mode {
        /// Every file, as a plain file in the user's directory.
        Clone = "clone",
        /// Nothing but a cache.
        Stream = "stream",
        /// Every file, sealed, for the others.
        Storage = "storage",
        /// Nothing at all.
        Portal = "portal",
    }
}

words! {
    /// Whether what stands at and below a path stays on a device, as its rules say.
    pub enum Kept {
        /// All of it.
        All = "all",
        /// Some of what is below.
        Part = "part",
        /// Nothing of it is sure to stay.
        None = "none",
    }
}

words! {
    /// How a folder shows on a device that takes no part in it.
    pub enum Viewed {
        /// In the drive, as long as that is mounted.
        Drive = "drive",
        /// Not any more; but what was written through the drive is not safe on another device yet.
        Leaving = "leaving",
    }
}

words! {
    /// What a folder, or the whole service, is doing.
    pub enum State {
        /// All that can be done is done.
        Idle = "idle",
        /// The disk is being looked at.
        Scanning = "scanning",
        /// Changes are on their way to or from this device.
        Syncing = "syncing",
        /// A person asked for a pause.
        Paused = "paused",
        /// Most of the home can't be reached: nothing irreversible is done.
        Isolated = "isolated",
        /// Content is in danger or lost.
        Crisis = "crisis",
    }
}

words! {
    /// What stands at a path.
    pub enum Kind {
        /// A regular file.
        File = "file",
        /// A directory.
        Directory = "directory",
        /// A symbolic link, never followed.
        Symlink = "symlink",
    }
}

words! {
    /// How much of an entry's content is on this device.
    pub enum Local {
        /// All of it.
        Full = "full",
        /// Some of it.
        Part = "part",
        /// None of it.
        None = "none",
    }
}

words! {
    /// A person's choice between the sides of a conflict.
    pub enum Keep {
        /// What this device has.
        Mine = "mine",
        /// The other side's.
        Theirs = "theirs",
        /// Both: the other side's goes beside it under a second name.
        Both = "both",
    }
}

words! {
    /// Why a batch of changes is held.
    pub enum HeldCause {
        /// So many deletes in a short time.
        MassDelete = "mass-delete",
        /// The folder's directory is gone.
        RootMissing = "root-missing",
        /// The folder's directory was emptied or replaced.
        RootEmptied = "root-emptied",
        /// The folder's directory is on another volume than before.
        RootElsewhere = "root-elsewhere",
        /// The folder's directory can't be read.
        RootDenied = "root-denied",
    }
}

words! {
    /// Why something waits. It is tried again by itself; the rest of the folder goes on.
    pub enum Problem {
        /// No room on the disk (beyond the reserve).
        DiskFull = "disk-full",
        /// The file system is mounted read-only.
        ReadOnly = "read-only",
        /// This user may not read or write it.
        Denied = "denied",
        /// The disk returned an I/O error.
        DiskError = "disk-error",
        /// The name can't exist on this system, or on the others.
        Name = "name",
        /// Another name differs from it only in case or Unicode form.
        Collision = "collision",
        /// A file stands where a directory is needed, or the other way round.
        Obstructed = "obstructed",
        /// It is neither a file, a directory nor a symlink.
        Unsupported = "unsupported",
        /// It kept changing while it was read.
        Busy = "busy",
        /// This device is a reader: its change is not taken over by the others.
        Refused = "refused",
        /// A holder sent bytes that don't fit their hash.
        Corrupt = "corrupt",
        /// The folder's own directory is gone, emptied or on another volume.
        RootMissing = "root-missing",
        /// The system can't watch so many directories: they are rescanned from time to time.
        WatchLimit = "watch-limit",
        /// Changes on this file system are not reported: it is rescanned from time to time.
        NoWatch = "no-watch",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_in_json_and_on_the_command_line() {
        for problem in Problem::ALL {
            let json = serde_json::to_value(problem).unwrap();
            assert_eq!(json, problem.word());
            assert_eq!(problem.word().parse(), Ok(*problem));
        }
    }

    #[test]
    fn an_unknown_word_is_refused_and_the_known_ones_are_named() {
        let error = "owner".parse::<Role>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"owner\" is none of admin, member, reader, storage, portal"
        );
    }
}
