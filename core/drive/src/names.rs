//! Names: making, removing, linking and renaming.
//!
//! What the body has changes there, in one call of the system, so that a crash leaves the old or the new. What
//! only the index has changes there. Where both are touched, the body goes first.

use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, FileType, Mode, RenameFlags, Stat};

use crate::attr::{Attr, MODE_BITS, SET_GROUP};
use crate::drive::{Caller, Drive, look};
use crate::lookup::{Elsewhere, Standing};
use crate::nodes::{Absent, Found, Identity};
use crate::open::How;
use crate::shown::Shown;
use crate::{Bring, DriveError, Interrupt};

const EVERYTHING: How = How {
    reads: true,
    writes: true,
    appends: false,
    truncates: false,
    executes: false,
    kernel_pages: false,
};

/// What is made where nothing was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Make<'a> {
    /// A directory.
    Directory,
    /// A link with this text.
    Symlink(&'a [u8]),
    /// A file, pipe, socket or device: the type bits of its mode, and a device's number.
    Node(u32, u64),
}

/// A rename that is under way in one folder.
struct Rename<'a> {
    shown: &'a Shown,
    from: (u64, &'a [u8]),
    to: (u64, &'a [u8]),
    flags: RenameFlags,
    interrupt: &'a Interrupt,
}

impl Rename<'_> {
    fn exchanges(&self) -> bool {
        self.flags.contains(RenameFlags::EXCHANGE)
    }

    fn spares(&self) -> bool {
        self.flags.contains(RenameFlags::NOREPLACE)
    }
}

impl Drive {
    /// Makes something of this name in this directory.
    ///
    /// # Errors
    /// [`DriveError::Exists`] if something is there, here or elsewhere.
    pub fn make(
        &self,
        (parent, name): (u64, &[u8]),
        what: Make<'_>,
        mode: u32,
        caller: Caller,
    ) -> Result<Attr, DriveError> {
        self.guard(parent, name)?;
        let (shown, directory) = self.directory(parent)?;
        if self.is_elsewhere_at(&shown, parent, name)? {
            return Err(DriveError::Exists);
        }
        let bits = Mode::from_raw_mode(mode & MODE_BITS);
        match what {
            Make::Directory => rustix::fs::mkdirat(&directory, name, bits)?,
            Make::Symlink(target) => rustix::fs::symlinkat(target, &directory, name)?,
            Make::Node(kind, device) => {
                let kind = FileType::from_raw_mode(kind);
                rustix::fs::mknodat(&directory, name, kind, bits, device)?;
            }
        }
        let stat = match what {
            Make::Symlink(_) => self.finish_link(caller, &directory, name)?,
            Make::Directory | Make::Node(..) => self.finish_made(caller, &directory, name, bits)?,
        };
        self.announce(&shown, parent, name);
        self.admit(parent, name, &Standing::Body(stat))
    }

    /// Gives what was made its owner and the mode that was asked for, whatever this process masks.
    pub(crate) fn finish_made(
        &self,
        caller: Caller,
        directory: &OwnedFd,
        name: &[u8],
        mode: Mode,
    ) -> Result<Stat, DriveError> {
        let made = look(directory, name)?.ok_or(DriveError::Missing)?;
        self.give_to(caller, directory, name, &made)?;
        let made = look(directory, name)?.ok_or(DriveError::Missing)?;
        let handed_down = made.st_mode & SET_GROUP;
        let wanted = mode.as_raw_mode() | handed_down;
        if made.st_mode & MODE_BITS == wanted {
            return Ok(made);
        }
        crate::change::set_mode(directory, name, wanted)?;
        look(directory, name)?.ok_or(DriveError::Missing)
    }

    fn finish_link(
        &self,
        caller: Caller,
        directory: &OwnedFd,
        name: &[u8],
    ) -> Result<Stat, DriveError> {
        let made = look(directory, name)?.ok_or(DriveError::Missing)?;
        self.give_to(caller, directory, name, &made)?;
        look(directory, name)?.ok_or(DriveError::Missing)
    }

