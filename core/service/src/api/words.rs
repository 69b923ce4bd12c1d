//! The model's words in the API's.

use ::api::{Keep, Kind, Mode, Problem, Role, State};
use engine::Phase;
use model::{Entry, EntryKind};

use crate::folders::Trouble;

pub(crate) fn problem(problem: model::Problem) -> Problem {
    match problem {
        model::Problem::DiskFull => Problem::DiskFull,
        model::Problem::ReadOnly => Problem::ReadOnly,
        model::Problem::Denied => Problem::Denied,
        model::Problem::DiskError => Problem::DiskError,
        model::Problem::Name => Problem::Name,
        model::Problem::Collision => Problem::Collision,
        model::Problem::Obstructed => Problem::Obstructed,
        model::Problem::Unsupported => Problem::Unsupported,
        model::Problem::Busy => Problem::Busy,
        model::Problem::Refused => Problem::Refused,
        model::Problem::Corrupt => Problem::Corrupt,
    }
}

pub(crate) fn trouble(trouble: Trouble) -> Problem {
    match trouble {
        Trouble::RootMissing => Problem::RootMissing,
        Trouble::WatchLimit => Problem::WatchLimit,
        Trouble::NoWatch => Problem::NoWatch,
        Trouble::IndexFull => Problem::DiskFull,
        Trouble::IndexBroken => Problem::DiskError,
    }
}

pub(crate) fn role(role: model::Role) -> Role {
    match role {
        model::Role::Admin => Role::Admin,
        model::Role::Member => Role::Member,
        model::Role::Reader => Role::Reader,
        model::Role::Storage => Role::Storage,
        model::Role::Portal => Role::Portal,
    }
}

pub(super) fn role_given(role: Role) -> model::Role {
    match role {
        Role::Admin => model::Role::Admin,
        Role::Member => model::Role::Member,
        Role::Reader => model::Role::Reader,
        Role::Storage => model::Role::Storage,
        Role::Portal => model::Role::Portal,
    }
}

/// How much is held; `None` of a folder that is only looked at.
pub(super) fn mode(mode: model::Mode) -> Option<Mode> {
    match mode {
        model::Mode::Clone => Some(Mode::Clone),
        model::Mode::Stream => Some(Mode::Stream),
        model::Mode::Storage => Some(Mode::Storage),
        model::Mode::Portal => Some(Mode::Portal),
        model::Mode::View => None,
    }
}

pub(super) fn keep(keep: Keep) -> engine::Keep {
    match keep {
        Keep::Mine => engine::Keep::Mine,
        Keep::Theirs => engine::Keep::Theirs,
        Keep::Both => engine::Keep::Both,
    }
}

/// What stands at a path; `None` for a tombstone.
pub(super) fn kind(entry: &Entry) -> Option<Kind> {
    match &entry.kind {
        EntryKind::Tombstone { .. } => None,
        EntryKind::Symlink { .. } => Some(Kind::Symlink),
        EntryKind::File { .. } => Some(Kind::File),
        EntryKind::Directory { .. } => Some(Kind::Directory),
    }
}

/// What a folder does. One whose root is lost does nothing, and says so among the problems.
pub(super) fn state(phase: Phase) -> State {
    match phase {
        Phase::Scanning => State::Scanning,
        Phase::Syncing => State::Syncing,
        Phase::Idle | Phase::RootLost => State::Idle,
        Phase::Paused => State::Paused,
    }
}
