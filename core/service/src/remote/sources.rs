//! Who can be asked for a content now.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::{Content, DeviceId, RelPath};

use crate::folders::Runtime;
use crate::node::Node;

/// The connected devices that hold the content which stood at `path` when it was opened. If none of
/// those that are known to hold it is connected, or the path has changed meanwhile, everybody who takes
/// part in the folder: an archive may have it still.
pub(super) fn connected(
    node: &Arc<Node>,
    runtime: &Runtime,
    (path, content): (&RelPath, Content),
) -> Vec<DeviceId> {
    let pods = node.home.get().pods(runtime.id);
    let links = node.endpoint.links();
    let all: BTreeSet<DeviceId> =
        links.iter().map(|link| link.device).filter(|device| pods.contains_key(device)).collect();
    let known: Vec<DeviceId> =
        holders(runtime, (path, content)).into_iter().filter(|d| all.contains(d)).collect();
    if known.is_empty() { all.into_iter().collect() } else { known }
}

/// Every other device that is known to hold it, connected or not.
pub(super) fn holders(runtime: &Runtime, (path, content): (&RelPath, Content)) -> Vec<DeviceId> {
    let read = runtime.read(|index| {
        let Some(row) = index.get(path)? else { return Ok(Vec::new()) };
        if row.register.winner().kind.content() != Some(content) {
            return Ok(Vec::new());
        }
        let devices = index.devices()?.into_iter().skip(1);
        let holds = devices.filter(|(number, _)| row.holders.contains(*number));
        Ok::<_, anyhow::Error>(holds.map(|(_, device)| device).collect())
    });
    read.unwrap_or_else(|error| {
        tracing::warn!(folder = %runtime.id, "who holds a content: {error:#}");
        Vec::new()
    })
}
