//! The binary against a service that makes everything up: what it prints, and how it ends.

#![allow(clippy::unwrap_used, reason = "tests")]

mod scene;
mod strangers;
mod system;

use std::io::{BufRead, BufReader};

use serde_json::Value;

use crate::scene::{Scene, ended, homefold};

/// A line for each view, and for each sentence that says that something is done.
const LINES: &[&str] = &[
    "id",
    "status",
    "device list",
    "device rename laptop travel",
    "device pause laptop",
    "device resume laptop",
    "device remove laptop --yes",
    "folder list",
    "folder create Films films",
    "folder create Films",
    "folder attach Music /srv/music --mode storage",
    "folder mode Photos stream",
    "folder rescan Photos",
    "folder detach Photos",
    "folder delete Music --yes",
    "folder release Photos",
    "folder undo Photos",
    "ls Photos",
    "ls Photos/beach.jpg",
    "where Photos/beach.jpg",
    "cat Photos/beach.jpg --count 20",
    "log pulls",
    "conflict list",
    "conflict resolve 00c0 --keep both",
    "history Photos/beach.jpg",
    "restore Photos/beach.jpg --version 11aa22bb --to old.jpg",
    "plan",
    "policy show",
    "policy set home archive.days 60",
    "policy unset home archive.days",
    "join 1234-5678",
    "wait",
    "pause",
    "pause --for 90m",
    "resume",
    "ui --no-open",
    "events",
    "logs -n 2",
];

/// What a person sees of each.
fn seen(language: &str) -> String {
    let scene = Scene::new();
    let mut seen = String::new();
    for line in LINES {
        let mut command = homefold(scene.data_dir.path(), line);
        let ended = ended(command.env("LANG", language).output().unwrap());
        assert_eq!((ended.status, ended.err.as_str()), (0, ""), "{line}");
        seen.push_str(&format!("$ homefold {line}\n{}\n", ended.out));
    }
    seen
}

#[test]
fn every_view_is_shown_as_text() {
    insta::assert_snapshot!(seen("C"));
}

#[test]
fn every_view_is_shown_in_french() {
    insta::assert_snapshot!(seen("fr_FR.UTF-8"));
}

#[test]
fn a_command_of_a_later_version_is_named_and_does_nothing() {
    let scene = Scene::new();
    for line in ["lock Photos/a", "health"] {
        let ended = scene.run(line);
        assert_eq!((ended.status, ended.out.as_str()), (1, ""), "{line}");
        assert!(ended.err.contains("This version of Homefold can't do that"), "{}", ended.err);
        assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    }
}

#[test]
fn help_and_slips_of_the_pen_are_told_in_the_language_of_the_environment() {
    let scene = Scene::new();
    let french = |line: &str| {
        let mut command = homefold(scene.data_dir.path(), line);
        ended(command.env("LANG", "fr_FR.UTF-8").output().unwrap())
    };
    let help = french("folder attach --help");
    assert!(help.status == 0 && help.out.contains("Participe à un dossier"), "{}", help.out);
    let slip = french("folder nonsense");
    assert_eq!((slip.status, slip.out.as_str()), (2, ""));
    assert!(slip.err.contains("pas de commande « nonsense »"), "{}", slip.err);
}

#[test]
fn status_has_the_shape_that_scripts_rely_on() {
    let scene = Scene::new();
    insta::assert_snapshot!(serde_json::to_string_pretty(&scene.json("status")).unwrap());
}

#[test]
fn json_is_one_document_with_nothing_around_it() {
    let scene = Scene::new();
    assert_eq!(scene.json("id")["name"], "desk");
    assert_eq!(scene.json("resume"), serde_json::json!({}));
    assert_eq!(scene.json("ls Photos").as_array().unwrap().len(), 4, "all pages are turned");
    assert_eq!(scene.json("ls Photos")[3]["path"], "new\u{7}line\n.jpg");
    assert_eq!(scene.json("conflict list")[0]["sides"][1]["size"], 640);
    assert_eq!(scene.json("where Photos/beach.jpg")[1]["complete"], false);
    let events = scene.run("--json events --after 1").out;
    let numbers: Vec<u64> = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, [2, 3, 4]);
}

