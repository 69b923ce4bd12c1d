//! An edit as a program has it open.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock, Weak};

use ::drive::{Attributes, DriveError, Edited, Interrupt, Remote};
use disk::edits::{Origin, Setting};
use engine::index::Row;
use model::{Content, RelPath, WallTime};

use super::Pending;
use crate::clock;
use crate::drive::of_read;
use crate::folders::Runtime;
use crate::node::Node;
use crate::remote::{Reading, Who, is_admitted};

/// Files below this are fetched whole, which takes a moment.
const EDIT_MIN: u64 = 16 << 20;

/// Somebody who has an edit open.
pub(crate) struct Part {
    node: Weak<Node>,
    runtime: Arc<Runtime>,
    pending: Arc<Pending>,
    who: Who,
    /// What was there before, once somebody has read it.
    before: OnceLock<Reading>,
}

/// Begins an edit of what is listed at `path`, which is noted as shown; nothing if it is better fetched whole. It is
/// opened for [`Part::new`].
pub(crate) fn begin(
    runtime: &Arc<Runtime>,
    path: &RelPath,
    (content, mode, mtime): (Content, u16, WallTime),
    show: impl FnOnce() -> Result<(), DriveError>,
) -> Result<Option<Arc<Pending>>, DriveError> {
    if content.size < EDIT_MIN || !content.chunked || runtime.is_view() {
        return Ok(None);
    }
    let ground = runtime.ground().ok_or(DriveError::Unreachable)?;
    if !ground.root.space()?.has_room(content.size) {
        // It could not be put together: that is said before anything is written.
        return Ok(None);
    }
    show()?;
    // What was noted as shown must be what was opened, or its change would replace what nobody has seen.
    let row = runtime.read(|index| Ok::<_, anyhow::Error>(index.get(path)?));
    let row = row.map_err(|error| DriveError::Index(format!("{error:#}")))?;
    let is_shown = |row: &Row| {
        let winner = row.register.winner();
        let is_it = winner.kind.content() == Some(content);
        row.disk.is_none() && is_it && row.shown == winner.version
    };
    let row = row.filter(is_shown).ok_or(DriveError::Missing)?;
    if row.needed {
        // It is on its way here anyway.
        return Ok(None);
    }
    let origin = Origin { path: path.clone(), content, mode, mtime };
    Ok(Some(runtime.edits.add(ground.edits.begin(origin)?)))
}

/// Opens an edit that there is, for [`Part::new`].
pub(crate) fn join(runtime: &Runtime, path: &RelPath) -> Option<Arc<Pending>> {
    runtime.edits.open(path)
}

impl Part {
    /// Somebody who has opened it.
    pub(crate) fn new(
        node: &Arc<Node>,
        runtime: &Arc<Runtime>,
        pending: Arc<Pending>,
        who: Who,
    ) -> Self {
        // What is opened to be written comes for every program.
        let admitted = is_admitted(node, (runtime.id, &pending.edit.origin().path), &who);
        let who = if admitted { who } else { Who { process: 0, program: String::new() } };
        let (node, runtime) = (Arc::downgrade(node), Arc::clone(runtime));
        Self { node, runtime, pending, who, before: OnceLock::new() }
    }

    fn before(&self) -> Result<&Reading, DriveError> {
        if let Some(before) = self.before.get() {
            return Ok(before);
        }
        let node = self.node.upgrade().ok_or(DriveError::Unreachable)?;
        let origin = self.pending.edit.origin();
        let place = (&origin.path, origin.content);
        Ok(self.before.get_or_init(|| Reading::of(&node, &self.runtime, place, self.who.clone())))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.pending.users.fetch_sub(1, Ordering::Relaxed) == 1
            && let Some(node) = self.node.upgrade()
        {
            super::finish_soon(&node, &self.runtime, &self.pending);
        }
    }
}

impl Remote for Part {
    fn read_at(
        &self,
        offset: u64,
        into: &mut [u8],
        interrupt: &Interrupt,
    ) -> Result<usize, DriveError> {
        self.pending.edit.read_at(offset, into, &mut |at, into| {
            let wanted = into.len();
            let read = self.before()?.read_at(at, into, &|| interrupt.raised()).map_err(of_read)?;
            if read == wanted { Ok(()) } else { Err(DriveError::Unreachable) }
        })
    }
}

impl ::drive::Edit for Part {
    fn facts(&self) -> Edited {
        let disk::Edited { size, mode, mtime } = self.pending.edit.facts();
        Edited { size, mode, mtime }
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), DriveError> {
        Ok(self.pending.edit.write_at(offset, bytes, clock::wall())?)
    }

    fn set(&self, size: Option<u64>, change: Attributes) -> Result<(), DriveError> {
        let Attributes { mode, mtime } = change;
        Ok(self.pending.edit.set(Setting { size, mode, mtime }, clock::wall())?)
    }

    fn sync(&self) -> Result<(), DriveError> {
        Ok(self.pending.edit.sync()?)
    }

    fn file(&self) -> Option<BorrowedFd<'_>> {
        self.pending.edit.file().map(AsFd::as_fd)
    }
}
