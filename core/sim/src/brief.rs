//! Events, actions and messages in few words, for traces that a person can follow.

use std::fmt::{self, Display, Formatter};

use engine::change::{Change, Make, Outcome, Source};
use engine::event::Staging;
use engine::observation::{Found, Observation, Scope, Seen};
use engine::{Action, Event};
use model::{Entry, EntryKind};
use wire::{Item, Message, Same, Update};

/// A value that is shown briefly.
pub struct Brief<'a, T>(pub &'a T);

/// Several values, shown briefly.
struct List<'a, T>(&'a [T]);

impl<'a, T> Display for List<'a, T>
where
    Brief<'a, T>: Display,
{
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (i, one) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{}", Brief(one))?;
        }
        Ok(())
    }
}

impl Display for Brief<'_, Event> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Event::Connected { device } => write!(f, "connected {device:?}"),
            Event::Disconnected { device } => write!(f, "disconnected {device:?}"),
            Event::Received { from, message, staged } => {
                write!(f, "from {from:?}: {} staged {staged:?}", Brief(message))
            }
            Event::Sent { to } => write!(f, "sent {to:?}"),
            Event::Observed { observations, .. } => write!(f, "seen {}", List(observations)),
            Event::ScanEnded { scope, root, .. } => {
                write!(f, "scanned {} {root:?}", Brief(scope))
            }
            Event::NotArchived { contents, .. } => write!(f, "not archived {contents:?}"),
            Event::Applied { batch, outcomes, .. } => {
                write!(f, "applied #{batch}: {}", List(outcomes))
            }
            Event::Evicted { batch, outcomes, .. } => write!(f, "evicted #{batch}: {outcomes:?}"),
            Event::Assured { batch, sound, .. } => write!(f, "assured #{batch}: {sound:?}"),
            Event::Room { free, .. } => write!(f, "{free} bytes are free"),
            Event::Used { uses, .. } => write!(f, "used {uses:?}"),
            Event::Staged { content, staging, .. } => match staging {
                Staging::Missing { missing, .. } => {
                    write!(f, "staged {content:?}, lacks {missing:?}")
                }
                Staging::Blocked(problem) => write!(f, "staged {content:?}: {problem:?}"),
            },
            Event::Fetched { request, results, .. } => write!(f, "fetched #{request}: {results:?}"),
            Event::Timeout => write!(f, "timeout"),
        }
    }
}

impl Display for Brief<'_, Action> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Action::Send { to, message, .. } => write!(f, "to {to:?}: {}", Brief(message)),
            Action::Scan { scope, .. } => write!(f, "scan {}", Brief(scope)),
            Action::LookInArchive { contents, .. } => write!(f, "look in archive {contents:?}"),
            Action::Apply { batch, changes, .. } => write!(f, "apply #{batch}: {}", List(changes)),
            Action::Evict { batch, files, .. } => {
                let paths = files.iter().map(|file| file.path.as_str());
                write!(f, "evict #{batch}: {:?}", paths.collect::<Vec<_>>())
            }
            Action::Assure { batch, files, .. } => {
                let paths = files.iter().map(|(path, _)| path.as_str());
                write!(f, "assure #{batch}: {:?}", paths.collect::<Vec<_>>())
            }
            Action::Brought { path, outcome, .. } => write!(f, "brought {path}: {outcome:?}"),
            Action::Stage { content, alike, .. } => {
                write!(f, "stage {:?} like {alike:?}", content.hash)
            }
            Action::Fetch { request, from, wants, .. } => {
                write!(f, "fetch #{request} from {from:?}: {wants:?}")
            }
            Action::Unstage { content, .. } => write!(f, "unstage {content:?}"),
            Action::Purge { content, .. } => write!(f, "purge {content:?}"),
            Action::Mark { .. } => write!(f, "mark"),
            Action::Cut { device } => write!(f, "cut {device:?}"),
            Action::Dial => write!(f, "dial"),
            Action::Tell(notice) => write!(f, "Tell({notice:?})"),
        }
    }
}

