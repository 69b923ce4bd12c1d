//! What stands on this disk by its content, and names that are alike.
//!
//! Hashes are indexed by their first bytes only; every hit is compared in full.

use std::collections::BTreeMap;

use engine::index::Row;
use model::{ContentHash, RelPath};
use rusqlite::{Connection, OptionalExtension};

use super::actors::Actors;
use super::codec::is_tombstone;
use super::columns::all_columns;
use super::entries::{count, located, located_path};
use super::fault::Fault;
use super::kept::is_archived;
use super::key::{fold_hash, folded_text, key_of, key_of_text, long_hash, path_of, short_hash};

/// Rows that `on_disk` returns at most.
const ON_DISK_MAX: usize = 8;
/// Contents looked at for one sampled chunk: a chunk of zeros occurs everywhere.
const ALIKE_MAX: i64 = 64;

pub(super) fn on_disk(
    connection: &Connection,
    actors: &Actors,
    content: ContentHash,
    limit: usize,
) -> Result<Vec<Row>, Fault> {
    let sql = concat!(
        "SELECT d.key, e.name, ",
        all_columns!(),
        " FROM entry e INDEXED BY entry_content CROSS JOIN directory d ON d.id = e.directory \
         WHERE e.content_key = ?1"
    );
    located(connection, actors, (sql, limit.min(ON_DISK_MAX)), [short_hash(content)], |row| {
        let on_disk = row.disk.as_ref().and_then(|disk| disk.seen.kind.content());
        on_disk.is_some_and(|on_disk| on_disk.hash == content)
    })
}

/// Other live paths with the same fold. Those that fold to themselves are not in the index of folds,
/// but there is only one such path and its key is known.
pub(super) fn folded(connection: &Connection, path: &RelPath) -> Result<Vec<RelPath>, Fault> {
    let fold = folded_text(path);
    let mut found = Vec::new();
    let folded_key = key_of_text(&fold);
    if folded_key != key_of(path) {
        let sql = "SELECT 1 FROM path WHERE key = ?1 AND NOT state & 8";
        if connection.prepare_cached(sql)?.exists([&folded_key])? {
            found.push(path_of(&folded_key).ok_or(Fault::Damaged)?);
        }
    }
    let sql = "SELECT d.key, e.name, e.kind FROM entry e INDEXED BY entry_fold \
               CROSS JOIN directory d ON d.id = e.directory WHERE e.fold = ?1";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([fold_hash(&fold)])?;
    while let Some(row) = rows.next()? {
        let is_gone = is_tombstone(row.get::<_, i64>(2)?.cast_unsigned() >> 1);
        let other = located_path(row)?;
        if !is_gone && other != *path && folded_text(&other) == fold {
            found.push(other);
        }
    }
    found.sort();
    Ok(found)
}

/// Contents on this disk that share sampled chunks with a known manifest; it itself is none of them.
pub(super) fn similar(
    connection: &Connection,
    actors: &Actors,
    hash: ContentHash,
    limit: usize,
) -> Result<Vec<ContentHash>, Fault> {
    let sql = "SELECT id, sketch FROM manifest WHERE key = ?1 AND hash = ?2";
    let known = connection
        .prepare_cached(sql)?
        .query_row((long_hash(hash), hash.0), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?))
        })
        .optional()?;
    let Some((own, sketch)) = known else { return Ok(Vec::new()) };
    let mut shared: BTreeMap<i64, u32> = BTreeMap::new();
    let mut query = connection.prepare_cached(
        "SELECT manifest FROM sketch WHERE chunk = ?1 AND manifest != ?2 LIMIT ?3",
    )?;
    for chunk in sketch.as_chunks().0 {
        let mut rows = query.query((i64::from_be_bytes(*chunk), own, ALIKE_MAX))?;
        while let Some(row) = rows.next()? {
            *shared.entry(row.get(0)?).or_default() += 1;
        }
    }
    let mut candidates: Vec<(u32, ContentHash)> = Vec::with_capacity(shared.len());
    for (id, chunks) in shared {
        candidates.push((chunks, hash_of_manifest(connection, id)?));
    }
    candidates.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut found = Vec::new();
    for (_, hash) in candidates {
        if found.len() == limit {
            break;
        }
        if !on_disk(connection, actors, hash, 1)?.is_empty() {
            found.push(hash);
        }
    }
    Ok(found)
}

