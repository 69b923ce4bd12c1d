//! Which connection to a device counts: one at most.
//!
//! Both devices may dial at once, and one of them may still hold a connection that the other has
//! lost. So that they never disagree, the device with the smaller id decides for every new
//! connection, says so as the last word of the greeting (see `greeting`), and the other follows.
//! It takes the new one, unless the one it has is so young that the two were dialled at once.
//! Adoptions are numbered, so that verdicts which overtake each other don't undo each other.
//!
//! A device that was started again takes over from what it was before. If that comes back while the
//! newer one is connected, two computers hold one key: the older one waits until the newer is gone, or
//! they would take over from each other for ever.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use model::DeviceId;
use tokio::sync::watch;

use crate::link::Link;

/// Two connections adopted within this time were dialled at once.
const COLLISION: Duration = Duration::from_secs(3);

/// Every link there is.
#[derive(Debug)]
pub(crate) struct Links {
    table: Mutex<HashMap<DeviceId, Arc<Link>>>,
    adoptions: AtomicU64,
    /// For each device, the instance that another instance of it has taken over from.
    replaced: Mutex<HashMap<DeviceId, Bytes>>,
    changes: watch::Sender<u64>,
}

/// What became of a new connection.
#[derive(Debug)]
pub(crate) enum Offer {
    /// It counts, in place of the one given.
    Adopted(Option<Arc<Link>>),
    /// There is a better one.
    Refused,
}

impl Links {
    pub(crate) fn new() -> Self {
        Self {
            table: Mutex::default(),
            adoptions: AtomicU64::new(0),
            replaced: Mutex::default(),
            changes: watch::Sender::new(0),
        }
    }

    /// Decides about `link`, as the device with the smaller id. `dialled` says that we dialled it:
    /// the other device may then know of the connection that we have.
    pub(crate) fn decide(&self, link: &Arc<Link>, dialled: bool) -> Offer {
        let mut table = self.table();
        if let Some(own) = table.get(&link.device) {
            let restarted = own.instance != link.instance;
            let young = own.since.elapsed() < COLLISION;
            if !own.is_gone() && !restarted && (dialled || young) {
                return Offer::Refused;
            }
            if self.is_second_holder(own, link) {
                return Offer::Refused;
            }
        }
        link.set_adoption(self.adoptions.fetch_add(1, Ordering::Relaxed) + 1);
        self.adopt(&mut table, link)
    }

    /// Takes over the other device's decision that `link` is adoption `number`.
    pub(crate) fn follow(&self, link: &Arc<Link>, number: u64) -> Offer {
        let mut table = self.table();
        link.set_adoption(number);
        match table.get(&link.device) {
            Some(own) if own.instance == link.instance && own.adoption() > number => Offer::Refused,
            Some(own) if self.is_second_holder(own, link) => Offer::Refused,
            Some(_) | None => self.adopt(&mut table, link),
        }
    }

    fn adopt(&self, table: &mut HashMap<DeviceId, Arc<Link>>, link: &Arc<Link>) -> Offer {
        let previous = table.insert(link.device, Arc::clone(link));
        if let Some(previous) = previous.as_ref().filter(|own| own.instance != link.instance) {
            self.replaced().insert(link.device, previous.instance.clone());
        }
        self.changed();
        Offer::Adopted(previous)
    }

    /// Whether `link` leads to an instance that the one at the end of `own`, which lives, has taken over
    /// from.
    fn is_second_holder(&self, own: &Link, link: &Link) -> bool {
        !own.is_gone()
            && own.instance != link.instance
            && self.replaced().get(&link.device) == Some(&link.instance)
    }

    fn replaced(&self) -> MutexGuard<'_, HashMap<DeviceId, Bytes>> {
        self.replaced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets `link`, if it is still the one that counts.
    pub(crate) fn remove(&self, link: &Arc<Link>) {
        let mut table = self.table();
        if table.get(&link.device).is_some_and(|own| Arc::ptr_eq(own, link)) {
            table.remove(&link.device);
            self.changed();
        }
    }

    /// The link to `device`.
    pub(crate) fn get(&self, device: DeviceId) -> Option<Arc<Link>> {
        self.table().get(&device).filter(|link| !link.is_gone()).map(Arc::clone)
    }

    /// Every link, in no order.
    pub(crate) fn all(&self) -> Vec<Arc<Link>> {
        self.table().values().map(Arc::clone).collect()
    }

    /// Waits until there is a link to `device`, or none, as `wanted` says.
    pub(crate) async fn until(&self, device: DeviceId, wanted: bool) {
        let mut changes = self.changes.subscribe();
        while self.table().contains_key(&device) != wanted {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    fn table(&self) -> MutexGuard<'_, HashMap<DeviceId, Arc<Link>>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
