//! What stands on one device arrives on the others as it is, whatever it is called.

use std::fs::{File, FileTimes, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::bed::{ARRIVAL_MAX, Device, Home, Standing, noise, same, until};

/// Documentation of installed packages: what real trees are made of, symbolic links included.
const REAL: &str = "/usr/share/doc";
/// How many entries of it are taken.
const REAL_ENTRIES: usize = 500;

#[test]
fn a_real_tree_arrives_whole_and_an_edit_on_each_side_follows() {
    let home = Home::of(2);
    let [a, b] = home.each();
    copy_some_documentation(a);
    odd_things(a);
    home.share();
    let tree = home.agree();
    assert!(tree.len() > 60, "only {} entries were compared", tree.len());
    assert!(tree.values().any(|standing| matches!(standing, Standing::Link(_))));
    let hole = b.at("etc/sparse.img").metadata().unwrap();
    assert_eq!(hole.len(), 16 << 20);
    assert!(hole.blocks() * 512 < 2 << 20, "the hole takes {} bytes", hole.blocks() * 512);

    a.write("etc/hosts", "127.0.0.1 localhost\n10.0.0.2 b\n");
    b.write("etc/rc.d/S01 start me", "#!/bin/sh\nexit 0\n");
    let both = || {
        b.has("etc/hosts", "127.0.0.1 localhost\n10.0.0.2 b\n")
            && a.has("etc/rc.d/S01 start me", "#!/bin/sh\nexit 0\n")
    };
    until("both edits are on the other side", ARRIVAL_MAX, both);
    let after = home.agree();
    assert_eq!(after.len(), tree.len());
    assert!(a.conflicts().is_empty() && a.problems().is_empty(), "{:?}", a.problems());
}

fn copy_some_documentation(device: &Device) {
    let mut packages: Vec<_> =
        std::fs::read_dir(REAL).into_iter().flatten().flatten().map(|one| one.path()).collect();
    packages.sort();
    let to = device.at("doc");
    std::fs::create_dir_all(&to).unwrap();
    let mut copied = 0;
    for package in packages {
        let size = Command::new("find").arg(&package).args(["-printf", "%s\n"]).output().unwrap();
        let sizes = String::from_utf8(size.stdout).unwrap();
        let bytes: u64 = sizes.lines().map(|line| line.parse::<u64>().unwrap()).sum();
        if bytes > 4 << 20 {
            continue;
        }
        assert!(Command::new("cp").arg("-a").args([&package, &to]).status().unwrap().success());
        copied += sizes.lines().count();
        if copied >= REAL_ENTRIES {
            break;
        }
    }
}

/// What `/etc` and people's disks hold and simple trees do not.
fn odd_things(device: &Device) {
    device.write("etc/hosts", "127.0.0.1 localhost\n");
    device.write("etc/rc.d/S01 start me", "#!/bin/sh\n");
    device.write("etc/new\nline \u{7}", "bell");
    device.write("etc/-rf", "");
    device.write("etc/été/日本語/🗾 .txt", "ü");
    device.write(&format!("etc/{}", "n".repeat(255)), "long");
    device.write(&format!("{}leaf", "deep/".repeat(60)), "");
    device.write("etc/back\\slash: \"quoted\" *?", "odd");
    device.write("etc/noise.bin", noise(7, 3_000_000));
    for (path, mode) in
        [("etc/shadow", 0o600), ("etc/public", 0o666), ("etc/tool", 0o755), ("etc/fixed", 0o444)]
    {
        device.write(path, path);
        std::fs::set_permissions(device.at(path), Permissions::from_mode(mode)).unwrap();
    }
    for (path, target) in [
        ("etc/mtab", "/proc/self/mounts"),
        ("etc/gone", "nowhere/at all"),
        ("etc/up", "../doc"),
        ("etc/itself", "itself"),
    ] {
        symlink(target, device.at(path)).unwrap();
    }
    std::fs::create_dir_all(device.at("etc/empty/inner")).unwrap();
    let sparse = File::create(device.at("etc/sparse.img")).unwrap();
    sparse.set_len(16 << 20).unwrap();
    std::os::unix::fs::FileExt::write_at(&sparse, b"end", (16 << 20) - 3).unwrap();
    for (path, time) in [
        ("etc/shadow", SystemTime::UNIX_EPOCH - Duration::new(86_400, 1)),
        ("etc/public", SystemTime::UNIX_EPOCH + Duration::new(1 << 33, 123_456_789)),
        ("etc/tool", SystemTime::UNIX_EPOCH),
    ] {
        let file = File::open(device.at(path)).unwrap();
        file.set_times(FileTimes::new().set_modified(time)).unwrap();
    }
}

#[test]
fn bits_times_and_kinds_are_followed_as_bytes_are() {
    let home = Home::of(2);
    let [a, b] = home.each();
    for path in ["script", "dated", "becomes a directory", "becomes a link"] {
        a.write(path, "same bytes");
    }
    a.write("becomes a file/inside", "x");
    a.write("rest", "rest");
    home.share();
    std::fs::set_permissions(a.at("script"), Permissions::from_mode(0o755)).unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::new(1_000_000_000, 987_654_321);
    let dated = File::options().write(true).open(b.at("dated")).unwrap();
    dated.set_times(FileTimes::new().set_modified(time)).unwrap();
    home.agree();
    a.remove("becomes a directory");
    a.write("becomes a directory/inside", "y");
    b.remove("becomes a link");
    symlink("rest", b.at("becomes a link")).unwrap();
    std::fs::remove_dir_all(b.at("becomes a file")).unwrap();
    b.write("becomes a file", "z");
    let tree = home.agree();
    assert_eq!(a.at("script").metadata().unwrap().mode() & 0o777, 0o755);
    assert_eq!(b.at("script").metadata().unwrap().mode() & 0o777, 0o755);
    assert_eq!(a.at("dated").metadata().unwrap().mtime_nsec(), 987_654_321);
    assert!(b.has("becomes a directory/inside", "y"));
    assert_eq!(std::fs::read_link(a.at("becomes a link")).unwrap(), Path::new("rest"));
    assert!(a.has("becomes a file", "z"));
    assert_eq!(tree.len(), 7);
}

#[test]
fn names_that_some_system_can_not_tell_apart_both_stay_and_are_listed() {
    let home = Home::of(2);
    let [a, b] = home.each();
    home.share();
    a.write("Readme", "capital");
    a.write("README", "all capitals");
    b.write("cafe\u{301}", "two characters");
    b.write("caf\u{e9}", "one character");
    let tree = home.agree();
    assert_eq!(tree.len(), 4, "{tree:?}");
    for device in [a, b] {
        assert!(device.has("Readme", "capital") && device.has("README", "all capitals"));
        assert!(device.has("cafe\u{301}", "two characters"));
        assert!(device.has("caf\u{e9}", "one character"));
        let problems = device.problems();
        let listed =
            |name: &str| problems.iter().any(|one| *one == (name.into(), "collision".into()));
        assert!(listed("Readme") || listed("README"), "{problems:?}");
        assert!(listed("cafe\u{301}") || listed("caf\u{e9}"), "{problems:?}");
    }
}

#[test]
fn what_no_other_device_can_hold_waits_with_a_reason_and_the_rest_goes_on() {
    use std::os::unix::ffi::OsStrExt;
    let home = Home::of(2);
    let [a, b] = home.each();
    home.share();
    let foreign = std::ffi::OsStr::from_bytes(b"not \xff text");
    std::fs::write(a.at(foreign), "x").unwrap();
    assert!(Command::new("mkfifo").arg(a.at("pipe")).status().unwrap().success());
    a.write("plain", "goes on");
    until("the plain file is on b", ARRIVAL_MAX, || b.has("plain", "goes on"));
    let listed = [("not \u{fffd} text", "name"), ("pipe", "unsupported")];
    let listed = listed.map(|(path, reason)| (path.to_owned(), reason.to_owned()));
    until("both are listed", ARRIVAL_MAX, || a.problems() == listed);
    assert_eq!(b.tree().len(), 1, "{:?}", b.tree());
    a.remove("pipe");
    std::fs::rename(a.at(foreign), a.at("text")).unwrap();
    until("neither is listed", ARRIVAL_MAX, || a.problems().is_empty());
    assert_eq!(home.agree().len(), 2);
}

#[test]
fn the_ways_in_which_programs_save_are_each_one_change() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("book", "first");
    a.write("rest", "rest");
    home.share();
    let first = b.at("book").metadata().unwrap().ino();
    for (turn, save) in [rename_over, by_way_of_a_backup, in_place].into_iter().enumerate() {
        let text = format!("version {turn}");
        save(a, &text);
        until("the save is on b", ARRIVAL_MAX, || b.has("book", &text));
        assert_eq!(same(&[a, b]).len(), 2, "{:?}", b.tree());
    }
    assert!(home.agree().len() == 2 && a.conflicts().is_empty());
    assert_ne!(b.at("book").metadata().unwrap().ino(), first, "a reader of b has kept its version");
}

fn rename_over(device: &Device, text: &str) {
    device.write(".book.sw0", text);
    device.rename(".book.sw0", "book");
}

fn by_way_of_a_backup(device: &Device, text: &str) {
    device.rename("book", "book~");
    device.write("book", text);
    device.remove("book~");
}

fn in_place(device: &Device, text: &str) {
    device.write("book", text);
}
