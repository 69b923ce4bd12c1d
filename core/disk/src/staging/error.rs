//! Why bytes can't be staged.

use std::io;

use model::Problem;

use crate::platform::problem_of;

/// Why bytes can't be staged.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// They are not what their hash says.
    #[error("staging bytes that don't fit their hash")]
    Corrupt,
    /// There is no such chunk.
    #[error("staging chunk {0} of a content that has fewer")]
    NoSuchChunk(usize),
    /// The manifest does not belong to the content.
    #[error("staging a content by the manifest of another")]
    Manifest,
    /// There is no room beyond the reserve.
    #[error("staging bytes on a disk without room")]
    Full,
    /// The system reported an error.
    #[error("writing to staging")]
    Io(#[from] io::Error),
}

impl StageError {
    /// What to tell the user.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Corrupt | Self::NoSuchChunk(_) | Self::Manifest => Problem::Corrupt,
            Self::Full => Problem::DiskFull,
            Self::Io(error) => problem_of(error),
        }
    }
}
