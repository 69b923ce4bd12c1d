//! Keeping members connected: whom to dial, where, and when again.
//!
//! One task for each device to be kept. It sleeps while the device is connected; else it tries all
//! known addresses at once (a little apart), then waits longer and longer, up to about 10 s. A link
//! change, waking up, a new address or a discovery ends the wait. Addresses are only candidates:
//! TLS accepts no one but the device that was meant.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::DeviceId;
use quinn::Connection;
use quinn::crypto::rustls::QuicClientConfig;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

use crate::link::canonical;
use crate::shared::Shared;
use crate::tls::{self, Door, Expected};
use crate::{greeting, tuning};

/// Addresses tried for one device.
pub const CANDIDATES_MAX: usize = 16;
/// Devices kept connected.
pub const KEPT_MAX: usize = 256;

/// How long a connection may take to come about.
const DIAL_TIME: Duration = Duration::from_secs(5);
/// How far apart the addresses of one device are tried.
const STAGGER: Duration = Duration::from_millis(100);
const WAIT_FIRST: Duration = Duration::from_millis(200);
const WAIT_MAX: Duration = Duration::from_secs(10);

/// Why an address could not be dialled.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialError {
    #[error("preparing TLS")]
    Tls(#[from] rustls::Error),
    #[error("preparing QUIC")]
    Suite(#[from] quinn::crypto::rustls::NoInitialCipherSuite),
    #[error("dialling")]
    Connect(#[from] quinn::ConnectError),
    #[error("connecting")]
    Connection(#[from] quinn::ConnectionError),
    #[error("connecting took too long")]
    Late,
}

/// The devices to be kept connected.
#[derive(Debug, Default)]
pub(crate) struct Dialler {
    kept: Mutex<HashMap<DeviceId, Kept>>,
}

#[derive(Debug)]
struct Kept {
    addresses: Vec<SocketAddr>,
    wake: Arc<Notify>,
    task: AbortHandle,
}

impl Dialler {
    /// Keeps exactly these devices connected from now on.
    pub(crate) fn keep(&self, shared: &Arc<Shared>, wanted: Vec<(DeviceId, Vec<SocketAddr>)>) {
        let own = shared.identity.device();
        let wanted: HashMap<_, _> =
            wanted.into_iter().filter(|(device, _)| *device != own).take(KEPT_MAX).collect();
        let mut kept = self.kept();
        kept.retain(|device, old| {
            let stays = wanted.contains_key(device);
            if !stays {
                old.task.abort();
            }
            stays
        });
        for (device, addresses) in wanted {
            match kept.get_mut(&device) {
                Some(old) if old.addresses == addresses => {}
                Some(old) => {
                    old.addresses = addresses;
                    old.wake.notify_one();
                }
                None => {
                    let wake = Arc::new(Notify::new());
                    let dialling = keep_one(Arc::clone(shared), device, Arc::clone(&wake));
                    let task = tokio::spawn(dialling).abort_handle();
                    kept.insert(device, Kept { addresses, wake, task });
                }
            }
        }
    }

    /// Tries every device that is not connected at once, with short waits again.
    pub(crate) fn wake_all(&self) {
        self.kept().values().for_each(|kept| kept.wake.notify_one());
    }

    /// Tries `device` at once, if it is kept and not connected.
    pub(crate) fn wake(&self, device: DeviceId) {
        if let Some(kept) = self.kept().get(&device) {
            kept.wake.notify_one();
        }
    }

    /// The devices that are kept.
    pub(crate) fn devices(&self) -> Vec<DeviceId> {
        self.kept().keys().copied().collect()
    }

    /// Dials nobody any more.
    pub(crate) fn stop(&self) {
        self.kept().drain().for_each(|(_, kept)| kept.task.abort());
    }

    fn addresses(&self, device: DeviceId) -> Vec<SocketAddr> {
        self.kept().get(&device).map(|kept| kept.addresses.clone()).unwrap_or_default()
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<DeviceId, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn keep_one(shared: Arc<Shared>, device: DeviceId, wake: Arc<Notify>) {
    let mut last = None;
    let mut wait = WAIT_FIRST;
    loop {
        shared.links.until(device, false).await;
        if let Some(address) = attempt(&shared, device, last).await {
            last = Some(address);
            wait = WAIT_FIRST;
            // A connection that lost against another one dialled at the same time is not up.
            let _dialled_again_if_late =
                timeout(WAIT_FIRST, shared.links.until(device, true)).await;
            continue;
        }
        let woken = timeout(jittered(wait), async {
            tokio::select! {
                () = wake.notified() => true,
                () = shared.links.until(device, true) => false,
            }
        });
        wait = match woken.await {
            Ok(_something_changed) => WAIT_FIRST,
            Err(_waited) => (wait * 2).min(WAIT_MAX),
        };
    }
}

/// Tries all candidates; the address that led to a connection.
async fn attempt(
    shared: &Arc<Shared>,
    device: DeviceId,
    last: Option<SocketAddr>,
) -> Option<SocketAddr> {
    let candidates = candidates(shared, device, last);
    let connection = race(shared, device, candidates).await?;
    let address = canonical(connection.remote_address());
    match greeting::greet(shared, connection, true).await {
        Ok(_device) => Some(address),
        Err(greeting::GreetingError::Duplicate) => {
            // The other connection is the one that counts; it is up, or about to be.
            let _late = timeout(DIAL_TIME, shared.links.until(device, true)).await;
            None
        }
        Err(error) => {
            tracing::debug!(?device, %address, %error, "greeting");
            None
        }
    }
}

/// Where `device` may be: where it was reached last, where the service says, where it was seen.
fn candidates(shared: &Shared, device: DeviceId, last: Option<SocketAddr>) -> Vec<SocketAddr> {
    let known = shared.dialler.addresses(device);
    let seen = shared.discovery.as_ref().map(|discovery| discovery.addresses_of(device));
    let mut candidates: Vec<SocketAddr> = Vec::new();
    for address in last.into_iter().chain(known).chain(seen.unwrap_or_default()) {
        if !candidates.contains(&address) && candidates.len() < CANDIDATES_MAX {
            candidates.push(address);
        }
    }
    candidates
}

/// The first connection that comes about.
async fn race(
    shared: &Arc<Shared>,
    device: DeviceId,
    candidates: Vec<SocketAddr>,
) -> Option<Connection> {
    let mut attempts = JoinSet::new();
    for (place, address) in (0u32..).zip(candidates) {
        let shared = Arc::clone(shared);
        attempts.spawn(async move {
            sleep(STAGGER * place).await;
            let outcome = dial(&shared, address, Door::Home, Expected::Device(device)).await;
            outcome.inspect_err(|error| tracing::trace!(?device, %address, ?error, "dialling"))
        });
    }
    while let Some(joined) = attempts.join_next().await {
        if let Ok(Ok(connection)) = joined {
            return Some(connection);
        }
    }
    None
}

/// Connects to `address` through `door`, if `expected` is there.
pub(crate) async fn dial(
    shared: &Shared,
    address: SocketAddr,
    door: Door,
    expected: Expected,
) -> Result<Connection, DialError> {
    let tls = tls::client(&shared.identity, door, expected)?;
    let mut config = quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?));
    config.transport_config(tuning::transport());
    let connecting = shared.quic.connect_with(config, address, tls::SERVER_NAME)?;
    Ok(timeout(DIAL_TIME, connecting).await.map_err(|_late| DialError::Late)??)
}

/// Between four and six fifths of `wait`, so that devices don't dial in step.
fn jittered(wait: Duration) -> Duration {
    let mut byte = [0];
    let drawn = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut byte);
    let share = if drawn.is_ok() { f64::from(byte[0]) / 255.0 } else { 0.5 };
    wait.mul_f64(0.8 + 0.4 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_spread_but_keep_their_size() {
        for _ in 0..100 {
            let wait = jittered(WAIT_MAX);
            assert!(wait >= WAIT_MAX.mul_f64(0.79) && wait <= WAIT_MAX.mul_f64(1.21));
        }
    }
}
