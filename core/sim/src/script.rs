//! What happens in a run, as a list of statements: written by hand or drawn from a seed.
//!
//! Both forms are the same text (`a: write x one; cut a-b; after 5s`), so that a failing seed can be
//! shortened and kept as a named test. Rooms: `parse` (text to statements), `show` (and back),
//! `deed` (what a program's work consists of), `generate` (statements drawn from a seed).

pub mod deed;
pub mod generate;
mod keeping;
mod parse;
mod show;

use std::time::Duration;

use engine::Keep;
use engine::observation::Root;
use model::{Mode, RelPath, Role};

pub use deed::Deed;
pub use keeping::Keeping;
pub use parse::{ScriptError, parse};

/// A device of the home, by its place: `a` is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who(pub usize);

/// One thing that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// Time passes.
    After(Duration),
    /// Nothing more happens until nothing is left to do.
    Settle,
    /// Bytes that come over the network are counted from here.
    Count,
    /// A program does something.
    Deed(Who, Deed),
    /// Two devices can't reach each other.
    Cut(Who, Who),
    /// They can again.
    Join(Who, Who),
    /// Something happens to a device.
    Fate(Who, Fate),
    /// A person asks the service for something.
    Wish(Who, Wish),
    /// What must be true now.
    Expect(Who, Expectation),
}

/// Something that happens to a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The service is killed.
    Kill,
    /// The power fails.
    Power,
    /// It starts, if it does not run.
    Start,
    /// The disk has no more room.
    Full,
    /// The disk is mounted read-only.
    ReadOnly,
    /// A path can't be read or written.
    Bad(RelPath),
    /// So many percent of the changes fail.
    Flaky(u32),
    /// The disk takes what is written and can't make it durable.
    Unsynced,
    /// The watcher sees nothing: changes are found by scans only.
    Blind,
    /// Everything that is wrong with the disk is put right.
    Cure,
    /// The root is not there, or not the right one.
    Lose(Root),
    /// The root is there again.
    Find,
    /// Somebody deletes everything in the root, the marker too.
    Wipe,
    /// The wall clock is set, by so many days.
    Clock(i64),
    /// A backup of the index and of the disk is made.
    Backup,
    /// The index is set back to the backup; the disk stays. Whether the service is told.
    Rollback(bool),
    /// Index and disk are set back to the backup.
    Restore,
    /// The index is lost and made anew.
    Amnesia,
    /// The index fails at the call after so many.
    IndexFault(u32),
    /// The bytes of a file rot.
    Rot(RelPath),
}

/// What a person asks the service of a device for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Resolve the conflict of that place in the list (modulo its length).
    Resolve(usize, Keep),
    /// Restore the kept version of that place in the list, to where it was.
    Restore(usize),
    /// Let the held batch through.
    Release,
    /// Put the files of the held batch back.
    Undo,
    /// Try again what waits.
    Retry,
    /// Look at the whole folder.
    Rescan,
    /// Stop exchanging.
    Pause,
    /// Go on.
    Resume,
    /// Take part in the folder.
    Attach,
    /// Remove another device from the home.
    Remove(Who),
    /// Give another device another role.
    Role(Who, Role),
    /// Something about files that need not be here.
    Keeping(Keeping),
}

/// What must be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// A file with this text stands there.
    File(RelPath, String),
    /// A directory stands there.
    Directory(RelPath),
    /// Nothing stands there.
    Nothing(RelPath),
    /// So many sides of conflicts are listed.
    Conflicts(usize),
    /// A batch of so many deletes is held; 0: none.
    Held(u64),
    /// So many kept versions of a path are listed.
    Kept(RelPath, usize),
    /// A file is listed there and not on this disk.
    Absent(RelPath),
    /// So many bytes of files came over the network since they are counted.
    Fetched(u64),
}

/// A whole run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// How many devices there are.
    pub devices: usize,
    /// Devices whose role is not member (the first is always an admin).
    pub roles: Vec<(Who, Role)>,
    /// Devices that don't take part in the folder from the start.
    pub detached: Vec<Who>,
    /// How much devices keep that don't keep everything.
    pub modes: Vec<(Who, Mode)>,
    /// What happens.
    pub statements: Vec<Statement>,
}
