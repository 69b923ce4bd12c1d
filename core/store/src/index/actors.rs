//! Small numbers that stand for actors in everything that the index encodes.
//!
//! An actor is 64 random bits and occurs in every version; its number takes one byte. Numbers count
//! from 0 without gaps and are never given again. Not here: whose an actor is (`peers`).

use std::collections::BTreeMap;

use model::Actor;
use rusqlite::Connection;

/// Both directions of the table `actor`.
#[derive(Debug, Default)]
pub(super) struct Actors {
    by_number: Vec<Actor>,
    numbers: BTreeMap<Actor, u64>,
    /// From here on the numbers are not in the table yet.
    stored: usize,
}

impl Actors {
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut actors = Self::default();
        actors.load_new(connection)?;
        Ok(actors)
    }

    /// Takes over the numbers that another connection has written since.
    pub(super) fn load_new(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let sql = "SELECT actor FROM actor WHERE number >= ?1 ORDER BY number";
        let mut query = connection.prepare_cached(sql)?;
        let mut rows = query.query([self.by_number.len() as i64])?;
        while let Some(row) = rows.next()? {
            self.number(Actor(row.get::<_, i64>(0)?.cast_unsigned()));
        }
        self.stored = self.by_number.len();
        Ok(())
    }

    /// The number of `actor`, given out at the first call.
    pub(super) fn number(&mut self, actor: Actor) -> u64 {
        if let Some(number) = self.numbers.get(&actor) {
            return *number;
        }
        let number = self.by_number.len() as u64;
        self.by_number.push(actor);
        self.numbers.insert(actor, number);
        number
    }

    pub(super) fn actor(&self, number: u64) -> Option<Actor> {
        self.by_number.get(usize::try_from(number).ok()?).copied()
    }

    /// Writes the numbers that are new; to be called before whatever was encoded with them is written.
    pub(super) fn store(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        for (number, actor) in self.by_number.iter().enumerate().skip(self.stored) {
            let sql = "INSERT INTO actor (number, actor, counter) VALUES (?1, ?2, 0)";
            connection.prepare_cached(sql)?.execute((number as i64, actor.0.cast_signed()))?;
        }
        self.stored = self.by_number.len();
        Ok(())
    }
}
