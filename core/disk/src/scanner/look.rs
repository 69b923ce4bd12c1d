//! Finding out what a file contains: from where it came, or by reading it.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use content::{Manifest, ReadError, sketch};
use engine::event::ManifestRead;
use engine::observation::{Found, Known, Observation, Seen, Stat};
use model::{Content, EntryKind, Problem, RelPath};

use super::preview;
use super::walk::{OpenDir, Worker, is_unchanged};
use crate::platform::{Facts, Kind, facts_of, is_gone, problem_of, wait_for_next_tick};

/// Waits between the tries to read a file that changes meanwhile.
const TRY_AGAIN: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(40)];
/// Bytes from which on a file that changes is not tried again here: it will be reported again.
const TRY_ONCE_FROM: u64 = 32 << 20;

/// What reading a file came to.
enum Reading {
    /// Its content.
    Done(Content, Option<Manifest>),
    /// It changed while it was read.
    Changed,
    /// Nothing is there any more, or no file.
    Gone,
    /// It can't be read.
    Blocked(Problem),
}

impl Worker<'_, '_> {
    pub(super) fn look_at_file(
        &mut self,
        dir: &OpenDir,
        path: &str,
        (name, facts): (&str, &Facts),
        known: Option<&Seen>,
    ) {
        if is_unchanged(known, Kind::File, &facts.stat) || self.is_made(path, facts) {
            return;
        }
        let Some(path) = self.rel_path(path) else { return };
        if self.take_move(dir, &path, (name, facts), known) {
            return;
        }
        let mut tries = TRY_AGAIN.iter();
        let mut stat = facts.stat;
        loop {
            match self.read(dir, (&path, name), &stat, known.is_none()) {
                Reading::Done(content, manifest) => {
                    self.shared.progress.read_bytes.fetch_add(stat.size, Ordering::Relaxed);
                    return self.tell_file(path, content, manifest.as_ref(), stat);
                }
                Reading::Gone => return self.gone(path.as_str(), known),
                Reading::Blocked(problem) => return self.blocked(path.as_str(), problem),
                Reading::Changed => {}
            }
            match (tries.next(), dir.dir.facts(name)) {
                (_, Ok(None)) => return self.gone(path.as_str(), known),
                (_, Err(error)) => return self.blocked(path.as_str(), problem_of(&error)),
                (Some(wait), Ok(Some(now))) if now.kind == Kind::File && is_quick(&now.stat) => {
                    thread::sleep(*wait);
                    stat = match dir.dir.facts(name) {
                        Ok(Some(facts)) => facts.stat,
                        Ok(None) | Err(_) => now.stat,
                    };
                }
                // Whoever changes it will cause another look.
                (Some(_) | None, Ok(Some(_))) => {
                    return self.blocked(path.as_str(), Problem::Busy);
                }
            }
        }
    }

    fn tell_file(
        &mut self,
        path: RelPath,
        content: Content,
        manifest: Option<&Manifest>,
        stat: Stat,
    ) {
        let manifest = manifest.map(|manifest| ManifestRead {
            hash: content.hash,
            bytes: manifest.encode(),
            sketch: sketch(manifest),
        });
        let seen = Seen { kind: EntryKind::File { content, mode: stat.mode }, stat };
        self.shared.root.made().forget(path.as_str());
        self.found.add([Observation { path, found: Found::Present(seen) }], manifest);
    }

    /// Reads the file, which has the fingerprint `before` and must have it afterwards.
    fn read(
        &mut self,
        dir: &OpenDir,
        (path, name): (&RelPath, &str),
        before: &Stat,
        is_new: bool,
    ) -> Reading {
        let mut file = match dir.dir.open_file(name) {
            Ok(file) => file,
            Err(error) if is_gone(&error) => return Reading::Gone,
            Err(error) => return Reading::Blocked(problem_of(&error)),
        };
        wait_for_next_tick(before.ctime);
        let shown = self.shared.preview.filter(|_| is_new);
        let shown = shown.and_then(|preview| preview::begin(preview, path, &file, before));
        let read = self.pass.read_followed(&mut file, before.size, &|chunks| {
            if let Some(shown) = &shown {
                shown.chunks(chunks);
            }
        });
        if !facts_of(&file).is_ok_and(|after| after.kind == Kind::File && after.stat == *before) {
            return Reading::Changed;
        }
        if let (Some(shown), Ok(_)) = (shown, &read) {
            shown.whole();
        }
        match read {
            Ok((content, manifest)) => Reading::Done(content, manifest),
            Err(ReadError::Short { .. }) => Reading::Changed,
            Err(ReadError::Io(error)) => Reading::Blocked(problem_of(&error)),
            Err(ReadError::TooLong(_) | ReadError::Manifest(_)) => {
                Reading::Blocked(Problem::Unsupported)
            }
        }
    }

    /// If the file is one that is known at another path, its content is known too. If nothing stands at
    /// the other path any more, both halves of the move are told together.
    fn take_move(
        &mut self,
        dir: &OpenDir,
        path: &RelPath,
        (name, facts): (&str, &Facts),
        known: Option<&Seen>,
    ) -> bool {
        let same_place = known.is_some_and(|known| known.stat.inode == facts.stat.inode);
        if same_place || !self.shared.has_known {
            return false;
        }
        let Some(other) = self.known_by_inode(facts.stat.inode) else { return false };
        let Some(content) = other.seen.kind.content() else { return false };
        let moved = other.path != *path && facts.stat.moved_from(&other.seen.stat);
        if !moved || !is_same_life(dir, name, &other.seen) {
            return false;
        }
        self.shared.root.made().forget(path.as_str());
        let mode = facts.stat.mode;
        let seen = Seen { kind: EntryKind::File { content, mode }, stat: facts.stat };
        let present = Observation { path: path.clone(), found: Found::Present(seen) };
        let left = matches!(self.shared.root.facts(&other.path), Ok(None))
            && !self.shared.ignore.is_ignored(&other.path, false)
            && self.shared.gone.add_moved(&other.path);
        let gone = left.then_some(Observation { path: other.path, found: Found::Gone });
        self.found.add(gone.into_iter().chain([present]), None);
        true
    }

    fn known_by_inode(&self, inode: u64) -> Option<Known> {
        let mut knowledge = self.shared.knowledge.lock().unwrap_or_else(PoisonError::into_inner);
        match knowledge.by_inode(inode) {
            Ok(known) => known,
            Err(error) => {
                drop(knowledge);
                let mut failed = self.shared.failed.lock().unwrap_or_else(PoisonError::into_inner);
                *failed = Some(error);
                self.shared.progress.stop.store(true, Ordering::Relaxed);
                None
            }
        }
    }
}

/// Whether the file is the one that was seen and not a later one that got its number: it was made
/// before that was last changed.
fn is_same_life(dir: &OpenDir, name: &str, seen: &Seen) -> bool {
    matches!(dir.dir.born(name), Ok(Some(born)) if born <= seen.stat.ctime)
}

/// Whether reading it once more costs little.
fn is_quick(stat: &Stat) -> bool {
    stat.size < TRY_ONCE_FROM
}
