//! Opening the index of a folder: making it, checking it, and noticing that it is a copy.
//!
//! A database that was restored from a backup or copied from another computer must not go on counting
//! where the original did. Its file is another one than it was made in, which is noticed here; a copy
//! over the same file is noticed at the first contact with another device instead (`engine`).

use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::{FolderIndex, Life, Medium};
use crate::error::{During, StoreError};
use crate::migrate::migrate;

/// The steps from nothing to the newest format.
const STEPS: [&str; 4] = [
    include_str!("../../sql/index/0001_index.sql"),
    include_str!("../../sql/index/0002_shown.sql"),
    include_str!("../../sql/index/0003_elsewhere.sql"),
    include_str!("../../sql/index/0004_front.sql"),
];
/// Statements kept prepared.
const STATEMENTS_MAX: usize = 64;
/// How long a writer waits for a reader's lock, which is held for moments only.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// Bytes of page cache.
const WRITER_CACHE_KIB: i64 = 8 * 1024;
const READER_CACHE_KIB: i64 = 2 * 1024;

/// An index that was opened, and what was noticed.
#[derive(Debug)]
pub struct Opened {
    /// The index.
    pub index: FolderIndex,
    /// It was empty: made anew, or its predecessor was damaged.
    pub is_new: bool,
    /// It is not in the file that it was made in: restored or copied. It needs a new epoch; until it
    /// is given one this is reported at every start.
    pub is_copy: bool,
    /// Where a damaged predecessor was moved.
    pub damaged: Option<PathBuf>,
}

impl FolderIndex {
    /// Opens the index in `file`, or makes it, with the directories above it. A damaged one is moved
    /// aside: everything in it is on the disk and on other devices.
    ///
    /// # Errors
    /// The file can't be read or written, or comes from a later release.
    pub fn open(file: &Path) -> Result<Opened, StoreError> {
        if let Some(parent) = file.parent() {
            crate::directory::make_private(parent)?;
        }
        match try_open(file) {
            Err(error) if error.is_damage() => {
                let aside = move_aside(file)?;
                Ok(Opened { damaged: Some(aside), ..try_open(file)? })
            }
            opened => opened,
        }
    }

    /// Closes the index: the next start need not check it.
    ///
    /// # Errors
    /// The database can't be written; it is checked at the next start.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.rollback()?;
        set_clean(&self.connection, true)?;
        self.connection
            .close()
            .map_err(|(_, source)| source)
            .during("closing the index of a folder")
    }
}

/// Deletes the index in `file`, which nobody has open, with everything made of it.
///
/// # Errors
/// A file can't be deleted.
pub fn delete(file: &Path) -> Result<(), StoreError> {
    const ACTIVITY: &str = "deleting the index of a folder";
    let Some((above, name)) = file.parent().zip(file.file_name()) else { return Ok(()) };
    let name = name.to_string_lossy();
    let entries = std::fs::read_dir(above).map_err(StoreError::file(ACTIVITY, above))?;
    for entry in entries {
        let entry = entry.map_err(StoreError::file(ACTIVITY, above))?;
        let other = entry.file_name();
        let suffix = other.to_str().and_then(|other| other.strip_prefix(&*name));
        // The database itself, its log, copies of older formats, damaged predecessors.
        if suffix.is_some_and(|s| s.is_empty() || s.starts_with(['-', '.'])) {
            std::fs::remove_file(entry.path()).map_err(StoreError::file(ACTIVITY, entry.path()))?;
        }
    }
    Ok(())
}

fn try_open(file: &Path) -> Result<Opened, StoreError> {
    let mut connection = Connection::open(file).during("opening the index of a folder")?;
    prepare(&mut connection, Some(file))?;
    let files = Files::of(file);
    let found = connection
        .query_row("SELECT inode, born, clean FROM identity", [], |row| {
            Ok((FileMark { inode: row.get(0)?, born: row.get(1)? }, row.get::<_, bool>(2)?))
        })
        .optional()
        .during("reading the identity of an index")?;
    let is_copy = match found {
        None => {
            make_identity(&connection, Life::random()?)?;
            files.stamp(&connection).during("noting the file of an index")?;
            false
        }
        Some((made_in, was_closed)) => {
            if !was_closed {
                check(&connection)?;
            }
            made_in.is_other_than(FileMark::of(file)?)
        }
    };
    set_clean(&connection, false)?;
    let mut index = FolderIndex::over(connection, Medium::Disk(files))?;
    index.is_copy = is_copy;
    Ok(Opened { index, is_new: found.is_none(), is_copy, damaged: None })
}

/// Settings of every writing connection, and the newest format.
pub(super) fn prepare(connection: &mut Connection, file: Option<&Path>) -> Result<(), StoreError> {
    const ACTIVITY: &str = "preparing the index of a folder";
    settle(connection).during(ACTIVITY)?;
    // Small pages make the snapshots of small trees small.
    let settings = match file {
        None => "PRAGMA page_size = 1024; PRAGMA journal_mode = MEMORY;".to_owned(),
        // The log is synced by `Files::sync`, because SQLite can't be told so commit by commit.
        Some(_) => format!(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; \
             PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 4194304; \
             PRAGMA cache_size = -{WRITER_CACHE_KIB};"
        ),
    };
    connection.execute_batch(&settings).during(ACTIVITY)?;
    connection
        .execute_batch("PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;")
        .during(ACTIVITY)?;
    migrate(connection, file, &STEPS)
}

