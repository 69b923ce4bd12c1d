//! What a row costs on the disk.

use ::model::{
    Actor, Content, ContentHash, Dot, Entry, EntryKind, Register, RelPath, Version, WallTime,
};
use engine::index::{Holders, Index, OnDisk, Row};
use engine::observation::{Seen, Stat};
use wire::Sequence;

use super::super::{Durability, FolderIndex};

const ROWS: u64 = 20_000;
const BYTES_PER_ROW_MAX: u64 = 250;

/// A file as it is in a tree of documents, in the order in which a scan finds it.
pub(super) fn typical_row(number: u64) -> Row {
    let (package, file) = (number / 9, number % 9);
    let name = ["AUTHORS", "README", "changelog.Debian.gz", "changelog.gz", "copyright"];
    let name = name.get(file as usize).copied().unwrap_or("examples-of-use.html");
    let path = format!("doc/lib-package-{package:06}/{file}-{name}");
    let dot = Dot { actor: Actor(0x1234_5678_9abc_def0), counter: number + 1 };
    let version = Version::new([(dot.actor, dot.counter)]);
    let hash = ContentHash::of(path.as_bytes());
    let kind = EntryKind::File {
        content: Content { hash, size: 1000 + number * 7919 % 60_000, chunked: false },
        mode: 0o644,
    };
    let mtime = WallTime(1_700_000_000_123_456_789 + number.cast_signed() * 77_777_777);
    let stat = Stat {
        size: kind.size(),
        mtime,
        ctime: WallTime(1_760_000_000_000_000_000 + number.cast_signed() * 33_333),
        inode: 5_000_000 + number,
        mode: 0o644,
    };
    Row {
        path: RelPath::parse(path).unwrap(),
        register: Register::new(Entry {
            kind: kind.clone(),
            mtime,
            version: version.clone(),
            dot,
            resolves: None,
        }),
        sequence: Sequence(number + 1),
        via: None,
        holders: Holders(3),
        disk: Some(OnDisk { seen: Seen { kind, stat }, version, dot }),
        needed: false,
        problem: None,
        shown: model::Version::default(),
    }
}

#[test]
fn a_row_takes_no_more_room_than_planned() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("index.db");
    let mut index = FolderIndex::open(&file).unwrap().index;
    for page in 0..ROWS / 1000 {
        index.begin().unwrap();
        for number in page * 1000..(page + 1) * 1000 {
            index.put(&typical_row(number)).unwrap();
        }
        index.commit(Durability::Full).unwrap();
    }
    assert!(index.idle().unwrap());
    let on_disk: u64 = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| !entry.file_name().to_string_lossy().ends_with("-shm"))
        .map(|entry| entry.metadata().unwrap().len())
        .sum();
    assert!(on_disk / ROWS <= BYTES_PER_ROW_MAX, "{} bytes a row", on_disk / ROWS);
}
