//! `cargo xtask deny`: licences, banned crates and sources, by cargo-deny and `deny.toml`.
//!
//! Known vulnerabilities are not asked for here: that list is fetched over git, and a check that needs the network
//! each time is no check.

use std::path::PathBuf;

use anyhow::Result;

use crate::{step, workspace};

/// The version that `deny.toml` is written for.
const VERSION: &str = "0.20.2";

/// Runs cargo-deny, which is first built into the cache when this machine has none of that version.
///
/// # Errors
/// When it cannot be built, or something breaks the rules.
pub(crate) fn run() -> Result<()> {
    let program = installed()?;
    let mut command = std::process::Command::new(program);
    command.current_dir(workspace::root());
    command.args(["--all-features", "--locked", "check", "--hide-inclusion-graph"]);
    step::run(command.args(["bans", "licenses", "sources"]))
}

fn installed() -> Result<PathBuf> {
    let cache = workspace::cache()?;
    let folder = cache.join(format!("cargo-deny-{VERSION}"));
    let program = folder.join("bin/cargo-deny");
    if program.is_file() {
        return Ok(program);
    }
    println!("cargo-deny {VERSION} is not here: building it once into {}", folder.display());
    let version = format!("cargo-deny@{VERSION}");
    let mut command = step::cargo(&["install", "--quiet", "--locked", &version, "--root"]);
    command.arg(&folder).env("CARGO_TARGET_DIR", cache.join("cargo-deny-build"));
    // Speed of the result does not matter, of the build it does.
    command.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    command.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    step::run(&mut command)?;
    // The finished program is all that is kept.
    let _ = std::fs::remove_dir_all(cache.join("cargo-deny-build"));
    Ok(program)
}
