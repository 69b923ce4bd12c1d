//! Where the bytes and the lists of chunks are that others ask for, and answering with the lists.
//!
//! Whoever asks for a list asks for chunks of the file next: what was read to answer is left on the shelf.
//! To answer with the front of a list only that is read, so that the first bytes of a large file do not wait
//! for the list of all of them.

use std::sync::Arc;

use content::{Manifest, Packer, front};
use engine::ByteSource;
use engine::index::IndexError;
use model::{Content, ContentHash};
use store::index::Reader as IndexReader;
use wire::{Part, Want};

use super::Answer;
use crate::bulk::recut::recut;
use crate::bulk::shelf::Sending;

/// Where something stands, and the list of its chunks, or the front of it, if it was asked for.
pub(super) type Found = (Option<ByteSource>, Option<Vec<u8>>);

impl Answer<'_> {
    /// What the index says of all of `wants`; what is on the shelf is not looked up.
    pub(super) fn look_up(&self, wants: &[Want]) -> anyhow::Result<Vec<Found>> {
        let asked: Vec<(&Want, bool)> = wants
            .iter()
            .map(|want| {
                let known = matches!(want, Want::Chunks { hash, first, count }
                    if self.on_shelf(*hash, first.saturating_add(*count)).is_some());
                (want, known)
            })
            .collect();
        if asked.iter().all(|(_, known)| *known) {
            return Ok(vec![(None, None); wants.len()]);
        }
        // What others were told of is committed, so its readers know it.
        self.runtime.read(|index| {
            let found = asked.iter().map(|(want, known)| match known {
                true => Ok((None, None)),
                false => Ok(look_up(index, want)?),
            });
            found.collect()
        })
    }

    pub(super) fn manifest(
        &mut self,
        hash: ContentHash,
        (source, manifest): Found,
        packer: &mut Packer,
    ) -> anyhow::Result<()> {
        if let Some(bytes) = manifest {
            return self.writer.part(&bytes, packer);
        }
        let Some(held) = self.open(source, hash) else { return self.writer.missing() };
        let Some(manifest) = recut(&held, hash) else { return self.writer.missing() };
        let bytes = manifest.encode();
        self.shelve(hash, Sending { manifest, held });
        self.writer.part(&bytes, packer)
    }

    /// The front of a manifest, or all of it if that is no longer or not known here.
    pub(super) fn front(
        &mut self,
        (hash, bytes): (ContentHash, u32),
        (source, list): Found,
        packer: &mut Packer,
    ) -> anyhow::Result<()> {
        let known = list.as_deref().and_then(|list| match front::is_front(list) {
            true => Some(list.to_vec()),
            false => front::cut(list, bytes as usize),
        });
        let Some(known) = known else { return self.manifest(hash, (source, list), packer) };
        let Some(held) = self.open(source, hash) else { return self.writer.missing() };
        let content = Content { hash, size: held.size(), chunked: true };
        let Ok(manifest) = front::read(content, &known) else { return self.writer.missing() };
        self.shelve(hash, Sending { manifest, held });
        self.writer.put(Part::Plain(u32::try_from(known.len())?), &known)
    }

    /// The open file of a content, with its chunks up to `last` at least.
    pub(super) fn sending(
        &mut self,
        (hash, last): (ContentHash, u32),
        (source, manifest): Found,
    ) -> Option<Arc<Sending>> {
        if let Some(sending) = self.on_shelf(hash, last) {
            return Some(sending);
        }
        let manifest = Manifest::decode(&manifest?).ok()?;
        let held = self.open(source, hash)?;
        if held.size() != manifest.size() {
            return None;
        }
        Some(self.shelve(hash, Sending { manifest, held }))
    }

    fn on_shelf(&self, hash: ContentHash, last: u32) -> Option<Arc<Sending>> {
        let sending = self.node.serving.shelf.get(self.folder, hash)?;
        sending.knows(last).then_some(sending)
    }

    fn shelve(&self, hash: ContentHash, sending: Sending) -> Arc<Sending> {
        let sending = Arc::new(sending);
        self.node.serving.shelf.put(self.folder, hash, Arc::clone(&sending));
        sending
    }
}

fn look_up(index: &mut IndexReader, want: &Want) -> Result<Found, IndexError> {
    let hash = want.hash();
    Ok(match want {
        Want::Whole { .. } => (Some(source_of(index, hash)?), None),
        Want::Manifest { .. } => match index.manifest(hash)? {
            None => (Some(source_of(index, hash)?), None),
            known => (None, known),
        },
        Want::Front { .. } => {
            let known = index.front(hash)?.map_or_else(|| index.manifest(hash), |f| Ok(Some(f)));
            (Some(source_of(index, hash)?), known?)
        }
        Want::Chunks { .. } => (Some(source_of(index, hash)?), index.manifest(hash)?),
    })
}

/// Where the bytes of a content are on this device.
fn source_of(index: &mut IndexReader, hash: ContentHash) -> Result<ByteSource, IndexError> {
    let disk = index.on_disk(hash)?.into_iter().find_map(|row| Some((row.path, row.disk?.seen)));
    // Also where the index knows of none: a crash may have left the bytes there.
    Ok(disk.map_or(ByteSource::Archive, |(path, seen)| ByteSource::Disk { path, seen }))
}
