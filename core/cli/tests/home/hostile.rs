//! Links that lead outside: nothing is ever read or written through them.

use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::bed::{ARRIVAL_MAX, DOCS, Device, Home, until};

/// How long the directory and the link change places.
const SWAPPING: Duration = Duration::from_secs(4);

/// A directory beside the folder, which nothing may touch.
struct Outside {
    place: std::path::PathBuf,
    before: (i64, i64, u64),
}

impl Outside {
    fn beside(device: &Device) -> Self {
        let place = device.folder("outside");
        std::fs::create_dir(&place).unwrap();
        std::fs::write(place.join("precious"), "not to be touched").unwrap();
        let before = Self::look(&place);
        Self { place, before }
    }

    fn look(place: &Path) -> (i64, i64, u64) {
        let seen = place.metadata().unwrap();
        (seen.mtime(), seen.mtime_nsec(), std::fs::read_dir(place).unwrap().count() as u64)
    }

    fn assert_untouched(&self) {
        assert_eq!(Self::look(&self.place), self.before, "{:?}", std::fs::read_dir(&self.place));
        assert_eq!(std::fs::read(self.place.join("precious")).unwrap(), b"not to be touched");
    }
}

#[test]
fn a_directory_that_turns_into_a_link_while_files_arrive_leads_nothing_outside() {
    let home = Home::of(2);
    let [a, b] = home.each();
    for at in 0..8 {
        a.write(&format!("d/{at}"), "as it was");
        a.write(&format!("rest/{at}"), "rest");
    }
    home.share();
    a.tell(&["policy", "set", "folder:docs", "brake.on", "off"]);
    let outside = Outside::beside(b);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut turn = 0;
            while !over.load(Ordering::Relaxed) {
                turn += 1;
                // It fails while the link stands here as well: it leads nowhere on this device.
                drop(std::fs::write(a.at(format!("d/{}", turn % 8)), format!("turn {turn}")));
                drop(std::fs::write(a.at("d/precious"), format!("turn {turn}")));
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        let began = Instant::now();
        while began.elapsed() < SWAPPING {
            swap(b);
        }
        over.store(true, Ordering::Relaxed);
    });
    outside.assert_untouched();
    home.agree();
    outside.assert_untouched();
}

/// The directory steps aside for a link that leads out of the folder, for a moment.
fn swap(device: &Device) {
    let outside = Path::new("../outside");
    let moved = std::fs::rename(device.at("d"), device.folder("aside")).is_ok();
    let linked = symlink(outside, device.at("d")).is_ok();
    std::thread::sleep(Duration::from_millis(4));
    if linked && device.at("d").is_symlink() {
        drop(std::fs::remove_file(device.at("d")));
    }
    if moved && std::fs::rename(device.folder("aside"), device.at("d")).is_err() {
        // The service has put something in its place: both belong to the folder now.
        let beside = format!("d{}", std::fs::read_dir(device.folder(DOCS)).unwrap().count());
        std::fs::rename(device.folder("aside"), device.at(beside)).unwrap();
    }
    std::thread::sleep(Duration::from_millis(4));
}

#[test]
fn a_link_that_becomes_a_directory_is_replaced_and_never_followed() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("rest", "rest");
    home.share();
    let outside = Outside::beside(b);
    symlink("../outside", a.at("way")).unwrap();
    symlink(outside.place.join("precious"), a.at("pointer")).unwrap();
    let links = || b.at("way").is_symlink() && b.at("pointer").is_symlink();
    until("the links are on b", ARRIVAL_MAX, links);
    for turn in 0..4 {
        a.remove("way");
        a.write("way/precious", format!("{turn}: in the folder"));
        a.remove("pointer");
        a.write("pointer", format!("{turn}: a file of its own"));
        home.settle();
        assert!(b.has("way/precious", format!("{turn}: in the folder")));
        std::fs::remove_dir_all(a.at("way")).unwrap();
        symlink("../outside", a.at("way")).unwrap();
        a.remove("pointer");
        symlink(outside.place.join("precious"), a.at("pointer")).unwrap();
        home.settle();
        assert!(links());
    }
    b.write("after", "b still works");
    home.agree();
    outside.assert_untouched();
}
