//! The rows of the index: one by one and in pages.
//!
//! A row is spread over two tables, `entry` (what) and `path` (where, in order), and names its
//! directory by a number. Not here: how a row becomes columns (`columns`).

use std::collections::HashMap;

use engine::index::{After, Holders, Row};
use model::RelPath;
use rusqlite::{Connection, OptionalExtension, Params, params};
use wire::Sequence;

use super::actors::Actors;
use super::columns::{self, Columns, all_columns};
use super::fault::Fault;
use super::key::{self, END, end_of, fold_of, key_of, path_in, path_of, start_below};

/// Directories whose numbers are kept in memory; when there are more, all are forgotten.
const DIRECTORIES_MAX: usize = 4096;

/// The numbers of directories that were used lately.
#[derive(Debug, Default)]
pub(super) struct Directories(HashMap<Vec<u8>, i64>);

impl Directories {
    /// The number of the directory of key `key`, given out at the first call.
    fn number(&mut self, connection: &Connection, key: &[u8]) -> Result<i64, Fault> {
        if key.is_empty() {
            return Ok(0);
        }
        if let Some(id) = self.0.get(key) {
            return Ok(*id);
        }
        let known = connection
            .prepare_cached("SELECT id FROM directory WHERE key = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?;
        let id = match known {
            Some(id) => id,
            None => connection
                .prepare_cached("INSERT INTO directory (key) VALUES (?1)")?
                .insert([key])?,
        };
        if self.0.len() >= DIRECTORIES_MAX {
            self.0.clear();
        }
        self.0.insert(key.to_vec(), id);
        Ok(id)
    }

    /// Forgets the directories above `key` that hold nothing any more.
    fn sweep(&mut self, connection: &Connection, key: &[u8]) -> Result<(), Fault> {
        let mut directory = key::split(key).0;
        while !directory.is_empty() && !has_below(connection, directory)? {
            connection
                .prepare_cached("DELETE FROM directory WHERE key = ?1")?
                .execute([directory])?;
            self.0.remove(directory);
            directory = key::split(directory).0;
        }
        Ok(())
    }
}

fn has_below(connection: &Connection, directory: &[u8]) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM path WHERE key > ?1 AND key < ?2 LIMIT 1";
    let bounds = [start_below(directory), end_of(directory)];
    Ok(connection.prepare_cached(sql)?.exists(bounds)?)
}

pub(super) fn get(
    connection: &Connection,
    actors: &Actors,
    path: &RelPath,
) -> Result<Option<Row>, Fault> {
    let mut query = connection.prepare_cached(concat!(
        "SELECT ",
        all_columns!(),
        " FROM path p CROSS JOIN entry e ON e.id = p.id WHERE p.key = ?1"
    ))?;
    let mut rows = query.query([key_of(path)])?;
    match rows.next()? {
        Some(row) => columns::read(row, 0, path.clone(), actors).map(Some),
        None => Ok(None),
    }
}

/// What an update must know of the row that it replaces.
struct Old {
    id: i64,
    state: i64,
    /// The values that are indexed.
    sequence: i64,
    inode: Option<i64>,
    content_key: Option<i32>,
}

fn old(connection: &Connection, key: &[u8]) -> Result<Option<Old>, Fault> {
    let sql = "SELECT p.id, p.state, e.sequence, e.inode, e.content_key \
               FROM path p CROSS JOIN entry e ON e.id = p.id WHERE p.key = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Old {
            id: row.get(0)?,
            state: row.get(1)?,
            sequence: row.get(2)?,
            inode: row.get(3)?,
            content_key: row.get(4)?,
        })
    };
    Ok(connection.prepare_cached(sql)?.query_row([key], read).optional()?)
}

pub(super) fn put(
    connection: &Connection,
    actors: &mut Actors,
    directories: &mut Directories,
    row: &Row,
) -> Result<(), Fault> {
    let key = key_of(&row.path);
    let columns = Columns::of(row, actors);
    actors.store(connection)?;
    match old(connection, &key)? {
        Some(old) => update(connection, &key, &old, &columns),
        None => {
            let fold = fold_of(&row.path).map(|(_, hash)| hash);
            let (directory, _) = key::split(&key);
            let directory = directories.number(connection, directory)?;
            let id = insert(connection, (directory, row.path.name(), fold), &columns)?;
            connection
                .prepare_cached("INSERT INTO path (key, id, state) VALUES (?1, ?2, ?3)")?
                .execute((&key, id, columns.state))?;
            Ok(())
        }
    }
}

