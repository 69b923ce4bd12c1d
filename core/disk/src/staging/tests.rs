//! Bytes on their way: what is kept over a kill, what is verified, what becomes a hole.

use std::fs;
use std::os::unix::fs::MetadataExt;

use content::SINGLE_MAX;

use super::*;
use crate::reader::Place;
use crate::testing::{Bed, noise, path};

pub(super) fn named(bytes: &[u8]) -> (Content, Manifest) {
    let (content, manifest) = content::read_all(&mut &bytes[..], bytes.len() as u64).unwrap();
    (content, manifest.unwrap())
}

pub(super) fn chunk<'a>(bytes: &'a [u8], manifest: &Manifest, index: usize) -> &'a [u8] {
    let chunk = manifest.chunks()[index];
    &bytes[chunk.offset as usize..chunk.end() as usize]
}

fn put_all(staged: &Staged, bytes: &[u8]) {
    for (first, count) in staged.missing() {
        for index in first..first + count {
            staged.put(index as usize, chunk(bytes, staged.manifest(), index as usize)).unwrap();
        }
    }
}

fn reopen(bed: &Bed) -> (Staging, Vec<Recovered>) {
    Staging::open(bed.root.clone()).unwrap()
}

#[test]
fn small_contents_wait_in_memory_and_then_in_files() {
    let bed = Bed::new();
    let hash = ContentHash::of(b"small");
    assert!(matches!(bed.staging.small(hash, b"wrong".to_vec()), Err(StageError::Corrupt)));
    bed.staging.small(hash, b"small".to_vec()).unwrap();
    assert!(bed.staging.holds(hash).unwrap());
    assert!(bed.staged_names().is_empty());
    bed.staging.stash().bytes = STASH_MAX - 2;
    let spilled = ContentHash::of(b"spilled");
    bed.staging.small(spilled, b"spilled".to_vec()).unwrap();
    assert_eq!(bed.staged_names(), [spilled.to_string()]);
    assert!(bed.staging.holds(spilled).unwrap());
    bed.staging.discard(spilled).unwrap();
    bed.staging.discard(hash).unwrap();
    assert!(!bed.staging.holds(spilled).unwrap() && !bed.staging.holds(hash).unwrap());
}

#[test]
fn small_contents_that_nobody_took_are_given_up_after_a_while() {
    let bed = Bed::new();
    let now = Instant::now();
    assert!(!bed.staging.has_left(now + LEFT_AFTER * 2));
    let hash = ContentHash::of(b"small");
    bed.staging.small(hash, b"small".to_vec()).unwrap();
    assert!(!bed.staging.has_left(now));
    bed.staging.forget_left(now);
    assert!(bed.staging.holds(hash).unwrap());
    let later = Instant::now() + LEFT_AFTER;
    assert!(bed.staging.has_left(later));
    bed.staging.forget_left(later);
    assert!(!bed.staging.holds(hash).unwrap());
    assert!(!bed.staging.has_left(later));
    assert_eq!(bed.staging.stash().bytes, 0);
}

#[test]
fn a_small_content_in_a_file_is_left_too() {
    let bed = Bed::new();
    bed.staging.stash().bytes = STASH_MAX - 2;
    bed.staging.small(ContentHash::of(b"spilled"), b"spilled".to_vec()).unwrap();
    let later = Instant::now() + LEFT_AFTER;
    assert!(bed.staging.has_left(later));
    assert_eq!(bed.staging.list().unwrap().len(), 1);
    bed.staging.forget_left(later);
    assert!(!bed.staging.has_left(later));
}

#[test]
fn a_content_is_complete_when_every_chunk_was_checked() {
    let bed = Bed::new();
    let bytes = noise(1, 600_000);
    let (content, manifest) = named(&bytes);
    let staged = bed.staging.large(content, &manifest).unwrap();
    assert_eq!(staged.missing(), [(0, manifest.chunks().len() as u32)]);
    assert_eq!(staged.missing_bytes(), 600_000);
    assert!(matches!(staged.put(0, chunk(&bytes, &manifest, 1)), Err(StageError::Corrupt)));
    assert!(matches!(staged.put(999, b""), Err(StageError::NoSuchChunk(999))));
    assert!(!bed.staging.holds(content.hash).unwrap());
    put_all(&staged, &bytes);
    assert!(staged.missing().is_empty());
    assert!(bed.staging.holds(content.hash).unwrap());
    staged.put(0, chunk(&bytes, &manifest, 0)).unwrap();
    assert_eq!(bed.reader().whole(&Place::Staged(content.hash), 1 << 20).unwrap(), bytes);
}

#[test]
fn after_a_kill_only_the_missing_and_the_damaged_chunks_are_asked_for_again() {
    let bed = Bed::new();
    let bytes = noise(2, 1_000_000);
    let (content, manifest) = named(&bytes);
    let staged = bed.staging.large(content, &manifest).unwrap();
    for index in [0, 1, 4] {
        staged.put(index, chunk(&bytes, &manifest, index)).unwrap();
    }
    let part = bed.at(&format!(".homefold/staging/{}.part", content.hash));
    let torn = manifest.chunks()[1].offset;
    std::os::unix::fs::FileExt::write_at(
        &fs::File::options().write(true).open(&part).unwrap(),
        b"torn",
        torn,
    )
    .unwrap();
    let (staging, recovered) = reopen(&bed);
    assert!(recovered.is_empty());
    assert_eq!(staging.list().unwrap(), [content.hash]);
    let staged = staging.large(content, &manifest).unwrap();
    let all = manifest.chunks().len() as u32;
    assert_eq!(staged.missing(), [(1, 3), (5, all - 5)]);
    put_all(&staged, &bytes);
    assert_eq!(bed.reader().whole(&Place::Staged(content.hash), 1 << 20).unwrap(), bytes);
}

