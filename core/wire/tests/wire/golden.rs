//! The bytes of each version, for ever: what an old device sends is still understood, and what a
//! newer one sends beyond that is left out.

use model::entry::Destination;
use model::{
    Actor, ConflictId, Content, ContentHash, DeviceId, Dot, Entry, EntryKind, FolderId, Mode,
    RelPath, Role, Stamp, Version, WallTime,
};
use wire::codec::{decode, decode_part, decode_record, decode_request};
use wire::codec::{encode, encode_part, encode_record, encode_request};
use wire::{
    Archived, DecodeError, DiskSpace, Fact, Item, Mark, Message, Offer, Open, Part, Position,
    Record, Request, Same, Sequence, Small, Update, Want,
};

const VERSION_1: &str = include_str!("version1.txt");

const FOLDER: FolderId = FolderId([0xf0; 16]);
const DEVICE: DeviceId = DeviceId([0xd0; 32]);
const HASH: ContentHash = ContentHash([0xc0; 32]);
const DOT: Dot = Dot { actor: Actor(0xa1), counter: 300 };

fn path(text: &str) -> RelPath {
    RelPath::parse(text).unwrap()
}

fn entry(kind: EntryKind) -> Entry {
    let version = Version::new([(Actor(0xa2), 4)]).with(DOT);
    Entry { kind, mtime: WallTime(-5), version, dot: DOT, resolves: Some(ConflictId([9; 8])) }
}

fn file() -> Entry {
    let content = Content { hash: HASH, size: 70_000, chunked: true };
    entry(EntryKind::File { content, mode: 0o755 })
}

fn record(fact: Fact) -> Record {
    let stamp = Stamp { millis: 1_700_000_000_000, count: 2 };
    Record { fact, stamp, author: DEVICE, signature: vec![0x51; 4] }
}

fn facts() -> Vec<Fact> {
    vec![
        Fact::Home { id: model::HomeId([0x40; 16]), name: "home".into(), secret: [0x5e; 32] },
        Fact::Member { device: DEVICE, public_key: vec![1, 2, 3], role: Role::Reader },
        Fact::Removed { device: DEVICE },
        Fact::Name { device: DEVICE, name: "pc".into() },
        Fact::Addresses { device: DEVICE, addresses: vec!["[::1]:1".into(), "1.2.3.4:5".into()] },
        Fact::Folder { folder: FOLDER, name: "photos".into(), deleted: true },
        Fact::Pod { folder: FOLDER, device: DEVICE, mode: Some(Mode::Stream) },
        Fact::Policy { target: "home".into(), key: "archive.days".into(), value: Some("3".into()) },
    ]
}

fn update() -> Message {
    let gone = Destination { path: path("c/d"), dot: DOT, from: DOT };
    let siblings = vec![
        file(),
        entry(EntryKind::Symlink { target: "../x".into() }),
        entry(EntryKind::Directory { mode: 0o700 }),
        entry(EntryKind::Tombstone { moved_to: Some(gone) }),
        entry(EntryKind::Tombstone { moved_to: None }),
    ];
    Message::Update(Update {
        folder: FOLDER,
        after: Sequence(1),
        position: Position { epoch: 0xe1, sequence: Sequence(400), mark: Mark(0x3a) },
        followed: Sequence(0),
        items: vec![Item {
            sequence: Sequence(399),
            path: path("a/b"),
            siblings,
            held: true,
            yours_held: false,
        }],
        same: vec![
            Same { sequence: Sequence(7), held: true },
            Same { sequence: Sequence(1000), held: false },
        ],
        small: vec![Small { hash: HASH, bytes: b"hi".to_vec() }],
    })
}

fn messages() -> Vec<Message> {
    let archived = Archived { path: path("a"), entry: file(), archived_at: WallTime(6) };
    vec![
        Message::Home(vec![record(Fact::Removed { device: DEVICE })]),
        Message::Open(Open {
            folder: FOLDER,
            epoch: 0xe1,
            actor: Actor(0xa1),
            sequence: Sequence(500),
            received: Position { epoch: 0xe2, sequence: Sequence(3), mark: Mark(0x3b) },
            actors: vec![(Actor(0xa1), DEVICE, 12)],
            mode: Mode::Portal,
            answer: true,
        }),
        update(),
        Message::Refused { folder: FOLDER, paths: vec![path("a"), path("b/c")] },
        Message::HistoryAsked { question: 1, folder: FOLDER, path: path("a") },
        Message::HistoryTold { question: 1, versions: vec![archived] },
        Message::PromiseAsked {
            question: 2,
            folder: FOLDER,
            files: vec![(path("a"), HASH), (path("b"), HASH)],
        },
        Message::Promised { question: 2, folder: FOLDER, files: vec![(path("b"), HASH)] },
    ]
}

fn request() -> Request {
    let wants = vec![
        Want::Whole { hash: HASH },
        Want::Manifest { hash: HASH },
        Want::Chunks { hash: HASH, first: 4, count: 200 },
    ];
    Request { folder: FOLDER, wants, offer: None }
}

const PARTS: [Part; 3] =
    [Part::Plain(65_536), Part::Packed { length: 10, size: 300 }, Part::Missing];

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

/// The bytes of every sample, one a line.
fn written() -> Vec<String> {
    let messages = messages().iter().map(encode).map(|frame| hex(&frame)).collect::<Vec<_>>();
    let records = facts().into_iter().map(record);
    let records = records.map(|record| hex(&encode_record(&record))).collect::<Vec<_>>();
    let request = vec![hex(&encode_request(&request()))];
    let parts = PARTS.iter().map(|part| hex(&encode_part(*part))).collect();
    [messages, records, request, parts].concat()
}

