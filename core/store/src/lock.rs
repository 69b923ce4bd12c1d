//! One service at a time on a data directory.
//!
//! The lock is the operating system's: it ends with the process, however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::StoreError;

/// The right to use a data directory, for as long as it lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the data directory `directory`, made for this user only if it is missing.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another service has it.
    pub fn take(directory: &Path) -> Result<Self, StoreError> {
        crate::directory::make_private(directory)?;
        let path = directory.join("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(StoreError::file("opening the lock", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path }),
            Err(TryLockError::Error(source)) => {
                Err(StoreError::File { activity: "taking the lock", path, source })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_services_never_share_a_data_directory() {
        let above = tempfile::tempdir().unwrap();
        let directory = above.path().join("x/data");
        let first = Lock::take(&directory).unwrap();
        assert!(matches!(Lock::take(&directory), Err(StoreError::Locked { .. })));
        drop(first);
        Lock::take(&directory).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_new_data_directory_is_for_this_user_only() {
        use std::os::unix::fs::PermissionsExt;
        let above = tempfile::tempdir().unwrap();
        let directory = above.path().join("data");
        let _lock = Lock::take(&directory).unwrap();
        let mode = std::fs::metadata(&directory).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
