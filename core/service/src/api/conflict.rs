//! Conflicts that wait for a person.

use std::sync::Arc;

use ::api::request::{ConflictContent, ConflictResolve, ConflictUndo, SIDE_BYTES_MAX};
use ::api::view::{ConflictSide, ConflictView, Done, Event, SideContentView};
use ::api::{ApiError, ErrorCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::index::{Index as _, IndexError, Row};
use model::{Actor, ConflictId, Content, DeviceId, Entry, FolderId, RelPath};

use super::{Answer, folder, place, version, words};
use crate::chronicle::timestamp;
use crate::fault::ToApi;
use crate::folders::Runtime;
use crate::node::Node;
use crate::remote::{Reading, Who};

/// Rows that are looked at in one go.
const PAGE: usize = 256;
/// Conflicts that are listed.
const LISTED_MAX: usize = 10_000;

/// Every conflict in the folders of this device.
pub(super) async fn list(node: &Arc<Node>) -> Answer<Vec<ConflictView>> {
    let mut views = Vec::new();
    for folder in node.folders.ids() {
        let (rows, authors) = conflicts_of(node, folder).await?;
        let name = node.home.folder_name(folder);
        for row in rows {
            let winner = row.register.winner();
            for (id, loser) in row.register.conflicts(&row.path) {
                views.push(ConflictView {
                    id: id.to_string(),
                    folder: name.clone(),
                    path: row.path.as_str().to_owned(),
                    sides: [winner, loser].map(|entry| side(node, entry, &authors)).into(),
                });
            }
        }
    }
    views.truncate(LISTED_MAX);
    Ok(views)
}

type Authors = Vec<(Actor, DeviceId)>;

async fn conflicts_of(node: &Arc<Node>, folder: FolderId) -> Answer<(Vec<Row>, Authors)> {
    let looked = node.door.look(move |engine| {
        let Some(index) = engine.index(folder) else { return Ok((Vec::new(), Vec::new())) };
        let mut rows: Vec<Row> = Vec::new();
        loop {
            let page = index.conflicts(rows.last().map(|row| &row.path), PAGE)?;
            if page.is_empty() || rows.len() >= LISTED_MAX {
                break;
            }
            rows.extend(page);
        }
        let actors = index.actors()?.into_iter().map(|(actor, device, _)| (actor, device));
        Ok::<_, IndexError>((rows, actors.collect()))
    });
    looked.await.to_api()?.to_api()
}

fn side(node: &Node, entry: &Entry, authors: &Authors) -> ConflictSide {
    let author = authors.iter().find(|(actor, _)| *actor == entry.dot.actor);
    ConflictSide {
        device: author.map(|(_, device)| device.to_string()).unwrap_or_default(),
        name: author.map(|(_, device)| node.home.device_name(*device)).unwrap_or_default(),
        kind: words::kind(entry),
        mtime: timestamp(entry.mtime),
        size: entry.kind.size(),
        version: version::name_of(entry),
    }
}

/// The beginning of one side, wherever its bytes are.
pub(super) async fn content(node: &Arc<Node>, request: ConflictContent) -> Answer<SideContentView> {
    let unknown = || ApiError::about(ErrorCode::UnknownConflict, request.id.clone());
    let (runtime, path, side) = find_side(node, &request).await?.ok_or_else(unknown)?;
    let Some(content) = side else {
        return Ok(SideContentView { data: String::new(), complete: true });
    };
    let limit = request.limit.min(SIDE_BYTES_MAX) as usize;
    let reader = Arc::clone(node);
    let read = tokio::task::spawn_blocking(move || {
        let who = Who { process: 0, program: "homefold".to_owned() };
        let reading = Reading::of(&reader, &runtime, (&path, content), who);
        let mut bytes = vec![0; usize::try_from(content.size).unwrap_or(limit).min(limit)];
        let read = reading.read_at(0, &mut bytes, &|| false);
        read.map_err(|error| super::content::refusal(&reader, path.as_str(), error)).map(|count| {
            bytes.truncate(count);
            bytes
        })
    });
    let bytes = read.await.map_err(|error| ApiError::new(ErrorCode::Internal).because(error))??;
    let complete = bytes.len() as u64 == content.size;
    Ok(SideContentView { data: STANDARD.encode(bytes), complete })
}

/// Where a side stands, and its content; `None` in it for what is no file.
async fn find_side(
    node: &Arc<Node>,
    request: &ConflictContent,
) -> Answer<Option<(Arc<Runtime>, RelPath, Option<Content>)>> {
    let given = request.id.to_ascii_lowercase();
    for runtime in node.folders.all() {
        let (rows, _) = conflicts_of(node, runtime.id).await?;
        for row in rows {
            for (id, loser) in row.register.conflicts(&row.path) {
                if given.is_empty() || !id.to_string().starts_with(&given) {
                    continue;
                }
                let side = match request.side {
                    0 => row.register.winner(),
                    1 => loser,
                    _ => return Ok(None),
                };
                let content = side.kind.content();
                return Ok(Some((runtime, row.path.clone(), content)));
            }
        }
    }
    Ok(None)
}

/// Decides a conflict.
pub(super) async fn resolve(node: &Arc<Node>, request: ConflictResolve) -> Answer<Done> {
    let unknown = || ApiError::about(ErrorCode::UnknownConflict, request.id.clone());
    let given = request.id.to_ascii_lowercase();
    let listed = list(node).await?;
    let fitting: Vec<_> = listed.iter().filter(|one| one.id.starts_with(&given)).collect();
    let [one] = fitting[..] else { return Err(unknown()) };
    let id = ConflictId::parse(&one.id).filter(|_| !given.is_empty()).ok_or_else(unknown)?;
    let keep = words::keep(request.keep);
    let resolved =
        node.door.ask(move |core, now| core.command(|engine| engine.resolve(now, id, keep)));
    resolved.await.to_api()?.map_err(folder::command_error)?;
    let folder = one.folder.clone();
    node.chronicle.tell(Event::ConflictResolved { id: id.to_string(), folder });
    Ok(Done {})
}

/// Takes back that both sides were kept.
pub(super) async fn undo(node: &Arc<Node>, request: ConflictUndo) -> Answer<Done> {
    let runtime = place::attached(node, &request.folder)?;
    let path = place::path(&request.path)?;
    let id = ConflictId::parse(&request.id)
        .ok_or_else(|| ApiError::about(ErrorCode::UnknownConflict, request.id))?;
    let folder_id = runtime.id;
    let undone = node
        .door
        .ask(move |core, now| core.command(|engine| engine.undo_both(now, folder_id, id, &path)));
    undone.await.to_api()?.map_err(folder::command_error)?;
    Ok(Done {})
}
