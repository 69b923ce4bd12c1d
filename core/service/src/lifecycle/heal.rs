//! What a crash, or a change of options, left between this device and what the home knows of it.

use std::sync::Arc;

use model::FolderId;
use store::home::Attachment;

use crate::node::Node;
use crate::runloop::SayError;

/// Tells the home in which folders this device takes part, and its name, where it knows otherwise: a
/// service may be ended between keeping something and saying it. Whether the home knows all of it now.
pub(super) async fn heal(node: &Arc<Node>, attachments: &[Attachment], name: Option<&str>) -> bool {
    if !node.has_home() {
        return true;
    }
    let home = node.home.get();
    let takes_part = |folder: FolderId| attachments.iter().find(|one| one.folder == folder);
    let me = node.me;
    let mut pods = Vec::new();
    for folder in home.folders() {
        let wanted = takes_part(folder.id).map(|attachment| attachment.mode);
        if home.pods(folder.id).get(&me).copied() != wanted {
            pods.push((folder.id, wanted));
        }
    }
    let name = name.filter(|name| *name != home.name(&me)).map(str::to_owned);
    if pods.is_empty() && name.is_none() {
        return true;
    }
    let said = node.door.ask(move |core, now| {
        for (folder, mode) in pods {
            core.say(now, |home, author| home.set_pod(author, folder, mode))?;
        }
        if let Some(name) = name {
            core.say(now, |home, author| home.rename(author, me, &name))?;
        }
        Ok::<_, SayError>(())
    });
    match said.await {
        Ok(Ok(())) => return true,
        Ok(Err(error)) => tracing::warn!("telling the home of this device: {error}"),
        Err(error) => tracing::warn!("telling the home of this device: {error}"),
    }
    false
}
