//! `cargo xtask tidy`: what keeps the house readable and no compiler checks.
//!
//! Lengths, names, how a file opens, nothing left over from working, links that lead somewhere. Every exception is
//! named in this file.

mod links;
mod names;
mod text;

use std::path::Path;

use anyhow::{Result, bail};

use crate::workspace;

/// Lines that a file may have, tests included, by the end of its name.
const LENGTHS: &[(&str, usize)] = &[("rs", 500), ("ts", 250), ("svelte", 250)];

/// Files that may be longer than their kind, up to 600 lines, each for the reason given.
const LONGER: &[(&str, usize, &str)] =
    &[("core/drive/src/fuse/adapter.rs", 600, "one trait of fuser, each call a few lines")];

/// What one file breaks, each with the line where it does (0: the whole file).
pub(crate) type Faults = Vec<(usize, String)>;

/// Checks every file of the checkout.
///
/// # Errors
/// With every fault, as `path:line: what`.
pub(crate) fn run() -> Result<()> {
    let (files, faults) = faults(&workspace::root())?;
    for fault in &faults {
        eprintln!("{fault}");
    }
    match faults.len() {
        0 => println!("tidy: {files} files"),
        count => bail!("tidy: {count} to put right"),
    }
    Ok(())
}

fn faults(root: &Path) -> Result<(usize, Vec<String>)> {
    let files = workspace::files(root)?;
    let mut faults = Vec::new();
    for path in &files {
        // What is not text (a picture, a corpus) has no lines to judge.
        let Ok(text) = String::from_utf8(std::fs::read(root.join(path))?) else { continue };
        let name = path.display().to_string();
        for (line, fault) in of_file(root, &name, &text) {
            faults.push(format!("{name}:{line}: {fault}"));
        }
    }
    Ok((files.len(), faults))
}

fn of_file(root: &Path, path: &str, text: &str) -> Faults {
    let extension = path.rsplit('.').next().unwrap_or_default();
    let mut faults = text::everywhere(text);
    faults.extend(names::of_path(path));
    if let Some(lines_max) = lines_max(path, extension) {
        faults.extend(text::length(text, lines_max));
    }
    if extension == "rs" {
        faults.extend(text::rust(text));
        faults.extend(names::of_types(text));
    }
    if extension == "md" {
        faults.extend(links::broken(root, path, text));
    }
    faults
}

fn lines_max(path: &str, extension: &str) -> Option<usize> {
    // What a command makes is as long as what it is made of.
    if path.ends_with(".gen.ts") {
        return None;
    }
    let longer = LONGER.iter().find(|(named, _, _)| *named == path).map(|(_, lines, _)| *lines);
    let usual = LENGTHS.iter().find(|(kind, _)| *kind == extension).map(|(_, lines)| *lines);
    longer.or(usual)
}

#[cfg(test)]
mod tests {
    use super::LONGER;
    use crate::workspace;

    #[test]
    fn an_exception_names_a_file_that_is_there_and_says_why() {
        for (path, lines, why) in LONGER {
            assert!(workspace::root().join(path).is_file(), "{path}");
            assert!(*lines <= 600 && !why.is_empty(), "{path}");
        }
    }
}
