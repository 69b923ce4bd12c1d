//! What this device knows of its home, and what its user decided for this device alone.
//!
//! One small database; every call that writes is one durable transaction. Records are kept as they
//! were signed. Not here: which of two records holds, and who may say what (`engine`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use model::{DeviceId, FolderId, Mode, WallTime};
use rusqlite::{Connection, OptionalExtension};
use wire::Record;
use wire::codec::{decode_record, encode_record};

use crate::error::{During, StoreError};
use crate::migrate::migrate;

/// The steps from nothing to the newest format.
const STEPS: [&str; 2] =
    [include_str!("../sql/home/0001_home.sql"), include_str!("../sql/home/0002_place.sql")];
/// Addresses kept of one device; the ones not seen for longest go.
pub const ADDRESSES_MAX: usize = 16;
/// How long to wait for another connection, of which there should be none.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// The database of the home.
#[derive(Debug)]
pub struct Home {
    connection: Connection,
}

/// This device's part in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Which folder.
    pub folder: FolderId,
    /// The directory with the plain files; `None` where there are none.
    pub root: Option<PathBuf>,
    /// How much of the folder is kept.
    pub mode: Mode,
    /// Where the folder is shown in the whole, if not in the drive alone.
    pub place: Option<PathBuf>,
}

/// An address at which a device was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Which device.
    pub device: DeviceId,
    /// `IP:port`.
    pub address: String,
    /// When it was last found there.
    pub seen_at: WallTime,
}

