//! Directories that only this user may enter, and making names durable.

use std::io::ErrorKind;
use std::path::Path;

use crate::error::StoreError;

/// Makes `directory` and what is missing above it, for this user only.
pub(crate) fn make_private(directory: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(directory) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == ErrorKind::AlreadyExists && directory.is_dir() => Ok(()),
        Err(source) => {
            let activity = "making the directory";
            Err(StoreError::File { activity, path: directory.to_owned(), source })
        }
    }
}

/// Makes the name of `file` durable. Only Unix can and must be told so.
pub(crate) fn sync_above(file: &Path) -> Result<(), StoreError> {
    if cfg!(unix)
        && let Some(directory) = file.parent()
    {
        std::fs::File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(StoreError::file("making names durable in", directory))?;
    }
    Ok(())
}
