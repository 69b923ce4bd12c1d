//! What the parts of one endpoint share.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::dial::Dialler;
use crate::discovery::Discovery;
use crate::event::{DownReason, EventSender, Sendable};
use crate::link::Farewell;
use crate::links::Links;
use crate::pairing::Invites;
use crate::pairing::compare::Gate;
use crate::{Identity, Members};

/// The inside of an endpoint.
pub(crate) struct Shared {
    pub(crate) identity: Arc<Identity>,
    pub(crate) members: Arc<dyn Members>,
    pub(crate) quic: quinn::Endpoint,
    /// Drawn at each start.
    pub(crate) instance: Bytes,
    /// Where bulk connections are taken; 0 if nowhere.
    pub(crate) bulk_port: u16,
    pub(crate) events: EventSender,
    pub(crate) sendable: Sendable,
    pub(crate) links: Links,
    pub(crate) dialler: Dialler,
    pub(crate) invites: Invites,
    pub(crate) gate: Gate,
    pub(crate) discovery: Option<Discovery>,
    pub(crate) hello: Mutex<Bytes>,
    pub(crate) closing: watch::Sender<bool>,
    pub(crate) tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Shared {
    pub(crate) fn hello(&self) -> Bytes {
        self.hello.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    /// Announces this device anew, if discovery is on.
    pub(crate) fn announce(&self) {
        if let Some(discovery) = &self.discovery {
            discovery.announce(self.invites.is_open(), self.gate.is_offered());
        }
    }

    /// Ends every connection and every task. Links still report their end.
    pub(crate) fn close(&self) {
        if self.closing.send_replace(true) {
            return;
        }
        self.dialler.stop();
        for task in self.tasks.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
        if let Some(discovery) = &self.discovery {
            discovery.stop();
        }
        for link in self.links.all() {
            link.close(DownReason::Closing);
        }
        self.quic.close(Farewell::Leaving.code(), b"");
    }

    /// Keeps a task of the endpoint, to be ended with it.
    pub(crate) fn keep_task(&self, task: JoinHandle<()>) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }
}
