//! The files whose bytes come now, by the names that they will have.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::api::view::TransferView;
use engine::index::{Index as _, Row};
use model::{ContentHash, RelPath};

use super::Answer;
use crate::clock;
use crate::fault::ToApi;
use crate::flights::Flying;
use crate::folders::Runtime;
use crate::node::Node;

/// Files that are named: more than a person reads.
const TRANSFERS_MAX: usize = 8;
/// Entries that are looked through for each folder: what is fetched is as a rule among the first.
const ENTRIES_MAX: usize = 1024;

/// The largest of them.
pub(super) async fn transfers(node: &Arc<Node>) -> Answer<Vec<TransferView>> {
    let mut all = Vec::new();
    for runtime in node.folders.all() {
        all.extend(of(node, &runtime).await?);
    }
    all.sort_by(|a: &TransferView, b| b.size.cmp(&a.size).then_with(|| a.path.cmp(&b.path)));
    all.truncate(TRANSFERS_MAX);
    Ok(all)
}

async fn of(node: &Arc<Node>, runtime: &Runtime) -> Answer<Vec<TransferView>> {
    let folder = runtime.id;
    let flights = node.flights.of(folder, clock::tick());
    let named = |what: &Flying| match what {
        Flying::Content(hash) => Some(*hash),
        Flying::Offered(..) => None,
    };
    let awaited: Vec<ContentHash> = flights.iter().filter_map(|one| named(&one.what)).collect();
    let places = places(node, runtime, awaited).await?;
    let name = node.home.folder_name(folder);
    let found = flights.into_iter().filter_map(|flight| {
        let (path, size) = match flight.what {
            Flying::Offered(path, size) => (path, size),
            Flying::Content(hash) => places.get(&hash)?.clone(),
        };
        Some(TransferView {
            folder: name.clone(),
            path: path.as_str().to_owned(),
            size,
            received: flight.received.min(size),
            rate: flight.rate,
            from: flight.from.iter().map(|device| node.home.device_name(*device)).collect(),
        })
    });
    Ok(found.collect())
}

/// Where contents will stand, of those that are found, and their bytes.
async fn places(
    node: &Arc<Node>,
    runtime: &Runtime,
    awaited: Vec<ContentHash>,
) -> Answer<BTreeMap<ContentHash, (RelPath, u64)>> {
    if awaited.is_empty() {
        return Ok(BTreeMap::new());
    }
    let folder = runtime.id;
    let looked = node.door.look(move |engine| {
        let index = engine.index(folder);
        index.map(|index| index.needed(None, ENTRIES_MAX)).transpose()
    });
    let rows = looked.await.to_api()?.to_api()?.unwrap_or_default();
    let place = |row: Row| {
        let content = row.register.winner().kind.content()?;
        awaited.contains(&content.hash).then_some((content.hash, (row.path, content.size)))
    };
    Ok(rows.into_iter().filter_map(place).collect())
}
