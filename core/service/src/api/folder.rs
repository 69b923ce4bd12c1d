//! The folders of the home, and this device's part in each.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::api::request::{FolderAttach, FolderCreate, FolderRequest};
use ::api::view::{Done, FolderView, HeldOutcome, HeldView};
use ::api::{ApiError, ErrorCode, HeldCause, Language, State, Viewed, text};
use engine::CommandError;
use engine::observation::Root;
use model::{FolderId, WallTime};
use store::home::Attachment;
use tokio::sync::oneshot;

use super::{Answer, keeping, place, status, words};
use crate::chronicle::timestamp;
use crate::fault::{Reason, ToApi};
use crate::folders::{self, ScanJob};
use crate::home::found;
use crate::node::Node;
use crate::runloop::SayError;
use crate::views;

/// Every folder of the home.
pub(super) async fn list(node: &Arc<Node>) -> Answer<Vec<FolderView>> {
    let home = node.home.get();
    let mut views = Vec::new();
    for shared in home.folders() {
        views.push(view(node, shared.id).await?);
    }
    Ok(views)
}

/// One folder.
pub(super) async fn view(node: &Arc<Node>, folder: FolderId) -> Answer<FolderView> {
    let name = node.home.folder_name(folder);
    let runtime = node.folders.get(folder);
    let (engine, blocked) = node
        .door
        .look(move |engine| (engine.folder_view(folder), engine.blocked_paths(folder).len()))
        .await
        .to_api()?;
    let mut view = FolderView {
        id: folder.to_string(),
        path: runtime.as_ref().and_then(|runtime| shown_at(node, runtime)),
        mode: runtime.as_ref().and_then(|runtime| words::mode(runtime.mode())),
        viewed: runtime.as_ref().and_then(|runtime| viewed(node, runtime)),
        state: State::Idle,
        files: 0,
        bytes: 0,
        missing_files: 0,
        missing_bytes: 0,
        unsafe_files: 0,
        unsafe_bytes: 0,
        conflicts: 0,
        problems: blocked as u64,
        held: None,
        name,
    };
    if let Some(runtime) = &runtime {
        view.problems = status::problems_of(node, runtime, &view.name).await?.1;
        // Its index is still being opened.
        view.state = State::Scanning;
    }
    if let Some(engine) = engine {
        view.state = words::state(engine.phase);
        view.files = engine.files.files;
        view.bytes = engine.files.bytes;
        view.missing_files = engine.needed.files;
        view.missing_bytes = engine.needed.bytes;
        (view.unsafe_files, view.unsafe_bytes) = (engine.alone.files, engine.alone.bytes);
        if let Some(runtime) = &runtime {
            let (files, bytes) = runtime.edits.unsafe_ones();
            view.unsafe_files += files;
            view.unsafe_bytes += bytes;
        }
        view.conflicts = engine.conflicts;
        let lost = runtime.as_ref().and_then(|runtime| runtime.root_lost());
        view.held = engine.held.map(|held| held_view(&held, engine.files.files, lost));
    }
    Ok(view)
}

/// Where a person finds the folder; nowhere but in the drive if its files stand among the service's own.
fn shown_at(node: &Node, runtime: &folders::Runtime) -> Option<String> {
    let own = (!runtime.path.starts_with(node.place.root())).then(|| runtime.path.clone());
    runtime.place().or(own).map(|path| path.display().to_string())
}

/// How a folder shows in which this device takes no part.
fn viewed(node: &Node, runtime: &folders::Runtime) -> Option<Viewed> {
    let how = if views::shows_all(node) { Viewed::Drive } else { Viewed::Leaving };
    runtime.is_view().then_some(how)
}

/// `lost` is since when the root is not what it should be.
fn held_view(held: &engine::HeldView, files: u64, lost: Option<WallTime>) -> HeldView {
    let deletes = held.deletes;
    // A root that is lost holds everything, and no single change says since when.
    let since = lost.filter(|_| held.since == WallTime::default()).unwrap_or(held.since);
    let cause = match held.root {
        Root::Ready => HeldCause::MassDelete,
        Root::Missing => HeldCause::RootMissing,
        Root::Unmarked => HeldCause::RootEmptied,
        Root::OtherVolume => HeldCause::RootElsewhere,
        Root::Denied => HeldCause::RootDenied,
    };
    let reason = match cause {
        HeldCause::MassDelete => {
            format!("{deletes} of {files} files were deleted within 10 minutes")
        }
        HeldCause::RootMissing
        | HeldCause::RootEmptied
        | HeldCause::RootElsewhere
        | HeldCause::RootDenied => text::held(Language::En, cause).to_owned(),
    };
    HeldView { deletes, overwrites: 0, since: timestamp(since), cause, reason }
}

