//! The tree of files that both packages carry.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{desktop, step, workspace};

/// The programs: what is built, and its place in the tree.
const PROGRAMS: &[(&str, &str)] =
    &[("homefold", "usr/bin/homefold"), (desktop::APP, "usr/bin/homefold-app")];

/// Files of the checkout and their places.
const FILES: &[(&str, &str)] = &[
    ("installers/linux/homefold.service", "usr/lib/systemd/user/homefold.service"),
    ("installers/linux/homefold.desktop", "usr/share/applications/homefold.desktop"),
    ("icons/app-32.png", "usr/share/icons/hicolor/32x32/apps/homefold.png"),
    ("icons/app-128.png", "usr/share/icons/hicolor/128x128/apps/homefold.png"),
    ("icons/app-256.png", "usr/share/icons/hicolor/256x256/apps/homefold.png"),
    ("README.md", "usr/share/doc/homefold/README.md"),
    ("LICENSE-MIT", "usr/share/doc/homefold/copyright"),
    ("LICENSE-APACHE", "usr/share/doc/homefold/LICENSE-APACHE"),
];

/// The menus of file managers and their places, from `installers/linux/menus`.
const FILE_MANAGERS: &[(&str, &str)] = &[
    ("dolphin.desktop", "usr/share/kio/servicemenus/homefold.desktop"),
    ("nautilus.py", "usr/share/nautilus-python/extensions/homefold.py"),
    ("nautilus.py", "usr/share/caja-python/extensions/homefold.py"),
    ("nemo-keep.nemo_action", "usr/share/nemo/actions/homefold-keep.nemo_action"),
    ("nemo-free.nemo_action", "usr/share/nemo/actions/homefold-free.nemo_action"),
    ("nemo-history.nemo_action", "usr/share/nemo/actions/homefold-history.nemo_action"),
    ("thunar-keep.desktop", "usr/share/Thunar/sendto/homefold-keep.desktop"),
    ("thunar-free.desktop", "usr/share/Thunar/sendto/homefold-free.desktop"),
    ("thunar-history.desktop", "usr/share/Thunar/sendto/homefold-history.desktop"),
];

/// What each shell completes, by the shell's name.
const COMPLETIONS: &[(&str, &str)] = &[
    ("bash", "usr/share/bash-completion/completions/homefold"),
    ("fish", "usr/share/fish/vendor_completions.d/homefold.fish"),
    ("zsh", "usr/share/zsh/vendor-completions/_homefold"),
];

/// Puts the tree together anew.
///
/// # Errors
/// When a file is missing.
pub(super) fn stage(built: &Path) -> Result<PathBuf> {
    let (root, tree) = (workspace::root(), workspace::target().join("dist/tree"));
    if tree.exists() {
        std::fs::remove_dir_all(&tree).context("removing the tree of the last time")?;
    }
    for (program, place) in PROGRAMS {
        let target = put(&built.join(program), &tree.join(place), 0o755)?;
        step::run(Command::new("strip").arg(target))?;
    }
    for (file, place) in FILES {
        put(&root.join(file), &tree.join(place), 0o644)?;
    }
    let menus = root.join("installers/linux/menus");
    for (file, place) in FILE_MANAGERS {
        put(&menus.join(file), &tree.join(place), 0o644)?;
    }
    put(&menus.join("menu"), &tree.join("usr/lib/homefold/menu"), 0o755)?;
    for (shell, place) in COMPLETIONS {
        let mut command = Command::new(built.join("homefold"));
        let said =
            command.args(["completions", shell]).output().context("asking for completions")?;
        anyhow::ensure!(said.status.success(), "homefold completions {shell}: {}", said.status);
        let place = tree.join(place);
        std::fs::create_dir_all(place.parent().unwrap_or(&tree))?;
        std::fs::write(&place, said.stdout)?;
    }
    Ok(tree)
}

fn put(from: &Path, to: &Path, mode: u32) -> Result<PathBuf> {
    let copying = || format!("copying {} to {}", from.display(), to.display());
    std::fs::create_dir_all(to.parent().unwrap_or(to)).with_context(copying)?;
    std::fs::copy(from, to).with_context(copying)?;
    std::fs::set_permissions(to, PermissionsExt::from_mode(mode)).with_context(copying)?;
    Ok(to.to_owned())
}
