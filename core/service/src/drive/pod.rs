//! One folder, as the drive sees it: its index, its body, and what is done to files that are not here.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use ::drive::interrupt::LOOK;
use ::drive::{Attributes, Bring, DriveError, Interrupt, Listed, ListedKind, Pod, Reader, Remote};
use crossbeam_channel::bounded;
use engine::absence::Brought;
use engine::event::Use;
use engine::home::policy::{Place, READ_DEADLINE};
use engine::index::Row;
use engine::{CommandError, Engine, Event, Now};
use model::{EntryKind, FolderId, Problem, RelPath, Role};
use store::index::FolderIndex;

use super::reading::{Elsewhere, of_read};
use crate::edits;
use crate::folders::{LookJob, Runtime, Trouble};
use crate::node::Node;
use crate::remote::{Reading, Who};
use crate::runloop::NotDone;

/// Bytes in a second that a file that is brought must come with at least.
const BRING_RATE: u64 = 1 << 20;

/// The folder.
pub(crate) struct Stand {
    node: Weak<Node>,
    runtime: Arc<Runtime>,
    whole: AtomicBool,
}

impl Stand {
    pub(super) fn new(node: Weak<Node>, runtime: Arc<Runtime>) -> Self {
        Self { node, runtime, whole: AtomicBool::new(false) }
    }

    pub(super) fn folder(&self) -> FolderId {
        self.runtime.id
    }

    pub(super) fn is_of(&self, runtime: &Arc<Runtime>) -> bool {
        Arc::ptr_eq(&self.runtime, runtime)
    }

    /// Whether every file of the folder is here.
    pub(super) fn set_whole(&self, whole: bool) {
        self.whole.store(whole, Ordering::Relaxed);
    }

    fn node(&self) -> Result<Arc<Node>, DriveError> {
        self.node.upgrade().ok_or(DriveError::Unreachable)
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&mut store::index::Reader) -> Result<T, engine::index::IndexError>,
    ) -> Result<T, DriveError> {
        let read = self.runtime.read(|index| Ok::<_, anyhow::Error>(read(index)?));
        read.map_err(|error| DriveError::Index(format!("{error:#}")))
    }

    /// Does something with the engine; returns when it is durable.
    fn command(
        &self,
        act: impl FnOnce(&mut Engine<FolderIndex>, Now) -> Result<(), CommandError> + Send + 'static,
    ) -> Result<(), DriveError> {
        let node = self.node()?;
        let asked =
            node.door.ask_blocking(move |core, now| core.command(|engine| act(engine, now)));
        asked.map_err(not_done)?.map_err(refused)
    }

    /// Waits until a file stands in the body.
    fn bring_whole(&self, path: &RelPath, interrupt: &Interrupt) -> Result<(), DriveError> {
        let node = self.node()?;
        let (folder, wanted) = (self.runtime.id, path.clone());
        let size = self.entry(path)?.ok_or(DriveError::Missing)?.size();
        let until = Instant::now() + self.patience(&node, path, size);
        let ticket = node.drives.waits.begin(folder, path);
        let leave = |error| {
            if node.drives.waits.leave(folder, path, &ticket) {
                let unwanted = path.clone();
                let ended =
                    self.command(move |engine, now| engine.bring_no_more(now, folder, &unwanted));
                drop(ended);
            }
            Err(error)
        };
        if let Err(error) = self.command(move |engine, now| engine.bring(now, folder, &wanted)) {
            return leave(error);
        }
        loop {
            match ticket.told.recv_timeout(LOOK) {
                Ok(outcome) => return brought(outcome),
                Err(_) if interrupt.raised() => return leave(DriveError::Interrupted),
                Err(_) if Instant::now() >= until => return leave(DriveError::Unreachable),
                Err(_) => {}
            }
        }
    }

    /// Notes what stands at `path` as shown.
    fn show(&self, path: &RelPath) -> Result<(), DriveError> {
        let (folder, path) = (self.runtime.id, path.clone());
        self.command(move |engine, now| engine.show(now, folder, &path))
    }

    /// Waits until all of an edit stands in the body.
    fn put_together(
        &self,
        path: &RelPath,
        pending: &Arc<edits::Pending>,
        interrupt: &Interrupt,
    ) -> Result<(), DriveError> {
        let node = self.node()?;
        let size = self.entry(path)?.ok_or(DriveError::Missing)?.size();
        let until = Instant::now() + self.patience(&node, path, size);
        let ends = || interrupt.raised() || Instant::now() >= until;
        edits::finish(&node, &self.runtime, pending, &ends).map_err(|error| {
            tracing::debug!(path = path.as_str(), "putting together: {error:#}");
            if interrupt.raised() { DriveError::Interrupted } else { DriveError::Unreachable }
        })
    }

    fn patience(&self, node: &Node, path: &RelPath, size: u64) -> Duration {
        let place =
            Place { device: Some(node.me), folder: Some(self.runtime.id), path: Some(path) };
        Duration::from_secs(node.home.get().number(READ_DEADLINE, place) + size / BRING_RATE)
    }
}

