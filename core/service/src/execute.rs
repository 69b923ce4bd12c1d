//! What each action of the engine means here.
//!
//! Called on the engine's thread: everything is handed to a queue or a task and nothing is waited for.
//! The queues need no limits of their own, because the engine limits what is under way.

use std::sync::Arc;

use engine::{Action, Notice};
use model::FolderId;
use wire::Record;

use crate::node::Node;
use crate::runloop::{Core, World};
use crate::{bulk, folders, home, notices};

/// The world as the engine's thread reaches it.
pub(crate) struct Hands(pub(crate) Arc<Node>);

impl World for Hands {
    fn carry_out(&mut self, action: Action) {
        let node = &self.0;
        match action {
            Action::Send { to, message, attach } => node.outboxes.send(node, to, message, attach),
            Action::Scan { folder, scope } => node.folders.scan(folder, scope),
            Action::LookInArchive { folder, contents } => {
                node.folders.look_in_archive(folder, contents);
            }
            Action::Apply { folder, batch, changes } => {
                node.folders.apply(folder, batch, changes);
            }
            Action::Evict { folder, batch, until, files } => {
                node.folders.evict(folder, batch, (until, files));
            }
            Action::Assure { folder, batch, files } => node.folders.assure(folder, batch, files),
            Action::Brought { folder, path, outcome } => {
                node.drives.brought(folder, &path, outcome);
            }
            Action::Stage { folder, content, alike } => {
                node.folders.stage(folder, content, alike);
            }
            Action::Fetch { folder, request, from, wants } => {
                let asked = bulk::fetch::Asked { folder, request, from, wants };
                node.runtime.spawn(bulk::fetch::fetch(Arc::clone(node), asked));
            }
            Action::Unstage { folder, content } => node.folders.unstage(folder, content),
            Action::Purge { folder, content } => node.folders.purge(folder, content),
            Action::Mark { folder } => node.folders.mark(folder),
            Action::Cut { device } if device == node.me => {
                let node = Arc::clone(node);
                self.0.runtime.spawn(async move { home::follow::leave_home(&node).await });
            }
            Action::Cut { device } => {
                let node = Arc::clone(node);
                self.0.runtime.spawn(async move { home::follow::cut(&node, device).await });
            }
            Action::Dial => node.home_changed.notify_one(),
            Action::Tell(notice) => self.tell(&notice),
        }
    }

    fn keep_records(&mut self, core: &Core, records: &[Record]) -> bool {
        let node = &self.0;
        let kept = node.book.keep_records(records);
        let holds = core.engine().home().clone();
        node.roster.set_members(holds.members().into_keys().collect());
        let before = node.home.get();
        notices::home_changed(node, &before, &holds);
        node.home.set(holds);
        kept
    }

    fn lose_folder(&mut self, folder: FolderId, cause: &str, full: bool) {
        folders::lose(&self.0, folder, cause, full);
    }
}

impl Hands {
    fn tell(&self, notice: &Notice) {
        let node = &self.0;
        match notice {
            Notice::Device { device, connected: false } => node.outboxes.drop_dead(*device),
            // Not before: what is queued while the engine has not heard of it goes nowhere.
            Notice::Device { device, connected: true } => node.rooms.up(*device),
            Notice::Home => node.home_changed.notify_one(),
            Notice::Changed { .. }
            | Notice::Listed { .. }
            | Notice::Conflict { .. }
            | Notice::Held { .. }
            | Notice::Waits { .. }
            | Notice::Corrupt { .. }
            | Notice::NewLife { .. }
            | Notice::Folder { .. } => {}
        }
        notices::tell(node, notice);
    }
}
