//! The thread that walks a folder, and what walking tells the engine.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crossbeam_channel::Receiver;
use disk::scanner::{Batch, ScanError, Summary};
use disk::{Archive, Scanner};
use engine::Event;
use engine::observation::{Root, Scope};
use model::ContentHash;
use tokio::sync::oneshot;

use super::{Ground, Runtime};
use crate::offers::Window;

/// Observations up to which all of a look's are handed over together: what went and what came in its
/// place are one change, and the scanner tells what went last.
const GATHERED_MAX: usize = 256;
/// How long to wait after the index could not be read.
const PAUSE: Duration = Duration::from_secs(1);

/// What it is asked for.
pub(crate) enum Job {
    /// A scan that the engine waits for.
    Asked(Scope),
    /// To say what of that is not in the archive.
    Archive(Vec<ContentHash>),
    /// A scan of everything that the engine did not ask for; who waits for it is told how the root is.
    Whole(Option<oneshot::Sender<Root>>),
    /// The root has come back: a scan of everything, and the engine is to know that it is there.
    Returned,
    /// To take the directory that stands at the root's path for the right one.
    Mark,
    /// To end.
    Stop,
}

/// Works until it is told to stop; begins when the folder is watched (or when that is known to fail).
pub(super) fn run(runtime: &Arc<Runtime>, jobs: &Receiver<Job>, watched: &Receiver<()>) {
    if !runtime.watched.swap(true, Ordering::Relaxed) {
        // An error means that the folder is being closed: so is the queue.
        let _closing = watched.recv();
    }
    for job in jobs {
        match job {
            Job::Asked(scope) => scan_and_end(runtime, scope),
            Job::Archive(contents) => look_in_archive(runtime, contents),
            Job::Returned => scan_and_end(runtime, Scope::Folder),
            Job::Mark => mark(runtime),
            Job::Whole(waiting) => {
                let root = scan_surely(runtime, &Scope::Folder);
                if !runtime.is_stopped() {
                    runtime.tell_root(root);
                }
                if let Some(waiting) = waiting {
                    // Whoever waited may be gone.
                    let _gone = waiting.send(root);
                }
            }
            Job::Stop => return,
        }
        if runtime.is_stopped() {
            return;
        }
    }
}

fn scan_and_end(runtime: &Arc<Runtime>, scope: Scope) {
    let root = scan_surely(runtime, &scope);
    if !runtime.is_stopped() {
        runtime.note_root(root);
        runtime.door.tell_blocking(Event::ScanEnded { folder: runtime.id, scope, root });
    }
}

/// What can't be told may be there.
fn look_in_archive(runtime: &Runtime, mut contents: Vec<ContentHash>) {
    let Some(ground) = runtime.ground() else { return };
    let archive = Archive::new(Arc::clone(&ground.root));
    contents.retain(|content| matches!(archive.get(*content), Ok(None)));
    runtime.door.tell_blocking(Event::NotArchived { folder: runtime.id, contents });
}

/// The engine asks for a scan right after this one.
fn mark(runtime: &Runtime) {
    if super::look::open_ground(runtime, true).is_ok() {
        let (begun, watched) = crossbeam_channel::bounded(1);
        runtime.ask_look(super::look::Job::Watch(begun));
        // An error means that the folder is being closed.
        let _closing = watched.recv();
    }
}

/// Walks; what changed meanwhile is looked at once more before this returns.
fn scan_surely(runtime: &Arc<Runtime>, scope: &Scope) -> Root {
    runtime.order.begin_walk();
    let root = scan_until_done(runtime, scope);
    let left = runtime.order.end_walk();
    if left.more {
        runtime.ask_scan(Job::Whole(None));
    }
    if !left.paths.is_empty() {
        let (done, looked) = crossbeam_channel::bounded(1);
        runtime.ask_look(super::look::Job::Look(left.paths, done));
        // An error means that the folder is being closed.
        let _closing = looked.recv();
    }
    root
}

/// Scans, again and again while the index can't be read: a scan that was cut short says nothing of
/// what it did not see.
fn scan_until_done(runtime: &Arc<Runtime>, scope: &Scope) -> Root {
    loop {
        let Some(ground) = runtime.ground() else {
            return runtime.root_state();
        };
        if *scope == Scope::Folder {
            ground.reload_ignore();
        }
        match scan(runtime, &ground, scope) {
            Ok(summary) if !summary.stopped || runtime.is_stopped() => return Root::Ready,
            Ok(_) => {}
            Err(Failed::Scan(ScanError::Root(root))) => return root,
            Err(error) => {
                tracing::warn!(folder = %runtime.id, "scanning: {:#}", anyhow::Error::from(error));
                std::thread::sleep(PAUSE);
            }
        }
        if runtime.is_stopped() {
            return Root::Ready;
        }
    }
}

/// Hands what was found to the engine.
fn report(runtime: &Runtime, Batch { observations, manifests }: Batch) {
    if observations.is_empty() && manifests.is_empty() {
        return;
    }
    runtime.recent.note(&observations);
    let event = Event::Observed { folder: runtime.id, observations, manifests };
    runtime.order.tell(&runtime.door, event);
}

/// Why a scan did not get through.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

/// Scans and hands what was found to the engine; all of it, when this returns.
pub(super) fn scan(
    runtime: &Arc<Runtime>,
    ground: &Ground,
    scope: &Scope,
) -> Result<Summary, Failed> {
    runtime.order.settle(&runtime.door);
    let scanner = Scanner::new(Arc::clone(&ground.root), ground.ignore())
        .showing(Arc::new(Window(Arc::clone(runtime))));
    // The scanner waits for the engine when this is full.
    let (sink, found) = crossbeam_channel::bounded::<Batch>(4);
    std::thread::scope(|threads| {
        let walking = threads.spawn(move || {
            runtime.read(|reader| {
                Ok::<_, Failed>(scanner.scan(reader, scope, &sink, &runtime.progress)?)
            })
        });
        let mut gathered = Batch::default();
        for Batch { observations, manifests } in found {
            gathered.observations.extend(observations);
            gathered.manifests.extend(manifests);
            if *scope == Scope::Folder || gathered.observations.len() >= GATHERED_MAX {
                report(runtime, std::mem::take(&mut gathered));
            }
        }
        report(runtime, gathered);
        walking.join().unwrap_or_else(|_| Ok(Summary { stopped: true, ..Summary::default() }))
    })
}
