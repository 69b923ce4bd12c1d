//! Files of which programs write parts while the rest is elsewhere.
//!
//! A large file that is opened to be written is not fetched for that: what is written is kept here (`disk::edits`),
//! what is read of the rest is read from elsewhere. When the last program has closed it, or after a while, it is put
//! together (`finish`) and stands in the body like any file that a program wrote: an edit of the version that was shown,
//! which is how the engine takes it. Until then nothing of it is announced, `status` counts it as not yet safe, and
//! the folder stays as it is attached. Invariants: no other device is waited for by a write; at most one edit
//! shows at a path.

mod finish;
mod open;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ::drive::{Listed, ListedKind};
use disk::Edit;
use model::{FolderId, RelPath};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use crate::folders::Ground;

pub(crate) use finish::{finish, finish_soon, tidy};
pub(crate) use open::{Part, begin, join};

/// How long what a program writes may wait for it to close the file.
const OPEN_MAX: Duration = Duration::from_secs(10);

/// The edits of one folder.
#[derive(Default)]
pub(crate) struct Edits {
    table: Mutex<Table>,
    any: AtomicBool,
    /// One is over.
    over: Notify,
}

#[derive(Default)]
struct Table {
    at: BTreeMap<RelPath, Arc<Pending>>,
    /// Whose paths show others.
    hidden: Vec<Arc<Pending>>,
}

/// An edit.
pub(crate) struct Pending {
    pub(super) edit: Edit,
    /// Programs that have it open.
    pub(super) users: AtomicUsize,
    /// Held while it is put together, renamed or dropped.
    pub(super) turn: Mutex<()>,
    /// Somebody waits for the turn: who puts it together leaves off.
    pub(super) halted: AtomicBool,
    /// Whether nobody wants it any more.
    pub(super) dropped: AtomicBool,
    begun: Instant,
}

impl Pending {
    fn new(edit: Edit) -> Arc<Self> {
        let (users, turn, begun) = (AtomicUsize::new(0), Mutex::default(), Instant::now());
        let (halted, dropped) = (AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Self { edit, users, turn, halted, dropped, begun })
    }

    fn used(self: &Arc<Self>) -> Arc<Self> {
        self.users.fetch_add(1, Ordering::Relaxed);
        Arc::clone(self)
    }

    /// Keeps it from being put together meanwhile; nothing if it stands in the folder by now.
    pub(crate) fn hold(&self) -> Option<MutexGuard<'_, ()>> {
        self.halted.store(true, Ordering::Relaxed);
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.halted.store(false, Ordering::Relaxed);
        self.edit.file().is_none().then_some(turn)
    }

    /// Whether it is to be put together: closed, or open for so long that it should be safe.
    pub(super) fn is_due(&self) -> bool {
        let is_used = self.users.load(Ordering::Relaxed) > 0;
        !self.is_over()
            && (!is_used || (self.begun.elapsed() >= OPEN_MAX && !self.edit.is_untouched()))
    }

    /// Whether all of it stands in the folder, or nobody wants it.
    pub(super) fn is_over(&self) -> bool {
        self.edit.file().is_some() || self.dropped.load(Ordering::Relaxed)
    }

    fn drop_it(&self) {
        self.dropped.store(true, Ordering::Relaxed);
        self.edit.discard();
    }
}

impl Edits {
    /// Whether there are any.
    pub(crate) fn is_any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// Whether there is one at `path`.
    pub(crate) fn is_edited(&self, path: &RelPath) -> bool {
        self.is_any() && self.table().at.contains_key(path)
    }

    /// The one at `path`.
    pub(crate) fn at(&self, path: &RelPath) -> Option<Arc<Pending>> {
        self.is_any().then(|| self.table().at.get(path).cloned())?
    }

    /// The same, for somebody who opens it: until [`Pending::users`] is lowered it is not left.
    pub(super) fn open(&self, path: &RelPath) -> Option<Arc<Pending>> {
        self.is_any().then(|| self.table().at.get(path).map(Pending::used))?
    }

    /// All of them that are not in the folder yet.
    pub(crate) fn waiting(&self) -> Vec<Arc<Pending>> {
        if !self.is_any() {
            return Vec::new();
        }
        let table = self.table();
        let all = table.at.values().chain(&table.hidden);
        all.filter(|pending| !pending.is_over()).cloned().collect()
    }

