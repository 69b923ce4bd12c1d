//! Where this device's data is if nobody says.

use std::path::PathBuf;

use anyhow::Context;

use crate::failure::Usage;
use crate::text::say;

/// The data dir, absolute: what was asked for, else the platform's per-user place.
///
/// # Errors
/// The environment names no home directory, or the working directory is gone.
pub(crate) fn resolve(asked: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    match asked.filter(|dir| !dir.as_os_str().is_empty()) {
        Some(dir) => std::path::absolute(dir).context("finding the working directory"),
        None => default_place(|name| std::env::var_os(name).map(PathBuf::from)).ok_or_else(|| {
            Usage::new(say(
                "neither --data-dir nor HOME says where this device's data is",
                "ni --data-dir ni HOME ne disent où sont les données de cet appareil",
            ))
            .into()
        }),
    }
}

/// The XDG base directory specification on Linux, Application Support on macOS.
fn default_place(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name: &str| variable(name).filter(|path| path.is_absolute());
    if cfg!(target_os = "macos") {
        return Some(absolute("HOME")?.join("Library/Application Support/Homefold"));
    }
    let base = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")));
    base.map(|base| base.join("homefold"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_default_place_follows_the_xdg_specification() {
        let of = |pairs: &'static [(&str, &str)]| {
            default_place(|name| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value))
            })
        };
        assert_eq!(of(&[]), None);

        assert_eq!(of(&[("HOME", "/home/ada")]), Some("/home/ada/.local/share/homefold".into()));
        assert_eq!(of(&[("HOME", "/h"), ("XDG_DATA_HOME", "/x")]), Some("/x/homefold".into()));

        assert_eq!(
            of(&[("HOME", "/h"), ("XDG_DATA_HOME", "x")]),
            Some("/h/.local/share/homefold".into())
        );
    }
}