impl Display for Brief<'_, Message> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Message::Home(_) => write!(f, "home"),
            Message::Open(open) => write!(
                f,
                "open epoch {:x} seq {} received {:x}/{} actors {:?}",
                open.epoch,
                open.sequence.0,
                open.received.epoch,
                open.received.sequence.0,
                open.actors.iter().map(|known| (known.0, known.2)).collect::<Vec<_>>()
            ),
            Message::Update(update) => write!(f, "{}", Brief(update)),
            Message::Refused { paths, .. } => write!(f, "refused {paths:?}"),
            Message::PromiseAsked { files, .. } => write!(f, "keep {}?", files.len()),
            Message::Promised { files, .. } => write!(f, "keeps {}", files.len()),
            Message::HistoryAsked { path, .. } => write!(f, "history of {path}?"),
            Message::HistoryTold { versions, .. } => write!(f, "history {}", versions.len()),
            Message::Offer(offer) => write!(f, "offer {}", offer.path),
            Message::Disks(disks) => write!(f, "disks {}", disks.len()),
        }
    }
}

impl Display for Brief<'_, Update> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Update { after, position, items, same, .. } = self.0;
        write!(f, "page {}..{}: {} same {}", after.0, position.sequence.0, List(items), List(same))
    }
}

impl Display for Brief<'_, Same> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0.sequence.0, if self.0.held { "+" } else { "-" })
    }
}

impl Display for Brief<'_, Item> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let sign = |held| if held { "+" } else { "-" };
        let (own, yours) = (sign(self.0.held), sign(self.0.yours_held));
        let Item { sequence, path, siblings, .. } = self.0;
        write!(f, "{}{own}{yours} {path} [{}]", sequence.0, List(siblings))
    }
}

impl Display for Brief<'_, Entry> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Entry { kind, version, dot, resolves, .. } = self.0;
        let chosen = if resolves.is_some() { " chosen" } else { "" };
        write!(f, "{} {:x}:{} {version:?}{chosen}", Brief(kind), dot.actor.0, dot.counter)
    }
}

impl Display for Brief<'_, EntryKind> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            EntryKind::Tombstone { moved_to: None } => write!(f, "gone"),
            EntryKind::Tombstone { moved_to: Some(to) } => {
                write!(f, "moved to {} {:x}:{}", to.path, to.dot.actor.0, to.dot.counter)
            }
            EntryKind::Symlink { target } => write!(f, "link {target}"),
            EntryKind::File { content, mode } => write!(f, "file {:?} {mode:o}", content.hash),
            EntryKind::Directory { mode } => write!(f, "dir {mode:o}"),
        }
    }
}

impl Display for Brief<'_, Seen> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} ino {}", Brief(&self.0.kind), self.0.stat.inode)
    }
}

impl Display for Brief<'_, Observation> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0.found {
            Found::Present(seen) => write!(f, "{} {}", self.0.path, Brief(seen)),
            Found::Gone => write!(f, "{} gone", self.0.path),
            Found::Blocked(problem) => write!(f, "{} {problem:?}", self.0.path),
        }
    }
}

impl Display for Brief<'_, Scope> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Scope::Folder => write!(f, "all"),
            Scope::Paths(paths) => write!(f, "{paths:?}"),
        }
    }
}

impl Display for Brief<'_, Outcome> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Outcome::Done(_) => write!(f, "done"),
            Outcome::Differs => write!(f, "differs"),
            Outcome::SourceDiffers => write!(f, "source differs"),
            Outcome::Blocked(problem) => write!(f, "{problem:?}"),
        }
    }
}

impl Display for Brief<'_, Change> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Change { path, expect, make, archive } = self.0;
        write!(f, "{path}: ")?;
        match expect {
            Some(seen) => write!(f, "{}", Brief(seen))?,
            None => write!(f, "nothing")?,
        }
        write!(f, " => {}{}", Brief(make), if *archive { " (archive)" } else { "" })
    }
}

impl Display for Brief<'_, Make> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Make::Directory { mode } => write!(f, "dir {mode:o}"),
            Make::Symlink { target } => write!(f, "link {target}"),
            Make::File { content, source, .. } => {
                write!(f, "file {:?} from ", content.hash)?;
                match source {
                    Source::Staged => write!(f, "staging"),
                    Source::Copy { path, .. } => write!(f, "copy of {path}"),
                    Source::Move { path, .. } => write!(f, "move of {path}"),
                    Source::Archive { .. } => write!(f, "archive"),
                }
            }
            Make::Attributes { mode, mtime } => write!(f, "mode {mode:o} time {}", mtime.0),
            Make::Nothing => write!(f, "nothing"),
        }
    }
}
