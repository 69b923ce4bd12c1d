//! How much of what lies below a directory is on this disk.
//!
//! Whether anything is elsewhere is one step in an index that holds nothing else. Whether anything is
//! here walks the paths in their order, keys and states only, until the first; an index for that would
//! hold nearly every path of a device that keeps everything.

use model::RelPath;
use rusqlite::Connection;

use super::fault::Fault;
use super::key::{end_of, key_of, start_below};

/// What there is below a directory, of files and links; directories don't count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// Something is on this disk.
    pub here: bool,
    /// Something is not.
    pub elsewhere: bool,
}

pub(super) const IS_ELSEWHERE: &str = "SELECT 1 FROM path INDEXED BY path_elsewhere \
                                       WHERE key > ?1 AND key < ?2 AND state & 32 LIMIT 1";
pub(super) const IS_HERE: &str =
    "SELECT 1 FROM path WHERE key > ?1 AND key < ?2 AND state & 16 LIMIT 1";

pub(super) fn extent(connection: &Connection, directory: &RelPath) -> Result<Extent, Fault> {
    let key = key_of(directory);
    let bounds = [start_below(&key), end_of(&key)];
    let exists = |sql| connection.prepare_cached(sql)?.exists([&bounds[0], &bounds[1]]);
    Ok(Extent { here: exists(IS_HERE)?, elsewhere: exists(IS_ELSEWHERE)? })
}
