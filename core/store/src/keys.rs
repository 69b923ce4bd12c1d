//! The file with this device's private key.
//!
//! Invariants: whole or absent, never replaced, readable by this user only. The bytes are PKCS #8;
//! what they mean is not known here (`transport::Identity`). The caller holds the [`crate::lock`].

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use crate::error::StoreError;

/// Bytes of a key file; a key has fewer than 100.
const KEY_MAX: u64 = 4096;

/// The key in `file`; `None` if there is none yet.
///
/// # Errors
/// [`StoreError::Exposed`] if other users can read it; it must not be used then.
pub fn load(file: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    const ACTIVITY: &str = "reading the device key";
    let opened = match File::open(file) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(StoreError::file(ACTIVITY, file))?,
    };
    let metadata = opened.metadata().map_err(StoreError::file(ACTIVITY, file))?;
    if is_exposed(&metadata) {
        return Err(StoreError::Exposed { path: file.to_owned() });
    }
    let mut bytes = Vec::new();
    opened.take(KEY_MAX + 1).read_to_end(&mut bytes).map_err(StoreError::file(ACTIVITY, file))?;
    if bytes.is_empty() || bytes.len() as u64 > KEY_MAX {
        return Err(StoreError::Damaged { activity: ACTIVITY });
    }
    Ok(Some(bytes))
}

/// Writes a new key durably, in one piece.
///
/// # Errors
/// There is a key already, or the file can't be written.
pub fn create(file: &Path, pkcs8: &[u8]) -> Result<(), StoreError> {
    const ACTIVITY: &str = "writing the device key";
    if let Some(parent) = file.parent() {
        crate::directory::make_private(parent)?;
    }
    if file.exists() {
        let source = ErrorKind::AlreadyExists.into();
        return Err(StoreError::File { activity: ACTIVITY, path: file.to_owned(), source });
    }
    let temporary = file.with_extension("new");
    write_private(&temporary, pkcs8)
        .and_then(|()| std::fs::rename(&temporary, file))
        .map_err(StoreError::file(ACTIVITY, file))?;
    crate::directory::sync_above(file)
}

fn write_private(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(file)?;
    opened.write_all(bytes)?;
    opened.sync_all()
}

#[cfg(unix)]
fn is_exposed(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.mode() & 0o077 != 0 || metadata.uid() != rustix::process::geteuid().as_raw()
}

/// Other systems keep others out by where the user's directory is.
#[cfg(not(unix))]
fn is_exposed(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_and_never_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("data/device.key");
        assert_eq!(load(&file).unwrap(), None);
        create(&file, b"one").unwrap();
        assert!(create(&file, b"two").is_err());
        assert_eq!(load(&file).unwrap().as_deref(), Some(&b"one"[..]));
    }

    #[test]
    fn what_a_kill_left_of_a_key_is_no_key() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("device.key");
        std::fs::write(file.with_extension("new"), b"ha").unwrap();
        assert_eq!(load(&file).unwrap(), None);
        create(&file, b"whole").unwrap();
        assert_eq!(load(&file).unwrap().as_deref(), Some(&b"whole"[..]));
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_empty_key_file_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("device.key");
        create(&file, b"").unwrap();
        assert!(load(&file).unwrap_err().is_damage());
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("device.key");
        create(&file, b"one").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(load(&file), Err(StoreError::Exposed { .. })));
    }
}
