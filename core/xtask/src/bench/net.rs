//! Devices as network namespaces on a switch without a way out, and what each of them uses.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use rustix::process::{Pid, Signal};

use super::machine;
use super::place::Place;
use crate::process::Process;

/// The namespace that holds the switch.
const SWITCH: &str = "homefold-x";

/// How many devices there are at most.
const NODES: [char; 3] = ['a', 'b', 'c'];

/// One device: its address, its folder, its private state, its control group.
pub(crate) struct Node {
    pub(crate) letter: char,
    pub(crate) ip: String,
    /// The folder that is kept in sync.
    pub(crate) folder: PathBuf,
    /// Keys, databases, sockets and logs of the peer.
    pub(crate) home: PathBuf,
    namespace: String,
    group: PathBuf,
}

/// All devices. Dropping it ends everything that runs in them.
pub(crate) struct Network {
    pub(crate) nodes: Vec<Node>,
}

impl Network {
    /// Makes the switch and three devices; what an earlier run left behind is removed first.
    ///
    /// # Errors
    /// When a namespace or a control group cannot be made.
    pub(crate) fn up(place: &Place) -> Result<Self> {
        let network =
            Self { nodes: NODES.iter().map(|&letter| Node::new(letter, place)).collect() };
        network.tear_down();
        ip(&["netns", "add", SWITCH])?;
        ip(&["-n", SWITCH, "link", "add", "br0", "type", "bridge"])?;
        ip(&["-n", SWITCH, "link", "set", "br0", "up"])?;
        for node in &network.nodes {
            node.connect().with_context(|| format!("making the device {}", node.letter))?;
        }
        Ok(network)
    }

    /// Ends every process of every device, empties their folders and makes them anew.
    ///
    /// # Errors
    /// When a folder cannot be removed.
    pub(crate) fn clean(&self, place: &Place) -> Result<()> {
        self.kill_all();
        let _ = fs::remove_dir_all(place.run());
        for node in &self.nodes {
            fs::create_dir_all(&node.folder)?;
            fs::create_dir_all(&node.home)?;
        }
        fs::create_dir_all(place.stage())?;
        place.flush()
    }

    /// Ends every process of every device.
    pub(crate) fn kill_all(&self) {
        self.nodes.iter().for_each(Node::kill_all);
    }

    fn tear_down(&self) {
        self.kill_all();
        for node in &self.nodes {
            let _ = ip(&["netns", "del", &node.namespace]);
            let _ = fs::remove_dir(&node.group);
        }
        let _ = ip(&["netns", "del", SWITCH]);
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.tear_down();
    }
}

impl Node {
    fn new(letter: char, place: &Place) -> Self {
        let groups = match machine::unified_groups() {
            true => "/sys/fs/cgroup",
            false => "/sys/fs/cgroup/cpuacct",
        };
        let here = place.run().join(letter.to_string());
        Self {
            letter,
            ip: format!("10.77.0.{}", letter as u32 - 'a' as u32 + 1),
            folder: here.join("folder"),
            home: here.join("home"),
            namespace: format!("homefold-{letter}"),
            group: Path::new(groups).join(format!("homefold-bench-{letter}")),
        }
    }

    fn connect(&self) -> Result<()> {
        fs::create_dir_all(&self.group).context("making a control group")?;
        let (port, own, address) = (format!("port-{}", self.letter), &self.namespace, &self.ip);
        ip(&["netns", "add", own])?;
        let pair = ["type", "veth", "peer", "name", "eth0", "netns", own];
        ip(&[&["-n", SWITCH, "link", "add", &port][..], &pair[..]].concat())?;
        ip(&["-n", SWITCH, "link", "set", &port, "master", "br0", "up"])?;
        ip(&["-n", own, "addr", "add", &format!("{address}/24"), "dev", "eth0"])?;
        ip(&["-n", own, "link", "set", "eth0", "up"])?;
        ip(&["-n", own, "link", "set", "lo", "up"])
    }

