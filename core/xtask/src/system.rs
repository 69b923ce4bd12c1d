//! What the operating system must offer before anything can be built or shown.
//!
//! On Debian and its children what lacks is installed through apt, after asking; elsewhere it is named.

use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{step, workspace};

/// Something that must be there: a program (or a library, as `pkg-config` calls it with `.pc` behind), who
/// needs it, and the Debian package that brings it.
pub(crate) struct Need {
    program: &'static str,
    package: &'static str,
    why: &'static str,
}

/// To build and run Homefold.
pub(crate) const TO_BUILD: &[Need] = &[
    Need { program: "cc", package: "build-essential", why: "compiles SQLite, zstd and ring" },
    Need { program: "make", package: "build-essential", why: "comes with the C compiler" },
    Need { program: "fusermount3", package: "fuse3", why: "mounts the drive" },
];

/// To build the app, too.
pub(crate) const TO_BUILD_THE_APP: &[Need] = &[
    Need { program: "pkg-config", package: "pkg-config", why: "finds the desktop's libraries" },
    Need {
        program: "webkit2gtk-4.1.pc",
        package: "libwebkit2gtk-4.1-dev",
        why: "shows the pages in the app's window",
    },
    Need {
        program: "ayatana-appindicator3-0.1.pc",
        package: "libayatana-appindicator3-dev",
        why: "puts the app's icon into the tray",
    },
];

/// To show the app on a desktop of its own.
pub(crate) const TO_SHOW_THE_APP: &[Need] = &[
    Need { program: "xvfb-run", package: "xvfb xauth", why: "is the screen" },
    Need { program: "dbus-run-session", package: "dbus", why: "is the session's bus" },
    Need { program: "dbus-monitor", package: "dbus", why: "listens to the bus" },
    Need { program: "busctl", package: "systemd", why: "asks the tray's menu" },
    Need { program: "openbox", package: "openbox", why: "manages the windows" },
    Need { program: "xfce4-panel", package: "xfce4-panel", why: "has the tray" },
    Need { program: "dunst", package: "dunst", why: "shows the notifications" },
    Need { program: "xdotool", package: "xdotool", why: "clicks" },
    Need { program: "wmctrl", package: "wmctrl", why: "closes windows" },
    Need {
        program: "WebKitWebDriver",
        package: "webkit2gtk-driver",
        why: "reads the page in the app's window",
    },
    Need { program: "curl", package: "curl", why: "asks WebKitWebDriver" },
    Need { program: "import", package: "imagemagick", why: "takes the pictures" },
    Need {
        program: "fc-list",
        package: "fontconfig fonts-dejavu-core adwaita-icon-theme",
        why: "draws the text",
    },
];

/// To pack the packages that people install.
pub(crate) const TO_PACK: &[Need] = &[
    Need {
        program: "dpkg-shlibdeps",
        package: "dpkg-dev",
        why: "names the libraries that are needed",
    },
    Need { program: "rpmbuild", package: "rpm", why: "packs the .rpm" },
];

/// To try a package in a clean system.
pub(crate) const TO_TRY: &[Need] =
    &[Need { program: "debootstrap", package: "debootstrap", why: "makes a clean system" }];

/// To hold the mounted drive against what others test file systems with.
pub(crate) const FOR_SUITES: &[Need] = &[
    Need { program: "git", package: "git", why: "works in a repository on the drive" },
    Need { program: "sqlite3", package: "sqlite3", why: "writes a database on the drive" },
];

/// To draw the icons.
pub(crate) const TO_DRAW: &[Need] =
    &[Need { program: "rsvg-convert", package: "librsvg2-bin", why: "draws the icons" }];

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
    prepare_for(&[TO_BUILD], yes)
}

/// The same for what builds and tests the pages.
///
/// # Errors
/// As [`prepare`].
pub(crate) fn prepare_pages(yes: bool) -> Result<()> {
    prepare_for(&[FOR_PAGES], yes)
}

/// The same for any needs.
///
/// # Errors
/// As [`prepare`].
pub(crate) fn prepare_for(needs: &[&[Need]], yes: bool) -> Result<()> {
    let missing: Vec<&Need> =
        needs.iter().flat_map(|needs| needs.iter()).filter(|need| !need.is_met()).collect();
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

impl Need {
    fn is_met(&self) -> bool {
        match self.program.strip_suffix(".pc") {
            Some(library) => {
                let asked = Command::new("pkg-config").args(["--exists", library]).status();
                asked.is_ok_and(|status| status.success())
            }
            None => workspace::has_program(self.program),
        }
    }
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
