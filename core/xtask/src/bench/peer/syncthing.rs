//! Syncthing, tuned as its own documentation says for speed, with its fsync left on.
//!
//! A build with the tag `purego` (Debian's) computes hashes and ciphers in software and is several times slower:
//! beating that one proves nothing, so its version line says so.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::{Peer, first_line, rest};
use crate::bench::net::Node;
use crate::process::Process;

/// How long it may take to start, to connect, to come to rest.
const START_MAX: Duration = Duration::from_secs(30);
const CONNECT_MAX: Duration = Duration::from_secs(60);
const REST_MAX: Duration = Duration::from_secs(300);
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// Names a program other than the one on the path.
pub(super) const CHOSEN: &str = "HOMEFOLD_BENCH_SYNCTHING";

/// A path given by the person who measures.
pub(super) fn chosen() -> Option<PathBuf> {
    std::env::var_os(CHOSEN).map(PathBuf::from).filter(|path| path.is_file())
}

pub(super) struct Syncthing {
    binary: PathBuf,
    /// By device: its id and the running program.
    running: BTreeMap<char, (String, Option<Process>)>,
}

impl Syncthing {
    pub(super) fn new() -> Self {
        Self { binary: chosen().unwrap_or_else(|| "syncthing".into()), running: BTreeMap::new() }
    }

    fn ask(&self, node: &Node, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        rest::ask(&socket(node), (method, path), body, ANSWER_MAX)
    }

    fn launch(&mut self, node: &Node) -> Result<()> {
        let state = self.state(node);
        let home = format!("--home={}", state.display());
        if !state.join("cert.pem").exists() {
            let mut command = node.command(&self.binary.to_string_lossy())?;
            command.args(["generate", &home, "--no-default-folder"]);
            node.run("syncthing-generate", &mut command, START_MAX)?;
        }
        let mut command = node.command(&self.binary.to_string_lossy())?;
        command.args(["serve", &home, "--no-browser", "--no-restart", "--skip-port-probing"]);
        command.env("STGUIADDRESS", format!("unix://{}", socket(node).display()));
        command.env("STGUIAPIKEY", "k").env("STNOUPGRADE", "1").env("STNODEFAULTFOLDER", "1");
        let process = node.start("syncthing", &mut command)?;
        let end = Instant::now() + START_MAX;
        let id = loop {
            match self.ask(node, "GET", "system/status", None) {
                Ok(status) => break status["myID"].as_str().context("its id")?.to_owned(),
                Err(_) if Instant::now() < end => std::thread::sleep(Duration::from_millis(20)),
                Err(error) => return Err(error.context("waiting for Syncthing")),
            }
        };
        self.running.insert(node.letter, (id, Some(process)));
        Ok(())
    }

    fn id(&self, node: &Node) -> Result<&str> {
        let running = self.running.get(&node.letter).context("Syncthing is not started")?;
        Ok(&running.0)
    }

    fn folder(&self, node: &Node) -> Result<Value> {
        self.ask(node, "GET", "db/status?folder=bench", None)
    }

    /// What all devices have to agree on, if every one is idle and needs nothing.
    fn picture(&self, nodes: &[&Node]) -> Result<Option<Vec<Value>>> {
        let mut pictures = Vec::new();
        for node in nodes.iter().filter(|node| self.running.contains_key(&node.letter)) {
            let status = self.folder(node)?;
            if status["state"] != "idle" || status["needTotalItems"] != 0 {
                return Ok(None);
            }
            let of = |key: &str| status[key].clone();
            pictures.push(json!([of("globalFiles"), of("globalBytes"), of("globalDeleted")]));
        }
        let equal = pictures.windows(2).all(|pair| pair[0] == pair[1]);
        Ok(equal.then_some(pictures))
    }
}

