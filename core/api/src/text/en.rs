//! English.

use super::Sentence;
use crate::error::ErrorCode;
use crate::words::{HeldCause, Problem};

/// A sentence for every error, in the order of the codes.
pub(super) const SENTENCES: [Sentence; ErrorCode::ALL.len()] = [
    Sentence {
        code: ErrorCode::BadRequest,
        about: Some("The request makes no sense: {}. Nothing was changed."),
        plain: "The request makes no sense. Nothing was changed.",
    },
    Sentence {
        code: ErrorCode::Unauthorized,
        about: None,
        plain: "This client has no valid token. Open the interface again from this computer.",
    },
    Sentence {
        code: ErrorCode::Forbidden,
        about: None,
        plain: "Only this user's own programs may speak to the service; this request came from elsewhere and was refused.",
    },
    Sentence {
        code: ErrorCode::NotAllowed,
        about: None,
        plain: "This device's role in the home does not allow that. Do it on an admin device.",
    },
    Sentence {
        code: ErrorCode::NoHome,
        about: None,
        plain: "This device belongs to no home yet. `homefold join CODE` joins one, `homefold folder create` or `homefold invite` starts one.",
    },
    Sentence {
        code: ErrorCode::AlreadyInHome,
        about: None,
        plain: "This device already belongs to a home with other devices. Remove it there first; its files stay where they are.",
    },
    Sentence {
        code: ErrorCode::UnknownFolder,
        about: Some(
            "The home has no folder called “{}”; `homefold folder list` shows those it has.",
        ),
        plain: "The home has no such folder; `homefold folder list` shows those it has.",
    },
    Sentence {
        code: ErrorCode::FolderExists,
        about: Some(
            "The home already has a folder called “{}”. Take another name, or `homefold folder attach` to take part in it.",
        ),
        plain: "The home already has a folder of that name. Take another name.",
    },
    Sentence {
        code: ErrorCode::BadName,
        about: Some(
            "“{}” can't be a name: it must be 1 to 255 bytes without “/” or control characters, and neither “.” nor “..”.",
        ),
        plain: "That can't be a name: 1 to 255 bytes without “/” or control characters.",
    },
    Sentence {
        code: ErrorCode::AlreadyAttached,
        about: Some(
            "This device already takes part in “{}”. To move it elsewhere, detach it first; your files stay where they are.",
        ),
        plain: "This device already takes part in the folder.",
    },
    Sentence {
        code: ErrorCode::NotAttached,
        about: Some(
            "This device does not take part in “{}”; `homefold folder attach` changes that.",
        ),
        plain: "This device does not take part in the folder; `homefold folder attach` changes that.",
    },
    Sentence {
        code: ErrorCode::NotSafeYet,
        about: Some(
            "What was written in “{}” through the drive is not on another device yet, or a program has it open. Nothing is lost, and nothing was changed. Close the program and attach the folder to an empty directory, which takes all of it along; or wait until `homefold status` shows nothing as not yet safe.",
        ),
        plain: "What was written in the folder through the drive is not on another device yet, or a program has it open. Nothing is lost, and nothing was changed. Close the program and attach the folder to an empty directory, which takes all of it along; or wait until `homefold status` shows nothing as not yet safe.",
    },
    Sentence {
        code: ErrorCode::DirectoryUnusable,
        about: Some(
            "The directory {} can't be used: it must be a directory where you may write. Nothing was changed.",
        ),
        plain: "The directory can't be used: it must be a directory where you may write. Nothing was changed.",
    },
    Sentence {
        code: ErrorCode::DirectoryTaken,
        about: Some(
            "The directory {} is, holds or lies in a directory that is already shared, or the service's own. Choose another one.",
        ),
        plain: "The directory overlaps with one that is already shared, or the service's own. Choose another one.",
    },
    Sentence {
        code: ErrorCode::NoFuse,
        about: Some(
            "The drive can't be mounted at {}: this system lacks FUSE (`apt install fuse3`). Folders work without it.",
        ),
        plain: "The drive can't be mounted: this system lacks FUSE (`apt install fuse3`). Folders work without it.",
    },
    Sentence {
        code: ErrorCode::DriveMounted,
        about: Some(
            "Nothing was mounted at {}: something is mounted there, or the drive is mounted already. `homefold drive unmount` unmounts it.",
        ),
        plain: "Nothing was mounted: something is mounted there, or the drive is mounted already. `homefold drive unmount` unmounts it.",
    },
    Sentence {
        code: ErrorCode::UnknownDevice,
        about: Some(
            "The home has no device called “{}”; `homefold device list` shows those it has.",
        ),
        plain: "The home has no such device; `homefold device list` shows those it has.",
    },
    Sentence {
        code: ErrorCode::AmbiguousDevice,
        about: Some(
            "Several devices fit “{}”. Give more characters of the id; `homefold device list` shows them.",
        ),
        plain: "Several devices fit. Give more characters of the id.",
    },
    Sentence {
        code: ErrorCode::LastAdmin,
        about: Some(
            "“{}” is the last admin of the home and must stay one. Make another device an admin first.",
        ),
        plain: "It is the last admin of the home. Make another device an admin first.",
    },
    Sentence {
        code: ErrorCode::UnknownEntry,
        about: Some(
            "There is nothing at “{}”. It may have been moved or deleted: `homefold history` shows what stood there.",
        ),
        plain: "There is nothing at that path.",
    },
    Sentence {
        code: ErrorCode::UnknownConflict,
        about: Some(
            "There is no conflict {}; it may be resolved already. `homefold conflict list` shows the open ones.",
        ),
        plain: "There is no such conflict; it may be resolved already.",
    },
    Sentence {
        code: ErrorCode::UnknownVersion,
        about: Some("The archive holds no version {}; `homefold history` shows those it has."),
        plain: "The archive holds no such version; `homefold history` shows those it has.",
    },
    Sentence {
        code: ErrorCode::EntryExists,
        about: Some(
            "Something already stands at “{}” and was left untouched. Choose another place with --to.",
        ),
        plain: "Something already stands there and was left untouched. Choose another place.",
    },
    Sentence {
        code: ErrorCode::UnknownPolicy,
        about: Some("There is no policy or target “{}”; `homefold policy show` lists them."),
        plain: "There is no such policy or target; `homefold policy show` lists them.",
    },
    Sentence {
        code: ErrorCode::BadPolicyValue,
        about: Some("“{}” is no value for this policy. Nothing was changed."),
        plain: "That is no value for this policy. Nothing was changed.",
    },
    Sentence {
        code: ErrorCode::NothingHeld,
        about: Some("No changes are on hold in “{}”: there is nothing to decide."),
        plain: "No changes are on hold: there is nothing to decide.",
    },
    Sentence {
        code: ErrorCode::WrongCode,
        about: None,
        plain: "The code is wrong. Nothing was changed; look at it again on the inviting device: after three wrong tries it is no longer valid.",
    },
    Sentence {
        code: ErrorCode::InvitationOver,
        about: None,
        plain: "The invitation is over: it was used, withdrawn, or a newer one took its place. Make a new one with `homefold invite`.",
    },
    Sentence {
        code: ErrorCode::WeakPassword,
        about: None,
        plain: "A password needs at least 10 characters. Nothing was changed.",
    },
    Sentence {
        code: ErrorCode::AddressUnusable,
        about: Some(
            "The address {} can't be opened: it must be this computer's, like 0.0.0.0:22781, and free.",
        ),
        plain: "That address can't be opened: it must be this computer's, like 0.0.0.0:22781, and free.",
    },
    Sentence {
        code: ErrorCode::CodeExpired,
        about: None,
        plain: "The code's time is over. Nothing was changed; make a new one with `homefold invite` on the other device.",
    },
    Sentence {
        code: ErrorCode::CodeTriedOut,
        about: None,
        plain: "That was the third wrong code, so the right one is no longer valid either. Nothing was changed; make a new one with `homefold invite` on the other device.",
    },
    Sentence {
        code: ErrorCode::TurnedAway,
        about: None,
        plain: "The code or the digits were right, but the other device did not take this one. A device that was removed from a home can't come back as itself: stop this service, start it with an empty data dir (`--data-dir DIR`), and join from there; your files stay where they are.",
    },
    Sentence {
        code: ErrorCode::Declined,
        about: None,
        plain: "Somebody said that the digits are not the same. Nothing was shared. Try again, or use the code of `homefold invite`.",
    },
    Sentence {
        code: ErrorCode::ComparisonOver,
        about: None,
        plain: "The digits were not confirmed on both devices in time. Nothing was shared. Ask again, or use the code of `homefold invite`.",
    },
    Sentence {
        code: ErrorCode::InviterNotFound,
        about: Some(
            "No device that invites answers at {}. Check that `homefold invite` is waiting there and that both are on one network.",
        ),
        plain: "No device that invites was found. Check that `homefold invite` is waiting on the same network, or give its address with --address.",
    },
    Sentence {
        code: ErrorCode::Unreachable,
        about: Some("“{}” can't be reached. Nothing was changed; try again when it is on."),
        plain: "The other device can't be reached. Nothing was changed; try again when it is on.",
    },
    Sentence {
        code: ErrorCode::ContentUnavailable,
        about: Some(
            "The content of “{}” is on no device that can be reached. Nothing is lost: `homefold where` shows which device to switch on.",
        ),
        plain: "The content is on no device that can be reached. Nothing is lost: `homefold where` shows which device to switch on.",
    },
    Sentence {
        code: ErrorCode::CopiesNeeded,
        about: Some(
            "Files that stay here: {}. Too few other devices that can be reached have promised to keep them. Nothing is lost. Switch on a device that keeps the folder, wait until it is up to date and try again.",
        ),
        plain: "The files stay here: too few other devices that can be reached have promised to keep them. Nothing is lost. Switch on a device that keeps the folder, wait until it is up to date and try again.",
    },
    Sentence {
        code: ErrorCode::FilesInUse,
        about: Some(
            "Files that stay here for now: {}. They are open, just changed, in conflict, or another device relies on them for a few minutes. Nothing is lost. Try again later.",
        ),
        plain: "The files stay here for now: they are open, just changed, in conflict, or another device relies on them for a few minutes. Nothing is lost. Try again later.",
    },
    Sentence {
        code: ErrorCode::DiskFull,
        about: Some(
            "There is no room on the disk for “{}”. What is there is safe; free some space and try again.",
        ),
        plain: "There is no room on the disk. What is there is safe; free some space and try again.",
    },
    Sentence {
        code: ErrorCode::DiskError,
        about: Some("The disk reports an error at “{}”. Nothing was changed."),
        plain: "The disk reports an error. Nothing was changed.",
    },
    Sentence {
        code: ErrorCode::Unsupported,
        about: Some("This version of Homefold can't do that: {}."),
        plain: "This version of Homefold can't do that.",
    },
    Sentence {
        code: ErrorCode::NoPages,
        about: None,
        plain: "This build of Homefold carries no pages for a browser. Everything works from the command line; `cargo xtask ui build` makes the pages, then build again.",
    },
    Sentence {
        code: ErrorCode::Busy,
        about: None,
        plain: "Too much is going on at once. Nothing was changed; try again in a moment.",
    },
    Sentence {
        code: ErrorCode::TimedOut,
        about: Some(
            "Not finished in the time given: {}. It goes on in the background; `homefold status` shows how far it is.",
        ),
        plain: "Not finished in the time given. It goes on in the background; `homefold status` shows how far it is.",
    },
    Sentence {
        code: ErrorCode::InvitationExpired,
        about: None,
        plain: "Nobody joined in time and the code is no longer valid. Make a new one with `homefold invite`.",
    },
    Sentence {
        code: ErrorCode::Stopping,
        about: None,
        plain: "The service is stopping. What was finished is safe; try again once it runs.",
    },
    Sentence {
        code: ErrorCode::Internal,
        about: None,
        plain: "The service met a fault of its own. Your files are untouched; `homefold logs` says more.",
    },
    Sentence {
        code: ErrorCode::NoService,
        about: Some(
            "No service is running for {}. Start it with `homefold service start` or `homefold service run`.",
        ),
        plain: "No service is running. Start it with `homefold service start` or `homefold service run`.",
    },
    Sentence {
        code: ErrorCode::Incomprehensible,
        about: None,
        plain: "The service answered in a way that this program does not understand. Are both of the same version? `homefold service stop`, then start, brings them together.",
    },
];

