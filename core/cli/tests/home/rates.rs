//! Rates that a person set for a device.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bed::{ARRIVAL_MAX, DOCS, Device, Home, noise, until};

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

fn events_after(device: &Device, seq: u64) -> Vec<Value> {
    let said = device.tell(&["--json", "events", "--after", &seq.to_string()]);
    said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How often it was told that the folder is not as it was.
fn changes_after(device: &Device, seq: u64) -> usize {
    let events = events_after(device, seq);
    events.iter().filter(|event| event["kind"] == "changed" && event["folder"] == DOCS).count()
}

#[test]
fn that_a_file_begins_to_come_is_an_event_and_so_is_that_another_device_has_it() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("first", "x");
    home.share();
    let last = |device: &Device| events_after(device, 0).last().unwrap()["seq"].as_u64().unwrap();
    b.tell(&["policy", "set", "device:b", "rate.down", "1MB"]);
    home.settle();
    let (at_a, at_b) = (last(a), last(b));
    a.write("large", noise(24, LARGE / 4));
    until("b tells that it comes", ARRIVAL_MAX, || changes_after(b, at_b) > 0);
    assert!(b.read("large").is_none(), "it is here already: the test is worth nothing");
    let named = || b.ask(&["status"])["transfers"][0]["path"] == "large";
    until("the file is named", ARRIVAL_MAX, named);
    let before = last(a);
    assert!(before > at_a);
    b.tell(&["policy", "unset", "device:b", "rate.down"]);
    home.settle();
    until("a tells that b has it", ARRIVAL_MAX, || changes_after(a, before) > 0);
    assert_eq!(a.peer("b")["waiting_for_files"], 0);
}
