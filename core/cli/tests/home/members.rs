//! Who belongs to the home and what each may do: readers, removed devices, names, pauses.

use std::path::Path;
use std::time::Duration;

use crate::bed::{ARRIVAL_MAX, DOCS, Device, Home, stays, until};

/// How long a removed device may still be connected.
const CUT_MAX: Duration = Duration::from_secs(5);

#[test]
fn what_a_reader_changes_is_refused_and_shown_to_the_reader() {
    let home = Home::unpaired(2);
    let [a, b] = home.each();
    a.write("book", "as printed");
    a.write("kept", "stays");
    a.write("old", "an old name");
    a.admit(b, "reader");
    home.share();
    assert!(b.has("book", "as printed"));
    b.write("book", "scribbled into");
    b.write("own", "the reader's own");
    b.remove("kept");
    let refused = |path: &str| b.problems().contains(&(path.to_owned(), "refused".to_owned()));
    until("each refusal is shown", ARRIVAL_MAX, || {
        ["book", "own", "kept"].iter().all(|path| refused(path))
    });
    let as_before =
        || a.has("book", "as printed") && a.has("kept", "stays") && a.read("own").is_none();
    stays("a is as it was", Duration::from_secs(1), as_before);
    assert!(b.has("book", "scribbled into") && b.has("own", "the reader's own"));
    assert!(a.conflicts().is_empty() && a.problems().is_empty());
    assert_eq!(b.peer("a")["waiting_for_files"], 0, "nobody waits for what is refused");
    // The reader still gets what others write.
    a.write("news", "for all");
    until("the reader has the news", ARRIVAL_MAX, || b.has("news", "for all"));
    for line in [&["folder", "create", "mine"][..], &["device", "rename", "a", "x"], &["invite"]] {
        assert_eq!(b.attempt(line).status, 1, "{line:?}");
    }
}

#[test]
fn what_a_reader_was_refused_counts_once_it_may_write_and_no_longer_when_it_may_not() {
    let home = Home::unpaired(3);
    let [a, b, c] = home.each();
    a.write("book", "as printed");
    a.admit(b, "reader");
    a.admit(c, "member");
    home.share();
    b.write("book", "scribbled into");
    b.write("own", "the reader's own");
    let refused = |path: &str| b.problems().contains(&(path.to_owned(), "refused".to_owned()));
    until("it is refused", ARRIVAL_MAX, || refused("book") && refused("own"));
    // One that is away hears of the new role and of what it had refused when it is back.
    c.stop();
    let changed = a.ask(&["device", "role", "b", "member"]);
    assert_eq!(changed["role"], "member", "{changed}");
    until("what was refused counts", ARRIVAL_MAX, || {
        a.has("book", "scribbled into") && a.has("own", "the reader's own")
    });
    until("nothing is refused any more", ARRIVAL_MAX, || b.problems().is_empty());
    c.start();
    until("who was away has it as well", ARRIVAL_MAX, || c.has("own", "the reader's own"));
    assert_eq!(home.agree().len(), 2);
    assert!(a.conflicts().is_empty());
    a.tell(&["device", "role", "b", "reader"]);
    until("it knows its role", ARRIVAL_MAX, || b.ask(&["device", "list"])[0]["role"] == "reader");
    b.write("own", "once more");
    until("it is refused", ARRIVAL_MAX, || refused("own"));
    assert!(a.has("own", "the reader's own"));
}

#[test]
fn only_an_admin_changes_roles_and_the_last_one_stays_admin() {
    let home = Home::unpaired(2);
    let [a, b] = home.each();
    a.admit(b, "member");
    home.share();
    let refused = |by: &Device, line: [&str; 2]| {
        let attempt = by.attempt(&["device", "role", line[0], line[1]]);
        assert_eq!(attempt.status, 1, "{}", attempt.err);
        attempt.err
    };
    assert!(refused(b, ["b", "admin"]).contains("admin"));
    assert!(refused(a, ["a", "member"]).contains("last admin"));
    a.tell(&["device", "role", "b", "admin"]);
    until("b is an admin", ARRIVAL_MAX, || {
        b.attempt(&["device", "role", "a", "reader"]).status == 0
    });
    until("a knows it", ARRIVAL_MAX, || a.ask(&["device", "list"])[0]["role"] == "reader");
    assert_eq!(a.attempt(&["invite"]).status, 1);
    assert!(refused(b, ["b", "member"]).contains("last admin"));
}

