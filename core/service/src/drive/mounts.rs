//! Mounting and unmounting.
//!
//! Where the drive was mounted is kept, so that it is there again at the next start. What a crash left there
//! is cleared first.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ::drive::fuse::{self, MountError, Mounted, Options};
use ::drive::{Drive, DriveError, View};
use model::FolderId;
use tokio::task::spawn_blocking;

use super::home::Shelf;
use crate::node::Node;

/// How long unmounting may take while the service leaves.
const STOP_MAX: Duration = Duration::from_millis(1200);

/// Why there is no drive.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// The system can't, or something is in the way.
    #[error(transparent)]
    Mount(#[from] MountError),
    /// The folder can't be shown.
    #[error(transparent)]
    Drive(#[from] DriveError),
    /// It is mounted already, here.
    #[error("the drive is mounted at {}", .0.display())]
    Already(PathBuf),
    /// The directory holds something, which the drive would hide.
    #[error("the directory is not empty")]
    NotEmpty,
    /// The directory can't be made or read.
    #[error("the directory: {0}")]
    Directory(#[from] std::io::Error),
}

/// Mounts the drive at `path`, and from now on at every start.
pub(crate) fn mount(node: &Arc<Node>, path: &Path) -> Result<(), Refused> {
    let mut state = node.drives.state();
    if let Some(mounted) = state.all.take_if(|mounted| mounted.is_over()) {
        end(mounted);
    }
    if let Some(mounted) = &state.all {
        return Err(Refused::Already(mounted.at().to_owned()));
    }
    state.all = Some(Arc::new(mounted(node, path, &View::Home)?));
    drop(state);
    node.book.set_drive(Some(path));
    let looker = Arc::clone(node);
    node.runtime.spawn(async move { super::look_whole(&looker).await });
    Ok(())
}

/// Unmounts the drive, also for the starts to come; whether it was mounted.
pub(crate) fn unmount(node: &Node) -> bool {
    node.book.set_drive(None);
    let mounted = node.drives.state().all.take();
    let was = mounted.is_some();
    mounted.into_iter().for_each(end);
    was
}

/// Shows a folder where the user wants to have it.
pub(crate) fn mount_place(node: &Arc<Node>, folder: FolderId, path: &Path) -> Result<(), Refused> {
    let name = node.home.folder_name(folder);
    let mounted = mounted(node, path, &View::Folder(name))?;
    node.drives.state().places.insert(folder, Arc::new(mounted));
    Ok(())
}

/// Shows a folder in its place no more.
pub(crate) fn unmount_place(node: &Node, folder: FolderId) {
    let mounted = node.drives.state().places.remove(&folder);
    mounted.into_iter().for_each(end);
}

/// Mounts all that was mounted when the service ended.
pub(crate) async fn start(node: &Arc<Node>) {
    let starter = Arc::clone(node);
    let started = spawn_blocking(move || {
        let tell = |what: Result<(), Refused>| {
            if let Err(error) = what {
                tracing::error!("mounting the drive: {error}");
            }
        };
        if let Some(path) = starter.book.drive() {
            tell(mount(&starter, &path));
        }
        for runtime in starter.folders.all() {
            if let Some(place) = runtime.place() {
                tell(mount_place(&starter, runtime.id, &place));
            }
        }
    });
    drop(started.await);
}

/// Unmounts everything until the next start.
pub(crate) async fn stop(node: &Arc<Node>) {
    let (all, places) = {
        let mut state = node.drives.state();
        (state.all.take(), std::mem::take(&mut state.places))
    };
    let ended = spawn_blocking(move || all.into_iter().chain(places.into_values()).for_each(end));
    drop(tokio::time::timeout(STOP_MAX, ended).await);
}

/// Unmounts, whoever else still looks at it.
fn end(mounted: Arc<Mounted>) {
    mounted.stop();
}

fn mounted(node: &Arc<Node>, path: &Path, view: &View) -> Result<Mounted, Refused> {
    // First of all: a dead mount answers no question about its directory.
    fuse::clear(path)?;
    std::fs::create_dir_all(path)?;
    if std::fs::read_dir(path)?.next().is_some() {
        return Err(Refused::NotEmpty);
    }
    let drive = Drive::new(Arc::new(Shelf(Arc::downgrade(node))), view)?;
    Ok(Mounted::start(Arc::new(drive), &Options::at(path))?)
}
