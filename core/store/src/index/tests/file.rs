//! The index in a file: opened, closed, copied, damaged, read beside its writer.

use std::path::{Path, PathBuf};

use engine::index::{Identity, Index};
use engine::observation::Knowledge;
use model::ContentHash;

use super::super::{Durability, FolderIndex, Reader, delete};
use super::size::typical_row;

fn place() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("folders/f/index.db");
    (directory, file)
}

fn put(index: &mut FolderIndex, number: u64, durability: Durability) {
    index.begin().unwrap();
    index.put(&typical_row(number)).unwrap();
    index.commit(durability).unwrap();
}

fn count(index: &FolderIndex) -> usize {
    index.below(None, None, usize::MAX).unwrap().len()
}

/// Copies the database with its log, as it stands at this moment on the disk.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    for suffix in ["", "-wal"] {
        let name = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        if name(from).exists() {
            std::fs::copy(name(from), name(to)).unwrap();
        }
    }
}

#[test]
fn a_reader_knows_the_sampled_chunks_of_every_manifest() {
    let (_directory, file) = place();
    let mut index = FolderIndex::open(&file).unwrap().index;
    let [one, two, other] = [1, 2, 3].map(|n| ContentHash([n; 32]));
    index.begin().unwrap();
    index.put_manifest(other, b"manifest", &[one, two]).unwrap();
    index.commit(Durability::Full).unwrap();
    let mut reader = Reader::open(&file).unwrap();
    assert!(reader.knows_any(&[other, two]).unwrap());
    assert!(!reader.knows_any(&[other]).unwrap());
    assert!(!reader.knows_any(&[]).unwrap());
}

#[test]
fn an_index_is_found_again_as_it_was_closed() {
    let (_directory, file) = place();
    let opened = FolderIndex::open(&file).unwrap();
    assert!(opened.is_new && !opened.is_copy);
    let mut index = opened.index;
    put(&mut index, 1, Durability::Full);
    let identity = index.identity().unwrap();
    index.close().unwrap();
    let again = FolderIndex::open(&file).unwrap();
    assert!(!again.is_new && !again.is_copy && again.damaged.is_none());
    assert_eq!((again.index.identity().unwrap(), count(&again.index)), (identity, 1));
}

#[test]
fn every_new_index_is_another_life() {
    let lives = [place(), place()]
        .map(|(_directory, file)| FolderIndex::open(&file).unwrap().index.identity().unwrap());
    assert_ne!(lives[0].epoch, lives[1].epoch);
    assert_ne!(lives[0].actor, lives[1].actor);
    assert_ne!(lives[0].epoch, 0);
}

#[test]
fn what_was_committed_survives_a_kill_and_what_was_not_does_not() {
    let (_directory, file) = place();
    let mut index = FolderIndex::open(&file).unwrap().index;
    put(&mut index, 1, Durability::Full);
    put(&mut index, 2, Durability::Normal);
    index.begin().unwrap();
    index.put(&typical_row(3)).unwrap();
    let (_other, killed) = place();
    copy(&file, &killed);
    assert_eq!(count(&FolderIndex::open(&killed).unwrap().index), 2);
}

#[test]
fn a_copy_is_noticed_until_it_begins_its_own_life() {
    let (_directory, file) = place();
    let mut index = FolderIndex::open(&file).unwrap().index;
    put(&mut index, 1, Durability::Full);
    index.close().unwrap();
    let (_other, restored) = place();
    copy(&file, &restored);
    for _ in 0..2 {
        let opened = FolderIndex::open(&restored).unwrap();
        assert!(opened.is_copy);
        opened.index.close().unwrap();
    }
    let mut index = FolderIndex::open(&restored).unwrap().index;
    let identity = index.identity().unwrap();
    index.set_identity(Identity { counter: 7, ..identity }).unwrap();
    index.set_identity(Identity { epoch: 77, ..identity }).unwrap();
    index.close().unwrap();
    assert!(!FolderIndex::open(&restored).unwrap().is_copy);
    assert!(!FolderIndex::open(&file).unwrap().is_copy);
}

#[test]
fn a_damaged_index_is_moved_aside_and_made_anew() {
    let (_directory, file) = place();
    let mut index = FolderIndex::open(&file).unwrap().index;
    (0..500).for_each(|number| put(&mut index, number, Durability::Normal));
    assert!(index.idle().unwrap());
    drop(index);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[4096..middle].fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    let opened = FolderIndex::open(&file).unwrap();
    assert!(opened.is_new);
    assert!(opened.damaged.unwrap().exists());
    assert_eq!(count(&opened.index), 0);
}

#[test]
fn something_that_is_no_database_is_moved_aside() {
    let (_directory, file) = place();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, vec![b'x'; 9000]).unwrap();
    assert!(FolderIndex::open(&file).unwrap().damaged.is_some());
}

#[test]
fn a_deleted_index_leaves_nothing_and_touches_no_other() {
    let (_directory, file) = place();
    drop(FolderIndex::open(&file).unwrap());
    std::fs::write(&file, vec![b'x'; 9000]).unwrap();
    let index = FolderIndex::open(&file).unwrap().index;
    let other = file.with_file_name("index.db2");
    std::fs::write(&other, b"x").unwrap();
    drop(index);
    delete(&file).unwrap();
    delete(&file).unwrap();
    let left = std::fs::read_dir(file.parent().unwrap()).unwrap();
    assert_eq!(left.map(|entry| entry.unwrap().path()).collect::<Vec<_>>(), [other]);
}

#[test]
fn a_reader_sees_the_last_commit_and_nothing_later() {
    let (_directory, file) = place();
    let mut index = FolderIndex::open(&file).unwrap().index;
    let mut reader = Reader::open(&file).unwrap();
    put(&mut index, 1, Durability::Normal);
    index.begin().unwrap();
    index.put(&typical_row(2)).unwrap();
    let row = typical_row(1);
    assert_eq!(reader.get(&row.path).unwrap(), Some(row.clone()));
    assert_eq!(reader.below(None, None, 9).unwrap().len(), 1);
    let mut known = Vec::new();
    reader.each_known(None, &mut |one| known.push(one.path)).unwrap();
    assert_eq!(known.pop().as_ref(), Some(&row.path));
    let inode = row.disk.unwrap().seen.stat.inode;
    assert_eq!(reader.by_inode(inode).unwrap().unwrap().path, row.path);
}

#[test]
fn children_are_listed_without_what_is_below_them() {
    let (_directory, file) = place();
    let mut index = FolderIndex::open(&file).unwrap().index;
    (0..20).for_each(|number| put(&mut index, number, Durability::Normal));
    let mut reader = Reader::open(&file).unwrap();
    let directory = typical_row(9).path.parent().unwrap();
    let all: Vec<_> = (9..18).map(|number| typical_row(number).path).collect();
    let listed = reader.children(Some(&directory), None, 100).unwrap();
    assert_eq!(listed.iter().map(|row| row.path.clone()).collect::<Vec<_>>(), all);
    let rest = reader.children(Some(&directory), Some(&all[3]), 2).unwrap();
    assert_eq!(rest.iter().map(|row| row.path.clone()).collect::<Vec<_>>(), all[4..6]);
    assert!(reader.children(None, None, 100).unwrap().is_empty());
}