impl Pod for Stand {
    fn body(&self) -> &Path {
        &self.runtime.path
    }

    fn may_write(&self) -> bool {
        // A reader that takes part keeps what it writes, and is shown that nobody takes it over. What is only
        // looked at keeps nothing.
        let writes = |node: Arc<Node>| node.home.get().role(&node.me).is_some_and(Role::may_write);
        !self.runtime.is_view() || self.node().is_ok_and(writes)
    }

    fn whole(&self) -> bool {
        self.whole.load(Ordering::Relaxed) && !self.runtime.edits.is_any()
    }

    fn entry(&self, path: &RelPath) -> Result<Option<Listed>, DriveError> {
        let listed = self.read(|index| index.get(path))?.and_then(|row| listed(&row));
        Ok(self.runtime.edits.over(path, listed))
    }

    fn children(
        &self,
        directory: Option<&RelPath>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Listed)>, DriveError> {
        let child = |name: &str| match directory {
            Some(directory) => directory.child(name),
            None => RelPath::parse(name),
        };
        let edited = self.runtime.edits.children(directory, after);
        let after = after.map(child).transpose().map_err(|_| DriveError::NameTooLong)?;
        let mut after = after;
        // A page without a live entry is not the end.
        loop {
            let rows = self.read(|index| index.children(directory, after.as_ref(), limit))?;
            let Some(last) = rows.last() else { return Ok(edited) };
            after = Some(last.path.clone());
            let named = |row: &Row| Some((row.path.name().to_owned(), listed(row)?));
            let live: Vec<_> = rows.iter().filter_map(named).collect();
            if !live.is_empty() {
                return Ok(with_edits(live, edited));
            }
        }
    }

    fn open(
        &self,
        path: &RelPath,
        listed: &Listed,
        reader: Reader,
    ) -> Result<Arc<dyn Remote>, DriveError> {
        let ListedKind::File { content, .. } = listed.kind else { return Err(DriveError::Invalid) };
        let who = Who { process: reader.process, program: reader.program };
        let reading = Reading::of(&self.node()?, &self.runtime, (path, content), who);
        reading.admit().map_err(of_read)?;
        Ok(Arc::new(Elsewhere(reading)))
    }

    fn edit(
        &self,
        path: &RelPath,
        listed: &Listed,
        begins: bool,
        reader: Reader,
    ) -> Result<Option<Arc<dyn ::drive::Edit>>, DriveError> {
        let ListedKind::File { content, mode } = listed.kind else { return Ok(None) };
        let node = self.node()?;
        let pending = match edits::join(&self.runtime, path) {
            Some(pending) => Some(pending),
            None if begins => {
                let shown = (content, mode, listed.mtime);
                edits::begin(&self.runtime, path, shown, || self.show(path))?
            }
            None => None,
        };
        let Some(pending) = pending else { return Ok(None) };
        let who = Who { process: reader.process, program: reader.program };
        Ok(Some(Arc::new(edits::Part::new(&node, &self.runtime, pending, who))))
    }

    fn is_edited(&self, path: &RelPath) -> bool {
        self.runtime.edits.is_edited(path)
    }

    fn bring(&self, path: &RelPath, how: Bring, interrupt: &Interrupt) -> Result<(), DriveError> {
        match (how, self.runtime.edits.at(path)) {
            (Bring::Whole, None) => self.bring_whole(path, interrupt),
            (Bring::Whole, Some(pending)) => self.put_together(path, &pending, interrupt),
            (Bring::Empty, None) => self.show(path),
            (Bring::Empty, Some(pending)) => {
                let _turn = pending.hold().ok_or(DriveError::Stale)?;
                // Where somebody else deleted it, there is nothing to be shown.
                let shown = self.show(path);
                tracing::trace!(?shown, "an edit is replaced");
                self.runtime.edits.discard(path);
                Ok(())
            }
        }
    }

