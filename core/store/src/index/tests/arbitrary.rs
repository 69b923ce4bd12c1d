//! Values of the index as they might come: few names, few contents, so that they collide.

use ::model::entry::Destination;
use ::model::{
    Actor, ConflictId, Content, ContentHash, DeviceId, Dot, Entry, EntryKind, Problem, Register,
    RelPath, Version, WallTime,
};
use engine::index::{ArchivedRow, DeviceNumber, HeldRow, Holders, OnDisk, PeerState, Row};
use engine::observation::{Seen, Stat};
use proptest::option;
use proptest::prelude::*;
use wire::{Mark, Position, Sequence};

pub(super) fn path() -> impl Strategy<Value = RelPath> {
    prop::collection::vec("(a|b|A|é|E\u{301}|e\u{301}|a-)", 1..4)
        .prop_map(|names| RelPath::parse(names.join("/")).unwrap())
}

pub(super) fn hash() -> impl Strategy<Value = ContentHash> {
    // The last two share their first eight bytes, so that short keys collide.
    prop_oneof![
        (0u8..4).prop_map(|n| ContentHash::of(&[n])),
        any::<bool>().prop_map(|b| {
            let mut hash = [7; 32];
            hash[31] = u8::from(b);
            ContentHash(hash)
        }),
    ]
}

/// A sampled chunk: these are compared by their first eight bytes only.
pub(super) fn chunk() -> impl Strategy<Value = ContentHash> {
    (0u8..5).prop_map(|n| ContentHash::of(&[n]))
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0u64..4, 0u64..200, any::<u32>().prop_map(u64::from), 0..u64::MAX >> 2]
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![(1u64..5).prop_map(Actor), (0u64..2).prop_map(|n| Actor(u64::MAX - n))]
}

fn dot() -> impl Strategy<Value = Dot> {
    (actor(), number()).prop_map(|(actor, counter)| Dot { actor, counter })
}

pub(super) fn version() -> impl Strategy<Value = Version> {
    prop::collection::vec((actor(), number()), 0..5).prop_map(Version::new)
}

fn wall() -> impl Strategy<Value = WallTime> {
    prop_oneof![(0i64..5).prop_map(WallTime), any::<i64>().prop_map(WallTime)]
}

fn mode() -> impl Strategy<Value = u16> {
    prop_oneof![Just(0o644u16), Just(0o755), any::<u16>()]
}

fn live() -> impl Strategy<Value = EntryKind> {
    prop_oneof![
        3 => (hash(), number(), any::<bool>(), mode()).prop_map(|(hash, size, chunked, mode)| {
            EntryKind::File { content: Content { hash, size: size >> 8, chunked }, mode }
        }),
        1 => "[a-z/.é]{0,20}".prop_map(|target| EntryKind::Symlink { target }),
        1 => mode().prop_map(|mode| EntryKind::Directory { mode }),
    ]
}

pub(super) fn kind() -> impl Strategy<Value = EntryKind> {
    let moved_to = option::of((path(), dot(), dot()).prop_map(|(path, dot, from)| Destination {
        path,
        dot,
        from,
    }));
    prop_oneof![
        3 => live(),
        1 => moved_to.prop_map(|moved_to| EntryKind::Tombstone { moved_to }),
    ]
}

pub(super) fn entry() -> impl Strategy<Value = Entry> {
    let resolves = option::weighted(0.1, any::<[u8; 8]>().prop_map(ConflictId));
    (kind(), wall(), version(), any::<prop::sample::Index>(), option::of(dot()), resolves).prop_map(
        |(kind, mtime, version, part, other, resolves)| {
            let parts: Vec<Dot> = version.iter().collect();
            let own = if parts.is_empty() { None } else { Some(*part.get(&parts)) };
            let dot = other.or(own).unwrap_or(Dot { actor: Actor(9), counter: 1 });
            Entry { kind, mtime, version, dot, resolves }
        },
    )
}

/// A register as it is after it was read once: joins are not repeatable to the letter.
pub(super) fn register() -> impl Strategy<Value = Register> {
    prop_oneof![
        3 => entry().prop_map(Register::new),
        1 => prop::collection::vec(entry(), 1..4).prop_map(|entries| Register::of(entries).unwrap()),
    ]
}

fn on_disk(winner: &Entry) -> impl Strategy<Value = Option<OnDisk>> + use<> {
    let winner = winner.clone();
    let stat = || {
        (number(), wall(), wall(), any::<u64>(), mode())
            .prop_map(|(size, mtime, ctime, inode, mode)| Stat { size, mtime, ctime, inode, mode })
    };
    let other = (live(), version(), dot(), stat()).prop_map(|(kind, version, dot, stat)| OnDisk {
        seen: Seen { kind, stat },
        version,
        dot,
    });
    let same = stat().prop_map(move |stat| {
        let stat = Stat { size: winner.kind.size(), mtime: winner.mtime, ..stat };
        let seen = Seen { kind: winner.kind.clone(), stat };
        OnDisk { seen, version: winner.version.clone(), dot: winner.dot }
    });
    option::of(prop_oneof![other, same])
}

pub(super) fn row() -> impl Strategy<Value = Row> {
    let via = option::of((0u8..64, any::<u64>()));
    let problem = option::weighted(0.2, prop::sample::select(&Problem::ALL[..]));
    let shown = option::weighted(0.2, version());
    (path(), register(), number(), via, any::<u64>(), any::<bool>(), problem, shown).prop_flat_map(
        |(path, register, sequence, via, holders, needed, problem, shown)| {
            on_disk(register.winner()).prop_map(move |disk| Row {
                path: path.clone(),
                register: register.clone(),
                sequence: Sequence(sequence),
                via: via.map(|(device, sequence)| (DeviceNumber(device), Sequence(sequence))),
                holders: Holders(if holders % 3 == 0 { 1 } else { holders }),
                disk: disk.filter(|disk| disk.seen.kind.is_live()),
                needed,
                problem,
                shown: shown.clone().unwrap_or_default(),
            })
        },
    )
}

pub(super) fn device() -> impl Strategy<Value = DeviceId> {
    (0u8..4).prop_map(|n| DeviceId([n; 32]))
}

fn position() -> impl Strategy<Value = Position> {
    any::<(u64, u64, u64)>().prop_map(|(epoch, sequence, mark)| Position {
        epoch,
        sequence: Sequence(sequence),
        mark: Mark(mark),
    })
}

pub(super) fn peer() -> impl Strategy<Value = PeerState> {
    (position(), position(), position(), any::<u64>()).prop_map(
        |(received, sent, sent_before, counter_sent)| PeerState {
            received,
            sent,
            sent_before,
            counter_sent,
        },
    )
}

pub(super) fn archived() -> impl Strategy<Value = ArchivedRow> {
    let file = hash().prop_map(|hash| EntryKind::File {
        content: Content { hash, size: u64::from(hash.0[31]), chunked: false },
        mode: 0o644,
    });
    let kind = prop_oneof![3 => file, 1 => Just(EntryKind::Symlink { target: "x".into() })];
    (path(), entry(), kind, 0i64..4).prop_map(|(path, entry, kind, at)| ArchivedRow {
        path,
        entry: Entry { kind, version: Version::default(), ..entry },
        archived_at: WallTime(at),
    })
}

pub(super) fn held() -> impl Strategy<Value = HeldRow> {
    let arrived = option::of((register(), 0u8..64, any::<u64>()));
    (path(), arrived, wall()).prop_map(|(path, arrived, since)| HeldRow {
        path,
        arrived: arrived.map(|(r, device, s)| (r, DeviceNumber(device), Sequence(s))),
        since,
    })
}
