//! What came of the changes of the disk: what is true now, what has to be looked at, what waits.

use std::collections::BTreeSet;

use model::{ContentHash, Problem, RelPath, Tick};

use super::work::{Planned, SWEEP_PAGE};
use super::{Folder, Turn};
use crate::action::Action;
use crate::change::{Make, Outcome, Source};
use crate::index::{Index, IndexError, OnDisk, Row};
use crate::notice::Notice;
use crate::observation::{Scope, Seen, Stat};

/// How often a directory that is not empty is tried before it counts as a problem.
const FULL_TRIES: u8 = 3;
/// How often in a row what nobody has is asked for at every try, and at which tries from then on.
const ASKED_SOON: u32 = 8;
const ASKED_EVERY: u32 = 10;

impl<I: Index> Folder<I> {
    /// What came of a batch.
    pub(crate) fn applied(
        &mut self,
        turn: &mut Turn<'_>,
        batch: u64,
        outcomes: Vec<Outcome>,
    ) -> Result<(), IndexError> {
        let Some(planned) = self.work.batches.remove(&batch) else { return Ok(()) };
        let mut look = Vec::new();
        for content in planned.iter().filter_map(|planned| planned.change.staged()) {
            self.work.await_no_more(content);
        }
        for (planned, outcome) in planned.into_iter().zip(outcomes) {
            // What was not changed is as it was, whatever was seen on the way.
            let changed = matches!(outcome, Outcome::Done(_));
            self.moved_on(&planned.change.path, changed, &mut look);
            if let Make::File { source: Source::Move { path, .. }, .. } = &planned.change.make {
                self.moved_on(path, true, &mut look);
            }
            match outcome {
                Outcome::Done(stat) => self.done(turn, &planned, stat)?,
                Outcome::Differs => {
                    // Where it would have come from may have changed as well, and not been told meanwhile.
                    if let Make::File { source: Source::Move { path, .. }, .. } =
                        planned.change.make
                    {
                        look.push(path);
                    }
                    look.push(planned.change.path);
                }
                Outcome::SourceDiffers => self.source_differs(&planned, &mut look),
                Outcome::Blocked(problem) => self.stuck(turn, &planned, problem)?,
            }
        }
        if !look.is_empty() {
            self.disk.looking.extend(look.iter().cloned());
            self.scan(turn, Scope::Paths(look));
        }
        self.take_waiting(turn)?;
        self.tell(turn)?;
        self.pump(turn)
    }

    fn moved_on(&mut self, path: &RelPath, changed: bool, look: &mut Vec<RelPath>) {
        self.work.moving.remove(path);
        if self.work.recheck.remove(path) && changed {
            look.push(path.clone());
        }
    }

    fn done(
        &mut self,
        turn: &mut Turn<'_>,
        planned: &Planned,
        stat: Option<Stat>,
    ) -> Result<(), IndexError> {
        let path = &planned.change.path;
        self.work.tries = 0;
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
        let others_wait = self.work.waiting.get_mut(&content).is_some_and(|paths| {
            paths.remove(path);
            !paths.is_empty()
        });
        // Whoever takes it last lets go of it.
        if !others_wait && !self.work.awaited.contains_key(&content) {
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
                Source::Copy { path, .. } | Source::Move { path, .. } => {
                    self.disk.doubted.insert(path.clone());
                    look.push(path.clone());
                }
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
    pub(super) fn retry_full(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
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
        self.brought_stuck(path, problem)?;
        self.work.retry_later(turn.now.tick);
        // By now something else may be wanted there, and done.
        let waits = |row: &Row| row.needed && row.problem != Some(problem);
        let Some(row) = self.index.get(path)?.filter(waits) else { return Ok(()) };
        let after = Row { problem: Some(problem), ..row.clone() };
        self.count(&row, false);
        self.count(&after, true);
        self.index.put(&after)?;
        let (folder, path) = (self.id, path.clone());
        turn.ask(Action::Tell(Notice::Waits { folder, path, problem }));
        Ok(())
    }

    /// Asks again for what had no source: soon at first, then now and then. Whoever gets it says so; asking
    /// is for what somebody has and does not know of.
    fn ask_again(&mut self, now: Tick) {
        let due = self.work.tries <= ASKED_SOON || self.work.tries.is_multiple_of(ASKED_EVERY);
        if self.work.sourceless && due {
            self.work.sourceless = false;
            self.work.sweep();
        } else if self.work.sourceless {
            self.work.retry_later(now);
        }
    }

    /// Tries everything that waits for a reason again.
    pub(crate) fn retry(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        self.work.retry_at = None;
        self.work.tries = self.work.tries.saturating_add(1);
        self.ask_again(turn.now.tick);
        let mut look: Vec<RelPath> = self.disk.blocked.keys().cloned().collect();
        let mut after = None;
        loop {
            let rows = self.index.problems(after.as_ref(), SWEEP_PAGE)?;
            let Some(last) = rows.last() else { break };
            after = Some(last.path.clone());
            // What is as the home says, as far as is known, could not be looked at.
            let may_end = |row: &&Row| row.problem.is_some_and(|problem| !problem.is_lasting());
            for row in rows.iter().filter(|row| row.needed || may_end(row)) {
                let cleared = Row { problem: None, ..row.clone() };
                self.count(row, false);
                self.count(&cleared, true);
                self.index.put(&cleared)?;
                if row.needed {
                    self.work.add(row.path.clone());
                } else {
                    look.push(row.path.clone());
                }
            }
        }
        if !look.is_empty() {
            self.scan(turn, Scope::Paths(look));
            self.work.retry_later(turn.now.tick);
        }
        self.pump(turn)
    }
}
