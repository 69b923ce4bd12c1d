//! `cargo xtask ui`: the pages, from their types to their pictures. All of it runs in `ui/`, with the packages that
//! its lock file names.

mod licences;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use crate::{step, system, workspace};

/// What is to be done.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Write what the pages know of the API: types, operations and sentences
    Types {
        /// Only say whether what stands there is up to date
        #[arg(long)]
        check: bool,
    },
    /// Build the pages, which the next build of Homefold carries
    Build,
    /// Check types, form and units of the pages, then build them
    Check,
    /// Use the pages as a person would, with two real services and a browser
    Test,
    /// Make pictures of every page, for people to look at
    Pictures {
        /// Those of the README too
        #[arg(long)]
        readme: bool,
    },
}

/// The files that are made, and what the program that makes them is asked for.
const MADE: [(&str, &str); 3] =
    [("types", "api.gen.ts"), ("sentences", "sentences.gen.ts"), ("licences", "licences.gen.ts")];

/// Does it.
///
/// # Errors
/// What the chore says.
pub(crate) fn run(options: &Options) -> Result<()> {
    system::prepare_pages(false)?;
    match options.chore {
        Chore::Types { check } => types(check),
        Chore::Build => build(),
        Chore::Check => check(),
        Chore::Test => story(&with_pages()?),
        Chore::Pictures { readme } => {
            let name = if readme { "pictures:readme" } else { "pictures" };
            script(name, &with_pages()?)
        }
    }
}

/// The checks that need no service: types are up to date, form, `svelte-check`, units, build.
///
/// # Errors
/// What the failing check says.
pub(crate) fn check() -> Result<()> {
    types(true)?;
    install()?;
    npm(&["run", "format"])?;
    npm(&["run", "check"])?;
    npm(&["test"])?;
    npm(&["run", "build"])
}

/// The story that a person lives through, with two real services of `binary` and a browser.
///
/// # Errors
/// What the failing step says.
pub(crate) fn story(binary: &Path) -> Result<()> {
    script("scene", binary)
}

fn build() -> Result<()> {
    install()?;
    npm(&["run", "build"])
}

/// Builds the program that carries the pages as they are now.
fn with_pages() -> Result<PathBuf> {
    build()?;
    step::run(&mut step::cargo(&["build", "--package", "cli", "--locked"]))?;
    Ok(workspace::target().join("debug/homefold"))
}

fn script(name: &str, binary: &Path) -> Result<()> {
    step::run(npm_command(&["run", name]).env("HOMEFOLD_BINARY", binary))
}

fn types(check: bool) -> Result<()> {
    for (what, file) in MADE {
        let made = if what == "licences" { licences::text(&place())? } else { made(what)? };
        let path = place().join("src/service").join(file);
        let there = fs::read_to_string(&path).unwrap_or_default();
        if made == there {
            continue;
        }
        if check {
            bail!(
                "{} is not what the API is now: `cargo xtask ui types` writes it",
                path.display()
            );
        }
        fs::write(&path, made).with_context(|| format!("writing {}", path.display()))?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

fn made(what: &str) -> Result<String> {
    let example = ["run", "--quiet", "--locked", "--package", "api", "--features", "fake"];
    let mut command = step::cargo(&example);
    command.args(["--example", "typescript", "--", what]);
    println!("$ {}", step::typed(&command));
    let output = command.output().context("making the types of the pages")?;
    if !output.status.success() {
        bail!("making the types: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Fetches the packages, if they are not those of the lock file already.
fn install() -> Result<()> {
    let (lock, stamp) = (place().join("package-lock.json"), place().join("node_modules/.homefold"));
    let wanted = fs::read(&lock).context("reading the lock file of the pages")?;
    if fs::read(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    npm(&["ci", "--prefer-offline", "--no-audit", "--no-fund"])?;
    fs::write(&stamp, wanted).context("noting which packages are there")
}

fn npm(arguments: &[&str]) -> Result<()> {
    step::run(&mut npm_command(arguments))
}

fn npm_command(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(place());
    command
}

fn place() -> PathBuf {
    workspace::root().join("ui")
}
