//! From a name to a number and its facts: the body first, then what the index knows to be elsewhere.

use std::sync::Arc;

use model::RelPath;
use model::path::OWN_DIRECTORY;
use rustix::fs::Stat;

use crate::attr::Attr;
use crate::drive::{Drive, look};
use crate::home::ListedKind;
use crate::nodes::{Absent, Found, Identity, number_of};
use crate::shown::Shown;
use crate::{DriveError, Listed};

/// What stands at a name.
pub(crate) enum Standing {
    Body(Stat),
    Elsewhere(Absent),
}

impl Standing {
    pub(crate) fn found(&self) -> Found<'_> {
        match self {
            Self::Body(stat) => Found::Body(stat),
            Self::Elsewhere(absent) => Found::Elsewhere(*absent),
        }
    }

    pub(crate) fn attr(&self, number: u64) -> Attr {
        match self {
            Self::Body(stat) => Attr::of_body(number, stat),
            Self::Elsewhere(absent) => {
                Attr::of_elsewhere(number, absent.content.size, absent.mode, absent.mtime)
            }
        }
    }
}

impl Drive {
    /// Finds `name` in `parent`. The kernel holds the number of the answer until it is forgotten.
    ///
    /// # Errors
    /// [`DriveError::Missing`] if nothing is there.
    pub fn lookup(&self, parent: u64, name: &[u8]) -> Result<Attr, DriveError> {
        if self.nodes().get(parent)?.shown.is_none() {
            return self.lookup_folder(name);
        }
        if name == OWN_DIRECTORY.as_bytes() && self.nodes().is_top(parent) {
            return Err(DriveError::Missing);
        }
        let standing = self.standing(parent, name)?.ok_or(DriveError::Missing)?;
        self.admit(parent, name, &standing)
    }

    /// What the kernel is to know of what stands at a name.
    pub(crate) fn admit(
        &self,
        parent: u64,
        name: &[u8],
        standing: &Standing,
    ) -> Result<Attr, DriveError> {
        let mut nodes = self.nodes();
        let shown = nodes.shown(parent)?;
        let number = nodes.admit(parent, name, &shown, standing.found());
        Ok(nodes.told(number, standing.attr(number)))
    }

    /// What stands at `name` in `parent`.
    pub(crate) fn standing(
        &self,
        parent: u64,
        name: &[u8],
    ) -> Result<Option<Standing>, DriveError> {
        let (shown, directory) = self.directory(parent)?;
        if let Some(stat) = look(&directory, name)? {
            return Ok(Some(Standing::Body(stat)));
        }
        match self.elsewhere(&shown, parent, name)? {
            Elsewhere::Absent(absent) => Ok(Some(Standing::Elsewhere(absent))),
            Elsewhere::Nothing => Ok(None),
            // It may have been put into the body between the two looks.
            Elsewhere::Here => Ok(look(&directory, name)?.map(Standing::Body)),
        }
    }

    /// What the index says of a name that the body does not have.
    pub(crate) fn elsewhere(
        &self,
        shown: &Shown,
        parent: u64,
        name: &[u8],
    ) -> Result<Elsewhere, DriveError> {
        if shown.pod.whole() {
            return Ok(Elsewhere::Nothing);
        }
        match self.path(parent, name) {
            Some(path) => entry(shown, &path),
            None => Ok(Elsewhere::Nothing),
        }
    }

    fn lookup_folder(&self, name: &[u8]) -> Result<Attr, DriveError> {
        let text = std::str::from_utf8(name).map_err(|_| DriveError::Missing)?;
        let shown = self.folders.find(text)?.ok_or(DriveError::Missing)?;
        let stat = rustix::fs::fstat(shown.top())?;
        let number = self.nodes().admit(crate::nodes::ROOT, name, &shown, Found::Body(&stat));
        Ok(Attr::of_body(number, &stat))
    }