    /// How many are not in the folder yet, and the bytes that were written.
    pub(crate) fn unsafe_ones(&self) -> (u64, u64) {
        let waiting = self.waiting();
        let bytes = waiting.iter().map(|pending| pending.edit.written()).sum();
        (waiting.len() as u64, bytes)
    }

    /// Finds what an earlier run left.
    pub(crate) fn find(&self, folder: FolderId, ground: &Ground) {
        let mut table = self.table();
        let all = table.at.values().chain(&table.hidden);
        let known: Vec<u64> = all.map(|pending| pending.edit.number()).collect();
        match ground.edits.found(&known) {
            Ok(found) if found.is_empty() => {}
            Ok(found) => {
                tracing::info!(%folder, files = found.len(), "files are put together that programs wrote parts of");
                found.into_iter().for_each(|edit| table.add(Pending::new(edit)));
                self.any.store(true, Ordering::Relaxed);
            }
            Err(error) => {
                tracing::warn!(%folder, %error, "looking for what programs wrote parts of")
            }
        }
    }

    /// Adds one and opens it; the one at its path, if there is one by now.
    pub(super) fn add(&self, edit: Edit) -> Arc<Pending> {
        let path = edit.origin().path;
        let mut table = self.table();
        if let Some(other) = table.at.get(&path) {
            edit.discard();
            return other.used();
        }
        let pending = Pending::new(edit);
        table.at.insert(path, Arc::clone(&pending));
        self.any.store(true, Ordering::Relaxed);
        pending.used()
    }

    /// Forgets one that is over.
    pub(super) fn remove(&self, pending: &Arc<Pending>) {
        self.remove_from(&mut self.table(), pending);
    }

    /// Forgets one that nobody has open and that changes no bytes; whether it is such a one.
    pub(super) fn leave(&self, pending: &Arc<Pending>) -> bool {
        let mut table = self.table();
        let unused = pending.users.load(Ordering::Relaxed) == 0;
        let left = unused && pending.edit.is_untouched();
        if left {
            pending.drop_it();
            self.remove_from(&mut table, pending);
        }
        left
    }

    fn remove_from(&self, table: &mut Table, pending: &Arc<Pending>) {
        table.at.retain(|_, other| !Arc::ptr_eq(other, pending));
        table.hidden.retain(|other| !Arc::ptr_eq(other, pending));
        let any = !table.at.is_empty() || !table.hidden.is_empty();
        self.any.store(any, Ordering::Relaxed);
        self.over.notify_waiters();
    }

    /// Returns when one more is over than when it was called.
    pub(crate) fn next_over(&self) -> Notified<'_> {
        self.over.notified()
    }

    /// A program deleted or replaced what stands at `path`.
    pub(crate) fn discard(&self, path: &RelPath) -> bool {
        let Some(pending) = self.at(path) else { return false };
        pending.drop_it();
        self.remove(&pending);
        true
    }

    /// What lies at and below `from` has other paths now.
    pub(crate) fn renamed(&self, from: &RelPath, to: &RelPath) -> std::io::Result<Vec<RelPath>> {
        if !self.is_any() {
            return Ok(Vec::new());
        }
        let mut moved = Vec::new();
        let mut table = self.table();
        let affected = |path: &&RelPath| *path == from || path.is_below(from);
        let paths: Vec<RelPath> = table.at.keys().filter(affected).cloned().collect();
        for old in paths {
            let inside = old.as_str().get(from.as_str().len()..).unwrap_or_default();
            let Ok(new) = RelPath::parse(format!("{to}{inside}")) else { continue };
            let Some(pending) = table.at.remove(&old) else { continue };
            if !pending.is_over()
                && let Err(error) = pending.edit.move_to(new.clone())
            {
                table.at.insert(old, pending);
                return Err(error);
            }
            if let Some(replaced) = table.at.insert(new.clone(), pending) {
                replaced.drop_it();
            }
            moved.push(new);
        }
        Ok(moved)
    }

    /// What the drive shows at a path, with what was written there.
    pub(crate) fn over(&self, path: &RelPath, listed: Option<Listed>) -> Option<Listed> {
        match self.at(path) {
            Some(pending) => Some(pending.listed()),
            None => listed,
        }
    }

    /// The names right below `directory` after `after` at which there are edits.
    pub(crate) fn children(
        &self,
        directory: Option<&RelPath>,
        after: Option<&str>,
    ) -> Vec<(String, Listed)> {
        if !self.is_any() {
            return Vec::new();
        }
        let table = self.table();
        let inside = table.at.iter().filter(|(path, _)| path.parent().as_ref() == directory);
        let later = inside.filter(|(path, _)| after.is_none_or(|after| path.name() > after));
        later.map(|(path, pending)| (path.name().to_owned(), pending.listed())).collect()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn add(&mut self, pending: Arc<Pending>) {
        let path = pending.edit.origin().path;
        match self.at.get(&path) {
            Some(_) => self.hidden.push(pending),
            None => drop(self.at.insert(path, pending)),
        }
    }
}

