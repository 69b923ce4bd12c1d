//! `cargo xtask desktop`: the app on a desktop of its own, with a real service behind it.
//!
//! Builds and lints the app in one go, runs its unit tests, then starts a virtual screen with a window
//! manager, a panel with a tray and a notification daemon, and does there what a person does. Every
//! claim is looked up on the other side: the service, the session bus, the list of windows. Pictures are
//! left in the target folder. Not here: the pages' own tests (`ui`), the packages (`dist`).

mod bus;
mod driver;
mod screen;
mod session;
mod tray;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::step::{self, cargo};
use crate::{system, workspace};

pub(crate) use session::{Options as SessionOptions, run as session};

/// How the machine may be touched.
#[derive(Args)]
pub(crate) struct Options {
    /// Install what the system lacks without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// The language of the desktop
    #[arg(long, default_value = "en", value_parser = ["en", "fr"])]
    pub(crate) language: String,
}

impl Options {
    /// How CI runs it.
    pub(crate) fn for_ci() -> Self {
        Self { yes: true, language: "en".to_owned() }
    }
}

/// The app's own package, which is not built by default: it needs a desktop's libraries.
pub(crate) const APP: &str = "homefold-app";

/// The name on the session's bus that the one running app holds.
const APP_NAME: &str = "net.homefold.app.SingleInstance";

/// Builds the app and shows that it works.
///
/// # Errors
/// What does not build, or does not do what it should.
pub(crate) fn run(options: &Options) -> Result<()> {
    system::prepare_for(
        &[system::TO_BUILD, system::TO_BUILD_THE_APP, system::TO_SHOW_THE_APP],
        options.yes,
    )?;
    step::run(&mut cargo(&["build", "--locked", "--package", "cli"]))?;
    build_linted()?;
    story(&workspace::target().join("debug"), options)
}

/// Lints and builds the app with its tests, and runs them. `cargo clippy` would compile every library a
/// second time for its own use; as the compiler's wrapper it needs what the build needs.
fn build_linted() -> Result<()> {
    check_pages()?;
    let linted = |arguments: &[&str]| {
        let mut command = cargo(arguments);
        command.args(["--locked", "--package", APP, "--features", "embedded"]);
        command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
        command.env("CLIPPY_ARGS", "--deny__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
        command
    };
    step::run(&mut linted(&["build", "--all-targets"]))?;
    step::run(&mut linted(&["test"]))
}

/// The app carries the pages inside, so they have to be there first.
///
/// # Errors
/// When they are not.
pub(crate) fn check_pages() -> Result<()> {
    let dist = workspace::root().join("ui/dist/index.html");
    if !dist.is_file() {
        bail!("the pages are not built: {} is missing", dist.display());
    }
    Ok(())
}

/// Starts the virtual screen and this program again inside.
fn story(built: &Path, options: &Options) -> Result<()> {
    let place = Place::make()?;
    let pictures = workspace::target().join("desktop");
    std::fs::create_dir_all(&pictures).context("making the pictures' folder")?;
    let (home, run) = (place.0.join("home"), place.0.join("run"));
    std::fs::create_dir_all(home.join(".config"))?;
    make_private(&run)?;
    let mut command = Command::new("xvfb-run");
    command.args(["-a", "-s", "-screen 0 1280x800x24", "dbus-run-session", "--"]);
    command.arg(std::env::current_exe()?).arg("desktop-session");
    command.arg("--place").arg(&place.0).arg("--built").arg(built).arg("--pictures").arg(&pictures);
    command.args(["--language", &options.language]);
    command.env("HOME", &home).env("XDG_CONFIG_HOME", home.join(".config"));
    command.env("XDG_DATA_HOME", home.join(".local/share")).env("XDG_RUNTIME_DIR", &run);
    command.env("GDK_BACKEND", "x11").env("NO_AT_BRIDGE", "1").env("LIBGL_ALWAYS_SOFTWARE", "1");
    command.env("LC_ALL", locale(&place.0, &options.language)?).env("LOCPATH", &place.0);
    // A page that runs as root in a container has no other sandbox than the container.
    command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
    command.env_remove("WAYLAND_DISPLAY").env_remove("DBUS_SESSION_BUS_ADDRESS");
    step::run(&mut command)?;
    println!("Pictures of it: {}", pictures.display());
    Ok(())
}

/// The name of a locale that the desktop finds in `place`; only English is on every machine.
fn locale(place: &Path, language: &str) -> Result<&'static str> {
    if language != "fr" {
        return Ok("C.UTF-8");
    }
    let mut command = Command::new("localedef");
    command.args(["-i", "fr_FR", "-f", "UTF-8"]).arg(place.join("fr_FR.UTF-8"));
    step::run(&mut command).context("making a French locale (Debian's package `locales`)")?;
    Ok("fr_FR.UTF-8")
}

fn make_private(directory: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().mode(0o700).create(directory);
    made.with_context(|| format!("making {}", directory.display()))
}

/// The temporary folder of one desktop, removed with it.
struct Place(PathBuf);

impl Place {
    fn make() -> Result<Self> {
        let place = std::env::temp_dir().join(format!("homefold-desktop-{}", std::process::id()));
        make_private(&place)?;
        Ok(Self(place))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("removing {}: {error}", self.0.display());
        }
    }
}