/// Why something waits and what ends the waiting.
pub(super) fn problem(problem: Problem) -> &'static str {
    match problem {
        Problem::DiskFull => "there is no room on the disk; it goes on once space is free",
        Problem::ReadOnly => "the disk is read-only; it goes on once it can be written",
        Problem::Denied => "you may not read or write it; change its permissions",
        Problem::DiskError => "the disk reports an error; check the disk",
        Problem::Name => {
            "not every system can hold the name; rename it on the device where it was made"
        }
        Problem::Collision => {
            "another name differs only in capitals or accents; rename one of the two"
        }
        Problem::Obstructed => "a file and a directory want the same name; rename one of the two",
        Problem::Unsupported => {
            "it is neither a file, a directory nor a link; it stays on this device alone"
        }
        Problem::Busy => "it changes all the time; it goes on once it rests",
        Problem::Refused => "this device may only read here; the others don't take the change over",
        Problem::Corrupt => "no device has sent it undamaged; it is tried again with others",
        Problem::RootMissing => {
            "its directory is gone, empty or on another disk; nothing is deleted elsewhere, bring it back"
        }
        Problem::WatchLimit => {
            "the system can't watch so many directories; changes are found by rescans, raise fs.inotify.max_user_watches"
        }
        Problem::NoWatch => "this disk does not report changes; they are found by rescans",
    }
}

