//! The identity of the index, the devices it heard of, and how far the exchange with each went.

use engine::index::{DEVICES_MAX, DeviceNumber, Identity, PeerState};
use model::{Actor, Counter, DeviceId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use wire::{Mark, Position, Sequence};

use super::actors::Actors;
use super::fault::Fault;

fn unsigned(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(at)?.cast_unsigned())
}

pub(super) fn identity(connection: &Connection) -> Result<Identity, Fault> {
    let sql = "SELECT epoch, actor, counter, sequence FROM identity";
    let read = |row: &Row<'_>| {
        Ok(Identity {
            epoch: unsigned(row, 0)?,
            actor: Actor(unsigned(row, 1)?),
            counter: unsigned(row, 2)?,
            sequence: Sequence(unsigned(row, 3)?),
        })
    };
    Ok(connection.prepare_cached(sql)?.query_row([], read)?)
}

pub(super) fn set_identity(connection: &Connection, identity: Identity) -> Result<(), Fault> {
    let sql = "UPDATE identity SET epoch = ?1, actor = ?2, counter = ?3, sequence = ?4";
    connection.prepare_cached(sql)?.execute((
        identity.epoch.cast_signed(),
        identity.actor.0.cast_signed(),
        identity.counter.cast_signed(),
        identity.sequence.0.cast_signed(),
    ))?;
    Ok(())
}

pub(super) fn number(connection: &Connection, device: DeviceId) -> Result<DeviceNumber, Fault> {
    let known: Option<u8> = connection
        .prepare_cached("SELECT number FROM device WHERE id = ?1")?
        .query_row([device.0], |row| row.get(0))
        .optional()?;
    if let Some(number) = known {
        return Ok(DeviceNumber(number));
    }
    let count: u8 = connection
        .prepare_cached("SELECT count(*) FROM device")?
        .query_row([], |row| row.get(0))?;
    if count >= DEVICES_MAX {
        return Err(Fault::Limit("the folder has seen too many devices"));
    }
    connection
        .prepare_cached("INSERT INTO device (number, id) VALUES (?1, ?2)")?
        .execute((count, device.0))?;
    Ok(DeviceNumber(count))
}

pub(super) fn devices(connection: &Connection) -> Result<Vec<(DeviceNumber, DeviceId)>, Fault> {
    let mut query = connection.prepare_cached("SELECT number, id FROM device ORDER BY number")?;
    let rows = query.query_map([], |row| Ok((DeviceNumber(row.get(0)?), DeviceId(row.get(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn peer(connection: &Connection, device: DeviceNumber) -> Result<PeerState, Fault> {
    let sql = "SELECT received_epoch, received_sequence, received_mark, \
               sent_epoch, sent_sequence, sent_mark, \
               sent_before_epoch, sent_before_sequence, sent_before_mark, counter_sent \
               FROM device WHERE number = ?1";
    let position = |row: &Row<'_>, at| {
        Ok::<_, rusqlite::Error>(Position {
            epoch: unsigned(row, at)?,
            sequence: Sequence(unsigned(row, at + 1)?),
            mark: Mark(unsigned(row, at + 2)?),
        })
    };
    let read = |row: &Row<'_>| {
        Ok(PeerState {
            received: position(row, 0)?,
            sent: position(row, 3)?,
            sent_before: position(row, 6)?,
            counter_sent: unsigned(row, 9)?,
        })
    };
    let state = connection.prepare_cached(sql)?.query_row([device.0], read).optional()?;
    Ok(state.unwrap_or_default())
}

pub(super) fn set_peer(
    connection: &Connection,
    device: DeviceNumber,
    state: PeerState,
) -> Result<(), Fault> {
    let sql = "UPDATE device SET received_epoch = ?2, received_sequence = ?3, received_mark = ?4, \
               sent_epoch = ?5, sent_sequence = ?6, sent_mark = ?7, sent_before_epoch = ?8, \
               sent_before_sequence = ?9, sent_before_mark = ?10, counter_sent = ?11 \
               WHERE number = ?1";
    let flat = |position: Position| {
        [position.epoch, position.sequence.0, position.mark.0].map(u64::cast_signed)
    };
    let PeerState { received, sent, sent_before, counter_sent } = state;
    let [r, s, b] = [received, sent, sent_before].map(flat);
    let changed = connection.prepare_cached(sql)?.execute(params![
        device.0,
        r[0],
        r[1],
        r[2],
        s[0],
        s[1],
        s[2],
        b[0],
        b[1],
        b[2],
        counter_sent.cast_signed(),
    ])?;
    if changed == 0 { Err(Fault::Limit("the device has no number")) } else { Ok(()) }
}

pub(super) fn known_actors(
    connection: &Connection,
) -> Result<Vec<(Actor, DeviceId, Counter)>, Fault> {
    let sql = "SELECT actor, device, counter FROM actor WHERE device IS NOT NULL ORDER BY number";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([], |row| {
        Ok((Actor(unsigned(row, 0)?), DeviceId(row.get(1)?), unsigned(row, 2)?))
    })?;
    let mut found = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    found.sort_unstable();
    Ok(found)
}

/// A counter never goes back.
pub(super) fn set_actor(
    connection: &Connection,
    actors: &mut Actors,
    actor: Actor,
    (device, counter): (DeviceId, Counter),
) -> Result<(), Fault> {
    let number = actors.number(actor);
    actors.store(connection)?;
    let sql = "UPDATE actor SET device = ?2, counter = max(counter, ?3) WHERE number = ?1";
    connection.prepare_cached(sql)?.execute((
        number.cast_signed(),
        device.0,
        counter.cast_signed(),
    ))?;
    Ok(())
}