fn insert(
    connection: &Connection,
    (directory, name, fold): (i64, &str, Option<i32>),
    c: &Columns<'_>,
) -> Result<i64, Fault> {
    let sql = "INSERT INTO entry (directory, name, fold, sequence, via, holders, kind, content, \
               size, mtime, history, siblings, problem, inode, ctime, disk, content_key, \
               shown) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, \
               ?16, ?17, ?18)";
    Ok(connection.prepare_cached(sql)?.insert(params![
        directory,
        name,
        fold,
        c.sequence,
        c.via,
        c.holders,
        c.kind,
        c.content,
        c.size,
        c.mtime,
        c.history,
        c.siblings,
        c.problem,
        c.inode,
        c.ctime,
        c.disk,
        c.content_key,
        c.shown,
    ])?)
}

/// Writes what differs in three steps, because SQLite writes every index whose column a statement
/// names, changed or not.
fn update(connection: &Connection, key: &[u8], old: &Old, c: &Columns<'_>) -> Result<(), Fault> {
    let sql = "UPDATE entry SET via = ?2, holders = ?3, kind = ?4, content = ?5, size = ?6, \
               mtime = ?7, history = ?8, siblings = ?9, problem = ?10, ctime = ?11, disk = ?12, \
               shown = ?13 WHERE id = ?1";
    let indexed = "UPDATE entry SET via = ?2, holders = ?3, kind = ?4, content = ?5, size = ?6, \
               mtime = ?7, history = ?8, siblings = ?9, problem = ?10, ctime = ?11, disk = ?12, \
               shown = ?13, sequence = ?14, inode = ?15, content_key = ?16 WHERE id = ?1";
    let plain = params![
        old.id, c.via, c.holders, c.kind, c.content, c.size, c.mtime, c.history, c.siblings,
        c.problem, c.ctime, c.disk, c.shown,
    ];
    if (old.sequence, old.inode, old.content_key) == (c.sequence, c.inode, c.content_key) {
        connection.prepare_cached(sql)?.execute(plain)?;
    } else {
        let all = [plain, params![c.sequence, c.inode, c.content_key]].concat();
        connection.prepare_cached(indexed)?.execute(&*all)?;
    }
    if old.state != c.state {
        connection
            .prepare_cached("UPDATE path SET state = ?2 WHERE key = ?1")?
            .execute((key, c.state))?;
    }
    Ok(())
}

pub(super) fn remove(
    connection: &Connection,
    directories: &mut Directories,
    path: &RelPath,
) -> Result<(), Fault> {
    let key = key_of(path);
    let Some(old) = old(connection, &key)? else { return Ok(()) };
    connection.prepare_cached("DELETE FROM path WHERE key = ?1")?.execute([&key])?;
    connection.prepare_cached("DELETE FROM entry WHERE id = ?1")?.execute([old.id])?;
    directories.sweep(connection, &key)
}

pub(super) fn since(
    connection: &Connection,
    actors: &Actors,
    after: Sequence,
    limit: usize,
) -> Result<Vec<Row>, Fault> {
    let sql = concat!(
        "SELECT d.key, e.name, ",
        all_columns!(),
        " FROM entry e INDEXED BY entry_sequence CROSS JOIN directory d ON d.id = e.directory \
         WHERE e.sequence > ?1 ORDER BY e.sequence LIMIT ?2"
    );
    located(connection, actors, (sql, limit), (after.0.cast_signed(), count(limit)), |_| true)
}

pub(super) fn at(
    connection: &Connection,
    actors: &Actors,
    sequence: Sequence,
) -> Result<Option<Row>, Fault> {
    let sql = concat!(
        "SELECT d.key, e.name, ",
        all_columns!(),
        " FROM entry e INDEXED BY entry_sequence CROSS JOIN directory d ON d.id = e.directory \
         WHERE e.sequence = ?1"
    );
    Ok(located(connection, actors, (sql, 1), [sequence.0.cast_signed()], |_| true)?.pop())
}

