//! The support bundle helps others, and tells them nothing that is the person's own.

use std::process::Command;

use crate::bed::{DOCS, Device, Home};

/// What is in the bundle, each file after the other.
fn bundle(device: &Device, name: &str) -> String {
    let path = device.data().with_file_name(name);
    let view = device.ask(&["support", path.to_str().unwrap()]);
    assert_eq!(view["path"], path.to_str().unwrap());
    let output = Command::new("tar").args(["-xzOf"]).arg(&path).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let list = Command::new("tar").arg("-tzf").arg(&path).output().unwrap();
    let names = String::from_utf8(list.stdout).unwrap();
    assert_eq!(names, "about.json\nstatus.json\nlog.txt\n");
    String::from_utf8(output.stdout).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_support_bundle_has_versions_numbers_and_log_and_nothing_of_the_persons_own() {
    let home = Home::unpaired(2);
    let [a, b] = home.each();
    a.tell(&["device", "rename", "a", "Ada's desk"]);
    b.tell(&["device", "rename", "b", "Eve's laptop"]);
    let invite = a.invite(&[]);
    b.tell(&["join", &invite.code, "--address", &a.address()]);
    a.meet_as(b, "Ada's desk", "Eve's laptop");
    a.write("My last will.odt", "everything goes to Eve");
    a.write("letters/Dear \"Eve\" \u{202e}.txt", "the hidden contents");
    a.write(".homefoldignore", "[unclosed secret pattern\n");
    home.share();
    b.remove("My last will.odt");
    home.settle();
    a.tell(&["pause"]);
    a.write("My last will.odt", "goes to Adam");
    let text = bundle(a, "bundle.tar.gz");
    for present in [
        concat!("\"homefold\": \"", env!("CARGO_PKG_VERSION"), "\""),
        "\"state\": \"paused\"",
        "\"mode\": \"clone\"",
        "\"key\": \"archive.days\"",
        "INFO service::receive: connected device=Device(",
    ] {
        assert!(text.contains(present), "{present} is missing in {text}");
    }
    let key = std::fs::read(a.data().join("device.key")).unwrap();
    let key_text = String::from_utf8_lossy(&key).into_owned();
    let key_lines = key_text.lines().filter(|line| line.len() > 16 && line.is_ascii());
    let status = a.ask(&["status"]);
    let mut secret: Vec<String> = key_lines.map(str::to_owned).collect();
    secret.push(hex(&key));
    secret.push(invite.code.clone());
    secret.push(status["folders"][0]["path"].as_str().unwrap().to_owned());
    secret.push(status["home"]["id"].as_str().unwrap().to_owned());
    secret.push(a.data().to_str().unwrap().to_owned());
    let own = ["will", "Eve", "Ada", "letters", "hidden contents", "secret pattern", "Home of"];
    for absent in own.into_iter().chain(secret.iter().map(String::as_str)).chain([DOCS]) {
        assert!(!text.contains(absent), "{absent:?} is in {text}");
    }
    let again = a.attempt(&["support", a.data().with_file_name("bundle.tar.gz").to_str().unwrap()]);
    assert_eq!(again.status, 1, "{}", again.err);
}
