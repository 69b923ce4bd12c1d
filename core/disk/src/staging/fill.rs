//! Copying chunks that stand in other files of this disk.
//!
//! Neighbouring chunks are copied as one run within the kernel. They are not hashed: the other file's
//! fingerprint is the same before and after, so its chunks are what its manifest says.

use std::fs::File;

use content::Manifest;
use model::ContentHash;

use super::StageError;
use super::staged::Staged;
use crate::platform::{copy_range, reflink};
use crate::reader::Held;

/// Bytes that are copied before the other file's fingerprint is checked again.
const RUN_MAX: u64 = 64 << 20;

/// Neighbouring chunks here that are neighbours in the other file too.
struct Run {
    chunks: Vec<usize>,
    /// Where they begin in the other file.
    from: u64,
    length: u64,
}

impl Staged {
    /// Copies every missing chunk that `other` has, which consists of the chunks of `manifest`. The
    /// bytes are shared where the file system can. Gives the number of bytes taken over.
    ///
    /// # Errors
    /// [`StageError::Io`]. If `other` changes meanwhile, what was copied since the last check does not
    /// count and the copying ends without an error.
    pub fn fill_from(&self, other: &Held, manifest: &Manifest) -> Result<u64, StageError> {
        let Some(source) = other.file() else { return Ok(0) };
        let before = self.missing_bytes();
        if similar(self.manifest(), manifest) && !self.share_whole(other, source, manifest)? {
            return Ok(0);
        }
        for run in self.runs(manifest) {
            let claimed = self.claim(&run.chunks);
            if !claimed {
                continue;
            }
            let copied = self.copy_run(other, source, &run);
            let intact = matches!(copied, Ok(true));
            self.settle_claim(&run.chunks, intact)?;
            if !copied? {
                break;
            }
        }
        Ok(before.saturating_sub(self.missing_bytes()))
    }

    /// Begins with a copy of the whole other file that shares its blocks, if nothing is here yet and
    /// the file system can; false if the other file changed meanwhile.
    fn share_whole(
        &self,
        other: &Held,
        source: &File,
        manifest: &Manifest,
    ) -> Result<bool, StageError> {
        let all: Vec<usize> = (0..self.manifest().chunks().len()).collect();
        if !self.claim(&all) {
            return Ok(true);
        }
        let shared = reflink(source, self.file());
        let unchanged = match &shared {
            Ok(true) => {
                self.has_no_holes();
                self.file().set_len(self.content().size).and_then(|()| other.unchanged())
            }
            Ok(false) | Err(_) => Ok(true),
        };
        let took = matches!((&shared, &unchanged), (Ok(true), Ok(true)));
        let same = |index: &usize| {
            took && manifest.chunks().get(*index) == self.manifest().chunks().get(*index)
        };
        let (there, missing): (Vec<usize>, Vec<usize>) = all.into_iter().partition(same);
        self.settle_claim(&missing, false)?;
        self.settle_claim(&there, true)?;
        shared?;
        Ok(unchanged?)
    }

    /// Whether `other` was still unchanged after the run was copied.
    fn copy_run(&self, other: &Held, source: &File, run: &Run) -> Result<bool, StageError> {
        let to = self.manifest().chunks()[run.chunks[0]].offset;
        let copied = copy_range((source, run.from), (self.file(), to), run.length)?;
        if copied == run.length && other.unchanged()? {
            self.written(copied);
            return Ok(true);
        }
        self.has_no_holes();
        Ok(false)
    }

    /// What is missing here and stands in the other file.
    fn runs(&self, manifest: &Manifest) -> Vec<Run> {
        let chunks = self.manifest().chunks();
        let mut runs: Vec<Run> = Vec::new();
        for (index, from) in self.found_in(manifest) {
            let length = u64::from(chunks[index].length);
            match runs.last_mut() {
                Some(run)
                    if run.chunks.last() == Some(&index.wrapping_sub(1))
                        && run.from + run.length == from
                        && run.length + length <= RUN_MAX =>
                {
                    run.chunks.push(index);
                    run.length += length;
                }
                Some(_) | None => runs.push(Run { chunks: vec![index], from, length }),
            }
        }
        runs
    }

    /// The missing chunks that `manifest` has too, with their offset there. Of several places the one
    /// that follows the chunk before is taken, so that runs are long.
    fn found_in(&self, manifest: &Manifest) -> Vec<(usize, u64)> {
        let others = manifest.chunks();
        let mut places: Vec<(ContentHash, usize)> =
            others.iter().enumerate().map(|(i, chunk)| (chunk.hash, i)).collect();
        places.sort_unstable();
        let mut next = 0;
        let mut found = Vec::new();
        for index in self.missing_chunks() {
            let hash = self.manifest().chunks()[index].hash;
            let follows = others.get(next).filter(|chunk| chunk.hash == hash).map(|_| next);
            let place = follows.or_else(|| {
                let first = places.partition_point(|(other, _)| *other < hash);
                places.get(first).filter(|(other, _)| *other == hash).map(|(_, i)| *i)
            });
            if let Some(place) = place {
                found.push((index, others[place].offset));
                next = place + 1;
            }
        }
        found
    }
}

/// Whether sharing the whole of the other file is worth it: half of the chunks stand at the same place.
fn similar(one: &Manifest, other: &Manifest) -> bool {
    let same = one.chunks().iter().zip(other.chunks()).filter(|(a, b)| a == b).count();
    same * 2 > one.chunks().len()
}
