//! Where things are on this computer: the service's data dir, its program, and the app's own few files.

use std::path::{Path, PathBuf};

use api::data_dir;

/// The name of the service's program, which is the command line's too.
const PROGRAM: &str = "homefold";

/// The data dir of the service that this app shows, and whether it is the usual one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataDir {
    /// Absolute.
    pub(crate) path: PathBuf,
    /// Whether the system's unit runs a service for it.
    pub(crate) is_default: bool,
}

impl DataDir {
    /// What the environment says, by the same rule as the service's.
    pub(crate) fn of_environment(
        variable: impl Fn(&str) -> Option<PathBuf>,
    ) -> Result<Self, &'static str> {
        let default = data_dir::default_place(&variable);
        let asked = variable(data_dir::VARIABLE).filter(|path| !path.as_os_str().is_empty());
        let asked = asked.and_then(|path| std::path::absolute(path).ok());
        match (asked, default) {
            (Some(path), default) => Ok(Self { is_default: default.as_ref() == Some(&path), path }),
            (None, Some(path)) => Ok(Self { path, is_default: true }),
            (None, None) => {
                Err("neither HOMEFOLD_DATA_DIR nor HOME says where this device's data is")
            }
        }
    }
}

/// The service's program: beside this one, as the package puts it, or where the terminal finds it.
pub(crate) fn service_program(paths: Option<&std::ffi::OsStr>, here: Option<&Path>) -> PathBuf {
    let beside = here.and_then(Path::parent).map(|directory| directory.join(PROGRAM));
    let found = paths.map(std::env::split_paths).into_iter().flatten().map(|dir| dir.join(PROGRAM));
    let mut candidates = beside.into_iter().chain(found);
    candidates.find(|path| path.is_file()).unwrap_or_else(|| PathBuf::from(PROGRAM))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &'static [(&str, &str)]) -> Result<DataDir, &'static str> {
        DataDir::of_environment(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value))
        })
    }

    #[test]
    fn the_app_looks_where_the_service_is() {
        let usual = DataDir { path: "/h/.local/share/homefold".into(), is_default: true };
        assert_eq!(of(&[("HOME", "/h")]), Ok(usual.clone()));
        assert_eq!(of(&[("HOME", "/h"), ("HOMEFOLD_DATA_DIR", "")]), Ok(usual));
        let other = DataDir { path: "/srv/hf".into(), is_default: false };
        assert_eq!(of(&[("HOME", "/h"), ("HOMEFOLD_DATA_DIR", "/srv/hf")]), Ok(other));
        assert!(of(&[]).is_err());
    }

    #[test]
    fn the_program_beside_this_one_comes_first() {
        let dir = tempfile::tempdir().unwrap();
        let [near, far] = ["near", "far"].map(|name| dir.path().join(name));
        for place in [&near, &far] {
            std::fs::create_dir(place).unwrap();
            std::fs::write(place.join(PROGRAM), "").unwrap();
        }
        let app = near.join("homefold-app");
        assert_eq!(service_program(Some(far.as_os_str()), Some(&app)), near.join(PROGRAM));
        let elsewhere = dir.path().join("homefold-app");
        assert_eq!(service_program(Some(far.as_os_str()), Some(&elsewhere)), far.join(PROGRAM));
        assert_eq!(service_program(None, None), PathBuf::from(PROGRAM));
    }
}
