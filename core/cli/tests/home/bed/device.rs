//! One device: its service as a process of its own, its files, and the command line that speaks to it.
//!
//! Dropping a device kills its service; so does the end of the thread that started it, whatever ends
//! it. Not here: what the device is paired with (`bed`), its network (`network`).

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::network::Node;
use super::tree::{Tree, tree_of};
use super::{ARRIVAL_MAX, DOCS, Invite, until};

/// How long a service may take until it answers.
const START_MAX: Duration = Duration::from_secs(30);
/// How long a service may take to leave: 2 s, and what a busy machine adds.
const LEAVE_MAX: Duration = Duration::from_secs(6);
/// How long a command may take, a barrier included.
const COMMAND_MAX: Duration = Duration::from_secs(90);
/// Lines of its log that a device shows when a test fails.
const LOG_TAIL: usize = 60;

/// A device of a home.
pub(crate) struct Device {
    pub(crate) name: String,
    place: PathBuf,
    node: Option<Arc<Node>>,
    listen: Mutex<String>,
    /// Whether permission bits hold for its service although the test is run by root.
    obeys: AtomicBool,
    /// The address of the system bus that its service is given; none but a test's own.
    bus: Mutex<Option<String>>,
    process: Mutex<Option<Child>>,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Device {
    /// A device that is off, with everything of it under `above`.
    pub(super) fn new(name: &str, above: &Path, node: Option<Arc<Node>>) -> Self {
        let place = above.join(name);
        std::fs::create_dir_all(place.join("files").join(DOCS)).unwrap();
        let listen = if node.is_some() { "0.0.0.0:0" } else { "127.0.0.1:0" };
        Self {
            name: name.to_owned(),
            place,
            node,
            listen: Mutex::new(listen.to_owned()),
            obeys: AtomicBool::new(false),
            bus: Mutex::default(),
            process: Mutex::new(None),
        }
    }

    /// Starts the service; the second time under the address of the first.
    pub(crate) fn start(&self) {
        let mut process = self.process.lock().unwrap();
        assert!(process.is_none(), "{} runs already", self.name);
        let mut listen = self.listen.lock().unwrap();
        let mut command = self.beside_the_test(env!("CARGO_BIN_EXE_homefold"));
        command.arg("--data-dir").arg(self.data());
        command.args(["service", "run", "--name", &self.name, "--listen", listen.as_str()]);
        if self.node.is_none() {
            command.arg("--no-discovery");
        }
        if let Some(address) = &*self.bus.lock().unwrap() {
            command.env("DBUS_SYSTEM_BUS_ADDRESS", address);
        }
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        *process = Some(child);
        let ready = first_line(out, START_MAX)
            .unwrap_or_else(|| panic!("the service of {} said nothing", self.name));
        let mut words = ready.split_whitespace();
        assert_eq!(words.next(), Some("ready"), "{ready}");
        let said = words.find_map(|word| word.strip_prefix("listen=")).unwrap();
        *listen = said.to_owned();
    }

    /// Where other devices reach this one.
    pub(crate) fn address(&self) -> String {
        let listen = self.listen.lock().unwrap();
        match &self.node {
            Some(node) => format!("{}:{}", node.ip, listen.rsplit(':').next().unwrap()),
            None => listen.clone(),
        }
    }

    /// Ends the service as a shutdown of the computer does.
    pub(crate) fn stop(&self) {
        self.signal(Signal::TERM);
        let mut child = self.process.lock().unwrap().take().unwrap();
        let mut ended = None;
        until(&format!("{} has left", self.name), LEAVE_MAX, || {
            ended = child.try_wait().unwrap();
            ended.is_some()
        });
        assert!(ended.unwrap().success(), "{} left with {ended:?}", self.name);
    }

    /// Ends the service as a crash does.
    pub(crate) fn kill(&self) {
        let mut child = self.process.lock().unwrap().take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Stops time for the service; `thaw` lets it go on.
    pub(crate) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    /// See `freeze`.
    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.process()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// The number of the service's process.
    pub(crate) fn process(&self) -> u32 {
        self.process.lock().unwrap().as_ref().unwrap().id()
    }

    /// The private state of the service.
    pub(crate) fn data(&self) -> PathBuf {
        self.place.join("data")
    }

    fn log(&self) -> PathBuf {
        self.place.join("service.log")
    }

    /// The directory of the folder `name`, as the service calls it.
    pub(crate) fn inside(&self, name: &str) -> PathBuf {
        self.place.join("files").join(name)
    }

    /// The directory of the folder `name`, as the test reaches it.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let inside = self.inside(name);
        self.node.as_ref().map_or(inside.clone(), |node| node.seen_from_here(&inside))
    }

    /// Where `path` of the shared folder lies.
    pub(crate) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder(DOCS).join(path)
    }

