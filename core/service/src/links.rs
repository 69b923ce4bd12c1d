//! What is known of the connections: since when, how fast, when last.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{DeviceId, Tick, WallTime};
use transport::Endpoint;

/// What is known of each device's connection.
#[derive(Default)]
pub(crate) struct Contacts(Mutex<HashMap<DeviceId, Contact>>);

#[derive(Default)]
struct Contact {
    address: Option<SocketAddr>,
    connected: bool,
    last_seen: Option<WallTime>,
    parting: String,
    version: Option<String>,
    before: Option<Counted>,
    rates: (u64, u64),
}

/// Bytes of a connection at some moment.
#[derive(Clone, Copy)]
struct Counted {
    at: Tick,
    sent: u64,
    received: u64,
}

/// A device's connection, for people.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ContactView {
    pub(crate) address: Option<SocketAddr>,
    pub(crate) connected: bool,
    pub(crate) last_seen: Option<WallTime>,
    /// Why it was disconnected.
    pub(crate) parting: String,
    /// Which Homefold it said that it runs.
    pub(crate) version: Option<String>,
    pub(crate) rate_in: u64,
    pub(crate) rate_out: u64,
}

impl Contacts {
    /// What was kept from earlier runs.
    pub(crate) fn recall(&self, seen: impl IntoIterator<Item = (DeviceId, WallTime)>) {
        let mut all = self.all();
        for (device, at) in seen {
            all.entry(device).or_default().last_seen = Some(at);
        }
    }

    /// A device is connected.
    pub(crate) fn up(&self, device: DeviceId, address: SocketAddr, version: String, now: WallTime) {
        let mut all = self.all();
        let contact = all.entry(device).or_default();
        contact.address = Some(address);
        contact.connected = true;
        contact.version = Some(version);
        contact.last_seen = Some(now);
        contact.before = None;
        contact.rates = (0, 0);
    }

    /// It is not connected any more.
    pub(crate) fn down(&self, device: DeviceId, reason: String, now: WallTime) {
        let mut all = self.all();
        let contact = all.entry(device).or_default();
        contact.connected = false;
        contact.last_seen = Some(now);
        contact.parting = reason;
        contact.rates = (0, 0);
    }

    /// Works the rates out anew; to be called every second or so while somebody looks.
    pub(crate) fn sample(&self, endpoint: &Endpoint, now: Tick) {
        let links = endpoint.links();
        let mut all = self.all();
        for link in links {
            let contact = all.entry(link.device).or_default();
            let counted = Counted { at: now, sent: link.sent, received: link.received };
            let before = *contact.before.get_or_insert(counted);
            let span = now.since(before.at).as_millis();
            if span < 200 {
                continue;
            }
            let rate = |newer: u64, older: u64| {
                let moved = u128::from(newer.saturating_sub(older));
                u64::try_from(moved * 1000 / span).unwrap_or(u64::MAX)
            };
            contact.rates = (rate(link.received, before.received), rate(link.sent, before.sent));
            contact.before = Some(counted);
        }
    }

    /// What is known of a device.
    pub(crate) fn view(&self, device: DeviceId) -> ContactView {
        let all = self.all();
        let Some(contact) = all.get(&device) else { return ContactView::default() };
        ContactView {
            address: contact.address,
            connected: contact.connected,
            last_seen: contact.last_seen,
            parting: contact.parting.clone(),
            version: contact.version.clone(),
            rate_in: contact.rates.0,
            rate_out: contact.rates.1,
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<DeviceId, Contact>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
