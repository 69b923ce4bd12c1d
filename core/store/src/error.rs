//! What can go wrong with this device's private state.
//!
//! Texts name the activity and its kind of object, never a user's file: they end up in logs.

use std::path::PathBuf;

/// Private state could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database reported an error.
    #[error("{activity}")]
    Database {
        /// What was being done.
        activity: &'static str,
        /// What the database reported.
        source: rusqlite::Error,
    },
    /// The operating system reported an error.
    #[error("{activity} {}", path.display())]
    File {
        /// What was being done.
        activity: &'static str,
        /// With which of our own files.
        path: PathBuf,
        /// What the system reported.
        source: std::io::Error,
    },
    /// What was read makes no sense.
    #[error("{activity}: the stored value is damaged")]
    Damaged {
        /// What was being done.
        activity: &'static str,
    },
    /// The database was written by a later release.
    #[error("the database has format {found}, this release knows formats up to {known}")]
    TooNew {
        /// The format found.
        found: u32,
        /// The newest format that this release knows.
        known: u32,
    },
    /// Another service uses the same data directory.
    #[error("another service is running on {}", path.display())]
    Locked {
        /// The data directory's lock file.
        path: PathBuf,
    },
    /// A secret can be read by others.
    #[error("{} can be read by other users of this computer", path.display())]
    Exposed {
        /// The file or directory.
        path: PathBuf,
    },
}

impl StoreError {
    /// Whether the disk is full: room must be made (see [`crate::reserve`]) before it is tried again.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Database { source, .. } => is_full(source),
            Self::File { source, .. } => source.kind() == std::io::ErrorKind::StorageFull,
            Self::Damaged { .. }
            | Self::TooNew { .. }
            | Self::Locked { .. }
            | Self::Exposed { .. } => false,
        }
    }

    /// Whether the database itself is broken, so that it must be made anew.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Database { source, .. } => matches!(
                source.sqlite_error_code(),
                Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)
            ),
            Self::Damaged { .. } => true,
            Self::File { .. }
            | Self::TooNew { .. }
            | Self::Locked { .. }
            | Self::Exposed { .. } => false,
        }
    }

    pub(crate) fn file(
        activity: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { activity, path, source }
    }
}

/// Whether the database could not grow.
pub(crate) fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
}

/// Says what was being done when the database reported an error.
pub(crate) trait During<T> {
    fn during(self, activity: &'static str) -> Result<T, StoreError>;
}

impl<T> During<T> for rusqlite::Result<T> {
    fn during(self, activity: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Database { activity, source })
    }
}
