//! Folders that are only looked at: while the drive is mounted it shows every folder of the home, also those
//! in which this device takes no part.
//!
//! For the home a view is a pod of the mode `view`, which keeps nothing whatever the rules say and counts as no
//! copy; for a person it is no part in the folder. It begins with the mount, is there again after a restart, and
//! ends with the mount as soon as nothing is here that no other device has (`engine::OnlyHere`). Invariants: the end
//! of a view deletes no file; one change of which folders there are is under way at a time ([`Views::turn`]).
//! Not here: mounting (`drive`), what a person attaches (`api::folder`), taking a view along (`moving`).

mod moving;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use engine::OnlyHere;
use model::path::OWN_DIRECTORY;
use model::{FolderId, Mode, Role};
use store::home::Attachment;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::spawn_blocking;

use crate::folders::{self, Runtime};
use crate::node::Node;

pub(crate) use moving::move_to;

/// Folders that are looked at; what is beyond does not show until it is attached.
const VIEWS_MAX: usize = 256;
/// How long it may take to look whether a view may end.
const SETTLE_MAX: Duration = Duration::from_secs(20);

/// Who may change which folders are looked at.
#[derive(Default)]
pub(crate) struct Views {
    turn: Mutex<()>,
    /// Whether the folders of the last run are open and the drive is where it was: before that nothing is out
    /// of line.
    ready: AtomicBool,
}

impl Views {
    /// Held while a folder is attached, detached, or its view begins or ends.
    pub(crate) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// All that there was before is there again.
    pub(crate) fn set_ready(&self) {
        self.ready.store(true, Ordering::Relaxed);
    }
}

/// Begins the views that are missing, or ends those that are not wanted any more.
pub(crate) async fn follow(node: &Arc<Node>) {
    if out_of_line(node) {
        let _turn = node.views.turn().await;
        bring_in_line(node).await;
    }
}

/// The same, for whoever holds the turn.
pub(crate) async fn bring_in_line(node: &Arc<Node>) {
    if !node.views.ready.load(Ordering::Relaxed) || *node.leaving.borrow() {
        return;
    }
    if shows_all(node) {
        for folder in missing(node) {
            if let Err(error) = begin(node, folder).await {
                tracing::error!(%folder, "looking at a folder: {error:#}");
            }
        }
        node.drives.folders_changed();
        return;
    }
    for runtime in unwanted(node) {
        match end(node, &runtime).await {
            Ok(true) => {}
            Ok(false) => tracing::debug!(folder = %runtime.id, "a view has something of its own"),
            Err(error) => tracing::warn!(folder = %runtime.id, "ending a view: {error:#}"),
        }
    }
}

fn out_of_line(node: &Node) -> bool {
    if shows_all(node) { !missing(node).is_empty() } else { !unwanted(node).is_empty() }
}

/// Whether the drive shows folders that are not attached.
pub(crate) fn shows_all(node: &Node) -> bool {
    let role = node.home.get().role(&node.me);
    node.drives.at().is_some() && role.is_some_and(|role| role != Role::Storage)
}

/// Folders of the home that are neither attached nor looked at, as many as may be looked at.
fn missing(node: &Node) -> Vec<FolderId> {
    let room = VIEWS_MAX.saturating_sub(unwanted(node).len());
    let folders = node.home.get().folders().into_iter().map(|folder| folder.id);
    folders.filter(|folder| node.folders.get(*folder).is_none()).take(room).collect()
}

fn unwanted(node: &Node) -> Vec<Arc<Runtime>> {
    node.folders.all().into_iter().filter(|runtime| runtime.is_view()).collect()
}