    /// Writes a file, with its parents.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let place = self.at(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, bytes).unwrap();
    }

    /// Renames within the shared folder.
    pub(crate) fn rename(&self, from: &str, to: &str) {
        std::fs::rename(self.at(from), self.at(to)).unwrap();
    }

    /// Removes a file of the shared folder.
    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.at(path)).unwrap();
    }

    /// The bytes of a file; `None` if there is none.
    pub(crate) fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.at(path)).ok()
    }

    /// Whether the file holds these bytes.
    pub(crate) fn has(&self, path: &str, bytes: impl AsRef<[u8]>) -> bool {
        self.read(path).is_some_and(|found| found == bytes.as_ref())
    }

    /// Everything in the shared folder but what the service keeps there for itself.
    pub(crate) fn tree(&self) -> Tree {
        tree_of(&self.folder(DOCS))
    }

    /// Runs a command, whatever comes of it.
    pub(crate) fn attempt(&self, arguments: &[&str]) -> Ended {
        let mut command = self.command(arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let id = i32::try_from(child.id()).unwrap();
        let Some(output) = within(COMMAND_MAX, move || child.wait_with_output().unwrap()) else {
            kill_process(Pid::from_raw(id).unwrap(), Signal::KILL).unwrap();
            panic!("{arguments:?} of {} does not end", self.name);
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended {
            status: output.status.code().unwrap_or(-1),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// Runs a command that has to succeed; what it printed.
    pub(crate) fn tell(&self, arguments: &[&str]) -> String {
        let ended = self.attempt(arguments);
        assert_eq!(ended.status, 0, "{arguments:?} of {}: {}", self.name, ended.err.trim());
        ended.out
    }

    /// The document that a command prints with `--json`.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Value {
        let said = self.tell(&[&["--json"], arguments].concat());
        serde_json::from_str(&said).unwrap()
    }

    /// The shared folder in `status`.
    pub(crate) fn docs(&self) -> Value {
        let status = self.ask(&["status"]);
        let folders = status["folders"].as_array().unwrap();
        folders.iter().find(|folder| folder["name"] == DOCS).cloned().unwrap_or_default()
    }

    /// The device called `name` in `status`.
    pub(crate) fn peer(&self, name: &str) -> Value {
        let status = self.ask(&["status"]);
        let devices = status["devices"].as_array().unwrap();
        devices.iter().find(|device| device["name"] == name).cloned().unwrap_or_default()
    }

    /// Whether the device called `name` is connected.
    pub(crate) fn sees(&self, name: &str) -> bool {
        self.peer(name)["connected"] == true
    }

    /// Waits until this device and `other` are connected.
    pub(crate) fn meet(&self, other: &Self) {
        let what = format!("{} and {} are connected", self.name, other.name);
        until(&what, ARRIVAL_MAX, || self.sees(&other.name) && other.sees(&self.name));
    }

    /// The same, where they have other names than the bed gave them.
    pub(crate) fn meet_as(&self, other: &Self, mine: &str, theirs: &str) {
        let what = format!("{mine} and {theirs} are connected");
        until(&what, ARRIVAL_MAX, || self.sees(theirs) && other.sees(mine));
    }

    /// What waits, as pairs of path and reason.
    pub(crate) fn problems(&self) -> Vec<(String, String)> {
        let status = self.ask(&["status"]);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let problems = status["problems"].as_array().unwrap().iter();
        problems.map(|problem| (text(&problem["path"]), text(&problem["reason"]))).collect()
    }

    /// The conflicts of the home, as pairs of path and id, sorted.
    pub(crate) fn conflicts(&self) -> Vec<(String, String)> {
        let list = self.ask(&["conflict", "list"]);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let conflicts = list.as_array().unwrap().iter();
        let mut all: Vec<_> =
            conflicts.map(|conflict| (text(&conflict["path"]), text(&conflict["id"]))).collect();
        all.sort();
        all
    }

    /// The barrier: everything written here is everywhere, everything meant for here is here.
    pub(crate) fn settle(&self) {
        self.tell(&["wait", "--timeout", "60s"]);
    }

    /// Shares a directory as a folder of its name.
    pub(crate) fn create(&self, name: &str) {
        self.tell(&["folder", "create", name, self.inside(name).to_str().unwrap()]);
    }

    /// Takes part in a folder, as soon as its name is known here.
    pub(crate) fn attach(&self, name: &str) {
        let known = || self.ask(&["status"])["folders"].to_string().contains(&format!("{name:?}"));
        until(&format!("{} knows the folder {name}", self.name), ARRIVAL_MAX, known);
        self.tell(&["folder", "attach", name, self.inside(name).to_str().unwrap()]);
    }

    /// Begins to invite a device.
    pub(crate) fn invite(&self, options: &[&str]) -> Invite {
        Invite::begin(self.command(&[&["invite"], options].concat()))
    }

    /// Lets `other` into the home and waits until both are connected.
    pub(crate) fn admit(&self, other: &Self, role: &str) {
        let mut invite = self.invite(&["--role", role]);
        other.tell(&["join", &invite.code, "--address", &self.address()]);
        assert_eq!(invite.end(), 0);
        self.meet(other);
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_homefold"));
        command.arg("--data-dir").arg(self.data()).args(arguments).stdin(Stdio::null());
        command
    }

    /// A program in this device's network that does not outlive the thread that starts it.
    fn beside_the_test(&self, program: &str) -> Command {
        match &self.node {
            Some(node) => node.command(program),
            None if self.obeys.load(Ordering::Relaxed) => obedient(program),
            None => mortal(program),
        }
    }

    /// From the next start on, permission bits hold for the service whoever runs the test.
    pub(crate) fn obey(&self) {
        self.obeys.store(true, Ordering::Relaxed);
    }

    /// From the next start on, the service uses this system bus.
    pub(crate) fn ride(&self, address: &str) {
        *self.bus.lock().unwrap() = Some(address.to_owned());
    }

    fn show(&self) {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        eprintln!("-- last words of {}:", self.name);
        lines
            .iter()
            .skip(lines.len().saturating_sub(LOG_TAIL))
            .for_each(|line| eprintln!("{line}"));
        let mut command = self.command(&["--json", "status"]);
        let asked = within(Duration::from_secs(5), move || command.output());
        if let Some(Ok(output)) = asked {
            eprintln!("-- status of {}: {}", self.name, String::from_utf8_lossy(&output.stdout));
        }
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.show();
        }
        let process = self.process.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(mut child) = process.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// A command that is killed when the thread that starts it ends.
pub(super) fn mortal(program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", program]).stdin(Stdio::null());
    command
}

/// The same, without root's right to pass over permission bits.
fn obedient(program: &str) -> Command {
    if !rustix::process::geteuid().is_root() {
        return mortal(program);
    }
    let rights = "-dac_override,-dac_read_search";
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--bounding-set", rights, "--inh-caps", rights, "--"]);
    command.arg(program).stdin(Stdio::null());
    command
}

/// The first line of `out`; the rest is read and dropped, so that the writer never waits for a reader.
pub(super) fn first_line(
    mut out: impl BufRead + Send + 'static,
    limit: Duration,
) -> Option<String> {
    let (say, said) = mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = out.read_line(&mut line);
        if read.is_ok_and(|count| count > 0) {
            drop(say.send(line));
        }
        drop(out.read_to_end(&mut Vec::new()));
    });
    said.recv_timeout(limit).ok()
}

/// Does `work` on a thread; `None` if it takes too long.
pub(super) fn within<R: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> R + Send + 'static,
) -> Option<R> {
    let (done, result) = mpsc::channel();
    std::thread::spawn(move || done.send(work()));
    result.recv_timeout(limit).ok()
}
