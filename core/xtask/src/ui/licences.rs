//! The libraries of others that Homefold is made with, each with its licence, for the page of the settings.
//!
//! Names alone, without versions: the list changes when a library comes or goes. Libraries that are only tested
//! with are on it as well. Not here: which licences may be used (`deny.toml`).

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::step;

/// What the built pages carry of others; all else of `package.json` only builds and tests them.
const IN_THE_PAGES: [&str; 5] = ["@tauri-apps/api", "diff", "lean-qr", "qr", "svelte"];

/// The file's text.
pub(super) fn text(pages: &Path) -> Result<String> {
    let mut all = of_crates()?;
    all.extend(of_pages(pages)?);
    let mut text = String::from(
        "// Made by `cargo xtask ui types` from the lock files; not to be edited.\nexport const licences: [name: string, licence: string][] = [\n",
    );
    for (name, licence) in all {
        writeln!(text, "  ['{name}', '{licence}'],")?;
    }
    text.push_str("];\n");
    Ok(text)
}

fn of_crates() -> Result<BTreeSet<(String, String)>> {
    let mut command =
        step::cargo(&["metadata", "--format-version", "1", "--locked", "--all-features"]);
    let output = command.output().context("listing the libraries")?;
    if !output.status.success() {
        bail!("listing the libraries: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let document: Value = serde_json::from_slice(&output.stdout).context("reading the list")?;
    let packages = document["packages"].as_array().context("the list has no libraries")?;
    let foreign = packages.iter().filter(|package| package["source"].is_string());
    foreign.map(named).collect()
}

fn of_pages(pages: &Path) -> Result<BTreeSet<(String, String)>> {
    let text = fs::read_to_string(pages.join("package-lock.json"))?;
    let lock: Value = serde_json::from_str(&text).context("reading the lock file of the pages")?;
    IN_THE_PAGES
        .iter()
        .map(|name| {
            let package = &lock["packages"][format!("node_modules/{name}")];
            let licence = package["license"].as_str().unwrap_or("see its source");
            Ok(((*name).to_owned(), plain(licence)))
        })
        .collect()
}

fn named(package: &Value) -> Result<(String, String)> {
    let name = package["name"].as_str().context("a library without a name")?;
    let licence = package["license"].as_str().unwrap_or("see its source");
    Ok((name.to_owned(), plain(licence)))
}

/// A licence as it stands between quotes; older manifests write a slash for "or".
fn plain(licence: &str) -> String {
    licence.replace('\'', "").replace(" / ", " OR ").replace('/', " OR ")
}
