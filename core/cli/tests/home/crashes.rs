//! Services that are killed at any moment, and databases that come back from a backup.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::bed::{ARRIVAL_MAX, Chance, DOCS, Device, Home, noise, until};

/// How often a service is killed.
const KILLS: usize = 24;
/// Files that each side writes, over and over.
const FILES: usize = 12;
/// Files that both sides write.
const SHARED: usize = 4;

/// What one side wrote: every content of every path, the last one last.
type Written = BTreeMap<String, Vec<Vec<u8>>>;

#[test]
fn killed_two_dozen_times_under_writes_nothing_written_is_lost_and_nothing_foreign_appears() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("rest", "rest");
    home.share();
    let over = AtomicBool::new(false);
    let [by_a, by_b] = std::thread::scope(|scope| {
        let over = &over;
        let writers = [a, b].map(|device| scope.spawn(move || write_until(device, over)));
        kill_in_turn(a, b);
        over.store(true, Ordering::Relaxed);
        writers.map(|writer| writer.join().unwrap())
    });
    a.meet(b);
    let tree = home.agree();
    for (path, contents) in by_a.iter().chain(&by_b).filter(|(path, _)| !path.starts_with("both")) {
        let stands = contents.iter().rposition(|written| a.has(path, written));
        assert_eq!(stands, Some(contents.len() - 1), "the version of {path} that stands there");
    }
    for path in tree.keys().filter_map(|path| path.to_str()) {
        let known = |written: &Written| {
            written.get(path).is_some_and(|all| all.contains(&a.read(path).unwrap()))
        };
        let directory = a.at(path).is_dir();
        assert!(path == "rest" || directory || known(&by_a) || known(&by_b), "foreign: {path}");
    }
    assert_eq!(a.conflicts(), b.conflicts());
    last_words(&home);
}

/// Writes until it is over, in every way that programs have; what was written and closed.
fn write_until(device: &Device, over: &AtomicBool) -> Written {
    let mut chance = Chance::new(device.name.as_bytes()[0].into());
    let mut written = Written::new();
    std::fs::create_dir(device.folder("beside")).unwrap();
    let mut turn = 0;
    while !over.load(Ordering::Relaxed) {
        turn += 1;
        let shared = chance.below(5) == 0;
        let path = match shared {
            true => format!("both/{}", chance.below(SHARED)),
            false => format!("by {}/{}", device.name, chance.below(FILES)),
        };
        let length = *chance.of(&[0, 40, 3_000, 20_000, 150_000]);
        let mut bytes = format!("{turn} by {}: ", device.name).into_bytes();
        bytes.extend(noise(chance.number(), length));
        if chance.below(2) == 0 || shared {
            // Whole at every moment: what stands at the path was meant to stand there.
            let beside = format!("{}.swp-{}", device.name, turn);
            std::fs::write(device.folder("beside").join(&beside), &bytes).unwrap();
            std::fs::create_dir_all(device.at(&path).parent().unwrap()).unwrap();
            std::fs::rename(device.folder("beside").join(&beside), device.at(&path)).unwrap();
        } else {
            device.write(&path, &bytes);
        }
        written.entry(path).or_default().push(bytes);
        std::thread::sleep(Duration::from_millis(chance.number() % 12));
    }
    written
}

fn kill_in_turn(a: &Device, b: &Device) {
    let mut chance = Chance::new(5);
    for _ in 0..KILLS {
        std::thread::sleep(Duration::from_millis(50 + chance.number() % 250));
        match chance.below(3) {
            0 => restart(&[a]),
            1 => restart(&[b]),
            _ => restart(&[a, b]),
        }
    }
}

fn restart(devices: &[&Device]) {
    devices.iter().for_each(|device| device.kill());
    devices.iter().for_each(|device| device.start());
}

/// Both sides write the shared files once more while neither can know of the other: nobody's last
/// word is lost.
fn last_words(home: &Home) {
    let [a, b] = home.each();
    for (_, id) in a.conflicts() {
        a.tell(&["conflict", "resolve", &id, "--keep", "mine"]);
    }
    home.agree();
    assert!(a.conflicts().is_empty() && b.conflicts().is_empty());
    [a, b].into_iter().for_each(Device::kill);
    for at in 0..SHARED {
        for device in [a, b] {
            device.write(&format!("both/{at}"), format!("{}'s last {at}", device.name));
        }
    }
    [a, b].into_iter().for_each(Device::start);
    a.meet(b);
    home.agree();
    assert_eq!(a.conflicts().len(), SHARED);
    for (_, id) in a.conflicts() {
        b.tell(&["conflict", "resolve", &id, "--keep", "both"]);
    }
    let tree = home.agree();
    let all: Vec<Vec<u8>> = tree.keys().filter_map(|path| a.read(path.to_str().unwrap())).collect();
    for at in 0..SHARED {
        for name in ["a", "b"] {
            let words = format!("{name}'s last {at}").into_bytes();
            assert!(all.contains(&words), "lost: {name}'s last words in {at}");
        }
    }
}

