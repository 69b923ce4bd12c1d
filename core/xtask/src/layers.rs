//! `cargo xtask layers`: edges between crates run downward only, and each library has one home.
//!
//! The tables below are the rule; ARCHITECTURE.md explains it. A new crate, or a new edge between two of ours,
//! fails until it stands here, so that it is decided and not slipped in.

mod check;
mod purity;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{step, workspace};

/// A crate of ours and the crates of ours that it may depend on, tests included.
pub(crate) struct Layer {
    pub(crate) name: &'static str,
    pub(crate) may_use: &'static [&'static str],
}

/// From the ground up. A crate that is missing here is an error.
const LAYERS: &[Layer] = &[
    Layer { name: "model", may_use: &[] },
    Layer { name: "content", may_use: &["model"] },
    Layer { name: "wire", may_use: &["model"] },
    Layer { name: "api", may_use: &["model"] },
    Layer { name: "engine", may_use: &["model", "wire", "content"] },
    Layer { name: "store", may_use: &["model", "wire", "content", "engine"] },
    Layer { name: "disk", may_use: &["model", "wire", "content", "engine"] },
    Layer { name: "transport", may_use: &["model", "wire", "content", "engine"] },
    Layer { name: "drive", may_use: &["model"] },
    Layer { name: "gateway", may_use: &["api"] },
    Layer {
        name: "service",
        may_use: &[
            "model",
            "content",
            "wire",
            "api",
            "engine",
            "store",
            "disk",
            "transport",
            "drive",
            "gateway",
        ],
    },
    Layer { name: "cli", may_use: &["api", "service"] },
    Layer { name: "homefold-app", may_use: &["api"] },
    Layer { name: "sim", may_use: &["model", "content", "wire", "engine", "store"] },
    Layer { name: "xtask", may_use: &[] },
];

/// A library from outside and the only crates of ours that may name it (tests may use any).
pub(crate) struct Wrapper {
    pub(crate) library: &'static str,
    pub(crate) homes: &'static [&'static str],
}

const WRAPPERS: &[Wrapper] = &[
    Wrapper { library: "anyhow", homes: &["service", "cli", "xtask"] },
    Wrapper { library: "argon2", homes: &["gateway"] },
    Wrapper { library: "axum", homes: &["api", "gateway", "service"] },
    Wrapper { library: "clap", homes: &["cli", "xtask"] },
    Wrapper { library: "fastcdc", homes: &["content"] },
    Wrapper { library: "fuser", homes: &["drive"] },
    Wrapper { library: "hyper", homes: &["api", "service"] },
    Wrapper { library: "ignore", homes: &["disk"] },
    Wrapper { library: "mdns-sd", homes: &["transport"] },
    Wrapper { library: "netwatch", homes: &["transport"] },
    Wrapper { library: "notify", homes: &["disk"] },
    Wrapper { library: "prost", homes: &["wire", "transport"] },
    Wrapper { library: "quinn", homes: &["transport"] },
    Wrapper { library: "rcgen", homes: &["transport", "gateway"] },
    Wrapper { library: "reflink-copy", homes: &["disk"] },
    Wrapper { library: "rusqlite", homes: &["store"] },
    Wrapper { library: "rustls", homes: &["transport"] },
    Wrapper { library: "notify-rust", homes: &["homefold-app"] },
    Wrapper { library: "serde", homes: &["api", "gateway", "service", "cli", "homefold-app"] },
    Wrapper {
        library: "serde_json",
        homes: &["api", "gateway", "service", "cli", "homefold-app", "xtask"],
    },
    Wrapper { library: "spake2", homes: &["transport"] },
    Wrapper { library: "zbus", homes: &["service"] },
    Wrapper { library: "tauri", homes: &["homefold-app"] },
    Wrapper {
        library: "tokio",
        homes: &["api", "transport", "gateway", "service", "cli", "homefold-app"],
    },
    Wrapper { library: "tokio-rustls", homes: &["gateway"] },
    Wrapper {
        library: "rustix",
        homes: &["api", "store", "disk", "transport", "drive", "service", "cli", "xtask"],
    },
];

/// Crates that decide and compute: no clock, disk, socket, thread or order that differs between runs.
pub(crate) const PURE: &[&str] = &["model", "content", "wire", "engine"];

/// Checks the manifests and, for the pure crates, the sources.
///
/// # Errors
/// With every edge, library or line that breaks a rule.
pub(crate) fn run() -> Result<()> {
    let faults = faults()?;
    for fault in &faults {
        eprintln!("layers: {fault}");
    }
    match faults.len() {
        0 => println!("layers: {} crates, every edge runs downward", LAYERS.len()),
        count => bail!("layers: {count} to put right"),
    }
    Ok(())
}

fn faults() -> Result<Vec<String>> {
    let crates = check::crates_of(&metadata()?);
    let mut faults = check::edges(&crates, LAYERS);
    faults.extend(check::wrappers(&crates, WRAPPERS));
    let root = workspace::root();
    for name in PURE {
        faults.extend(purity::faults(&root, name)?);
    }
    faults.extend(purity::service_door(&root)?);
    Ok(faults)
}

fn metadata() -> Result<Value> {
    let mut command = step::cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let output = command.output().context("starting cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    serde_json::from_slice(&output.stdout).context("reading cargo metadata")
}
