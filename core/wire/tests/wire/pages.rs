//! Pages of an index: size and speed.

use model::{Actor, Content, Dot, Entry, EntryKind, FolderId, RelPath, Version, WallTime};
use wire::codec::{decode, encode};
use wire::limits::PAGE_ENTRIES_MAX;
use wire::{Item, Message, Position, Sequence, Update};

fn page() -> Message {
    let item = |n: u64| {
        let dot = Dot { actor: Actor(0x1234_5678_9abc_def0), counter: n + 1 };
        let version = Version::new([(Actor(0xfeed_beef_0bad_cafe), n)]).with(dot);
        Item {
            sequence: Sequence(n),
            path: RelPath::parse(format!("usr/share/doc/package-{}/file-{n}.html", n / 20))
                .unwrap(),
            siblings: vec![Entry {
                kind: EntryKind::File { content: Content::single(&n.to_le_bytes()), mode: 0o644 },
                mtime: WallTime(1_700_000_000_000_000_000 + i64::try_from(n).unwrap() * 1_000_003),
                version,
                dot,
                resolves: None,
            }],
            held: true,
            yours_held: false,
        }
    };
    Message::Update(Update {
        folder: FolderId([1; 16]),
        after: Sequence(0),
        position: Position::default(),
        followed: Sequence(0),
        items: (0..PAGE_ENTRIES_MAX as u64).map(item).collect(),
        same: vec![],
        small: vec![],
    })
}

#[test]
fn an_entry_of_a_page_costs_little_more_than_its_hash() {
    let frame = encode(&page());
    assert!(frame.len() < PAGE_ENTRIES_MAX * 64, "{} bytes", frame.len());
}

/// Says the figures of an optimised build: `cargo test --release -p wire -- --ignored --nocapture`.
#[test]
#[ignore = "prints figures, checks nothing"]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn figures_of_a_page() {
    let page = page();
    let rounds = 200;
    let start = std::time::Instant::now();
    let frames: Vec<_> = (0..rounds).map(|_| encode(&page)).collect();
    let encoded = start.elapsed() / rounds;
    let start = std::time::Instant::now();
    for frame in &frames {
        assert!(decode(frame).is_ok());
    }
    let decoded = start.elapsed() / rounds;
    println!("{} bytes, encoded in {encoded:?}, decoded in {decoded:?}", frames[0].len());
}
