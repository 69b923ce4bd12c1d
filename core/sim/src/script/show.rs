//! Statements as text, in the form that `parse` reads.

use std::fmt;
use std::time::Duration;

use engine::Keep;
use engine::observation::Root;

use super::{Deed, Expectation, Fate, Script, Statement, Who, Wish};
use crate::disk::user::Step;

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = u8::try_from(self.0).ok().and_then(|n| b'a'.checked_add(n)).unwrap_or(b'?');
        write!(f, "{}", char::from(letter))
    }
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "devices {}", self.devices)?;
        for (who, role) in &self.roles {
            writeln!(f, "role {who} {}", role.word())?;
        }
        for who in &self.detached {
            writeln!(f, "detached {who}")?;
        }
        for (who, mode) in &self.modes {
            writeln!(f, "mode {who} {}", mode.word())?;
        }
        for statement in &self.statements {
            writeln!(f, "{statement}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(span) => write!(f, "after {}", Span(*span)),
            Self::Settle => write!(f, "settle"),
            Self::Count => write!(f, "count"),
            Self::Deed(who, deed) => write!(f, "{who}: {deed}"),
            Self::Cut(a, b) => write!(f, "cut {a}-{b}"),
            Self::Join(a, b) => write!(f, "join {a}-{b}"),
            Self::Fate(who, fate) => write!(f, "{who}: {fate}"),
            Self::Wish(who, wish) => write!(f, "{who}: {wish}"),
            Self::Expect(who, expectation) => write!(f, "{who}: {expectation}"),
        }
    }
}

/// A span in its largest whole unit.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];
        let (unit, length) = units
            .into_iter()
            .find(|(_, length)| millis.is_multiple_of(*length))
            .unwrap_or(("ms", 1));
        write!(f, "{}{unit}", millis / length)
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(step) => write!(f, "{step}"),
            Self::Save(path, text) => write!(f, "save {path} {text}"),
            Self::SaveAside(path, text) => write!(f, "save-aside {path} {text}"),
            Self::Recreate(path) => write!(f, "recreate {path}"),
            Self::Turn(path, text) => write!(f, "turn {path} {text}"),
            Self::Exchange(a, b) => write!(f, "exchange {a} {b}"),
            Self::Fill(path, count) => write!(f, "fill {path} {count}"),
            Self::Clear(Some(path)) => write!(f, "clear {path}"),
            Self::Clear(None) => write!(f, "clear ."),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write(path, bytes) => {
                write!(f, "write {path} {}", String::from_utf8_lossy(bytes))
            }
            Self::Append(path, bytes) => {
                write!(f, "append {path} {}", String::from_utf8_lossy(bytes))
            }
            Self::Remove(path) => write!(f, "rm {path}"),
            Self::Directory(path) => write!(f, "mkdir {path}"),
            Self::Rename(from, to) => write!(f, "mv {from} {to}"),
            Self::Copy(from, to) => write!(f, "cp {from} {to}"),
            Self::Mode(path, mode) => write!(f, "chmod {path} {mode:o}"),
            Self::Touch(path, back) => write!(f, "touch {path} {back}"),
            Self::Link(path, target) => write!(f, "link {path} {target}"),
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill => write!(f, "kill"),
            Self::Power => write!(f, "power-cut"),
            Self::Start => write!(f, "start"),
            Self::Full => write!(f, "full"),
            Self::ReadOnly => write!(f, "read-only"),
            Self::Bad(path) => write!(f, "bad {path}"),
            Self::Flaky(percent) => write!(f, "flaky {percent}"),
            Self::Unsynced => write!(f, "unsynced"),
            Self::Blind => write!(f, "blind"),
            Self::Cure => write!(f, "cure"),
            Self::Lose(root) => write!(f, "lose {}", word_of(*root)),
            Self::Find => write!(f, "find"),
            Self::Wipe => write!(f, "wipe"),
            Self::Clock(days) => write!(f, "clock {days}"),
            Self::Backup => write!(f, "backup"),
            Self::Rollback(false) => write!(f, "rollback unnoticed"),
            Self::Rollback(true) => write!(f, "rollback noticed"),
            Self::Restore => write!(f, "restore-backup"),
            Self::Amnesia => write!(f, "amnesia"),
            Self::IndexFault(calls) => write!(f, "index-fault {calls}"),
            Self::Rot(path) => write!(f, "rot {path}"),
        }
    }
}

/// The word for a state of the root.
pub(super) fn word_of(root: Root) -> &'static str {
    match root {
        Root::Ready => "ready",
        Root::Missing => "missing",
        Root::Unmarked => "unmarked",
        Root::OtherVolume => "other-volume",
        Root::Denied => "denied",
    }
}

/// The word for a choice in a conflict.
pub(super) fn word_of_choice(keep: Keep) -> &'static str {
    match keep {
        Keep::Mine => "mine",
        Keep::Theirs => "theirs",
        Keep::Both => "both",
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resolve(place, keep) => write!(f, "resolve {place} {}", word_of_choice(*keep)),
            Self::Restore(place) => write!(f, "restore {place}"),
            Self::Release => write!(f, "release"),
            Self::Undo => write!(f, "undo"),
            Self::Retry => write!(f, "retry"),
            Self::Rescan => write!(f, "rescan"),
            Self::Pause => write!(f, "pause"),
            Self::Resume => write!(f, "resume"),
            Self::Attach => write!(f, "attach"),
            Self::Remove(who) => write!(f, "remove {who}"),
            Self::Role(who, role) => write!(f, "role {who} {}", role.word()),
            Self::Keeping(keeping) => write!(f, "{keeping}"),
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, text) => write!(f, "has {path} {text}"),
            Self::Directory(path) => write!(f, "has-dir {path}"),
            Self::Nothing(path) => write!(f, "has-no {path}"),
            Self::Conflicts(count) => write!(f, "conflicts {count}"),
            Self::Held(count) => write!(f, "held {count}"),
            Self::Kept(path, count) => write!(f, "kept {path} {count}"),
            Self::Absent(path) => write!(f, "absent {path}"),
            Self::Fetched(bytes) => write!(f, "fetched {bytes}"),
        }
    }
}
