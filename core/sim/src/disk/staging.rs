//! Bytes beside the tree: contents on their way into it, kept chunk by chunk.

use std::collections::BTreeMap;
use std::rc::Rc;

use model::{Content, ContentHash};

use super::Disk;
use super::node::{Blob, Node};
use crate::random::Random;
use crate::toy;

/// A content of which some chunks are here. Every chunk was checked when it came.
#[derive(Debug, Clone, Default)]
pub struct Staged {
    /// A small content as a whole.
    pub whole: Option<Rc<Blob>>,
    /// Chunks of a larger one.
    pub chunks: BTreeMap<u32, Vec<u8>>,
}

impl Disk {
    /// Keeps a small content that came.
    pub fn stage_whole(&mut self, hash: ContentHash, bytes: Vec<u8>) {
        self.staging.entry(hash).or_default().whole = Some(Blob::new(bytes));
    }

    /// Keeps a chunk that came.
    pub fn stage_chunk(&mut self, hash: ContentHash, index: u32, bytes: Vec<u8>) {
        self.staging.entry(hash).or_default().chunks.insert(index, bytes);
    }

    /// The staged bytes, if all of them are there and fit their name.
    #[must_use]
    pub fn staged(&self, content: Content) -> Option<Rc<Blob>> {
        let staged = self.staging.get(&content.hash)?;
        let blob = match &staged.whole {
            Some(blob) => Rc::clone(blob),
            None => Blob::new(staged.chunks.values().flatten().copied().collect()),
        };
        (blob.content == content).then_some(blob)
    }

    /// Copies chunks that stand in other files of this disk.
    pub fn stage_alike(&mut self, hash: ContentHash, chunks: &[ContentHash], alike: &[Vec<u8>]) {
        for (index, wanted) in (0u32..).zip(chunks) {
            let mut parts = alike.iter().flat_map(|bytes| bytes.chunks(toy::CHUNK));
            if let Some(part) = parts.find(|part| ContentHash::of(part) == *wanted) {
                let part = part.to_vec();
                self.stage_chunk(hash, index, part);
            }
        }
    }

    /// Runs `(first, count)` of the chunks that are not staged.
    #[must_use]
    pub fn missing(&self, hash: ContentHash, chunks: u32) -> Vec<(u32, u32)> {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for index in 0..chunks {
            let here = self.staging.get(&hash).is_some_and(|s| s.chunks.contains_key(&index));
            match runs.last_mut() {
                _ if here => {}
                Some((first, count)) if *first + *count == index => *count += 1,
                Some(_) | None => runs.push((index, 1)),
            }
        }
        runs
    }

    /// A kill of the service: small contents were kept in its memory.
    pub fn lose_memory(&mut self) {
        self.staging.values_mut().for_each(|staged| staged.whole = None);
    }

    /// What a power cut leaves of the staging.
    pub fn lose_staging(&mut self, random: &mut Random) {
        self.staging.retain(|_, _| random.percent(50));
        for staged in self.staging.values_mut() {
            staged.chunks.retain(|_, _| random.percent(70));
        }
    }

    /// The bytes of a file of the tree that is still as it was seen.
    #[must_use]
    pub fn read(
        &self,
        path: &model::RelPath,
        seen: &engine::observation::Seen,
    ) -> Option<Rc<Blob>> {
        let node = self.tree.get(path).filter(|node| node.stat() == seen.stat)?;
        Node::blob(node).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_is_complete_when_all_its_chunks_came() {
        let bytes = b"one and two and three";
        let content = toy::content_of(bytes);
        let manifest = toy::manifest_of(bytes).unwrap();
        let chunks = toy::chunks_of(&manifest.bytes).unwrap();
        let mut disk = Disk::default();
        assert_eq!(disk.missing(content.hash, 6), [(0, 6)]);
        disk.stage_alike(content.hash, &chunks, &[b"zeroand two ".to_vec()]);
        disk.stage_chunk(content.hash, 0, b"one ".to_vec());
        assert_eq!(disk.missing(content.hash, 6), [(4, 2)]);
        assert!(disk.staged(content).is_none());
        for index in 4..6 {
            let part = toy::chunk(bytes, index).unwrap().to_vec();
            disk.stage_chunk(content.hash, index, part);
        }
        assert_eq!(disk.staged(content).unwrap().bytes, bytes);
    }
}
