//! Hashing on a second thread while the first reads and cuts.
//!
//! Segments of the file go round: the reader fills one, finds the cuts in it, hands it over and takes
//! the next free one; the bytes after the last certain cut are carried into it. Two segments are in
//! flight, so memory is three segments. Cutting and hashing cost about the same, so one hashing thread
//! keeps up.

use std::io::Read;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use model::ContentHash;

use crate::chunker::Sizes;
use crate::hash::{Cuts, Follow, Part, ReadError, read_exactly};

/// Segments on their way to the hashing thread.
const SEGMENTS_MAX: usize = 2;
/// Bytes in a segment, unless chunks are so large that it must hold more.
const SEGMENT: usize = 2 << 20;

/// Bytes of the file and the lengths of the chunks that they begin with.
struct Segment {
    bytes: Vec<u8>,
    cuts: Vec<usize>,
}

/// The chunks of the next `length` bytes of `reader`; `follow` hears of those of each segment.
pub(crate) fn cut_and_hash(
    reader: &mut dyn Read,
    length: u64,
    follow: Follow<'_>,
) -> Result<Vec<Part>, ReadError> {
    let (to_hash, full) = sync_channel::<Segment>(SEGMENTS_MAX);
    let (give_back, free) = sync_channel::<Segment>(SEGMENTS_MAX + 1);
    thread::scope(|scope| {
        let hashing = scope.spawn(move || hash_segments(&full, &give_back, follow));
        let read = read_segments(reader, length, &to_hash, &free);
        drop(to_hash);
        let parts = hashing.join().unwrap_or_else(|panic| resume_unwind(panic));
        read.map(|()| parts)
    })
}

fn read_segments(
    reader: &mut dyn Read,
    length: u64,
    to_hash: &SyncSender<Segment>,
    free: &Receiver<Segment>,
) -> Result<(), ReadError> {
    let sizes = Sizes::of(length);
    let capacity = SEGMENT.max(sizes.most * 2);
    let fresh = || Segment { bytes: vec![0; capacity], cuts: Vec::new() };
    let mut segment = fresh();
    let (mut held, mut read, mut made) = (0, 0, 1);
    loop {
        let more = (length - read).min((capacity - held) as u64) as usize;
        read_exactly(reader, &mut segment.bytes[held..held + more], read, length)?;
        (held, read) = (held + more, read + more as u64);
        segment.cuts.extend(Cuts::of(sizes, &segment.bytes[..held], read == length));
        let done: usize = segment.cuts.iter().sum();
        let mut next = if made <= SEGMENTS_MAX {
            made += 1;
            free.try_recv().unwrap_or_else(|_| fresh())
        } else {
            // The other end lives until `to_hash` is dropped, so this waits for hashing and no longer.
            free.recv().unwrap_or_else(|_| fresh())
        };
        next.bytes[..held - done].copy_from_slice(&segment.bytes[done..held]);
        let end = done == held && read == length;
        // It fails only if the hashing thread panicked, which the join passes on.
        if to_hash.send(segment).is_err() || end {
            return Ok(());
        }
        held -= done;
        segment = next;
    }
}

fn hash_segments(
    full: &Receiver<Segment>,
    give_back: &SyncSender<Segment>,
    follow: Follow<'_>,
) -> Vec<Part> {
    let mut parts = Vec::new();
    while let Ok(mut segment) = full.recv() {
        let mut rest = &segment.bytes[..];
        let before = parts.len();
        for cut in segment.cuts.drain(..) {
            let (chunk, after) = rest.split_at(cut);
            parts.push((ContentHash::of(chunk), cut as u32));
            rest = after;
        }
        follow(&parts[before..]);
        // With the reader gone there is nobody to give it back to.
        let _ = give_back.try_send(segment);
    }
    parts
}
