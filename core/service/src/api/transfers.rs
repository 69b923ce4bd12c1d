//! The files whose bytes come now, by the names that they will have.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::api::view::TransferView;
use engine::index::Index as _;
use model::ContentHash;

use super::Answer;
use crate::clock;
use crate::fault::ToApi;
use crate::flights::FlightView;
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
    if flights.is_empty() {
        return Ok(Vec::new());
    }
    let flights: BTreeMap<ContentHash, FlightView> =
        flights.into_iter().map(|flight| (flight.content, flight)).collect();
    let looked = node.door.look(move |engine| {
        let index = engine.index(folder);
        index.map(|index| index.needed(None, ENTRIES_MAX)).transpose()
    });
    let rows = looked.await.to_api()?.to_api()?.unwrap_or_default();
    let name = node.home.folder_name(folder);
    let found = rows.iter().filter_map(|row| {
        let content = row.register.winner().kind.content()?;
        let flight = flights.get(&content.hash)?;
        Some(TransferView {
            folder: name.clone(),
            path: row.path.as_str().to_owned(),
            size: content.size,
            received: flight.received.min(content.size),
            rate: flight.rate,
            from: flight.from.iter().map(|device| node.home.device_name(*device)).collect(),
        })
    });
    Ok(found.collect())
}
