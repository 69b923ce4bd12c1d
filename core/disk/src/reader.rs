//! Reading what this device holds, for other devices and for copies here.
//!
//! What is read is told by its [`Place`] with the fingerprint it must have; if something else stands
//! there by now, it is not read. Invariant: bytes of another version are never handed out under this
//! one's name without the receiver being able to tell (it hashes), and [`Held::unchanged`] says after
//! the fact whether all that was read is of one version.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use engine::observation::{Seen, Stat};
use model::{ContentHash, RelPath};

use crate::archive::Archive;
use crate::platform::{Kind, facts_of, is_gone};
use crate::root::Root;
use crate::staging::Staging;

/// Where bytes stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a file of the user.
    Path {
        /// Where.
        path: RelPath,
        /// What must stand there.
        seen: Seen,
    },
    /// In the archive.
    Archive(ContentHash),
    /// In staging, complete.
    Staged(ContentHash),
}

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing is there, or something else than expected.
    #[error("reading a file that is not there as expected")]
    Differs,
    /// The system reported an error.
    #[error("reading a file")]
    Io(#[from] io::Error),
}

/// Opens what one folder holds on this device.
#[derive(Debug, Clone)]
pub struct Reader {
    root: Arc<Root>,
    archive: Archive,
    staging: Arc<Staging>,
}

/// Something open to read.
#[derive(Debug)]
pub struct Held {
    bytes: Bytes,
    size: u64,
}

#[derive(Debug)]
enum Bytes {
    /// A file, and the fingerprint that it had when it was opened.
    File(File, Stat),
    /// A small content in memory.
    Memory(Arc<[u8]>),
}

impl Reader {
    /// A reader of `root` and of what is staged for it.
    #[must_use]
    pub fn new(root: Arc<Root>, staging: Arc<Staging>) -> Self {
        Self { archive: Archive::new(root.clone()), root, staging }
    }

    /// Opens what stands at `place`.
    ///
    /// # Errors
    /// [`ReadError::Differs`] if it does not stand there.
    pub fn open(&self, place: &Place) -> Result<Held, ReadError> {
        match place {
            Place::Path { path, seen } => self.open_path(path, seen),
            Place::Archive(hash) => {
                Held::of_file(self.archive.open(*hash)?.ok_or(ReadError::Differs)?)
            }
            Place::Staged(hash) => match self.staging.bytes(*hash) {
                Some(bytes) => Ok(Held { size: bytes.len() as u64, bytes: Bytes::Memory(bytes) }),
                None => Held::of_file(self.staging.file(*hash)?.ok_or(ReadError::Differs)?),
            },
        }
    }

    /// Everything that stands at `place`: for small files.
    ///
    /// # Errors
    /// [`ReadError::Differs`] also if it changed meanwhile or has more than `limit` bytes.
    pub fn whole(&self, place: &Place, limit: u64) -> Result<Vec<u8>, ReadError> {
        let held = self.open(place)?;
        if held.size > limit {
            return Err(ReadError::Differs);
        }
        let mut bytes = vec![0; held.size as usize];
        held.read_at(0, &mut bytes)?;
        Ok(bytes)
    }

    fn open_path(&self, path: &RelPath, seen: &Seen) -> Result<Held, ReadError> {
        let opened = self.root.parent(path).and_then(|dir| dir.open_file(path.name()));
        let file = match opened {
            Ok(file) => file,
            Err(error) if is_gone(&error) => return Err(ReadError::Differs),
            Err(error) => return Err(error.into()),
        };
        let held = Held::of_file(file)?;
        if held.is_as(&seen.stat) { Ok(held) } else { Err(ReadError::Differs) }
    }
}

impl Held {
    pub(crate) fn of_file(file: File) -> Result<Self, ReadError> {
        let facts = facts_of(&file)?;
        if facts.kind != Kind::File {
            return Err(ReadError::Differs);
        }
        Ok(Self { size: facts.stat.size, bytes: Bytes::File(file, facts.stat) })
    }

