//! Devices on this network that look for a home, for whoever may let them in to be told.
//!
//! As long as there are any, this device shows itself to them as one that takes them in. Anybody on the
//! network can claim to be one, so what is told of them is bounded: the list by transport, the telling by
//! [`TELL_EVERY`]. Not here: picking one (`api::nearby`), letting it in
//! (`pairing`).

use std::sync::Arc;
use std::time::Duration;

use api::view::Event;
use model::Role;
use tokio::time::{Instant, sleep, timeout};
use transport::Nearby;

use crate::node::Node;

/// How often it is told that others look for a home.
const TELL_EVERY: Duration = Duration::from_secs(2);
/// How often those that look are asked whether they still do.
const VERIFY_EVERY: Duration = Duration::from_secs(60);

/// Who looks for a home; nobody if this device may let none in.
pub(crate) fn seeking(node: &Node) -> Vec<Nearby> {
    if !node.home.get().role(&node.me).is_some_and(Role::may_govern) {
        return Vec::new();
    }
    let mut nearby = node.endpoint.nearby().unwrap_or_default().devices;
    nearby.retain(|one| !one.inviting && !one.offering);
    nearby
}

/// Shows this device to those that look for a home, as one that takes them in; to nobody while a person
/// has paused everything.
fn offer(node: &Node, sought: bool) {
    let offered = sought && !node.pause.is_on();
    if offered {
        node.endpoint.set_name(&node.own_name());
    }
    node.endpoint.offer(offered);
}

/// Tells, as long as the service runs, when others begin or cease to look for a home.
pub(crate) async fn follow(node: Arc<Node>) {
    let Some(mut changes) = node.endpoint.nearby_changes() else { return };
    let (mut told, mut verified) = (Vec::new(), Instant::now());
    loop {
        changes.mark_unchanged();
        let now = seeking(&node);
        offer(&node, !now.is_empty());
        if now != told {
            told = now;
            node.chronicle.tell(Event::Changed { folder: None });
        }
        sleep(TELL_EVERY).await;
        if told.is_empty() {
            if changes.changed().await.is_err() {
                return;
            }
            continue;
        }
        if timeout(VERIFY_EVERY, changes.changed()).await.is_err()
            || verified.elapsed() >= VERIFY_EVERY
        {
            node.endpoint.verify_nearby();
            verified = Instant::now();
        }
    }
}
