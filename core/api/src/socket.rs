//! What both ends of the Unix socket need.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Bytes that fit into a socket's address on every Unix.
const ADDRESS_MAX: usize = 100;

/// The user that this process acts as.
pub(crate) fn this_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// A path of a socket that fits into its address: a long one goes through its opened directory.
pub(crate) struct ShortPath {
    path: PathBuf,
    /// Keeps the number in `path` valid.
    _directory: Option<File>,
}

impl ShortPath {
    /// The short form of `path`, whose directory must exist.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        if path.as_os_str().as_bytes().len() <= ADDRESS_MAX {
            return Ok(Self { path: path.to_owned(), _directory: None });
        }
        let directory = File::open(directory)?;
        let path = PathBuf::from(format!("/proc/self/fd/{}", directory.as_raw_fd())).join(name);
        Ok(Self { path, _directory: Some(directory) })
    }

    pub(crate) fn as_path(&self) -> &Path {
        &self.path
    }
}
