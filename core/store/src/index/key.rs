//! Paths as keys of the database.
//!
//! A key is the path with NUL in place of `/`. No name holds a NUL and NUL sorts before every other
//! byte, so keys in byte order are paths in the order of [`RelPath`], and everything below a
//! directory is one range.

use model::{ContentHash, RelPath};

/// The key of a path.
pub(super) fn key_of(path: &RelPath) -> Vec<u8> {
    key_of_text(path.as_str())
}

/// The key of the directory that holds a path, and the path's name in it.
pub(super) fn split(key: &[u8]) -> (&[u8], &[u8]) {
    match key.iter().rposition(|byte| *byte == 0) {
        Some(i) => (&key[..i], &key[i + 1..]),
        None => (&[], key),
    }
}

/// The path of a key, if it is one.
pub(super) fn path_of(key: &[u8]) -> Option<RelPath> {
    parse(key.to_vec())
}

/// The path of `name` in the directory of key `directory`, if it is one.
pub(super) fn path_in(directory: &[u8], name: &[u8]) -> Option<RelPath> {
    if directory.is_empty() {
        return parse(name.to_vec());
    }
    let mut key = Vec::with_capacity(directory.len() + 1 + name.len());
    key.extend_from_slice(directory);
    key.push(0);
    key.extend_from_slice(name);
    parse(key)
}

/// The first key after `key` itself that is not below it.
pub(super) fn end_of(key: &[u8]) -> Vec<u8> {
    with(key, 1)
}

/// The bound before the first key below `key`.
pub(super) fn start_below(key: &[u8]) -> Vec<u8> {
    with(key, 0)
}

/// A key after all keys: no UTF-8 text holds this byte.
pub(super) const END: &[u8] = &[0xff];

/// The folded path as text, if folding changes it, and its short hash.
pub(super) fn fold_of(path: &RelPath) -> Option<(String, i32)> {
    let folded = folded_text(path);
    (folded != path.as_str()).then(|| {
        let hash = fold_hash(&folded);
        (folded, hash)
    })
}

/// [`RelPath::fold`], quicker for plain ASCII.
pub(super) fn folded_text(path: &RelPath) -> String {
    if path.as_str().is_ascii() { path.as_str().to_ascii_lowercase() } else { path.fold() }
}

/// Four bytes that find the rows of one fold (and a few others).
pub(super) fn fold_hash(folded: &str) -> i32 {
    short_hash(ContentHash::of(folded.as_bytes()))
}

/// The first four bytes of a hash.
pub(super) fn short_hash(hash: ContentHash) -> i32 {
    let [a, b, c, d, ..] = hash.0;
    i32::from_be_bytes([a, b, c, d])
}

/// The first eight bytes of a hash.
pub(super) fn long_hash(hash: ContentHash) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = hash.0;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The key of a text that is a path, or looks like one.
pub(super) fn key_of_text(text: &str) -> Vec<u8> {
    swapped(text.as_bytes().to_vec(), b'/', 0)
}

fn parse(key: Vec<u8>) -> Option<RelPath> {
    RelPath::parse(String::from_utf8(swapped(key, 0, b'/')).ok()?).ok()
}

fn swapped(mut bytes: Vec<u8>, from: u8, to: u8) -> Vec<u8> {
    for byte in &mut bytes {
        if *byte == from {
            *byte = to;
        }
    }
    bytes
}

fn with(key: &[u8], last: u8) -> Vec<u8> {
    let mut bound = Vec::with_capacity(key.len() + 1);
    bound.extend_from_slice(key);
    bound.push(last);
    bound
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_path() -> impl Strategy<Value = RelPath> {
        prop::collection::vec("[a-c.\u{1}éE\u{301}\u{10ffff}-]{1,3}", 1..4)
            .prop_filter_map("no path", |names| RelPath::parse(names.join("/")).ok())
    }

    proptest! {
        #[test]
        fn keys_sort_as_paths_do(a in any_path(), b in any_path()) {
            prop_assert_eq!(key_of(&a).cmp(&key_of(&b)), a.cmp(&b));
        }

        #[test]
        fn a_key_gives_its_path_back_whole_and_in_parts(path in any_path()) {
            let key = key_of(&path);
            prop_assert_eq!(path_of(&key), Some(path.clone()));
            let (directory, name) = split(&key);
            prop_assert_eq!(path_in(directory, name), Some(path));
        }

        #[test]
        fn everything_below_a_directory_is_one_range(a in any_path(), b in any_path()) {
            let (low, high) = (start_below(&key_of(&a)), end_of(&key_of(&a)));
            let key = key_of(&b);
            prop_assert_eq!(key > low && key < high, b.is_below(&a));
            prop_assert!(key.as_slice() < END);
        }

        #[test]
        fn the_quick_fold_is_the_fold(path in any_path()) {
            prop_assert_eq!(folded_text(&path), path.fold());
        }
    }
}
