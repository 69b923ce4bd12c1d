//! Promises to keep files for others who give theirs up: those that were given, and those received.
//!
//! A device gives bytes up only while others have promised to keep the same file, and nobody gives up
//! what it has promised. A promise is noted before it is told, lasts [`PROMISE_TIME`] by the clock of
//! whoever gave it, and counts for the other side from when it asked, less a margin: so at any moment
//! some device has the bytes and is bound to keep them. What an index says of others is no promise.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::{Content, ContentHash, DeviceId, RelPath, Tick};
use wire::{Message, PROMISE_TIME};

use super::{Folder, Turn};
use crate::action::Action;
use crate::index::{Index, IndexError, Row};
use crate::observation::{Scope, Seen};
use crate::planner::{Decision, decide};

/// So much earlier a promise counts as ended for whoever received it: clocks run unequally, and what
/// was decided takes its time.
const MARGIN: Duration = Duration::from_secs(60);
/// When a device is asked again for what it did not promise: soon, then twice as late each time, and at
/// the latest after the second span.
const ASK_AGAIN: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(300));
/// How long an answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// Contents that are promised at a time.
const GIVEN_MAX: usize = 100_000;
/// Questions whose files are being looked at.
const ASSURING_MAX: usize = 64;
/// Files in a question.
pub(super) const ASKED_MAX: usize = 256;

/// A file with the content that it has.
pub(super) type File = (RelPath, ContentHash);

/// What was promised in a folder.
#[derive(Debug, Default)]
pub(crate) struct Promises {
    /// What this device keeps for others, and until when.
    given: BTreeMap<ContentHash, Tick>,
    /// Who keeps a file for this device, and until when that may be relied on.
    received: BTreeMap<File, BTreeMap<DeviceId, Tick>>,
    /// Questions without an answer: to whom, when, for what.
    asked: BTreeMap<u64, (DeviceId, Tick, Vec<File>)>,
    last_question: u64,
    /// What a device did not promise: when it is asked again, and how often it was asked.
    declined: BTreeMap<(DeviceId, File), (Tick, u32)>,
    /// Files that are looked at before they are promised: to whom, for which question.
    assuring: BTreeMap<u64, (DeviceId, u64, Vec<File>)>,
    last_batch: u64,
}

impl Promises {
    /// Promises of an earlier run: nobody knows how old they are, so they begin anew.
    pub(super) fn recall(&mut self, now: Tick, contents: Vec<ContentHash>) {
        let until = now.after(PROMISE_TIME);
        self.given = contents.into_iter().map(|content| (content, until)).collect();
    }

    /// Whether a content is promised to others.
    pub(super) fn binds(&self, content: ContentHash) -> bool {
        self.given.contains_key(&content)
    }

    /// How many devices keep a file for this one, and the end of the first of the best `copies`.
    pub(super) fn backed(&self, now: Tick, file: &File, copies: usize) -> Option<Tick> {
        let mut ends: Vec<Tick> = self.received.get(file)?.values().copied().collect();
        ends.retain(|end| *end > now);
        ends.sort_unstable();
        ends.len().checked_sub(copies).and_then(|first| ends.get(first)).copied()
    }

    /// Whether an answer about a file is awaited from a device, or came and still counts.
    fn is_asked(&self, now: Tick, device: DeviceId, file: &File) -> bool {
        let answered = self.received.get(file).and_then(|by| by.get(&device));
        let declined = self.declined.get(&(device, file.clone()));
        answered.is_some_and(|end| *end > now)
            || declined.is_some_and(|(until, _)| *until > now)
            || self.asked.values().any(|(whom, _, files)| *whom == device && files.contains(file))
    }

    /// Whether any device was asked about a content and may still answer, or has promised it.
    fn is_giving_up(&self, content: ContentHash) -> bool {
        let same = |file: &File| file.1 == content;
        self.received.keys().any(same)
            || self.asked.values().any(|(.., files)| files.iter().any(same))
    }

