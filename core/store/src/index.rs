//! The index of one folder in SQLite: implements [`engine::index::Index`].
//!
//! One database per folder, one writer ([`FolderIndex`], owned by whoever owns the engine) and any
//! number of [`Reader`]s. The owner opens and commits transactions; everything written between two
//! commits becomes visible to readers at once or, after a crash, never. Invariants: after
//! [`FolderIndex::commit`] with [`Durability::Full`] has returned, a power cut loses nothing written
//! before; an error in a transaction is answered with [`FolderIndex::rollback`].
//! Not here: what the rows mean (`engine`).

mod actors;
mod codec;
mod columns;
mod contents;
mod entries;
mod extent;
mod fault;
mod kept;
mod key;
mod open;
mod peers;
mod port;
mod promises;
mod reader;
#[cfg(test)]
mod tests;
mod totals;

use std::cell::Cell;
use std::path::PathBuf;

use model::Actor;
use rusqlite::Connection;

use crate::error::{During, StoreError};
use actors::Actors;
use entries::Directories;

pub use extent::Extent;
pub use open::{Opened, delete};
pub use reader::Reader;

/// How much a commit promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Durability {
    /// Survives a power cut, together with everything committed before.
    Full,
    /// Survives a crash of the service; a power cut may undo it (and all after it, in order).
    Normal,
}

/// One life of an index: random numbers, never used for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Never 0.
    pub epoch: u64,
    /// Under which name changes are made in this life.
    pub actor: Actor,
}

impl Life {
    /// A new life.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn random() -> Result<Self, StoreError> {
        let draw = || {
            getrandom::u64().map_err(|e| StoreError::File {
                activity: "drawing a random number from",
                path: PathBuf::from("the operating system"),
                source: std::io::Error::other(e),
            })
        };
        Ok(Self { epoch: draw()?.max(1), actor: Actor(draw()?) })
    }
}

/// Where the database is.
#[derive(Debug)]
enum Medium {
    /// In memory. Commits that are not durable stay inside one open transaction, so that a power cut
    /// can be played by rolling it back.
    Memory,
    /// In a file.
    Disk(open::Files),
}

/// The index of one folder.
#[derive(Debug)]
pub struct FolderIndex {
    connection: Connection,
    medium: Medium,
    actors: Actors,
    directories: Directories,
    /// Whether some write since the last [`FolderIndex::rollback`] found no room.
    is_full: Cell<bool>,
    /// Whether the file is not the one that the index was made in.
    is_copy: bool,
    /// Up to which manifest [`FolderIndex::sweep_manifests`] has come.
    swept: i64,
    /// Changes that were known to be durable.
    durable_changes: u64,
}

impl FolderIndex {
    /// Opens a transaction.
    ///
    /// # Errors
    /// One is open already, or the database can't be written.
    pub fn begin(&mut self) -> Result<(), StoreError> {
        match self.medium {
            Medium::Disk(_) => self.run("BEGIN IMMEDIATE"),
            Medium::Memory => {
                let begun =
                    if self.connection.is_autocommit() { self.run("BEGIN") } else { Ok(()) };
                begun.and_then(|()| self.run("SAVEPOINT step"))
            }
        }
        .during("opening a transaction of an index")
    }

    /// Commits the transaction.
    ///
    /// # Errors
    /// Nothing is committed ([`FolderIndex::rollback`] is to be called) or, if the activity is
    /// "making an index durable", it is committed without a promise: the index must be opened anew.
    pub fn commit(&mut self, durability: Durability) -> Result<(), StoreError> {
        const ACTIVITY: &str = "committing to an index";
        match self.medium {
            Medium::Memory => {
                self.run("RELEASE step").during(ACTIVITY)?;
                match durability {
                    Durability::Full => self.run("COMMIT").during(ACTIVITY),
                    Durability::Normal => Ok(()),
                }
            }
            Medium::Disk(_) => {
                self.run("COMMIT").during(ACTIVITY)?;
                match durability {
                    Durability::Full => self.make_durable(),
                    Durability::Normal => Ok(()),
                }
            }
        }
    }

