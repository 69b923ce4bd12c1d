//! A real device: the service as a process with its own data dir and port, and its command line.
//!
//! Every wait has a deadline; when one passes, the test fails and the service's log is printed.
//! Dropping a device kills its process.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a service may take until it answers.
const START: Duration = Duration::from_secs(20);
/// How long a command may take.
const COMMAND: Duration = Duration::from_secs(90);

/// A device of a test.
pub(crate) struct Device {
    /// Its name, also in the home.
    pub(crate) name: String,
    /// Where it listens for other devices.
    pub(crate) listen: String,
    data: TempDir,
    files: TempDir,
    process: Option<Child>,
}

/// What stands at a path: enough to tell two trees apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A file: executable or not, its time, its bytes.
    File(bool, i128, Vec<u8>),
    /// A link and its text.
    Link(PathBuf),
    /// A directory.
    Directory,
}

impl Device {
    /// A new device, started.
    pub(crate) fn start(name: &str) -> Self {
        let mut device = Self {
            name: name.to_owned(),
            listen: "127.0.0.1:0".to_owned(),
            data: tempfile::tempdir().unwrap(),
            files: tempfile::tempdir().unwrap(),
            process: None,
        };
        device.restart();
        device
    }

    /// Starts the service again, under the address that it had.
    pub(crate) fn restart(&mut self) {
        assert!(self.process.is_none(), "{} runs already", self.name);
        let arguments = ["service", "run", "--no-discovery", "--name", &self.name];
        let mut process = self
            .command(&arguments)
            .args(["--listen", &self.listen])
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(self.data.path().join("stderr")).unwrap())
            .spawn()
            .unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        self.process = Some(process);
        let ready = within(START, move || out.lines().next().transpose().unwrap());
        let ready = ready.flatten().unwrap_or_else(|| self.fail("it never got ready"));
        assert!(ready.starts_with("ready "), "{ready}");
        self.listen = word(&ready, "listen=").to_owned();
    }

    /// Ends the service at once, as a power cut would end it.
    pub(crate) fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Asks the service to leave; it has 2 seconds.
    pub(crate) fn stop(&mut self) {
        let mut process = self.process.take().unwrap();
        let id = process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let began = Instant::now();
        while process.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < Duration::from_secs(3), "{} does not leave", self.name);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The directory of the folder `name` on this device.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// Where `path` of the folder `name` lies.
    pub(crate) fn at(&self, name: &str, path: &str) -> PathBuf {
        self.folder(name).join(path)
    }

    /// Writes a file, with its parents.
    pub(crate) fn write(&self, folder: &str, path: &str, bytes: impl AsRef<[u8]>) {
        let place = self.at(folder, path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, bytes).unwrap();
    }

    /// Reads a file; `None` if there is none.
    pub(crate) fn read(&self, folder: &str, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.at(folder, path)).ok()
    }

    /// Runs a command that must succeed; what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.try_run(arguments);
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            self.fail(&format!("{arguments:?} ended with {}: {said}", output.status));
        }
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command; whatever came of it.
    pub(crate) fn try_run(&self, arguments: &[&str]) -> Output {
        let child = self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let child = child.unwrap();
        within(COMMAND, move || child.wait_with_output().unwrap())
            .unwrap_or_else(|| self.fail(&format!("{arguments:?} does not end")))
    }

    /// Runs a command with `--json`; its document.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let mut all = vec!["--json"];
        all.extend(arguments);
        serde_json::from_str(&self.run(&all)).unwrap()
    }

    /// The folder `name` in `status`.
    pub(crate) fn folder_status(&self, name: &str) -> serde_json::Value {
        let status = self.json(&["status"]);
        let folders = status["folders"].as_array().unwrap();
        folders.iter().find(|folder| folder["name"] == name).cloned().unwrap_or_default()
    }

    /// Waits until everything written here is everywhere, and everything meant for here is here.
    pub(crate) fn settle(&self) {
        self.run(&["wait", "--timeout", "60s"]);
    }

    /// Shares the directory of `name` as a folder of that name.
    pub(crate) fn create(&self, name: &str) {
        self.run(&["folder", "create", name, self.folder(name).to_str().unwrap()]);
    }

    /// Takes part in the folder `name`.
    pub(crate) fn attach(&self, name: &str) {
        self.run(&["folder", "attach", name, self.folder(name).to_str().unwrap()]);
    }

    /// Lets `other` into the home as `role`.
    pub(crate) fn admit(&self, other: &Self, role: &str) {
        let mut invite = self
            .command(&["invite", "--role", role])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(invite.stdout.take().unwrap());
        let mut code = String::new();
        lines.read_line(&mut code).unwrap();
        other.run(&["join", code.trim(), "--address", &self.listen]);
        let rest = within(COMMAND, move || {
            let mut rest = String::new();
            lines.read_to_string(&mut rest).unwrap();
            (invite.wait().unwrap(), rest)
        });
        let (status, rest) = rest.unwrap_or_else(|| self.fail("the invitation does not end"));
        assert!(status.success(), "the invitation ended with {status}: {rest}");
        self.until("the new device is connected", || self.connected(&other.name));
        other.until("the inviter is connected", || other.connected(&self.name));
    }

    /// Whether the device called `name` is connected.
    pub(crate) fn connected(&self, name: &str) -> bool {
        let status = self.json(&["status"]);
        let devices = status["devices"].as_array().unwrap();
        devices.iter().any(|device| device["name"] == name && device["connected"] == true)
    }

    /// Waits until `done` says so.
    pub(crate) fn until(&self, what: &str, mut done: impl FnMut() -> bool) {
        let began = Instant::now();
        while !done() {
            if began.elapsed() > COMMAND {
                self.fail(&format!("it never happened that {what}"));
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Everything in the folder `name` but what the service keeps there for itself.
    pub(crate) fn tree(&self, name: &str) -> BTreeMap<PathBuf, Standing> {
        let mut tree = BTreeMap::new();
        gather(&self.folder(name), Path::new(""), &mut tree);
        tree
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_homefold"));
        command.arg("--data-dir").arg(self.data.path()).args(arguments).stdin(Stdio::null());
        command
    }

    fn fail(&self, why: &str) -> ! {
        let log = std::fs::read_to_string(self.data.path().join("stderr")).unwrap_or_default();
        let from = log.len().saturating_sub(8000);
        let tail = log.get(from..).unwrap_or(&log);
        panic!("{}: {why}\n--- the end of its log:\n{tail}", self.name);
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.kill());
            drop(process.wait());
        }
    }
}

