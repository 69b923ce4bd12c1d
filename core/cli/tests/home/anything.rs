//! Anything at all, on three devices at once: after one call of the barrier on each, all hold the same.
//!
//! `HOMEFOLD_SEED` draws other operations. Not here: a model of what may stand where; that is the
//! simulator's (`core/sim`).

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::time::Duration;

use crate::bed::{Chance, Device, Home, noise};

const ROUNDS: u64 = 5;
/// Operations of each device in a round.
const OPERATIONS: usize = 60;
/// More than there can be conflicts of so few names.
const CHOICES_MAX: usize = 100;
/// Few names, so that the devices get into each other's way.
const NAMES: [&str; 7] = ["ant", "bee", "Bee", "cat", "dog", "eel", "fox"];
const DIRECTORIES: [&str; 5] = ["", "attic", "attic/box", "cellar", "cellar/shelf"];

#[test]
fn after_anything_at_all_one_wait_on_each_device_means_that_all_hold_the_same() {
    let seed = std::env::var("HOMEFOLD_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    println!("HOMEFOLD_SEED={seed}");
    let home = Home::of(3);
    let devices: [&Device; 3] = home.each();
    devices[0].write("rest", "rest");
    home.share();
    devices[0].tell(&["policy", "set", "folder:docs", "brake.on", "off"]);
    home.settle();
    for round in 0..ROUNDS {
        std::thread::scope(|scope| {
            for (at, device) in (0u64..).zip(devices) {
                let chance = Chance::new(seed * 1000 + round * 10 + at);
                scope.spawn(move || anything(device, chance, round));
            }
            if round % 2 == 1 {
                devices[2].kill();
                devices[2].start();
            }
        });
        devices[1].meet(devices[2]);
        home.agree();
        let listed = devices[0].conflicts();
        assert!(devices.iter().all(|device| device.conflicts() == listed), "round {round}");
        let keep = ["mine", "theirs", "both"][usize::try_from(round).unwrap() % 3];
        let person = devices[usize::try_from(round).unwrap() % 3];
        // Of three versions, the choice between two may make another one lose.
        for _ in 0..CHOICES_MAX {
            let Some((_, id)) = person.conflicts().into_iter().next() else { break };
            person.tell(&["conflict", "resolve", &id, "--keep", keep]);
        }
        home.agree();
        assert!(devices.iter().all(|device| device.conflicts().is_empty()), "round {round}");
    }
}

/// What goes wrong because a name is taken, or gone, goes wrong for programs as well.
fn anything(device: &Device, mut chance: Chance, round: u64) {
    for turn in 0..OPERATIONS {
        let (one, other) = (place(device, &mut chance), place(device, &mut chance));
        let mut bytes = format!("{} {round} {turn}\n", device.name).into_bytes();
        bytes.extend(noise(chance.number(), *chance.of(&[0, 0, 500, 20_000, 400_000])));
        let done = match chance.below(14) {
            0..=4 => std::fs::write(&one, bytes),
            5 => std::fs::OpenOptions::new()
                .append(true)
                .open(&one)
                .and_then(|mut file| std::io::Write::write_all(&mut file, &bytes)),
            6 => {
                let beside = one.with_file_name(format!(".save {}", device.name));
                std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, &one))
            }
            7 | 8 => std::fs::rename(&one, &other),
            9 => std::fs::remove_file(&one),
            10 => std::fs::create_dir_all(&one),
            11 => symlink("../rest", &one),
            12 => std::fs::set_permissions(&one, Permissions::from_mode(0o755)),
            _ => match turn % 10 {
                0 => std::fs::remove_dir_all(one.parent().unwrap().join("attic")),
                _ => std::fs::create_dir_all(one.parent().unwrap()),
            },
        };
        drop(done);
        std::thread::sleep(Duration::from_millis(chance.number() % 25));
    }
}

fn place(device: &Device, chance: &mut Chance) -> PathBuf {
    device.at(chance.of(&DIRECTORIES)).join(chance.of(&NAMES))
}
