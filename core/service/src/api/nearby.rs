//! The devices on this network with which this one could be paired, for a person to pick from.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ::api::server::{FEED_MAX, Feed};
use ::api::view::{NearbyDevice, NearbyView};
use ::api::{ApiError, ErrorCode};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use transport::Nearby;

use super::Answer;
use crate::node::Node;

/// How long anybody is looked for at a time, and this device shows that it looks for a home.
const LOOK_MAX: Duration = Duration::from_secs(600);
/// How often those that are shown are asked whether they are still there.
const VERIFY_EVERY: Duration = Duration::from_secs(10);

/// The list, and again whenever it changes.
pub(super) fn nearby(node: &Arc<Node>) -> Feed<NearbyView> {
    let (views, feed) = mpsc::channel(FEED_MAX);
    let node = Arc::clone(node);
    node.runtime.clone().spawn(async move {
        let looking = look(&node, &views);
        tokio::select! {
            () = looking => {}
            () = views.closed() => {}
            () = node.left() => {}
        }
    });
    feed
}

async fn look(node: &Node, views: &mpsc::Sender<Answer<NearbyView>>) {
    let end = Instant::now() + LOOK_MAX;
    let Some(mut changes) = node.endpoint.nearby_changes() else {
        let nobody = NearbyView { searching: false, devices: Vec::new(), left_out: 0 };
        drop(views.send(Ok(nobody)).await);
        return;
    };
    node.endpoint.set_name(&node.own_name());
    let mut seeking = (!node.has_home()).then(|| node.endpoint.seek());
    let (mut shown, mut verify) = (None, Instant::now() + VERIFY_EVERY);
    while Instant::now() < end {
        changes.mark_unchanged();
        let now = view(node);
        if shown.as_ref() != Some(&now) {
            if views.send(Ok(now.clone())).await.is_err() {
                return;
            }
            shown = Some(now);
        }
        if timeout_at(verify.min(end), changes.changed()).await.is_err() {
            node.endpoint.verify_nearby();
            verify = Instant::now() + VERIFY_EVERY;
        }
        // Who has found a home looks for none.
        seeking = seeking.filter(|_| !node.has_home());
    }
}

fn view(node: &Node) -> NearbyView {
    let around = node.endpoint.nearby().unwrap_or_default();
    NearbyView {
        searching: true,
        devices: around.devices.into_iter().map(device).collect(),
        left_out: around.left_out as u64,
    }
}

/// A device as it says that it is.
pub(super) fn device(one: Nearby) -> NearbyDevice {
    NearbyDevice {
        id: one.id,
        name: one.name,
        addresses: one.addresses.iter().map(ToString::to_string).collect(),
        inviting: one.inviting,
        offering: one.offering,
    }
}

/// Where the device is that a person picked.
pub(super) fn addresses(node: &Node, picked: &str) -> Answer<Vec<SocketAddr>> {
    let nearby = node.endpoint.nearby().unwrap_or_default().devices;
    let found = nearby.into_iter().find(|one| one.id == picked).map(|one| one.addresses);
    found
        .filter(|addresses| !addresses.is_empty())
        .ok_or_else(|| ApiError::new(ErrorCode::InviterNotFound))
}

/// Whether that device says that it takes others in.
pub(super) fn offers(node: &Node, picked: &str) -> bool {
    let nearby = node.endpoint.nearby().unwrap_or_default().devices;
    nearby.iter().any(|one| one.id == picked && one.offering)
}
