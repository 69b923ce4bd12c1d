//! Where the chunks of a larger file are: the list of them, as the index knows it or as another device
//! sends it.
//!
//! Whoever begins to read a file at its beginning waits for the front of the list alone, some 450 chunks
//! that are checked like the whole (`content::front`). The rest of the list is fetched as soon as the first
//! read is answered; what came meanwhile is put where it stays. Invariant: a list is fetched once at a
//! time, however many wait for it.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use content::{Manifest, front};
use engine::Event;
use engine::stream::Pieces;
use model::{ContentHash, FolderId};

use super::content::{Patience, Remote, Wanted};
use super::store::Parts;
use super::{ReadFailed, sparing};
use crate::bulk::read_manifest;
use crate::clock;
use crate::node::Node;

/// Where a read ends for which the front of a list is worth asking for: it reaches further.
const FRONT_REACH: u64 = 4 << 20;
/// How long the rest of a list may take.
const REST_MAX: Duration = Duration::from_secs(60);

/// Which chunks of a file are known.
pub(super) enum Chunks {
    /// All of them.
    All(Manifest),
    /// The first ones.
    First(Manifest),
}

/// Lists that are being fetched, the fronts apart from the whole ones.
#[derive(Default)]
pub(super) struct Lists(Mutex<HashMap<(FolderId, ContentHash, bool), Weak<Remote>>>);

impl Lists {
    /// The list that is being fetched under this key, which is `made` if there is none.
    fn one(
        &self,
        key: (FolderId, ContentHash, bool),
        make: impl FnOnce() -> Arc<Remote>,
    ) -> Arc<Remote> {
        let known = || {
            let lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            lists.get(&key).and_then(Weak::upgrade)
        };
        if let Some(list) = known() {
            return list;
        }
        let made = make();
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = lists.entry(key).or_default();
        if let Some(faster) = slot.upgrade() {
            return faster;
        }
        *slot = Arc::downgrade(&made);
        made
    }

    /// Forgets what nobody fetches.
    pub(super) fn tidy(&self) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lists.retain(|_, list| list.strong_count() > 0);
    }
}

/// The chunks of a larger file, as many as its reader needs to know.
pub(super) fn chunks(
    node: &Arc<Node>,
    wanted: &Wanted<'_>,
    patience: Patience<'_>,
) -> Result<Chunks, ReadFailed> {
    let (content, hash) = (wanted.content, wanted.content.hash);
    let known = wanted.runtime.read(|index| Ok::<_, anyhow::Error>(index.manifest(hash)?));
    let known = known.map_err(|error| ReadFailed::Disk(format!("{error:#}")))?;
    if let Some(manifest) = known.and_then(|bytes| Manifest::decode_for(content, &bytes).ok()) {
        return Ok(Chunks::All(manifest));
    }
    let bytes = fetched(node, wanted, patience)?;
    if let Ok(first) = front::read(content, &bytes) {
        return Ok(Chunks::First(first));
    }
    let manifest = Manifest::decode_for(content, &bytes)
        .map_err(|error| ReadFailed::Disk(error.to_string()))?;
    note(node, wanted, bytes);
    Ok(Chunks::All(manifest))
}

/// The list from another device, or the front of it.
fn fetched(
    node: &Arc<Node>,
    wanted: &Wanted<'_>,
    patience: Patience<'_>,
) -> Result<Bytes, ReadFailed> {
    let content = wanted.content;
    sparing::admit(node, (wanted.runtime.id, wanted.path), wanted.who)?;
    let begins = wanted.reach.end <= FRONT_REACH;
    let list = node.remotes.lists.one((wanted.runtime.id, content.hash, begins), || {
        let parts = match begins {
            true => (Parts::Front(content), Pieces::Front(front::RUN as u32)),
            false => (Parts::One(content.hash), Pieces::Manifest),
        };
        Remote::new(node, wanted, parts)
    });
    let reader = node.remotes.table().streams.add_reader(list.stream());
    let read = list.wait_for(node, reader, &(0..1), patience);
    node.remotes.table().streams.drop_reader(list.stream(), reader);
    read?;
    Ok(list.store().whole().unwrap_or_default())
}

/// Has the index keep a list; nobody waits for that.
fn note(node: &Arc<Node>, wanted: &Wanted<'_>, bytes: Bytes) {
    let (door, folder, hash) = (node.door.clone(), wanted.runtime.id, wanted.content.hash);
    node.runtime.spawn(async move {
        let read = tokio::task::spawn_blocking(move || read_manifest(hash, &bytes));
        if let Ok(Some(manifest)) = read.await {
            let (results, manifests) = (Vec::new(), vec![manifest]);
            door.tell(Event::Fetched { folder, request: 0, results, manifests }).await;
        }
    });
}

/// Has the rest of the list fetched of which this is the front, once.
pub(super) fn complete(node: &Arc<Node>, first: &Arc<Remote>) {
    if first.completing.swap(true, Ordering::Relaxed) {
        return;
    }
    let (node, first) = (Arc::clone(node), Arc::clone(first));
    node.runtime.clone().spawn_blocking(move || {
        let patience =
            Patience { begun: clock::tick(), deadline: REST_MAX, interrupted: &|| false };
        let who = first.reader();
        match Remote::open(&node, &first.all_of_it(&who), patience) {
            Ok(whole) => first.give_way(&node, &whole),
            Err(error) => {
                tracing::debug!(folder = %first.folder(), %error, "the rest of a list of chunks");
                first.completing.store(false, Ordering::Relaxed);
            }
        }
    });
}
