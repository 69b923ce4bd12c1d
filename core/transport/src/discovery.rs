//! Finding the other devices on the local network by mDNS.
//!
//! The announcement shows no home and no lasting id: a random instance, the protocol's version, and
//! a tag that only members can tell and that changes every day. While a person lets a device in or
//! looks for a home, or this device would take in one that does, it shows that, and this device's name,
//! so that the person at the other end can pick it ([`crate::nearby`]). Invariant: what is found is a list of places to try, bounded, and
//! believed by nobody; who answers there is settled by TLS.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mdns_sd::{
    IfKind, Receiver, ResolvedService, ScopedIp, ServiceDaemon, ServiceEvent, ServiceInfo,
};
use model::DeviceId;
use tokio::sync::watch;

use crate::clock;
use crate::heard::{Found, Heard};
use crate::nearby::{Calling, NAME_MAX, Surroundings, cut};
use crate::shared::Shared;

/// Addresses believed of one announcement.
const ADDRESSES_MAX: usize = 8;
const SERVICE: &str = "_homefold._udp.local.";
const VERSION: &str = "1";
/// Names of what an announcement says.
const KEY_VERSION: &str = "v";
const KEY_TAG: &str = "t";
const KEY_PAIRING: &str = "p";
const KEY_SEEKING: &str = "s";
const KEY_OFFERING: &str = "o";
const KEY_NAME: &str = "n";

/// Our announcement, and what is heard of others.
pub(crate) struct Discovery {
    daemon: ServiceDaemon,
    heard: Receiver<ServiceEvent>,
    instance: String,
    device: DeviceId,
    port: u16,
    home_key: Mutex<Option<[u8; 32]>>,
    pub(crate) calling: Calling,
    found: Mutex<Heard>,
    changes: watch::Sender<u64>,
}

impl Discovery {
    /// Starts listening; nothing is announced before [`Discovery::announce`].
    pub(crate) fn start(device: DeviceId, port: u16, instance: &[u8]) -> mdns_sd::Result<Self> {
        let daemon = ServiceDaemon::new()?;
        daemon.disable_interface(vec![IfKind::LoopbackV4, IfKind::LoopbackV6])?;
        let heard = daemon.browse(SERVICE)?;
        Ok(Self {
            daemon,
            heard,
            instance: hex(&instance[..instance.len().min(8)]),
            device,
            port,
            home_key: Mutex::default(),
            calling: Calling::default(),
            found: Mutex::default(),
            changes: watch::Sender::new(0),
        })
    }

    pub(crate) fn set_home_key(&self, key: Option<[u8; 32]>) {
        *self.home_key() = key;
    }

    /// Says anew what there is to say; falls silent when there is nothing.
    pub(crate) fn announce(&self, pairing: bool, offering: bool) {
        let key = *self.home_key();
        let calls = pairing || offering || self.calling.is_seeking();
        let outcome = match (key, calls) {
            (None, false) => self.daemon.unregister(&self.full_name()).map(|_unwatched| ()),
            (Some(_), _) | (None, true) => self
                .announcement(
                    key.map(|key| tag(&key, self.device, clock::day())),
                    pairing,
                    offering,
                )
                .and_then(|info| self.daemon.register(info)),
        };
        if let Err(error) = outcome {
            tracing::debug!(%error, "announcing");
        }
    }

    fn announcement(
        &self,
        tag: Option<String>,
        pairing: bool,
        offering: bool,
    ) -> mdns_sd::Result<ServiceInfo> {
        let mut said = vec![(KEY_VERSION, VERSION.to_owned())];
        said.extend(tag.map(|tag| (KEY_TAG, tag)));
        let seeking = self.calling.is_seeking();
        said.extend(pairing.then(|| (KEY_PAIRING, "1".to_owned())));
        said.extend(seeking.then(|| (KEY_SEEKING, "1".to_owned())));
        said.extend(offering.then(|| (KEY_OFFERING, "1".to_owned())));
        said.extend((pairing || seeking || offering).then(|| (KEY_NAME, self.calling.name())));
        let host = format!("{}.local.", self.instance);
        let info = ServiceInfo::new(SERVICE, &self.instance, &host, (), self.port, &said[..])?;
        let mut info = info.enable_addr_auto();
        // The name is random: nobody has to be asked whether it is free.
        info.set_requires_probe(false);
        Ok(info)
    }

    /// Listens until the endpoint closes.
    pub(crate) async fn listen(&self, shared: &Shared) {
        while let Ok(event) = self.heard.recv_async().await {
            match event {
                ServiceEvent::ServiceResolved(service) => {
                    if self.learn(shared, &service) {
                        self.wake_dialler(shared);
                    }
                }
                ServiceEvent::ServiceRemoved(_, name) => {
                    if self.found().forget(&name) {
                        self.changed();
                    }
                }
                ServiceEvent::SearchStarted(_)
                | ServiceEvent::ServiceFound(_, _)
                | ServiceEvent::SearchStopped(_)
                | _ => {}
            }
        }
    }

