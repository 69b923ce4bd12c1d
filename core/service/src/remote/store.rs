//! Where the pieces of a content are kept that came from elsewhere.
//!
//! Chunks of larger files go into the folder's staging, where they stay over a restart; what can't go
//! there (small files, lists of chunks, anything while the disk has no room) waits in memory, the oldest
//! giving way beyond [`MEMORY_MAX`]. Invariant: what is kept was checked against its hash.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use content::{Manifest, front};
use disk::{ReadError, StageError, Staged};
use model::{Content, ContentHash};

/// Bytes of one content that wait in memory.
const MEMORY_MAX: usize = 32 << 20;

/// The pieces of one content.
pub(super) struct Store {
    parts: Parts,
    memory: Mutex<Memory>,
}

/// What the pieces are.
pub(super) enum Parts {
    /// One, of this hash: a small file, or a list of chunks.
    One(ContentHash),
    /// One, the list of this content's chunks or the front of it.
    Front(Content),
    /// The chunks of a larger file, and their place on the disk if there is one.
    Chunks(Box<Manifest>, Option<Arc<Staged>>),
}

#[derive(Default)]
struct Memory {
    pieces: BTreeMap<usize, Bytes>,
    order: VecDeque<usize>,
    bytes: usize,
}

/// What became of a piece.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Put {
    /// It is here; these gave way to it.
    Here(Vec<usize>),
    /// Somebody else is just writing it.
    Elsewhere,
    /// Its bytes don't fit its hash.
    Corrupt,
}

/// Why bytes can't be read here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Gone {
    /// This piece is not here.
    Piece(usize),
    /// The place of all of them is another now.
    Moved,
}

impl Store {
    pub(super) fn new(parts: Parts) -> Self {
        Self { parts, memory: Mutex::default() }
    }

    /// The place of the chunks on the disk.
    pub(super) fn staged(&self) -> Option<&Arc<Staged>> {
        match &self.parts {
            Parts::One(_) | Parts::Front(_) => None,
            Parts::Chunks(_, staged) => staged.as_ref(),
        }
    }

    /// Bytes of a piece, or the most that it can have.
    pub(super) fn length(&self, piece: usize) -> Option<usize> {
        match &self.parts {
            Parts::One(_) | Parts::Front(_) => (piece == 0).then_some(content::pack::PACK_MAX),
            Parts::Chunks(manifest, _) => {
                manifest.chunks().get(piece).map(|chunk| chunk.length as usize)
            }
        }
    }

    /// Checks and keeps a piece.
    pub(super) fn put(&self, piece: usize, bytes: &[u8]) -> Put {
        let hash = match &self.parts {
            Parts::One(hash) => *hash,
            Parts::Front(content) if front::read(*content, bytes).is_ok() => {
                return Put::Here(self.memory().keep(piece, Bytes::copy_from_slice(bytes)));
            }
            Parts::Front(content) => content.hash,
            Parts::Chunks(manifest, staged) => {
                match staged.as_ref().map(|staged| staged.put_part(piece, bytes)) {
                    Some(Ok(true)) => return Put::Here(Vec::new()),
                    Some(Ok(false)) => return Put::Elsewhere,
                    Some(Err(StageError::Corrupt | StageError::NoSuchChunk(_))) => {
                        return Put::Corrupt;
                    }
                    // The reader shall not suffer from a disk that is full.
                    Some(Err(StageError::Full | StageError::Manifest | StageError::Io(_)))
                    | None => {}
                }
                let Some(chunk) = manifest.chunks().get(piece) else { return Put::Corrupt };
                chunk.hash
            }
        };
        if ContentHash::of(bytes) != hash {
            return Put::Corrupt;
        }
        Put::Here(self.memory().keep(piece, Bytes::copy_from_slice(bytes)))
    }

    /// Whether a piece is here.
    pub(super) fn has(&self, piece: usize) -> bool {
        let on_disk = |staged: &Arc<Staged>| staged.has(piece).unwrap_or(false);
        self.memory().pieces.contains_key(&piece) || self.staged().is_some_and(on_disk)
    }

    /// Every piece that waits in memory.
    pub(super) fn in_memory(&self) -> Vec<(usize, Bytes)> {
        let memory = self.memory();
        memory.pieces.iter().map(|(piece, bytes)| (*piece, bytes.clone())).collect()
    }

    /// The only piece.
    pub(super) fn whole(&self) -> Option<Bytes> {
        self.memory().pieces.get(&0).cloned()
    }