/// Why a batch of changes is held.
pub(super) fn held(cause: HeldCause) -> &'static str {
    match cause {
        HeldCause::MassDelete => "many files were deleted within a short time",
        HeldCause::RootMissing => "the folder's directory is gone",
        HeldCause::RootEmptied => "the folder's directory was emptied or replaced",
        HeldCause::RootElsewhere => "the folder's directory is on another volume than before",
        HeldCause::RootDenied => {
            "the folder's directory can't be read, or its disk does not keep what is written"
        }
    }
}

/// What each policy does.
pub(super) const POLICIES: [(&str, &str); 13] = [
    ("archive.days", "days for which replaced and deleted versions are kept"),
    ("archive.share", "the most of the disk that kept versions take"),
    ("archive.min_days", "days for which versions are kept even if they take more"),
    ("keep", "whether files stay on the device: as its mode says, or always, auto, never"),
    ("cache", "the room for files that are not kept: a part of what is free, or bytes"),
    ("copies", "other devices that must have a file before a device gives it up"),
    ("brake.on", "whether mass deletes are held until somebody has looked at them"),
    ("read.deadline", "seconds after which reading what is on another device fails"),
    (
        "read.spared",
        "programs for which nothing is fetched: names with commas, none, or default for \
         thumbnailers, indexers and virus scanners",
    ),
    (
        "read.budget",
        "the most that is fetched for one process in a minute: bytes, or none for no limit",
    ),
    (
        "rate.down",
        "the most that comes from other devices in a second: bytes, or none for no limit",
    ),
    ("rate.up", "the most that goes to other devices in a second: bytes, or none for no limit"),
    ("notices.on", "whether the desktop tells of conflicts, full disks and the like"),
];