/// Shares a directory as a new folder.
pub(super) async fn create(node: &Arc<Node>, request: FolderCreate) -> Answer<FolderView> {
    found::ensure(node).await?;
    let home = node.home.get();
    if home.folder_by_name(&request.name).is_some() {
        return Err(ApiError::about(ErrorCode::FolderExists, request.name));
    }
    let mut id = [0; 16];
    crate::random::fill(&mut id)
        .map_err(|error| ApiError::new(ErrorCode::Internal).because(error))?;
    let folder = FolderId(id);
    let (name, mode) = (request.name, model::Mode::Clone);
    let path = on_disk(node, request.path.clone(), name.clone()).await?;
    adopt(&path, folder).await?;
    let said = node.door.ask(move |core, now| {
        core.say(now, |home, author| home.create_folder(author, folder, &name))
    });
    said.await.to_api()?.to_api()?;
    join(node, Attachment { folder, root: Some(path), mode, place: None }).await
}

/// Takes part in a folder of the home.
pub(super) async fn attach(node: &Arc<Node>, request: FolderAttach) -> Answer<FolderView> {
    let folder = place::folder(node, &request.folder)?;
    let _turn = node.views.turn().await;
    let open = node.folders.get(folder);
    if open.as_ref().is_some_and(|runtime| !runtime.is_view()) {
        return Err(ApiError::about(ErrorCode::AlreadyAttached, request.folder));
    }
    let mode = keeping::mode_given(request.mode)?;
    if mode != model::Mode::Clone {
        return keeping::attach_in_part(node, request, (folder, mode)).await;
    }
    let path = on_disk(node, request.path.clone(), node.home.folder_name(folder)).await?;
    if let Some(viewed) = open
        && !views::end(node, &viewed).await.map_err(failed)?
    {
        // What was written there goes along.
        return match views::move_to(node, &viewed, &path).await.map_err(failed)? {
            true => view(node, folder).await,
            false => Err(ApiError::about(ErrorCode::NotSafeYet, request.folder)),
        };
    }
    adopt(&path, folder).await?;
    join(node, Attachment { folder, root: Some(path), mode, place: None }).await
}

pub(super) fn failed(error: anyhow::Error) -> ApiError {
    ApiError::new(ErrorCode::Internal).because(format!("{error:#}"))
}

pub(super) async fn on_disk(
    node: &Arc<Node>,
    given: Option<String>,
    name: String,
) -> Answer<PathBuf> {
    let node = Arc::clone(node);
    let found =
        tokio::task::spawn_blocking(move || place::directory(&node, given.as_deref(), &name));
    found.await.map_err(|error| ApiError::new(ErrorCode::Internal).because(error))?
}

/// Marks a directory as the folder's.
pub(super) async fn adopt(path: &std::path::Path, folder: FolderId) -> Answer<()> {
    let (path, shown) = (path.to_owned(), path.display().to_string());
    let adopted = tokio::task::spawn_blocking(move || disk::Root::adopt(&path, folder).map(drop));
    match adopted.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error @ (disk::RootError::OtherFolder(_) | disk::RootError::InUse))) => {
            Err(ApiError::about(ErrorCode::DirectoryTaken, shown).because(error))
        }
        Ok(Err(error @ (disk::RootError::State(_) | disk::RootError::Io(..)))) => {
            let cause = format!("{:#}", anyhow::Error::from(error));
            Err(ApiError::about(ErrorCode::DirectoryUnusable, shown).because(cause))
        }
        Err(error) => Err(ApiError::new(ErrorCode::Internal).because(error)),
    }
}

/// Notes the part in a folder, tells the home, and begins.
pub(super) async fn join(node: &Arc<Node>, attachment: Attachment) -> Answer<FolderView> {
    let (folder, mode) = (attachment.folder, attachment.mode);
    let (keeper, noted) = (Arc::clone(node), attachment.clone());
    let kept = tokio::task::spawn_blocking(move || keeper.book.attach(&noted)).await;
    if !matches!(kept, Ok(true)) {
        return Err(ApiError::new(ErrorCode::DiskError));
    }
    let said = node.door.ask(move |core, now| {
        core.say(now, |home, author| home.set_pod(author, folder, Some(mode)))
    });
    said.await.to_api()?.to_api()?;
    folders::open(node, &attachment)
        .await
        .map_err(|error| ApiError::new(ErrorCode::Internal).because(format!("{error:#}")))?;
    if let Some(place) = attachment.place {
        super::drive::mount_place(node, folder, place).await?;
    }
    node.drives.folders_changed();
    view(node, folder).await
}

