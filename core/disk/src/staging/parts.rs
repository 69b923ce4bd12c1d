//! Reading a content of which only parts are here.
//!
//! The chunks that a reader fetched stay in the file of the content; when the last one comes it is
//! complete like any other. Invariant: bytes are handed out only of chunks that were verified since
//! they were last written, and only while the file is the staged one: once it was placed into the
//! folder somebody may write to it.

use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::{Mutex, PoisonError};

use model::ContentHash;

use super::staged::{Presence, Staged};
use super::{StageError, Staging, part_name};
use crate::platform::{facts_of, is_gone};
use crate::reader::ReadError;
use crate::space::Space;

/// Bytes that may be put until the room on the disk is looked at again.
const MEASURE_EVERY: u64 = 16 << 20;

/// Room that was seen on the disk beside its reserve, and not yet taken.
#[derive(Debug, Default)]
pub(super) struct Allowance(Mutex<u64>);

impl Allowance {
    /// Takes room for `bytes`; looks at the disk when what was seen is used up.
    fn take(
        &self,
        bytes: u64,
        look: impl FnOnce() -> Result<Space, StageError>,
    ) -> Result<(), StageError> {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *left < bytes {
            let space = look()?;
            *left = space.free.saturating_sub(space.reserve()).min(MEASURE_EVERY);
        }
        *left = left.checked_sub(bytes).ok_or(StageError::Full)?;
        Ok(())
    }
}

/// A content in files of staging, whole or in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub hash: ContentHash,
    /// What it takes on the disk.
    pub bytes: u64,
    /// When a part last came, in seconds since 1970.
    pub came: i64,
}