#[test]
fn frames_of_version_1_look_like_this_for_ever() {
    let golden: Vec<_> = VERSION_1.lines().collect();
    assert_eq!(written(), golden, "the new lines are:\n{}", written().join("\n"));
}

#[test]
fn frames_of_version_1_are_understood_for_ever() {
    let mut lines = VERSION_1.lines().map(unhex);
    for message in messages() {
        assert_eq!(decode(&lines.next().unwrap()), Ok(Some(message)));
    }
    for fact in facts() {
        assert_eq!(decode_record(&lines.next().unwrap()), Ok(record(fact)));
    }
    assert_eq!(decode_request(&lines.next().unwrap()), Ok(request()));
    for part in PARTS {
        let header = lines.next().unwrap().try_into().unwrap();
        assert_eq!(decode_part(header), Ok(part));
    }
}

#[test]
fn offers_look_like_this_for_ever() {
    let offer = Offer { folder: FOLDER, number: 7, path: path("a/b"), size: 300 };
    let golden = "104a230a10f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f01107000000000000001a03612f6220ac02";
    assert_eq!(hex(&encode(&Message::Offer(offer.clone()))), golden);
    assert_eq!(decode(&unhex(golden)), Ok(Some(Message::Offer(offer))));
    let request = Request { folder: FOLDER, wants: Vec::new(), offer: Some(7) };
    let golden = "100a10f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0190700000000000000";
    assert_eq!(hex(&encode_request(&request)), golden);
    assert_eq!(decode_request(&unhex(golden)), Ok(request));
}

#[test]
fn disks_look_like_this_for_ever_and_have_no_more_free_than_they_are_large() {
    let disks = [DiskSpace { size: 300, free: 200 }, DiskSpace { size: 5, free: 0 }];
    let golden = "10520c0a0608ac0210c8010a020805";
    assert_eq!(hex(&encode(&Message::Disks(disks.to_vec()))), golden);
    assert_eq!(decode(&unhex(golden)), Ok(Some(Message::Disks(disks.to_vec()))));
    let wrong = "10520e0a0608ac0210c8010a0408051006";
    assert_eq!(decode(&unhex(wrong)), Err(DecodeError::Invalid("the space of a disk")));
    let many = vec![DiskSpace { size: 1, free: 1 }; wire::limits::DISKS_MAX + 1];
    assert_eq!(decode(&encode(&Message::Disks(many))), Err(DecodeError::Limit(1)));
}

#[test]
fn who_knows_of_no_fronts_is_asked_for_the_whole_manifest() {
    let ask = |want| encode_request(&Request { folder: FOLDER, wants: vec![want], offer: None });
    let front = ask(Want::Front { hash: HASH, bytes: 5 });
    let manifest = ask(Want::Manifest { hash: HASH });
    // The number in field 4 is the only difference, and the length before it.
    assert_eq!(front[front.len() - 2..], [0x20, 5]);
    assert_eq!(front.len(), manifest.len() + 2);
    assert_eq!(front[front.len() - 34..front.len() - 2], manifest[manifest.len() - 32..]);
}

#[test]
fn a_packed_frame_of_version_1_is_understood_for_ever() {
    // Not compared with what is written: another version of zstd may pack differently.
    let name = "a".repeat(200);
    let message =
        Message::Refused { folder: FOLDER, paths: vec![path(&name), path(&name), path(&name)] };
    let golden = unhex(PACKED_1);
    assert_eq!(decode(&golden), Ok(Some(message.clone())), "{}", hex(&encode(&message)));
}

const PACKED_1: &str = "117602000028b52ffd607601b500005022f3040a10f012c801610300934ea30222a048078a";

#[test]
fn a_kind_of_message_of_the_future_is_left_out() {
    // Field 100 with two bytes; a number in field 101; nothing at all.
    for body in [&[0xa2, 0x06, 2, 1, 2][..], &[0xa8, 0x06, 5], &[]] {
        assert_eq!(decode(&[&[0x10], body].concat()), Ok(None));
    }
}

#[test]
fn fields_of_the_future_are_left_out() {
    for (line, message) in VERSION_1.lines().zip(messages()) {
        let mut frame = unhex(line);
        frame.extend_from_slice(&[0xa2, 0x06, 2, 1, 2, 0xa9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(decode(&frame), Ok(Some(message)));
    }
}

#[test]
fn a_record_of_a_kind_of_the_future_is_left_out_and_the_others_stay() {
    let known = unhex(VERSION_1.lines().next().unwrap());
    let record = &known[3..];
    // The same record once more, its fact under tag 9 instead of 3.
    let position = record.windows(2).position(|two| two == [0x1a, 0x20]).unwrap();
    let mut newer = record.to_vec();
    newer[position] = 0x4a;
    let both = [record, &newer].concat();
    let mut frame = vec![0x10, 0x0a, 0x80 | (both.len() % 128) as u8, (both.len() / 128) as u8];
    frame.extend_from_slice(&both);
    assert_eq!(decode(&frame), Ok(Some(messages()[0].clone())));
    // Alone, as it is stored, it says what it is.
    let stored = [&[0x10], &newer[2..]].concat();
    assert_eq!(decode_record(&stored), Err(DecodeError::Newer("a record")));
}

#[test]
fn a_mode_of_the_future_makes_its_folder_unknown_and_harms_nothing_else() {
    let mut frame = unhex(VERSION_1.lines().nth(1).unwrap());
    let mode = frame.len() - 4;
    assert_eq!(frame[mode..], [0x38, 4, 0x40, 1]);
    frame[mode + 1] = 99;
    assert_eq!(decode(&frame), Ok(None));
}
