//! What stands in a directory, and what tells two directories apart.
//!
//! Compared: bytes, permission bits, the modification time of files, the text of links, which
//! directories there are. Not compared: what `core/docs/semantics.md` says is not kept.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Where a service keeps its own things in a folder.
const OWN: &str = ".homefold";

/// Everything below a directory, by relative path.
pub(crate) type Tree = BTreeMap<PathBuf, Standing>;

/// What stands at a path.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    File { mode: u32, mtime: (i64, i64), bytes: Vec<u8> },
    Link(PathBuf),
    Directory { mode: u32 },
}

impl std::fmt::Debug for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File { mode, mtime, bytes } => {
                let (start, length) = (&bytes[..bytes.len().min(24)], bytes.len());
                let start = String::from_utf8_lossy(start);
                write!(f, "file {mode:o} of {length} bytes from {mtime:?} {start:?}")
            }
            Self::Link(target) => write!(f, "link to {target:?}"),
            Self::Directory { mode } => write!(f, "directory {mode:o}"),
        }
    }
}

/// Everything below `top`. What vanishes while it is looked at is left out.
pub(crate) fn tree_of(top: &Path) -> Tree {
    let mut tree = Tree::new();
    gather(top, Path::new(""), &mut tree);
    tree
}

fn gather(directory: &Path, below: &Path, tree: &mut Tree) {
    let Ok(listing) = std::fs::read_dir(directory) else { return };
    for entry in listing.flatten() {
        let path = below.join(entry.file_name());
        if path == Path::new(OWN) {
            continue;
        }
        if let Some(standing) = look(&entry.path()) {
            let directory = matches!(standing, Standing::Directory { .. });
            tree.insert(path.clone(), standing);
            if directory {
                gather(&entry.path(), &path, tree);
            }
        }
    }
}

fn look(path: &Path) -> Option<Standing> {
    let seen = path.symlink_metadata().ok()?;
    let mode = seen.permissions().mode() & 0o777;
    if seen.is_symlink() {
        return Some(Standing::Link(std::fs::read_link(path).ok()?));
    }
    if seen.is_dir() {
        return Some(Standing::Directory { mode });
    }
    let bytes = std::fs::read(path).ok()?;
    Some(Standing::File { mode, mtime: (seen.mtime(), seen.mtime_nsec()), bytes })
}

/// What stands differently in two trees, a line for each path, the first thirty.
pub(crate) fn difference(left: &Tree, right: &Tree) -> Vec<String> {
    let paths: BTreeSet<&PathBuf> = left.keys().chain(right.keys()).collect();
    let different = paths.into_iter().filter(|path| left.get(*path) != right.get(*path));
    different
        .map(|path| format!("{path:?}: {:?} | {:?}", left.get(path), right.get(path)))
        .take(30)
        .collect()
}
