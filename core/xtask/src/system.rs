//! What the operating system must offer before anything can be built or shown.
//!
//! On Debian and its children what lacks is installed through apt, after asking; elsewhere it is named.

use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{step, workspace};

/// Something that must be there: a program, who needs it, and the Debian package that brings it.
struct Need {
    program: &'static str,
    package: &'static str,
    why: &'static str,
}

/// To build and run Homefold.
const TO_BUILD: &[Need] = &[
    Need { program: "cc", package: "build-essential", why: "compiles SQLite, zstd and ring" },
    Need { program: "make", package: "build-essential", why: "comes with the C compiler" },
    Need { program: "fusermount3", package: "fuse3", why: "mounts the drive" },
];

/// To build the pages and to use them in a browser.
const FOR_PAGES: &[Need] = &[
    Need { program: "npm", package: "nodejs npm", why: "builds the pages; Node 20.19 or newer" },
    Need { program: "chromium", package: "chromium fonts-dejavu-core", why: "tests the pages" },
];

/// Installs what is missing to build, or says what is.
///
/// # Errors
/// When something is missing and was not installed.
pub(crate) fn prepare(yes: bool) -> Result<()> {
    install(TO_BUILD, yes)
}

/// The same for what builds and tests the pages.
///
/// # Errors
/// As [`prepare`].
pub(crate) fn prepare_pages(yes: bool) -> Result<()> {
    install(FOR_PAGES, yes)
}

fn install(needs: &[Need], yes: bool) -> Result<()> {
    let missing: Vec<&Need> =
        needs.iter().filter(|need| !workspace::has_program(need.program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        println!("This machine lacks `{}` ({}).", need.program, need.why);
    }
    let mut packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    packages.dedup();
    let packages = packages.join(" ");
    if !workspace::has_program("apt-get") {
        bail!("install what your system calls: {packages} (Debian's names), then try again");
    }
    if !yes && !agreed(&format!("Install {packages} with apt?"))? {
        bail!("nothing was installed; `sudo apt-get install {packages}` does it by hand");
    }
    apt(&packages)
}

/// Asks on a terminal; without one the answer is no, and the message says what to add.
fn agreed(question: &str) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        println!("{question} Nobody can answer here: add --yes to agree.");
        return Ok(false);
    }
    print!("{question} [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn apt(packages: &str) -> Result<()> {
    let root = is_root();
    if !root && !workspace::has_program("sudo") {
        bail!("installing needs root: run `apt-get install {packages}` as root, then try again");
    }
    let command = |arguments: &[&str]| {
        let mut command = Command::new(if root { "apt-get" } else { "sudo" });
        if !root {
            command.arg("apt-get");
        }
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    step::run(&mut command(&["update", "-qq"]))?;
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(packages.split(' '));
    step::run(&mut command(&install)).context("installing packages")
}

/// Does this process run as root?
pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").stderr(Stdio::null()).output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