#[test]
fn a_removed_device_is_cut_off_everywhere_and_learns_nothing_more() {
    let home = Home::of(3);
    let [a, b, c] = home.each();
    a.write("before", "known to all three");
    home.share();
    a.tell(&["device", "remove", "c", "--yes"]);
    until("a and b have cut c off", CUT_MAX, || !a.sees("c") && !b.sees("c"));
    a.write("secret of the two.txt", "not for the removed device");
    a.settle();
    b.settle();
    assert!(b.has("secret of the two.txt", "not for the removed device"));
    c.stop();
    c.start();
    stays("c is left out", Duration::from_millis(2500), || {
        c.read("secret of the two.txt").is_none() && !a.sees("c") && !b.sees("c")
    });
    assert!(a.peer("c").is_null() && b.peer("c").is_null());
    assert!(c.has("before", "known to all three"), "what it has stays with it");
    c.stop();
    assert!(!mentions(&c.data(), b"secret of the two"), "c has learned the name of a new file");
    assert!(!mentions(&c.folder(DOCS), b"not for the removed"), "c has learned its bytes");
    c.start();
    let mut invite = a.invite(&[]);
    let back = c.attempt(&["join", &invite.code, "--address", &a.address()]);
    assert!(back.status == 1 && back.err.contains("removed from a home"), "{}", back.err);
    assert_eq!(invite.end(), 1);
    c.write("from outside", "a removed device's change");
    stays("nothing of c is taken over", Duration::from_secs(1), || {
        a.read("from outside").is_none() && b.read("from outside").is_none()
    });
}

/// Whether any file below `top` holds these bytes.
fn mentions(top: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(top).unwrap().flatten().any(|entry| {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            return mentions(&path, bytes);
        }
        let held = std::fs::read(&path).unwrap_or_default();
        held.windows(bytes.len()).any(|part| part == bytes)
    })
}

#[test]
fn a_device_has_one_name_for_all_and_a_pause_holds_until_it_ends() {
    let home = Home::of(2);
    let [a, b] = home.each();
    home.share();
    a.tell(&["device", "rename", "b", "attic"]);
    until("b knows its new name", ARRIVAL_MAX, || b.ask(&["id"])["name"] == "attic");
    assert!(a.sees("attic"));
    // The name that it is started with is the old one, and no news.
    b.stop();
    b.start();
    until("they are connected again", ARRIVAL_MAX, || a.sees("attic"));
    assert_eq!(b.ask(&["id"])["name"], "attic");
    let id = b.ask(&["id"])["id"].as_str().unwrap().to_owned();
    a.tell(&["device", "pause", &id[..8]]);
    until("the pause has begun", CUT_MAX, || !b.sees("a"));
    a.write("written in the pause", "x");
    stays("nothing moves", Duration::from_millis(700), || b.tree().is_empty());
    a.tell(&["device", "resume", "attic"]);
    until("it has arrived after the pause", ARRIVAL_MAX, || b.has("written in the pause", "x"));
    b.tell(&["pause"]);
    assert_eq!(b.ask(&["status"])["state"], "paused");
    until("the pause has begun", CUT_MAX, || !a.sees("attic"));
    b.tell(&["resume"]);
    a.write("and again", "y");
    until("it has arrived after the pause", ARRIVAL_MAX, || b.has("and again", "y"));
    assert_eq!(home.agree().len(), 2);
}

#[test]
fn what_stands_where_is_told_for_every_entry() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("shelf/book", "twelve bytes");
    a.write("shelf/empty", "");
    home.share();
    let listed = b.ask(&["ls", "docs/shelf"]);
    let paths: Vec<&str> =
        listed.as_array().unwrap().iter().filter_map(|entry| entry["path"].as_str()).collect();
    assert_eq!(paths, ["shelf/book", "shelf/empty"], "{listed}");
    assert!(listed[0]["size"] == 12 && listed[0]["local"] == "full" && listed[0]["holders"] == 2);
    let holders = a.ask(&["where", "docs/shelf/book"]);
    let mut names: Vec<&str> =
        holders.as_array().unwrap().iter().filter_map(|holder| holder["name"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a", "b"], "{holders}");
    assert_eq!(a.attempt(&["ls", "docs/nowhere"]).status, 1);
    assert_eq!(a.attempt(&["where", "docs/nowhere"]).status, 1);
    let docs = b.docs();
    assert!(docs["files"] == 2 && docs["bytes"] == 12 && docs["missing_files"] == 0, "{docs}");
    assert!(docs["state"] == "idle" && docs["mode"] == "clone", "{docs}");
}
