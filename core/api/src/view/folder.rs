//! Folders, what is held in them and what waits.

use super::views;
use crate::words::{HeldCause, Mode, PlaceKind, Problem, State, Viewed};

views! {
    /// A directory of the user that may be worth sharing.
    pub struct PlaceView {
        /// Which.
        pub kind: PlaceKind,
        /// Its absolute path.
        pub path: String,
        /// The files in it, as far as they were counted.
        pub files: u64,
        /// Their bytes.
        pub bytes: u64,
        /// Whether that is all: a very large one is not counted to its end.
        pub counted: bool,
    }

    /// A folder of the home, as this device sees it.
    pub struct FolderView {
        /// Its id.
        pub id: String,
        /// Its name.
        pub name: String,
        /// Absolute path of its directory here; null if this device takes no part in it.
        pub path: Option<String>,
        /// How much of it is held here; null if this device takes no part in it.
        pub mode: Option<Mode>,
        /// How it shows all the same if this device takes no part in it; null if it does, or if it does not show.
        pub viewed: Option<Viewed>,
        /// What goes on in it.
        pub state: State,
        /// Files and links in it.
        pub files: u64,
        /// Their bytes.
        pub bytes: u64,
        /// Of these, those that this device should have and does not have yet.
        pub missing_files: u64,
        /// Their bytes.
        pub missing_bytes: u64,
        /// Files of this device that are not yet on another one that should have them.
        pub unsafe_files: u64,
        /// Their bytes.
        pub unsafe_bytes: u64,
        /// Conflicts that wait for a person.
        pub conflicts: u64,
        /// Entries that wait with a reason.
        pub problems: u64,
        /// The batch of changes that the safety brake holds; null if none.
        pub held: Option<HeldView>,
    }

    /// A batch of changes that is held until a person decides.
    pub struct HeldView {
        /// Deletes in it.
        pub deletes: u64,
        /// Overwritten files in it.
        pub overwrites: u64,
        /// Since when.
        pub since: jiff::Timestamp,
        /// Why, for programs.
        pub cause: HeldCause,
        /// Why, in plain English words.
        pub reason: String,
    }

    /// Files whose bytes a device gave up.
    pub struct FreedView {
        /// How many.
        pub files: u64,
        /// Their bytes.
        pub bytes: u64,
    }

    /// What became of a held batch.
    pub struct HeldOutcome {
        /// Paths that were let through or put back.
        pub paths: u64,
    }

    /// Something that waits with a reason.
    pub struct ProblemView {
        /// The folder's name.
        pub folder: String,
        /// The entry's path; empty for the folder as a whole.
        pub path: String,
        /// Why.
        pub reason: Problem,
        /// Why, in plain English words, and what ends it.
        pub message: String,
    }
}

impl ProblemView {
    /// A problem with its words filled in.
    #[must_use]
    pub fn new(folder: impl Into<String>, path: impl Into<String>, reason: Problem) -> Self {
        let message = crate::text::problem(crate::text::Language::En, reason).to_owned();
        Self { folder: folder.into(), path: path.into(), reason, message }
    }
}
