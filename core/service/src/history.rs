//! Earlier versions: which ones this device keeps, and which ones the others do.
//!
//! Questions travel beside the engine, because each device answers out of its own archive alone.
//! Invariants: an answer counts once, from a device that was asked; a question is given up after
//! [`PATIENCE`].

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::index::{ArchivedRow, Index as _};
use model::{DeviceId, FolderId, RelPath};
use tokio::sync::mpsc;
use wire::limits::HISTORY_MAX;
use wire::{Archived, Message};

use crate::node::Node;

/// How long others may take to answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);
/// Questions under way; more are not asked.
const QUESTIONS_MAX: usize = 64;
/// Versions that are told of at once.
const TOLD_MAX: usize = if HISTORY_MAX < 512 { HISTORY_MAX } else { 512 };

/// Questions under way.
#[derive(Default)]
pub(crate) struct Questions(Mutex<Asked>);

#[derive(Default)]
struct Asked {
    last: u64,
    open: HashMap<u64, Question>,
}

struct Question {
    waiting: BTreeSet<DeviceId>,
    answers: mpsc::UnboundedSender<Answer>,
}

/// Who keeps which versions.
type Answer = (DeviceId, Vec<Archived>);

/// A version and who keeps it; `None` is this device.
pub(crate) type Kept = (Archived, Option<DeviceId>);

impl Questions {
    fn open(&self, devices: &[DeviceId]) -> Option<(u64, mpsc::UnboundedReceiver<Answer>)> {
        let mut asked = self.asked();
        if asked.open.len() >= QUESTIONS_MAX {
            return None;
        }
        asked.last += 1;
        let number = asked.last;
        let (answers, answered) = mpsc::unbounded_channel();
        let waiting = devices.iter().copied().collect();
        asked.open.insert(number, Question { waiting, answers });
        Some((number, answered))
    }

    /// A device has answered.
    pub(crate) fn answered(&self, from: DeviceId, question: u64, versions: Vec<Archived>) {
        let mut asked = self.asked();
        let Some(open) = asked.open.get_mut(&question) else { return };
        if open.waiting.remove(&from) {
            // An error means that nobody waits any more.
            drop(open.answers.send((from, versions)));
        }
        if open.waiting.is_empty() {
            asked.open.remove(&question);
        }
    }

    /// A device is gone: nobody waits for its answers.
    pub(crate) fn forget(&self, device: DeviceId) {
        self.asked().open.retain(|_, question| {
            question.waiting.remove(&device);
            !question.waiting.is_empty()
        });
    }

    fn close(&self, question: u64) {
        self.asked().open.remove(&question);
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The versions of a path (and of everything below) that this device keeps, newest first.
pub(crate) async fn own(node: &Node, folder: FolderId, path: RelPath) -> Vec<Archived> {
    let looked = node.door.look(move |engine| {
        engine.index(folder).map(|index| index.archived(Some(&path), TOLD_MAX))
    });
    match looked.await {
        Ok(Some(Ok(rows))) => rows.into_iter().map(told).collect(),
        Ok(Some(Err(error))) => {
            tracing::warn!(%folder, %error, "looking into the archive");
            Vec::new()
        }
        Ok(None) | Err(_) => Vec::new(),
    }
}

fn told(row: ArchivedRow) -> Archived {
    let ArchivedRow { path, entry, archived_at } = row;
    Archived { path, entry, archived_at }
}

/// Answers another device's question, if it takes part in the folder.
pub(crate) fn answer(
    node: &Arc<Node>,
    from: DeviceId,
    question: u64,
    (folder, path): (FolderId, RelPath),
) {
    let node = Arc::clone(node);
    node.runtime.clone().spawn(async move {
        let may = node.door.look(move |engine| engine.may_fetch(from, folder)).await;
        let versions = match may {
            Ok(true) => own(&node, folder, path).await,
            Ok(false) | Err(_) => Vec::new(),
        };
        node.outboxes.send_own(&node, from, Message::HistoryTold { question, versions });
    });
}

/// What every connected device keeps of a path, this one first; each version once.
pub(crate) async fn ask(node: &Arc<Node>, folder: FolderId, path: &RelPath) -> Vec<Kept> {
    let mut kept: Vec<Kept> =
        own(node, folder, path.clone()).await.into_iter().map(|version| (version, None)).collect();
    let home = node.home.get();
    let connected = |device: &DeviceId| node.contacts.view(*device).connected;
    let others: Vec<DeviceId> =
        home.pods(folder).into_keys().filter(|d| *d != node.me && connected(d)).collect();
    let Some((question, mut answers)) = node.questions.open(&others) else { return kept };
    for device in &others {
        let message = Message::HistoryAsked { question, folder, path: path.clone() };
        node.outboxes.send_own(node, *device, message);
    }
    let deadline = tokio::time::Instant::now() + PATIENCE;
    for _ in &others {
        let Ok(Some((device, versions))) = tokio::time::timeout_at(deadline, answers.recv()).await
        else {
            break;
        };
        for version in versions {
            let known = kept
                .iter()
                .any(|(own, _)| own.entry.dot == version.entry.dot && own.path == version.path);
            let asked_for = version.path == *path || version.path.is_below(path);
            if !known && asked_for {
                kept.push((version, Some(device)));
            }
        }
    }
    node.questions.close(question);
    kept.sort_by_key(|(version, _)| std::cmp::Reverse(version.archived_at));
    kept
}
