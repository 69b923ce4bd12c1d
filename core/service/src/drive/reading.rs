//! An open file of the drive whose bytes are elsewhere.

use ::drive::{DriveError, Interrupt, Remote};

use crate::remote::{ReadFailed, Reading};

/// The file.
pub(super) struct Elsewhere(pub(super) Reading);

impl Remote for Elsewhere {
    fn read_at(
        &self,
        offset: u64,
        into: &mut [u8],
        interrupt: &Interrupt,
    ) -> Result<usize, DriveError> {
        self.0.read_at(offset, into, &|| interrupt.raised()).map_err(of_read)
    }
}

/// What a program is told of it.
pub(crate) fn of_read(error: ReadFailed) -> DriveError {
    match error {
        ReadFailed::NoEntry => DriveError::Missing,
        ReadFailed::NotAFile => DriveError::Invalid,
        ReadFailed::Unavailable(_) | ReadFailed::TimedOut(_) | ReadFailed::Stopping => {
            DriveError::Unreachable
        }
        ReadFailed::Spared => DriveError::Spared,
        ReadFailed::Interrupted => DriveError::Interrupted,
        ReadFailed::Disk(error) => DriveError::Index(error),
    }
}
