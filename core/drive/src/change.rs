//! Changing what is known of a file: mode, owner, times, length, extended attributes.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{SystemTime, UNIX_EPOCH};

use model::WallTime;
use rustix::fs::{AtFlags, Gid, Mode, OFlags, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, Uid};

use crate::attr::Attr;
use crate::bytes::without_set_id;
use crate::drive::{Call, Drive};
use crate::lookup::Standing;
use crate::nodes::{Absent, Found, Identity};
use crate::open::How;
use crate::{Attributes, DriveError};

/// A time to be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The clock of the disk.
    Now,
    /// This moment.
    At(SystemTime),
}

/// What is to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// Permission bits, with those for set-id and sticky.
    pub mode: Option<u32>,
    /// Owner.
    pub uid: Option<u32>,
    /// Group.
    pub gid: Option<u32>,
    /// Length in bytes.
    pub size: Option<u64>,
    /// Last read.
    pub atime: Option<When>,
    /// Last change of the bytes.
    pub mtime: Option<When>,
}

impl Drive {
    /// Changes what is known of `number`; `handle` if the program did it through an open file.
    ///
    /// # Errors
    /// [`DriveError`] of the disk, and those of [`crate::Pod::bring`] where the file has to come here first.
    pub fn change(
        &self,
        number: u64,
        handle: Option<u64>,
        change: Change,
        call: &Call,
    ) -> Result<Attr, DriveError> {
        self.refuse_reader(number)?;
        match self.identity(number)? {
            Identity::Home => return Err(DriveError::Own),
            Identity::Elsewhere(absent) => {
                if let Some(attr) = self.change_edit((number, handle), absent, change)? {
                    return Ok(attr);
                }
                if self.note_elsewhere(number, absent, change)? {
                    return self.attr(number);
                }
                let truncates = change.size == Some(0);
                let how = How { writes: true, truncates, ..How::default() };
                self.bring_for(number, absent, how, &call.interrupt)?;
            }
            Identity::Body { .. } => {}
        }
        let held = self.hold(number, handle)?;
        if change.uid.is_some() || change.gid.is_some() {
            held.set_owner(change.uid, change.gid)?;
        }
        if let Some(size) = change.size {
            held.set_size(size)?;
        }
        if let Some(mode) = change.mode {
            held.set_mode(mode)?;
        } else if call.caller.uid != 0 && change.size.is_some() {
            held.drop_set_id()?;
        }
        if change.atime.is_some() || change.mtime.is_some() {
            held.set_times(change)?;
        }
        let stat = held.stat()?;
        self.nodes().note(number, Found::Body(&stat));
        self.announce_number(number);
        Ok(self.nodes().told(number, Standing::Body(stat).attr(number)))
    }

    fn announce_number(&self, number: u64) {
        let shown = self.nodes().shown(number);
        if let (Ok(shown), Some(path)) = (shown, self.path_of(number)) {
            shown.pod.changed(&[path]);
        }
    }

    /// Changes of a file that is not here that need no bytes of it. Whether that was all.
    fn note_elsewhere(
        &self,
        number: u64,
        absent: Absent,
        change: Change,
    ) -> Result<bool, DriveError> {
        let now = Attr::of_elsewhere(number, absent.content.size, absent.mode, absent.mtime);
        let same_owner = change.uid.is_none_or(|uid| uid == now.uid)
            && change.gid.is_none_or(|gid| gid == now.gid);
        let same_size = change.size.is_none_or(|size| size == now.size);
        if !same_owner || !same_size {
            return Ok(false);
        }
        let mode = change.mode.map(|mode| (mode & 0o777) as u16);
        let mtime = change.mtime.map(wall);
        if mode.is_some() || mtime.is_some() {
            let shown = self.nodes().shown(number)?;
            let path = self.path_of(number).ok_or(DriveError::Stale)?;
            shown.pod.attributes(&path, Attributes { mode, mtime })?;
            let mode = mode.unwrap_or(absent.mode);
            let mtime = mtime.unwrap_or(absent.mtime);
            self.nodes().note(number, Found::Elsewhere(Absent { mode, mtime, ..absent }));
        }
        Ok(true)
    }

    /// What `number` stands for, held by descriptor: an open file if there is one, since its name may be gone.
    pub(crate) fn hold(&self, number: u64, handle: Option<u64>) -> Result<Held, DriveError> {
        if let Some(handle) = handle
            && let Ok(file) = self.handles.get(handle)?.body()
        {
            return Ok(Held { file: file.try_clone_to_owned()?, open: true });
        }
        // Somebody else's handle may be closed at any moment: then the name is right.
        let others = self.nodes().get(number)?.opens().to_vec();
        for open in others.into_iter().rev().filter_map(|other| self.handles.get(other).ok()) {
            if let Ok(file) = open.body() {
                return Ok(Held { file: file.try_clone_to_owned()?, open: false });
            }
        }
        let spot = self.spot(number)?;
        Ok(Held { file: named(&spot.directory, &spot.name)?, open: false })
    }

