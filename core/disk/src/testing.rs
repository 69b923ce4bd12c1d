//! A folder in a temporary directory, for the tests of this crate.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use engine::observation::Seen;
use model::{EntryKind, FolderId, RelPath};

use crate::platform::Kind;
use crate::{Archive, Reader, Root, Staging};

pub(crate) struct Bed {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) root: Arc<Root>,
    pub(crate) staging: Arc<Staging>,
}

pub(crate) fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

/// Bytes without a pattern, the same for the same seed.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&seed.to_be_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

impl Bed {
    pub(crate) fn new() -> Self {
        Self::in_dir(tempfile::tempdir().unwrap())
    }

    pub(crate) fn in_dir(dir: tempfile::TempDir) -> Self {
        let root = Arc::new(Root::adopt(dir.path(), FolderId([7; 16])).unwrap());
        let (staging, _) = Staging::open(root.clone()).unwrap();
        Self { dir, root, staging: Arc::new(staging) }
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let at = self.at(name);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.at(name)).unwrap()
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.at(name)).unwrap();
    }

    /// What stands at `name`, as a scan would see it.
    pub(crate) fn seen(&self, name: &str) -> Seen {
        let facts = self.root.facts(&path(name)).unwrap().unwrap();
        let mode = facts.stat.mode;
        let kind = match facts.kind {
            Kind::File => {
                let mut file = fs::File::open(self.at(name)).unwrap();
                let content = content::read_all(&mut file, facts.stat.size).unwrap().0;
                EntryKind::File { content, mode }
            }
            Kind::Directory => EntryKind::Directory { mode },
            Kind::Symlink => {
                let target = fs::read_link(self.at(name)).unwrap();
                EntryKind::Symlink { target: target.to_str().unwrap().to_owned() }
            }
            Kind::Other => panic!("{name} is no entry"),
        };
        Seen { kind, stat: facts.stat }
    }

    pub(crate) fn reader(&self) -> Reader {
        Reader::new(self.root.clone(), self.staging.clone())
    }

    pub(crate) fn archive(&self) -> Archive {
        Archive::new(self.root.clone())
    }

    /// Names left in staging.
    pub(crate) fn staged_names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.at(".homefold/staging"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}
