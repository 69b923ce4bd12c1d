//! Files that are elsewhere and are written in parts: what was written is here, and nothing else is waited for.

use std::sync::{Arc, Mutex};

use crate::attr::{Attr, Stamp};
use crate::change::{Change, wall};
use crate::drive::Drive;
use crate::handles::{Open, Source};
use crate::lookup::Standing;
use crate::nodes::{Absent, Found, Identity};
use crate::open::{How, Opened};
use crate::{Attributes, DriveError, Edit, Edited, Reader};

impl Drive {
    /// The edit at `number`: one that there is, or one that begins.
    pub(crate) fn edit_at(
        &self,
        number: u64,
        absent: Absent,
        begins: bool,
        reader: Reader,
    ) -> Result<Option<Arc<dyn Edit>>, DriveError> {
        let shown = self.nodes().shown(number)?;
        let path = self.path_of(number).ok_or(DriveError::Stale)?;
        if !begins && !shown.pod.is_edited(&path) {
            return Ok(None);
        }
        // It may have been put into the body since: nothing is begun below that.
        if let Some(standing @ Standing::Body(_)) = self.standing_of(number)? {
            self.see_placed(number);
            let mut nodes = self.nodes();
            if !nodes.is_still(number, standing.found()) {
                return Err(DriveError::Stale);
            }
            nodes.note(number, standing.found());
            return Err(DriveError::Missing);
        }
        let listed = shown.pod.entry(&path)?.ok_or(DriveError::Missing)?;
        let now = crate::lookup::absent(&listed).ok_or(DriveError::Missing)?;
        if now.content.hash != absent.content.hash {
            return Err(DriveError::Missing);
        }
        shown.pod.edit(&path, &listed, begins, reader)
    }

    /// Opens `number` as a part of an edit.
    pub(crate) fn open_edit(
        &self,
        number: u64,
        absent: Absent,
        how: How,
        edit: Arc<dyn Edit>,
    ) -> Result<Opened, DriveError> {
        if how.truncates {
            edit.set(Some(0), Attributes::default())?;
        }
        let facts = edit.facts();
        let noted = edited(absent, facts);
        let shown = self.nodes().shown(number)?;
        let path = self.path_of(number);
        if let Some(path) = &path {
            shown.pod.in_use(path, true);
        }
        let open = Open {
            number,
            shown,
            source: Source::Edited(edit),
            writes: how.writes,
            executes: how.executes,
            stamp: Stamp { size: facts.size, mtime: facts.mtime },
            path: Mutex::new(path),
        };
        let handle = self.keep(open)?;
        self.nodes().note(number, Found::Elsewhere(noted));
        let unchanged = !how.truncates;
        Ok(Opened { handle, elsewhere: true, unchanged, doubtful: false, write_only: false })
    }

    /// Notes that what `number` was an edit of stands in the body by now, if it does and is open.
    pub(crate) fn see_placed(&self, number: u64) {
        let opens = match self.nodes().get(number) {
            Ok(node) if matches!(node.identity, Identity::Elsewhere(_)) => node.opens().to_vec(),
            Ok(_) | Err(_) => return,
        };
        let Some(edit) = self.edit_open(&opens) else { return };
        if let Some(Ok(stat)) = edit.file().map(rustix::fs::fstat) {
            self.nodes().note(number, Found::Body(&stat));
        }
    }

    /// An edit that one of these handles is a part of.
    pub(crate) fn edit_open(&self, handles: &[u64]) -> Option<Arc<dyn Edit>> {
        handles.iter().rev().find_map(|handle| self.handles.get(*handle).ok()?.edit().cloned())
    }

    /// Changes a file that is, or thereby becomes, an edit; nothing if that is not the way.
    pub(crate) fn change_edit(
        &self,
        (number, handle): (u64, Option<u64>),
        absent: Absent,
        change: Change,
    ) -> Result<Option<Attr>, DriveError> {
        let now = Attr::of_elsewhere(number, absent.content.size, absent.mode, absent.mtime);
        let others = change.uid.is_some_and(|uid| uid != now.uid)
            || change.gid.is_some_and(|gid| gid != now.gid);
        if others {
            return Ok(None);
        }
        let opens = self.nodes().get(number)?.opens().to_vec();
        let begins = change.size.is_some_and(|size| size != 0 && size != absent.content.size);
        let edit = match self.edit_open(&handle.into_iter().chain(opens).collect::<Vec<_>>()) {
            Some(edit) => Some(edit),
            None => self.edit_at(number, absent, begins, Reader::default())?,
        };
        let Some(edit) = edit else { return Ok(None) };
        let mode = change.mode.map(|mode| (mode & 0o777) as u16);
        edit.set(change.size, Attributes { mode, mtime: change.mtime.map(wall) })?;
        if edit.file().is_none() {
            self.nodes().note(number, Found::Elsewhere(edited(absent, edit.facts())));
        }
        attr_of(number, &*edit).map(Some)
    }
}

fn edited(absent: Absent, facts: Edited) -> Absent {
    let Edited { size, mode, mtime } = facts;
    Absent { content: model::Content { size, ..absent.content }, mode, mtime }
}

/// The facts about a file that is being edited.
pub(crate) fn attr_of(number: u64, edit: &dyn Edit) -> Result<Attr, DriveError> {
    match edit.file() {
        Some(file) => Ok(Attr::of_body(number, &rustix::fs::fstat(file)?)),
        None => {
            let Edited { size, mode, mtime } = edit.facts();
            Ok(Attr::of_elsewhere(number, size, mode, mtime))
        }
    }
}
