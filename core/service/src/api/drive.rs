//! Mounting and unmounting the virtual drive.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::api::request::DriveMount;
use ::api::view::{Done, DriveView};
use ::api::{ApiError, ErrorCode};
use ::drive::fuse::MountError;
use model::FolderId;
use tokio::task::spawn_blocking;

use super::Answer;
use crate::drive::{self, Refused};
use crate::node::Node;

/// The directory in the user's own where the drive is mounted.
const USUAL: &str = "Homefold";

/// Mounts the drive.
pub(super) async fn mount(node: &Arc<Node>, request: DriveMount) -> Answer<DriveView> {
    let path = directory(node, request.path.as_deref())?;
    let (mounter, at) = (Arc::clone(node), path.clone());
    let mounted = spawn_blocking(move || drive::mount(&mounter, &at)).await;
    mounted
        .map_err(|error| ApiError::new(ErrorCode::Internal).because(error))?
        .map_err(|error| refused(&path, error))?;
    follow_views(node).await;
    Ok(DriveView { path: path.display().to_string() })
}

/// Unmounts the drive; once more does no harm.
pub(super) async fn unmount(node: &Arc<Node>) -> Answer<Done> {
    let unmounter = Arc::clone(node);
    let unmounted = spawn_blocking(move || drive::unmount(&unmounter)).await;
    unmounted.map_err(|error| ApiError::new(ErrorCode::Internal).because(error))?;
    follow_views(node).await;
    Ok(Done {})
}

/// Shows also what is not attached, or ends that. Goes on if whoever asked goes away.
async fn follow_views(node: &Arc<Node>) {
    let viewer = Arc::clone(node);
    // What did not work was logged, and is tried again.
    drop(node.runtime.spawn(async move { crate::views::follow(&viewer).await }).await);
}

/// Shows a folder where the user wants to have it.
pub(super) async fn mount_place(node: &Arc<Node>, folder: FolderId, path: PathBuf) -> Answer<()> {
    let (mounter, at) = (Arc::clone(node), path.clone());
    let mounted = spawn_blocking(move || drive::mount_place(&mounter, folder, &at)).await;
    mounted
        .map_err(|error| ApiError::new(ErrorCode::Internal).because(error))?
        .map_err(|error| refused(&path, error))
}

/// Shows a folder in its place no more.
pub(super) async fn unmount_place(node: &Arc<Node>, folder: FolderId) -> Answer<()> {
    let unmounter = Arc::clone(node);
    let unmounted = spawn_blocking(move || drive::unmount_place(&unmounter, folder)).await;
    unmounted.map_err(|error| ApiError::new(ErrorCode::Internal).because(error))
}

/// Where the drive is to be: nobody else's directory. Nothing is asked of what may be a dead mount.
fn directory(node: &Node, given: Option<&str>) -> Answer<PathBuf> {
    let wanted = match given {
        Some(text) => PathBuf::from(text),
        None => std::env::home_dir()
            .ok_or_else(|| ApiError::new(ErrorCode::DirectoryUnusable))?
            .join(USUAL),
    };
    if !wanted.is_absolute() {
        return Err(ApiError::about(ErrorCode::BadRequest, wanted.display().to_string()));
    }
    let taken = |other: &Path| wanted.starts_with(other) || other.starts_with(&wanted);
    let folders = node.folders.all();
    let mut places = folders.iter().filter_map(|runtime| runtime.place());
    if taken(node.place.root())
        || folders.iter().any(|runtime| taken(&runtime.path))
        || places.any(|place| taken(&place))
    {
        return Err(ApiError::about(ErrorCode::DirectoryTaken, wanted.display().to_string()));
    }
    Ok(wanted)
}

/// Why it could not be mounted.
fn refused(path: &Path, error: Refused) -> ApiError {
    let shown = path.display().to_string();
    match error {
        Refused::Mount(MountError::NoFuse | MountError::NoHelper) => {
            ApiError::about(ErrorCode::NoFuse, shown).because(error)
        }
        Refused::Mount(MountError::Taken) | Refused::Already(_) => {
            ApiError::about(ErrorCode::DriveMounted, shown).because(error)
        }
        Refused::Mount(MountError::System(_))
        | Refused::NotEmpty
        | Refused::Directory(_)
        | Refused::Drive(_) => ApiError::about(ErrorCode::DirectoryUnusable, shown).because(error),
    }
}