    /// Whether the announcement says anything new.
    fn learn(&self, shared: &Shared, service: &ResolvedService) -> bool {
        let said = |key| service.get_property_val_str(key);
        if service.fullname == self.full_name() || said(KEY_VERSION) != Some(VERSION) {
            return false;
        }
        let addresses = service.addresses.iter().filter_map(|ip| place(ip, service.port));
        let news = Found {
            tag: said(KEY_TAG).map(str::to_owned),
            pairing: said(KEY_PAIRING) == Some("1"),
            seeking: said(KEY_SEEKING) == Some("1"),
            offering: said(KEY_OFFERING) == Some("1"),
            name: cut(said(KEY_NAME).unwrap_or_default(), NAME_MAX).to_owned(),
            addresses: addresses.take(ADDRESSES_MAX).collect(),
        };
        let members = if self.found().is_full() { self.tags(shared) } else { BTreeSet::new() };
        let is_member = |found: &Found| found.tag.as_ref().is_some_and(|tag| members.contains(tag));
        let new = self.found().learn(&service.fullname, news, is_member);
        if new {
            self.changed();
        }
        new
    }

    /// What the devices that are to be connected may be called now.
    fn tags(&self, shared: &Shared) -> BTreeSet<String> {
        let Some(key) = *self.home_key() else { return BTreeSet::new() };
        shared.dialler.devices().into_iter().flat_map(|device| tags_of(&key, device)).collect()
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    fn wake_dialler(&self, shared: &Shared) {
        for device in shared.dialler.devices() {
            if !self.addresses_of(device).is_empty() {
                shared.dialler.wake(device);
            }
        }
    }

    /// Where `device` may be.
    pub(crate) fn addresses_of(&self, device: DeviceId) -> Vec<SocketAddr> {
        let Some(key) = *self.home_key() else { return Vec::new() };
        let tags = tags_of(&key, device);
        let found = self.found();
        let seen =
            found.all().filter(|(_, one)| one.tag.as_ref().is_some_and(|tag| tags.contains(tag)));
        seen.flat_map(|(_, one)| one.addresses.iter().copied()).collect()
    }

    /// Devices that say they have an invitation open, by their announcement.
    pub(crate) fn inviting(&self) -> Vec<(String, Vec<SocketAddr>)> {
        let found = self.found();
        let inviting = found.all().filter(|(_, found)| found.pairing);
        inviting.map(|(name, found)| (name.to_owned(), found.addresses.clone())).collect()
    }

    /// Devices with which pairing is possible now.
    pub(crate) fn nearby(&self) -> Surroundings {
        self.found().around()
    }

    /// Asks the devices of [`Discovery::nearby`] whether they are still there: who does not answer
    /// within `time` is forgotten.
    pub(crate) fn verify_nearby(&self, time: Duration) {
        for one in self.nearby().devices {
            if let Err(error) = self.daemon.verify(one.id, time) {
                tracing::debug!(%error, "asking who is still nearby");
            }
        }
    }

    /// Turns whenever something else is heard.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Says goodbye.
    pub(crate) fn stop(&self) {
        let _already_stopped = self.daemon.unregister(&self.full_name());
        let _already_stopped = self.daemon.shutdown();
    }

    fn full_name(&self) -> String {
        format!("{}.{SERVICE}", self.instance)
    }

    fn home_key(&self) -> MutexGuard<'_, Option<[u8; 32]>> {
        self.home_key.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self) -> MutexGuard<'_, Heard> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Discovery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Discovery({})", self.instance)
    }
}

/// What `device` may be called now: calendars of two devices may differ around midnight.
fn tags_of(home_key: &[u8; 32], device: DeviceId) -> [String; 3] {
    let today = clock::day();
    [today.saturating_sub(1), today, today + 1].map(|day| tag(home_key, device, day))
}

/// What `device` is called on `day`, for those who know the home's key.
fn tag(home_key: &[u8; 32], device: DeviceId, day: u64) -> String {
    let key = blake3::derive_key("homefold 2026 discovery tag", home_key);
    let mut hasher = blake3::Hasher::new_keyed(&key);
    hasher.update(&device.0);
    hasher.update(&day.to_be_bytes());
    hex(&hasher.finalize().as_bytes()[..16])
}

/// Where a packet may be sent. Loopback is never somebody else.
fn place(address: &ScopedIp, port: u16) -> Option<SocketAddr> {
    let scope = match address {
        ScopedIp::V6(v6) => v6.scope_id().index,
        ScopedIp::V4(_) | _ => 0,
    };
    let ip = address.to_ip_addr();
    let usable = port != 0 && !ip.is_loopback() && !ip.is_unspecified() && !ip.is_multicast();
    usable.then(|| match ip {
        IpAddr::V6(v6) if is_link_local(v6) => SocketAddrV6::new(v6, port, 0, scope).into(),
        IpAddr::V6(_) | IpAddr::V4(_) => SocketAddr::new(ip, port),
    })
}

fn is_link_local(address: Ipv6Addr) -> bool {
    address.segments()[0] & 0xffc0 == 0xfe80
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_says_nothing_without_the_key_and_changes_every_day() {
        let device = DeviceId([1; 32]);
        let today = tag(&[5; 32], device, 20_000);
        assert_eq!(today, tag(&[5; 32], device, 20_000));
        assert_ne!(today, tag(&[6; 32], device, 20_000));
        assert_ne!(today, tag(&[5; 32], device, 20_001));
        assert_ne!(today, tag(&[5; 32], DeviceId([2; 32]), 20_000));
        assert_eq!(today.len(), 32);
    }

    #[test]
    fn loopback_is_no_place_to_look_for_others() {
        let scoped = |ip: &str| ScopedIp::from(ip.parse::<IpAddr>().unwrap());
        assert_eq!(place(&scoped("127.0.0.1"), 4000), None);
        assert_eq!(place(&scoped("::1"), 4000), None);
        assert_eq!(place(&scoped("10.0.0.1"), 0), None);
        assert_eq!(place(&scoped("10.0.0.1"), 4000), Some(([10, 0, 0, 1], 4000).into()));
    }
}
