//! What a crash left in staging.
//!
//! A swap leaves, for a moment, the user's replaced file under a name of staging. Nothing that may be
//! such a file is deleted: unless its bytes are exactly those that were about to be swapped in, it goes
//! to the archive under the hash of its content.

use std::sync::Arc;

use content::SINGLE_MAX;
use model::ContentHash;

use super::{PART, StageError, TAKEN, WRITTEN, part_name};
use crate::archive::Archive;
use crate::platform::Kind;
use crate::root::Root;

/// A file that was found in staging and is in the archive now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovered {
    /// Its name in the archive.
    pub hash: ContentHash,
    /// Its bytes.
    pub size: u64,
}

pub(super) fn recover(root: &Arc<Root>) -> Result<Vec<Recovered>, StageError> {
    let mut names = Vec::new();
    root.staging().list(&mut |entry| names.extend(entry.text().map(str::to_owned)))?;
    let mut recovered = Vec::new();
    for name in names {
        if name.starts_with(WRITTEN) || name.starts_with(TAKEN) {
            recovered.extend(recover_temp(root, &name)?);
        } else if !name.ends_with(PART) {
            reopen_complete(root, &name)?;
        }
    }
    Ok(recovered)
}

/// A content that was complete may have lost bytes with the power: it is put together anew out of
/// itself, which verifies it. A small one is cheaper fetched again.
fn reopen_complete(root: &Root, name: &str) -> Result<(), StageError> {
    let staging = root.staging();
    let Some(facts) = staging.facts(name)? else { return Ok(()) };
    match ContentHash::parse(name) {
        Some(hash) if facts.stat.size > SINGLE_MAX => {
            staging.rename_over(name, staging, &part_name(hash))?;
        }
        Some(_) | None if facts.kind == Kind::Directory => staging.remove_dir(name)?,
        Some(_) | None => staging.remove_file(name)?,
    }
    Ok(())
}

fn recover_temp(root: &Arc<Root>, name: &str) -> Result<Option<Recovered>, StageError> {
    let staging = root.staging();
    let Some(facts) = staging.facts(name)? else { return Ok(None) };
    if facts.kind != Kind::File || facts.stat.size == 0 {
        staging.remove_file(name)?;
        return Ok(None);
    }
    let size = facts.stat.size;
    let (content, _) = match content::read_all(&mut staging.open_file(name)?, size) {
        Ok(read) => read,
        Err(content::ReadError::Io(error)) => return Err(error.into()),
        Err(_) => return Err(StageError::Corrupt),
    };
    let hash = content.hash;
    if name.starts_with(WRITTEN) && name.ends_with(&hash.to_string()) {
        staging.remove_file(name)?;
        return Ok(None);
    }
    Archive::new(root.clone()).take(staging, name, hash)?.sync()?;
    Ok(Some(Recovered { hash, size }))
}
