//! The files of the demonstration: this repository's own documents and some of its sources.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace;

/// What is copied: from the checkout, to the sample folder.
const COPIED: &[(&str, &str)] = &[
    ("README.md", "README.md"),
    ("ARCHITECTURE.md", "ARCHITECTURE.md"),
    ("core/docs", "docs"),
    ("core/model/src", "sources/model"),
    ("core/engine/src", "sources/engine"),
];

/// Fills `folder` and tells how many files and bytes it holds.
///
/// # Errors
/// When a file cannot be copied.
pub(super) fn fill(folder: &Path) -> Result<(usize, u64)> {
    let root = workspace::root();
    for (from, to) in COPIED.iter().filter(|(from, _)| root.join(from).exists()) {
        copy(&root.join(from), &folder.join(to))?;
    }
    let files = files(folder)?;
    Ok((files.len(), files.iter().map(|(_, bytes)| bytes.len() as u64).sum()))
}

/// Files and their bytes, sorted by name.
pub(crate) type Files = Vec<(PathBuf, Vec<u8>)>;

/// Every file under `folder` with its bytes, sorted by name.
///
/// # Errors
/// When one cannot be read.
pub(super) fn files(folder: &Path) -> Result<Files> {
    let read = |path: PathBuf| fs::read(folder.join(&path)).map(|bytes| (path, bytes));
    let paths = workspace::files(folder)?.into_iter();
    // Names with a dot in front are the service's own while it writes.
    let seen = |path: &PathBuf| !path.iter().any(|part| part.to_string_lossy().starts_with('.'));
    paths.filter(seen).map(|path| read(path).context("reading the sample")).collect()
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let context = || format!("copying {}", from.display());
    if !from.is_dir() {
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        fs::copy(from, to).with_context(context)?;
        return Ok(());
    }
    fs::create_dir_all(to).with_context(context)?;
    for entry in fs::read_dir(from).with_context(context)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
