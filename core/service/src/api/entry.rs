//! Entries of a folder, and who holds them.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::api::request::{ENTRIES_MAX, EntriesRequest, EntryRequest};
use ::api::view::{EntriesView, EntryView, HolderView};
use ::api::{ApiError, ErrorCode, Local};
use engine::index::{DeviceNumber, Row};
use model::{ContentHash, EntryKind, RelPath};
use store::index::Extent;

use super::amount::Rules;
use super::{Answer, place, words};
use crate::chronicle::timestamp;
use crate::clock;
use crate::fault::ToApi;
use crate::folders::Runtime;
use crate::node::Node;

/// A page of a directory, or one entry.
pub(super) async fn entries(node: &Arc<Node>, request: EntriesRequest) -> Answer<EntriesView> {
    let runtime = place::open(node, &request.folder)?;
    let limit = request.limit.unwrap_or(ENTRIES_MAX).clamp(1, ENTRIES_MAX) as usize;
    let after = request.after.as_deref().map(place::path).transpose()?;
    let directory = match request.path.as_str() {
        "" => None,
        text => {
            let path = place::path(text)?;
            let row = live(&runtime, path.clone()).await?;
            let row = row.ok_or_else(|| ApiError::about(ErrorCode::UnknownEntry, text))?;
            if words::kind(row.register.winner()) != Some(::api::Kind::Directory) {
                let parts = parts(&runtime, &[&row]).await;
                let rules = Rules::of(node, &runtime);
                let here = Here { parts, directories: BTreeMap::new(), rules };
                let entries = here.entry(&row).into_iter().collect();
                return Ok(EntriesView { entries, next: None });
            }
            Some(path)
        }
    };
    let rules = Rules::of(node, &runtime);
    let rows =
        read(&runtime, move |index| index.children(directory.as_ref(), after.as_ref(), limit + 1));
    let mut rows = rows.await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.path.as_str().to_owned());
    let here = Here {
        parts: parts(&runtime, &rows.iter().collect::<Vec<_>>()).await,
        directories: directories(&runtime, &rows).await?,
        rules,
    };
    Ok(EntriesView { entries: rows.iter().filter_map(|row| here.entry(row)).collect(), next })
}

/// Reads the index where that harms nobody.
pub(super) async fn read<T: Send + 'static>(
    runtime: &Arc<Runtime>,
    read: impl FnOnce(&mut store::index::Reader) -> Result<T, engine::index::IndexError>
    + Send
    + 'static,
) -> Answer<T> {
    let runtime = Arc::clone(runtime);
    let done = tokio::task::spawn_blocking(move || {
        runtime.read(|index| Ok::<_, anyhow::Error>(read(index)?))
    });
    match done.await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(ApiError::new(ErrorCode::DiskError).because(format!("{error:#}"))),
        Err(error) => Err(ApiError::new(ErrorCode::Internal).because(error)),
    }
}

/// The row of a path at which something stands.
pub(super) async fn live(runtime: &Arc<Runtime>, path: RelPath) -> Answer<Option<Row>> {
    let row = read(runtime, move |index| index.get(&path)).await?;
    Ok(row.filter(|row| row.register.winner().kind.is_live()))
}

/// The contents of which parts are staged, if any of these rows is not here as a whole.
async fn parts(runtime: &Arc<Runtime>, rows: &[&Row]) -> Vec<ContentHash> {
    if rows.iter().all(|row| row.holders.contains(DeviceNumber(0))) {
        return Vec::new();
    }
    let runtime = Arc::clone(runtime);
    let listed = tokio::task::spawn_blocking(move || {
        // What can't be listed is not read from either.
        runtime.ground().and_then(|ground| ground.staging.list().ok()).unwrap_or_default()
    });
    listed.await.unwrap_or_default()
}

/// How much there is on this disk of what lies below the directories among these rows.
async fn directories(runtime: &Arc<Runtime>, rows: &[Row]) -> Answer<BTreeMap<RelPath, Extent>> {
    let is_directory =
        |row: &&Row| words::kind(row.register.winner()) == Some(::api::Kind::Directory);
    let paths: Vec<_> = rows.iter().filter(is_directory).map(|row| row.path.clone()).collect();
    let all = read(runtime, move |index| {
        paths
            .into_iter()
            .map(|path| Ok((index.extent(&path)?, path)))
            .collect::<Result<Vec<_>, _>>()
    });
    Ok(all.await?.into_iter().map(|(extent, path)| (path, extent)).collect())
}

/// What is known of what is on this disk, for the rows of one answer.
struct Here {
    /// The contents of which parts are staged, in order.
    parts: Vec<ContentHash>,
    directories: BTreeMap<RelPath, Extent>,
    rules: Rules,
}

impl Here {
    fn entry(&self, row: &Row) -> Option<EntryView> {
        let winner = row.register.winner();
        // Who made a directory has nothing of what is in it for that.
        let is_directory = matches!(winner.kind, EntryKind::Directory { .. });
        Some(EntryView {
            path: row.path.as_str().to_owned(),
            kind: words::kind(winner)?,
            size: winner.kind.size(),
            mtime: timestamp(winner.mtime),
            local: self.local(row),
            holders: (!is_directory).then(|| row.holders.0.count_ones()),
            kept: self.rules.kept(&row.path),
        })
    }

    fn local(&self, row: &Row) -> Local {
        let is_part = |content: model::Content| self.parts.binary_search(&content.hash).is_ok();
        let extent = self.directories.get(&row.path).copied().unwrap_or_default();
        match (extent.here, extent.elsewhere) {
            (true, true) => Local::Part,
            (false, true) => Local::None,
            (true | false, false) if row.holders.contains(DeviceNumber(0)) => Local::Full,
            (true, false) => Local::Part,
            (false, false) if row.register.winner().kind.content().is_some_and(is_part) => {
                Local::Part
            }
            (false, false) => Local::None,
        }
    }
}

/// Which devices hold an entry.
pub(super) async fn holders(node: &Arc<Node>, request: &EntryRequest) -> Answer<Vec<HolderView>> {
    let runtime = place::open(node, &request.folder)?;
    let path = place::path(&request.path)?;
    if live(&runtime, path.clone()).await?.is_none() {
        return Err(ApiError::about(ErrorCode::UnknownEntry, request.path.clone()));
    }
    let folder = runtime.id;
    let looked = node.door.look(move |engine| engine.holders(folder, &path)).await;
    let members = node.home.get();
    node.contacts.sample(&node.endpoint, clock::tick());
    let links = node.endpoint.links();
    let mut views: Vec<HolderView> = looked
        .to_api()?
        .to_api()?
        .into_iter()
        .filter(|device| members.is_member(device))
        .map(|device| {
            let contact = node.contacts.view(device);
            let link = links.iter().find(|link| link.device == device);
            HolderView {
                device: device.to_string(),
                name: node.home.device_name(device),
                connected: device == node.me || contact.connected,
                complete: true,
                rtt_ms: link.map(|link| link.rtt.as_secs_f64() * 1000.0),
                rate: Some(contact.rate_in).filter(|rate| *rate > 0),
            }
        })
        .collect();
    views.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(views)
}
