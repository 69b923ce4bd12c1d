//! What the menus of file managers do: the script that they call, with a real service, and what they call it with.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::bed::{DOCS, Device, Home};

/// Where the entries and the script are.
fn installed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../installers/linux/menus")
}

/// A desktop: programs that note what they are called with, in front of the real ones.
struct Desktop(tempfile::TempDir);

impl Desktop {
    fn new() -> Self {
        let desktop = Self(tempfile::tempdir().unwrap());
        for program in ["notify-send", "homefold-app"] {
            let place = desktop.0.path().join(program);
            std::fs::write(&place, "#!/bin/sh\nprintf '%s\\n' \"$@\" >>\"$0.said\"\n").unwrap();
            std::fs::set_permissions(place, PermissionsExt::from_mode(0o755)).unwrap();
        }
        desktop
    }

    /// What a program was called with, one a line.
    fn said(&self, program: &str) -> String {
        let file = self.0.path().join(format!("{program}.said"));
        std::fs::read_to_string(file).unwrap_or_default()
    }

    /// Somebody selects these and clicks an entry.
    fn clicks(&self, device: &Device, act: &str, paths: &[&str]) -> Output {
        let ours = Path::new(env!("CARGO_BIN_EXE_homefold")).parent().unwrap();
        let path = [self.0.path(), ours, Path::new("/usr/bin"), Path::new("/bin")];
        let mut command = Command::new("sh");
        command.arg(installed().join("menu")).arg(act).args(paths);
        command.env("PATH", std::env::join_paths(path).unwrap()).env("LC_ALL", "C.UTF-8");
        command.env("HOMEFOLD_DATA_DIR", device.data()).output().unwrap()
    }
}

#[test]
fn what_is_selected_is_kept_freed_and_its_history_shown_by_its_path_on_this_computer() {
    let home = Home::of(2);
    let [a, b] = home.each();
    a.write("d/it's <b>.txt", "one");
    a.write("d/other.txt", "two");
    home.share();
    b.tell(&["folder", "mode", DOCS, "stream"]);
    let desktop = Desktop::new();
    let top = b.docs()["path"].as_str().unwrap().to_owned();
    let [one, other] = ["it's <b>.txt", "other.txt"].map(|name| format!("{top}/d/{name}"));
    let kept = |path: &str| {
        let rules = b.ask(&["policy", "show", &format!("pod:{DOCS}@b/{path}")]);
        rules
            .as_array()
            .unwrap()
            .iter()
            .any(|rule| rule["key"] == "keep" && rule["value"] == "always")
    };
    let done = desktop.clicks(b, "keep", &[&one, &other]);
    assert!(done.status.success(), "{done:?}");
    assert!(kept("d/it's <b>.txt") && kept("d/other.txt"));
    let said = desktop.said("notify-send");
    assert_eq!(said.matches("Kept on this device").count(), 1, "the same is said once: {said}");
    let done = desktop.clicks(b, "free", &[&one]);
    assert!(done.status.success(), "{done:?} {}", desktop.said("notify-send"));
    assert!(!kept("d/it's <b>.txt"));
    assert!(desktop.said("notify-send").contains("the files stay in the folder"));
    assert!(desktop.clicks(b, "history", &[&one]).status.success());
    assert_eq!(desktop.said("homefold-app"), format!("--history\n{one}\n"));
    let done = desktop.clicks(b, "keep", &["/nowhere/<i>"]);
    assert!(!done.status.success());
    assert!(desktop.said("notify-send").contains("/nowhere/&lt;i&gt; lies in no folder"));
}

#[test]
fn every_entry_of_every_menu_calls_the_script_with_something_it_does() {
    let mut calls = 0;
    for entry in std::fs::read_dir(installed()).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text.lines().filter_map(|line| line.strip_prefix("Exec=")) {
            let words: Vec<&str> = line.split(' ').collect();
            let ["/usr/lib/homefold/menu", "keep" | "free" | "history", "%F"] = words[..] else {
                panic!("{}: {line}", path.display());
            };
            calls += 1;
        }
    }
    assert_eq!(calls, 9, "three acts in each of three file managers; the others call it in Python");
}
