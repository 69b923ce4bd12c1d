//! The folders that this device takes part in, as the drive shows them.

use std::sync::{Arc, Weak};

use ::drive::Pod;

use super::pod::Stand;
use crate::node::Node;

/// The folders. It holds no service alive: the service holds it.
pub(super) struct Shelf(pub(super) Weak<Node>);

impl ::drive::Home for Shelf {
    fn folders(&self) -> Vec<(String, Arc<dyn Pod>)> {
        let Some(node) = self.0.upgrade() else { return Vec::new() };
        let mut runtimes = node.folders.all();
        runtimes.retain(|runtime| !runtime.is_hidden());
        let mut pods = node.drives.pods();
        // A folder that was detached and attached again is another one.
        pods.retain(|_, stand| runtimes.iter().any(|runtime| stand.is_of(runtime)));
        let known = pods.len();
        let mut all = Vec::with_capacity(runtimes.len());
        for runtime in runtimes {
            let stand = pods.entry(runtime.id).or_insert_with(|| {
                Arc::new(Stand::new(Arc::downgrade(&node), Arc::clone(&runtime)))
            });
            let pod: Arc<dyn Pod> = stand.clone();
            all.push((node.home.folder_name(runtime.id), pod));
        }
        if pods.len() > known {
            let looker = Arc::clone(&node);
            node.runtime.spawn(async move { super::look_whole(&looker).await });
        }
        all
    }
}