    fn remove(&self, path: &RelPath) -> Result<(), DriveError> {
        let pending = self.runtime.edits.at(path);
        // What stands in the body by now is to be removed there.
        let turn = pending.as_ref().map(|pending| pending.hold().ok_or(DriveError::Stale));
        let turn = turn.transpose()?;
        let (folder, removed) = (self.runtime.id, path.clone());
        let done = self.command(move |engine, now| engine.remove(now, folder, &removed));
        match done {
            // Somebody else deleted it, and what was written here is left.
            Err(DriveError::Missing) if turn.is_some() => {}
            done => done?,
        }
        self.runtime.edits.discard(path);
        Ok(())
    }

    fn rename(&self, from: &RelPath, to: &RelPath) -> Result<(), DriveError> {
        let pending = self.runtime.edits.at(from);
        let turn = pending.as_ref().map(|pending| pending.hold().ok_or(DriveError::Stale));
        let turn = turn.transpose()?;
        let (folder, old, new) = (self.runtime.id, from.clone(), to.clone());
        let done = self.command(move |engine, now| engine.rename(now, folder, &old, &new));
        match done {
            Err(DriveError::Missing) if turn.is_some() => {}
            done => done?,
        }
        if turn.is_none() {
            // What was written at the target is replaced.
            self.runtime.edits.discard(to);
        }
        for moved in self.runtime.edits.renamed(from, to)? {
            // What is written goes over what stands there now.
            let shown = self.show(&moved);
            tracing::trace!(?shown, "an edit has another path");
        }
        Ok(())
    }

    fn attributes(&self, path: &RelPath, change: Attributes) -> Result<(), DriveError> {
        let (folder, path) = (self.runtime.id, path.clone());
        let Attributes { mode, mtime } = change;
        let change = engine::absence::Attributes { mode, mtime };
        self.command(move |engine, now| engine.attributes(now, folder, &path, change))
    }

    fn changed(&self, paths: &[RelPath]) {
        // The watcher sees what is done in the body as it sees all else, where it can see at all.
        let blind = |trouble: &Trouble| matches!(trouble, Trouble::WatchLimit | Trouble::NoWatch);
        if self.runtime.troubles().iter().any(blind) {
            let (looked, _nobody_waits) = bounded(1);
            self.runtime.ask_look(LookJob::Look(paths.to_vec(), looked));
        }
    }

    fn in_use(&self, path: &RelPath, uses: bool) {
        if !self.runtime.note_use(path, uses) {
            return;
        }
        if let Ok(node) = self.node()
            && !self.runtime.mode().keeps_all()
        {
            let how = if uses { Use::Opened } else { Use::Closed };
            let (folder, uses) = (self.runtime.id, vec![(path.clone(), how)]);
            node.door.tell_blocking(Event::Used { folder, uses });
        }
    }
}

/// A page of a directory, with the edits in it: on its last page all that come after it.
fn with_edits(live: Vec<(String, Listed)>, edited: Vec<(String, Listed)>) -> Vec<(String, Listed)> {
    if edited.is_empty() {
        return live;
    }
    let last = live.last().map(|(name, _)| name.clone()).unwrap_or_default();
    let mut all: std::collections::BTreeMap<_, _> = live.into_iter().collect();
    all.extend(edited.into_iter().filter(|(name, _)| *name <= last));
    all.into_iter().collect()
}

/// A row at which something stands, as the drive sees it.
fn listed(row: &Row) -> Option<Listed> {
    let winner = row.register.winner();
    let kind = match &winner.kind {
        EntryKind::File { content, mode } => ListedKind::File { content: *content, mode: *mode },
        EntryKind::Directory { mode } => ListedKind::Directory { mode: *mode },
        EntryKind::Symlink { target } => ListedKind::Symlink { target: target.clone() },
        EntryKind::Tombstone { .. } => return None,
    };
    Some(Listed { kind, mtime: winner.mtime, here: row.disk.is_some() })
}

fn brought(outcome: Brought) -> Result<(), DriveError> {
    match outcome {
        Brought::Here => Ok(()),
        Brought::Gone => Err(DriveError::Missing),
        Brought::Blocked(Problem::DiskFull) => Err(DriveError::NoRoom),
        Brought::Blocked(_) => Err(DriveError::Unreachable),
    }
}

fn not_done(error: NotDone) -> DriveError {
    DriveError::Index(error.to_string())
}

fn refused(error: CommandError) -> DriveError {
    use rustix::io::Errno;
    match error {
        CommandError::NoFolder | CommandError::NotAbsent => DriveError::Missing,
        CommandError::NoName(_) => DriveError::NameTooLong,
        CommandError::Reader => Errno::ROFS.into(),
        CommandError::Braked => Errno::PERM.into(),
        CommandError::Busy => DriveError::Busy,
        CommandError::NoConflict | CommandError::NothingHeld => DriveError::Invalid,
        CommandError::Index(error) => DriveError::Index(error.to_string()),
    }
}