impl Home {
    /// Opens the database in `file`, or makes it, with the directories above it.
    ///
    /// # Errors
    /// The file can't be read or written, is damaged, or comes from a later release.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        const ACTIVITY: &str = "opening the home's settings";
        if let Some(parent) = file.parent() {
            crate::directory::make_private(parent)?;
        }
        let mut connection = Connection::open(file).during(ACTIVITY)?;
        connection.busy_timeout(LOCK_WAIT).during(ACTIVITY)?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -512; \
                 PRAGMA trusted_schema = OFF;",
            )
            .during(ACTIVITY)?;
        let verdict: String = connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .during("checking the home's settings")?;
        if verdict != "ok" {
            return Err(StoreError::Damaged { activity: "checking the home's settings" });
        }
        migrate(&mut connection, Some(file), &STEPS)?;
        Ok(Self { connection })
    }

    /// All records that this release can read; the others stay for a later one.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn records(&self) -> Result<Vec<Record>, StoreError> {
        let all: Vec<Vec<u8>> = self.list(
            "reading the home's settings",
            "SELECT bytes FROM record ORDER BY key",
            |row| row.get(0),
        )?;
        Ok(all.iter().filter_map(|bytes| decode_record(bytes).ok()).collect())
    }

    /// Keeps records beside those that are kept already: earlier records on a subject are needed to
    /// judge others.
    ///
    /// # Errors
    /// The database can't be written; none is kept then.
    pub fn put_records(&mut self, records: &[Record]) -> Result<(), StoreError> {
        self.write("writing the home's settings", |connection| insert_records(connection, records))
    }

    /// Keeps exactly these of the records that this release can read: what became superfluous goes.
    ///
    /// # Errors
    /// The database can't be written; all stays as it is then.
    pub fn prune_records(&mut self, kept: &[Record]) -> Result<(), StoreError> {
        let known = self.records()?;
        self.write("tidying the home's settings", |connection| {
            for record in known.iter().filter(|record| !kept.contains(record)) {
                connection.execute("DELETE FROM record WHERE key = ?1", [record.key()])?;
            }
            insert_records(connection, kept)
        })
    }

    /// Forgets everything about the home, as when this device was removed from it. Settings of the
    /// device stay.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn forget_home(&mut self) -> Result<(), StoreError> {
        self.write("forgetting a home", |connection| {
            connection.execute_batch(
                "DELETE FROM record; DELETE FROM attachment; DELETE FROM address; \
                 DELETE FROM contact;",
            )
        })
    }

    /// All settings of this device.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, StoreError> {
        let all = self.list(
            "reading the settings of this device",
            "SELECT key, value FROM setting",
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(all.into_iter().collect())
    }

    /// One setting of this device.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.connection
            .query_row("SELECT value FROM setting WHERE key = ?1", [key], |row| row.get(0))
            .optional()
            .during("reading a setting of this device")
    }

    /// Writes a setting of this device; `None` unsets it.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn set_setting(&mut self, key: &str, value: Option<&str>) -> Result<(), StoreError> {
        self.write("writing a setting of this device", |connection| {
            match value {
                Some(value) => connection.execute(
                    "INSERT OR REPLACE INTO setting (key, value) VALUES (?1, ?2)",
                    (key, value),
                )?,
                None => connection.execute("DELETE FROM setting WHERE key = ?1", [key])?,
            };
            Ok(())
        })
    }

    /// The folders that this device takes part in.
    ///
    /// # Errors
    /// The database can't be read, or holds an attachment of a mode that this release doesn't know.
    pub fn attachments(&self) -> Result<Vec<Attachment>, StoreError> {
        const ACTIVITY: &str = "reading which folders are attached";
        let all = self.list(
            ACTIVITY,
            "SELECT folder, root, mode, place FROM attachment ORDER BY folder",
            |row| {
                let mode: String = row.get(2)?;
                let root: Option<Vec<u8>> = row.get(1)?;
                let place: Option<Vec<u8>> = row.get(3)?;
                Ok((FolderId(row.get(0)?), root, mode, place))
            },
        )?;
        all.into_iter()
            .map(|(folder, root, mode, place)| {
                let mode = Mode::parse(&mode).ok_or(StoreError::Damaged { activity: ACTIVITY })?;
                let (root, place) = (root.map(path_of), place.map(path_of));
                Ok(Attachment { folder, root, mode, place })
            })
            .collect()
    }

    /// Notes that this device takes part in a folder, or how it does so from here on.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn attach(&mut self, attachment: &Attachment) -> Result<(), StoreError> {
        let Attachment { folder, root, mode, place } = attachment;
        self.write("attaching a folder", |connection| {
            let sql = "INSERT OR REPLACE INTO attachment (folder, root, mode, place) \
                       VALUES (?1, ?2, ?3, ?4)";
            let (root, place) = (root.as_deref().map(bytes_of), place.as_deref().map(bytes_of));
            connection.execute(sql, (folder.0, root, mode.word(), place)).map(drop)
        })
    }

    /// Notes that this device takes no part in a folder any more.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn detach(&mut self, folder: FolderId) -> Result<(), StoreError> {
        self.write("detaching a folder", |connection| {
            connection.execute("DELETE FROM attachment WHERE folder = ?1", [folder.0]).map(drop)
        })
    }

    /// Where devices were reached, of each device the newest address first.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn addresses(&self) -> Result<Vec<Address>, StoreError> {
        self.list(
            "reading addresses of devices",
            "SELECT device, address, seen_at FROM address ORDER BY device, seen_at DESC, address",
            |row| {
                Ok(Address {
                    device: DeviceId(row.get(0)?),
                    address: row.get(1)?,
                    seen_at: WallTime(row.get(2)?),
                })
            },
        )
    }

    /// Notes where a device is, keeping the newest [`ADDRESSES_MAX`] addresses of it.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn note_address(&mut self, found: &Address) -> Result<(), StoreError> {
        let Address { device, address, seen_at } = found;
        self.write("noting the address of a device", |connection| {
            let sql =
                "INSERT OR REPLACE INTO address (device, address, seen_at) VALUES (?1, ?2, ?3)";
            connection.execute(sql, (device.0, address, seen_at.0))?;
            let sql = "DELETE FROM address WHERE device = ?1 AND address NOT IN (SELECT address \
                       FROM address WHERE device = ?1 ORDER BY seen_at DESC, address LIMIT ?2)";
            connection.execute(sql, (device.0, ADDRESSES_MAX as i64)).map(drop)
        })
    }

    /// When devices were last connected.
    ///
    /// # Errors
    /// The database can't be read.
    pub fn contacts(&self) -> Result<BTreeMap<DeviceId, WallTime>, StoreError> {
        let all = self.list(
            "reading when devices were connected",
            "SELECT device, seen_at FROM contact",
            |row| Ok((DeviceId(row.get(0)?), WallTime(row.get(1)?))),
        )?;
        Ok(all.into_iter().collect())
    }

    /// Notes that a device is connected.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn note_contact(&mut self, device: DeviceId, seen_at: WallTime) -> Result<(), StoreError> {
        self.write("noting that a device is connected", |connection| {
            let sql = "INSERT OR REPLACE INTO contact (device, seen_at) VALUES (?1, ?2)";
            connection.execute(sql, (device.0, seen_at.0)).map(drop)
        })
    }

    fn list<T>(
        &self,
        activity: &'static str,
        sql: &str,
        read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut query = self.connection.prepare(sql).during(activity)?;
        let rows = query.query_map([], read).during(activity)?;
        rows.collect::<rusqlite::Result<_>>().during(activity)
    }

    fn write(
        &mut self,
        activity: &'static str,
        write: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<(), StoreError> {
        let write_all = || {
            let transaction = self.connection.transaction()?;
            write(&transaction)?;
            transaction.commit()
        };
        write_all().during(activity)
    }
}

#[cfg(unix)]
fn bytes_of(path: &Path) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes))
}

#[cfg(not(unix))]
fn bytes_of(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

fn insert_records(connection: &Connection, records: &[Record]) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO record (key, bytes) VALUES (?1, ?2)";
    let mut insert = connection.prepare(sql)?;
    for record in records {
        insert.execute((record.key(), encode_record(record)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
