//! Brings a database to the format of this release.
//!
//! The format is `PRAGMA user_version`: the number of steps done. Before a database that holds
//! something is changed, a copy is put beside it; each step is one transaction, so that a kill leaves
//! the format before or after it. Steps are numbered SQL files and are never changed once released.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::error::{During, StoreError};

/// Applies the steps that `connection` lacks; `file` is `None` for a database in memory.
pub(crate) fn migrate(
    connection: &mut Connection,
    file: Option<&Path>,
    steps: &[&str],
) -> Result<(), StoreError> {
    let known = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    let found = format_of(connection)?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    if let Some(file) = file.filter(|_| found > 0 && found < known) {
        back_up(connection, &copy_before(file, found))?;
    }
    for (number, step) in (1..).zip(steps).skip(found as usize) {
        let transaction = connection.transaction().during("starting a migration")?;
        transaction.execute_batch(step).during("changing the format of a database")?;
        transaction
            .pragma_update(None, "user_version", number)
            .during("noting the format of a database")?;
        transaction.commit().during("committing a migration")?;
    }
    Ok(())
}

fn format_of(connection: &Connection) -> Result<u32, StoreError> {
    connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .during("reading the format of a database")
}

/// Where the copy of a database of format `format` goes.
fn copy_before(file: &Path, format: u32) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".format-{format}"));
    PathBuf::from(name)
}

fn back_up(connection: &Connection, copy: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(copy) {
        Ok(()) => {}
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(source) => {
            let activity = "replacing the old copy";
            return Err(StoreError::File { activity, path: copy.to_owned(), source });
        }
    }
    connection
        .execute("VACUUM INTO ?1", [copy.to_string_lossy()])
        .during("copying a database before its format changes")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [&str; 3] = [
        "CREATE TABLE word (text TEXT NOT NULL); INSERT INTO word VALUES ('one');",
        "ALTER TABLE word ADD COLUMN length INTEGER NOT NULL DEFAULT 0;",
        "UPDATE word SET length = length(text);",
    ];

    fn length(connection: &Connection) -> i64 {
        connection.query_row("SELECT length FROM word", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn every_older_format_becomes_the_newest_and_is_copied_first() {
        for from in 0..=STEPS.len() {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("word.db");
            let mut connection = Connection::open(&file).unwrap();
            migrate(&mut connection, Some(&file), &STEPS[..from]).unwrap();
            migrate(&mut connection, Some(&file), &STEPS).unwrap();
            assert_eq!(length(&connection), 3);
            let copied = copy_before(&file, u32::try_from(from).unwrap()).exists();
            assert_eq!(copied, from > 0 && from < STEPS.len());
        }
    }

    #[test]
    fn a_format_of_a_later_release_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, None, &STEPS).unwrap();
        let refused = migrate(&mut connection, None, &STEPS[..2]);
        assert!(matches!(refused, Err(StoreError::TooNew { found: 3, known: 2 })));
    }

    #[test]
    fn a_step_that_breaks_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = [STEPS[0], "UPDATE word SET text = 'two'; UPDATE nothing SET text = 1;"];
        assert!(migrate(&mut connection, None, &broken).is_err());
        let text: String =
            connection.query_row("SELECT text FROM word", [], |row| row.get(0)).unwrap();
        assert_eq!((text.as_str(), format_of(&connection).unwrap()), ("one", 1));
    }
}