#[test]
fn each_way_to_fail_has_its_exit_status_and_one_line() {
    let scene = Scene::new();
    let mut seen = String::new();
    for (line, status) in [
        ("folder detach Films", 1),
        ("folder detach Music", 1),
        ("folder attach Photos", 1),
        ("folder create Photos", 1),
        ("folder release Music", 1),
        ("device pause nobody", 1),
        ("device remove desk --yes", 1),
        ("ls Photos/missing", 1),
        ("restore Photos/beach.jpg --version 0", 1),
        ("conflict resolve beef --keep mine", 1),
        ("policy set home nothing 1", 1),
        ("join 00000000", 1),
        ("ui --listen 0.0.0.0:22781", 1),
        ("invite --expires 2d", 2),
        ("wait --timeout 2d", 2),
        ("wait --timeout 100ms", 4),
    ] {
        let ended = scene.run(&format!("--json {line}"));
        assert_eq!(ended.status, status, "{line}: {}", ended.err);
        assert_eq!(ended.out, "", "{line}");
        assert_eq!(ended.err.lines().count(), 1, "{line}: {}", ended.err);
        seen.push_str(&format!("{status}  {line}\n   {}", ended.err));
    }
    insta::assert_snapshot!(seen);
}

#[test]
fn the_password_for_other_computers_may_come_from_standard_input() {
    let scene = Scene::new();
    let ended = scene.answer("ui --listen 192.168.1.10:22781", "correct horse\n");
    assert_eq!(ended.status, 0, "{}", ended.err);
    assert!(ended.out.contains("https://192.168.1.10:22781\n") && ended.out.contains("0A:1B"));
    assert!(!ended.out.contains("correct horse") && !ended.err.contains("correct horse"));
    assert_eq!(scene.run("ui --no-listen").status, 0);
    assert_eq!(scene.run("ui --no-listen --no-open").status, 2);
}

#[test]
fn wrong_usage_ends_with_two() {
    let scene = Scene::new();
    for line in ["", "nonsense", "ls", "conflict resolve 1", "join 123", "wait --timeout soon"] {
        assert_eq!(scene.run(line).status, 2, "{line}");
    }
    for line in ["--help", "--version", "folder attach --help"] {
        assert_eq!(scene.run(line).status, 0, "{line}");
    }
}

#[test]
fn without_a_service_every_question_ends_with_three() {
    let dir = tempfile::tempdir().unwrap();
    for line in ["id", "status", "wait", "invite", "--json status", "events --follow"] {
        let output = homefold(dir.path(), line).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{line}");
        assert!(output.stdout.is_empty());
        assert!(String::from_utf8(output.stderr).unwrap().contains("homefold service start"));
    }
}

#[test]
fn the_code_is_the_first_line_and_comes_before_the_device() {
    let scene = Scene::new();
    let mut child = homefold(scene.data_dir.path(), "invite --role member").spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(out.next().unwrap().unwrap(), "12345678");
    assert_eq!(out.next().unwrap().unwrap(), "tablet (LAPTOPX) joined as member.");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn an_invitation_that_nobody_takes_ends_with_four() {
    let scene = Scene::new();
    let ended = scene.run("invite --expires 1s");
    assert_eq!((ended.status, ended.out.as_str()), (4, "12345678\n"));
}

#[test]
fn a_reader_who_stops_after_the_first_line_is_no_failure() {
    let scene = Scene::new();
    let mut child = homefold(scene.data_dir.path(), "invite").spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    drop(out);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_code_may_come_from_standard_input() {
    let scene = Scene::new();
    assert_eq!(scene.answer("join -", "1234 5678\n").status, 0);
    assert_eq!(scene.answer("join -", "00000000\n").status, 1);
    assert_eq!(scene.answer("join -", "").status, 2);
}

#[test]
fn what_can_not_be_taken_back_is_asked_about() {
    let scene = Scene::new();
    let asked = scene.answer("device remove laptop", "y\n");
    assert_eq!((asked.status, asked.out.as_str()), (0, "Removed.\n"));
    assert!(asked.err.contains("4 files (12.6 MB) are on no other device"), "{}", asked.err);
    for (line, typed) in
        [("device remove laptop", "n\n"), ("device remove laptop", ""), ("folder delete Music", "")]
    {
        let refused = scene.answer(line, typed);
        assert_eq!((refused.status, refused.out.as_str()), (1, ""), "{line}");
        assert!(refused.err.contains("nothing was changed"), "{}", refused.err);
    }
    assert_eq!(scene.answer("folder delete Music", "yes\n").status, 0);
}

#[test]
fn a_failure_is_told_in_the_language_of_the_environment() {
    let scene = Scene::new();
    let mut command = homefold(scene.data_dir.path(), "folder detach Films");
    let output = command.env("LANG", "fr_FR.UTF-8").output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(err.contains("La maison n'a pas de dossier « Films »"), "{err}");
}

#[test]
fn completions_exist_for_each_shell() {
    let scene = Scene::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = scene.run(&format!("completions {shell}")).out;
        assert!(script.contains("homefold") && script.contains("attach"), "{shell}");
    }
}
