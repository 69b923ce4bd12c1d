//! The tree as a package, by `dpkg-deb` and by `rpmbuild`.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{step, workspace};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What runs when the .deb comes and goes.
const SCRIPTS: &[&str] = &["postinst", "prerm", "postrm"];

const SUMMARY: &str = "One place for your files on all your computers
 Homefold makes the computers of a home behave as one place for files: a small
 service keeps shared folders equal on all of them, over an encrypted
 connection between the computers themselves. There is no server and no
 account.";

/// Packs the tree as a .deb.
///
/// # Errors
/// When Debian's tools refuse.
pub(super) fn deb(tree: &Path) -> Result<PathBuf> {
    let root = workspace::target().join("dist/deb");
    if root.exists() {
        std::fs::remove_dir_all(&root)?;
    }
    std::fs::create_dir_all(root.join("DEBIAN"))?;
    step::run(Command::new("cp").arg("-a").arg(format!("{}/.", tree.display())).arg(&root))?;
    for script in SCRIPTS {
        let place = root.join("DEBIAN").join(script);
        std::fs::copy(workspace::root().join("installers/linux").join(script), &place)?;
        std::fs::set_permissions(&place, PermissionsExt::from_mode(0o755))?;
    }
    let architecture = said(Command::new("dpkg").arg("--print-architecture"))?;
    std::fs::write(root.join("DEBIAN/control"), control(tree, &architecture)?)?;
    let package = workspace::target().join(format!("dist/homefold_{VERSION}_{architecture}.deb"));
    step::run(
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Zxz", "--build"])
            .arg(&root)
            .arg(&package),
    )?;
    Ok(package)
}

fn control(tree: &Path, architecture: &str) -> Result<String> {
    let size = said(Command::new("du").args(["-sk", "--apparent-size"]).arg(tree))?;
    let size = size.split_whitespace().next().unwrap_or("0").to_owned();
    let needs = libraries(tree)?;
    Ok(format!(
        "Package: homefold\nVersion: {VERSION}\nArchitecture: {architecture}\n\
         Maintainer: Homefold\nInstalled-Size: {size}\n\
         Depends: {needs}, libayatana-appindicator3-1\nRecommends: xdg-utils, libpam-systemd, libnotify-bin\n\
         Section: utils\nPriority: optional\nDescription: {SUMMARY}\n"
    ))
}

/// The packages of the libraries that the programs are linked with, in the versions that they need.
fn libraries(tree: &Path) -> Result<String> {
    // It wants to stand in a source package.
    let place = workspace::target().join("dist/shlibs");
    std::fs::create_dir_all(place.join("debian"))?;
    std::fs::write(
        place.join("debian/control"),
        "Source: homefold\n\nPackage: homefold\nArchitecture: any\n",
    )?;
    let mut command = Command::new("dpkg-shlibdeps");
    command.current_dir(&place).arg("-O");
    for program in ["homefold", "homefold-app"] {
        command.arg(tree.join("usr/bin").join(program));
    }
    let said = said(&mut command)?;
    let needs = said.strip_prefix("shlibs:Depends=").context("reading what the programs need")?;
    Ok(needs.to_owned())
}

/// Packs the tree as an .rpm.
///
/// # Errors
/// When `rpmbuild` refuses.
pub(super) fn rpm(tree: &Path) -> Result<PathBuf> {
    let top = workspace::target().join("dist/rpm");
    let define = |name: &str, value: &str| ["--define".to_owned(), format!("{name} {value}")];
    let mut command = Command::new("rpmbuild");
    command.args(["-bb", "--quiet"]);
    command.args(define("_topdir", &top.display().to_string()));
    command.args(define("homefold_root", &tree.display().to_string()));
    command.args(define("homefold_version", VERSION));
    // As Fedora calls it; Debian's rpm says `amd64` nowhere either.
    command.args(define("_rpmfilename", "homefold-%{VERSION}-%{RELEASE}.%{ARCH}.rpm"));
    command.arg(workspace::root().join("installers/linux/homefold.spec"));
    step::run(&mut command)?;
    let made =
        top.join("RPMS").join(format!("homefold-{VERSION}-1.{}.rpm", std::env::consts::ARCH));
    ensure!(made.is_file(), "{} was not made", made.display());
    let package = workspace::target().join("dist").join(made.file_name().unwrap_or_default());
    std::fs::copy(&made, &package)?;
    Ok(package)
}

/// What a command prints.
fn said(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("starting {}", step::typed(command)))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}: {}", step::typed(command), errors.trim());
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
