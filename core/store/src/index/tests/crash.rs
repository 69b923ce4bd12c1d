//! What a crash leaves of an index.

use ::model::{Actor, RelPath};
use engine::index::Index;

use super::super::{Durability, FolderIndex, Life};
use super::size::typical_row;

fn index() -> FolderIndex {
    FolderIndex::in_memory(Life { epoch: 1, actor: Actor(2) }).unwrap()
}

fn put(index: &mut FolderIndex, number: u64, durability: Option<Durability>) {
    index.begin().unwrap();
    index.put(&typical_row(number)).unwrap();
    if let Some(durability) = durability {
        index.commit(durability).unwrap();
    }
}

fn paths(index: &FolderIndex) -> Vec<RelPath> {
    index.below(None, None, usize::MAX).unwrap().into_iter().map(|row| row.path).collect()
}

#[test]
fn a_crash_of_the_service_loses_only_the_open_transaction() {
    let mut index = index();
    put(&mut index, 1, Some(Durability::Normal));
    put(&mut index, 2, None);
    index.rollback().unwrap();
    assert_eq!(paths(&index), [typical_row(1).path]);
}

#[test]
fn a_power_cut_loses_what_was_not_durable() {
    let mut index = index();
    put(&mut index, 1, Some(Durability::Full));
    put(&mut index, 2, Some(Durability::Normal));
    put(&mut index, 3, Some(Durability::Full));
    put(&mut index, 4, Some(Durability::Normal));
    put(&mut index, 5, None);
    index.lose_power().unwrap();
    assert_eq!(paths(&index), [1, 2, 3].map(|n| typical_row(n).path));
    put(&mut index, 6, Some(Durability::Full));
    assert_eq!(paths(&index).len(), 4);
}

#[test]
fn a_rollback_without_a_transaction_changes_nothing() {
    let mut index = index();
    put(&mut index, 1, Some(Durability::Normal));
    index.rollback().unwrap();
    index.rollback().unwrap();
    assert_eq!(paths(&index).len(), 1);
}

#[test]
fn a_snapshot_holds_what_was_committed_at_any_durability() {
    let mut index = index();
    put(&mut index, 1, Some(Durability::Full));
    put(&mut index, 2, Some(Durability::Normal));
    let bytes = index.snapshot().unwrap();
    put(&mut index, 3, Some(Durability::Normal));
    let mut restored = FolderIndex::from_snapshot(&bytes).unwrap();
    assert_eq!(paths(&restored), [1, 2].map(|n| typical_row(n).path));
    put(&mut restored, 3, Some(Durability::Full));
    assert_eq!(paths(&restored).len(), 3);
}

#[test]
fn a_full_disk_undoes_the_transaction_and_is_told_apart() {
    let mut index = index();
    put(&mut index, 1, Some(Durability::Full));
    let pages: i64 = index.connection.query_row("PRAGMA page_count", [], |r| r.get(0)).unwrap();
    index.connection.pragma_update(None, "max_page_count", pages + 4).unwrap();
    index.begin().unwrap();
    let refused = (2..1000).any(|number| index.put(&typical_row(number)).is_err());
    assert!(refused && index.is_full());
    index.rollback().unwrap();
    assert!(!index.is_full());
    assert_eq!(paths(&index).len(), 1);
    index.connection.pragma_update(None, "max_page_count", 1 << 20).unwrap();
    index.begin().unwrap();
    (2..100).for_each(|number| index.put(&typical_row(number)).unwrap());
    index.commit(Durability::Full).unwrap();
    assert_eq!(paths(&index).len(), 99);
}
