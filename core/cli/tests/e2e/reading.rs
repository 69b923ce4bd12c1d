//! What is on other devices only is read as if it were here.

use crate::changes::noise;
use crate::device::Device;

/// A device that holds `docs`, and one that takes part in it without keeping it.
fn holder_and_reader() -> (Device, Device) {
    let (a, b) = (Device::start("a"), Device::start("b"));
    a.write("docs", "large.bin", noise(1, 9_000_000));
    a.write("docs", "small.txt", "hello");
    a.write("docs", "empty", "");
    a.create("docs");
    a.admit(&b, "admin");
    stream(&b);
    (a, b)
}

/// Takes part in `docs` without keeping it, and waits until its entries are known.
fn stream(device: &Device) {
    device.until("the folder is known", || device.folder_status("docs")["name"] == "docs");
    device.run(&["folder", "attach", "docs", "--mode", "stream"]);
    let entries = || device.json(&["ls", "docs"]).as_array().unwrap().len();
    device.until("its entries are known", || entries() >= 3);
}

fn cat(device: &Device, arguments: &[&str]) -> Vec<u8> {
    let mut all = vec!["cat"];
    all.extend(arguments);
    let output = device.try_run(&all);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    output.stdout
}

#[test]
fn a_file_that_is_elsewhere_is_read_whole_and_in_parts() {
    let (_a, b) = holder_and_reader();
    let large = noise(1, 9_000_000);
    let part = cat(&b, &["docs/large.bin", "--offset", "5000000", "--count", "300000"]);
    assert!(part == large[5_000_000..5_300_000]);
    assert!(cat(&b, &["docs/large.bin"]) == large);
    assert_eq!(cat(&b, &["docs/small.txt"]), b"hello");
    assert_eq!(cat(&b, &["docs/empty"]), b"");
    assert_eq!(cat(&b, &["docs/large.bin", "--offset", "9000000"]), b"");
    assert!(b.read("docs", "large.bin").is_none());
    let pulls = b.json(&["log", "pulls"]);
    let pull = pulls.as_array().unwrap().iter().find(|pull| pull["path"] == "large.bin").unwrap();
    assert_eq!((&pull["program"], &pull["folder"]), (&"homefold cat".into(), &"docs".into()));
    // What was read once is not fetched again; its list of chunks came as well.
    let bytes = pull["bytes"].as_u64().unwrap();
    assert!((9_000_000..9_010_000).contains(&bytes), "{bytes}");
}

/// How much of an entry is on a device, as `ls` says.
fn local(device: &Device, path: &str) -> String {
    let entries = device.json(&["ls", &format!("docs/{path}")]);
    entries[0]["local"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_read_to_its_last_byte_is_here_from_then_on() {
    let (mut a, b) = holder_and_reader();
    assert_eq!(local(&b, "large.bin"), "none");
    cat(&b, &["docs/large.bin", "--offset", "4000000", "--count", "10"]);
    assert_eq!(local(&b, "large.bin"), "part");
    cat(&b, &["docs/large.bin"]);
    b.until("it is here", || local(&b, "large.bin") == "full");
    a.stop();
    assert!(cat(&b, &["docs/large.bin"]) == noise(1, 9_000_000));
}

#[test]
fn the_parts_that_were_read_are_there_without_their_holder_also_after_a_restart() {
    let (mut a, mut b) = holder_and_reader();
    let large = noise(1, 9_000_000);
    let part = ["docs/large.bin", "--offset", "2000000", "--count", "500000"];
    assert!(cat(&b, &part) == large[2_000_000..2_500_000]);
    a.stop();
    assert!(cat(&b, &part) == large[2_000_000..2_500_000]);
    b.stop();
    b.restart();
    assert!(cat(&b, &part) == large[2_000_000..2_500_000]);
}

#[test]
fn what_was_read_at_the_beginning_of_a_very_large_file_stays_when_all_its_chunks_are_known() {
    let (mut a, b) = holder_and_reader();
    let huge = noise(5, 60_000_000);
    a.write("docs", "huge.bin", huge.clone());
    a.settle();
    b.until("it is known", || b.run(&["ls", "docs"]).contains("huge.bin"));
    let begin = ["docs/huge.bin", "--offset", "0", "--count", "100000"];
    assert!(cat(&b, &begin) == huge[..100_000]);
    b.until("it stays", || local(&b, "huge.bin") == "part");
    a.stop();
    assert!(cat(&b, &begin) == huge[..100_000]);
    a.restart();
    b.until("they are connected", || b.connected("a"));
    assert!(cat(&b, &["docs/huge.bin"]) == huge);
    let pulls = b.json(&["log", "pulls"]);
    let of_it = |pull: &&serde_json::Value| pull["path"] == "huge.bin";
    let pulls = pulls.as_array().unwrap().iter().filter(of_it);
    let bytes: u64 = pulls.map(|pull| pull["bytes"].as_u64().unwrap()).sum();
    // Beside the bytes came the list of its chunks and the front of it; nothing came twice.
    assert!((60_000_000..60_300_000).contains(&bytes), "{bytes}");
}

#[test]
fn a_read_fails_in_time_and_names_who_has_the_bytes() {
    let (mut a, b) = holder_and_reader();
    a.stop();
    let began = std::time::Instant::now();
    let output = b.try_run(&["cat", "docs/large.bin"]);
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(output.status.code(), Some(1));
    let events = b.run(&["--json", "events"]);
    let failed = events.lines().find(|line| line.contains("read-failed")).unwrap();
    assert!(failed.contains("large.bin") && failed.contains("[\"a\"]"), "{failed}");
}

#[test]
fn a_holder_that_is_killed_in_the_middle_of_a_read_is_replaced_by_another() {
    let (mut a, c) = holder_and_reader();
    let b = Device::start("b2");
    a.write("docs", "huge.bin", noise(5, 60_000_000));
    a.admit(&b, "admin");
    b.until("the folder is known", || b.folder_status("docs")["name"] == "docs");
    b.attach("docs");
    a.settle();
    b.settle();
    c.until("both are connected", || c.connected("a") && c.connected("b2"));
    c.until("it is known", || c.run(&["ls", "docs"]).contains("huge.bin"));
    let reading = std::thread::scope(|scope| {
        let reading = scope.spawn(|| cat(&c, &["docs/huge.bin"]));
        let pulled = || c.json(&["log", "pulls"]).to_string().contains("huge.bin");
        c.until("it has begun", pulled);
        a.kill();
        reading.join().unwrap()
    });
    assert!(reading == noise(5, 60_000_000));
}
