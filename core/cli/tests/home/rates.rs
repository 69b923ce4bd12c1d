//! Rates that a person set for a device.

use std::time::{Duration, Instant};

use crate::bed::{ARRIVAL_MAX, Device, Home, noise, until};

/// Bytes of a file that is sent slowly, and of one that would take too long so.
const SIZE: usize = 3_000_000;
const LARGE: usize = 40_000_000;

/// How long a new file takes from `a` to `b`; one with the same seed need not be sent again.
fn takes(a: &Device, b: &Device, name: &str, (seed, size): (u64, usize)) -> Duration {
    let bytes = noise(seed, size);
    let began = Instant::now();
    a.write(name, &bytes);
    until("the file is there", ARRIVAL_MAX, || b.has(name, &bytes));
    began.elapsed()
}

#[test]
fn file_bytes_come_and_go_no_faster_than_a_person_allows_and_as_they_like_without_a_limit() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("first", "x");
    home.share();
    for (device, key, seed) in [("device:a", "rate.up", 21), ("device:b", "rate.down", 22)] {
        let set = ["policy", "set", device, key, "1MB"];
        // Each device sets its own.
        if device == "device:a" {
            a.tell(&set)
        } else {
            b.tell(&set)
        };
        let slow = takes(a, b, key, (seed, SIZE));
        assert!(slow > Duration::from_secs(2), "{SIZE} bytes came in {slow:?} by {key}");
        let unset = ["policy", "unset", device, key];
        if device == "device:a" {
            a.tell(&unset)
        } else {
            b.tell(&unset)
        };
    }
    let free = takes(a, b, "free", (23, LARGE));
    assert!(free < Duration::from_secs(30), "without a limit it took {free:?}");
    home.agree();
    let refused = a.attempt(&["policy", "set", "device:a", "rate.up", "1kB"]);
    assert!(refused.status != 0 && refused.err.contains("100kB"), "{}", refused.err);
}
