//! What is said of a directory costs little, however much lies below it, and is known of older indexes.

use ::model::{Actor, RelPath};
use engine::index::{Holders, Index, Row};
use rusqlite::Connection;

use super::super::extent::{Extent, IS_ELSEWHERE, IS_HERE, extent};
use super::super::{Durability, FolderIndex, Life};
use super::size::typical_row;

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
fn what_is_said_of_a_directory_reads_no_entry_and_only_paths_below_it() {
    let index = index_of(&[]);
    let plan = |sql| {
        let explained = format!("EXPLAIN QUERY PLAN {sql}");
        let mut statement = index.connection.prepare(&explained).unwrap();
        let steps = statement.query_map([b"d".as_slice(), b"e"], |row| row.get::<_, String>(3));
        steps.unwrap().map(Result::unwrap).collect::<Vec<_>>()
    };
    let (elsewhere, here) = (plan(IS_ELSEWHERE), plan(IS_HERE));
    for steps in [&elsewhere, &here] {
        assert_eq!(steps.len(), 1, "{steps:?}");
        assert!(
            steps[0].starts_with("SEARCH path") && steps[0].contains("key>? AND key<?"),
            "{steps:?}"
        );
    }
    assert!(elsewhere[0].contains("path_elsewhere"), "{elsewhere:?}");
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
                 DROP TABLE front; PRAGMA user_version = 2;";
    Connection::open(&at).unwrap().execute_batch(older).unwrap();
    let index = FolderIndex::open(&at).unwrap().index;
    let of = |at| extent(&index.connection, &path(at)).unwrap();
    assert_eq!(of("d"), Extent { here: true, elsewhere: false });
    assert_eq!(of("e"), Extent { here: false, elsewhere: true });
}
