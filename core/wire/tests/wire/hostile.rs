//! Bytes that nobody honest sends: an error or a valid value, never a panic.

use model::{Actor, DeviceId, FolderId, Mode};
use proptest::prelude::*;
use wire::codec::{
    PART_HEADER, decode, decode_part, decode_record, decode_request, encode, encode_request,
};
use wire::limits;
use wire::{DecodeError, Hello, Message, Open, Position, Sequence};

use crate::values;

/// Everything that decodes, on the same bytes.
fn decode_all(bytes: &[u8]) {
    if let Ok(Some(message)) = decode(bytes) {
        assert_eq!(decode(&encode(&message)), Ok(Some(message)), "what was decoded is valid");
    }
    if let Ok(request) = decode_request(bytes) {
        assert_eq!(decode_request(&encode_request(&request)), Ok(request));
    }
    let _ = decode_record(bytes);
    let _ = Hello::decode(bytes);
    if let Some(header) = bytes.first_chunk::<PART_HEADER>() {
        let _ = decode_part(*header);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(format in prop_oneof![Just(0x10u8), Just(0x11), any::<u8>()], mut bytes: Vec<u8>) {
        bytes.insert(0, format);
        decode_all(&bytes);
    }

    #[test]
    fn damaged_frames_never_panic(
        message in values::message(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        end in any::<prop::sample::Index>(), cut: bool,
    ) {
        let mut frame = encode(&message);
        for (position, byte) in edits {
            let i = position.index(frame.len());
            frame[i] = byte;
        }
        if cut {
            frame.truncate(end.index(frame.len()));
        }
        decode_all(&frame);
    }

    #[test]
    fn damaged_requests_never_panic(
        request in values::request(), position in any::<prop::sample::Index>(), byte: u8,
    ) {
        let mut frame = encode_request(&request);
        let i = position.index(frame.len());
        frame[i] = byte;
        decode_all(&frame);
    }
}

/// A plain frame of one field with a length.
fn field(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut length = body.len();
    let mut bytes = vec![tag << 3 | 2];
    while length >= 0x80 {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes.extend_from_slice(body);
    bytes
}

fn frame(fields: &[Vec<u8>]) -> Vec<u8> {
    std::iter::once(vec![0x10]).chain(fields.iter().cloned()).collect::<Vec<_>>().concat()
}

const FOLDER: [u8; 16] = [1; 16];

fn refused(path: &str) -> Vec<u8> {
    frame(&[field(4, &[field(1, &FOLDER), field(2, path.as_bytes())].concat())])
}

#[test]
fn a_path_that_leads_elsewhere_never_gets_in() {
    assert!(matches!(decode(&refused("a/b")), Ok(Some(Message::Refused { .. }))));
    for path in ["../a", "/etc/passwd", "a//b", "", "a\0", ".homefold/x", &"a/".repeat(300)] {
        assert!(matches!(decode(&refused(path)), Err(DecodeError::Path(_))), "{path:?}");
    }
}

#[test]
fn lists_beyond_their_limits_are_refused() {
    let pages = field(4, &[]).repeat(limits::PAGE_ENTRIES_MAX + 1);
    assert_eq!(decode(&frame(&[field(3, &pages)])), Err(DecodeError::Limit(4)));
    let records = field(1, &[]).repeat(limits::RECORDS_MAX + 1);
    assert_eq!(decode(&frame(&[field(1, &records)])), Err(DecodeError::Limit(1)));
    let same = field(5, &vec![0; limits::SAME_MAX * 10 + 1]);
    assert_eq!(decode(&frame(&[field(3, &same)])), Err(DecodeError::Limit(5)));
}

#[test]
fn two_bodies_in_one_frame_are_not_added_up() {
    let home = field(1, &[]);
    assert_eq!(decode(&frame(&[home.clone(), home])), Err(DecodeError::Limit(1)));
}

#[test]
fn a_small_content_beyond_its_limit_is_refused() {
    let small = |length| {
        let bytes = [field(1, &[7; 32]), field(2, &vec![0; length])].concat();
        frame(&[field(3, &[field(1, &FOLDER), field(7, &bytes)].concat())])
    };
    assert!(decode(&small(limits::SMALL_BYTES_MAX)).is_ok());
    assert!(decode(&small(limits::SMALL_BYTES_MAX + 1)).is_err());
}

#[test]
fn numbers_that_no_database_holds_are_refused() {
    let open = |sequence| {
        encode(&Message::Open(Open {
            folder: FolderId(FOLDER),
            epoch: u64::MAX,
            actor: Actor(u64::MAX),
            sequence: Sequence(sequence),
            received: Position::default(),
            actors: vec![(Actor(1), DeviceId([1; 32]), 5)],
            mode: Mode::Clone,
            answer: false,
        }))
    };
    assert!(decode(&open(limits::NUMBER_MAX)).is_ok());
    assert_eq!(decode(&open(limits::NUMBER_MAX + 1)), Err(DecodeError::Invalid("a sequence")));
}

#[test]
fn a_version_that_does_not_know_of_its_own_change_is_refused() {
    let entry = |counter: u8| {
        let actor = 7u64.to_le_bytes();
        let dot = [&[0x41][..], &actor, &[0x48, counter]].concat();
        let entry = [vec![0x20, 5], field(6, &actor), field(7, &[3]), dot].concat();
        let item = [field(1, b"a"), field(2, &entry)].concat();
        frame(&[field(3, &[field(1, &FOLDER), field(4, &item)].concat())])
    };
    assert!(decode(&entry(3)).is_ok());
    assert!(decode(&entry(4)).is_err());
    assert!(decode(&entry(0)).is_err());
}