    /// Makes everything committed durable; does nothing if it is.
    fn make_durable(&mut self) -> Result<(), StoreError> {
        let changes = self.connection.total_changes();
        if let Medium::Disk(files) = &mut self.medium
            && changes != self.durable_changes
        {
            files.sync()?;
        }
        self.durable_changes = changes;
        Ok(())
    }

    /// Undoes everything since [`FolderIndex::begin`]; does nothing without a transaction.
    ///
    /// # Errors
    /// The database can't be read any more.
    pub fn rollback(&mut self) -> Result<(), StoreError> {
        const ACTIVITY: &str = "undoing a transaction of an index";
        if !self.connection.is_autocommit() {
            match self.medium {
                Medium::Disk(_) => self.run("ROLLBACK").during(ACTIVITY)?,
                Medium::Memory => {
                    // Without an open step there is nothing to undo.
                    if self.run("ROLLBACK TO step").is_ok() {
                        self.run("RELEASE step").during(ACTIVITY)?;
                    }
                }
            }
        }
        self.is_full.set(false);
        self.forget_cached()
    }

    /// Whether a write since the last rollback found no room on the disk: the reserve is to be freed
    /// before the transaction is tried again.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_full.get()
    }

    /// To be called when nothing happens: writes the log back into the database and empties it, and
    /// gives memory back. Whether that succeeded; a reader may be in the way.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn idle(&mut self) -> Result<bool, StoreError> {
        const ACTIVITY: &str = "writing an index back from its log";
        let busy: i64 = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            .during(ACTIVITY)?;
        self.connection.execute_batch("PRAGMA shrink_memory").during(ACTIVITY)?;
        Ok(busy == 0)
    }

    fn run(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop).inspect_err(|error| {
            if crate::error::is_full(error) {
                self.is_full.set(true);
            }
        })
    }

    fn forget_cached(&mut self) -> Result<(), StoreError> {
        self.directories = Directories::default();
        self.actors = Actors::load(&self.connection).during("reading the actors of an index")?;
        Ok(())
    }
}

/// For the simulator.
impl FolderIndex {
    /// An empty index in memory.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn in_memory(life: Life) -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory().during("opening an index in memory")?;
        open::prepare(&mut connection, None)?;
        let index = Self::over(connection, Medium::Memory)?;
        index
            .connection
            .execute(
                "INSERT INTO identity (id, epoch, actor, counter, sequence, clean) \
                 VALUES (1, ?1, ?2, 0, 0, 1)",
                (life.epoch.cast_signed(), life.actor.0.cast_signed()),
            )
            .during("making an index in memory")?;
        Ok(index)
    }

    /// Plays a power cut, which costs about nothing: undoes the open transaction and every commit
    /// since the last one with [`Durability::Full`]. Only for an index in memory; a file's owner must
    /// instead let go of it.
    ///
    /// # Errors
    /// The database can't be read any more.
    pub fn lose_power(&mut self) -> Result<(), StoreError> {
        if !self.connection.is_autocommit() {
            self.run("ROLLBACK").during("undoing what was not durable")?;
        }
        self.forget_cached()
    }

    /// The whole index as bytes, as it was committed; not inside a transaction.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn snapshot(&mut self) -> Result<Vec<u8>, StoreError> {
        let bytes = self.connection.serialize("main").during("copying an index")?;
        Ok(bytes.to_vec())
    }

    /// An index in memory as it was at a snapshot.
    ///
    /// # Errors
    /// The bytes are no index of this release's format.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Self, StoreError> {
        const ACTIVITY: &str = "restoring an index";
        let mut connection = Connection::open_in_memory().during(ACTIVITY)?;
        connection.deserialize_read_exact("main", bytes, bytes.len(), false).during(ACTIVITY)?;
        open::prepare(&mut connection, None)?;
        Self::over(connection, Medium::Memory)
    }

    fn over(connection: Connection, medium: Medium) -> Result<Self, StoreError> {
        let mut index = Self {
            durable_changes: connection.total_changes(),
            connection,
            medium,
            actors: Actors::default(),
            directories: Directories::default(),
            is_full: Cell::new(false),
            is_copy: false,
            swept: 0,
        };
        index.forget_cached()?;
        Ok(index)
    }
}
