//! The running device: everything that its parts share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::DeviceId;
use store::reserve::Reserve;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};
use transport::Endpoint;

use crate::bulk::Blocks;
use crate::bulk::serve::Serving;
use crate::chronicle::Chronicle;
use crate::comparisons::Comparisons;
use crate::drive::Drives;
use crate::folders::Folders;
use crate::heard::Heard;
use crate::history::Questions;
use crate::home::book::PauseEnd;
use crate::home::{Book, DeviceKeys, Roster, View};
use crate::invitation::Invitation;
use crate::links::Contacts;
use crate::meter::Meter;
use crate::offers::Offers;
use crate::outbox::Outboxes;
use crate::pace::Paces;
use crate::place::Place;
use crate::remote::Remotes;
use crate::room::Rooms;
use crate::runloop::EngineDoor;
use crate::views::Views;

/// The running device.
pub(crate) struct Node {
    pub(crate) me: DeviceId,
    pub(crate) keys: DeviceKeys,
    pub(crate) place: Place,
    pub(crate) runtime: Handle,
    pub(crate) door: EngineDoor,
    pub(crate) endpoint: Endpoint,
    pub(crate) roster: Arc<Roster>,
    pub(crate) book: Book,
    pub(crate) reserve: Reserve,
    pub(crate) home: View,
    pub(crate) folders: Folders,
    pub(crate) outboxes: Outboxes,
    pub(crate) contacts: Contacts,
    pub(crate) chronicle: Chronicle,
    pub(crate) drives: Drives,
    pub(crate) views: Views,
    pub(crate) invitation: Invitation,
    pub(crate) comparisons: Comparisons,
    pub(crate) questions: Questions,
    pub(crate) heard: Heard,
    pub(crate) serving: Serving,
    pub(crate) remotes: Remotes,
    pub(crate) offers: Arc<Offers>,
    /// Memory for file bytes that arrive.
    pub(crate) landing: Blocks<Vec<u8>>,
    /// File bytes that arrive.
    pub(crate) arriving: Meter,
    /// Which of them, for people.
    pub(crate) flights: crate::flights::Flights,
    /// How fast file bytes may come and go.
    pub(crate) paces: Paces,
    /// How full the disks of the home's devices are.
    pub(crate) rooms: Rooms,
    /// Held by whoever measures the disks.
    pub(crate) measuring: Arc<tokio::sync::Semaphore>,
    /// Set when the home is not as it was.
    pub(crate) home_changed: Notify,
    /// Held while a home is founded or joined.
    pub(crate) founding: tokio::sync::Mutex<()>,
    pub(crate) pause: Pause,
    pub(crate) leaving: watch::Sender<bool>,
    pub(crate) name: Mutex<String>,
    /// Where browsers on other computers come in, if they may.
    pub(crate) far: crate::far::Far,
    /// Where browsers come in, once somebody asked for it.
    pub(crate) browsers: tokio::sync::OnceCell<crate::browsers::Browsers>,
}

/// Whether a person has paused everything.
#[derive(Default)]
pub(crate) struct Pause {
    on: AtomicBool,
    end: Mutex<Option<PauseEnd>>,
    pub(crate) changed: Notify,
}

impl Pause {
    /// Whether everything is paused now.
    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// When it ends.
    pub(crate) fn end(&self) -> Option<PauseEnd> {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pauses everything, or ends the pause.
    pub(crate) fn set(&self, end: Option<PauseEnd>) {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = end;
        self.on.store(end.is_some(), Ordering::Relaxed);
        self.changed.notify_one();
    }
}

impl Node {
    /// Whether this device belongs to a home.
    pub(crate) fn has_home(&self) -> bool {
        self.home.get().is_member(&self.me)
    }

    /// This device's name: as the home knows it, or as it was given.
    pub(crate) fn own_name(&self) -> String {
        if self.has_home() {
            return self.home.device_name(self.me);
        }
        self.name.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives this device another name of its own.
    pub(crate) async fn set_own_name(self: &Arc<Self>, name: &str) {
        name.clone_into(&mut self.name.lock().unwrap_or_else(PoisonError::into_inner));
        let (keeper, name) = (Arc::clone(self), name.to_owned());
        // What could not be kept was logged.
        drop(tokio::task::spawn_blocking(move || keeper.book.set_name(&name)).await);
    }

    /// Gives the room that was kept for it to the databases, which have none left.
    pub(crate) fn give_up_reserve(&self) {
        match self.reserve.release() {
            Ok(true) => tracing::warn!("the disk is full: the reserve is given to the databases"),
            Ok(false) => {}
            Err(error) => tracing::error!("{:#}", anyhow::Error::from(error)),
        }
    }

    /// Waits until the service leaves.
    pub(crate) async fn left(&self) {
        let mut leaving = self.leaving.subscribe();
        // An error means that the sender is gone, and with it the service.
        drop(leaving.wait_for(|leaving| *leaving).await);
    }
}