impl Staging {
    /// Everything that is in files here, what came longest ago first.
    ///
    /// # Errors
    /// What the system reports.
    pub fn kept(&self) -> io::Result<Vec<Kept>> {
        let mut kept = Vec::new();
        for hash in self.list()? {
            for name in [part_name(hash), hash.to_string()] {
                match self.dir().open_file(&name).and_then(|file| file.metadata()) {
                    Ok(file) => {
                        kept.push(Kept { hash, bytes: file.blocks() * 512, came: file.mtime() });
                    }
                    Err(error) if is_gone(&error) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        kept.sort_by_key(|kept| (kept.came, kept.hash));
        Ok(kept)
    }
}

impl Staged {
    /// The chunks that are here, whether verified or not.
    #[must_use]
    pub fn found(&self) -> Vec<usize> {
        let here =
            |index: &usize| matches!(self.presence(*index), Presence::Present | Presence::Doubted);
        (0..self.manifest().chunks().len()).filter(here).collect()
    }

    /// Whether chunk `index` is here; it is verified first, if it was not yet.
    ///
    /// # Errors
    /// [`StageError::Io`].
    pub fn has(&self, index: usize) -> Result<bool, StageError> {
        self.settle_doubt(index)?;
        Ok(self.presence(index) == Presence::Present)
    }

    /// Whether every chunk is here and verified.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.whole().is_some()
    }

    /// Verifies what was not verified yet, so that it is complete if nothing is missing.
    ///
    /// # Errors
    /// [`StageError::Io`].
    pub fn complete(&self) -> Result<bool, StageError> {
        self.settle_doubts()?;
        Ok(self.is_complete())
    }

    /// Takes over chunk `index` for a reader, once its hash is checked; whether it is here now: not if
    /// somebody else is just writing it.
    ///
    /// # Errors
    /// [`StageError::Corrupt`]; [`StageError::Full`] if the disk has no room for more; [`StageError::Io`].
    pub fn put_part(&self, index: usize, bytes: &[u8]) -> Result<bool, StageError> {
        let chunk = *self.manifest().chunks().get(index).ok_or(StageError::NoSuchChunk(index))?;
        if bytes.len() != chunk.length as usize || ContentHash::of(bytes) != chunk.hash {
            return Err(StageError::Corrupt);
        }
        if !self.claim(&[index]) {
            return self.has(index);
        }
        let room = self.allowance.take(u64::from(chunk.length), || Ok(self.space()?));
        let result = room.and_then(|()| {
            self.write_bytes(chunk, bytes)?;
            Ok(())
        });
        self.settle_claim(&[index], result.is_ok())?;
        result.map(|()| true)
    }

    /// Fills `buffer` from `offset` on. Only for chunks of which [`Staged::has`] was true.
    ///
    /// # Errors
    /// [`ReadError::Differs`] if the file is not the staged one any more.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        self.file().read_exact_at(buffer, offset)?;
        match self.whole() {
            Some(stat) if !facts_of(self.file())?.stat.moved_from(&stat) => Err(ReadError::Differs),
            Some(_) | None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::super::tests::{chunk, named};
    use super::*;
    use crate::testing::{Bed, noise};

    #[test]
    fn parts_leave_the_reserve_of_a_disk_alone_also_when_several_come_at_once() {
        let (allowance, free) = (Allowance::default(), AtomicU64::new(24 << 20));
        let total = 24 << 20;
        let reserve = Space { total, free: total }.reserve();
        let look = || Ok(Space { total, free: free.load(Ordering::Relaxed) });
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        if allowance.take(64 << 10, look).is_ok() {
                            free.fetch_sub(64 << 10, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        let left = free.load(Ordering::Relaxed);
        assert!(left >= reserve && left < reserve + (1 << 20), "{left}");
    }

    #[test]
    fn the_parts_that_were_read_are_read_again_after_a_restart_once_they_are_verified() {
        let bed = Bed::new();
        let bytes = noise(1, 900_000);
        let (content, manifest) = named(&bytes);
        let parts = bed.staging.parts(content, &manifest).unwrap();
        for index in [2, 5] {
            assert!(parts.put_part(index, chunk(&bytes, &manifest, index)).unwrap());
        }
        assert!(matches!(parts.put_part(3, b"wrong"), Err(StageError::Corrupt)));
        let damaged = manifest.chunks()[5];
        parts.file().write_all_at(b"power", damaged.offset + 9).unwrap();
        let again = super::super::Staging::open(bed.root.clone()).unwrap().0;
        let parts = again.parts(content, &manifest).unwrap();
        assert!(parts.found().contains(&2) && parts.found().contains(&5));
        assert!(parts.has(2).unwrap() && !parts.has(5).unwrap() && !parts.has(3).unwrap());
        let place = manifest.chunks()[2];
        let mut read = vec![0; place.length as usize];
        parts.read_at(place.offset, &mut read).unwrap();
        assert_eq!(read, chunk(&bytes, &manifest, 2));
    }

    #[test]
    fn the_last_part_makes_it_complete_and_the_engine_finds_only_what_is_missing() {
        let bed = Bed::new();
        let bytes = noise(2, 900_000);
        let (content, manifest) = named(&bytes);
        let parts = bed.staging.parts(content, &manifest).unwrap();
        let last = manifest.chunks().len() - 1;
        for index in 0..last {
            assert!(parts.put_part(index, chunk(&bytes, &manifest, index)).unwrap());
        }
        assert!(!parts.complete().unwrap());
        let staged = bed.staging.large(content, &manifest).unwrap();
        assert_eq!(staged.missing(), [(last as u32, 1)]);
        assert!(parts.put_part(last, chunk(&bytes, &manifest, last)).unwrap());
        assert!(parts.is_complete() && bed.staging.holds(content.hash).unwrap());
    }

    #[test]
    fn what_the_parts_take_on_the_disk_is_known() {
        let bed = Bed::new();
        let bytes = noise(4, 900_000);
        let (content, manifest) = named(&bytes);
        let parts = bed.staging.parts(content, &manifest).unwrap();
        parts.put_part(1, chunk(&bytes, &manifest, 1)).unwrap();
        parts.file().sync_all().unwrap();
        let kept = bed.staging.kept().unwrap();
        assert_eq!((kept.len(), kept[0].hash), (1, content.hash));
        assert!(kept[0].bytes >= 8192 && kept[0].bytes < 600_000, "{kept:?}");
    }

    #[test]
    fn what_was_placed_and_written_to_is_not_read_as_the_old_content() {
        let bed = Bed::new();
        let bytes = noise(3, 400_000);
        let (content, manifest) = named(&bytes);
        let parts = bed.staging.parts(content, &manifest).unwrap();
        for index in 0..manifest.chunks().len() {
            parts.put_part(index, chunk(&bytes, &manifest, index)).unwrap();
        }
        let mut read = [0; 10];
        parts.read_at(5, &mut read).unwrap();
        assert_eq!(read, bytes[5..15]);
        parts.file().write_all_at(b"edited in place", 0).unwrap();
        assert!(matches!(parts.read_at(5, &mut read), Err(ReadError::Differs)));
    }
}
