//! Everything that can be wrong with a call of a program on the drive.
//!
//! Closed on purpose: whoever adds a kind decides in [`crate::errno`] what a program sees.

use std::io;

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// Nothing stands at the path.
    #[error("nothing is there")]
    Missing,
    /// Something stands there already.
    #[error("something is there already")]
    Exists,
    /// It is no directory.
    #[error("it is no directory")]
    NotDirectory,
    /// It is a directory.
    #[error("it is a directory")]
    IsDirectory,
    /// The directory holds something.
    #[error("the directory is not empty")]
    NotEmpty,
    /// The change would lead from one folder to another: it has to be copied.
    #[error("the two paths lie in different folders")]
    OtherFolder,
    /// The list of folders is changed by commands, not by programs; and the service's own directory by nobody.
    #[error("this belongs to the service")]
    Own,
    /// The name or the path can't be kept in a folder.
    #[error("the name is too long")]
    NameTooLong,
    /// The call makes no sense for what it is made on.
    #[error("the call does not fit")]
    Invalid,
    /// Neither this system's disk nor the drive can do it.
    #[error("this is not supported here")]
    Unsupported,
    /// The handle was not opened for this.
    #[error("the file was not opened for this")]
    NotOpened,
    /// What the number stood for is gone; the path may lead to something new.
    #[error("it was replaced meanwhile")]
    Stale,
    /// Nobody that has the bytes delivered them in time.
    #[error("no device that has the bytes delivered them in time")]
    Unreachable,
    /// The program is one that must not make this device fetch anything.
    #[error("this program is spared from fetching files")]
    Spared,
    /// The wait was ended.
    #[error("the wait was interrupted")]
    Interrupted,
    /// There is no room for it.
    #[error("there is no room")]
    NoRoom,
    /// A limit of the service is reached.
    #[error("too much at once")]
    Busy,
    /// The index could not be read or written.
    #[error("the index: {0}")]
    Index(String),
    /// The system reported an error.
    #[error("{0}")]
    System(#[from] io::Error),
}

impl From<rustix::io::Errno> for DriveError {
    fn from(errno: rustix::io::Errno) -> Self {
        Self::System(errno.into())
    }
}
