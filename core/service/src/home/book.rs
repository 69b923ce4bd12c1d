//! What this device keeps about its home and for itself, behind one lock.
//!
//! Every write is durable when the call returns, so calls take a moment: they belong on threads that
//! may block. An error is logged and given back as "not kept".

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{DeviceId, FolderId, WallTime};
use store::StoreError;
use store::home::{Address, Attachment, Home};
use wire::Record;

/// This device's name as long as no home knows it.
const NAME: &str = "name";
/// The name that this device was last started with.
const NAME_GIVEN: &str = "name-given";
/// Until when everything is paused: nanoseconds of wall time, or `always`.
const PAUSED: &str = "paused";
/// Before the id of a device that a person has paused.
const PAUSED_DEVICE: &str = "paused:";

/// Where the drive is mounted.
const DRIVE: &str = "drive";

/// Where browsers on other computers come in.
const DOOR: &str = "door";
/// What they show, as it is kept.
const DOOR_PASSWORD: &str = "door-password";

/// The book.
pub(crate) struct Book(Mutex<Home>);

/// When a pause ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PauseEnd {
    /// When a person says so.
    Never,
    /// By itself.
    At(WallTime),
}

impl Book {
    /// Opens the book in `file`.
    ///
    /// # Errors
    /// When it can't be read or written.
    pub(crate) fn open(file: &Path) -> Result<Self, StoreError> {
        Ok(Self(Mutex::new(Home::open(file)?)))
    }

    /// Every record of the home.
    pub(crate) fn records(&self) -> Result<Vec<Record>, StoreError> {
        self.home().records()
    }

    /// Keeps records; whether that worked.
    pub(crate) fn keep_records(&self, records: &[Record]) -> bool {
        kept(self.home().put_records(records))
    }

    /// Forgets the home and all of its folders.
    pub(crate) fn forget_home(&self) -> bool {
        kept(self.home().forget_home())
    }

    /// The folders that this device takes part in.
    pub(crate) fn attachments(&self) -> Result<Vec<Attachment>, StoreError> {
        self.home().attachments()
    }

    /// Takes part in a folder from now on; whether that was kept.
    pub(crate) fn attach(&self, attachment: &Attachment) -> bool {
        kept(self.home().attach(attachment))
    }

    /// Takes no part in a folder any more; whether that was kept.
    pub(crate) fn detach(&self, folder: FolderId) -> bool {
        kept(self.home().detach(folder))
    }

    /// This device's own name, if it was given one.
    pub(crate) fn name(&self) -> Result<Option<String>, StoreError> {
        self.home().setting(NAME)
    }

    /// Gives this device a name.
    pub(crate) fn set_name(&self, name: &str) -> bool {
        kept(self.home().set_setting(NAME, Some(name)))
    }

    /// Whether this device was not started with this name before: one that was given long ago does
    /// not undo what a person called it since.
    pub(crate) fn is_new_name(&self, name: &str) -> bool {
        !matches!(self.home().setting(NAME_GIVEN), Ok(Some(before)) if before == name)
    }

    /// This device was started with a name, and the home knows of it.
    pub(crate) fn note_given_name(&self, name: &str) -> bool {
        kept(self.home().set_setting(NAME_GIVEN, Some(name)))
    }

    /// Until when everything is paused.
    pub(crate) fn pause(&self) -> Result<Option<PauseEnd>, StoreError> {
        Ok(self.home().setting(PAUSED)?.and_then(|text| match text.as_str() {
            "always" => Some(PauseEnd::Never),
            number => number.parse().ok().map(|at| PauseEnd::At(WallTime(at))),
        }))
    }

    /// Pauses everything, or ends the pause.
    pub(crate) fn set_pause(&self, end: Option<PauseEnd>) -> bool {
        let text = end.map(|end| match end {
            PauseEnd::Never => "always".to_owned(),
            PauseEnd::At(at) => at.0.to_string(),
        });
        kept(self.home().set_setting(PAUSED, text.as_deref()))
    }

    /// Where the drive is to be mounted.
    pub(crate) fn drive(&self) -> Option<PathBuf> {
        self.home().setting(DRIVE).ok().flatten().map(PathBuf::from)
    }

    /// Notes where the drive is to be mounted at each start.
    pub(crate) fn set_drive(&self, path: Option<&Path>) -> bool {
        kept(self.home().set_setting(DRIVE, path.and_then(Path::to_str)))
    }

    /// Where browsers on other computers come in.
    pub(crate) fn door(&self) -> Option<String> {
        self.home().setting(DOOR).ok().flatten()
    }

    /// Notes where browsers on other computers come in at each start; whether that was kept.
    pub(crate) fn set_door(&self, address: Option<&str>) -> bool {
        kept(self.home().set_setting(DOOR, address))
    }

    /// What browsers on other computers show, as it is kept.
    pub(crate) fn door_password(&self) -> Option<String> {
        self.home().setting(DOOR_PASSWORD).ok().flatten()
    }

    /// Notes what they show; whether that was kept.
    pub(crate) fn set_door_password(&self, hash: &str) -> bool {
        kept(self.home().set_setting(DOOR_PASSWORD, Some(hash)))
    }

    /// The devices that a person has paused.
    pub(crate) fn paused_devices(&self) -> Result<Vec<DeviceId>, StoreError> {
        let settings = self.home().settings()?;
        let ids = settings.keys().filter_map(|key| key.strip_prefix(PAUSED_DEVICE));
        Ok(ids.filter_map(|id| DeviceId::parse(id).ok()).collect())
    }

    /// Pauses a device, or ends that.
    pub(crate) fn set_device_paused(&self, device: DeviceId, paused: bool) -> bool {
        let key = format!("{PAUSED_DEVICE}{device}");
        kept(self.home().set_setting(&key, paused.then_some("yes")))
    }

    /// Where devices were last reached, newest first.
    pub(crate) fn addresses(&self) -> Result<BTreeMap<DeviceId, Vec<SocketAddr>>, StoreError> {
        let mut all: BTreeMap<DeviceId, Vec<SocketAddr>> = BTreeMap::new();
        for Address { device, address, .. } in self.home().addresses()? {
            all.entry(device).or_default().extend(address.parse::<SocketAddr>());
        }
        Ok(all)
    }

    /// Notes that a device is connected, and where.
    pub(crate) fn note_contact(&self, device: DeviceId, address: SocketAddr, at: WallTime) {
        let mut home = self.home();
        let found = Address { device, address: address.to_string(), seen_at: at };
        kept(home.note_address(&found).and_then(|()| home.note_contact(device, at)));
    }

    /// Notes that a device was connected until now.
    pub(crate) fn note_parting(&self, device: DeviceId, at: WallTime) {
        kept(self.home().note_contact(device, at));
    }

    /// When devices were last connected.
    pub(crate) fn contacts(&self) -> Result<BTreeMap<DeviceId, WallTime>, StoreError> {
        self.home().contacts()
    }

    fn home(&self) -> MutexGuard<'_, Home> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kept(result: Result<(), StoreError>) -> bool {
    match result {
        Ok(()) => true,
        Err(error) => {
            tracing::error!("keeping settings: {:#}", anyhow::Error::from(error));
            false
        }
    }
}