/// Looks at the whole directory again.
pub(super) async fn rescan(node: &Arc<Node>, request: &FolderRequest) -> Answer<Done> {
    let runtime = place::open(node, &request.folder)?;
    let folder = runtime.id;
    // Whoever asks for this expects that what waits is tried again.
    let retried = node.door.ask(move |core, now| core.command(|engine| engine.retry(now, folder)));
    retried.await.to_api()?.map_err(command_error)?;
    let (answer, answered) = oneshot::channel();
    runtime.ask_scan(ScanJob::Whole(Some(answer)));
    answered.await.map_err(|_| ApiError::new(ErrorCode::Stopping))?;
    Ok(Done {})
}

/// Takes no part in a folder any more. While the drive shows all folders it is looked at from then on.
pub(super) async fn detach(node: &Arc<Node>, request: &FolderRequest) -> Answer<Done> {
    let _turn = node.views.turn().await;
    let runtime = place::attached(node, &request.folder)?;
    let folder = runtime.id;
    if views::shows_all(node) && runtime.path.starts_with(node.place.root()) {
        // What is here of it stays until it is safe, and is not moved for that.
        super::drive::unmount_place(node, folder).await?;
        keeping::hold_as(node, &runtime, (model::Mode::View, None)).await?;
        return Ok(Done {});
    }
    let said = node
        .door
        .ask(move |core, now| core.say(now, |home, author| home.set_pod(author, folder, None)));
    said.await.to_api()?.to_api()?;
    folders::forget(node, folder).await;
    views::bring_in_line(node).await;
    Ok(Done {})
}

/// Ends a folder for the whole home.
pub(super) async fn delete(node: &Arc<Node>, request: &FolderRequest) -> Answer<Done> {
    let folder = place::folder(node, &request.folder)?;
    let said = node
        .door
        .ask(move |core, now| core.say(now, |home, author| home.delete_folder(author, folder)));
    said.await.to_api()?.to_api()?;
    folders::forget(node, folder).await;
    Ok(Done {})
}

/// Lets a held batch through, or puts its files back.
pub(super) async fn decide_held(
    node: &Arc<Node>,
    request: &FolderRequest,
    release: bool,
) -> Answer<HeldOutcome> {
    let runtime = place::open(node, &request.folder)?;
    let folder = runtime.id;
    let decided = node.door.ask(move |core, now| {
        core.command(|engine| {
            let held = engine.folder_view(folder).and_then(|view| view.held);
            if release { engine.release(now, folder) } else { engine.undo(now, folder) }?;
            Ok(held.map_or(0, |held| held.deletes))
        })
    });
    let paths = decided.await.to_api()?.map_err(|error| match error {
        CommandError::NothingHeld => {
            ApiError::about(ErrorCode::NothingHeld, request.folder.clone())
        }
        CommandError::NoFolder
        | CommandError::NoConflict
        | CommandError::NoName(_)
        | CommandError::Reader
        | CommandError::NotAbsent
        | CommandError::Braked
        | CommandError::Busy
        | CommandError::Index(_) => command_error(error),
    })?;
    let name = node.home.folder_name(folder);
    node.chronicle.tell(::api::view::Event::HeldDecided { folder: name, released: release });
    // The disk follows at once; `status` right after this shall not show the old state.
    tokio::time::sleep(Duration::from_millis(10)).await;
    Ok(HeldOutcome { paths })
}

/// Why the engine did not carry a command out.
pub(super) fn command_error(error: CommandError) -> ApiError {
    match error {
        CommandError::NoFolder => ApiError::new(ErrorCode::NotAttached),
        CommandError::NoConflict => ApiError::new(ErrorCode::UnknownConflict),
        CommandError::NoName(_) => ApiError::new(ErrorCode::EntryExists).because(error),
        CommandError::Reader => ApiError::new(ErrorCode::NotAllowed).because(error),
        CommandError::NothingHeld => ApiError::new(ErrorCode::NothingHeld),
        CommandError::NotAbsent => ApiError::new(ErrorCode::UnknownEntry).because(error),
        CommandError::Braked => ApiError::new(ErrorCode::NotAllowed).because(error),
        CommandError::Busy => ApiError::new(ErrorCode::Busy).because(error),
        CommandError::Index(error) => SayError::Index(error).reason(),
    }
}
