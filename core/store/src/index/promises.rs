//! Contents that this device has promised to keep. Not here: until when (`engine`).

use model::ContentHash;
use rusqlite::Connection;

use super::fault::Fault;

pub(super) fn all(connection: &Connection) -> Result<Vec<ContentHash>, Fault> {
    let mut query = connection.prepare_cached("SELECT content FROM promise ORDER BY content")?;
    let mut rows = query.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let bytes: Vec<u8> = row.get(0)?;
        found.push(ContentHash(bytes.try_into().map_err(|_| Fault::Damaged)?));
    }
    Ok(found)
}

pub(super) fn add(connection: &Connection, content: ContentHash) -> Result<(), Fault> {
    let sql = "INSERT OR IGNORE INTO promise (content) VALUES (?1)";
    connection.prepare_cached(sql)?.execute([&content.0[..]])?;
    Ok(())
}

pub(super) fn remove(connection: &Connection, content: ContentHash) -> Result<(), Fault> {
    connection
        .prepare_cached("DELETE FROM promise WHERE content = ?1")?
        .execute([&content.0[..]])?;
    Ok(())
}
