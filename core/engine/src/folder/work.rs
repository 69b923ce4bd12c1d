//! Making this disk as the home says.
//!
//! What is to be done is never stored: paths come from what just changed ([`Work::add`]) or from the
//! index, which marks rows that differ from their winner ([`Work::sweep`]). Each path is decided on
//! when its turn comes, from what is known then; what is under way is limited, and what can't be done
//! waits with its reason and is tried again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use model::{Content, ContentHash, DeviceId, Entry, EntryKind, Problem, RelPath, Tick};

use super::transfer::Step;
use super::{Folder, Turn};
use crate::action::Action;
use crate::change::{Change, Make, Outcome, Source};
use crate::event::{Arrival, ManifestRead, Staging};
use crate::index::{Index, IndexError, OnDisk, Row};
use crate::notice::Notice;
use crate::observation::{Root, Scope, Seen, Stat};
use crate::planner::{self, Decision, decide};

/// Changes in a batch.
const BATCH_MAX: usize = 1024;
/// Batches under way: one on the disk, one behind it.
const BATCHES_MAX: usize = 2;
/// Contents on their way.
const TRANSFERS_MAX: usize = 4096;
/// Paths remembered one by one; beyond that the index is swept.
const FRESH_MAX: usize = 8192;
/// Rows of a sweep's page.
const SWEEP_PAGE: usize = 512;
/// Other files whose chunks are looked at before a fetch.
const ALIKE_MAX: usize = 4;
/// How often a directory that is not empty is tried before it counts as a problem.
const FULL_TRIES: u8 = 3;
/// When what waits is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// What is under way in a folder.
#[derive(Debug, Default)]
pub(crate) struct Work {
    fresh: VecDeque<RelPath>,
    queued: BTreeSet<RelPath>,
    /// Where a sweep through the index goes on; `None`: none is under way.
    sweep: Option<Option<RelPath>>,
    batches: BTreeMap<u64, Vec<Planned>>,
    moving: BTreeSet<RelPath>,
    /// Paths whose disk changed while a change of them was under way.
    recheck: BTreeSet<RelPath>,
    /// Paths that wait for a content.
    waiting: BTreeMap<ContentHash, BTreeSet<RelPath>>,
    /// Contents that are staged and not used yet.
    staged: BTreeSet<ContentHash>,
    /// Directories that could not be removed because something was still in them, and how often.
    full: BTreeMap<RelPath, u8>,
    /// Some content had no source when it was wanted.
    sourceless: bool,
    directories: BTreeSet<RelPath>,
    retry_at: Option<Tick>,
    last_batch: u64,
}

/// A change that was asked for, and what it makes true.
#[derive(Debug)]
struct Planned {
    change: Change,
    winner: Entry,
    displaced: Option<OnDisk>,
}

impl Work {
    pub(super) fn add(&mut self, path: RelPath) {
        if self.fresh.len() >= FRESH_MAX {
            self.sweep();
        } else if self.queued.insert(path.clone()) {
            self.fresh.push_back(path);
        }
    }

    /// Goes through everything that the index marks.
    pub(super) fn sweep(&mut self) {
        self.sweep = Some(None);
    }

    pub(super) fn staged(&mut self, contents: Vec<ContentHash>) {
        self.staged.extend(contents);
    }

    /// Whether a change of this path is under way.
    pub(super) fn is_moving(&self, path: &RelPath) -> bool {
        self.moving.contains(path)
    }

    /// Looks at a path again once what is under way there is through.
    pub(super) fn look_later(&mut self, path: RelPath) {
        self.recheck.insert(path);
    }

    pub(super) fn retry_at(&self) -> Option<Tick> {
        self.retry_at
    }

    pub(super) fn is_idle(&self) -> bool {
        self.fresh.is_empty() && self.sweep.is_none() && self.batches.is_empty()
    }

    /// A small memory of directories that are known to stand, one level of one subtree at a time.
    pub(super) fn knows_directory(&self, path: &RelPath) -> bool {
        self.directories.contains(path)
    }

    pub(super) fn note_directory(&mut self, path: RelPath) {
        if self.directories.len() > 256 {
            self.directories.clear();
        }
        self.directories.insert(path);
    }

    pub(super) fn forget_directory(&mut self, path: &RelPath) {
        self.directories.remove(path);
    }

    fn retry_later(&mut self, now: Tick) {
        self.retry_at.get_or_insert(now.after(RETRY));
    }
}

