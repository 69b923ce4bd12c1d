//! The barrier: every change made on this device's disk before the call is everywhere, and everything
//! meant for this device is here.
//!
//! First what the watcher noticed is looked at, then the disk as a whole, so that nothing depends on
//! the watcher having been quick enough; then what disappeared is decided; then the engine's sums are
//! waited for, which change only when something is durable, and changes that can't be read (`unread`).
//! Woken by the engine's turns, never by a clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ::api::request::{WAIT_MS_MAX, WaitRequest};
use ::api::view::WaitView;
use ::api::{ApiError, ErrorCode};
use engine::Barrier;
use engine::observation::Root;
use tokio::sync::oneshot;

use super::{Answer, place};
use crate::fault::ToApi;
use crate::folders::{LookJob, Runtime, ScanJob};
use crate::node::Node;
use crate::{heard, unread};

/// Waits for the barrier.
pub(super) async fn wait(node: &Arc<Node>, request: WaitRequest) -> Answer<WaitView> {
    let began = Instant::now();
    let folders = place::attached_or_all(node, request.folder.as_deref())?;
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
    let caught: Vec<_> = folders.iter().map(catch_up).collect();
    for caught in caught {
        caught.await.map_err(|_| ApiError::new(ErrorCode::Stopping))?;
    }
    // What was noticed is in the index now, so the scan does not read it a second time.
    node.door.ask(|_, _| ()).await.to_api()?;
    let looks: Vec<_> = folders.iter().map(look).collect();
    for looked in looks {
        looked.await.map_err(|_| ApiError::new(ErrorCode::Stopping))?;
    }
    for runtime in folders {
        let folder = runtime.id;
        let settled =
            node.door.ask(move |core, now| core.command(|engine| engine.settle(now, folder)));
        // A folder whose index is being opened again is waited for below.
        drop(settled.await.to_api()?);
    }
    for runtime in folders {
        until_done(node, runtime, lacking).await?;
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
                let folder = node.home.folder_name(folder);
                format!("in {folder}, {files} files can't be read; `homefold status` lists them")
            }
            ((Some(_), Some(device)), _) => {
                let name = node.home.device_name(device);
                format!("in {}, {name} is still telling", node.home.folder_name(folder))
            }
            ((Some(barrier), None), _) => describe(node, runtime, &barrier),
            ((None, _), _) => "the folder is being opened".to_owned(),
        };
        turns.changed().await.map_err(|_| ApiError::new(ErrorCode::Stopping))?;
    }
}

fn describe(node: &Node, runtime: &Runtime, barrier: &Barrier) -> String {
    let folder = node.home.folder_name(runtime.id);
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

/// `1 file`, `2 files`.
fn counted(number: u64, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}