    /// A device is gone or has lost its index: nothing that it said may be relied on.
    pub(super) fn forget_device(&mut self, device: DeviceId) {
        self.asked.retain(|_, (whom, ..)| *whom != device);
        self.declined.retain(|(whom, _), _| *whom != device);
        for by in self.received.values_mut() {
            by.remove(&device);
        }
        self.received.retain(|_, by| !by.is_empty());
    }

    /// A question begins: who is asked about what. Files that this device has asked about already
    /// are left out.
    fn ask(&mut self, now: Tick, device: DeviceId, files: Vec<File>) -> Option<(u64, Vec<File>)> {
        let mut files = files;
        files.retain(|file| !self.is_asked(now, device, file));
        files.truncate(ASKED_MAX);
        if files.is_empty() {
            return None;
        }
        self.last_question += 1;
        self.asked.insert(self.last_question, (device, now, files.clone()));
        Some((self.last_question, files))
    }

    /// Takes over an answer; when something that was declined may be asked for again.
    fn answered(
        &mut self,
        now: Tick,
        from: DeviceId,
        (question, files): (u64, &[File]),
    ) -> Option<Tick> {
        if self.asked.get(&question).is_none_or(|(whom, ..)| *whom != from) {
            return None;
        }
        let (_, since, asked) = self.asked.remove(&question)?;
        let end = since.after(PROMISE_TIME.saturating_sub(MARGIN));
        let mut again = None;
        for file in asked {
            let key = (from, file);
            if files.contains(&key.1) {
                self.declined.remove(&key);
                self.received.entry(key.1).or_default().insert(from, end);
            } else {
                let (_, times) = self.declined.get(&key).copied().unwrap_or_default();
                let wait = ASK_AGAIN.0.saturating_mul(1 << times.min(16)).min(ASK_AGAIN.1);
                self.declined.insert(key, (now.after(wait), times.saturating_add(1)));
                again = Some(again.unwrap_or(now.after(wait)).min(now.after(wait)));
            }
        }
        again
    }

    /// Forgets what has ended; the contents that this device need not keep any more.
    pub(super) fn expire(&mut self, now: Tick) -> Vec<ContentHash> {
        self.asked.retain(|_, (_, since, _)| since.after(ANSWER_TIME) > now);
        self.declined.retain(|_, (until, _)| until.after(PROMISE_TIME) > now);
        for by in self.received.values_mut() {
            by.retain(|_, end| *end > now);
        }
        self.received.retain(|_, by| !by.is_empty());
        let ended = self.given.iter().filter(|(_, until)| **until <= now);
        let ended: Vec<_> = ended.map(|(content, _)| *content).collect();
        self.given.retain(|_, until| *until > now);
        ended
    }

    /// Whether any question waits for its answer.
    pub(super) fn is_asking(&self) -> bool {
        !self.asked.is_empty()
    }

    /// When something ends.
    pub(super) fn due(&self) -> Option<Tick> {
        let answers = self.asked.values().map(|(_, since, _)| since.after(ANSWER_TIME));
        self.given.values().copied().chain(answers).min()
    }
}

impl<I: Index> Folder<I> {
    /// Takes over the promises of an earlier run.
    pub(super) fn recall_promises(&mut self, turn: &Turn<'_>) -> Result<(), IndexError> {
        let contents = self.index.promised()?;
        self.promises.recall(turn.now.tick, contents);
        Ok(())
    }

    /// Another device wants to give files up. What this one has of them it is bound to keep from here
    /// on; it says so when they were looked at and made durable.
    pub(crate) fn promise_asked(
        &mut self,
        turn: &mut Turn<'_>,
        from: DeviceId,
        question: u64,
        files: &[File],
    ) -> Result<(), IndexError> {
        let opened = self.peers.get(&from).is_some_and(|peer| peer.opened);
        if !opened || self.promises.assuring.len() >= ASSURING_MAX {
            return Ok(());
        }
        let (mut promised, mut looked_at) = (Vec::new(), Vec::new());
        for file in files {
            if let Some(seen) = self.may_promise(turn, from, file)? {
                self.index.promise(file.1)?;
                self.promises.given.insert(file.1, turn.now.tick.after(PROMISE_TIME));
                looked_at.push((file.0.clone(), seen));
                promised.push(file.clone());
            }
        }
        self.promises.last_batch += 1;
        let batch = self.promises.last_batch;
        self.promises.assuring.insert(batch, (from, question, promised));
        turn.ask(Action::Assure { folder: self.id, batch, files: looked_at });
        Ok(())
    }

