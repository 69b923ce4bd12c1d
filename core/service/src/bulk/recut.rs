//! The list of a file's chunks when no index has it any more: it is made again from the bytes.
//!
//! An index that was lost or set back takes its manifests along, while the bytes may still stand in the
//! folder or in the archive. Invariant: a list is given out only if it has the name that was asked for.

use std::io::{self, Read};

use content::Manifest;
use disk::Held;
use model::ContentHash;

/// The manifest called `hash` of what `held` shows; `None` if it shows something else.
pub(super) fn recut(held: &Held, hash: ContentHash) -> Option<Manifest> {
    let mut reader = Sequential { held, at: 0 };
    let (content, manifest) = content::read_all(&mut reader, held.size()).ok()?;
    manifest.filter(|_| content.hash == hash)
}

/// Reads from the start to the end.
struct Sequential<'a> {
    held: &'a Held,
    at: u64,
}

impl Read for Sequential<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.held.size() - self.at;
        let length = into.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        self.held.read_at(self.at, &mut into[..length]).map_err(io::Error::other)?;
        self.at += length as u64;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use disk::{Place, Reader, Root, Staging};
    use model::FolderId;

    use super::*;

    #[test]
    fn a_manifest_that_was_lost_is_made_again_and_goes_by_no_other_name() {
        let directory = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> =
            (0..300_000u32).flat_map(|i| i.wrapping_mul(i).to_le_bytes()).collect();
        let (content, manifest) = content::read_all(&mut &bytes[..], bytes.len() as u64).unwrap();
        let manifest = manifest.unwrap();
        let root = Arc::new(Root::adopt(directory.path(), FolderId([7; 16])).unwrap());
        let staging = Arc::new(Staging::open(Arc::clone(&root)).unwrap().0);
        let staged = staging.large(content, &manifest).unwrap();
        for (number, chunk) in manifest.chunks().iter().enumerate() {
            let from = usize::try_from(chunk.offset).unwrap();
            staged.put(number, &bytes[from..from + chunk.length as usize]).unwrap();
        }
        let held = Reader::new(root, staging).open(&Place::Staged(content.hash)).unwrap();
        assert_eq!(recut(&held, content.hash), Some(manifest));
        assert_eq!(recut(&held, ContentHash::of(b"another")), None);
    }
}
