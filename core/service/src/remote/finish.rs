//! What was read to its last chunk becomes a plain file, where what is used may stay.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use engine::home::policy::Place;
use model::Keep;

use super::content::Remote;
use crate::node::Node;

/// Looks whether the last chunk has come; if so, has the file placed.
pub(super) fn look(node: &Arc<Node>, remote: &Arc<Remote>) {
    let whole = remote.store().staged().is_some()
        && !remote.finished.load(Ordering::Relaxed)
        && node.remotes.table().streams.is_whole(remote.stream());
    if whole && !remote.finished.swap(true, Ordering::Relaxed) {
        let (node, remote) = (Arc::clone(node), Arc::clone(remote));
        node.runtime.clone().spawn(async move { finish(&node, &remote).await });
    }
}

async fn finish(node: &Arc<Node>, remote: &Arc<Remote>) {
    let checked = Arc::clone(remote);
    let complete = tokio::task::spawn_blocking(move || {
        checked.store().staged().is_some_and(|staged| staged.complete().unwrap_or(false))
    });
    if !complete.await.unwrap_or(false) || keep(node, remote) != Keep::Auto {
        return;
    }
    // Of what is being edited the old bytes are not to stand in the folder.
    if remote.is_edited() {
        return;
    }
    let (folder, path) = (remote.folder(), remote.path().clone());
    let brought =
        node.door.ask(move |core, now| core.command(|engine| engine.bring(now, folder, &path)));
    // Where it can't be placed it is read from staging all the same.
    if let Ok(Err(error)) = brought.await {
        tracing::debug!(%folder, %error, "placing what was read");
    }
}

fn keep(node: &Node, remote: &Remote) -> Keep {
    let place =
        Place { device: Some(node.me), folder: Some(remote.folder()), path: Some(remote.path()) };
    node.home.get().keep(place).unwrap_or_else(|| remote.mode().keep())
}
