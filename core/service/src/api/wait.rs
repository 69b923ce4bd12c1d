//! The barrier: every change made on this device's disk before the call is everywhere, and everything
//! meant for this device is here.
//!
//! First what programs wrote parts of is waited for (`edits`), then the disk is looked at (`folders::settle`);
//! then the engine's sums, which change only when something is durable, and changes that can't be read
//! (`unread`). Woken by the end of edits and the engine's turns, never by a clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ::api::request::{WAIT_MS_MAX, WaitRequest};
use ::api::view::WaitView;
use ::api::{ApiError, ErrorCode};
use engine::Barrier;

use super::{Answer, place};
use crate::fault::ToApi;
use crate::folders::{self, Runtime};
use crate::node::Node;
use crate::{heard, unread};

/// Waits for the barrier.
pub(super) async fn wait(node: &Arc<Node>, request: WaitRequest) -> Answer<WaitView> {
    let began = Instant::now();
    let folders = place::open_or_all(node, request.folder.as_deref())?;
    let limit = Duration::from_millis(request.timeout_ms.min(WAIT_MS_MAX));
    let mut lacking = "the disk is still being looked at".to_owned();
    let reached = tokio::time::timeout(limit, reach(node, &folders, &mut lacking)).await;
    match reached {
        Ok(result) => result?,
        Err(_) => return Err(ApiError::about(ErrorCode::TimedOut, lacking)),
    }
    let waited_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(WaitView { waited_ms })
}

async fn reach(node: &Arc<Node>, folders: &[Arc<Runtime>], lacking: &mut String) -> Answer<()> {
    for runtime in folders {
        until_together(node, runtime, lacking).await?;
    }
    folders::settle(node, folders).await.to_api()?;
    for runtime in folders {
        until_done(node, runtime, lacking).await?;
    }
    Ok(())
}

/// Waits until what programs wrote parts of stands in the folder.
async fn until_together(
    node: &Arc<Node>,
    runtime: &Arc<Runtime>,
    lacking: &mut String,
) -> Answer<()> {
    let mut turns = node.door.turns();
    loop {
        let over = runtime.edits.next_over();
        if !runtime.edits.is_any() || !node.folders.is_open(runtime) {
            return Ok(());
        }
        let files = counted(runtime.edits.unsafe_ones().0, "file");
        *lacking = format!("in {}, the rest of {files} is still to come", named(node, runtime));
        tokio::select! {
            () = over => {}
            // The folder may have been closed.
            turned = turns.changed() => turned.map_err(|_| ApiError::new(ErrorCode::Stopping))?,
        }
    }
}

async fn until_done(node: &Arc<Node>, runtime: &Arc<Runtime>, lacking: &mut String) -> Answer<()> {
    let mut turns = node.door.turns();
    loop {
        turns.mark_unchanged();
        let folder = runtime.id;
        let announced = node.heard.of(folder);
        let looked = node.door.look(move |engine| {
            let barrier = engine.barrier(folder);
            let done = barrier.as_ref().is_some_and(Barrier::done);
            let unread = if done { unread::unread(engine, folder) } else { 0 };
            ((barrier, heard::silent(engine, folder, &announced)), unread)
        });
        *lacking = match looked.await.to_api()? {
            ((Some(barrier), None), 0) if barrier.done() => return Ok(()),
            ((Some(barrier), None), files) if barrier.done() => {
                let folder = named(node, runtime);
                format!("in {folder}, {files} files can't be read; `homefold status` lists them")
            }
            ((Some(_), Some(device)), _) => {
                let name = node.home.device_name(device);
                format!("in {}, {name} is still telling", named(node, runtime))
            }
            ((Some(barrier), None), _) => describe(node, runtime, &barrier),
            // It was detached, or its view has ended.
            ((None, _), _) if !node.folders.is_open(runtime) => return Ok(()),
            ((None, _), _) => "the folder is being opened".to_owned(),
        };
        turns.changed().await.map_err(|_| ApiError::new(ErrorCode::Stopping))?;
    }
}

fn describe(node: &Node, runtime: &Runtime, barrier: &Barrier) -> String {
    let folder = named(node, runtime);
    if barrier.own.files > 0 {
        let (files, bytes) = (barrier.own.files, barrier.own.bytes);
        let files = counted(files, "file");
        return format!("in {folder}, {files} of {bytes} bytes still to come");
    }
    if let Some((device, tally)) = barrier.devices.first() {
        let (files, name) = (tally.files, node.home.device_name(*device));
        let role = node.home.get().role(&node.me);
        let reader = if role.is_some_and(model::Role::may_write) {
            ""
        } else {
            "; this device may only read, what is changed here goes nowhere"
        };
        return format!("in {folder}, {name} still lacks {}{reader}", counted(files, "file"));
    }
    let waiting = counted(barrier.unsettled, "change");
    format!("in {folder}, {waiting} held or not decided yet")
}

/// The folder's name, and whether it is only looked at.
fn named(node: &Node, runtime: &Runtime) -> String {
    let name = node.home.folder_name(runtime.id);
    if runtime.is_view() { format!("{name} (not attached; shown in the drive)") } else { name }
}

/// `1 file`, `2 files`.
fn counted(number: u64, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}
