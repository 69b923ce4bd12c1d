//! Who knocks on the QUIC port.
//!
//! Invariants: strangers get no further than their TLS handshake; handshakes under way are bounded,
//! and beyond a few of them a caller must first show that its address is its own.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use model::DeviceId;
use quinn::crypto::rustls::{HandshakeData, QuicServerConfig};
use quinn::{Connection, Incoming, ServerConfig};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::shared::Shared;
use crate::tls::{self, Door};
use crate::{Identity, Members, greeting, pairing, tuning};

/// Handshakes and greetings under way at once.
const HANDSHAKES_MAX: usize = 64;
/// Beyond so many, callers must prove their address.
const HANDSHAKES_TRUSTED: usize = 16;
/// Pairings under way at once.
const PAIRINGS_MAX: usize = 4;
/// Comparisons under way at once; one of them gets to a person.
const COMPARISONS_MAX: usize = 4;
/// How long a handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(5);

/// Takes callers until the endpoint closes.
pub(crate) async fn accept(shared: Arc<Shared>) {
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    let pairings = Arc::new(Semaphore::new(PAIRINGS_MAX));
    let comparisons = Arc::new(Semaphore::new(COMPARISONS_MAX));
    while let Some(incoming) = shared.quic.accept().await {
        let busy = handshakes.available_permits() < HANDSHAKES_MAX - HANDSHAKES_TRUSTED;
        if busy && !incoming.remote_address_validated() && incoming.may_retry() {
            let _checked_just_above = incoming.retry();
            continue;
        }
        let Ok(slot) = Arc::clone(&handshakes).try_acquire_owned() else {
            incoming.refuse();
            continue;
        };
        let shared = Arc::clone(&shared);
        let (pairings, comparisons) = (Arc::clone(&pairings), Arc::clone(&comparisons));
        tokio::spawn(async move {
            let shaken = timeout(HANDSHAKE_TIME, shake_hands(&shared, incoming)).await;
            match shaken.ok().flatten() {
                Some((Door::Home, connection)) => {
                    let address = connection.remote_address();
                    if let Err(error) = greeting::greet(&shared, connection, false).await {
                        tracing::debug!(%address, %error, "greeting a caller");
                    }
                }
                Some((Door::Pairing, connection)) => {
                    drop(slot);
                    if let Ok(_slot) = pairings.try_acquire() {
                        pairing::serve(&shared, connection).await;
                    }
                }
                Some((Door::Compare, connection)) => {
                    drop(slot);
                    if let Ok(_slot) = comparisons.try_acquire() {
                        pairing::compare::serve(&shared, connection).await;
                    }
                }
                Some((Door::Bulk, _)) | None => {}
            }
        });
    }
}

async fn shake_hands(shared: &Shared, incoming: Incoming) -> Option<(Door, Connection)> {
    let address = incoming.remote_address();
    let config = config(shared)
        .inspect_err(|error| tracing::warn!(%error, "preparing for a caller"))
        .ok()?;
    let mut connecting = incoming.accept_with(Arc::new(config)).ok()?;
    let said = connecting.handshake_data().await.ok()?;
    let door = said
        .downcast::<HandshakeData>()
        .ok()
        .and_then(|said| Door::of_protocol(said.protocol.as_deref()?))?;
    let connected = connecting.await;
    let connection = connected
        .inspect_err(|error| tracing::debug!(%address, %error, "a caller was not let in"))
        .ok()?;
    Some((door, connection))
}

fn config(shared: &Shared) -> Result<ServerConfig, rustls::Error> {
    let mut doors = vec![Door::Home];
    doors.extend(shared.invites.listens().then_some(Door::Pairing));
    doors.extend(shared.gate.is_offered().then_some(Door::Compare));
    let tls = tls::server(&shared.identity, Arc::clone(&shared.members), &doors)?;
    let quic = QuicServerConfig::try_from(tls)
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    let mut config = ServerConfig::with_crypto(Arc::new(quic));
    config.transport_config(tuning::transport());
    Ok(config)
}

/// What quinn wants to have before it takes callers. Every caller is answered by a [`config`] of
/// its own; this one would let nobody in.
pub(crate) fn refuse_by_default(identity: &Identity) -> io::Result<ServerConfig> {
    let tls = tls::server(identity, Arc::new(Nobody), &[Door::Home]).map_err(io::Error::other)?;
    let quic = QuicServerConfig::try_from(tls).map_err(io::Error::other)?;
    Ok(ServerConfig::with_crypto(Arc::new(quic)))
}

struct Nobody;

impl Members for Nobody {
    fn admits(&self, _device: &DeviceId) -> bool {
        false
    }
}
