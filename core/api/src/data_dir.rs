//! Where this device's data is if nobody says: a service and its clients must agree on it.

use std::path::PathBuf;

/// The variable with which a person says where it is.
pub const VARIABLE: &str = "HOMEFOLD_DATA_DIR";

/// The platform's per-user place: the XDG base directory specification on Linux, Application Support on
/// macOS; `None` if the environment names no home directory.
#[must_use]
pub fn default_place(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
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
