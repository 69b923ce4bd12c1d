//! Earlier versions of an entry.

use std::sync::Arc;

use ::api::request::{EntryRequest, RestoreRequest};
use ::api::view::{RestoreView, VersionView};
use ::api::{ApiError, ErrorCode};
use model::{Entry, RelPath};

use super::{Answer, entry, folder, place};
use crate::chronicle::timestamp;
use crate::fault::ToApi;
use crate::history;
use crate::node::Node;

/// The versions of an entry: what stands there now, then earlier ones, newest first.
pub(super) async fn history(node: &Arc<Node>, request: &EntryRequest) -> Answer<Vec<VersionView>> {
    let runtime = place::open(node, &request.folder)?;
    let path = place::path(&request.path)?;
    let now = entry::live(&runtime, path.clone()).await?;
    let authors = Authors::of(node, runtime.id).await?;
    let mut views: Vec<VersionView> =
        now.iter().map(|row| authors.view(node, row.register.winner(), None)).collect();
    let kept = history::ask(node, runtime.id, &path).await;
    let here = kept.iter().filter(|(version, _)| version.path == path);
    views.extend(here.map(|(version, _)| {
        authors.view(node, &version.entry, Some(timestamp(version.archived_at)))
    }));
    if views.is_empty() {
        return Err(ApiError::about(ErrorCode::UnknownEntry, request.path.clone()));
    }
    Ok(views)
}

/// Puts an earlier version back.
pub(super) async fn restore(node: &Arc<Node>, request: RestoreRequest) -> Answer<RestoreView> {
    let runtime = place::open(node, &request.folder)?;
    let path = place::path(&request.path)?;
    let to = request.to.as_deref().map(place::path).transpose()?;
    let kept = history::ask(node, runtime.id, &path).await;
    let fits = |entry: &Entry| name_of(entry).starts_with(&request.version);
    let mut fitting = kept.into_iter().filter(|(one, _)| one.path == path && fits(&one.entry));
    let chosen = fitting.next().filter(|_| !request.version.is_empty());
    let Some((version, keeper)) = chosen else {
        return Err(ApiError::about(ErrorCode::UnknownVersion, request.version));
    };
    if let Some(to) = &to
        && *to != path
        && entry::live(&runtime, to.clone()).await?.is_some()
    {
        return Err(ApiError::about(ErrorCode::EntryExists, to.as_str()));
    }
    let (folder_id, target): (_, RelPath) = (runtime.id, to.unwrap_or(path));
    let shown = target.as_str().to_owned();
    let restored = node.door.ask(move |core, now| {
        core.command(|engine| engine.restore(now, folder_id, (&version, keeper), &target))
    });
    restored.await.to_api()?.map_err(folder::command_error)?;
    Ok(RestoreView { path: shown })
}

/// What a version is called: the change that made it.
pub(super) fn name_of(entry: &Entry) -> String {
    format!("{:016x}{:x}", entry.dot.actor.0, entry.dot.counter)
}

/// Which device made a change.
struct Authors(Vec<(model::Actor, model::DeviceId)>);

impl Authors {
    async fn of(node: &Arc<Node>, folder: model::FolderId) -> Answer<Self> {
        use engine::index::Index as _;
        let looked = node.door.look(move |engine| {
            engine.index(folder).map_or(Ok(Vec::new()), |index| index.actors())
        });
        let actors = looked.await.to_api()?.to_api()?;
        Ok(Self(actors.into_iter().map(|(actor, device, _)| (actor, device)).collect()))
    }

    fn view(&self, node: &Node, entry: &Entry, archived: Option<jiff::Timestamp>) -> VersionView {
        let made_by = self.0.iter().find(|(actor, _)| *actor == entry.dot.actor);
        let (device, name) = match made_by {
            Some((_, device)) => (device.to_string(), node.home.device_name(*device)),
            None => Default::default(),
        };
        VersionView {
            version: name_of(entry),
            mtime: timestamp(entry.mtime),
            archived,
            size: entry.kind.size(),
            device,
            name,
        }
    }
}
