//! The archive: replaced and deleted versions, kept under the hash of their content.
//!
//! A version comes in by a rename, so it costs nothing and its bytes are as durable as they were.
//! Invariant: a file in the archive is never written to by the service; it goes only by
//! [`Archive::remove`]. Not here: how long a version is kept (`engine`).

use std::fs::File;
use std::io;
use std::sync::Arc;

use model::{ContentHash, WallTime};

use crate::platform::{Dir, Kind, is_gone};
use crate::root::Root;

/// The archive of one folder.
#[derive(Debug, Clone)]
pub struct Archive {
    root: Arc<Root>,
}

/// A version in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Archived {
    /// The content's name.
    pub hash: ContentHash,
    /// Its bytes.
    pub size: u64,
    /// When it came into the archive.
    pub since: WallTime,
}

impl Archive {
    /// The archive in `root`.
    #[must_use]
    pub fn new(root: Arc<Root>) -> Self {
        Self { root }
    }

    /// Everything in it, sorted by hash.
    ///
    /// # Errors
    /// What the system reports.
    pub fn list(&self) -> io::Result<Vec<Archived>> {
        let mut shelves = Vec::new();
        self.root.archive().list(&mut |entry| shelves.push(entry))?;
        let mut all = Vec::new();
        for shelf in shelves.iter().filter_map(|entry| entry.text()) {
            let dir = self.root.archive().open_child(shelf)?;
            let mut hashes = Vec::new();
            dir.list(&mut |entry| hashes.extend(entry.text().and_then(ContentHash::parse)))?;
            for hash in hashes {
                all.extend(archived(&dir, hash)?);
            }
        }
        all.sort_unstable_by_key(|archived| archived.hash);
        Ok(all)
    }

    /// The version of that name.
    ///
    /// # Errors
    /// What the system reports.
    pub fn get(&self, hash: ContentHash) -> io::Result<Option<Archived>> {
        match self.shelf(hash)? {
            Some(dir) => archived(&dir, hash),
            None => Ok(None),
        }
    }

    /// Opens the version of that name to read.
    ///
    /// # Errors
    /// What the system reports.
    pub fn open(&self, hash: ContentHash) -> io::Result<Option<File>> {
        let Some(dir) = self.shelf(hash)? else { return Ok(None) };
        match dir.open_file(&hash.to_string()) {
            Ok(file) => Ok(Some(file)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes the version of that name for good; whether there was one.
    ///
    /// # Errors
    /// What the system reports.
    pub fn remove(&self, hash: ContentHash) -> io::Result<bool> {
        let Some(dir) = self.shelf(hash)? else { return Ok(false) };
        match dir.remove_file(&hash.to_string()) {
            Ok(()) => Ok(true),
            Err(error) if is_gone(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Moves the file `name` of `from`, whose content is `hash`, into the archive, where it
    /// replaces a file of the same content. Gives the directory that is to be made durable.
    pub(crate) fn take(&self, from: &Dir, name: &str, hash: ContentHash) -> io::Result<Dir> {
        let shelf = shelf_name(hash);
        let dir = match self.root.archive().open_child(&shelf) {
            Ok(dir) => dir,
            Err(error) if is_gone(&error) => {
                match self.root.archive().make_dir(&shelf, 0o700) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                        return Err(error);
                    }
                    Ok(()) | Err(_) => {}
                }
                self.root.archive().sync()?;
                self.root.archive().open_child(&shelf)?
            }
            Err(error) => return Err(error),
        };
        from.rename_over(name, &dir, &hash.to_string())?;
        Ok(dir)
    }

    fn shelf(&self, hash: ContentHash) -> io::Result<Option<Dir>> {
        match self.root.archive().open_child(&shelf_name(hash)) {
            Ok(dir) => Ok(Some(dir)),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn shelf_name(hash: ContentHash) -> String {
    hash.to_string()[..2].to_owned()
}

fn archived(dir: &Dir, hash: ContentHash) -> io::Result<Option<Archived>> {
    let facts = dir.facts(&hash.to_string())?;
    Ok(facts.filter(|facts| facts.kind == Kind::File).map(|facts| Archived {
        hash,
        size: facts.stat.size,
        since: facts.stat.ctime,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::FolderId;
    use std::fs;
    use std::io::Read;

    #[test]
    fn a_version_is_kept_under_its_hash_until_it_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let root = Arc::new(Root::adopt(dir.path(), FolderId([1; 16])).unwrap());
        let archive = Archive::new(root.clone());
        let hash = ContentHash::of(b"old");
        assert!(archive.list().unwrap().is_empty());
        assert!(archive.get(hash).unwrap().is_none());
        for name in ["a", "b"] {
            fs::write(dir.path().join(name), "old").unwrap();
            archive.take(root.top(), name, hash).unwrap();
            assert!(!dir.path().join(name).exists());
        }
        let listed = archive.list().unwrap();
        assert_eq!((listed.len(), listed[0].hash, listed[0].size), (1, hash, 3));
        let mut text = String::new();
        archive.open(hash).unwrap().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "old");
        assert!(archive.remove(hash).unwrap());
        assert!(!archive.remove(hash).unwrap());
        assert!(archive.open(hash).unwrap().is_none());
    }
}
