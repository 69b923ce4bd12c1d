//! What goes wrong inside the index, before it is said what was being done.

use crate::error::is_full;

/// The cause of an error.
#[derive(Debug)]
pub(super) enum Fault {
    /// The database reported it.
    Database(rusqlite::Error),
    /// A stored value makes no sense.
    Damaged,
    /// A limit of the index is reached.
    Limit(&'static str),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl Fault {
    /// Whether there was no room on the disk.
    pub(super) fn is_full(&self) -> bool {
        match self {
            Self::Database(error) => is_full(error),
            Self::Damaged | Self::Limit(_) => false,
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Database(error) => error.fmt(f),
            Self::Damaged => f.write_str("a stored value is damaged"),
            Self::Limit(limit) => f.write_str(limit),
        }
    }
}