#[test]
fn a_download_goes_on_where_a_kill_has_ended_it() {
    const SIZE: u64 = 96 << 20;
    let Some(home) = Home::on_a_switch(2) else { return };
    let [a, b] = home.each();
    home.share();
    home.net().narrow(1, 160);
    let before = home.net().carried(1);
    let large = noise(14, usize::try_from(SIZE).unwrap());
    a.write("large.bin", &large);
    for part in 1..=3 {
        let so_far = || home.net().carried(1) - before > part * SIZE / 5;
        until("a part has arrived", ARRIVAL_MAX, so_far);
        assert!(b.read("large.bin").is_none(), "it is shown before it is whole");
        b.kill();
        b.start();
    }
    home.net().widen(1);
    a.meet(b);
    home.agree();
    assert!(b.has("large.bin", &large));
    let sent = home.net().carried(1) - before;
    assert!(sent < SIZE * 5 / 4, "{sent} bytes were sent for a file of {SIZE}");
}

#[test]
fn an_index_that_comes_back_from_a_backup_is_noticed_and_nothing_is_lost() {
    let home = Home::of(2);
    let [a, b] = home.each();
    for at in 0..30 {
        a.write(&format!("{at}"), format!("file {at}"));
    }
    home.share();
    b.write("3", "b's first change");
    home.settle();
    b.stop();
    let backup = b.data().with_file_name("backup");
    copy(&b.data(), &backup);
    b.start();
    a.meet(b);
    for at in 4..9 {
        b.write(&at.to_string(), format!("b's change {at}, after the backup"));
        b.settle();
    }
    b.write("new", "made after the backup");
    home.agree();
    b.stop();
    std::fs::remove_dir_all(b.data()).unwrap();
    std::fs::rename(&backup, b.data()).unwrap();
    // With the numbers of the backup these would be changes that a has seen already.
    for at in 10..15 {
        b.write(&at.to_string(), format!("b's change {at}, after the disaster"));
    }
    a.write("20", "a's change meanwhile");
    b.start();
    a.meet(b);
    let tree = home.agree();
    assert_eq!(tree.len(), 31);
    assert!(a.conflicts().is_empty(), "{:?}", a.conflicts());
    assert!((4..9).all(|at| a.has(&at.to_string(), format!("b's change {at}, after the backup"))));
    assert!(
        (10..15).all(|at| a.has(&at.to_string(), format!("b's change {at}, after the disaster")))
    );
    assert!(b.has("20", "a's change meanwhile") && a.has("new", "made after the backup"));
    b.write("10", "and once more");
    b.settle();
    assert!(a.has("10", "and once more"));
}

#[test]
fn a_lost_index_is_made_anew_from_the_disk_and_makes_no_conflicts() {
    let home = Home::of(2);
    let [a, b] = home.each();
    for at in 0..30 {
        a.write(&format!("{at}"), format!("file {at}"));
    }
    home.share();
    b.write("3", "b's change");
    b.settle();
    b.stop();
    let mut lost = 0;
    for file in std::fs::read_dir(b.data().join("folders")).unwrap().flatten() {
        std::fs::remove_file(file.path()).unwrap();
        lost += 1;
    }
    assert!(lost > 0);
    a.write("7", "a's change meanwhile");
    a.remove("8");
    a.settle();
    b.start();
    a.meet(b);
    home.agree();
    assert!(b.has("3", "b's change"), "{:?}", b.read("3"));
    // Which of the two is newer, a device that remembers nothing can't know: neither may be lost.
    if !b.has("7", "a's change meanwhile") {
        assert!(a.conflicts().iter().any(|(path, _)| path == "7"), "{:?}", a.read("7"));
    }
    assert!(a.conflicts().len() <= 1, "{:?}", a.conflicts());
    b.write("9", "after the loss");
    b.settle();
    assert!(a.has("9", "after the loss"));
}

#[test]
fn a_service_leaves_in_two_seconds_in_the_middle_of_its_work() {
    let home = Home::of(2);
    let [a, b] = home.each();
    home.share();
    for at in 0..6 {
        a.write(&format!("large/{at}"), noise(at, 12 << 20));
    }
    for device in [a, b] {
        let began = Instant::now();
        device.stop();
        assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    }
    a.start();
    b.start();
    a.meet(b);
    assert_eq!(home.agree().len(), 7);
}

fn copy(from: &Path, to: &Path) {
    let status = std::process::Command::new("cp").arg("-a").args([from, to]).status().unwrap();
    assert!(status.success());
    assert!(to.join("folders").read_dir().unwrap().next().is_some(), "no index of {DOCS}");
}
