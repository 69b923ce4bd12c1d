//! Reading an index beside its writer, from another thread.
//!
//! Every call sees the last commit and nothing of an open transaction. Not here: writing.

use std::path::Path;

use engine::index::{After, DeviceNumber, IndexError, Row};
use engine::observation::{Knowledge, KnowledgeError, Known};
use model::{ContentHash, DeviceId, EntryKind, RelPath};
use rusqlite::Connection;

use super::FolderIndex;
use super::actors::Actors;
use super::columns::{self, all_columns, seen_columns};
use super::entries::{self, Which, keyed_path, located_path};
use super::extent::{self, Extent};
use super::fault::Fault;
use super::key::{END, end_of, key_of, start_below};
use super::open::read_only;
use super::port::failed;
use super::{contents, peers};
use crate::error::{During, StoreError};

/// A connection that can only read.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    actors: Actors,
}

impl Reader {
    /// Opens the index in `file`, which a [`FolderIndex`] has open.
    ///
    /// # Errors
    /// There is no index, or it can't be read.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let connection = read_only(file)?;
        let actors = Actors::load(&connection).during("reading the actors of an index")?;
        Ok(Self { connection, actors })
    }

    /// Gives back memory that is only there for speed.
    ///
    /// # Errors
    /// The connection is of no use any more.
    pub fn rest(&self) -> Result<(), StoreError> {
        self.connection.execute_batch("PRAGMA shrink_memory").during("resting a reader of an index")
    }

    /// The row of `path`.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn get(&mut self, path: &RelPath) -> Result<Option<Row>, IndexError> {
        self.read("reading an entry", |connection, actors| entries::get(connection, actors, path))
    }

    /// Rows whose file on this disk has this content (a few, any).
    ///
    /// # Errors
    /// The index can't be read.
    pub fn on_disk(&mut self, content: ContentHash) -> Result<Vec<Row>, IndexError> {
        self.read("looking up a content", |connection, actors| {
            contents::on_disk(connection, actors, content, usize::MAX)
        })
    }

    /// The encoded manifest of that name.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn manifest(&mut self, hash: ContentHash) -> Result<Option<Vec<u8>>, IndexError> {
        self.read("reading a manifest", |connection, _| contents::manifest(connection, hash))
    }

    /// The front of that manifest, if it is kept apart.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn front(&mut self, hash: ContentHash) -> Result<Option<Vec<u8>>, IndexError> {
        self.read("reading the front of a manifest", |connection, _| {
            contents::front(connection, hash)
        })
    }

    /// Every device that has a number.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn devices(&mut self) -> Result<Vec<(DeviceNumber, DeviceId)>, IndexError> {
        self.read("listing devices", |connection, _| peers::devices(connection))
    }

    /// Up to `limit` live entries directly in `directory` (`None`: the top), after `after`.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn children(
        &mut self,
        directory: Option<&RelPath>,
        after: After<'_>,
        limit: usize,
    ) -> Result<Vec<Row>, IndexError> {
        self.read("listing a directory", |connection, actors| {
            children(connection, actors, (directory, after), limit)
        })
    }

    /// How much of what lies below `directory` is on this disk.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn extent(&mut self, directory: &RelPath) -> Result<Extent, IndexError> {
        self.read("looking into a directory", |connection, _| extent::extent(connection, directory))
    }

    /// Up to `limit` rows below `directory` (`None`: all), after `after`; tombstones included.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn below(
        &mut self,
        directory: Option<&RelPath>,
        after: After<'_>,
        limit: usize,
    ) -> Result<Vec<Row>, IndexError> {
        self.page(Which::All, (directory, after), limit)
    }

    /// Up to `limit` rows that have losers, after `after`.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn conflicts(&mut self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError> {
        self.page(Which::Conflicts, (None, after), limit)
    }

    /// Up to `limit` rows with a problem, after `after`.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn problems(&mut self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError> {
        self.page(Which::Problems, (None, after), limit)
    }

    fn page(
        &mut self,
        which: Which,
        from: (Option<&RelPath>, After<'_>),
        limit: usize,
    ) -> Result<Vec<Row>, IndexError> {
        self.read("listing entries", |connection, actors| {
            entries::page(connection, actors, which, from, limit)
        })
    }

    /// Whether any of these chunks is in the sketch of a manifest.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn knows_any(&mut self, chunks: &[ContentHash]) -> Result<bool, IndexError> {
        self.read("looking up chunks", |connection, _| contents::knows_any(connection, chunks))
    }

    /// Reads in one transaction, with the actors that the writer has numbered up to then.
    fn read<T>(
        &mut self,
        activity: &str,
        read: impl FnOnce(&Connection, &Actors) -> Result<T, Fault>,
    ) -> Result<T, IndexError> {
        let read_all = || {
            let transaction = self.connection.unchecked_transaction()?;
            self.actors.load_new(&transaction)?;
            read(&transaction, &self.actors)
        };
        read_all().map_err(|fault| failed(activity, &fault))
    }
}