    pub(crate) fn attr_of_handle(
        &self,
        number: u64,
        handle: u64,
    ) -> Option<Result<Attr, DriveError>> {
        let open = self.handles.get(handle).ok()?;
        match &open.source {
            crate::handles::Source::Body(file) => {
                let stat = rustix::fs::fstat(file);
                Some(stat.map(|stat| Attr::of_body(number, &stat)).map_err(DriveError::from))
            }
            crate::handles::Source::Elsewhere { absent, .. } => {
                Some(Ok(Standing::Elsewhere(*absent).attr(number)))
            }
            crate::handles::Source::Edited(edit) => Some(crate::edit::attr_of(number, &**edit)),
        }
    }
}

/// Something in a body, held by a descriptor of any kind.
pub(crate) struct Held {
    pub(crate) file: OwnedFd,
    /// Whether it is the handle that the program itself uses, opened for what it does.
    open: bool,
}

impl Held {
    /// A path that leads to it and to nothing else.
    pub(crate) fn way(&self) -> String {
        way(&self.file)
    }

    fn stat(&self) -> Result<rustix::fs::Stat, DriveError> {
        Ok(rustix::fs::fstat(&self.file)?)
    }

    fn set_owner(&self, uid: Option<u32>, gid: Option<u32>) -> Result<(), DriveError> {
        let (uid, gid) = (uid.map(Uid::from_raw), gid.map(Gid::from_raw));
        Ok(rustix::fs::chownat(&self.file, "", uid, gid, AtFlags::EMPTY_PATH)?)
    }

    fn set_mode(&self, mode: u32) -> Result<(), DriveError> {
        let mode = Mode::from_raw_mode(mode & crate::attr::MODE_BITS);
        Ok(rustix::fs::chmod(self.way(), mode)?)
    }

    fn drop_set_id(&self) -> Result<(), DriveError> {
        let mode = self.stat()?.st_mode;
        if without_set_id(mode) == mode { Ok(()) } else { self.set_mode(without_set_id(mode)) }
    }

    fn set_size(&self, size: u64) -> Result<(), DriveError> {
        if self.open {
            return Ok(rustix::fs::ftruncate(&self.file, size)?);
        }
        let flags = OFlags::WRONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = rustix::fs::open(self.way(), flags, Mode::empty())?;
        Ok(rustix::fs::ftruncate(file, size)?)
    }

    fn set_times(&self, change: Change) -> Result<(), DriveError> {
        let times =
            Timestamps { last_access: spec(change.atime), last_modification: spec(change.mtime) };
        Ok(rustix::fs::utimensat(&self.file, "", &times, AtFlags::EMPTY_PATH)?)
    }
}

/// Sets the mode of what stands at `name`, whatever this process masks.
pub(crate) fn set_mode(directory: &OwnedFd, name: &[u8], mode: u32) -> Result<(), DriveError> {
    Held { file: named(directory, name)?, open: false }.set_mode(mode)
}

/// What stands at `name`, itself and not what a link there leads to.
fn named(directory: &OwnedFd, name: &[u8]) -> Result<OwnedFd, DriveError> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::openat(directory, name, flags, Mode::empty())?)
}

fn way(file: impl AsFd) -> String {
    format!("/proc/self/fd/{}", file.as_fd().as_raw_fd())
}

fn spec(when: Option<When>) -> Timespec {
    match when {
        None => Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        Some(When::Now) => Timespec { tv_sec: 0, tv_nsec: UTIME_NOW },
        Some(When::At(time)) => {
            let nanos = nanos_of(time);
            let seconds = nanos.div_euclid(1_000_000_000);
            Timespec {
                tv_sec: i64::try_from(seconds).unwrap_or(i64::MAX),
                tv_nsec: i64::try_from(nanos.rem_euclid(1_000_000_000)).unwrap_or(0),
            }
        }
    }
}

pub(crate) fn wall(when: When) -> WallTime {
    let time = match when {
        When::Now => SystemTime::now(),
        When::At(time) => time,
    };
    WallTime(i64::try_from(nanos_of(time)).unwrap_or(i64::MAX))
}

fn nanos_of(time: SystemTime) -> i128 {
    let nanos = |span: std::time::Duration| i128::try_from(span.as_nanos()).unwrap_or(i128::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => nanos(since),
        Err(before) => -nanos(before.duration()),
    }
}