    /// Gives `number` one more name.
    ///
    /// # Errors
    /// [`DriveError::OtherFolder`] across folders.
    pub fn link(
        &self,
        number: u64,
        parent: u64,
        name: &[u8],
        interrupt: &Interrupt,
    ) -> Result<Attr, DriveError> {
        self.guard(parent, name)?;
        if let Identity::Elsewhere(absent) = self.identity(number)? {
            self.bring_for(number, absent, EVERYTHING, interrupt)?;
        }
        let spot = self.spot(number)?;
        let (shown, directory) = self.directory(parent)?;
        if shown.index != spot.shown.index {
            return Err(DriveError::OtherFolder);
        }
        if self.is_elsewhere_at(&shown, parent, name)? {
            return Err(DriveError::Exists);
        }
        rustix::fs::linkat(&spot.directory, &*spot.name, &directory, name, AtFlags::empty())?;
        let stat = look(&directory, name)?.ok_or(DriveError::Missing)?;
        self.nodes().note(number, Found::Body(&stat));
        self.announce(&shown, parent, name);
        self.admit(parent, name, &Standing::Body(stat))
    }

    /// Deletes a name that is no directory.
    ///
    /// # Errors
    /// [`DriveError::Missing`], [`DriveError::IsDirectory`].
    pub fn unlink(&self, parent: u64, name: &[u8]) -> Result<(), DriveError> {
        self.guard(parent, name)?;
        let (shown, directory) = self.directory(parent)?;
        let stood = match rustix::fs::unlinkat(&directory, name, AtFlags::empty()) {
            Ok(()) => true,
            Err(rustix::io::Errno::NOENT) => false,
            Err(error) => return Err(error.into()),
        };
        // What the index has there is deleted too, else it would show from below what was just deleted.
        let listed = self.is_elsewhere_at(&shown, parent, name)?;
        if listed && let Some(path) = self.path(parent, name) {
            shown.pod.remove(&path)?;
        }
        if !stood && !listed {
            return Err(DriveError::Missing);
        }
        self.announce(&shown, parent, name);
        self.nodes().detach(parent, name);
        Ok(())
    }

    /// Deletes an empty directory.
    ///
    /// # Errors
    /// [`DriveError::NotEmpty`] also if what it holds is elsewhere.
    pub fn remove_directory(&self, parent: u64, name: &[u8]) -> Result<(), DriveError> {
        self.guard(parent, name)?;
        let (shown, directory) = self.directory(parent)?;
        self.refuse_filled(&shown, parent, name)?;
        rustix::fs::unlinkat(&directory, name, AtFlags::REMOVEDIR)?;
        self.announce(&shown, parent, name);
        self.nodes().detach(parent, name);
        Ok(())
    }

    /// Renames, within one folder.
    ///
    /// # Errors
    /// As `renameat2(2)`; [`DriveError::OtherFolder`] across folders.
    pub fn rename(
        &self,
        from: (u64, &[u8]),
        to: (u64, &[u8]),
        flags: u32,
        interrupt: &Interrupt,
    ) -> Result<(), DriveError> {
        self.guard(from.0, from.1)?;
        self.guard(to.0, to.1)?;
        let (shown, source) = self.directory(from.0)?;
        let (other, target) = self.directory(to.0)?;
        if shown.index != other.index {
            return Err(DriveError::OtherFolder);
        }
        let flags = RenameFlags::from_bits(flags).ok_or(DriveError::Invalid)?;
        let rename = Rename { shown: &shown, from, to, flags, interrupt };
        if !shown.pod.whole() {
            if self.rename_elsewhere(&rename)? {
                self.nodes().moved(from, to);
                return Ok(());
            }
            self.make_way(&rename)?;
        }
        rustix::fs::renameat_with(&source, from.1, &target, to.1, flags)?;
        self.follow_rename(&rename)
    }

    /// Renames a file that is not here where nothing that is here is in the way: then no byte moves.
    fn rename_elsewhere(&self, rename: &Rename<'_>) -> Result<bool, DriveError> {
        let (from, to) = (rename.from, rename.to);
        let Some(Standing::Elsewhere(absent)) = self.standing(from.0, from.1)? else {
            return Ok(false);
        };
        let (Some(old), Some(new)) = (self.path(from.0, from.1), self.path(to.0, to.1)) else {
            return Err(DriveError::NameTooLong);
        };
        match self.standing(to.0, to.1)? {
            Some(_) if rename.spares() => Err(DriveError::Exists),
            None if rename.exchanges() => Err(DriveError::Missing),
            Some(Standing::Body(_)) => self.bring_at(rename, from, absent).map(|()| false),
            Some(Standing::Elsewhere(_)) if rename.exchanges() => {
                self.bring_at(rename, from, absent).map(|()| false)
            }
            Some(Standing::Elsewhere(_)) | None => {
                rename.shown.pod.rename(&old, &new)?;
                self.handles.renamed(rename.shown, &old, &new);
                Ok(true)
            }
        }
    }