    /// Its bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Fills `buffer` from `offset` on; may be called from several threads.
    ///
    /// # Errors
    /// [`ReadError::Differs`] if the file ends before that or was written to since it was opened. Only
    /// another name or mode does not matter here.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        match &self.bytes {
            Bytes::File(file, stat) => {
                match file.read_exact_at(buffer, offset) {
                    Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                        return Err(ReadError::Differs);
                    }
                    result => result?,
                }
                if facts_of(file)?.stat.moved_from(stat) { Ok(()) } else { Err(ReadError::Differs) }
            }
            Bytes::Memory(bytes) => {
                let start = usize::try_from(offset).map_err(|_| ReadError::Differs)?;
                let end = start.checked_add(buffer.len()).ok_or(ReadError::Differs)?;
                buffer.copy_from_slice(bytes.get(start..end).ok_or(ReadError::Differs)?);
                Ok(())
            }
        }
    }

    /// Whether the fingerprint is what it was when the file was opened.
    ///
    /// # Errors
    /// What the system reports.
    pub fn unchanged(&self) -> io::Result<bool> {
        match &self.bytes {
            Bytes::File(file, stat) => Ok(facts_of(file)?.stat == *stat),
            Bytes::Memory(_) => Ok(true),
        }
    }

    /// The open file, unless the bytes are in memory.
    pub(crate) fn file(&self) -> Option<&File> {
        match &self.bytes {
            Bytes::File(file, _) => Some(file),
            Bytes::Memory(_) => None,
        }
    }

    /// Whether it is a file that had this fingerprint when it was opened.
    pub(crate) fn is_as(&self, seen: &Stat) -> bool {
        match &self.bytes {
            Bytes::File(_, stat) => stat == seen,
            Bytes::Memory(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bed, path};

    #[test]
    fn a_file_is_read_only_while_it_is_what_was_seen() {
        let bed = Bed::new();
        bed.write("d/a", "one");
        let place = Place::Path { path: path("d/a"), seen: bed.seen("d/a") };
        assert_eq!(bed.reader().whole(&place, 10).unwrap(), b"one");
        assert!(matches!(bed.reader().whole(&place, 2), Err(ReadError::Differs)));
        let held = bed.reader().open(&place).unwrap();
        bed.write("d/a", "two");
        assert!(matches!(held.read_at(0, &mut [0; 3]), Err(ReadError::Differs)));
        assert!(!held.unchanged().unwrap());
        assert!(matches!(bed.reader().open(&place), Err(ReadError::Differs)));
        bed.remove("d/a");
        assert!(matches!(bed.reader().open(&place), Err(ReadError::Differs)));
    }

    #[test]
    fn reading_goes_on_when_the_file_is_renamed() {
        let bed = Bed::new();
        bed.write("a", "one");
        let place = Place::Path { path: path("a"), seen: bed.seen("a") };
        let held = bed.reader().open(&place).unwrap();
        std::fs::rename(bed.at("a"), bed.at("b")).unwrap();
        let mut bytes = [0; 3];
        held.read_at(0, &mut bytes).unwrap();
        assert_eq!(&bytes, b"one");
    }

    #[test]
    fn a_link_is_never_read_through() {
        let bed = Bed::new();
        bed.write("a", "one");
        let seen = bed.seen("a");
        std::os::unix::fs::symlink("a", bed.at("link")).unwrap();
        let place = Place::Path { path: path("link"), seen };
        assert!(matches!(bed.reader().open(&place), Err(ReadError::Differs)));
    }

    #[test]
    fn staged_and_archived_contents_are_read_by_their_hash() {
        let bed = Bed::new();
        let hash = ContentHash::of(b"new");
        assert!(bed.reader().open(&Place::Staged(hash)).is_err());
        assert!(bed.reader().open(&Place::Archive(hash)).is_err());
        bed.staging.small(hash, b"new".to_vec()).unwrap();
        assert_eq!(bed.reader().whole(&Place::Staged(hash), 10).unwrap(), b"new");
        bed.write("a", "new");
        Archive::new(bed.root.clone()).take(bed.root.top(), "a", hash).unwrap();
        assert_eq!(bed.reader().whole(&Place::Archive(hash), 10).unwrap(), b"new");
    }
}