impl<I: Index> Folder<I> {
    /// Starts whatever may start now.
    pub(crate) fn pump(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        while self.may_work() && self.work.batches.len() < BATCHES_MAX {
            let mut batch = Vec::new();
            while batch.len() < BATCH_MAX && self.transfers.len() < TRANSFERS_MAX {
                let Some(path) = self.next_path()? else { break };
                self.plan(turn, &path, &mut batch)?;
            }
            if batch.is_empty() {
                break;
            }
            self.start(turn, batch);
        }
        self.poll_transfers(turn)?;
        self.retry_full(turn)
    }

    fn may_work(&self) -> bool {
        !self.paused && self.disk.known && self.disk.root == Root::Ready && self.mode.keeps_all()
    }

    fn next_path(&mut self) -> Result<Option<RelPath>, IndexError> {
        if let Some(path) = self.work.fresh.pop_front() {
            self.work.queued.remove(&path);
            return Ok(Some(path));
        }
        let Some(after) = self.work.sweep.clone() else { return Ok(None) };
        let rows = self.index.needed(after.as_ref(), SWEEP_PAGE)?;
        self.work.sweep = rows.last().map(|row| Some(row.path.clone()));
        for row in rows {
            if matches!(row.problem, None | Some(Problem::Collision)) {
                self.work.add(row.path);
            }
        }
        match self.work.fresh.pop_front() {
            Some(path) => {
                self.work.queued.remove(&path);
                Ok(Some(path))
            }
            None if self.work.sweep.is_some() => self.next_path(),
            None => Ok(None),
        }
    }

    /// Adds what a path needs to the batch, or fetches what it lacks.
    fn plan(
        &mut self,
        turn: &mut Turn<'_>,
        path: &RelPath,
        batch: &mut Vec<Planned>,
    ) -> Result<(), IndexError> {
        if self.work.moving.contains(path)
            || self.disk.looking.contains(path)
            || self.leaving.contains(path)
            || (self.held.any() && self.index.held_at(path)?.is_some())
        {
            return Ok(());
        }
        let Some(row) = self.index.get(path)?.filter(|row| row.needed) else { return Ok(()) };
        let winner = row.register.winner().clone();
        let make = match (decide(&row), &winner.kind) {
            (Decision::Nothing, _) => return Ok(()),
            (Decision::Adopt, _) => {
                self.write(Some(&row), adopted(&row), false)?;
                return Ok(());
            }
            (Decision::Remove, kind) => {
                self.plan_destination(turn, &row, kind, batch)?;
                if self.work.moving.contains(path) || !self.may_remove(turn, &row)? {
                    return Ok(());
                }
                Make::Nothing
            }
            (Decision::Make, EntryKind::Symlink { target }) => {
                Make::Symlink { target: target.clone() }
            }
            (Decision::Make, kind) => Make::Directory { mode: mode_of(kind) },
            (Decision::Adjust, kind) => {
                Make::Attributes { mode: mode_of(kind), mtime: winner.mtime }
            }
            (Decision::Place(content), kind) => {
                let Some(source) = self.source(turn, &row, content)? else { return Ok(()) };
                Make::File { content, mode: mode_of(kind), mtime: winner.mtime, source }
            }
        };
        if let Make::File { source: Source::Move { path, .. }, .. } = &make {
            self.work.moving.insert(path.clone());
        }
        self.work.moving.insert(path.clone());
        self.work.forget_directory(path);
        let change = Change {
            path: path.clone(),
            expect: row.disk.as_ref().map(|disk| disk.seen.clone()),
            archive: self.archives(&row, &make)?,
            make,
        };
        batch.push(Planned { change, winner, displaced: row.disk });
        Ok(())
    }

    /// What was moved elsewhere is planned there first, so that the file itself can be moved.
    fn plan_destination(
        &mut self,
        turn: &mut Turn<'_>,
        row: &Row,
        kind: &EntryKind,
        batch: &mut Vec<Planned>,
    ) -> Result<(), IndexError> {
        let EntryKind::Tombstone { moved_to: Some(to) } = kind else { return Ok(()) };
        let here = row.disk.as_ref().and_then(|disk| disk.seen.kind.content());
        let Some(there) = self.index.get(&to.path)?.filter(|there| there.needed) else {
            return Ok(());
        };
        if here.is_some_and(|content| decide(&there) == Decision::Place(content)) {
            self.plan(turn, &to.path, batch)?;
        }
        Ok(())
    }

    /// A directory in which something lives is kept, with a change of this device that says so.
    fn may_remove(&mut self, turn: &mut Turn<'_>, row: &Row) -> Result<bool, IndexError> {
        let Some(disk) = &row.disk else { return Ok(false) };
        let directory = matches!(disk.seen.kind, EntryKind::Directory { .. });
        if directory && turn.may_write(turn.me) && self.index.has_live_below(&row.path)? {
            let basis = row.register.knowledge();
            self.record(turn, (&row.path, Some(row)), disk.seen.clone(), basis)?;
            return Ok(false);
        }
        Ok(true)
    }