    /// What is elsewhere at the target of a rename is replaced knowingly, or brought here to be exchanged.
    fn make_way(&self, rename: &Rename<'_>) -> Result<(), DriveError> {
        let (from, to) = (rename.from, rename.to);
        match self.standing(to.0, to.1)? {
            Some(Standing::Elsewhere(_)) if rename.spares() => Err(DriveError::Exists),
            Some(Standing::Elsewhere(absent)) if rename.exchanges() => {
                self.bring_at(rename, to, absent)
            }
            Some(Standing::Elsewhere(_)) => {
                let source = self.standing(from.0, from.1)?.ok_or(DriveError::Missing)?;
                if source.is_directory() {
                    return Err(DriveError::NotDirectory);
                }
                let path = self.path(to.0, to.1).ok_or(DriveError::NameTooLong)?;
                rename.shown.pod.bring(&path, Bring::Empty, rename.interrupt)
            }
            Some(standing @ Standing::Body(_))
                if standing.is_directory() && !rename.exchanges() =>
            {
                self.refuse_filled(rename.shown, to.0, to.1)
            }
            Some(Standing::Body(_)) | None => Ok(()),
        }
    }

    fn bring_at(
        &self,
        rename: &Rename<'_>,
        at: (u64, &[u8]),
        absent: Absent,
    ) -> Result<(), DriveError> {
        let number = self.nodes().child(at.0, at.1);
        if let Some(number) = number {
            return self.bring_for(number, absent, EVERYTHING, rename.interrupt);
        }
        let path = self.path(at.0, at.1).ok_or(DriveError::NameTooLong)?;
        rename.shown.pod.bring(&path, Bring::Whole, rename.interrupt)
    }

    /// After the body: numbers, open files and what is not here below a directory follow.
    fn follow_rename(&self, rename: &Rename<'_>) -> Result<(), DriveError> {
        let Rename { shown, from, to, .. } = rename;
        let paths = self.path(from.0, from.1).zip(self.path(to.0, to.1));
        if rename.exchanges() {
            self.nodes().exchanged(*from, *to);
        } else {
            self.nodes().moved(*from, *to);
        }
        let Some((old, new)) = paths else { return Ok(()) };
        // What is not here below an exchanged directory stays under its name, in the other directory: the
        // directories themselves were both live before and are after.
        if !shown.pod.whole() && !rename.exchanges() {
            self.handles.renamed(shown, &old, &new);
            let directory = self.directory(to.0)?.1;
            let moved = look(&directory, to.1)?.map(Standing::Body);
            if moved.is_some_and(|moved| moved.is_directory()) {
                shown.pod.rename(&old, &new)?;
            }
        }
        shown.pod.changed(&[old, new]);
        Ok(())
    }

    /// Refuses to lose a directory that holds what is elsewhere.
    fn refuse_filled(&self, shown: &Shown, parent: u64, name: &[u8]) -> Result<(), DriveError> {
        if shown.pod.whole() {
            return Ok(());
        }
        let Some(path) = self.path(parent, name) else { return Ok(()) };
        let mut after = None;
        loop {
            let some = shown.pod.children(Some(&path), after.as_deref(), crate::list::CHILDREN)?;
            if some.iter().any(|(_, listed)| crate::lookup::absent(listed).is_some()) {
                return Err(DriveError::NotEmpty);
            }
            match some.into_iter().next_back() {
                Some((name, _)) => after = Some(name),
                None => return Ok(()),
            }
        }
    }

    pub(crate) fn is_elsewhere_at(
        &self,
        shown: &Shown,
        parent: u64,
        name: &[u8],
    ) -> Result<bool, DriveError> {
        Ok(matches!(self.elsewhere(shown, parent, name)?, Elsewhere::Absent(_)))
    }

    pub(crate) fn identity(&self, number: u64) -> Result<Identity, DriveError> {
        Ok(self.nodes().get(number)?.identity)
    }

    fn announce(&self, shown: &Shown, parent: u64, name: &[u8]) {
        if let Some(path) = self.path(parent, name) {
            shown.pod.changed(&[path]);
        }
    }
}

impl Standing {
    fn is_directory(&self) -> bool {
        match self {
            Self::Body(stat) => FileType::from_raw_mode(stat.st_mode) == FileType::Directory,
            Self::Elsewhere(_) => false,
        }
    }
}
