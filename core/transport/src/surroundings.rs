//! What happens around this device: its network changes, it sleeps and wakes.
//!
//! After either, every connection is asked whether it still lives, every absent device is dialled
//! at once, the announcement is made anew, and the service is told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use n0_watcher::Watcher;
use netwatch::netmon::{Monitor, State};
use tokio::time::{sleep, timeout};

use crate::clock;
use crate::event::Event;
use crate::shared::Shared;

/// How often the clocks are compared.
const ROUND: Duration = Duration::from_secs(2);
/// A clock that counts sleep and one that doesn't differ by this much after a sleep.
const SLEPT: Duration = Duration::from_secs(3);
/// Changes of the network come in flocks; this much later the flock has passed.
const SETTLE: Duration = Duration::from_millis(150);

/// Looks out until the endpoint closes.
pub(crate) async fn watch(shared: Arc<Shared>) {
    tokio::join!(watch_network(&shared), watch_clocks(&shared));
}

async fn watch_network(shared: &Arc<Shared>) {
    let monitor = match Monitor::new().await {
        Ok(monitor) => monitor,
        Err(error) => {
            return tracing::warn!(%error, "network changes are not noticed at once");
        }
    };
    let mut states = monitor.interface_state();
    let mut before = states.get();
    while let Ok(mut state) = states.updated().await {
        while let Ok(Ok(newer)) = timeout(SETTLE, states.updated()).await {
            state = newer;
        }
        if differ(&before, &state) {
            react(shared).await;
        }
        before = state;
    }
}

/// Whether anything changed that decides which way packets take.
fn differ(before: &State, after: &State) -> bool {
    after.is_major_change(before) || before.local_addresses != after.local_addresses
}

async fn watch_clocks(shared: &Arc<Shared>) {
    let mut day = clock::day();
    loop {
        let (running, all) = (Instant::now(), clock::elapsed());
        sleep(ROUND).await;
        let missed = clock::elapsed().saturating_sub(all).saturating_sub(running.elapsed());
        if missed > SLEPT {
            tracing::info!(seconds = missed.as_secs(), "woke up");
            react(shared).await;
        }
        if clock::day() != day {
            day = clock::day();
            shared.announce();
        }
    }
}

/// Looks at everything anew: the network changed, or time stood still.
pub(crate) async fn react(shared: &Arc<Shared>) {
    tracing::debug!("the network changed");
    for link in shared.links.all() {
        tokio::spawn(async move { link.probe().await });
    }
    shared.announce();
    shared.dialler.wake_all();
    shared.events.send(Event::LinkChanged).await;
}
