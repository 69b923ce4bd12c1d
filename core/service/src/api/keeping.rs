//! How much of a folder stays on this device: modes, `keep` and `free`.
//!
//! Each is a rule of the home about this device's own pod, so that it holds for new files too and other
//! devices see it. Giving up bytes is not deleting: the engine does it, and only for promises of
//! others.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::api::request::{FolderAttach, FolderMode, SubtreeRequest};
use ::api::view::{Done, FolderView, FreedView};
use ::api::{ApiError, ErrorCode, Mode};
use engine::Stays;
use engine::home::policy::KEEP;
use engine::home::{Author, Home, HomeError, Target};
use engine::index::Tally;
use model::{FolderId, Keep, RelPath};
use store::home::Attachment;
use wire::Record;

use super::folder::{adopt, command_error, failed, join, on_disk, view};
use super::{Answer, place};
use crate::fault::ToApi;
use crate::folders::Runtime;
use crate::node::Node;
use crate::views;

/// How often giving up is looked at …
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// … how long it may be without progress …
const STILL_MAX: Duration = Duration::from_secs(3);
/// … and how long it may take in all.
const FREE_MAX: Duration = Duration::from_secs(50);

/// The model's word, where this version has the mode.
pub(super) fn mode_given(mode: Mode) -> Answer<model::Mode> {
    match mode {
        Mode::Clone => Ok(model::Mode::Clone),
        Mode::Stream => Ok(model::Mode::Stream),
        Mode::Portal => Ok(model::Mode::Portal),
        Mode::Storage => Err(ApiError::about(ErrorCode::Unsupported, mode.word())),
    }
}

/// Takes part in a folder of which not every file is kept: those that are stand in a directory of the
/// service's own.
pub(super) async fn attach_in_part(
    node: &Arc<Node>,
    request: FolderAttach,
    (folder, mode): (FolderId, model::Mode),
) -> Answer<FolderView> {
    let place = match request.path {
        Some(path) => Some(on_disk(node, Some(path), node.home.folder_name(folder)).await?),
        None => None,
    };
    if let Some(runtime) = node.folders.get(folder) {
        // It was looked at: what is here of it is here already.
        hold_as(node, &runtime, (mode, place.clone())).await?;
        if let Some(place) = place {
            super::drive::mount_place(node, folder, place).await?;
        }
        return view(node, folder).await;
    }
    let body = node.place.body(folder);
    let made = body.clone();
    let made = tokio::task::spawn_blocking(move || std::fs::create_dir_all(made)).await;
    match made {
        Ok(Ok(())) => adopt(&body, folder).await?,
        Ok(Err(error)) => {
            let shown = body.display().to_string();
            return Err(ApiError::about(ErrorCode::DirectoryUnusable, shown).because(error));
        }
        Err(error) => return Err(ApiError::new(ErrorCode::Internal).because(error)),
    }
    join(node, Attachment { folder, root: Some(body), mode, place }).await
}

/// Changes how much of a folder is held here.
pub(super) async fn set_mode(node: &Arc<Node>, request: &FolderMode) -> Answer<FolderView> {
    let runtime = place::attached(node, &request.folder)?;
    let mode = mode_given(request.mode)?;
    let folder = runtime.id;
    if mode == runtime.mode() {
        return view(node, folder).await;
    }
    // The files of a clone stand where programs see them; a directory of the service's own is no such place.
    if mode == model::Mode::Clone && runtime.path.starts_with(node.place.root()) {
        return clone_in_place(node, &runtime).await;
    }
    hold_as(node, &runtime, (mode, runtime.place())).await?;
    view(node, folder).await
}

/// Makes a folder that was shown in a place the clone that stands there.
async fn clone_in_place(node: &Arc<Node>, runtime: &Arc<Runtime>) -> Answer<FolderView> {
    let Some(place) = runtime.place() else {
        return Err(ApiError::about(ErrorCode::Unsupported, "folder mode clone").because(
            "keep FOLDER keeps every file here; or detach the folder and attach it anew",
        ));
    };
    let _turn = node.views.turn().await;
    let busy = || {
        let why = "a program has a file of the folder open, or something stands in its place";
        ApiError::new(ErrorCode::Busy).because(why)
    };
    if runtime.is_used() {
        return Err(busy());
    }
    super::drive::unmount_place(node, runtime.id).await?;
    let moved = views::move_to(node, runtime, &place).await;
    if !matches!(moved, Ok(true)) {
        super::drive::mount_place(node, runtime.id, place).await?;
    }
    match moved.map_err(failed)? {
        true => view(node, runtime.id).await,
        false => Err(busy()),
    }
}

/// Holds as much of an open folder as another mode says, and shows it in another place besides the drive.
pub(super) async fn hold_as(
    node: &Arc<Node>,
    runtime: &Arc<Runtime>,
    (mode, place): (model::Mode, Option<PathBuf>),
) -> Answer<()> {
    let (folder, root) = (runtime.id, Some(runtime.path.clone()));
    let attachment = Attachment { folder, root, mode, place: place.clone() };
    let keeper = Arc::clone(node);
    let kept = tokio::task::spawn_blocking(move || keeper.book.attach(&attachment)).await;
    if !matches!(kept, Ok(true)) {
        return Err(ApiError::new(ErrorCode::DiskError));
    }
    say(node, move |home, author| home.set_pod(author, folder, Some(mode))).await?;
    runtime.set_mode(mode);
    runtime.set_place(place);
    runtime.ask_room();
    Ok(())
}

/// Keeps a subtree here.
pub(super) async fn keep(node: &Arc<Node>, request: &SubtreeRequest) -> Answer<Done> {
    let (runtime, path) = subtree(node, request)?;
    rule(node, runtime.id, path, Some(Keep::Always)).await?;
    runtime.ask_room();
    Ok(Done {})
}

