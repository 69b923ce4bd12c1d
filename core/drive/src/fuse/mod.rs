//! The drive in Linux: FUSE, by `fuser`. Only translation, and what this kernel wants to be told.
//!
//! Where the service may (it needs `CAP_SYS_ADMIN`), what is here is read and written past the service
//! (passthrough); else the kernel collects writes (writeback cache). The two exclude each other. A call that
//! may wait for another device never holds up one that does not: it goes to a lane of its own.

mod adapter;
mod answer;
mod lane;
mod listing;
mod mountpoint;
mod notices;
mod passing;
mod program;
mod translate;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{io, thread};

use fuser::{BackgroundSession, Config, MountOption, SessionACL};
use model::RelPath;

use self::adapter::Adapter;
use self::lane::Lane;
use self::notices::Notices;
use self::passing::Passing;
use crate::drive::Drive;

pub use mountpoint::{MountState, clear, is_available, state};

/// What the mount is called in the list of mounts.
pub const NAME: &str = "homefold";
/// How long an end waits for programs that still use the drive.
const END: Duration = Duration::from_secs(1);
const END_LOOK: Duration = Duration::from_millis(10);

/// How the drive is mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Where.
    pub at: PathBuf,
    /// Threads that answer the kernel.
    pub threads: usize,
    /// Whether what is here may be read past the service, where the kernel allows it.
    pub passthrough: bool,
    /// Whether other users of the machine may see it.
    pub everyone: bool,
}

impl Options {
    /// The usual ones.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self { at: path.to_owned(), threads: threads(), passthrough: true, everyone: false }
    }
}

/// One for each core: cold metadata gains from a second thread. (On two cores it costs a single reader of small
/// pieces something.)
fn threads() -> usize {
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    cores.clamp(1, 4)
}

/// Why a drive could not be mounted.
#[derive(Debug, thiserror::Error)]
pub enum MountError {
    /// There is no FUSE on this system.
    #[error("this system has no /dev/fuse")]
    NoFuse,
    /// The helper that mounts for an ordinary user is missing.
    #[error("fusermount3 is not installed")]
    NoHelper,
    /// Something is mounted there that works.
    #[error("something is mounted there already")]
    Taken,
    /// The system refused.
    #[error("mounting: {0}")]
    System(#[source] io::Error),
}

/// A mounted drive. It is unmounted when dropped.
pub struct Mounted {
    at: PathBuf,
    drive: Arc<Drive>,
    session: Mutex<Option<BackgroundSession>>,
    notices: Notices,
    asleep: Arc<AtomicBool>,
}

impl Mounted {
    /// Mounts `drive`.
    ///
    /// # Errors
    /// [`MountError`]; nothing is mounted then.
    pub fn start(drive: Arc<Drive>, options: &Options) -> Result<Self, MountError> {
        if !is_available() {
            return Err(MountError::NoFuse);
        }
        let asleep = Arc::new(AtomicBool::new(false));
        let (notices, hand) = Notices::new(drive.clone());
        let adapter = Adapter {
            drive: drive.clone(),
            lane: Lane::default(),
            passing: Passing::new(options.passthrough && program::may_pass_files()),
            notices: hand,
            asleep: asleep.clone(),
            collects: false,
        };
        let session =
            fuser::spawn_mount(adapter, &options.at, &config(options)).map_err(refused)?;
        notices.begin(session.notifier());
        mountpoint::widen_read_ahead(&options.at);
        Ok(Self {
            at: options.at.clone(),
            drive,
            session: Mutex::new(Some(session)),
            notices,
            asleep,
        })
    }

    /// Where it is mounted.
    #[must_use]
    pub fn at(&self) -> &Path {
        &self.at
    }

    /// Whether it is mounted no more: somebody else may have unmounted it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.as_ref().is_none_or(|session| session.guard.is_finished())
    }

    /// The file system behind it.
    #[must_use]
    pub fn drive(&self) -> &Arc<Drive> {
        &self.drive
    }

    /// `paths` of `folder` changed other than through this drive. Returns at once.
    pub fn changed_elsewhere(&self, folder: &str, paths: &[RelPath]) {
        self.notices.changed(folder, paths);
    }

    /// The list of folders changed. Returns at once.
    pub fn folders_changed(&self) {
        self.notices.folders_changed();
    }

    /// See [`Drive::lines_let_go`].
    pub fn lines_let_go(&self) -> u64 {
        self.drive.lines_let_go()
    }

    /// The system is about to sleep (or woke up): while it is, no read waits for another device.
    pub fn sleep(&self, asleep: bool) {
        self.asleep.store(asleep, Ordering::Relaxed);
    }

    /// Unmounts. Programs that still have files open keep them until the process ends.
    pub fn stop(&self) {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(session) = session else { return };
        self.asleep.store(true, Ordering::Relaxed);
        // What programs wrote and the kernel still collects comes into the body first.
        notices::write_back(&session.notifier(), &self.drive);
        if let Err(error) = mountpoint::detach(&self.at) {
            tracing::warn!("the drive could not be unmounted: {error}");
        }
        self.notices.end();
        let until = Instant::now() + END;
        while !session.guard.is_finished() && Instant::now() < until {
            thread::sleep(END_LOOK);
        }
        if session.guard.is_finished() {
            drop(session.join());
        } else {
            tracing::info!("programs still use the unmounted drive");
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.stop();
    }
}

fn config(options: &Options) -> Config {
    let mut config = Config::default();
    config.mount_options = vec![
        MountOption::FSName(NAME.to_owned()),
        MountOption::Subtype(NAME.to_owned()),
        MountOption::DefaultPermissions,
        MountOption::NoSuid,
        MountOption::NoDev,
    ];
    config.acl = if options.everyone { SessionACL::All } else { SessionACL::Owner };
    config.n_threads = Some(options.threads);
    config.clone_fd = options.threads > 1;
    config
}

fn refused(error: io::Error) -> MountError {
    if error.kind() == io::ErrorKind::NotFound && !mountpoint::has_helper() {
        return MountError::NoHelper;
    }
    MountError::System(error)
}
