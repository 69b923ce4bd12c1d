//! The engine's notices in the words of the API.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::view::Event;
use engine::Notice;
use engine::home::Home;
use model::DeviceId;

use crate::api::words;
use crate::node::Node;

/// Tells whoever listens.
pub(crate) fn tell(node: &Arc<Node>, notice: &Notice) {
    let chronicle = &node.chronicle;
    match notice {
        Notice::Device { device, connected } => tell_device(node, *device, *connected),
        Notice::Home => chronicle.tell(Event::Changed { folder: None }),
        Notice::Changed { folder, local, path } => {
            node.drives.changed(node, *folder, path);
            chronicle.count(&node.home.folder_name(*folder), *local);
        }
        Notice::Listed { folder, path } => {
            node.drives.changed(node, *folder, path);
            chronicle.touch(&node.home.folder_name(*folder));
        }
        Notice::Conflict { folder, path, id } => chronicle.tell(Event::ConflictFound {
            id: id.to_string(),
            folder: node.home.folder_name(*folder),
            path: path.as_str().to_owned(),
        }),
        Notice::Held { folder, deletes } => chronicle.tell(Event::Held {
            folder: node.home.folder_name(*folder),
            deletes: *deletes,
            overwrites: 0,
        }),
        Notice::Waits { folder, path, problem } => chronicle.tell(Event::ProblemFound {
            folder: node.home.folder_name(*folder),
            path: path.as_str().to_owned(),
            reason: words::problem(*problem),
        }),
        Notice::Corrupt { folder, device } => {
            tracing::warn!(?device, %folder, "a device sent bytes that don't fit their hash");
            chronicle.touch(&node.home.folder_name(*folder));
        }
        Notice::NewLife { folder } => {
            tracing::warn!(%folder, "the index was restored or copied: it starts a new life");
        }
        Notice::Folder { folder } => chronicle.touch(&node.home.folder_name(*folder)),
    }
}

fn tell_device(node: &Arc<Node>, device: DeviceId, connected: bool) {
    let view = node.contacts.view(device);
    let (device, name) = (device.to_string(), node.home.device_name(device));
    node.chronicle.tell(if connected {
        let address = view.address.map(|address| address.to_string()).unwrap_or_default();
        Event::DeviceConnected { device, name, address }
    } else {
        Event::DeviceDisconnected { device, name, reason: view.parting }
    });
}

/// Tells how the home differs from what it was.
pub(crate) fn home_changed(node: &Arc<Node>, before: &Home, after: &Home) {
    let (old, new) = (before.members(), after.members());
    for (device, role) in &new {
        let (id, name) = (device.to_string(), after.name(device));
        match old.get(device) {
            None => node.chronicle.tell(Event::DeviceJoined { device: id, name }),
            Some(was) if was != role || before.name(device) != name => {
                node.chronicle.tell(Event::DeviceChanged { device: id, name });
            }
            Some(_) => {}
        }
    }
    for device in old.keys().filter(|device| !new.contains_key(*device)) {
        let (id, name) = (device.to_string(), before.name(device));
        node.chronicle.tell(Event::DeviceRemoved { device: id, name });
    }
    node.drives.folders_changed();
    let folders = |home: &Home| -> BTreeMap<_, _> {
        let all = home.folders().into_iter();
        all.map(|folder| (folder.id, (folder.name, home.pods(folder.id)))).collect()
    };
    let (old, new) = (folders(before), folders(after));
    for (id, (name, _)) in old.iter().chain(&new).filter(|(id, _)| old.get(id) != new.get(id)) {
        // A folder that changed is in both: it is told once, under its new name.
        if new.get(id).is_none_or(|(now, _)| now == name) {
            node.chronicle.tell(Event::FolderChanged { folder: name.clone() });
        }
    }
}