/// Rows of a query whose first two columns are the directory's key and the name, up to a limit of
/// those that are wanted.
pub(super) fn located(
    connection: &Connection,
    actors: &Actors,
    (sql, limit): (&str, usize),
    parameters: impl Params,
    is_wanted: impl Fn(&Row) -> bool,
) -> Result<Vec<Row>, Fault> {
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(parameters)?;
    let mut found = Vec::new();
    while found.len() < limit {
        let Some(row) = rows.next()? else { break };
        let path = located_path(row)?;
        let row = columns::read(row, 2, path, actors)?;
        if is_wanted(&row) {
            found.push(row);
        }
    }
    Ok(found)
}

/// The path in a query's first two columns: the directory's key and the name.
pub(super) fn located_path(row: &rusqlite::Row<'_>) -> Result<RelPath, Fault> {
    let directory = columns::blob(row, 0)?.ok_or(Fault::Damaged)?;
    let name = columns::blob(row, 1)?.ok_or(Fault::Damaged)?;
    path_in(directory, name).ok_or(Fault::Damaged)
}

/// A page of the paths that an index of the table `path` holds.
macro_rules! page_of {
    ($source:literal, $condition:literal) => {
        concat!(
            "SELECT p.key, ",
            all_columns!(),
            " FROM path p ",
            $source,
            " CROSS JOIN entry e ON e.id = p.id WHERE p.key > ?1 AND p.key < ?2",
            $condition,
            " ORDER BY p.key LIMIT ?3"
        )
    };
}

/// Which rows are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    All,
    Needed,
    Conflicts,
    Problems,
}

impl Which {
    fn sql(self) -> &'static str {
        match self {
            Self::All => page_of!("", ""),
            Self::Needed => page_of!("INDEXED BY path_needed", " AND p.state & 1"),
            Self::Problems => page_of!("INDEXED BY path_problem", " AND p.state & 2"),
            Self::Conflicts => page_of!("INDEXED BY path_conflict", " AND p.state & 4"),
        }
    }
}

/// Up to `limit` rows below `directory` (`None`: all), after `after`, in the order of paths.
pub(super) fn page(
    connection: &Connection,
    actors: &Actors,
    which: Which,
    (directory, after): (Option<&RelPath>, After<'_>),
    limit: usize,
) -> Result<Vec<Row>, Fault> {
    let (low, high) = bounds(directory, after);
    let mut query = connection.prepare_cached(which.sql())?;
    let mut rows = query.query((low, high, count(limit)))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(columns::read(row, 1, keyed_path(row)?, actors)?);
    }
    Ok(found)
}

/// The path whose key is a query's first column.
pub(super) fn keyed_path(row: &rusqlite::Row<'_>) -> Result<RelPath, Fault> {
    columns::blob(row, 0)?.and_then(path_of).ok_or(Fault::Damaged)
}

/// The bounds, both excluded, of what is below `directory` and after `after`.
fn bounds(directory: Option<&RelPath>, after: After<'_>) -> (Vec<u8>, Vec<u8>) {
    let (low, high) = match directory.map(key_of) {
        Some(key) => (start_below(&key), end_of(&key)),
        None => (Vec::new(), END.to_vec()),
    };
    (low.max(after.map(key_of).unwrap_or_default()), high)
}

pub(super) fn has_live_below(connection: &Connection, directory: &RelPath) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM path WHERE key > ?1 AND key < ?2 AND NOT state & 8 LIMIT 1";
    Ok(connection.prepare_cached(sql)?.exists(bounds(Some(directory), None))?)
}

pub(super) fn settled_tombstones(
    connection: &Connection,
    (pods, told): (Holders, Sequence),
    limit: usize,
) -> Result<Vec<RelPath>, Fault> {
    let sql = "SELECT p.key FROM path p INDEXED BY path_tombstone \
               CROSS JOIN entry e ON e.id = p.id \
               WHERE p.state & 8 AND e.holders & ?1 = ?1 AND e.sequence <= ?2 \
               ORDER BY p.key LIMIT ?3";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query((pods.0.cast_signed(), told.0.cast_signed(), count(limit)))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(keyed_path(row)?);
    }
    Ok(found)
}

/// A limit as the database wants it.
pub(super) fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