    /// Files that another device asked for were looked at: what is sound is promised.
    pub(crate) fn assured(
        &mut self,
        turn: &mut Turn<'_>,
        batch: u64,
        sound: &[bool],
    ) -> Result<(), IndexError> {
        let Some((from, question, files)) = self.promises.assuring.remove(&batch) else {
            return Ok(());
        };
        let (mut promised, mut look) = (Vec::new(), Vec::new());
        for (number, file) in files.into_iter().enumerate() {
            let row = self.index.get(&file.0)?;
            let here = row.map(|row| self.stands_well(&row)).transpose()?.flatten();
            match sound.get(number) {
                Some(true) if here.is_some_and(|content| content.hash == file.1) => {
                    promised.push(file);
                }
                Some(true) => {}
                Some(false) | None => look.push(file.0),
            }
        }
        if self.peers.contains_key(&from) {
            let message = Message::Promised { question, folder: self.id, files: promised };
            turn.ask(Action::Send { to: from, message, attach: Vec::new() });
        }
        if !look.is_empty() {
            self.scan(turn, Scope::Paths(look));
        }
        self.pump(turn)
    }

    /// Whether this device has a file and can be bound to keep it. Of two that want to give up the same
    /// content at a time, the one of the greater id may.
    fn may_promise(
        &self,
        turn: &Turn<'_>,
        from: DeviceId,
        file: &File,
    ) -> Result<Option<Seen>, IndexError> {
        let (path, content) = file;
        if self.promises.given.len() >= GIVEN_MAX && !self.promises.binds(*content) {
            return Ok(None);
        }
        // Programs of a device that may not write may write over a file without anybody taking that over.
        let bound = turn.may_write(turn.me);
        if !bound || turn.me > from && self.promises.is_giving_up(*content) {
            return Ok(None);
        }
        let Some(row) = self.index.get(path)? else { return Ok(None) };
        let fits = self.stands_well(&row)?.is_some_and(|here| here.hash == *content);
        Ok(row.disk.filter(|_| fits).map(|disk| disk.seen))
    }

    /// The content of a file that stands on this disk just as the home says, with nothing under way
    /// there and nothing undecided.
    pub(super) fn stands_well(&self, row: &Row) -> Result<Option<Content>, IndexError> {
        let path = &row.path;
        let content = row.register.winner().kind.content();
        let quiet = decide(row) == Decision::Nothing
            && row.problem.is_none()
            && row.register.losers().next().is_none()
            && !self.work.is_moving(path)
            && !self.disk.looking.contains(path)
            && !self.disk.doubted.contains(path)
            && !self.leaving.contains(path);
        if !quiet || self.held_at(path)?.is_some() {
            return Ok(None);
        }
        Ok(content.filter(|_| row.disk.is_some()))
    }

    /// Another device has promised files.
    pub(crate) fn promised(
        &mut self,
        turn: &mut Turn<'_>,
        from: DeviceId,
        question: u64,
        files: &[File],
    ) -> Result<(), IndexError> {
        let again = self.promises.answered(turn.now.tick, from, (question, files));
        if files.is_empty() {
            self.evict_later(again);
        } else {
            self.evict_soon(turn);
        }
        self.pump(turn)
    }

