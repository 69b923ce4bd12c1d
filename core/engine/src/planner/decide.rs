//! What one path needs so that the disk is as the home says.

use model::{Content, Entry, EntryKind, WallTime};

use crate::index::{OnDisk, Row};

/// What a path needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Nothing: the disk is as the winner says.
    Nothing,
    /// Nothing on disk, but the index has to note that the disk is as the winner says.
    Adopt,
    /// What stands there has to go.
    Remove,
    /// A directory or link has to be made, in place of what stands there.
    Make,
    /// A file has to be put there, in place of what stands there.
    Place(Content),
    /// The same bytes need other permission bits or another time.
    Adjust,
}

/// What `row` needs.
pub(crate) fn decide(row: &Row) -> Decision {
    let winner = row.register.winner();
    match (&row.disk, &winner.kind) {
        (None, EntryKind::Tombstone { .. }) => Decision::Nothing,
        (Some(_), EntryKind::Tombstone { .. }) => Decision::Remove,
        (Some(disk), kind) if disk.seen.kind.same(kind) => same_bytes(disk, winner),
        (_, EntryKind::Directory { .. } | EntryKind::Symlink { .. }) => Decision::Make,
        (_, EntryKind::File { content, .. }) => Decision::Place(*content),
    }
}

/// A version that was applied once is not applied again: a file system may be unable to hold its
/// time or mode exactly.
fn same_bytes(disk: &OnDisk, winner: &Entry) -> Decision {
    if disk.version == winner.version {
        Decision::Nothing
    } else if attributes(&disk.seen.kind, disk.seen.stat.mtime)
        == attributes(&winner.kind, winner.mtime)
    {
        Decision::Adopt
    } else {
        Decision::Adjust
    }
}

/// The attributes that are kept in step: permission bits, and the time of files.
pub(crate) fn attributes(kind: &EntryKind, mtime: WallTime) -> (u16, WallTime) {
    match kind {
        EntryKind::File { mode, .. } => (*mode, mtime),
        EntryKind::Directory { mode } => (*mode, WallTime(0)),
        EntryKind::Symlink { .. } | EntryKind::Tombstone { .. } => (0, WallTime(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Holders;
    use crate::observation::{Seen, Stat};
    use model::{Actor, Dot, Register, RelPath, Version};
    use wire::Sequence;

    fn dot(counter: u64) -> Dot {
        Dot { actor: Actor(1), counter }
    }

    fn version(counter: u64) -> Version {
        Version::default().with(dot(counter))
    }

    fn file(body: &[u8]) -> EntryKind {
        EntryKind::File { content: Content::single(body), mode: 0o644 }
    }

    fn gone() -> EntryKind {
        EntryKind::Tombstone { moved_to: None }
    }

    fn row(winner: EntryKind, disk: Option<(EntryKind, u64, i64)>) -> Row {
        let entry = Entry {
            kind: winner,
            mtime: WallTime(5),
            version: version(2),
            dot: dot(2),
            resolves: None,
        };
        Row {
            path: RelPath::parse("p").unwrap(),
            register: Register::new(entry),
            sequence: Sequence(1),
            via: None,
            holders: Holders::default(),
            disk: disk.map(|(kind, at, mtime)| OnDisk {
                seen: Seen { kind, stat: Stat { mtime: WallTime(mtime), ..Stat::default() } },
                version: version(at),
                dot: dot(at),
            }),
            needed: true,
            problem: None,
            shown: Version::default(),
        }
    }

    #[test]
    fn each_pair_of_disk_and_winner_has_one_answer() {
        let directory = EntryKind::Directory { mode: 0o755 };
        for (winner, disk, answer) in [
            (gone(), None, Decision::Nothing),
            (gone(), Some((file(b"a"), 1, 5)), Decision::Remove),
            (file(b"a"), None, Decision::Place(Content::single(b"a"))),
            (file(b"a"), Some((file(b"b"), 1, 5)), Decision::Place(Content::single(b"a"))),
            (file(b"a"), Some((directory.clone(), 1, 5)), Decision::Place(Content::single(b"a"))),
            (file(b"a"), Some((file(b"a"), 1, 5)), Decision::Adopt),
            (file(b"a"), Some((file(b"a"), 1, 4)), Decision::Adjust),
            (file(b"a"), Some((file(b"a"), 2, 4)), Decision::Nothing),
            (directory.clone(), None, Decision::Make),
            (directory.clone(), Some((file(b"a"), 1, 5)), Decision::Make),
            (directory.clone(), Some((directory.clone(), 1, 4)), Decision::Adopt),
        ] {
            assert_eq!(
                decide(&row(winner.clone(), disk.clone())),
                answer,
                "{winner:?} over {disk:?}"
            );
        }
    }

    #[test]
    fn contents_under_one_version_still_differ() {
        let row = row(file(b"a"), Some((file(b"b"), 2, 5)));
        assert_eq!(decide(&row), Decision::Place(Content::single(b"a")));
    }
}