impl Knowledge for Reader {
    fn each_known(
        &mut self,
        under: Option<&RelPath>,
        each: &mut dyn FnMut(Known),
    ) -> Result<(), KnowledgeError> {
        self.read("listing", |connection, actors| each_known(connection, actors, under, each))
            .map_err(|error| KnowledgeError(error.cause))
    }

    fn by_inode(&mut self, inode: u64) -> Result<Option<Known>, KnowledgeError> {
        self.read("looking up a file", |connection, actors| by_inode(connection, actors, inode))
            .map_err(|error| KnowledgeError(error.cause))
    }
}

/// For the simulator, whose scanner runs in the engine's thread.
impl Knowledge for FolderIndex {
    fn each_known(
        &mut self,
        under: Option<&RelPath>,
        each: &mut dyn FnMut(Known),
    ) -> Result<(), KnowledgeError> {
        each_known(&self.connection, &self.actors, under, each)
            .map_err(|fault| KnowledgeError(fault.to_string()))
    }

    fn by_inode(&mut self, inode: u64) -> Result<Option<Known>, KnowledgeError> {
        by_inode(&self.connection, &self.actors, inode)
            .map_err(|fault| KnowledgeError(fault.to_string()))
    }
}

fn each_known(
    connection: &Connection,
    actors: &Actors,
    under: Option<&RelPath>,
    each: &mut dyn FnMut(Known),
) -> Result<(), Fault> {
    let (low, high) = match under.map(key_of) {
        Some(key) => (key.clone(), end_of(&key)),
        None => (Vec::new(), END.to_vec()),
    };
    // What seems to be gone, and is held, is no longer known to stand: if it does, that is news.
    let held = "SELECT 1 FROM held WHERE register IS NULL";
    let any_held = connection.prepare_cached(held)?.exists([])?;
    let mut query = connection.prepare_cached(concat!(
        "SELECT p.key, ",
        seen_columns!(),
        " FROM path p CROSS JOIN entry e ON e.id = p.id \
         WHERE p.key >= ?1 AND p.key < ?2 AND e.inode IS NOT NULL AND NOT (?3 AND EXISTS \
         (SELECT 1 FROM held h WHERE h.key = p.key AND h.register IS NULL)) ORDER BY p.key"
    ))?;
    let mut rows = query.query((low, high, any_held))?;
    while let Some(row) = rows.next()? {
        if let Some(seen) = columns::read_seen(row, 1, actors)? {
            each(Known { path: keyed_path(row)?, seen });
        }
    }
    Ok(())
}

fn by_inode(connection: &Connection, actors: &Actors, inode: u64) -> Result<Option<Known>, Fault> {
    let mut query = connection.prepare_cached(concat!(
        "SELECT d.key, e.name, ",
        seen_columns!(),
        " FROM entry e INDEXED BY entry_inode CROSS JOIN directory d ON d.id = e.directory \
         WHERE e.inode = ?1 AND e.content_key IS NOT NULL LIMIT 1"
    ))?;
    let mut rows = query.query([inode.cast_signed()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let seen = columns::read_seen(row, 2, actors)?.ok_or(Fault::Damaged)?;
    Ok(Some(Known { path: located_path(row)?, seen }))
}

/// Steps from child to child over everything that is below one.
fn children(
    connection: &Connection,
    actors: &Actors,
    (directory, after): (Option<&RelPath>, After<'_>),
    limit: usize,
) -> Result<Vec<Row>, Fault> {
    let (start, high) = match directory.map(key_of) {
        Some(key) => (start_below(&key), end_of(&key)),
        None => (Vec::new(), END.to_vec()),
    };
    let mut low = after.map(|after| end_of(&key_of(after))).unwrap_or_default().max(start.clone());
    let mut next = connection.prepare_cached(concat!(
        "SELECT p.key, ",
        all_columns!(),
        " FROM path p CROSS JOIN entry e ON e.id = p.id \
         WHERE p.key >= ?1 AND p.key < ?2 ORDER BY p.key LIMIT 1"
    ))?;
    let mut found = Vec::new();
    while found.len() < limit {
        let mut rows = next.query((&low, &high))?;
        let Some(row) = rows.next()? else { break };
        let key = columns::blob(row, 0)?.ok_or(Fault::Damaged)?;
        let rest = key.get(start.len()..).ok_or(Fault::Damaged)?;
        // A child without a row of its own is stepped over with all that is below it.
        let name = rest.split(|byte| *byte == 0).next().unwrap_or(rest);
        low = end_of(&key[..start.len() + name.len()]);
        if name.len() < rest.len() {
            continue;
        }
        let row = columns::read(row, 1, keyed_path(row)?, actors)?;
        if !matches!(row.register.winner().kind, EntryKind::Tombstone { .. }) {
            found.push(row);
        }
    }
    Ok(found)
}