/// Both devices hold the same in the folder `name`.
pub(crate) fn assert_same(a: &Device, b: &Device, name: &str) {
    let (left, right) = (a.tree(name), b.tree(name));
    let differs = |path: &&PathBuf| left.get(*path) != right.get(*path);
    let paths: Vec<_> = left.keys().chain(right.keys()).filter(differs).collect();
    assert!(paths.is_empty(), "{} and {} differ in {paths:?}", a.name, b.name);
}

fn gather(directory: &Path, below: &Path, tree: &mut BTreeMap<PathBuf, Standing>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let path = below.join(entry.file_name());
        if path == Path::new(".homefold") {
            continue;
        }
        let about = entry.path().symlink_metadata().unwrap();
        if about.is_dir() {
            tree.insert(path.clone(), Standing::Directory);
            gather(&entry.path(), &path, tree);
        } else if about.is_symlink() {
            tree.insert(path, Standing::Link(std::fs::read_link(entry.path()).unwrap()));
        } else {
            let executable = about.permissions().mode() & 0o100 != 0;
            let time = i128::from(about.mtime()) * 1_000_000_000 + i128::from(about.mtime_nsec());
            let bytes = std::fs::read(entry.path()).unwrap();
            tree.insert(path, Standing::File(executable, time, bytes));
        }
    }
}

/// Does `work` on a thread; `None` if it takes too long.
fn within<R: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> R + Send + 'static,
) -> Option<R> {
    let (done, result) = mpsc::channel();
    std::thread::spawn(move || done.send(work()));
    result.recv_timeout(limit).ok()
}

fn word<'a>(line: &'a str, key: &str) -> &'a str {
    line.split_whitespace().find_map(|word| word.strip_prefix(key)).unwrap_or_default()
}
