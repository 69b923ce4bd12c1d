//! The virtual drive of this device: which folders it shows, where it is mounted, and what it needs of the
//! rest of the service.
//!
//! One mount shows every folder that this device takes part in; a folder that is streamed into a directory
//! of the user's has one more, there. Invariants: nothing here is asked for on the engine's thread but to
//! note what changed; the service itself never looks into a mount.
//!
//! Not here: the file system (`::drive`), bytes that are elsewhere (`remote`).

mod home;
mod mounts;
mod pod;
mod reading;
mod waits;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::drive::fuse::Mounted;
use engine::absence::Brought;
use model::{FolderId, RelPath};

use crate::node::Node;

use self::pod::Stand;
use self::waits::Waits;

pub(crate) use reading::of_read;

pub(crate) use mounts::{Refused, mount, mount_place, start, stop, unmount, unmount_place};

/// How long after the engine's turn it is looked whether all files of a folder are here.
const WHOLE_AFTER: Duration = Duration::from_millis(20);

/// The drive.
#[derive(Default)]
pub(crate) struct Drives {
    state: Mutex<State>,
    pods: Mutex<BTreeMap<FolderId, Arc<Stand>>>,
    waits: Waits,
}

#[derive(Default)]
struct State {
    /// The one that shows every folder.
    all: Option<Arc<Mounted>>,
    /// Those that show one.
    places: BTreeMap<FolderId, Arc<Mounted>>,
}

impl Drives {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mounted(&self) -> Vec<Arc<Mounted>> {
        let state = self.state();
        state.all.iter().chain(state.places.values()).cloned().collect()
    }

    /// Where the one that shows every folder is mounted, if it is.
    pub(crate) fn at(&self) -> Option<PathBuf> {
        let mounted = self.state().all.clone().filter(|mounted| !mounted.is_over())?;
        Some(mounted.at().to_owned())
    }

    /// Something changed at a path of a folder, on this disk or elsewhere.
    pub(crate) fn changed(&self, node: &Node, folder: FolderId, path: &RelPath) {
        let mounted = self.mounted();
        if mounted.is_empty() {
            return;
        }
        let name = node.home.folder_name(folder);
        for each in mounted {
            each.changed_elsewhere(&name, std::slice::from_ref(path));
        }
    }

    /// Lines of listings that ended since this was last asked.
    pub(crate) fn lines_let_go(&self) -> u64 {
        self.mounted().iter().map(|each| each.lines_let_go()).sum()
    }

    /// The system is about to sleep, or woke up: while it sleeps no read waits for another device.
    pub(crate) fn sleep(&self, asleep: bool) {
        for each in self.mounted() {
            each.sleep(asleep);
        }
    }

    /// This device takes part in other folders than before, or they have other names.
    pub(crate) fn folders_changed(&self) {
        for each in self.mounted() {
            each.folders_changed();
        }
    }

    /// A file that the drive asked for is here, or will not come.
    pub(crate) fn brought(&self, folder: FolderId, path: &RelPath, outcome: Brought) {
        self.waits.end(folder, path, outcome);
    }

    fn pods(&self) -> MutexGuard<'_, BTreeMap<FolderId, Arc<Stand>>> {
        self.pods.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps in mind of which folders every file is here, as long as somebody may ask.
pub(crate) async fn follow(node: Arc<Node>) {
    let mut turns = node.door.turns();
    while turns.changed().await.is_ok() {
        tokio::time::sleep(WHOLE_AFTER).await;
        turns.mark_unchanged();
        look_whole(&node).await;
    }
}

/// Looks of which folders every file is here.
pub(crate) async fn look_whole(node: &Arc<Node>) {
    let stands: Vec<_> = node.drives.pods().values().cloned().collect();
    for stand in stands {
        let folder = stand.folder();
        let view = node.door.look(move |engine| engine.folder_view(folder)).await;
        let needed = view.ok().flatten().map(|view| view.needed.files);
        stand.set_whole(needed == Some(0) && keeps_all(node, folder));
    }
}

/// Whether this device keeps all files of a folder, with no exception.
fn keeps_all(node: &Node, folder: FolderId) -> bool {
    let Some(runtime) = node.folders.get(folder) else { return false };
    let home = node.home.get();
    let place =
        engine::home::policy::Place { device: Some(node.me), folder: Some(folder), path: None };
    let rule = home.keep(place);
    let always = rule.is_none_or(|keep| keep == model::Keep::Always);
    runtime.mode().keeps_all() && always && home.keep_paths(folder, node.me).is_empty()
}