    /// Whether the bytes that a change displaces are to be kept.
    fn archives(&self, row: &Row, make: &Make) -> Result<bool, IndexError> {
        let Some(disk) = &row.disk else { return Ok(false) };
        match make {
            Make::Attributes { .. } => Ok(false),
            Make::Nothing | Make::Directory { .. } | Make::Symlink { .. } | Make::File { .. } => {
                Ok(disk.seen.kind.content().is_some())
            }
        }
    }

    /// Where the bytes of a file come from; `None`: they are on their way, or there is no source yet.
    fn source(
        &mut self,
        turn: &mut Turn<'_>,
        row: &Row,
        content: Content,
    ) -> Result<Option<Source>, IndexError> {
        if self.work.staged.contains(&content.hash) {
            return Ok(Some(Source::Staged));
        }
        if let Some(source) = self.source_on_disk(&row.path, content)? {
            return Ok(Some(source));
        }
        if self.index.is_archived(content.hash)? && !self.disk.unusable.contains(&content.hash) {
            return Ok(Some(Source::Archive { hash: content.hash }));
        }
        let sources = self.sources_of(row);
        if self.transfers.want(content, &sources) {
            self.work.waiting.entry(content.hash).or_default().insert(row.path.clone());
        } else if sources.is_empty() {
            return Ok(None);
        } else {
            self.put_problem(turn, &row.path, Problem::Corrupt)?;
        }
        Ok(None)
    }

    fn source_on_disk(
        &self,
        target: &RelPath,
        content: Content,
    ) -> Result<Option<Source>, IndexError> {
        for other in self.index.on_disk(content.hash)? {
            let usable = other.path != *target
                && !self.work.moving.contains(&other.path)
                && !self.disk.looking.contains(&other.path)
                && !self.leaving.contains(&other.path);
            let Some(disk) = other.disk.clone().filter(|_| usable) else { continue };
            let held = self.held.any() && self.index.held_at(&other.path)?.is_some();
            let (path, seen) = (other.path.clone(), disk.seen);
            return Ok(Some(if decide(&other) == Decision::Remove && !held {
                Source::Move { path, seen }
            } else {
                Source::Copy { path, seen }
            }));
        }
        Ok(None)
    }

    fn start(&mut self, turn: &mut Turn<'_>, mut batch: Vec<Planned>) {
        planner::sort(&mut batch, |planned| &planned.change);
        self.work.last_batch += 1;
        let number = self.work.last_batch;
        let changes = batch.iter().map(|planned| planned.change.clone()).collect();
        self.work.batches.insert(number, batch);
        turn.ask(Action::Apply { folder: self.id, batch: number, changes });
    }

    /// What came of a batch.
    pub(crate) fn applied(
        &mut self,
        turn: &mut Turn<'_>,
        batch: u64,
        outcomes: Vec<Outcome>,
    ) -> Result<(), IndexError> {
        let Some(planned) = self.work.batches.remove(&batch) else { return Ok(()) };
        let mut look = Vec::new();
        for (planned, outcome) in planned.into_iter().zip(outcomes) {
            self.moved_on(&planned.change.path, &mut look);
            if let Make::File { source: Source::Move { path, .. }, .. } = &planned.change.make {
                self.moved_on(path, &mut look);
            }
            match outcome {
                Outcome::Done(stat) => self.done(turn, &planned, stat)?,
                Outcome::Differs => look.push(planned.change.path),
                Outcome::SourceDiffers => self.source_differs(&planned, &mut look),
                Outcome::Blocked(problem) => self.stuck(turn, &planned, problem)?,
            }
        }
        if !look.is_empty() {
            self.disk.looking.extend(look.iter().cloned());
            self.scan(turn, Scope::Paths(look));
        }
        self.tell(turn)?;
        self.pump(turn)
    }

