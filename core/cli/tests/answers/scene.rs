//! The binary, and a service that makes everything up for it to ask.

use std::future::pending;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use api::fake::Fake;
use api::server::{Door, router};
use serde_json::Value;
use tempfile::TempDir;

/// A data dir behind whose socket the fake answers until the test ends.
pub(crate) struct Scene {
    pub(crate) data_dir: TempDir,
    _runtime: tokio::runtime::Runtime,
}

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let socket = data_dir.path().join(api::SOCKET_NAME);
        let door = runtime.block_on(Door::unix(&socket)).unwrap();
        runtime.spawn(door.serve(router(&Arc::new(Fake)), pending()));
        Self { data_dir, _runtime: runtime }
    }

    pub(crate) fn run(&self, line: &str) -> Ended {
        self.answer(line, "")
    }

    /// Runs a command whose person types `typed`.
    pub(crate) fn answer(&self, line: &str, typed: &str) -> Ended {
        let mut child = homefold(self.data_dir.path(), line).spawn().unwrap();
        // A command that never asks may be gone before it is answered.
        let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
        ended(child.wait_with_output().unwrap())
    }

    /// The JSON document of a command that must succeed.
    pub(crate) fn json(&self, line: &str) -> Value {
        let ended = self.run(&format!("--json {line}"));
        assert_eq!(ended.status, 0, "{line}: {}", ended.err);
        serde_json::from_str(&ended.out).unwrap()
    }
}

pub(crate) fn ended(output: Output) -> Ended {
    Ended {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn homefold(data_dir: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_homefold"));
    command
        .args(line.split(' '))
        .env_clear()
        .env("HOMEFOLD_DATA_DIR", data_dir)
        .env("HOME", data_dir)
        .env("TZ", "UTC")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}