    /// A command that will run in this device: its network, its control group, its home.
    ///
    /// # Errors
    /// When this program cannot find itself.
    pub(crate) fn command(&self, program: &str) -> Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["enter", "--namespace", &self.namespace, "--group"]).arg(&self.group);
        command.arg("--").arg(program).env("HOME", &self.home);
        Ok(command)
    }

    /// Starts a command of this device; what it says on standard error goes to a log in its home.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start(&self, name: &str, command: &mut Command) -> Result<Process> {
        let log = fs::File::options().create(true).append(true).open(self.log(name))?;
        Process::start(name, command.stderr(log))
    }

    /// Runs a command of this device to its end.
    ///
    /// # Errors
    /// When it takes longer than `limit` or ends with anything but 0.
    pub(crate) fn run(&self, name: &str, command: &mut Command, limit: Duration) -> Result<()> {
        let status = self.start(name, command)?.end(limit)?;
        if !status.success() {
            let log = fs::read_to_string(self.log(name)).unwrap_or_default();
            bail!("{name}: {status}: {}", log.lines().last().unwrap_or_default());
        }
        Ok(())
    }

    fn log(&self, name: &str) -> PathBuf {
        self.home.join(format!("{}.log", name.replace(' ', "-")))
    }

    /// The processes that run in this device.
    pub(crate) fn processes(&self) -> Vec<i32> {
        let listed = fs::read_to_string(self.group.join("cgroup.procs")).unwrap_or_default();
        listed.lines().filter_map(|line| line.parse().ok()).collect()
    }

    /// Ends them: asked first, then killed.
    fn kill_all(&self) {
        for signal in [Signal::TERM, Signal::KILL] {
            for pid in self.processes().into_iter().filter_map(Pid::from_raw) {
                let _ = rustix::process::kill_process(pid, signal);
            }
            let end = Instant::now() + Duration::from_secs(5);
            while !self.processes().is_empty() && Instant::now() < end {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// Seconds of processor time that everything in this device has used.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let read = |name| fs::read_to_string(self.group.join(name)).unwrap_or_default();
        if machine::unified_groups() {
            let stat = read("cpu.stat");
            let micros = stat.lines().find_map(|line| line.strip_prefix("usage_usec "));
            return micros.and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0) / 1e6;
        }
        read("cpuacct.usage").trim().parse::<f64>().unwrap_or(0.0) / 1e9
    }

    /// Resident bytes, summed over its processes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        let of = |pid: i32| -> Option<u64> {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
            line.split_whitespace().next()?.parse().ok()
        };
        self.processes().into_iter().filter_map(of).sum::<u64>() * 1024
    }

    /// Bytes that this device has sent, as the kernel counts them at its end of the cable.
    pub(crate) fn sent_bytes(&self) -> u64 {
        let mut command = Command::new("ip");
        command.args([
            "netns",
            "exec",
            &self.namespace,
            "cat",
            "/sys/class/net/eth0/statistics/tx_bytes",
        ]);
        let output = command.output().map(|output| output.stdout).unwrap_or_default();
        String::from_utf8_lossy(&output).trim().parse().unwrap_or(0)
    }

    /// Limits the link in both directions to so many Mbit/s.
    ///
    /// # Errors
    /// When the kernel cannot shape.
    pub(crate) fn shape(&self, mbit: u32) -> Result<()> {
        for (namespace, device) in
            [(self.namespace.as_str(), "eth0".into()), (SWITCH, format!("port-{}", self.letter))]
        {
            let mut command = Command::new("tc");
            command.args(["-n", namespace, "qdisc", "replace", "dev", &device, "root", "tbf"]);
            command.args(["rate", &format!("{mbit}mbit"), "burst", "256kb", "latency", "20ms"]);
            checked(&mut command)?;
        }
        Ok(())
    }

    /// Takes the limit away.
    pub(crate) fn unshape(&self) {
        for (namespace, device) in
            [(self.namespace.as_str(), "eth0".into()), (SWITCH, format!("port-{}", self.letter))]
        {
            let mut command = Command::new("tc");
            let _ =
                command.args(["-n", namespace, "qdisc", "del", "dev", &device, "root"]).output();
        }
    }
}

fn ip(arguments: &[&str]) -> Result<()> {
    checked(Command::new("ip").args(arguments))
}

fn checked(command: &mut Command) -> Result<()> {
    let output = command.output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}: {}", crate::step::typed(command), said.trim());
    }
    Ok(())
}

/// The bench's own way into a device: not for people.
#[derive(Args)]
pub(crate) struct EnterOptions {
    #[arg(long)]
    namespace: String,
    #[arg(long)]
    group: PathBuf,
    #[arg(last = true, required = true)]
    command: Vec<std::ffi::OsString>,
}

/// Joins the device's control group and becomes the command, in the device's network. Only the network changes, so
/// that the harness sees the same files.
///
/// # Errors
/// When the group cannot be joined or the command not be started.
pub(crate) fn enter(options: &EnterOptions) -> Result<()> {
    fs::write(options.group.join("cgroup.procs"), std::process::id().to_string())
        .context("joining a control group")?;
    let mut command = Command::new("nsenter");
    command.arg(format!("--net=/run/netns/{}", options.namespace)).args(&options.command);
    Err(command.exec()).context("entering a network namespace")
}