impl Peer for Syncthing {
    fn name(&self) -> &'static str {
        "syncthing"
    }

    fn version(&self) -> String {
        first_line(&self.binary, "--version")
    }

    fn handicap(&self) -> Option<&'static str> {
        self.version().contains("purego").then_some("built without its fast instructions")
    }

    fn start(&mut self, node: &Node) -> Result<()> {
        self.launch(node)?;
        let options = json!({
            "globalAnnounceEnabled": false, "relaysEnabled": false, "natEnabled": false,
            "localAnnounceEnabled": false, "urAccepted": -1, "crashReportingEnabled": false,
            "listenAddresses": [format!("tcp://{}:22000", node.ip)], "reconnectionIntervalS": 5,
            "progressUpdateIntervalS": -1, "setLowPriority": false, "databaseTuning": "large",
            "maxConcurrentIncomingRequestKiB": 1 << 20,
        });
        self.ask(node, "PATCH", "config/options", Some(&options))?;
        // Some of these count only from the next start on.
        self.restart(node)
    }

    fn restart(&mut self, node: &Node) -> Result<()> {
        self.ask(node, "POST", "system/shutdown", None)?;
        if let Some((_, Some(mut process))) = self.running.remove(&node.letter) {
            process.end(START_MAX)?;
        }
        self.launch(node)
    }

    fn pair(&mut self, nodes: &[&Node]) -> Result<()> {
        for node in nodes {
            for other in nodes.iter().filter(|other| other.letter != node.letter) {
                let id = self.id(other)?;
                let device = json!({
                    "deviceID": id, "name": other.letter.to_string(), "compression": "never",
                    "addresses": [format!("tcp://{}:22000", other.ip)], "numConnections": 2,
                });
                self.ask(node, "PUT", &format!("config/devices/{id}"), Some(&device))?;
            }
        }
        let end = Instant::now() + CONNECT_MAX;
        for node in nodes {
            loop {
                let said = self.ask(node, "GET", "system/connections", None)?;
                let connections = said["connections"].as_object().context("its connections")?;
                let count = connections.values().filter(|one| one["connected"] == true).count();
                if count + 1 >= nodes.len() {
                    break;
                }
                ensure!(Instant::now() < end, "the devices did not connect");
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        Ok(())
    }

    fn add(&mut self, node: &Node, nodes: &[&Node]) -> Result<()> {
        let mut devices = Vec::new();
        for other in nodes {
            devices.push(json!({ "deviceID": self.id(other)? }));
        }
        let folder = json!({
            "id": "bench", "label": "bench", "path": node.folder, "devices": devices,
            "fsWatcherEnabled": true, "fsWatcherDelayS": 0.01, "rescanIntervalS": 0,
            "scanProgressIntervalS": -1, "maxConcurrentWrites": 16,
            "pullerMaxPendingKiB": 131_072, "caseSensitiveFS": true,
        });
        self.ask(node, "PUT", "config/folders/bench", Some(&folder))?;
        Ok(())
    }

    /// Idle on every device with the same picture, four times in a row.
    fn settle(&mut self, nodes: &[&Node]) -> Result<()> {
        let end = Instant::now() + REST_MAX;
        let (mut calm, mut last) = (0, None);
        while calm < 4 {
            if Instant::now() > end {
                bail!("Syncthing did not come to rest");
            }
            let picture = self.picture(nodes)?;
            calm = if picture.is_some() && picture == last { calm + 1 } else { 0 };
            last = picture;
            std::thread::sleep(Duration::from_millis(250));
        }
        Ok(())
    }

    fn indexed(&mut self, node: &Node) -> Result<Option<u64>> {
        // The folder is unknown for a moment after it was added.
        let Ok(status) = self.folder(node) else { return Ok(None) };
        Ok(status["localFiles"].as_u64().filter(|_| status["state"] == "idle"))
    }

    fn rescan(&mut self, node: &Node) -> Result<()> {
        let limit = Duration::from_secs(600);
        rest::ask(&socket(node), ("POST", "db/scan?folder=bench"), None, limit)?;
        Ok(())
    }

    fn state(&self, node: &Node) -> PathBuf {
        node.home.join("st")
    }

    fn stop(&mut self) {
        self.running.clear();
    }
}

fn socket(node: &Node) -> PathBuf {
    Path::new(&node.home).join("st.sock")
}