/// Settings of every connection.
fn settle(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(LOCK_WAIT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Without this, SQLite plans a statement anew whenever other values are bound, which costs ten
    // times what the statement itself does.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// A connection that can only read, beside a writer.
pub(super) fn read_only(file: &Path) -> Result<Connection, StoreError> {
    const ACTIVITY: &str = "opening the index of a folder for reading";
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).during(ACTIVITY)?;
    settle(&connection).during(ACTIVITY)?;
    connection
        .execute_batch(&format!("PRAGMA cache_size = -{READER_CACHE_KIB};"))
        .during(ACTIVITY)?;
    Ok(connection)
}

fn make_identity(connection: &Connection, life: Life) -> Result<(), StoreError> {
    connection
        .execute(
            "INSERT INTO identity (id, epoch, actor, counter, sequence, clean) \
             VALUES (1, ?1, ?2, 0, 0, 0)",
            (life.epoch.cast_signed(), life.actor.0.cast_signed()),
        )
        .during("giving an index its identity")?;
    Ok(())
}

fn set_clean(connection: &Connection, is_clean: bool) -> Result<(), StoreError> {
    connection
        .execute("UPDATE identity SET clean = ?1", [is_clean])
        .during("noting whether an index was closed")?;
    Ok(())
}

fn check(connection: &Connection) -> Result<(), StoreError> {
    const ACTIVITY: &str = "checking an index that was not closed";
    let verdict: String =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).during(ACTIVITY)?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Damaged { activity: ACTIVITY }) }
}

/// Moves a damaged database and its log to the first free name beside it.
fn move_aside(file: &Path) -> Result<PathBuf, StoreError> {
    let named = |suffix: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let aside = (1..).map(|n| named(&format!(".damaged-{n}"))).find(|name| !name.exists());
    let aside = aside.unwrap_or_else(|| named(".damaged"));
    std::fs::rename(file, &aside)
        .map_err(StoreError::file("moving aside the damaged database", file))?;
    for suffix in ["-wal", "-shm"] {
        match std::fs::remove_file(named(suffix)) {
            Ok(()) => {}
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => {
                let activity = "removing the log of a damaged database";
                return Err(StoreError::File { activity, path: named(suffix), source });
            }
        }
    }
    Ok(aside)
}

/// The files of a database.
#[derive(Debug)]
pub(super) struct Files {
    database: PathBuf,
    log: PathBuf,
    /// Whether the names of both files are known to be durable.
    has_durable_names: bool,
}

impl Files {
    fn of(database: &Path) -> Self {
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        Self { database: database.to_owned(), log: log.into(), has_durable_names: false }
    }

    /// Makes the log durable, and with it every commit: those that are not in the log were synced
    /// when they left it.
    pub(super) fn sync(&mut self) -> Result<(), StoreError> {
        let failed = || StoreError::file("making an index durable", &self.log);
        let log = std::fs::OpenOptions::new().read(true).write(true).open(&self.log);
        log.and_then(|log| log.sync_data()).map_err(failed())?;
        if !self.has_durable_names {
            crate::directory::sync_above(&self.database)?;
            self.has_durable_names = true;
        }
        Ok(())
    }

    /// Notes in which file the database is.
    pub(super) fn stamp(&self, connection: &Connection) -> rusqlite::Result<()> {
        // A file that can't be looked at is noted as unknown.
        let mark = FileMark::of(&self.database).unwrap_or(FileMark { inode: None, born: None });
        let sql = "UPDATE identity SET inode = ?1, born = ?2";
        connection.execute(sql, (mark.inode, mark.born)).map(drop)
    }
}

/// What tells a file from a copy of it. (The device number does not: it may change with a reboot.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileMark {
    inode: Option<i64>,
    born: Option<i64>,
}

impl FileMark {
    fn of(file: &Path) -> Result<Self, StoreError> {
        let metadata =
            std::fs::metadata(file).map_err(StoreError::file("looking at the database", file))?;
        let born = metadata.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        Ok(Self {
            inode: inode(&metadata),
            born: born.and_then(|since| i64::try_from(since.as_nanos()).ok()),
        })
    }

    /// Whether some mark that both have is different.
    fn is_other_than(self, other: Self) -> bool {
        let differs = |a: Option<i64>, b: Option<i64>| a.zip(b).is_some_and(|(a, b)| a != b);
        differs(self.inode, other.inode) || differs(self.born, other.born)
    }
}

#[cfg(unix)]
fn inode(metadata: &std::fs::Metadata) -> Option<i64> {
    Some(std::os::unix::fs::MetadataExt::ino(metadata).cast_signed())
}

#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> Option<i64> {
    None
}