#[test]
fn a_complete_content_is_verified_again_after_a_restart() {
    let bed = Bed::new();
    let bytes = noise(3, 400_000);
    let (content, manifest) = named(&bytes);
    put_all(&bed.staging.large(content, &manifest).unwrap(), &bytes);
    let (staging, _) = reopen(&bed);
    assert!(!staging.holds(content.hash).unwrap());
    let staged = staging.large(content, &manifest).unwrap();
    assert!(staged.missing().is_empty());
    assert!(staging.holds(content.hash).unwrap());
}

#[test]
fn zeros_are_neither_fetched_nor_written() {
    let bed = Bed::new();
    let mut bytes = vec![0; 40 << 20];
    bytes[5 << 20..6 << 20].copy_from_slice(&noise(4, 1 << 20));
    let (content, manifest) = named(&bytes);
    let staged = bed.staging.large(content, &manifest).unwrap();
    assert!(staged.missing_bytes() < 3 << 20, "{}", staged.missing_bytes());
    put_all(&staged, &bytes);
    assert_eq!(bed.reader().whole(&Place::Staged(content.hash), 1 << 30).unwrap(), bytes);
    let file = bed.at(&format!(".homefold/staging/{}", content.hash));
    assert!(fs::metadata(file).unwrap().blocks() * 512 < 3 << 20);
}

#[test]
fn chunks_that_stand_in_another_file_are_copied() {
    let bed = Bed::new();
    let old = noise(5, 3 << 20);
    let mut new = noise(6, 10_000);
    new.extend_from_slice(&old);
    new[2 << 20] ^= 1;
    bed.write("old", &old);
    let place = Place::Path { path: path("old"), seen: bed.seen("old") };
    let (content, manifest) = named(&new);
    let staged = bed.staging.large(content, &manifest).unwrap();
    let held = bed.reader().open(&place).unwrap();
    let copied = staged.fill_from(&held, &named(&old).1).unwrap();
    assert!(copied > 2 << 20, "{copied}");
    assert_eq!(staged.missing_bytes(), new.len() as u64 - copied);
    put_all(&staged, &new);
    assert_eq!(bed.reader().whole(&Place::Staged(content.hash), 1 << 30).unwrap(), new);
}

#[test]
fn nothing_is_taken_over_from_a_file_that_changed() {
    let bed = Bed::new();
    let old = noise(7, 1 << 20);
    bed.write("old", &old);
    let held =
        bed.reader().open(&Place::Path { path: path("old"), seen: bed.seen("old") }).unwrap();
    let mut edited = old.clone();
    edited[500_000..700_000].fill(9);
    bed.write("old", &edited);
    let mut new = old.clone();
    new.push(1);
    let (content, manifest) = named(&new);
    let staged = bed.staging.large(content, &manifest).unwrap();
    assert_eq!(staged.fill_from(&held, &named(&old).1).unwrap(), 0);
    put_all(&staged, &new);
    assert_eq!(bed.reader().whole(&Place::Staged(content.hash), 1 << 30).unwrap(), new);
}

#[test]
fn several_sources_may_bring_chunks_at_once() {
    let bed = Bed::new();
    let bytes = noise(8, 4 << 20);
    let (content, manifest) = named(&bytes);
    let staged = bed.staging.large(content, &manifest).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for index in 0..manifest.chunks().len() {
                    staged.put(index, chunk(&bytes, &manifest, index)).unwrap();
                }
            });
        }
    });
    assert!(bed.staging.holds(content.hash).unwrap());
    assert_eq!(bed.reader().whole(&Place::Staged(content.hash), 1 << 30).unwrap(), bytes);
}

#[test]
fn a_manifest_of_another_content_is_refused() {
    let bed = Bed::new();
    let (one, other) = (named(&noise(1, 300_000)), named(&noise(2, 300_000)));
    assert!(matches!(bed.staging.large(one.0, &other.1), Err(StageError::Manifest)));
}

#[test]
fn bytes_of_the_user_that_a_crash_left_in_staging_go_to_the_archive() {
    let bed = Bed::new();
    let new = noise(1, SINGLE_MAX as usize);
    let name = |n: u32, bytes: &[u8]| format!("w-{n}-{}", ContentHash::of(bytes));
    let put = |name: &str, bytes: &[u8]| bed.write(&format!(".homefold/staging/{name}"), bytes);
    put(&name(1, &new), &new);
    put(&name(2, &new), b"the user's old text");
    put("x-3", b"taken out");
    put("w-4-l", b"");
    put(&ContentHash::of(b"small").to_string(), b"small");
    let (_, mut recovered) = reopen(&bed);
    recovered.sort_by_key(|recovered| recovered.size);
    let hashes: Vec<_> = recovered.iter().map(|recovered| recovered.hash).collect();
    assert_eq!(hashes, [ContentHash::of(b"taken out"), ContentHash::of(b"the user's old text")]);
    assert!(bed.staged_names().is_empty());
    assert_eq!(bed.archive().list().unwrap().len(), 2);
}