    /// Asks other devices to keep files that this one wants to give up.
    pub(super) fn ask_promises(&mut self, turn: &mut Turn<'_>, wanted: Vec<(File, Vec<DeviceId>)>) {
        let mut by_device: BTreeMap<DeviceId, BTreeSet<File>> = BTreeMap::new();
        for (file, devices) in wanted {
            for device in devices {
                by_device.entry(device).or_default().insert(file.clone());
            }
        }
        for (device, files) in by_device {
            let asked = self.promises.ask(turn.now.tick, device, files.into_iter().collect());
            if let Some((question, files)) = asked {
                let message = Message::PromiseAsked { question, folder: self.id, files };
                turn.ask(Action::Send { to: device, message, attach: Vec::new() });
            }
        }
    }

    /// Forgets promises that have ended.
    pub(super) fn expire_promises(&mut self, turn: &Turn<'_>) -> Result<(), IndexError> {
        for content in self.promises.expire(turn.now.tick) {
            self.index.end_promise(content)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: DeviceId = DeviceId([1; 32]);
    const OTHER: DeviceId = DeviceId([2; 32]);

    fn file() -> File {
        (RelPath::parse("a").unwrap(), ContentHash([7; 32]))
    }

    fn after(seconds: u64) -> Tick {
        Tick(0).after(Duration::from_secs(seconds))
    }

    #[test]
    fn a_promise_counts_from_the_question_and_ends_before_it_ends_for_the_other() {
        let mut promises = Promises::default();
        let (question, files) = promises.ask(Tick(0), OTHER, vec![file()]).unwrap();
        assert_eq!(promises.backed(after(1), &file(), 1), None);
        promises.answered(Tick(0), OTHER, (question, &files));
        assert_eq!(promises.backed(after(1), &file(), 1), Some(after(540)));
        assert_eq!(promises.backed(after(1), &file(), 2), None);
        assert_eq!(promises.backed(after(540), &file(), 1), None);
    }

    #[test]
    fn only_what_was_asked_of_a_device_is_taken_from_it_and_in_time() {
        let mut promises = Promises::default();
        let (question, files) = promises.ask(Tick(0), OTHER, vec![file()]).unwrap();
        promises.answered(Tick(0), ME, (question, &files));
        promises.answered(Tick(0), OTHER, (question + 1, &files));
        let other = (RelPath::parse("b").unwrap(), ContentHash([7; 32]));
        assert_eq!(promises.backed(after(1), &file(), 1), None);
        promises.expire(after(31));
        promises.answered(Tick(0), OTHER, (question, &files));
        assert_eq!(promises.backed(after(31), &file(), 1), None);
        let (question, _) = promises.ask(after(31), OTHER, vec![file()]).unwrap();
        promises.answered(Tick(0), OTHER, (question, std::slice::from_ref(&other)));
        assert_eq!(promises.backed(after(32), &other, 1), None);
    }

    #[test]
    fn a_device_that_lost_its_index_has_promised_nothing() {
        let mut promises = Promises::default();
        let (question, files) = promises.ask(Tick(0), OTHER, vec![file()]).unwrap();
        promises.answered(Tick(0), OTHER, (question, &files));
        promises.forget_device(OTHER);
        assert_eq!(promises.backed(after(1), &file(), 1), None);
    }

    #[test]
    fn promises_of_an_earlier_run_begin_anew() {
        let mut promises = Promises::default();
        promises.recall(after(5), vec![file().1]);
        assert!(promises.expire(after(604)).is_empty() && promises.binds(file().1));
        assert_eq!(promises.expire(after(605)), [file().1]);
        assert!(!promises.binds(file().1));
    }

    #[test]
    fn what_was_declined_is_asked_again_later_each_time() {
        let mut promises = Promises::default();
        let mut now = Tick(0);
        for seconds in [2, 4, 8] {
            let (question, _) = promises.ask(now, OTHER, vec![file()]).unwrap();
            let again = promises.answered(now, OTHER, (question, &[])).unwrap();
            assert_eq!(again, now.after(Duration::from_secs(seconds)));
            assert_eq!(promises.ask(now.after(Duration::from_secs(1)), OTHER, vec![file()]), None);
            now = again;
        }
    }
}
