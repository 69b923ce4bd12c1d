//! `cargo xtask dist`: the packages that people install, a `.deb` and an `.rpm`.
//!
//! One tree of files is put together (`stage`) and packed twice by the distributions' own tools, from what
//! stands in `installers/linux`. `--try` installs the `.deb` into a clean system of its own, uses it there
//! and removes it again (`trial`). Not here: signing, other systems.

mod pack;
mod stage;
mod trial;

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::step::{self, cargo};
use crate::{desktop, system, workspace};

/// How to pack.
#[derive(Args)]
pub(crate) struct Options {
    /// Install what the system lacks without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// Pack what is built for development: quick, large and slow
    #[arg(long)]
    pub(crate) debug: bool,
    /// Install the .deb into a clean system, use it there and remove it again (as root, with a network)
    #[arg(long = "try")]
    pub(crate) attempt: bool,
}

impl Options {
    /// How CI runs it: with what it has built already, and in a clean system where that is allowed.
    pub(crate) fn for_ci() -> Self {
        Self { yes: true, debug: true, attempt: system::is_root() }
    }
}

/// Builds and packs.
///
/// # Errors
/// When something does not build, can't be packed, or does not do in a clean system what it should.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut needs = vec![system::TO_BUILD, system::TO_BUILD_THE_APP, system::TO_PACK];
    if options.attempt {
        needs.push(system::TO_TRY);
    }
    system::prepare_for(&needs, options.yes)?;
    let built = build(options.debug)?;
    let tree = stage::stage(&built)?;
    let packages = [pack::deb(&tree)?, pack::rpm(&tree)?];
    if options.attempt {
        trial::run(&packages[0])?;
    }
    for package in packages {
        println!("{} ({} kB)", package.display(), std::fs::metadata(&package)?.len() / 1_000);
    }
    Ok(())
}

/// Where the finished programs are.
fn build(debug: bool) -> Result<PathBuf> {
    desktop::check_pages()?;
    let profile: &[&str] = if debug { &[] } else { &["--release"] };
    let build = |arguments: &[&str]| {
        let mut command = cargo(&["build", "--locked", "--package"]);
        step::run(command.args(arguments).args(profile))
    };
    build(&["cli"])?;
    build(&[desktop::APP, "--features", "embedded"])?;
    Ok(workspace::target().join(if debug { "debug" } else { "release" }))
}
