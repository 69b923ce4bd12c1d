//! Following what holds in the home: whom to keep connected, what to tell about this device, which
//! folders go on, how long their archives keep.
//!
//! Everything here is worked out anew from what holds, so it may be called at any time and as often as
//! one likes. Not here: who may connect (`roster`), which changes before anything else.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use engine::home::policy::{ARCHIVE_DAYS, ARCHIVE_SHARE, Place, RATE_DOWN, RATE_UP};
use model::{DeviceId, FolderId};
use tokio::task::spawn_blocking;

use super::addresses;
use crate::node::Node;
use crate::runloop::SayError;

/// The length of a day.
const DAY: Duration = Duration::from_secs(86_400);
/// How long a connection that is to be cut is given to take what was said before.
const DRAIN: Duration = Duration::from_millis(300);
/// Addresses tried for a device.
const TRIED_MAX: usize = transport::CANDIDATES_MAX;

/// Does all that follows from what holds now.
pub(crate) async fn follow(node: &Arc<Node>) {
    node.endpoint.set_home_key(node.home.get().tag_key());
    set_paces(node);
    keep_connected(node).await;
    end_folders(node).await;
    for folder in node.folders.ids() {
        set_keeping(node, folder).await;
    }
}

/// How fast file bytes may come and go, as the policies say.
fn set_paces(node: &Node) {
    let home = node.home.get();
    let place = Place { device: Some(node.me), folder: None, path: None };
    node.paces.up.set(home.rate(RATE_UP, place));
    node.paces.down.set(home.rate(RATE_DOWN, place));
}

/// Tells the transport whom to keep connected, and where they were last.
pub(crate) async fn keep_connected(node: &Arc<Node>) {
    let reader = Arc::clone(node);
    let read = spawn_blocking(move || reader.book.addresses()).await;
    let known = match read {
        Ok(Ok(known)) => known,
        Ok(Err(error)) => {
            tracing::error!("reading addresses: {:#}", anyhow::Error::from(error));
            Default::default()
        }
        Err(_) => return,
    };
    let home = node.home.get();
    let others = home.members().into_keys().filter(|device| *device != node.me);
    let kept = others
        .filter(|device| !node.pause.is_on() && !node.roster.is_paused(*device))
        .map(|device| {
            let mut places: Vec<SocketAddr> = known.get(&device).cloned().unwrap_or_default();
            places.extend(
                home.addresses(&device).iter().filter_map(|text| text.parse::<SocketAddr>().ok()),
            );
            (device, distinct(places))
        })
        .collect();
    node.endpoint.keep(kept);
}

fn distinct(places: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let mut seen = BTreeSet::new();
    places.into_iter().filter(|place| seen.insert(*place)).take(TRIED_MAX).collect()
}

/// Tells the others where this device is.
pub(crate) async fn speak(node: &Arc<Node>) {
    if !node.has_home() {
        return;
    }
    let own = addresses::own(node.endpoint.listen_address());
    let told: Vec<String> = own.iter().map(ToString::to_string).collect();
    let said = node
        .door
        .ask(move |core, now| core.say(now, |home, author| home.set_addresses(author, told)));
    match said.await {
        Ok(Ok(())) | Err(_) => {}
        Ok(Err(error @ (SayError::Home(_) | SayError::Index(_)))) => {
            tracing::warn!("telling own addresses: {error}");
        }
    }
}

/// Takes no part any more in folders that the home has ended; the files stay.
async fn end_folders(node: &Arc<Node>) {
    let home = node.home.get();
    if !node.has_home() {
        return;
    }
    let ended: Vec<FolderId> =
        node.folders.ids().into_iter().filter(|folder| home.folder(*folder).is_none()).collect();
    for folder in ended {
        tracing::info!(%folder, "the home has ended a folder; its files stay");
        crate::folders::forget(node, folder).await;
    }
}

/// Tells the engine how long the archive of a folder keeps, as the policies say.
pub(crate) async fn set_keeping(node: &Arc<Node>, folder: FolderId) {
    let home = node.home.get();
    let place = Place { device: Some(node.me), folder: Some(folder), path: None };
    let days = u32::try_from(home.number(ARCHIVE_DAYS, place)).unwrap_or(u32::MAX);
    let share = home.number(ARCHIVE_SHARE, place);
    let Some(runtime) = node.folders.get(folder) else { return };
    let total = spawn_blocking(move || runtime.volume_bytes()).await.ok().flatten();
    let bytes_max = total.map_or(u64::MAX, |total| total / 100 * share);
    let set = node.door.ask(move |core, _| core.set_keeping(folder, DAY * days, bytes_max));
    // While the service stops nothing is dropped from an archive any more.
    let _stopping = set.await;
}

/// This device was removed from its home: nothing is shared any more, all files stay.
pub(crate) async fn leave_home(node: &Arc<Node>) {
    tracing::warn!("this device was removed from its home; its files stay where they are");
    // If it removed itself, the others are still to hear of it.
    for link in node.endpoint.links() {
        node.outboxes.drained(link.device, DRAIN).await;
    }
    for folder in node.folders.ids() {
        crate::folders::forget(node, folder).await;
    }
    node.roster.set_members(BTreeSet::new());
    node.endpoint.keep(Vec::new());
    for link in node.endpoint.links() {
        node.endpoint.cut(link.device);
    }
    let id = super::none().id();
    let left = node.door.ask(move |core, _| core.begin_home(id)).await;
    if left.is_ok() {
        let book = Arc::clone(node);
        drop(spawn_blocking(move || book.book.forget_home()).await);
        node.home.set(super::none());
        node.endpoint.set_home_key(None);
    }
}

/// Ends the connection to a device that is no member any more, once what it was told is on its way.
pub(crate) async fn cut(node: &Arc<Node>, device: DeviceId) {
    node.outboxes.drained(device, DRAIN).await;
    node.endpoint.cut(device);
    keep_connected(node).await;
}
