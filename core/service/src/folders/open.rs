//! Opening a folder's index and starting its threads; opening it again when the index failed; ending
//! this device's part in it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use crossbeam_channel::unbounded;
use model::FolderId;
use model::path::OWN_DIRECTORY;
use store::StoreError;
use store::home::Attachment;
use store::index::{FolderIndex, Opened};
use tokio::task::spawn_blocking;

use super::runtime::{Jobs, Runtime, Trouble};
use super::{change, look, scan, stage};
use crate::clock;
use crate::home::follow;
use crate::node::Node;

/// When an index that failed is opened again, and how long that waits at most.
const AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// How long an index must have worked until nothing is said to be wrong with it any more.
const WELL_AFTER: Duration = Duration::from_secs(2);
/// The marker in a folder's own directory.
const MARKER: &str = "folder";

/// Takes part in a folder: starts its threads, then opens its index, trying again until that works.
pub(crate) async fn open(node: &Arc<Node>, attachment: &Attachment) -> anyhow::Result<()> {
    let path = attachment.root.clone().context("a folder without a directory")?;
    let runtime = start(node, attachment, path)?;
    node.folders.insert(Arc::clone(&runtime));
    if let Err(error) = open_index(node, &runtime).await {
        tracing::error!(folder = %runtime.id, "opening an index: {error:#}");
        note(&runtime, &error);
        node.runtime.spawn(open_again(Arc::clone(node), runtime));
    }
    Ok(())
}

fn start(node: &Arc<Node>, attachment: &Attachment, path: PathBuf) -> anyhow::Result<Arc<Runtime>> {
    let ((look, looks), (scan, scans)) = (unbounded(), unbounded());
    let ((change, changes), (stage, stages)) = (unbounded(), unbounded());
    let (started, watched) = crossbeam_channel::bounded(1);
    let jobs = Jobs { look, scan, change, stage };
    let runtime = Arc::new(Runtime::new(node, (attachment, path), jobs));
    begin(&runtime, "look", move |runtime| look::run(runtime, &looks, &started))?;
    begin(&runtime, "scan", move |runtime| scan::run(runtime, &scans, &watched))?;
    begin(&runtime, "change", move |runtime| change::run(runtime, &changes))?;
    begin(&runtime, "stage", move |runtime| stage::run(runtime, &stages))?;
    Ok(runtime)
}

/// Starts a thread of a folder. A panic costs the job that it happened in, not the thread.
fn begin(
    runtime: &Arc<Runtime>,
    name: &str,
    run: impl Fn(&Arc<Runtime>) + Send + 'static,
) -> std::io::Result<()> {
    let runtime = Arc::clone(runtime);
    let work = move || {
        // Everything shared is behind locks that forgive a panic, and every job begins anew.
        while catch_unwind(AssertUnwindSafe(|| run(&runtime))).is_err() && !runtime.is_stopped() {
            runtime.ask_scan(scan::Job::Whole(None));
        }
    };
    thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}

async fn open_index(node: &Arc<Node>, runtime: &Arc<Runtime>) -> anyhow::Result<()> {
    let file = runtime.index.clone();
    let Opened { index, is_copy, damaged, .. } =
        spawn_blocking(move || FolderIndex::open(&file)).await??;
    if let Some(aside) = damaged {
        let aside = aside.display().to_string();
        tracing::error!(folder = %runtime.id, aside, "a damaged index is made anew");
    }
    runtime.forget_readers();
    let (folder, mode, paused) = (runtime.id, runtime.mode(), node.pause.is_on());
    let opened = node.door.ask(move |core, now| {
        core.open_folder(now, (folder, mode), index, is_copy)?;
        if paused { core.set_paused(now, folder, true) } else { Ok(()) }
    });
    opened.await??;
    node.runtime.spawn(forgive(Arc::clone(runtime)));
    follow::set_keeping(node, folder).await;
    Ok(())
}

/// The index of a folder failed and was closed: it is opened again, after room was made if it was full.
pub(crate) fn lose(node: &Arc<Node>, folder: FolderId, cause: &str, full: bool) {
    let Some(runtime) = node.folders.get(folder) else { return };
    if runtime.troubles().is_empty() {
        tracing::error!(%folder, cause, full, "an index failed; it is opened again");
    }
    let trouble = if full { Trouble::IndexFull } else { Trouble::IndexBroken };
    runtime.set_trouble(trouble, true);
    node.runtime.spawn(open_again(Arc::clone(node), runtime));
}

async fn open_again(node: Arc<Node>, runtime: Arc<Runtime>) {
    let (shortest, longest) = AGAIN;
    while !runtime.is_stopped() {
        if runtime.troubles().contains(&Trouble::IndexFull) {
            let keeper = Arc::clone(&node);
            drop(spawn_blocking(move || keeper.give_up_reserve()).await);
        }
        let wait = shortest * 2u32.saturating_pow(runtime.failed(clock::tick()));
        tokio::time::sleep(wait.min(longest)).await;
        match open_index(&node, &runtime).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(folder = %runtime.id, "opening an index again: {error:#}");
                note(&runtime, &error);
            }
        }
    }
}

/// An index that has worked for a while is well again.
async fn forgive(runtime: Arc<Runtime>) {
    let failures = runtime.failures();
    tokio::time::sleep(WELL_AFTER).await;
    if runtime.failures() == failures {
        runtime.set_trouble(Trouble::IndexFull, false);
        runtime.set_trouble(Trouble::IndexBroken, false);
    }
}

fn note(runtime: &Runtime, error: &anyhow::Error) {
    let full = error.downcast_ref::<StoreError>().is_some_and(StoreError::is_full);
    runtime.set_trouble(Trouble::IndexFull, full);
    runtime.set_trouble(Trouble::IndexBroken, !full);
}

/// Stops working on a folder; what is known of it stays.
pub(crate) async fn close(node: &Arc<Node>, folder: FolderId) -> Option<Arc<Runtime>> {
    let runtime = node.folders.remove(folder)?;
    runtime.stop();
    // While the service stops, the index is closed by the loop.
    let _stopping = node.door.ask(move |core, _| core.close_folder(folder)).await;
    runtime.set_ground(None);
    Some(runtime)
}

/// Takes no part in a folder any more: its files stay, what this device knew of it goes.
pub(crate) async fn forget(node: &Arc<Node>, folder: FolderId) {
    let Some(runtime) = close(node, folder).await else { return };
    let keeper = Arc::clone(node);
    let forgotten = spawn_blocking(move || {
        crate::drive::unmount_place(&keeper, folder);
        keeper.book.detach(folder);
        // Without the marker the directory may become another folder's.
        remove(&runtime.path.join(OWN_DIRECTORY).join(MARKER));
        remove(&runtime.index);
        for suffix in ["-wal", "-shm"] {
            let mut name = runtime.index.as_os_str().to_owned();
            name.push(suffix);
            remove(&PathBuf::from(name));
        }
        if runtime.is_view() {
            crate::views::clear(&runtime.path);
        }
    });
    drop(forgotten.await);
}

fn remove(file: &std::path::Path) {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, "removing what belonged to a folder");
        }
        Ok(()) | Err(_) => {}
    }
}
