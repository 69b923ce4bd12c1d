//! Versions kept after they were replaced, and paths that the safety brake holds.

use engine::index::{After, ArchivedRow, DeviceNumber, HeldRow};
use model::{ContentHash, RelPath, WallTime};
use rusqlite::{Connection, Params, params};
use wire::Sequence;

use super::actors::Actors;
use super::codec::Decoder;
use super::columns::{blob, encoded};
use super::entries::{count, keyed_path};
use super::fault::Fault;
use super::key::{END, end_of, key_of, long_hash};

/// Keeping the same version twice keeps it once.
pub(super) fn archive(
    connection: &Connection,
    actors: &mut Actors,
    row: &ArchivedRow,
) -> Result<(), Fault> {
    let (key, entry) = (key_of(&row.path), encoded(actors, |to| to.entry(&row.entry)));
    actors.store(connection)?;
    let known = "SELECT 1 FROM archived WHERE key = ?1 AND archived_at = ?2 AND entry = ?3";
    if connection.prepare_cached(known)?.exists((&key, row.archived_at.0, &entry))? {
        return Ok(());
    }
    let sql = "INSERT INTO archived (key, archived_at, entry, content_key, size) \
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let content_key = row.entry.kind.content().map(|content| long_hash(content.hash));
    connection.prepare_cached(sql)?.execute((
        &key,
        row.archived_at.0,
        &entry,
        content_key,
        row.entry.kind.size().cast_signed(),
    ))?;
    Ok(())
}

pub(super) fn archived(
    connection: &Connection,
    actors: &Actors,
    path: Option<&RelPath>,
    limit: usize,
) -> Result<Vec<ArchivedRow>, Fault> {
    let Some(path) = path else {
        let sql = "SELECT key, entry, archived_at FROM archived INDEXED BY archived_time \
                   ORDER BY archived_at DESC, id DESC LIMIT ?1";
        return archived_rows(connection, actors, sql, [count(limit)]);
    };
    let key = key_of(path);
    let sql = "SELECT key, entry, archived_at FROM archived INDEXED BY archived_key \
               WHERE key >= ?1 AND key < ?2 ORDER BY archived_at DESC, id DESC LIMIT ?3";
    archived_rows(connection, actors, sql, (&key, end_of(&key), count(limit)))
}

pub(super) fn oldest_archived(
    connection: &Connection,
    actors: &Actors,
    limit: usize,
) -> Result<Vec<ArchivedRow>, Fault> {
    let sql = "SELECT key, entry, archived_at FROM archived INDEXED BY archived_time \
               ORDER BY archived_at, id LIMIT ?1";
    archived_rows(connection, actors, sql, [count(limit)])
}

fn archived_rows(
    connection: &Connection,
    actors: &Actors,
    sql: &str,
    parameters: impl Params,
) -> Result<Vec<ArchivedRow>, Fault> {
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let entry = blob(row, 1)?.and_then(|bytes| Decoder::new(bytes, actors).entry());
        found.push(ArchivedRow {
            path: keyed_path(row)?,
            entry: entry.ok_or(Fault::Damaged)?,
            archived_at: WallTime(row.get(2)?),
        });
    }
    Ok(found)
}

/// Whether the bytes of the forgotten version can go: never for one without bytes.
pub(super) fn forget_archived(
    connection: &Connection,
    actors: &mut Actors,
    row: &ArchivedRow,
) -> Result<bool, Fault> {
    let entry = encoded(actors, |to| to.entry(&row.entry));
    connection
        .prepare_cached("DELETE FROM archived WHERE key = ?1 AND archived_at = ?2 AND entry = ?3")?
        .execute((key_of(&row.path), row.archived_at.0, entry))?;
    match row.entry.kind.content() {
        Some(content) => Ok(!is_archived(connection, actors, content.hash)?),
        None => Ok(false),
    }
}

/// Bytes of all kept versions; those of equal content are there once.
pub(super) fn archived_bytes(connection: &Connection) -> Result<u64, Fault> {
    let sql = "SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT content_key, size FROM archived \
               INDEXED BY archived_content WHERE content_key IS NOT NULL)";
    let bytes: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(bytes.cast_unsigned())
}

pub(super) fn is_archived(
    connection: &Connection,
    actors: &Actors,
    content: ContentHash,
) -> Result<bool, Fault> {
    let sql = "SELECT entry FROM archived INDEXED BY archived_content WHERE content_key = ?1";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([long_hash(content)])?;
    while let Some(row) = rows.next()? {
        let entry = blob(row, 0)?.and_then(|bytes| Decoder::new(bytes, actors).entry());
        let kept = entry.ok_or(Fault::Damaged)?.kind.content();
        if kept.is_some_and(|kept| kept.hash == content) {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn held(
    connection: &Connection,
    actors: &Actors,
    after: After<'_>,
    limit: usize,
) -> Result<Vec<HeldRow>, Fault> {
    let sql = "SELECT key, since, register, device, sequence FROM held \
               WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3";
    let low = after.map(key_of).unwrap_or_default();
    held_rows(connection, actors, sql, (low, END, count(limit)))
}

pub(super) fn held_at(
    connection: &Connection,
    actors: &Actors,
    path: &RelPath,
) -> Result<Option<HeldRow>, Fault> {
    let sql = "SELECT key, since, register, device, sequence FROM held WHERE key = ?1";
    Ok(held_rows(connection, actors, sql, [key_of(path)])?.pop())
}

fn held_rows(
    connection: &Connection,
    actors: &Actors,
    sql: &str,
    parameters: impl Params,
) -> Result<Vec<HeldRow>, Fault> {
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let arrived = match blob(row, 2)? {
            None => None,
            Some(bytes) => Some((
                Decoder::new(bytes, actors).register().ok_or(Fault::Damaged)?,
                DeviceNumber(row.get(3)?),
                Sequence(row.get::<_, i64>(4)?.cast_unsigned()),
            )),
        };
        found.push(HeldRow { path: keyed_path(row)?, arrived, since: WallTime(row.get(1)?) });
    }
    Ok(found)
}

pub(super) fn hold(
    connection: &Connection,
    actors: &mut Actors,
    row: &HeldRow,
) -> Result<(), Fault> {
    let register = row.arrived.as_ref().map(|(register, _, _)| {
        encoded(actors, |to| register.siblings().iter().for_each(|entry| to.entry(entry)))
    });
    actors.store(connection)?;
    let device = row.arrived.as_ref().map(|(_, device, _)| device.0);
    let sequence = row.arrived.as_ref().map(|(_, _, sequence)| sequence.0.cast_signed());
    let sql = "INSERT OR REPLACE INTO held (key, since, register, device, sequence) \
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let parameters = params![key_of(&row.path), row.since.0, register, device, sequence];
    connection.prepare_cached(sql)?.execute(parameters)?;
    Ok(())
}

pub(super) fn unhold(connection: &Connection, path: &RelPath) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM held WHERE key = ?1")?.execute([key_of(path)])?;
    Ok(())
}
