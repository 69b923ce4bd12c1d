//! The browser's door, opened when somebody asks for it and shut when the service leaves.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use api::server::{Door, DoorError, router};
use gateway::web::{self, Keys};

use crate::api::Face;
use crate::clock;
use crate::node::Node;

/// The port that is tried first, so that an address in a browser's history stays good.
const PORT: u16 = 22_780;

/// The open door.
pub(crate) struct Browsers {
    address: SocketAddr,
    keys: Arc<Keys>,
}

impl Browsers {
    /// Opens the door and lets browsers in until the service leaves.
    pub(crate) async fn open(node: &Arc<Node>) -> Result<Self, DoorError> {
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let (door, address) = match Door::for_browsers(at(PORT)).await {
            Err(DoorError::Io { .. }) => Door::for_browsers(at(0)).await?,
            other => other?,
        };
        let keys = Arc::new(Keys::new(|| Duration::from_nanos(clock::tick().0)));
        let routes = router(&Arc::new(Face(Arc::clone(node))));
        let routes = web::router(routes, address, Arc::clone(&keys));
        let keeper = Arc::clone(node);
        node.runtime.spawn(async move { door.serve(routes, keeper.left()).await });
        tracing::info!(%address, "browsers may come in");
        Ok(Self { address, keys })
    }

    /// An address that lets one browser in, and for how long; `None` without random numbers.
    pub(crate) fn invite(&self) -> Option<(String, Duration)> {
        let (key, life) = self.keys.invite()?;
        Some((web::address_of(self.address, &key), life))
    }
}
