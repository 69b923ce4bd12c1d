//! Where in the data dir things are.
//!
//! The data dir is this user's alone (0700). Not here: the formats (`store`), the socket's name
//! (`api`).

use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use model::FolderId;

/// The data dir.
#[derive(Debug, Clone)]
pub(crate) struct Place(PathBuf);

impl Place {
    /// Takes the directory over, making it if it is not there.
    ///
    /// # Errors
    /// When it can't be made or its permissions can't be set.
    pub(crate) fn open(data_dir: &Path) -> io::Result<Self> {
        let directory = std::path::absolute(data_dir)?;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
        let mut permissions = std::fs::metadata(&directory)?.permissions();
        if permissions.mode() & 0o077 != 0 {
            permissions.set_mode(0o700);
            std::fs::set_permissions(&directory, permissions)?;
        }
        let place = Self(directory);
        std::fs::create_dir_all(place.indexes())?;
        Ok(place)
    }

    /// The data dir itself.
    pub(crate) fn root(&self) -> &Path {
        &self.0
    }

    /// The device's key.
    pub(crate) fn key(&self) -> PathBuf {
        self.0.join("device.key")
    }

    /// The home's settings and what this device decided for itself.
    pub(crate) fn home(&self) -> PathBuf {
        self.0.join("home.db")
    }

    /// Room for the databases on a full disk.
    pub(crate) fn reserve(&self) -> PathBuf {
        self.0.join("reserve")
    }

    /// What web clients show.
    pub(crate) fn token(&self) -> PathBuf {
        self.0.join(api::server::TOKEN_NAME)
    }

    /// The certificate that browsers on other computers are shown, with its key.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.0.join("web.key")
    }

    /// The index of a folder.
    pub(crate) fn index(&self, folder: FolderId) -> PathBuf {
        self.indexes().join(format!("{folder}.db"))
    }

    /// The files that are here of a folder of which not all are.
    pub(crate) fn body(&self, folder: FolderId) -> PathBuf {
        self.0.join("bodies").join(folder.to_string())
    }

    /// What is here of a folder that is only looked at.
    pub(crate) fn view(&self, folder: FolderId) -> PathBuf {
        self.0.join("views").join(folder.to_string())
    }

    /// The logs.
    pub(crate) fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// Where clients ask.
    pub(crate) fn socket(&self) -> PathBuf {
        self.0.join(api::SOCKET_NAME)
    }

    fn indexes(&self) -> PathBuf {
        self.0.join("folders")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_can_look_into_the_data_dir() {
        let above = tempfile::tempdir().unwrap();
        let directory = above.path().join("open");
        std::fs::create_dir(&directory).unwrap();
        std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o755)).unwrap();
        let place = Place::open(&directory).unwrap();
        let mode = std::fs::metadata(place.root()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
