//! Changes of one device arrive on the others, whole, whatever happens on the way.

use std::os::unix::fs::{PermissionsExt, symlink};

use crate::device::{Device, assert_same};

/// Two devices with the folder `docs`.
pub(crate) fn pair() -> (Device, Device) {
    let (a, b) = (Device::start("a"), Device::start("b"));
    a.admit(&b, "admin");
    a.create("docs");
    b.until("the folder is known", || b.folder_status("docs")["name"] == "docs");
    b.attach("docs");
    (a, b)
}

/// So many bytes that don't compress and are the same for the same seed.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

#[test]
fn a_first_sync_brings_everything_as_it_is() {
    let (a, b) = (Device::start("a"), Device::start("b"));
    a.write("docs", "small.txt", "hello");
    a.write("docs", "empty", "");
    a.write("docs", "large.bin", noise(1, 9_000_000));
    a.write("docs", "deep/er/é ü.txt", noise(2, 40_000));
    for i in 0..300 {
        a.write("docs", &format!("many/{i}.txt"), noise(i, 1 + i as usize * 7));
    }
    std::fs::create_dir_all(a.at("docs", "bare/inner")).unwrap();
    symlink("../small.txt", a.at("docs", "deep/link")).unwrap();
    let script = a.at("docs", "run.sh");
    std::fs::write(&script, "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    a.create("docs");
    a.admit(&b, "member");
    b.until("the folder is known", || b.folder_status("docs")["name"] == "docs");
    b.attach("docs");
    b.settle();
    assert_same(&a, &b, "docs");
    assert_eq!(b.tree("docs").len(), 311);
}

#[test]
fn edits_renames_and_deletes_arrive_both_ways() {
    let (a, b) = pair();
    a.write("docs", "one.txt", "one");
    a.write("docs", "dir/two.txt", noise(3, 200_000));
    a.settle();
    b.write("docs", "one.txt", "one, by b");
    std::fs::rename(b.at("docs", "dir"), b.at("docs", "moved")).unwrap();
    b.settle();
    assert_same(&a, &b, "docs");
    assert_eq!(a.read("docs", "one.txt").unwrap(), b"one, by b");
    assert!(a.read("docs", "moved/two.txt").is_some() && a.read("docs", "dir/two.txt").is_none());
    std::fs::remove_file(a.at("docs", "one.txt")).unwrap();
    a.settle();
    assert_same(&a, &b, "docs");
    assert_eq!(b.read("docs", "one.txt"), None);
}

#[test]
fn what_was_done_while_apart_meets_again() {
    let (mut a, mut b) = pair();
    for i in 0..20 {
        a.write("docs", &format!("{i}.txt"), noise(i, 5000));
    }
    a.settle();
    b.stop();
    a.write("docs", "3.txt", "a was here");
    a.write("docs", "new-a/x", "x");
    std::fs::remove_file(a.at("docs", "5.txt")).unwrap();
    a.stop();
    b.write("docs", "4.txt", "b was here");
    std::fs::rename(b.at("docs", "6.txt"), b.at("docs", "six.txt")).unwrap();
    b.restart();
    a.restart();
    a.until("they are connected", || a.connected("b"));
    a.settle();
    b.settle();
    assert_same(&a, &b, "docs");
    assert_eq!(a.read("docs", "4.txt").unwrap(), b"b was here");
    assert_eq!(b.read("docs", "3.txt").unwrap(), b"a was here");
    assert_eq!(b.read("docs", "5.txt"), None);
    assert!(a.read("docs", "six.txt").is_some());
}

#[test]
fn a_third_device_is_served_by_the_second_when_the_first_is_gone() {
    let (mut a, b) = pair();
    let c = Device::start("c");
    a.write("docs", "big.bin", noise(9, 3_000_000));
    a.write("docs", "note", "from a");
    a.settle();
    a.stop();
    b.admit(&c, "member");
    c.until("the folder is known", || c.folder_status("docs")["name"] == "docs");
    c.attach("docs");
    c.settle();
    assert_same(&b, &c, "docs");
    assert_eq!(c.read("docs", "note").unwrap(), b"from a");
}

#[test]
fn killed_under_writes_on_both_sides_nothing_is_lost() {
    let (mut a, mut b) = pair();
    for round in 0..6 {
        for i in 0..40 {
            a.write("docs", &format!("a/{round}-{i}"), noise(round * 100 + i, 20_000));
            b.write("docs", &format!("b/{round}-{i}"), noise(round * 100 + i + 50, 20_000));
        }
        let victim = if round % 2 == 0 { &mut a } else { &mut b };
        victim.kill();
        victim.restart();
    }
    a.kill();
    b.kill();
    a.restart();
    b.restart();
    a.until("they are connected", || a.connected("b"));
    a.settle();
    b.settle();
    assert_same(&a, &b, "docs");
    for round in 0..6 {
        for i in 0..40 {
            assert_eq!(
                b.read("docs", &format!("a/{round}-{i}")),
                Some(noise(round * 100 + i, 20_000))
            );
            assert_eq!(
                a.read("docs", &format!("b/{round}-{i}")),
                Some(noise(round * 100 + i + 50, 20_000))
            );
        }
    }
}