async fn begin(node: &Arc<Node>, folder: FolderId) -> anyhow::Result<()> {
    let root = node.place.view(folder);
    let attachment = Attachment { folder, root: Some(root.clone()), mode: Mode::View, place: None };
    let (keeper, noted) = (Arc::clone(node), attachment.clone());
    let prepared = spawn_blocking(move || {
        disk::Root::adopt(&root, folder)?;
        ensure!(keeper.book.attach(&noted), "it could not be kept");
        Ok(())
    });
    prepared.await.context("preparing the directory")??;
    say(node, folder, Some(Mode::View)).await?;
    folders::open(node, &attachment).await
}

/// Ends a view if nothing is here that no other device has; whether it ended. Whoever calls holds the turn.
pub(crate) async fn end(node: &Arc<Node>, runtime: &Arc<Runtime>) -> anyhow::Result<bool> {
    hide(node, runtime, true);
    let ended = end_hidden(node, runtime).await;
    if !matches!(ended, Ok(true)) {
        hide(node, runtime, false);
    }
    ended
}

async fn end_hidden(node: &Arc<Node>, runtime: &Arc<Runtime>) -> anyhow::Result<bool> {
    if runtime.is_used() || !only_here(node, runtime).await?.is_nothing() {
        return Ok(false);
    }
    say(node, runtime.id, None).await?;
    folders::forget(node, runtime.id).await;
    Ok(true)
}

/// What is here of a folder and nowhere else, once the disk has been looked at.
async fn only_here(node: &Arc<Node>, runtime: &Arc<Runtime>) -> anyhow::Result<OnlyHere> {
    let folder = runtime.id;
    let ask = || async move {
        let asked =
            node.door.ask(move |core, now| core.command(|engine| engine.only_here(now, folder)));
        anyhow::Ok(asked.await??)
    };
    // What is known already spares a walk.
    let known = ask().await?;
    if !known.is_nothing() {
        return Ok(known);
    }
    let settled = folders::settle(node, std::slice::from_ref(runtime));
    tokio::time::timeout(SETTLE_MAX, settled).await.context("looking at the disk")??;
    ask().await
}

/// Takes a folder out of the drive, so that no program can begin anything in it, or puts it back.
fn hide(node: &Node, runtime: &Runtime, hidden: bool) {
    runtime.set_hidden(hidden);
    node.drives.folders_changed();
}

async fn say(node: &Arc<Node>, folder: FolderId, mode: Option<Mode>) -> anyhow::Result<()> {
    let said =
        node.door.ask(move |core, now| core.say(now, |home, by| home.set_pod(by, folder, mode)));
    Ok(said.await??)
}

/// Takes away the directories and links of a view that has ended, and what it had staged. Files stay: whatever
/// is there still is known to nobody.
pub(crate) fn clear(root: &Path) {
    let own = root.join(OWN_DIRECTORY);
    for staged in std::fs::read_dir(own.join("staging")).into_iter().flatten().flatten() {
        drop(std::fs::remove_file(staged.path()));
    }
    clear_directory(root);
}

fn clear_directory(directory: &Path) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => clear_directory(&entry.path()),
            Ok(kind) if kind.is_symlink() => drop(std::fs::remove_file(entry.path())),
            Ok(_) | Err(_) => {}
        }
    }
    // It holds something still, if that does not work.
    drop(std::fs::remove_dir(directory));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cleared_are_directories_and_links_and_never_a_file() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("view");
        for directory in ["a/b/c", "d/e", ".homefold/staging", ".homefold/archive"] {
            std::fs::create_dir_all(root.join(directory)).unwrap();
        }
        std::fs::write(root.join(".homefold/staging/parts"), "staged").unwrap();
        std::fs::write(root.join("d/e/litter.part"), "written").unwrap();
        std::os::unix::fs::symlink("/etc", root.join("a/etc")).unwrap();
        clear(&root);
        assert_eq!(std::fs::read(root.join("d/e/litter.part")).unwrap(), b"written");
        assert!(!root.join("a").exists() && !root.join(".homefold").exists());
        std::fs::remove_file(root.join("d/e/litter.part")).unwrap();
        clear(&root);
        assert!(!root.exists() && Path::new("/etc").exists());
    }
}