    /// Fills `into` from `offset` on.
    pub(super) fn read(&self, offset: u64, into: &mut [u8]) -> Result<(), Gone> {
        let Parts::Chunks(manifest, _) = &self.parts else {
            let whole = self.memory().pieces.get(&0).cloned().ok_or(Gone::Piece(0))?;
            let start = usize::try_from(offset).map_err(|_| Gone::Piece(0))?;
            let bytes = whole.get(start..start + into.len()).ok_or(Gone::Piece(0))?;
            into.copy_from_slice(bytes);
            return Ok(());
        };
        let wanted = offset..offset + into.len() as u64;
        let mut run = wanted.start..wanted.start;
        for piece in manifest.chunks_in(wanted.clone()) {
            let chunk = manifest.chunks()[piece];
            let bytes = chunk.offset.max(wanted.start)..chunk.end().min(wanted.end);
            let in_memory = self.memory().pieces.get(&piece).cloned();
            if let Some(kept) = in_memory {
                self.read_staged(&run, wanted.start, into)?;
                let from = (bytes.start - chunk.offset) as usize;
                place(&bytes, wanted.start, into)
                    .copy_from_slice(&kept[from..from + (bytes.end - bytes.start) as usize]);
                run = bytes.end..bytes.end;
                continue;
            }
            match self.staged().map(|staged| staged.has(piece)) {
                Some(Ok(true)) => run.end = bytes.end,
                Some(Ok(false) | Err(_)) | None => return Err(Gone::Piece(piece)),
            }
        }
        self.read_staged(&run, wanted.start, into)
    }

    /// Neighbouring chunks are read at once.
    fn read_staged(&self, run: &Range<u64>, base: u64, into: &mut [u8]) -> Result<(), Gone> {
        if run.is_empty() {
            return Ok(());
        }
        let staged = self.staged().ok_or(Gone::Moved)?;
        match staged.read_at(run.start, place(run, base, into)) {
            Ok(()) => Ok(()),
            Err(ReadError::Differs | ReadError::Io(_)) => Err(Gone::Moved),
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place<'a>(bytes: &Range<u64>, base: u64, into: &'a mut [u8]) -> &'a mut [u8] {
    &mut into[(bytes.start - base) as usize..(bytes.end - base) as usize]
}

impl Memory {
    /// Keeps a piece; which ones gave way to it.
    fn keep(&mut self, piece: usize, bytes: Bytes) -> Vec<usize> {
        if self.pieces.contains_key(&piece) {
            return Vec::new();
        }
        let mut gone = Vec::new();
        while self.bytes + bytes.len() > MEMORY_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.pieces.remove(&oldest).map_or(0, |bytes| bytes.len());
            gone.push(oldest);
        }
        self.bytes += bytes.len();
        self.order.push_back(piece);
        self.pieces.insert(piece, bytes);
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunked(bytes: &[u8]) -> Manifest {
        content::read_all(&mut &bytes[..], bytes.len() as u64).unwrap().1.unwrap()
    }

    fn noise(length: usize) -> Vec<u8> {
        (0..length as u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
    }

    #[test]
    fn without_a_place_on_the_disk_the_oldest_pieces_give_way() {
        let bytes = noise(40 << 20);
        let manifest = chunked(&bytes);
        let store = Store::new(Parts::Chunks(Box::new(manifest.clone()), None));
        let mut gone = 0;
        for (piece, chunk) in manifest.chunks().iter().enumerate() {
            let bytes = &bytes[chunk.offset as usize..chunk.end() as usize];
            match store.put(piece, bytes) {
                Put::Here(pieces) => gone += pieces.len(),
                Put::Elsewhere | Put::Corrupt => panic!("{piece} was not kept"),
            }
        }
        assert!(gone > 0 && store.memory().bytes <= MEMORY_MAX);
        let mut read = vec![0; 3 << 20];
        store.read(36 << 20, &mut read).unwrap();
        assert!(read == bytes[36 << 20..39 << 20]);
        assert_eq!(store.read(0, &mut read), Err(Gone::Piece(0)));
    }

    #[test]
    fn what_does_not_fit_its_hash_is_not_kept() {
        let store = Store::new(Parts::One(ContentHash::of(b"right")));
        assert_eq!(store.put(0, b"wrong"), Put::Corrupt);
        assert!(!store.has(0));
        assert_eq!(store.put(0, b"right"), Put::Here(Vec::new()));
        let mut read = [0; 3];
        store.read(2, &mut read).unwrap();
        assert_eq!(&read, b"ght");
    }
}
