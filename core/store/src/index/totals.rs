//! Sums over the whole index, in one walk that decodes as little as it can.

use engine::index::{Tally, Totals};
use rusqlite::Connection;

use super::actors::Actors;
use super::codec::{Decoder, is_directory, is_file, is_tombstone};
use super::columns::blob;
use super::fault::Fault;

pub(super) fn totals(connection: &Connection, actors: &Actors) -> Result<Totals, Fault> {
    let devices: u8 = connection
        .prepare_cached("SELECT count(*) FROM device")?
        .query_row([], |row| row.get(0))?;
    let unheld = vec![Tally::default(); usize::from(devices)];
    let mut totals = Totals { unheld, ..Totals::default() };
    let sql = "SELECT kind, size, holders, problem IS NULL, siblings FROM entry";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let number = row.get::<_, i64>(0)?.cast_unsigned();
        let (kind, is_needed) = (number >> 1, number & 1 == 1);
        let size = row.get::<_, Option<i64>>(1)?.unwrap_or(0).cast_unsigned();
        count_kind(&mut totals, kind, size, is_needed);
        if is_needed && row.get(3)? {
            totals.pending += 1;
        }
        if let Some(siblings) = blob(row, 4)? {
            let others = Decoder::new(siblings, actors).entries().ok_or(Fault::Damaged)?;
            totals.conflicts += others.iter().filter(|entry| entry.kind.is_live()).count() as u64;
        }
        let holders = row.get::<_, i64>(2)?.cast_unsigned();
        if is_file(kind) && holders == 1 {
            add(&mut totals.alone, size);
        }
        for (number, tally) in totals.unheld.iter_mut().enumerate() {
            if holders >> number & 1 == 0 {
                add(tally, if is_file(kind) { size } else { 0 });
            }
        }
    }
    Ok(totals)
}

fn count_kind(totals: &mut Totals, kind: u64, size: u64, is_needed: bool) {
    if is_tombstone(kind) {
        totals.tombstones += 1;
    } else if is_directory(kind) {
        totals.directories += 1;
    } else {
        add(&mut totals.files, size);
        if is_needed {
            add(&mut totals.needed, size);
        }
    }
}

fn add(tally: &mut Tally, bytes: u64) {
    tally.files += 1;
    tally.bytes = tally.bytes.saturating_add(bytes);
}
