//! Putting an edit together with the rest of its file, and into the folder.
//!
//! The rest is read as any program would read it: from whoever has it, every chunk checked. What can't be had now
//! is tried again while the service runs, and by the next one.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, ensure};
use crossbeam_channel::bounded;
use engine::observation::Seen;
use model::{Content, RelPath};

use super::Pending;
use crate::folders::{LookJob, Runtime};
use crate::node::Node;
use crate::remote::{Reading, Who};

/// Bytes that are read at a time.
const STEP: u64 = 1 << 20;
/// How long the index may take to see what was put in place, and how often that is looked.
const SEEN_MAX: Duration = Duration::from_secs(10);
const SEEN_LOOK: Duration = Duration::from_millis(10);

/// Puts an edit together, if it is due, on a thread of its own.
pub(crate) fn finish_soon(node: &Arc<Node>, runtime: &Arc<Runtime>, pending: &Arc<Pending>) {
    if !pending.is_due() {
        return;
    }
    let (node, runtime, pending) = (Arc::clone(node), Arc::clone(runtime), Arc::clone(pending));
    node.runtime.clone().spawn_blocking(move || {
        let Ok(_turn) = pending.turn.try_lock() else { return };
        if !pending.is_due() || *node.leaving.borrow() {
            return;
        }
        let finished = match pending.edit.is_untouched() {
            true => leave(&node, &runtime, &pending),
            false => put_together(&node, &runtime, &pending, &|| false),
        };
        if let Err(error) = finished {
            let folder = runtime.id;
            tracing::info!(%folder, "what a program wrote waits to be put together: {error:#}");
        }
    });
}

/// Puts an edit together now, whoever has it open. Returns when all of it stands in the folder.
pub(crate) fn finish(
    node: &Arc<Node>,
    runtime: &Arc<Runtime>,
    pending: &Arc<Pending>,
    interrupted: &dyn Fn() -> bool,
) -> anyhow::Result<()> {
    let turn = loop {
        if let Ok(turn) = pending.turn.try_lock() {
            break turn;
        }
        ensure!(!interrupted(), "interrupted");
        std::thread::sleep(SEEN_LOOK);
    };
    if pending.is_over() {
        return Ok(());
    }
    let finished = put_together(node, runtime, pending, interrupted);
    drop(turn);
    finished
}

/// Tries again what could not be put together before.
pub(crate) fn tidy(node: &Arc<Node>) {
    for runtime in node.folders.all() {
        for pending in runtime.edits.waiting() {
            finish_soon(node, &runtime, &pending);
        }
    }
}

/// Nothing but mode and time was changed, if that: no bytes are needed for it.
fn leave(node: &Arc<Node>, runtime: &Arc<Runtime>, pending: &Arc<Pending>) -> anyhow::Result<()> {
    if !runtime.edits.leave(pending) {
        return Ok(());
    }
    let (origin, facts) = (pending.edit.origin(), pending.edit.facts());
    let mode = (facts.mode != origin.mode).then_some(facts.mode);
    let mtime = (facts.mtime != origin.mtime).then_some(facts.mtime);
    if mode.is_some() || mtime.is_some() {
        let (folder, path) = (runtime.id, origin.path.clone());
        let change = engine::absence::Attributes { mode, mtime };
        let asked = node.door.ask_blocking(move |core, now| {
            core.command(|engine| engine.attributes(now, folder, &path, change))
        });
        // Where something else stands by now, that has attributes of its own.
        drop(asked?);
    }
    node.drives.changed(node, runtime.id, &origin.path);
    Ok(())
}

fn put_together(
    node: &Arc<Node>,
    runtime: &Arc<Runtime>,
    pending: &Arc<Pending>,
    interrupted: &dyn Fn() -> bool,
) -> anyhow::Result<()> {
    let edit = &pending.edit;
    // It may be a while until it is whole.
    edit.sync().context("making it durable")?;
    let ground = runtime.ground().context("the folder's directory is not there")?;
    let origin = edit.origin();
    let draft = ground.edits.draft(edit).context("making room")?;
    let who = Who { process: 0, program: "homefold".to_owned() };
    let before = Reading::of(node, runtime, (&origin.path, origin.content), who);
    let halted = || pending.halted.load(Ordering::Relaxed) || runtime.is_stopped();
    let ends = || interrupted() || pending.is_over() || halted();
    let mut buffer = vec![0; STEP as usize];
    let mut at = 0;
    while at < origin.content.size {
        let end = (at + STEP).min(origin.content.size);
        for range in edit.needs(at..end) {
            let part = &mut buffer[..(range.end - range.start) as usize];
            let read = before.read_at(range.start, part, &ends)?;
            ensure!(read == part.len(), "it ended early");
            draft.fill(range.start, part).context("writing it")?;
        }
        at = end;
    }
    ensure!(!pending.is_over() && !halted(), "it is renamed, or nobody wants it any more");
    let path = edit.origin().path;
    let over = standing(runtime, &path, origin.content)?;
    let placed = ground.edits.place(draft, over.as_ref()).context("putting it in place")?;
    show(node, runtime, pending, &placed);
    Ok(())
}

/// What stands at `path`, if it is the content that was edited.
fn standing(runtime: &Runtime, path: &RelPath, content: Content) -> anyhow::Result<Option<Seen>> {
    let row = runtime.read(|index| Ok::<_, anyhow::Error>(index.get(path)?))?;
    let seen = row.and_then(|row| row.disk).map(|disk| disk.seen);
    Ok(seen.filter(|seen| seen.kind.content() == Some(content)))
}

/// Has the index see what was put in place; only then it is shown as any file.
fn show(node: &Arc<Node>, runtime: &Arc<Runtime>, pending: &Arc<Pending>, path: &RelPath) {
    let (looked, seen) = bounded(1);
    runtime.ask_look(LookJob::Look(vec![path.clone()], looked));
    let _late = seen.recv_timeout(SEEN_MAX);
    let begun = std::time::Instant::now();
    let is_here = || {
        let row = runtime.read(|index| Ok::<_, anyhow::Error>(index.get(path)?));
        row.is_ok_and(|row| row.is_some_and(|row| row.disk.is_some()))
    };
    while !is_here() && begun.elapsed() < SEEN_MAX && !*node.leaving.borrow() {
        std::thread::sleep(SEEN_LOOK);
    }
    runtime.edits.remove(pending);
    node.drives.changed(node, runtime.id, path);
}