    /// The facts about `number`.
    ///
    /// # Errors
    /// [`DriveError::Stale`] if something else stands at its path now and nobody has it open.
    pub fn attr(&self, number: u64) -> Result<Attr, DriveError> {
        let (identity, opens) = {
            let nodes = self.nodes();
            let node = nodes.get(number)?;
            (node.identity, node.opens().to_vec())
        };
        if identity == Identity::Home {
            return Ok(Attr::of_home(number, self.folders.names().len(), self.since));
        }
        if let Some(edit) = self.edit_open(&opens) {
            self.see_placed(number);
            return crate::edit::attr_of(number, &*edit);
        }
        if let Some(attr) = opens.last().and_then(|handle| self.attr_of_handle(number, *handle)) {
            return attr.map(|attr| self.nodes().told(number, attr));
        }
        let standing = self.standing_of(number)?.ok_or(DriveError::Stale)?;
        let mut nodes = self.nodes();
        if !nodes.is_still(number, standing.found()) {
            return Err(DriveError::Stale);
        }
        nodes.note(number, standing.found());
        Ok(nodes.told(number, standing.attr(number)))
    }

    /// What stands where `number` stood.
    pub(crate) fn standing_of(&self, number: u64) -> Result<Option<Standing>, DriveError> {
        let at = {
            let nodes = self.nodes();
            let node = nodes.get(number)?;
            (!nodes.is_top(number)).then(|| node.names.first().cloned())
        };
        match at {
            None => {
                let stat = rustix::fs::fstat(self.spot(number)?.directory)?;
                Ok(Some(Standing::Body(stat)))
            }
            Some(Some(name)) => self.standing(name.parent, &name.name),
            Some(None) => Ok(None),
        }
    }

    /// Whether the bytes of `number` are elsewhere, so that calls on it may have to wait.
    #[must_use]
    pub fn is_elsewhere(&self, number: u64) -> bool {
        self.nodes().get(number).is_ok_and(|node| matches!(node.identity, Identity::Elsewhere(_)))
    }

    /// Whether `number` is the list of all folders.
    #[must_use]
    pub fn is_list(&self, number: u64) -> bool {
        self.nodes().get(number).is_ok_and(|node| node.identity == Identity::Home)
    }

    /// Whether a call on names in `parent` may have to wait for more than this disk.
    #[must_use]
    pub fn may_wait(&self, parent: u64) -> bool {
        self.nodes().shown(parent).is_ok_and(|shown| !shown.pod.whole())
    }

    /// The text of a link.
    ///
    /// # Errors
    /// [`DriveError::Stale`] if it is gone.
    pub fn read_link(&self, number: u64) -> Result<Vec<u8>, DriveError> {
        let spot = self.spot(number)?;
        let target = rustix::fs::readlinkat(&spot.directory, &*spot.name, Vec::new())?;
        Ok(target.into_bytes())
    }
}

/// What the index says of a name that the body does not have.
pub(crate) enum Elsewhere {
    Nothing,
    Absent(Absent),
    Here,
}

fn entry(shown: &Shown, path: &RelPath) -> Result<Elsewhere, DriveError> {
    Ok(match shown.pod.entry(path)? {
        None => Elsewhere::Nothing,
        Some(listed) if listed.here => Elsewhere::Here,
        Some(listed) => absent(&listed).map_or(Elsewhere::Nothing, Elsewhere::Absent),
    })
}

/// A listed file that is not here. Directories and links stand in the body, or will at once.
pub(crate) fn absent(listed: &Listed) -> Option<Absent> {
    match listed.kind {
        ListedKind::File { content, mode } if !listed.here => {
            Some(Absent { content, mode, mtime: listed.mtime })
        }
        ListedKind::File { .. } | ListedKind::Directory { .. } | ListedKind::Symlink { .. } => None,
    }
}

/// The number that something in a body will most likely have.
pub(crate) fn likely_number(shown: &Arc<Shown>, inode: u64) -> u64 {
    number_of(shown, shown.device, inode)
}
