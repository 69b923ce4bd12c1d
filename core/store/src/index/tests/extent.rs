//! What is said of a directory costs little, however much lies below it, and is known of older indexes.

use std::time::{Duration, Instant};

use ::model::{Actor, RelPath};
use engine::index::{Holders, Index, Row};
use rusqlite::Connection;

use super::super::extent::{Extent, extent};
use super::super::{Durability, FolderIndex, Life};
use super::size::typical_row;

/// Far more than a step in an index takes, far less than reading every entry.
const QUICK: Duration = Duration::from_millis(500);

fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

fn file(at: &str, number: u64, is_here: bool) -> Row {
    let holders = if is_here { Holders(3) } else { Holders(2) };
    Row { path: path(at), holders, ..typical_row(number) }
}

fn index_of(rows: &[Row]) -> FolderIndex {
    let mut index = FolderIndex::in_memory(Life { epoch: 1, actor: Actor(2) }).unwrap();
    index.begin().unwrap();
    rows.iter().for_each(|row| index.put(row).unwrap());
    index.commit(Durability::Normal).unwrap();
    index
}

#[test]
fn a_directory_is_what_lies_below_it_and_follows_it() {
    let rows = [file("d/a/1", 1, true), file("d/b/2", 2, false), file("d.x", 3, false)];
    let mut index = index_of(&rows);
    let of = |index: &FolderIndex, at| extent(&index.connection, &path(at)).unwrap();
    assert_eq!(of(&index, "d"), Extent { here: true, elsewhere: true });
    assert_eq!(of(&index, "d/a"), Extent { here: true, elsewhere: false });
    assert_eq!(of(&index, "d/b"), Extent { here: false, elsewhere: true });
    assert_eq!(of(&index, "d/none"), Extent::default());
    index.begin().unwrap();
    index.put(&file("d/a/1", 1, false)).unwrap();
    index.remove(&path("d/b/2")).unwrap();
    assert_eq!(of(&index, "d"), Extent { here: false, elsewhere: true });
}

#[test]
fn a_hundred_thousand_entries_that_are_all_elsewhere_are_seen_through_at_once() {
    let index = index_of(&[]);
    let many = "INSERT INTO path (key, id, state) WITH RECURSIVE n (i) AS \
                (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
                SELECT CAST('large' || char(0) || printf('photo-%08d.jpg', i) AS BLOB), i, 32 FROM n";
    index.connection.execute_batch(many).unwrap();
    let started = Instant::now();
    let found = extent(&index.connection, &path("large")).unwrap();
    assert_eq!(found, Extent { here: false, elsewhere: true });
    assert!(started.elapsed() < QUICK, "{:?}", started.elapsed());
}

#[test]
fn an_index_of_an_older_release_learns_what_is_here() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path().join("index.db");
    let mut index = FolderIndex::open(&at).unwrap().index;
    index.begin().unwrap();
    for row in [file("d/1", 1, true), file("e/2", 2, false)] {
        index.put(&row).unwrap();
    }
    index.commit(Durability::Full).unwrap();
    index.close().unwrap();
    let older = "DROP INDEX path_elsewhere; UPDATE path SET state = state & 15; \
                 PRAGMA user_version = 2;";
    Connection::open(&at).unwrap().execute_batch(older).unwrap();
    let index = FolderIndex::open(&at).unwrap().index;
    let of = |at| extent(&index.connection, &path(at)).unwrap();
    assert_eq!(of("d"), Extent { here: true, elsewhere: false });
    assert_eq!(of("e"), Extent { here: false, elsewhere: true });
}
