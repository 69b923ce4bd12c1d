//! How much room there is: that of the disk below the body.

use crate::DriveError;
use crate::drive::Drive;

/// Room of a file system, as `statvfs` tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Blocks in all.
    pub blocks: u64,
    /// Free blocks.
    pub free: u64,
    /// Free blocks for those who are not root.
    pub available: u64,
    /// Numbers for files in all.
    pub files: u64,
    /// Free numbers.
    pub files_free: u64,
    /// Bytes in a block.
    pub block_size: u32,
    /// Bytes in a name.
    pub name_max: u32,
}

impl Drive {
    /// The room at `number`: that of its folder, or at the top that of the first folder.
    ///
    /// # Errors
    /// [`DriveError`] of the disk.
    pub fn room(&self, number: u64) -> Result<Room, DriveError> {
        let shown = self.nodes().get(number)?.shown.clone();
        let shown = match shown {
            Some(shown) => Some(shown),
            None => match self.folders.names().first() {
                Some(name) => self.folders.find(name)?,
                None => None,
            },
        };
        let Some(shown) = shown else { return Ok(EMPTY) };
        let volume = rustix::fs::fstatvfs(shown.top())?;
        Ok(Room {
            blocks: volume.f_blocks,
            free: volume.f_bfree,
            available: volume.f_bavail,
            files: volume.f_files,
            files_free: volume.f_ffree,
            block_size: u32::try_from(volume.f_frsize).unwrap_or(4096),
            name_max: u32::try_from(model::path::NAME_MAX).unwrap_or(255),
        })
    }
}

/// A home without folders has room for nothing.
const EMPTY: Room = Room {
    blocks: 0,
    free: 0,
    available: 0,
    files: 0,
    files_free: 0,
    block_size: 4096,
    name_max: 255,
};
