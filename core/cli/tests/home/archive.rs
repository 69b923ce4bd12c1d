//! Versions that were replaced or deleted by another device's change come back on request.

use serde_json::Value;

use crate::bed::{Device, Home};

/// The version of `path` that is in the archive and has so many bytes.
fn archived(device: &Device, path: &str, size: usize) -> String {
    let list = device.ask(&["history", &format!("docs/{path}")]);
    let mut versions = list.as_array().unwrap().iter();
    let found = versions.find(|one| !one["archived"].is_null() && one["size"] == size);
    found.unwrap_or_else(|| panic!("{path}: {list}"))["version"].as_str().unwrap().to_owned()
}

#[test]
fn a_replaced_version_is_listed_and_put_back() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("letters/draft", "a first draft");
    a.write("rest", "rest");
    home.share();
    b.write("letters/draft", "a second, longer draft");
    home.settle();
    b.write("letters/draft", "the third and longest draft");
    home.agree();
    let history = a.ask(&["history", "docs/letters/draft"]);
    let now: Vec<&Value> =
        history.as_array().unwrap().iter().filter(|one| one["archived"].is_null()).collect();
    assert!(now.len() == 1 && now[0]["size"] == 27 && now[0]["name"] == "b", "{history}");
    assert_eq!(history.as_array().unwrap().len(), 3, "{history}");

    let first = archived(a, "letters/draft", 13);
    a.tell(&["restore", "docs/letters/draft", "--version", &first, "--to", "letters/old draft"]);
    a.settle();
    assert!(b.has("letters/old draft", "a first draft"));
    assert!(b.has("letters/draft", "the third and longest draft"));
    a.tell(&["restore", "docs/letters/draft", "--version", &first]);
    home.agree();
    assert!(b.has("letters/draft", "a first draft"));
    assert_eq!(a.attempt(&["restore", "docs/letters/draft", "--version", "00"]).status, 1);
}

#[test]
fn a_deleted_file_is_put_back_by_any_device() {
    let home = Home::of(2);
    let [a, b] = home.each();
    for (path, text) in [("one", "deleted by b, kept by a"), ("two", "deleted by a"), ("rest", "")]
    {
        a.write(path, text);
    }
    home.share();
    b.remove("one");
    a.remove("two");
    home.agree();
    let one = archived(a, "one", 23);
    a.tell(&["restore", "docs/one", "--version", &one]);
    home.agree();
    assert!(b.has("one", "deleted by b, kept by a"));
    // Who deleted it has no copy of its own; the others have.
    let two = archived(a, "two", 12);
    a.tell(&["restore", "docs/two", "--version", &two]);
    home.agree();
    assert!(a.has("two", "deleted by a") && b.has("two", "deleted by a"));
    let refused = a.attempt(&["history", "docs/never there"]);
    assert_eq!(refused.status, 1, "{}", refused.out);
}

#[test]
fn a_deleted_link_is_put_back_as_it_was() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("rest", "rest");
    std::os::unix::fs::symlink("../elsewhere/away", a.at("link")).unwrap();
    home.share();
    b.remove("link");
    home.agree();
    let history = a.ask(&["history", "docs/link"]);
    let version = history[0]["version"].as_str().unwrap_or_else(|| panic!("{history}"));
    a.tell(&["restore", "docs/link", "--version", version]);
    home.agree();
    let target = std::fs::read_link(b.at("link")).unwrap();
    assert_eq!(target.to_str(), Some("../elsewhere/away"));
}
