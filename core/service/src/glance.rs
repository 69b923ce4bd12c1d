//! Whether a folder's state is still as it was told: whoever looks at `status` wants to look again when it
//! is not. That a file begins to come, or that another device has it now, is no change of a file.
//!
//! Compared after the engine has done something, a few times a second at most. Not here: what changed in
//! files (`notices`), what is told and when (`chronicle`).

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::FolderView;
use engine::index::Tally;
use model::FolderId;

use crate::node::Node;

/// What was seen of each folder when it was looked at last.
#[derive(Default)]
pub(crate) struct Glances(BTreeMap<FolderId, Glance>);

#[derive(PartialEq)]
struct Glance {
    view: FolderView,
    /// What each device has not acted on yet.
    unheld: Vec<Tally>,
}

impl Glances {
    /// Looks again, and touches the folders that are not as they were.
    pub(crate) async fn look(&mut self, node: &Arc<Node>) {
        let home = node.home.get();
        let folders: Vec<_> =
            node.folders.ids().into_iter().map(|id| (id, home.pods(id))).collect();
        let looked = node.door.look(move |engine| {
            let glance = |(id, pods): &(FolderId, BTreeMap<_, _>)| {
                let view = engine.folder_view(*id)?;
                let unheld = pods.keys().map(|device| engine.unheld(*id, *device)).collect();
                Some((*id, Glance { view, unheld }))
            };
            folders.iter().filter_map(glance).collect()
        });
        // While the service stops nobody looks any more.
        let Ok(now) = looked.await else { return };
        for folder in self.replace(now) {
            node.chronicle.touch(&node.home.folder_name(folder));
        }
    }

    /// The folders that are not as they were.
    fn replace(&mut self, now: BTreeMap<FolderId, Glance>) -> Vec<FolderId> {
        let before = std::mem::replace(&mut self.0, now);
        let differs = |(folder, glance): (&FolderId, &Glance)| {
            (before.get(folder) != Some(glance)).then_some(*folder)
        };
        self.0.iter().filter_map(differs).collect()
    }
}