/// Whether any of these chunks is in the sketch of a manifest.
pub(super) fn knows_any(connection: &Connection, chunks: &[ContentHash]) -> Result<bool, Fault> {
    let mut query = connection.prepare_cached("SELECT 1 FROM sketch WHERE chunk = ?1")?;
    for chunk in chunks {
        if query.exists([long_hash(*chunk)])? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn hash_of_manifest(connection: &Connection, id: i64) -> Result<ContentHash, Fault> {
    let mut query = connection.prepare_cached("SELECT hash FROM manifest WHERE id = ?1")?;
    Ok(ContentHash(query.query_row([id], |row| row.get(0))?))
}

pub(super) fn manifest(
    connection: &Connection,
    hash: ContentHash,
) -> Result<Option<Vec<u8>>, Fault> {
    let sql = "SELECT bytes FROM manifest WHERE key = ?1 AND hash = ?2";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_row((long_hash(hash), hash.0), |row| row.get(0)).optional()?)
}

/// The front of a manifest; `None` if it is short, or was put before fronts were kept.
pub(super) fn front(connection: &Connection, hash: ContentHash) -> Result<Option<Vec<u8>>, Fault> {
    let sql = "SELECT f.bytes FROM manifest m JOIN front f ON f.manifest = m.id \
               WHERE m.key = ?1 AND m.hash = ?2";
    let mut query = connection.prepare_cached(sql)?;
    Ok(query.query_row((long_hash(hash), hash.0), |row| row.get(0)).optional()?)
}

/// Forgets those of the next `limit` manifests after `cursor` that describe neither something on this
/// disk nor something archived; the new cursor, and how many went. Does nothing while work remains:
/// what is to be fetched is on no disk yet.
pub(super) fn sweep_manifests(
    connection: &Connection,
    actors: &Actors,
    cursor: i64,
    limit: usize,
) -> Result<(i64, usize), Fault> {
    let busy = "SELECT 1 FROM path INDEXED BY path_needed WHERE state & 1 LIMIT 1";
    if connection.prepare_cached(busy)?.exists([])? {
        return Ok((cursor, 0));
    }
    let sql = "SELECT id, hash FROM manifest WHERE id > ?1 ORDER BY id LIMIT ?2";
    let page: Vec<(i64, [u8; 32])> = connection
        .prepare_cached(sql)?
        .query_map((cursor, count(limit)), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut gone = 0;
    for (id, hash) in &page {
        let hash = ContentHash(*hash);
        if on_disk(connection, actors, hash, 1)?.is_empty()
            && !is_archived(connection, actors, hash)?
        {
            forget_manifest(connection, *id)?;
            gone += 1;
        }
    }
    let is_end = page.len() < limit;
    Ok((page.last().filter(|_| !is_end).map_or(0, |(id, _)| *id), gone))
}

fn forget_manifest(connection: &Connection, id: i64) -> Result<(), Fault> {
    let sketch: Vec<u8> = connection
        .prepare_cached("SELECT sketch FROM manifest WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    let mut delete =
        connection.prepare_cached("DELETE FROM sketch WHERE chunk = ?1 AND manifest = ?2")?;
    for chunk in sketch.as_chunks().0 {
        delete.execute((i64::from_be_bytes(*chunk), id))?;
    }
    connection.prepare_cached("DELETE FROM front WHERE manifest = ?1")?.execute([id])?;
    connection.prepare_cached("DELETE FROM manifest WHERE id = ?1")?.execute([id])?;
    Ok(())
}

pub(super) fn put_manifest(
    connection: &Connection,
    hash: ContentHash,
    bytes: &[u8],
    sketch: &[ContentHash],
) -> Result<(), Fault> {
    let known = "SELECT 1 FROM manifest WHERE key = ?1 AND hash = ?2";
    if connection.prepare_cached(known)?.exists((long_hash(hash), hash.0))? {
        return Ok(());
    }
    let mut chunks: Vec<[u8; 8]> = sketch.iter().map(|c| long_hash(*c).to_be_bytes()).collect();
    chunks.sort_unstable();
    chunks.dedup();
    let id = connection
        .prepare_cached("INSERT INTO manifest (key, hash, bytes, sketch) VALUES (?1, ?2, ?3, ?4)")?
        .insert((long_hash(hash), hash.0, bytes, chunks.as_flattened()))?;
    if let Some(front) = content::front::cut(bytes, content::front::RUN) {
        connection
            .prepare_cached("INSERT OR REPLACE INTO front (manifest, bytes) VALUES (?1, ?2)")?
            .execute((id, front))?;
    }
    let mut insert = connection
        .prepare_cached("INSERT OR IGNORE INTO sketch (chunk, manifest) VALUES (?1, ?2)")?;
    for chunk in chunks {
        insert.execute((i64::from_be_bytes(chunk), id))?;
    }
    Ok(())
}
