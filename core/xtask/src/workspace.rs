//! Where things are: the root of the checkout, its files, and a cache outside it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders that hold nothing written by people.
const SKIPPED: &[&str] = &[".git", "target", "node_modules", "results", "dist"];

/// The root of the checkout. Cargo tells where this crate is; the root is two folders up.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = here.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    here.ancestors().nth(2).unwrap_or(&here).to_path_buf()
}

/// Where tools that are not part of the system are kept between runs: outside the checkout.
pub(crate) fn cache() -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("HOMEFOLD_CI_CACHE") {
        return Ok(PathBuf::from(chosen));
    }
    if let Some(base) = std::env::var_os("XDG_CACHE_HOME").filter(|base| !base.is_empty()) {
        return Ok(PathBuf::from(base).join("homefold-ci"));
    }
    let home = std::env::var_os("HOME").context("finding a cache folder: HOME is not set")?;
    Ok(PathBuf::from(home).join(".cache/homefold-ci"))
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(chosen) => root().join(chosen),
        None => root().join("target"),
    }
}

/// Every file of the checkout that a person may have written, as sorted paths relative to `root`.
pub(crate) fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(folder) = open.pop() {
        let listing = std::fs::read_dir(&folder);
        for entry in listing.with_context(|| format!("listing {}", folder.display()))? {
            let entry = entry?;
            let kind = entry.file_type()?;
            // `.git` is a file in a second working tree.
            if SKIPPED.contains(&entry.file_name().to_string_lossy().as_ref()) {
                continue;
            }
            if kind.is_dir() {
                open.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path().strip_prefix(root)?.to_path_buf());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Is a program of this name on the PATH?
pub(crate) fn has_program(name: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(name).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_keeps_is_no_file_of_the_checkout() {
        let top = std::env::temp_dir().join(format!("homefold-files-{}", std::process::id()));
        std::fs::create_dir_all(top.join("target")).unwrap();
        for name in [".git", "README.md", "target/x"] {
            std::fs::write(top.join(name), "x").unwrap();
        }
        let found = files(&top).unwrap();
        std::fs::remove_dir_all(&top).unwrap();
        assert_eq!(found, [PathBuf::from("README.md")]);
    }
}
