//! What is asked of whom, and when.

use std::time::Duration;

use super::*;

const MIB: u64 = 1 << 20;
const CHUNK: u64 = 64 << 10;
const HASH: ContentHash = ContentHash([7; 32]);

fn device(n: u8) -> DeviceId {
    DeviceId([n; 32])
}

/// Streams with one of so many chunks, a reader, and these devices that have it.
struct Bed {
    streams: Streams,
    stream: StreamId,
    reader: ReaderId,
    now: Tick,
}

impl Bed {
    fn new(chunks: u64, devices: &[u8]) -> Self {
        let mut streams = Streams::default();
        let ends = (1..=chunks).map(|n| n * CHUNK).collect();
        let stream = streams.open(Layout { hash: HASH, pieces: Pieces::Chunks, ends });
        streams.set_sources(stream, devices.iter().map(|n| device(*n)));
        let reader = streams.add_reader(stream);
        Self { streams, stream, reader, now: Tick(1) }
    }

    fn read(&mut self, bytes: Range<u64>) -> (ReadId, Vec<Fetch>) {
        let read = self.streams.read(self.stream, self.reader, &bytes);
        (read, self.streams.poll(self.now))
    }

    fn wait(&mut self, millis: u64) {
        self.now = self.now.after(Duration::from_millis(millis));
    }

    /// Everything of a request comes.
    fn answer(&mut self, fetch: &Fetch) {
        for piece in pieces(fetch) {
            self.streams.arrived(self.now, fetch.request, piece);
        }
        self.streams.ended(self.now, fetch.request, Ending::Whole);
    }
}

fn pieces(fetch: &Fetch) -> Range<usize> {
    match fetch.want {
        Want::Chunks { first, count, .. } => first as usize..(first + count) as usize,
        Want::Whole { .. } | Want::Manifest { .. } | Want::Front { .. } => 0..1,
    }
}

#[test]
fn a_read_asks_for_the_chunks_that_it_touches_and_for_nothing_else() {
    let mut bed = Bed::new(1000, &[1]);
    let (read, fetches) = bed.read(30 * MIB + 5..30 * MIB + CHUNK + 5);
    assert_eq!(fetches.len(), 1);
    assert_eq!(pieces(&fetches[0]), 480..482);
    assert!(bed.streams.poll(bed.now).is_empty());
    bed.answer(&fetches[0]);
    assert!(bed.streams.has(bed.stream, &(30 * MIB + 5..30 * MIB + CHUNK + 5)));
    bed.streams.done(bed.stream, read);
    let (_, again) = bed.read(30 * MIB..30 * MIB + 10);
    assert!(again.is_empty());
}

#[test]
fn reading_in_order_is_run_ahead_of_by_a_few_requests_at_a_time() {
    let mut bed = Bed::new(10_000, &[1]);
    let mut open: Vec<Fetch> = Vec::new();
    let mut asked = BTreeSet::new();
    for i in 0..2000 {
        let (read, fetches) = bed.read(i * 2 * CHUNK..(i + 1) * 2 * CHUNK);
        for piece in fetches.iter().flat_map(pieces) {
            assert!(asked.insert(piece), "{piece} is asked for twice");
        }
        open.extend(fetches);
        assert!(open.len() <= AHEAD_MAX + 1);
        while !bed.streams.has(bed.stream, &(i * 2 * CHUNK..(i + 1) * 2 * CHUNK)) {
            bed.wait(4);
            let next = open.remove(0);
            bed.answer(&next);
        }
        bed.streams.done(bed.stream, read);
    }
    assert!(asked.len() >= 4000 && asked.len() <= 4000 + 256 + 64);
}

#[test]
fn several_devices_work_for_one_reader_and_the_faster_one_does_more() {
    let mut bed = Bed::new(20_000, &[1, 2]);
    let mut open: Vec<(u64, Fetch)> = Vec::new();
    let mut bytes = BTreeMap::new();
    for i in 0..8000 {
        let range = i * 2 * CHUNK..(i + 1) * 2 * CHUNK;
        let (read, fetches) = bed.read(range.clone());
        open.extend(fetches.into_iter().map(|fetch| (bed.now.0, fetch)));
        while !bed.streams.has(bed.stream, &range) {
            bed.wait(1);
            let mut waiting = Vec::new();
            for (since, fetch) in std::mem::take(&mut open) {
                let share = open_of(&waiting, fetch.from) + 1;
                let each = if fetch.from == device(1) { 100 } else { 300 } * MIB / 3;
                let due = since + pieces(&fetch).len() as u64 * CHUNK * 1_000_000_000 / each;
                if bed.now.0 >= due && share <= 4 {
                    *bytes.entry(fetch.from).or_insert(0) += pieces(&fetch).len();
                    bed.answer(&fetch);
                } else {
                    waiting.push((since, fetch));
                }
            }
            open = waiting;
            let more = bed.streams.poll(bed.now);
            open.extend(more.into_iter().map(|fetch| (bed.now.0, fetch)));
        }
        bed.streams.done(bed.stream, read);
    }
    assert!(bytes[&device(1)] * 3 / 2 < bytes[&device(2)], "{bytes:?}");
    assert!(bytes[&device(1)] * 6 > bytes[&device(2)], "{bytes:?}");
}

