//! Sources come, go, fail and lie; the bytes arrive all the same.

use super::*;

fn device(n: u8) -> DeviceId {
    DeviceId([n; 32])
}

fn large(size: u64) -> Content {
    Content { hash: ContentHash::of(b"large"), size, chunked: true }
}

/// Lets time pass until every request is answered, each source at its own bytes per second.
fn run(
    transfers: &mut Transfers,
    rates: &[(DeviceId, u64)],
    chunk: u64,
) -> (BTreeMap<DeviceId, u64>, u64) {
    let (mut now, mut sent, mut free) = (0, BTreeMap::new(), BTreeMap::new());
    let mut due: BTreeMap<(u64, u64), (u64, usize)> = BTreeMap::new();
    loop {
        let steps = transfers.poll(Tick(now));
        let staging = steps.iter().any(|step| matches!(step, Step::Stage(_)));
        for step in steps {
            match step {
                Step::Fetch { request, from, wants } => {
                    let bytes: u64 = wants
                        .iter()
                        .map(|want| match want {
                            Want::Chunks { count, .. } => u64::from(*count) * chunk,
                            Want::Whole { .. } | Want::Manifest { .. } | Want::Front { .. } => {
                                chunk
                            }
                        })
                        .sum();
                    let rate = rates.iter().find(|(d, _)| *d == from).unwrap().1;
                    let begin = (*free.get(&from).unwrap_or(&0)).max(now);
                    let end = begin + bytes * 1_000_000_000 / rate;
                    free.insert(from, end);
                    *sent.entry(from).or_insert(0) += bytes;
                    due.insert((end, request), (request, wants.len()));
                }
                Step::Stage(content) => {
                    let chunks = u32::try_from(content.size / chunk).unwrap();
                    let missing = if now == 0 { vec![(0, chunks)] } else { Vec::new() };
                    let staging = Staging::Missing { chunks, missing, bytes: content.size };
                    transfers.staged(content.hash, staging);
                }
                Step::Ready(_) | Step::Stuck(..) | Step::Sourceless(_) | Step::Corrupt(_) => {}
            }
        }
        if staging {
            continue;
        }
        let Some((&(at, id), &(request, wants))) = due.iter().next() else { return (sent, now) };
        due.remove(&(at, id));
        now = at;
        transfers.fetched(Tick(now), request, &vec![Arrival::Done; wants]);
    }
}

#[test]
fn two_equal_sources_are_almost_twice_as_fast_as_one() {
    let size = 256 << 20;
    let time = |sources: &[(DeviceId, u64)]| {
        let mut transfers = Transfers::default();
        let devices: Vec<_> = sources.iter().map(|(device, _)| *device).collect();
        assert!(transfers.want(large(size), &devices, true));
        run(&mut transfers, sources, 64 << 10).1
    };
    let one = time(&[(device(1), 25_000_000)]);
    let two = time(&[(device(1), 25_000_000), (device(2), 25_000_000)]);
    assert!(one > 10_000_000_000, "{one} ns for 256 MiB at 25 MB/s");
    assert!(one * 100 >= two * 195, "{one} {two}");
}

#[test]
fn the_faster_source_does_more() {
    let mut transfers = Transfers::default();
    let sources = [(device(1), 10_000_000), (device(2), 90_000_000)];
    transfers.want(large(64 << 20), &[device(1), device(2)], true);
    let (sent, _) = run(&mut transfers, &sources, 64 << 10);
    assert!(sent[&device(2)] > 5 * sent[&device(1)], "{sent:?}");
}

#[test]
fn a_source_that_lies_is_reported_and_not_asked_again() {
    let mut transfers = Transfers::default();
    let content = Content::single(b"x");
    transfers.want(content, &[device(1), device(2)], false);
    let Step::Fetch { request, from, .. } = transfers.poll(Tick(0)).remove(0) else {
        panic!("a request was due");
    };
    let steps = transfers.fetched(Tick(1), request, &[Arrival::Corrupt]);
    assert_eq!(steps, [Step::Corrupt(from)]);
    let Step::Fetch { from: other, .. } = transfers.poll(Tick(2)).remove(0) else {
        panic!("the other source was to be asked");
    };
    assert_ne!(from, other);
    transfers.forget(content.hash);
    assert!(!transfers.want(content, &[from], false));
}

#[test]
fn without_a_source_the_content_waits() {
    let mut transfers = Transfers::default();
    let content = Content::single(b"x");
    assert!(!transfers.want(content, &[], false));
    transfers.want(content, &[device(1)], false);
    transfers.poll(Tick(0));
    let steps = transfers.lose(device(1));
    assert_eq!(steps, [Step::Sourceless(content.hash)]);
    assert_eq!(transfers.len(), 0);
}

#[test]
fn small_files_are_asked_for_together() {
    let mut transfers = Transfers::default();
    for n in 0..100u8 {
        transfers.want(Content::single(&[n]), &[device(1)], false);
    }
    let steps = transfers.poll(Tick(0));
    assert_eq!(steps.len(), 1);
}