/// Gives up the bytes of a subtree.
pub(super) async fn free(node: &Arc<Node>, request: &SubtreeRequest) -> Answer<FreedView> {
    let (runtime, path) = subtree(node, request)?;
    let folder = runtime.id;
    let before = own_rule(node, folder, path.as_ref());
    let keep = match runtime.mode() {
        model::Mode::Portal | model::Mode::View => None,
        model::Mode::Clone | model::Mode::Stream | model::Mode::Storage => Some(Keep::Auto),
    };
    rule(node, folder, path.clone(), keep).await?;
    let here = freeing(node, folder, path.clone()).await?;
    let at = path.clone();
    ask(node, move |engine, now| engine.free(now, folder, at.as_ref())).await?;
    let left = until_freed(node, folder, path.clone()).await?;
    runtime.ask_room();
    let (files, bytes) = (sum(&here), sum(&left));
    if bytes.files > 0 {
        let at = path.clone();
        ask(node, move |engine, now| engine.free_no_more(now, folder, at.as_ref())).await?;
        if bytes.files >= files.files {
            // Nothing went: nothing was changed.
            rule(node, folder, path, before).await?;
        }
        return Err(refused(&left));
    }
    Ok(FreedView { files: files.files, bytes: files.bytes })
}

/// Waits until nothing is left, or nothing more goes; what is left.
async fn until_freed(
    node: &Arc<Node>,
    folder: FolderId,
    path: Option<RelPath>,
) -> Answer<BTreeMap<Stays, Tally>> {
    let begun = tokio::time::Instant::now();
    let (mut moved, mut fewest) = (begun, u64::MAX);
    loop {
        let left = freeing(node, folder, path.clone()).await?;
        let files = sum(&left).files;
        if files < fewest {
            (moved, fewest) = (tokio::time::Instant::now(), files);
        }
        if files == 0 || moved.elapsed() > STILL_MAX || begun.elapsed() > FREE_MAX {
            return Ok(left);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn sum(left: &BTreeMap<Stays, Tally>) -> Tally {
    left.values().fold(Tally::default(), |sum, one| Tally {
        files: sum.files + one.files,
        bytes: sum.bytes.saturating_add(one.bytes),
    })
}

/// Why files stay: the most important reason.
fn refused(left: &BTreeMap<Stays, Tally>) -> ApiError {
    let of = |wanted: &[Stays]| -> u64 {
        left.iter().filter(|(stays, _)| wanted.contains(stays)).map(|(_, tally)| tally.files).sum()
    };
    let copies = of(&[Stays::Copies, Stays::Asking]);
    let busy = of(&[Stays::Open, Stays::Kept, Stays::Busy, Stays::Promised]);
    match copies {
        0 => ApiError::about(ErrorCode::FilesInUse, busy.to_string()),
        _ => ApiError::about(ErrorCode::CopiesNeeded, copies.to_string()),
    }
}

pub(super) fn subtree(
    node: &Node,
    request: &SubtreeRequest,
) -> Answer<(Arc<Runtime>, Option<RelPath>)> {
    let runtime = place::attached(node, &request.folder)?;
    let path = match request.path.as_str() {
        "" => None,
        text => Some(place::path(text)?),
    };
    Ok((runtime, path))
}

/// The rule that this device has of its own for exactly a subtree.
fn own_rule(node: &Node, folder: FolderId, path: Option<&RelPath>) -> Option<Keep> {
    let home = node.home.get();
    let place = engine::home::Place { device: Some(node.me), folder: Some(folder), path };
    match home.policy(KEEP, place) {
        Some((engine::home::Value::Keep(keep), engine::home::Origin::Set(set)))
            if set == target(node, folder, path.cloned()) =>
        {
            keep
        }
        Some(_) | None => None,
    }
}

fn target(node: &Node, folder: FolderId, path: Option<RelPath>) -> Target {
    match path {
        Some(path) => Target::PodPath(folder, node.me, path),
        None => Target::Pod(folder, node.me),
    }
}

/// Sets this device's rule for a subtree (`None`: takes it away); what it had said of parts of it is void.
async fn rule(
    node: &Arc<Node>,
    folder: FolderId,
    path: Option<RelPath>,
    keep: Option<Keep>,
) -> Answer<()> {
    let deeper = node.home.get().own_keep_rules((folder, node.me), path.as_ref());
    for target in deeper {
        say(node, move |home, author| home.set_policy(author, &target, KEEP, None)).await?;
    }
    let target = target(node, folder, path);
    let word = keep.map(Keep::word);
    say(node, move |home, author| home.set_policy(author, &target, KEEP, word)).await
}

async fn say(
    node: &Arc<Node>,
    speak: impl FnOnce(&Home, Author<'_>) -> Result<Vec<Record>, HomeError> + Send + 'static,
) -> Answer<()> {
    let said = node.door.ask(move |core, now| core.say(now, speak));
    said.await.to_api()?.to_api()
}

async fn freeing(
    node: &Arc<Node>,
    folder: FolderId,
    path: Option<RelPath>,
) -> Answer<BTreeMap<Stays, Tally>> {
    ask(node, move |engine, now| engine.freeing(now, folder, path.as_ref())).await
}

async fn ask<T: Send + 'static>(
    node: &Arc<Node>,
    act: impl FnOnce(
        &mut engine::Engine<store::index::FolderIndex>,
        engine::Now,
    ) -> Result<T, engine::CommandError>
    + Send
    + 'static,
) -> Answer<T> {
    let asked = node.door.ask(move |core, now| core.command(|engine| act(engine, now)));
    asked.await.to_api()?.map_err(command_error)
}
