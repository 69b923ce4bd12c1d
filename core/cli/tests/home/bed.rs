//! A home of real devices: started, paired, sharing a folder; ended when the test ends, however it ends.
//!
//! Every wait has a deadline. When a test fails, each device says how it is and what it logged last.

mod device;
mod invite;
mod matter;
mod network;
mod tree;

use std::time::{Duration, Instant};

use tempfile::TempDir;

pub(crate) use device::Device;
pub(crate) use invite::Invite;
pub(crate) use matter::{Chance, noise};
pub(crate) use network::Network;
pub(crate) use tree::{Standing, Tree, difference};

/// How long anything may take until it has arrived: long, for machines that are busy.
pub(crate) const ARRIVAL_MAX: Duration = Duration::from_secs(60);

/// The folder that a home shares unless a test says otherwise.
pub(crate) const DOCS: &str = "docs";

/// Devices that trust each other.
pub(crate) struct Home {
    // Dropped first: a device in a namespace is gone before its network.
    devices: Vec<Device>,
    pub(crate) network: Option<Network>,
    _place: TempDir,
}

impl Home {
    /// So many devices called a, b, c …, on loopback; each let in by the one before it.
    pub(crate) fn of(count: usize) -> Self {
        let home = Self::unpaired(count);
        home.pair();
        home
    }

    /// The same, not yet a home.
    pub(crate) fn unpaired(count: usize) -> Self {
        let place = place();
        let devices = names(count).map(|name| Device::new(&name, place.path(), None)).collect();
        Self { devices, network: None, _place: place }.started()
    }

    /// So many devices with a network each, on one switch; `None` if that can't be made here.
    pub(crate) fn on_a_switch(count: usize) -> Option<Self> {
        let home = Self::unpaired_on_a_switch(count)?;
        home.pair();
        Some(home)
    }

    /// The same, not yet a home; they look for each other in that network.
    pub(crate) fn unpaired_on_a_switch(count: usize) -> Option<Self> {
        let network = Network::up(count)?;
        let place = place();
        let device = |(at, name): (usize, String)| {
            Device::new(&name, place.path(), Some(network.node(at).clone()))
        };
        let devices = names(count).enumerate().map(device).collect();
        Some(Self { devices, network: Some(network), _place: place }.started())
    }

    fn started(self) -> Self {
        self.devices.iter().for_each(Device::start);
        self
    }

    fn pair(&self) {
        for two in self.devices.windows(2) {
            two[0].admit(&two[1], "admin");
        }
    }

    /// All devices, in the order of their names.
    pub(crate) fn each<const N: usize>(&self) -> [&Device; N] {
        self.devices.iter().collect::<Vec<_>>().try_into().unwrap_or_else(|_| {
            panic!("the home has {} devices", self.devices.len());
        })
    }

    /// The network that the home was given.
    pub(crate) fn net(&self) -> &Network {
        self.network.as_ref().unwrap()
    }

    /// The first device shares what its directory holds; the others take part.
    pub(crate) fn share(&self) {
        let (first, others) = self.devices.split_first().unwrap();
        first.create(DOCS);
        others.iter().for_each(|other| other.attach(DOCS));
        self.settle();
    }

    /// One call of the barrier on each device: afterwards everything is everywhere.
    pub(crate) fn settle(&self) {
        self.devices.iter().for_each(Device::settle);
    }

    /// One call of the barrier on each device, then all hold the same, byte for byte.
    pub(crate) fn agree(&self) -> Tree {
        self.settle();
        same(&self.devices.iter().collect::<Vec<_>>())
    }
}

/// All these devices hold the same, byte for byte: that.
pub(crate) fn same(devices: &[&Device]) -> Tree {
    let (first, others) = devices.split_first().unwrap();
    let tree = first.tree();
    for other in others {
        let different = difference(&tree, &other.tree());
        assert!(
            different.is_empty(),
            "{} (left) and {} differ:\n{}",
            first.name,
            other.name,
            different.join("\n")
        );
    }
    tree
}

/// Waits until `done`; how long that took.
pub(crate) fn until(what: &str, limit: Duration, mut done: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < limit, "after {limit:?} it was not so that {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
    began.elapsed()
}

/// For `time`, looks again and again whether it is still so.
pub(crate) fn stays(what: &str, time: Duration, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while began.elapsed() < time {
        assert!(so(), "after {:?} it was no longer so that {what}", began.elapsed());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Where the devices of a home keep everything; it stays if `HOMEFOLD_KEEP` is set, to be looked at.
fn place() -> TempDir {
    let mut place = tempfile::tempdir().unwrap();
    place.disable_cleanup(std::env::var_os("HOMEFOLD_KEEP").is_some());
    place
}

fn names(count: usize) -> impl Iterator<Item = String> {
    ('a'..='z').take(count).map(String::from)
}
