//! Seeing to it that the index knows everything that stands on the disk.
//!
//! First what the watcher noticed is looked at, then the disk as a whole, so that nothing depends on the
//! watcher having been quick enough; then what disappeared is decided.

use std::sync::Arc;

use engine::observation::Root;
use tokio::sync::oneshot;

use super::{LookJob, Runtime, ScanJob};
use crate::node::Node;
use crate::runloop::NotDone;

/// Looks at all of these folders, side by side.
///
/// # Errors
/// When the service stops, or a folder is being closed.
pub(crate) async fn settle(node: &Arc<Node>, folders: &[Arc<Runtime>]) -> Result<(), NotDone> {
    let caught: Vec<_> = folders.iter().map(catch_up).collect();
    for caught in caught {
        caught.await.map_err(|_| NotDone::Stopping)?;
    }
    // What was noticed is in the index now, so the scan does not read it a second time.
    node.door.ask(|_, _| ()).await?;
    let looks: Vec<_> = folders.iter().map(look).collect();
    for looked in looks {
        looked.await.map_err(|_| NotDone::Stopping)?;
    }
    for runtime in folders {
        let folder = runtime.id;
        let settled =
            node.door.ask(move |core, now| core.command(|engine| engine.settle(now, folder)));
        // A folder whose index is being opened again can say nothing of itself, and whoever asks sees that.
        drop(settled.await?);
    }
    Ok(())
}

fn catch_up(runtime: &Arc<Runtime>) -> oneshot::Receiver<()> {
    let (answer, answered) = oneshot::channel();
    runtime.ask_look(LookJob::Catch(answer));
    answered
}

fn look(runtime: &Arc<Runtime>) -> oneshot::Receiver<Root> {
    let (answer, answered) = oneshot::channel();
    runtime.ask_scan(ScanJob::Whole(Some(answer)));
    answered
}