    fn done(
        &mut self,
        turn: &mut Turn<'_>,
        planned: &Planned,
        stat: Option<Stat>,
    ) -> Result<(), IndexError> {
        let path = &planned.change.path;
        if let Make::File { source: Source::Move { path: from, .. }, .. } = &planned.change.make
            && let Some(row) = self.index.get(from)?
        {
            self.write(Some(&row), Row { disk: None, ..row.clone() }, false)?;
        }
        if planned.change.archive
            && let Some(displaced) = &planned.displaced
        {
            self.keep(turn, path, displaced)?;
        }
        let Some(row) = self.index.get(path)? else { return Ok(()) };
        let (version, dot) = (planned.winner.version.clone(), planned.winner.dot);
        let disk = stat.map(|stat| {
            let seen = Seen { kind: planned.winner.kind.clone(), stat };
            OnDisk { seen, version, dot }
        });
        let after = self.write(Some(&row), Row { disk, ..row.clone() }, false)?;
        if after.needed {
            self.work.add(path.clone());
        }
        if let Make::File { content, source: Source::Staged, .. } = &planned.change.make {
            self.used(turn, content.hash, path)?;
        }
        let (folder, path) = (self.id, path.clone());
        turn.ask(Action::Tell(Notice::Changed { folder, path, local: false }));
        Ok(())
    }

    /// A staged content was put in place; it is needed no more if nobody else waits for it.
    fn used(
        &mut self,
        turn: &mut Turn<'_>,
        content: ContentHash,
        path: &RelPath,
    ) -> Result<(), IndexError> {
        let waiting = self.work.waiting.get_mut(&content);
        if waiting.is_none_or(|paths| {
            paths.remove(path);
            paths.is_empty()
        }) {
            self.work.waiting.remove(&content);
            self.work.staged.remove(&content);
            turn.ask(Action::Unstage { folder: self.id, content });
        }
        Ok(())
    }

    fn source_differs(&mut self, planned: &Planned, look: &mut Vec<RelPath>) {
        let path = planned.change.path.clone();
        if let Make::File { content, source, .. } = &planned.change.make {
            match source {
                Source::Staged => {
                    self.work.staged.remove(&content.hash);
                }
                Source::Archive { hash } => {
                    self.disk.unusable.insert(*hash);
                }
                Source::Copy { path, .. } | Source::Move { path, .. } => look.push(path.clone()),
            }
        }
        if look.is_empty() { self.work.add(path) } else { look.push(path) }
    }

    fn stuck(
        &mut self,
        turn: &mut Turn<'_>,
        planned: &Planned,
        problem: Problem,
    ) -> Result<(), IndexError> {
        let path = &planned.change.path;
        if problem == Problem::Obstructed && planned.change.make == Make::Nothing {
            let tries = self.work.full.entry(path.clone()).or_insert(0);
            *tries += 1;
            if *tries <= FULL_TRIES {
                return Ok(());
            }
            self.work.full.remove(path);
        }
        self.put_problem(turn, path, problem)
    }

    /// Directories that still held something are tried again when nothing else is under way.
    fn retry_full(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        if self.work.full.is_empty() || !self.work.is_idle() || !self.may_work() {
            return Ok(());
        }
        let mut batch = Vec::new();
        for path in self.work.full.keys().cloned().collect::<Vec<_>>() {
            self.plan(turn, &path, &mut batch)?;
        }
        let planned: BTreeSet<_> = batch.iter().map(|planned| &planned.change.path).collect();
        self.work.full.retain(|path, _| planned.contains(path));
        if !batch.is_empty() {
            self.start(turn, batch);
        }
        Ok(())
    }

    pub(super) fn put_problem(
        &mut self,
        turn: &mut Turn<'_>,
        path: &RelPath,
        problem: Problem,
    ) -> Result<(), IndexError> {
        self.work.retry_later(turn.now.tick);
        let Some(row) = self.index.get(path)?.filter(|row| row.problem != Some(problem)) else {
            return Ok(());
        };
        let after = Row { problem: Some(problem), ..row.clone() };
        self.count(&row, false);
        self.count(&after, true);
        self.index.put(&after)?;
        let (folder, path) = (self.id, path.clone());
        turn.ask(Action::Tell(Notice::Waits { folder, path, problem }));
        Ok(())
    }

    /// Tries everything that waits for a reason again.
    pub(crate) fn retry(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        self.work.retry_at = None;
        if std::mem::take(&mut self.work.sourceless) {
            self.work.sweep();
        }
        self.disk.unusable.clear();
        let mut after = None;
        loop {
            let rows = self.index.problems(after.as_ref(), SWEEP_PAGE)?;
            let Some(last) = rows.last() else { break };
            after = Some(last.path.clone());
            for row in rows.iter().filter(|row| row.needed) {
                let cleared = Row { problem: None, ..row.clone() };
                self.count(row, false);
                self.count(&cleared, true);
                self.index.put(&cleared)?;
                self.work.add(row.path.clone());
            }
        }
        if !self.disk.blocked.is_empty() {
            let paths = self.disk.blocked.keys().cloned().collect();
            self.scan(turn, Scope::Paths(paths));
            self.work.retry_later(turn.now.tick);
        }
        self.pump(turn)
    }

