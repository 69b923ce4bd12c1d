//! What the app knows of the service at one moment, and what that amounts to.
//!
//! Everything here is a pure function of the views: the tray, its menu and the notifications are made
//! from a [`Sight`] and nothing else. Not here: getting one (`watch`), words.

use api::view::{ConflictView, DeviceView, DiskView, StatusView};
use api::words::{Problem, State};
use api::{ApiError, ErrorCode};

/// The service, as it was last seen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sight {
    /// Nobody has looked yet.
    Unknown,
    /// It did not answer, and why.
    Unreached(ApiError),
    /// It answered.
    Here {
        /// How things are.
        status: Box<StatusView>,
        /// What waits for a person's choice.
        conflicts: Vec<ConflictView>,
        /// The disks of this computer that hold folders, as of a minute ago or less.
        disks: Vec<DiskView>,
        /// Whether a person wants to be told nothing on the desktop, as of a minute ago or less.
        quiet: bool,
    },
}

/// What the icon says, from best to worst; each has a shape of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Mood {
    /// All that can be done is done.
    Fine,
    /// Files move, or are looked at.
    Working,
    /// Something waits for a device that is away.
    Waiting,
    /// No other device is in reach, or the service is not.
    Offline,
    /// A person asked for a pause.
    Paused,
    /// A person has something to decide or to put right.
    Attention,
}

impl Mood {
    /// Every one.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 6] =
        [Self::Fine, Self::Working, Self::Waiting, Self::Offline, Self::Paused, Self::Attention];
}

impl Sight {
    /// What the service says, if it answers.
    pub(crate) fn status(&self) -> Option<&StatusView> {
        match self {
            Self::Here { status, .. } => Some(status),
            Self::Unknown | Self::Unreached(_) => None,
        }
    }

    /// The conflicts that wait.
    pub(crate) fn conflicts(&self) -> &[ConflictView] {
        match self {
            Self::Here { conflicts, .. } => conflicts,
            Self::Unknown | Self::Unreached(_) => &[],
        }
    }

    /// The disks that hold folders.
    pub(crate) fn disks(&self) -> &[DiskView] {
        match self {
            Self::Here { disks, .. } => disks,
            Self::Unknown | Self::Unreached(_) => &[],
        }
    }

    /// Whether a person wants to be told nothing but what a device asks for that wants to be let in.
    pub(crate) fn is_quiet(&self) -> bool {
        match self {
            Self::Here { quiet, .. } => *quiet,
            Self::Unknown | Self::Unreached(_) => false,
        }
    }

    /// Whether there is no service that could answer, so that starting one helps.
    pub(crate) fn is_stopped(&self) -> bool {
        match self {
            Self::Unreached(error) => error.code == ErrorCode::NoService,
            Self::Unknown | Self::Here { .. } => false,
        }
    }

    /// What it amounts to.
    pub(crate) fn mood(&self) -> Mood {
        match self {
            Self::Unknown | Self::Unreached(_) => Mood::Offline,
            Self::Here { status, conflicts, .. } if asks(status, conflicts) => Mood::Attention,
            Self::Here { status, .. } if status.state == State::Paused => Mood::Paused,
            Self::Here { status, .. } if is_alone(status) => Mood::Offline,
            Self::Here { status, .. } if moves(status) => Mood::Working,
            Self::Here { status, .. } if waits(status) => Mood::Waiting,
            Self::Here { .. } => Mood::Fine,
        }
    }
}

/// Whether a person is needed.
fn asks(status: &StatusView, conflicts: &[ConflictView]) -> bool {
    !conflicts.is_empty()
        || status.state == State::Crisis
        || held(status) > 0
        || problems(status) > 0
}

/// How many folders hold a batch of changes back.
pub(crate) fn held(status: &StatusView) -> usize {
    status.folders.iter().filter(|folder| folder.held.is_some()).count()
}

/// How many of the listed problems only a person can end.
pub(crate) fn problems(status: &StatusView) -> usize {
    status.problems.iter().filter(|problem| needs_person(problem.reason)).count()
}

/// Whether waiting does not help.
fn needs_person(problem: Problem) -> bool {
    match problem {
        Problem::DiskFull
        | Problem::ReadOnly
        | Problem::Denied
        | Problem::DiskError
        | Problem::Name
        | Problem::Collision
        | Problem::Obstructed
        | Problem::Refused
        | Problem::RootMissing => true,
        // It ends by itself, or the folder lives with it.
        Problem::Unsupported
        | Problem::Busy
        | Problem::Corrupt
        | Problem::WatchLimit
        | Problem::NoWatch => false,
    }
}

/// Whether there are other devices and none of them is in reach.
pub(crate) fn is_alone(status: &StatusView) -> bool {
    status.isolated
        || status.state == State::Isolated
        || (!status.devices.is_empty() && !status.devices.iter().any(|device| device.connected))
}

fn moves(status: &StatusView) -> bool {
    let works = match status.state {
        State::Scanning | State::Syncing => true,
        State::Idle | State::Paused | State::Isolated | State::Crisis => false,
    };
    works || status.progress.is_some() || sends(status).next().is_some()
}

/// Devices in reach that are still to get something.
pub(crate) fn sends(status: &StatusView) -> impl Iterator<Item = &DeviceView> {
    let gets = |device: &&DeviceView| device.connected && device.waiting_for_files > 0;
    status.devices.iter().filter(gets)
}

/// Devices out of reach that are still to get something.
pub(crate) fn awaited(status: &StatusView) -> impl Iterator<Item = &DeviceView> {
    let misses = |device: &&DeviceView| !device.connected && device.waiting_for_files > 0;
    status.devices.iter().filter(misses)
}

/// Files that this device should have and does not have.
pub(crate) fn missing_files(status: &StatusView) -> u64 {
    status.folders.iter().map(|folder| folder.missing_files).sum()
}

fn waits(status: &StatusView) -> bool {
    awaited(status).next().is_some() || missing_files(status) > 0
}

#[cfg(test)]
pub(crate) mod tests;
