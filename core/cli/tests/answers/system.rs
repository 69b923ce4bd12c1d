//! `service install` and its like, with a `systemctl` of ours.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::scene::{Ended, Scene, ended, homefold};

/// A home to install into, with a `systemctl` of ours from beside this file.
struct System {
    home: TempDir,
    programs: &'static str,
}

impl System {
    fn new(programs: &'static str) -> Self {
        Self { home: tempfile::tempdir().unwrap(), programs }
    }

    fn run(&self, data_dir: &Path, line: &str) -> Ended {
        let mut command = homefold(data_dir, line);
        let path = format!("{}:/usr/bin:/bin", self.programs);
        ended(command.env("HOME", self.home.path()).env("PATH", path).output().unwrap())
    }

    fn calls(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.home.path().join("calls")).unwrap_or_default();
        text.lines().filter(|line| !line.contains("show")).map(str::to_owned).collect()
    }

    fn unit(&self) -> PathBuf {
        self.home.path().join(".config/systemd/user/homefold.service")
    }
}

#[test]
fn the_service_is_installed_for_this_user_and_taken_out_again() {
    let scene = Scene::new();
    let data_dir = scene.data_dir.path();
    let system = System::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/answers/systemd/present"));
    assert_eq!(system.run(data_dir, "service start").status, 1, "it is not installed yet");
    for (line, status) in [("install", 0), ("start", 0), ("stop", 0), ("uninstall", 0)] {
        let ended = system.run(data_dir, &format!("service {line}"));
        assert_eq!(ended.status, status, "{line}: {}", ended.err);
        if line == "install" {
            let unit = std::fs::read_to_string(system.unit()).unwrap();
            assert!(unit.contains(&format!("--data-dir \"{}\" service run", data_dir.display())));
        }
    }
    assert!(!system.unit().exists());
    let calls = [
        "--user daemon-reload",
        "--user enable homefold.service",
        "--user start homefold.service",
        "--user stop homefold.service",
        "--user disable --now homefold.service",
        "--user daemon-reload",
    ];
    assert_eq!(system.calls(), calls);
}

#[test]
fn without_a_systemd_session_nothing_is_installed() {
    let dir = tempfile::tempdir().unwrap();
    let system = System::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/answers/systemd/absent"));
    let ended = system.run(dir.path(), "service install");
    assert_eq!(ended.status, 1);
    assert!(ended.err.contains("homefold service run"), "{}", ended.err);
    assert!(!system.unit().exists());
}