impl Pending {
    fn listed(&self) -> Listed {
        let (origin, facts) = (self.edit.origin(), self.edit.facts());
        let content = model::Content { size: facts.size, ..origin.content };
        let kind = ListedKind::File { content, mode: facts.mode };
        Listed { kind, mtime: facts.mtime, here: self.edit.file().is_some() }
    }
}

#[cfg(test)]
mod tests {
    use disk::edits::Origin;
    use model::{Content, ContentHash, WallTime};

    use super::*;

    fn edit(directory: &std::path::Path, at: &str) -> Edit {
        let root = disk::Root::adopt(directory, FolderId([1; 16])).unwrap();
        let edits = disk::Edits::new(Arc::new(root));
        edits.found(&[]).unwrap();
        let content = Content { hash: ContentHash([2; 32]), size: 1 << 30, chunked: true };
        let path = RelPath::parse(at).unwrap();
        edits.begin(Origin { path, content, mode: 0o644, mtime: WallTime(1) }).unwrap()
    }

    #[test]
    fn what_somebody_has_open_or_has_written_is_not_left() {
        let place = tempfile::tempdir().unwrap();
        let edits = Edits::default();
        let pending = edits.add(edit(place.path(), "a"));
        let path = RelPath::parse("a").unwrap();
        assert!(!edits.leave(&pending), "its program has just opened it");
        assert!(edits.open(&path).is_some_and(|other| Arc::ptr_eq(&other, &pending)));
        pending.users.store(0, Ordering::Relaxed);
        pending.edit.write_at(5, b"x", WallTime(2)).unwrap();
        assert!(!edits.leave(&pending) && edits.is_edited(&path));
        let other = edits.add(edit(place.path(), "b"));
        other.users.store(0, Ordering::Relaxed);
        assert!(edits.leave(&other) && other.is_over() && edits.is_any());
        assert_eq!(edits.unsafe_ones(), (1, 1));
    }

    #[test]
    fn what_lies_below_a_renamed_directory_is_edited_at_its_new_path() {
        let place = tempfile::tempdir().unwrap();
        let edits = Edits::default();
        edits.add(edit(place.path(), "a/b/c"));
        edits.add(edit(place.path(), "a/bc"));
        let path = |text: &str| RelPath::parse(text).unwrap();
        assert_eq!(edits.renamed(&path("a/b"), &path("d")).unwrap(), [path("d/c")]);
        assert!(edits.is_edited(&path("d/c")) && !edits.is_edited(&path("a/b/c")));
        assert!(edits.is_edited(&path("a/bc")));
        let names = |directory: &str| {
            let children = edits.children(Some(&path(directory)), None);
            children.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!((names("d"), names("a")), (vec!["c".to_owned()], vec!["bc".to_owned()]));
    }

    #[test]
    fn who_renames_or_deletes_an_edit_is_told_if_it_stands_in_the_folder_by_now() {
        let place = tempfile::tempdir().unwrap();
        let root = Arc::new(disk::Root::adopt(place.path(), FolderId([1; 16])).unwrap());
        let disk = disk::Edits::new(root);
        let content = Content { hash: ContentHash([2; 32]), size: 4, chunked: true };
        let path = RelPath::parse("a").unwrap();
        let origin = Origin { path, content, mode: 0o644, mtime: WallTime(1) };
        let pending = Edits::default().add(disk.begin(origin).unwrap());
        assert!(pending.hold().is_some());
        let draft = disk.draft(&pending.edit).unwrap();
        draft.fill(0, b"base").unwrap();
        disk.place(draft, None).unwrap();
        assert!(pending.hold().is_none());
    }
}