fn open_of(open: &[(u64, Fetch)], from: DeviceId) -> usize {
    open.iter().filter(|(_, fetch)| fetch.from == from).count()
}

#[test]
fn a_device_that_goes_silent_is_replaced_while_it_is_still_waited_for() {
    let mut bed = Bed::new(1000, &[1, 2]);
    let (_, first) = bed.read(20 * MIB..20 * MIB + 1);
    assert_eq!(first.len(), 1);
    bed.wait(100);
    assert!(bed.streams.poll(bed.now).is_empty());
    let due = bed.streams.timeout().unwrap();
    assert!(due > bed.now && due.since(bed.now) < Duration::from_millis(200));
    bed.now = due;
    let second = bed.streams.poll(bed.now);
    assert_eq!(second.len(), 1);
    assert_ne!(second[0].from, first[0].from);
    assert_eq!(bed.streams.waits_for(bed.stream).len(), 2);
    bed.answer(&second[0]);
    assert!(bed.streams.has(bed.stream, &(20 * MIB..20 * MIB + 1)));
    bed.streams.ended(bed.now, first[0].request, Ending::Lost);
    assert!(bed.streams.has(bed.stream, &(20 * MIB..20 * MIB + 1)));
}

#[test]
fn what_a_lost_device_was_asked_for_is_asked_of_another() {
    let mut bed = Bed::new(1000, &[1, 2]);
    let (_, first) = bed.read(20 * MIB..20 * MIB + CHUNK * 4);
    bed.streams.arrived(bed.now, first[0].request, pieces(&first[0]).start);
    bed.streams.lose(bed.now, first[0].from);
    let second = bed.streams.poll(bed.now);
    assert_eq!(second.len(), 1);
    assert_ne!(second[0].from, first[0].from);
    assert_eq!(pieces(&second[0]).len(), 3);
}

#[test]
fn one_who_lies_is_not_asked_again_and_one_who_lacks_it_only_when_named_anew() {
    let mut bed = Bed::new(1000, &[1]);
    let (_, first) = bed.read(20 * MIB..20 * MIB + 1);
    bed.streams.ended(bed.now, first[0].request, Ending::Missing);
    assert!(bed.streams.poll(bed.now).is_empty() && !bed.streams.has_sources(bed.stream));
    bed.streams.set_sources(bed.stream, [device(1)]);
    let again = bed.streams.poll(bed.now);
    assert_eq!(again.len(), 1);
    bed.streams.ended(bed.now, again[0].request, Ending::Corrupt);
    bed.streams.set_sources(bed.stream, [device(1)]);
    assert!(bed.streams.poll(bed.now).is_empty() && !bed.streams.has_sources(bed.stream));
}

#[test]
fn a_device_that_breaks_off_again_and_again_is_given_up() {
    let mut bed = Bed::new(1000, &[1]);
    let (_, mut fetches) = bed.read(20 * MIB..20 * MIB + 1);
    for _ in 0..STRIKES_MAX {
        assert_eq!(fetches.len(), 1);
        bed.streams.ended(bed.now, fetches[0].request, Ending::Lost);
        fetches = bed.streams.poll(bed.now);
    }
    assert!(fetches.is_empty());
}

#[test]
fn a_jumping_reader_asks_the_device_that_answers_first() {
    let mut bed = Bed::new(100_000, &[1, 2]);
    let mut bytes = BTreeMap::new();
    for i in 1..=200 {
        let offset = (i * 7919 % 90_000) * CHUNK;
        let (read, fetches) = bed.read(offset..offset + CHUNK);
        assert_eq!(fetches.len(), 1);
        *bytes.entry(fetches[0].from).or_insert(0) += 1;
        bed.wait(if fetches[0].from == device(1) { 40 } else { 2 });
        bed.answer(&fetches[0]);
        bed.streams.done(bed.stream, read);
    }
    assert!(bytes[&device(2)] > 190, "{bytes:?}");
}

#[test]
fn a_small_file_and_a_list_of_chunks_are_asked_for_as_such() {
    for (pieces, want) in [
        (Pieces::Whole, Want::Whole { hash: HASH }),
        (Pieces::Manifest, Want::Manifest { hash: HASH }),
        (Pieces::Front(9), Want::Front { hash: HASH, bytes: 9 }),
    ] {
        let mut streams = Streams::default();
        let stream = streams.open(Layout { hash: HASH, pieces, ends: vec![1000] });
        streams.set_sources(stream, [device(1)]);
        let reader = streams.add_reader(stream);
        streams.read(stream, reader, &(0..10));
        let fetches = streams.poll(Tick(1));
        assert_eq!(fetches.len(), 1);
        assert_eq!(fetches[0].want, want);
    }
}