    fn poll_transfers(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        if self.paused || self.transfers.len() == 0 {
            return Ok(());
        }
        let index = &self.index;
        let mut failed = None;
        let steps = self.transfers.poll(turn.now.tick, &mut |hash| match index.manifest(hash) {
            Ok(manifest) => manifest.is_some(),
            Err(error) => {
                failed = Some(error);
                false
            }
        });
        match failed {
            Some(error) => Err(error),
            None => self.follow_steps(turn, steps),
        }
    }

    /// Carries out what the transfers ask for.
    pub(super) fn follow_steps(
        &mut self,
        turn: &mut Turn<'_>,
        steps: Vec<Step>,
    ) -> Result<(), IndexError> {
        for step in steps {
            match step {
                Step::Fetch { request, from, wants } => {
                    turn.ask(Action::Fetch { folder: self.id, request, from, wants });
                }
                Step::Stage(content) => {
                    let alike = self.alike(content)?;
                    turn.ask(Action::Stage { folder: self.id, content, alike });
                }
                Step::Ready(hash) => {
                    self.work.staged.insert(hash);
                    self.wake(hash);
                }
                Step::Stuck(hash, problem) => {
                    for path in self.work.waiting.remove(&hash).unwrap_or_default() {
                        self.put_problem(turn, &path, problem)?;
                    }
                }
                Step::Sourceless(hash) => {
                    self.work.waiting.remove(&hash);
                    self.work.sourceless = true;
                    self.work.retry_later(turn.now.tick);
                }
                Step::Corrupt(device) => {
                    turn.ask(Action::Tell(Notice::Corrupt { folder: self.id, device }));
                }
            }
        }
        Ok(())
    }

    fn wake(&mut self, hash: ContentHash) {
        let paths = self.work.waiting.get(&hash).cloned().unwrap_or_default();
        paths.into_iter().for_each(|path| self.work.add(path));
    }

    /// Contents on this disk that may share chunks with one that is to be fetched: what stands at the
    /// paths that wait for it first.
    fn alike(&self, content: Content) -> Result<Vec<ContentHash>, IndexError> {
        let mut alike = Vec::new();
        for path in self.work.waiting.get(&content.hash).into_iter().flatten() {
            let disk = self.index.get(path)?.and_then(|row| row.disk);
            alike
                .extend(disk.and_then(|disk| disk.seen.kind.content()).map(|content| content.hash));
        }
        for hash in self.index.similar(content.hash, ALIKE_MAX)? {
            if !alike.contains(&hash) && hash != content.hash {
                alike.push(hash);
            }
        }
        Ok(alike)
    }

    pub(crate) fn staged(
        &mut self,
        turn: &mut Turn<'_>,
        content: ContentHash,
        staging: Staging,
    ) -> Result<(), IndexError> {
        let steps = self.transfers.staged(content, staging);
        self.follow_steps(turn, steps)?;
        self.pump(turn)
    }

    pub(crate) fn fetched(
        &mut self,
        turn: &mut Turn<'_>,
        request: u64,
        (results, manifests): (Vec<Arrival>, Vec<ManifestRead>),
    ) -> Result<(), IndexError> {
        self.keep_manifests(&manifests)?;
        let steps = self.transfers.fetched(turn.now.tick, request, &results);
        self.follow_steps(turn, steps)?;
        self.pump(turn)
    }

    /// Who may be asked for the content of a row. What a person chose in a conflict may be kept by
    /// any device that once had it.
    fn sources_of(&self, row: &Row) -> Vec<DeviceId> {
        if row.register.winner().resolves.is_some() {
            return self
                .peers
                .iter()
                .filter(|(_, peer)| peer.opened)
                .map(|(device, _)| *device)
                .collect();
        }
        self.connected(row.holders)
    }

    /// Fetches a content for a path from one device, whoever is known to hold it.
    pub(super) fn fetch_from(&mut self, device: DeviceId, content: Content, path: &RelPath) {
        if self.transfers.want(content, &[device]) {
            self.work.waiting.entry(content.hash).or_default().insert(path.clone());
        }
    }
}

fn adopted(row: &Row) -> Row {
    let winner = row.register.winner();
    let disk = row.disk.clone().map(|disk| OnDisk {
        version: winner.version.clone(),
        dot: winner.dot,
        ..disk
    });
    Row { disk, ..row.clone() }
}

fn mode_of(kind: &EntryKind) -> u16 {
    match kind {
        EntryKind::File { mode, .. } | EntryKind::Directory { mode } => *mode,
        EntryKind::Symlink { .. } | EntryKind::Tombstone { .. } => 0o777,
    }
}
