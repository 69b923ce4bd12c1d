//! Devices with a network each: namespaces on one switch, whose cables can be cut.
//!
//! The namespaces have no name and no file: they are gone with the last process in them, and every
//! process in them is gone with the test. Each has its own mounts as well, so that a test can give a
//! device a small disk. Needs root.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::device::{first_line, mortal};

/// How long a namespace may take to be made.
const MADE_MAX: Duration = Duration::from_secs(10);

/// A switch, and what hangs on it.
pub(crate) struct Network {
    nodes: Vec<Arc<Node>>,
    switch: Node,
}

/// A network and mounts of one's own, kept by a process that sleeps.
pub(crate) struct Node {
    pub(crate) ip: String,
    keeper: Child,
}

impl Network {
    /// A switch with so many devices; `None`, with a printed reason, if this user can't make one.
    pub(super) fn up(count: usize) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("left out: network namespaces need root");
            return None;
        }
        let switch = Node::new(String::new());
        switch.ip("link add br0 type bridge");
        switch.ip("link set br0 up");
        let nodes: Vec<Arc<Node>> =
            (0..count).map(|at| Arc::new(Node::new(format!("10.77.0.{}", at + 1)))).collect();
        for (at, node) in nodes.iter().enumerate() {
            let keeper = node.keeper.id();
            switch.ip(&format!("link add port{at} type veth peer name eth0 netns {keeper}"));
            switch.ip(&format!("link set port{at} master br0 up"));
            node.ip(&format!("addr add {}/24 dev eth0", node.ip));
            node.ip("link set eth0 up");
            node.ip("link set lo up");
            node.ip("route add default dev eth0");
        }
        Some(Self { nodes, switch })
    }

    /// The network of one device.
    pub(crate) fn node(&self, at: usize) -> &Arc<Node> {
        &self.nodes[at]
    }

    /// Pulls a device's cable: it sees that.
    pub(crate) fn unplug(&self, at: usize) {
        self.switch.ip(&format!("link set port{at} down"));
    }

    /// Puts the cable back.
    pub(crate) fn plug(&self, at: usize) {
        self.switch.ip(&format!("link set port{at} up"));
    }

    /// Nothing gets through any more, and nobody is told.
    pub(crate) fn silence(&self, at: usize) {
        self.switch.ip(&format!("link set port{at} nomaster"));
    }

    /// Ends the silence.
    pub(crate) fn unsilence(&self, at: usize) {
        self.switch.ip(&format!("link set port{at} master br0"));
    }

    /// These devices reach all others, but not each other.
    pub(crate) fn estrange(&self, these: &[usize]) {
        for at in these {
            self.switch.ip(&format!("link set port{at} type bridge_slave isolated on"));
        }
    }

    /// Limits what a device receives to so many Mbit/s.
    pub(crate) fn narrow(&self, at: usize, mbit: u32) {
        let rule = format!("tc qdisc replace dev port{at} root tbf rate {mbit}mbit burst 256kb");
        self.switch.run(&format!("{rule} latency 20ms"));
    }

    /// Takes the limit away.
    pub(crate) fn widen(&self, at: usize) {
        self.switch.run(&format!("tc qdisc del dev port{at} root"));
    }

    /// Bytes that went to and from a device, as the kernel counts them.
    pub(crate) fn carried(&self, at: usize) -> u64 {
        let counts = format!("/proc/{}/net/dev", self.nodes[at].keeper.id());
        let counts = std::fs::read_to_string(counts).unwrap();
        let line = counts.lines().find_map(|line| line.trim().strip_prefix("eth0:")).unwrap();
        let numbers: Vec<u64> =
            line.split_whitespace().map(|number| number.parse().unwrap()).collect();
        numbers[0] + numbers[8]
    }
}

impl Node {
    fn new(ip: String) -> Self {
        let mut command = mortal("unshare");
        command.args(["--net", "--mount", "--", "sh", "-c", "echo made; exec sleep 3600"]);
        let mut keeper = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(keeper.stdout.take().unwrap());
        let node = Self { ip, keeper };
        assert!(first_line(out, MADE_MAX).is_some(), "a network namespace can't be made");
        node
    }

    /// A program in this network, with these mounts.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = mortal("nsenter");
        let own = |kind: &str| format!("/proc/{}/ns/{kind}", self.keeper.id());
        command.arg(format!("--net={}", own("net"))).arg(format!("--mount={}", own("mnt")));
        command.arg("--").arg(program);
        command
    }

    /// How the test reaches a path that may lie on a mount of this device alone.
    pub(super) fn seen_from_here(&self, path: &Path) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.keeper.id()));
        root.join(path.strip_prefix("/").unwrap())
    }

    /// Runs a line of words in this network; it has to succeed.
    pub(crate) fn run(&self, line: &str) {
        let mut words = line.split(' ');
        let output = self.command(words.next().unwrap()).args(words).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn ip(&self, line: &str) {
        self.run(&format!("ip {line}"));
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.keeper.kill());
        drop(self.keeper.wait());
    }
}
