//! Arbitrary valid values.

use model::entry::Destination;
use model::{
    Actor, ConflictId, Content, ContentHash, DeviceId, Dot, Entry, EntryKind, FolderId, HomeId,
    Mode, RelPath, Role, Stamp, Version, WallTime,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use wire::limits::NUMBER_MAX;
use wire::{
    Archived, DiskSpace, Fact, Item, Mark, Message, Offer, Open, Position, Record, Request, Same,
    Sequence, Small, Update, Want,
};

pub(crate) fn path() -> impl Strategy<Value = RelPath> {
    "[a-zé\\\\ ]{1,8}(/[a-z.]{0,3}[a-z]){0,3}".prop_map(|text| RelPath::parse(text).unwrap())
}

fn hash() -> impl Strategy<Value = ContentHash> {
    any::<[u8; 32]>().prop_map(ContentHash)
}

fn device() -> impl Strategy<Value = DeviceId> {
    any::<[u8; 32]>().prop_map(DeviceId)
}

fn folder() -> impl Strategy<Value = FolderId> {
    any::<[u8; 16]>().prop_map(FolderId)
}

fn dot() -> impl Strategy<Value = Dot> {
    (any::<u64>(), 1..=NUMBER_MAX).prop_map(|(actor, counter)| Dot { actor: Actor(actor), counter })
}

fn kind() -> impl Strategy<Value = EntryKind> {
    let destination =
        (path(), dot(), dot()).prop_map(|(path, dot, from)| Destination { path, dot, from });
    let content = (hash(), 0..=NUMBER_MAX, any::<bool>());
    prop_oneof![
        option::of(destination).prop_map(|moved_to| EntryKind::Tombstone { moved_to }),
        "[^\0]{1,20}".prop_map(|target| EntryKind::Symlink { target }),
        (content, 0u16..=0o777).prop_map(|((hash, size, chunked), mode)| EntryKind::File {
            content: Content { hash, size, chunked },
            mode
        }),
        (0u16..=0o777).prop_map(|mode| EntryKind::Directory { mode }),
    ]
}

pub(crate) fn entry() -> impl Strategy<Value = Entry> {
    let others = prop::collection::vec(dot(), 0..4);
    (kind(), any::<i64>(), others, dot(), option::of(any::<[u8; 8]>())).prop_map(
        |(kind, mtime, others, dot, resolves)| Entry {
            kind,
            mtime: WallTime(mtime),
            version: Version::new(others.iter().map(|dot| (dot.actor, dot.counter))).with(dot),
            dot,
            resolves: resolves.map(ConflictId),
        },
    )
}

fn sequence() -> impl Strategy<Value = Sequence> {
    (0..=NUMBER_MAX).prop_map(Sequence)
}

fn position() -> impl Strategy<Value = Position> {
    (any::<u64>(), sequence(), any::<u64>()).prop_map(|(epoch, sequence, mark)| Position {
        epoch,
        sequence,
        mark: Mark(mark),
    })
}

fn open() -> impl Strategy<Value = Open> {
    let actors = (any::<u64>(), device(), 0..=NUMBER_MAX)
        .prop_map(|(actor, device, counter)| (Actor(actor), device, counter));
    let numbers = (any::<u64>(), any::<u64>(), sequence());
    let actors = prop::collection::vec(actors, 0..4);
    (folder(), numbers, position(), actors, (select(&Mode::ALL[..]), any::<bool>())).prop_map(
        |(folder, (epoch, actor, sequence), received, actors, (mode, answer))| Open {
            folder,
            epoch,
            actor: Actor(actor),
            sequence,
            received,
            actors,
            mode,
            answer,
        },
    )
}

fn item() -> impl Strategy<Value = Item> {
    let held = (any::<bool>(), any::<bool>());
    (sequence(), path(), prop::collection::vec(entry(), 1..4), held).prop_map(
        |(sequence, path, siblings, (held, yours_held))| Item {
            sequence,
            path,
            siblings,
            held,
            yours_held,
        },
    )
}

fn update() -> impl Strategy<Value = Update> {
    let same = (sequence(), any::<bool>()).prop_map(|(sequence, held)| Same { sequence, held });
    let small = (hash(), prop::collection::vec(any::<u8>(), 0..300))
        .prop_map(|(hash, bytes)| Small { hash, bytes });
    let lists = (
        prop::collection::vec(item(), 0..5),
        prop::collection::vec(same, 0..5),
        prop::collection::vec(small, 0..5),
    );
    (folder(), (sequence(), sequence()), position(), lists).prop_map(
        |(folder, (after, followed), position, (items, same, small))| Update {
            folder,
            after,
            position,
            followed,
            items,
            same,
            small,
        },
    )
}

fn fact() -> impl Strategy<Value = Fact> {
    let name = || "[a-zé ]{1,12}";
    prop_oneof![
        (any::<[u8; 16]>(), name(), any::<[u8; 32]>()).prop_map(|(id, name, secret)| Fact::Home {
            id: HomeId(id),
            name,
            secret
        }),
        (device(), prop::collection::vec(any::<u8>(), 0..50), select(&Role::ALL[..]))
            .prop_map(|(device, public_key, role)| Fact::Member { device, public_key, role }),
        device().prop_map(|device| Fact::Removed { device }),
        (device(), name()).prop_map(|(device, name)| Fact::Name { device, name }),
        (device(), prop::collection::vec("[0-9:.]{1,20}", 0..4))
            .prop_map(|(device, addresses)| Fact::Addresses { device, addresses }),
        (folder(), name(), any::<bool>()).prop_map(|(folder, name, deleted)| Fact::Folder {
            folder,
            name,
            deleted
        }),
        (folder(), device(), option::of(select(&Mode::ALL[..])))
            .prop_map(|(folder, device, mode)| Fact::Pod { folder, device, mode }),
        ("[a-z:]{1,20}", "[a-z.]{1,9}", option::of("[a-z0-9]{0,9}"))
            .prop_map(|(target, key, value)| Fact::Policy { target, key, value }),
    ]
}

pub(crate) fn record() -> impl Strategy<Value = Record> {
    let signature = prop::collection::vec(any::<u8>(), 0..=64);
    let stamp = (0..=wire::limits::STAMP_MILLIS_MAX, 0..=wire::limits::STAMP_COUNT_MAX);
    (fact(), stamp, device(), signature).prop_map(|(fact, (millis, count), author, signature)| {
        Record { fact, stamp: Stamp { millis, count }, author, signature }
    })
}

fn archived() -> impl Strategy<Value = Archived> {
    (path(), entry(), any::<i64>()).prop_map(|(path, entry, archived_at)| Archived {
        path,
        entry,
        archived_at: WallTime(archived_at),
    })
}

fn disk() -> impl Strategy<Value = DiskSpace> {
    (0..=NUMBER_MAX).prop_flat_map(|size| (0..=size).prop_map(move |free| DiskSpace { size, free }))
}

pub(crate) fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        prop::collection::vec(record(), 0..5).prop_map(Message::Home),
        open().prop_map(Message::Open),
        update().prop_map(Message::Update),
        (folder(), prop::collection::vec(path(), 0..5))
            .prop_map(|(folder, paths)| Message::Refused { folder, paths }),
        (any::<u64>(), folder(), prop::collection::vec((path(), hash()), 0..5), any::<bool>())
            .prop_map(|(question, folder, files, asked)| match asked {
                true => Message::PromiseAsked { question, folder, files },
                false => Message::Promised { question, folder, files },
            }),
        (any::<u64>(), folder(), path()).prop_map(|(question, folder, path)| {
            Message::HistoryAsked { question, folder, path }
        }),
        (any::<u64>(), prop::collection::vec(archived(), 0..5))
            .prop_map(|(question, versions)| Message::HistoryTold { question, versions }),
        (folder(), any::<u64>(), path(), 0..=NUMBER_MAX).prop_map(
            |(folder, number, path, size)| Message::Offer(Offer { folder, number, path, size })
        ),
        prop::collection::vec(disk(), 0..5).prop_map(Message::Disks),
    ]
}

pub(crate) fn request() -> impl Strategy<Value = Request> {
    let chunks = (hash(), 0..1000u32, 1..1000u32);
    let want = prop_oneof![
        hash().prop_map(|hash| Want::Whole { hash }),
        hash().prop_map(|hash| Want::Manifest { hash }),
        (hash(), 1..u32::MAX).prop_map(|(hash, bytes)| Want::Front { hash, bytes }),
        chunks.prop_map(|(hash, first, count)| Want::Chunks { hash, first, count }),
    ];
    (folder(), prop::collection::vec(want, 0..6), option::of(any::<u64>()))
        .prop_map(|(folder, wants, offer)| Request { folder, wants, offer })
}
