//! The index answers every question as plain maps do, whatever was written before.

use ::model::{Actor, ContentHash, DeviceId, EntryKind, RelPath, WallTime};
use engine::index::{ArchivedRow, DeviceNumber, HeldRow, Holders, Identity, Index, PeerState, Row};
use engine::observation::{Knowledge, Known};
use proptest::prelude::*;
use wire::Sequence;

use super::super::extent::{Extent, extent};
use super::super::{Durability, FolderIndex, Life, codec, columns};
use super::arbitrary;
use super::naive::{Naive, hash_on_disk};

#[derive(Debug, Clone)]
enum Step {
    Put(Row),
    /// Puts the row that stands at a path with another bit of holders.
    Acted(RelPath, u8),
    Remove(RelPath),
    Number(DeviceId),
    SetPeer(u8, PeerState),
    SetActor(u64, DeviceId, u64),
    PutManifest(ContentHash, Vec<ContentHash>),
    Archive(ArchivedRow),
    ForgetArchived(prop::sample::Index),
    Hold(HeldRow),
    Unhold(RelPath),
    Promise(ContentHash, bool),
    Commit,
    Rollback,
    Ask(RelPath, Option<RelPath>, ContentHash, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let path = arbitrary::path;
    prop_oneof![
        6 => arbitrary::row().prop_map(Step::Put),
        2 => (path(), 0u8..64).prop_map(|(path, device)| Step::Acted(path, device)),
        2 => path().prop_map(Step::Remove),
        1 => arbitrary::device().prop_map(Step::Number),
        1 => (0u8..4, arbitrary::peer()).prop_map(|(n, state)| Step::SetPeer(n, state)),
        1 => (1u64..5, arbitrary::device(), 0u64..9).prop_map(|(a, d, c)| Step::SetActor(a, d, c)),
        1 => (arbitrary::hash(), prop::collection::vec(arbitrary::chunk(), 0..4))
            .prop_map(|(hash, sketch)| Step::PutManifest(hash, sketch)),
        1 => arbitrary::archived().prop_map(Step::Archive),
        1 => any::<prop::sample::Index>().prop_map(Step::ForgetArchived),
        1 => arbitrary::held().prop_map(Step::Hold),
        1 => path().prop_map(Step::Unhold),
        1 => (arbitrary::hash(), any::<bool>()).prop_map(|(hash, on)| Step::Promise(hash, on)),
        1 => Just(Step::Commit),
        1 => Just(Step::Rollback),
        4 => (path(), prop::option::of(path()), arbitrary::hash(), 1usize..9)
            .prop_map(|(path, after, hash, limit)| Step::Ask(path, after, hash, limit)),
    ]
}

/// No two rows have the same sequence: the engine gives each its own.
fn with_own_sequence(mut row: Row, steps_done: u64) -> Row {
    row.sequence = Sequence(row.sequence.0 / 1000 * 1000 + steps_done);
    row
}

/// Writes the same to both.
fn write(step: Step, number: u64, index: &mut dyn Index, other: &Naive) {
    match step {
        Step::Put(row) => index.put(&with_own_sequence(row, number)).unwrap(),
        Step::Acted(path, device) => {
            if let Some(mut row) = other.get(&path).unwrap() {
                row.holders = row.holders.with(DeviceNumber(device), true);
                index.put(&row).unwrap();
            }
        }
        Step::Remove(path) => index.remove(&path).unwrap(),
        Step::Number(device) => drop(index.number(device).unwrap()),
        Step::SetPeer(number, state) => {
            if usize::from(number) < other.devices().unwrap().len() {
                index.set_peer(DeviceNumber(number), state).unwrap();
            }
        }
        Step::SetActor(actor, device, counter) => {
            index.set_actor(Actor(actor), device, counter).unwrap();
        }
        Step::PutManifest(hash, sketch) => {
            index.put_manifest(hash, &hash.0[..5], &sketch).unwrap();
        }
        Step::Archive(row) => index.archive(&row).unwrap(),
        Step::ForgetArchived(which) => {
            let all = other.archived(None, usize::MAX).unwrap();
            if !all.is_empty() {
                let is_last = index.forget_archived(which.get(&all)).unwrap();
                let hash = which.get(&all).entry.kind.content().map(|content| content.hash);
                let kept = hash.map(|hash| index.is_archived(hash).unwrap());
                assert_eq!(is_last, kept == Some(false));
            }
        }
        Step::Hold(row) => index.hold(&row).unwrap(),
        Step::Unhold(path) => index.unhold(&path).unwrap(),
        Step::Promise(content, true) => index.promise(content).unwrap(),
        Step::Promise(content, false) => index.end_promise(content).unwrap(),
        Step::Commit | Step::Rollback | Step::Ask(..) => {}
    }
}

fn compare_lists(index: &FolderIndex, naive: &Naive, ask: (&RelPath, Option<&RelPath>, usize)) {
    let (path, after, limit) = ask;
    for directory in [None, Some(path)] {
        assert_eq!(index.below(directory, after, limit), naive.below(directory, after, limit));
    }
    assert_eq!(index.needed(after, limit), naive.needed(after, limit));
    assert_eq!(index.conflicts(after, limit), naive.conflicts(after, limit));
    assert_eq!(index.problems(after, limit), naive.problems(after, limit));
    assert_eq!(index.held(after, limit), naive.held(after, limit));
    assert_eq!(index.promised(), naive.promised());
    assert_eq!(index.held_at(path), naive.held_at(path));
    for at in [None, Some(path)] {
        assert_eq!(index.archived(at, limit), naive.archived(at, limit));
    }
    assert_eq!(index.oldest_archived(limit), naive.oldest_archived(limit));
    let pods = Holders(limit as u64);
    for told in [Sequence(2), Sequence(u64::MAX >> 1)] {
        let settled = naive.settled_tombstones(pods, told, 3);
        assert_eq!(index.settled_tombstones(pods, told, 3), settled);
    }
}

fn compare(index: &FolderIndex, naive: &Naive, path: &RelPath, hash: ContentHash) {
    let row = naive.get(path).unwrap();
    assert_eq!(index.get(path).unwrap(), row);
    if let Some(row) = row {
        assert_eq!(index.at(row.sequence).unwrap().as_ref(), Some(&row));
        assert_eq!(index.since(row.sequence, 3), naive.since(row.sequence, 3));
    }
    assert_eq!(index.since(Sequence(0), 100), naive.since(Sequence(0), 100));
    assert_eq!(index.has_live_below(path), naive.has_live_below(path));
    assert_eq!(extent(&index.connection, path).unwrap(), naive_extent(naive, path));
    assert_eq!(index.folded(path), naive.folded(path));
    let all = naive.on_disk(hash).unwrap();
    let some = index.on_disk(hash).unwrap();
    assert_eq!(some.len(), all.len().min(8));
    assert!(some.iter().all(|row| all.contains(row)));
    assert_eq!(index.similar(hash, 2), naive.similar(hash, 2));
    assert_eq!(index.manifest(hash), naive.manifest(hash));
    assert_eq!(index.is_archived(hash), naive.is_archived(hash));
    assert_eq!(index.archived_bytes(), naive.archived_bytes());
    assert_eq!(index.devices(), naive.devices());
    assert_eq!(index.peer(DeviceNumber(1)), naive.peer(DeviceNumber(1)));
    assert_eq!(index.actors(), naive.actors());
    assert_eq!(index.totals(), naive.totals());
    assert_eq!(index.identity(), naive.identity());
}

fn naive_extent(naive: &Naive, directory: &RelPath) -> Extent {
    let below = naive.below(Some(directory), None, usize::MAX).unwrap();
    let leaves = below.iter().filter(|row| match row.register.winner().kind {
        EntryKind::File { .. } | EntryKind::Symlink { .. } => true,
        EntryKind::Directory { .. } | EntryKind::Tombstone { .. } => false,
    });
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        leaves.partition(|row| row.holders.contains(DeviceNumber(0)));
    Extent { here: !here.is_empty(), elsewhere: !elsewhere.is_empty() }
}

fn compare_knowledge(index: &mut FolderIndex, naive: &Naive, under: Option<&RelPath>) {
    let mut known = Vec::new();
    index.each_known(under, &mut |one| known.push(one)).unwrap();
    let rows = naive.below(None, None, usize::MAX).unwrap();
    let undecided =
        |path: &RelPath| naive.held_at(path).unwrap().is_some_and(|held| held.arrived.is_none());
    let rows = rows
        .into_iter()
        .filter(|row| !undecided(&row.path))
        .filter(|row| under.is_none_or(|under| row.path == *under || row.path.is_below(under)));
    let all: Vec<Known> = rows
        .filter_map(|row| row.disk.clone().map(|disk| Known { path: row.path, seen: disk.seen }))
        .collect();
    assert_eq!(known, all);
    for one in &all {
        let found = index.by_inode(one.seen.stat.inode).unwrap();
        assert_eq!(
            found.is_some(),
            all.iter().any(|other| {
                other.seen.stat.inode == one.seen.stat.inode && other.seen.kind.content().is_some()
            })
        );
        assert!(found.is_none_or(|found| all.contains(&found)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]
    #[test]
    fn the_index_answers_as_maps_do(steps in prop::collection::vec(step(), 1..60)) {
        let mut index = FolderIndex::in_memory(Life { epoch: 1, actor: Actor(2) }).unwrap();
        let mut naive = Naive::new(index.identity().unwrap());
        let mut committed = naive.clone();
        index.begin().unwrap();
        for (number, step) in (1..).zip(steps) {
            let before = naive.clone();
            write(step.clone(), number, &mut index, &before);
            write(step.clone(), number, &mut naive, &before);
            if let Step::Ask(path, after, hash, limit) = &step {
                compare(&index, &naive, path, *hash);
                compare_lists(&index, &naive, (path, after.as_ref(), *limit));
                compare_knowledge(&mut index, &naive, after.as_ref());
            }
            if matches!(step, Step::Commit) {
                let identity = Identity { counter: number, ..naive.identity().unwrap() };
                index.set_identity(identity).unwrap();
                naive.set_identity(identity).unwrap();
                index.commit(Durability::Normal).unwrap();
                committed = naive.clone();
                index.begin().unwrap();
            }
            if matches!(step, Step::Rollback) {
                index.rollback().unwrap();
                naive = committed.clone();
                index.begin().unwrap();
            }
        }
        let end = RelPath::parse("a").unwrap();
        index.commit(Durability::Full).unwrap();
        let bytes = index.snapshot().unwrap();
        let copy = FolderIndex::from_snapshot(&bytes).unwrap();
        for index in [&index, &copy] {
            compare(index, &naive, &end, ContentHash::of(&[0]));
            compare_lists(index, &naive, (&end, None, usize::MAX));
        }
    }

    #[test]
    fn an_entry_is_read_as_it_was_written(entry in arbitrary::entry(), kind in arbitrary::kind()) {
        let mut actors = Default::default();
        let bytes = columns::encoded(&mut actors, |to| {
            to.entry(&entry);
            to.kind(&kind);
        });
        let mut decoder = codec::Decoder::new(&bytes, &actors);
        prop_assert_eq!(decoder.entry(), Some(entry));
        prop_assert_eq!(decoder.kind(), Some(kind));
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(0u8..12, 0..80)) {
        let mut actors = super::super::actors::Actors::default();
        actors.number(Actor(1));
        drop(codec::Decoder::new(&bytes, &actors).register());
        drop(codec::Decoder::new(&bytes, &actors).kind());
    }
}

#[test]
fn what_stands_on_the_disk_is_found_by_its_content() {
    let mut index = FolderIndex::in_memory(Life { epoch: 1, actor: Actor(2) }).unwrap();
    let row = super::size::typical_row(7);
    index.put(&row).unwrap();
    assert_eq!(index.on_disk(hash_on_disk(&row).unwrap()).unwrap(), [row]);
}

#[test]
fn a_device_more_than_there_are_numbers_is_an_error() {
    let mut index = FolderIndex::in_memory(Life { epoch: 1, actor: Actor(2) }).unwrap();
    for n in 0..64 {
        assert_eq!(index.number(DeviceId([n; 32])).unwrap(), DeviceNumber(n));
    }
    assert!(index.number(DeviceId([64; 32])).is_err());
    let held = HeldRow { path: RelPath::parse("a").unwrap(), arrived: None, since: WallTime(1) };
    index.hold(&held).unwrap();
    assert_eq!(index.held_at(&held.path).unwrap(), Some(held));
}

#[test]
fn manifests_of_nothing_that_is_kept_here_are_forgotten_when_no_work_remains() {
    let mut index = FolderIndex::in_memory(Life { epoch: 1, actor: Actor(2) }).unwrap();
    let rows = [1, 2, 3].map(super::size::typical_row);
    let hashes: Vec<ContentHash> = rows.iter().filter_map(hash_on_disk).collect();
    let chunks = [ContentHash::of(b"x"), ContentHash::of(b"y")];
    for hash in &hashes {
        index.put_manifest(*hash, &hash.0, &chunks).unwrap();
    }
    index.put(&rows[0]).unwrap();
    let entry = rows[1].register.winner().clone();
    let (path, archived_at) = (rows[1].path.clone(), WallTime(1));
    index.archive(&ArchivedRow { path, entry, archived_at }).unwrap();
    let waiting = Row { needed: true, disk: None, ..rows[2].clone() };
    index.put(&waiting).unwrap();
    assert_eq!(index.sweep_manifests(9), Ok(0));
    index.remove(&waiting.path).unwrap();
    assert_eq!([(); 4].map(|()| index.sweep_manifests(1).unwrap()), [0, 0, 1, 0]);
    assert!(index.manifest(hashes[1]).unwrap().is_some());
    assert_eq!(index.manifest(hashes[2]).unwrap(), None);
    assert_eq!(index.similar(hashes[1], 9).unwrap(), [hashes[0]]);
}

#[test]
fn the_front_of_a_longer_manifest_is_kept_apart_and_goes_with_it() {
    let mut index = FolderIndex::in_memory(Life { epoch: 1, actor: Actor(2) }).unwrap();
    let (short, long) = (vec![1; 10_000], vec![1; 40_000]);
    let front = |index: &FolderIndex, bytes| {
        super::super::contents::front(&index.connection, ContentHash::of(bytes)).unwrap()
    };
    for bytes in [&short, &long] {
        index.put_manifest(ContentHash::of(bytes), bytes, &[]).unwrap();
    }
    assert_eq!(front(&index, &short), None);
    assert_eq!(front(&index, &long), content::front::cut(&long, content::front::RUN));
    assert_eq!(index.sweep_manifests(9), Ok(2));
    assert_eq!(front(&index, &long), None);
    index.put_manifest(ContentHash::of(&long), &long, &[]).unwrap();
    assert!(front(&index, &long).is_some());
}
