//! Devices on networks of their own: discovery, and links that go down and come back.
//!
//! Each device lives in a thread of its own inside a network namespace; a cable joins two. Needs
//! root and `ip`; without them the tests say so and pass.

use std::fs::File;
use std::future::Future;
use std::os::fd::AsFd;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bytes::Bytes;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::sync::oneshot;

use super::{Device, Home};
use crate::{Config, DownReason, Endpoint, Event, Identity, InviteEnd};

const HOME_KEY: [u8; 32] = [42; 32];
const CODE: &str = "12345678";

/// Two namespaces and the cable between them.
struct Cable {
    spaces: [String; 2],
}

impl Cable {
    /// `None`, and a word about it, where namespaces can't be made.
    fn new() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = |end| format!("hft{}-{number}{end}", std::process::id());
        let spaces = [name('a'), name('b')];
        if !spaces.iter().all(|space| ip(&["netns", "add", space])) {
            println!("skipped: network namespaces need root and ip(8)");
            return None;
        }
        let cable = Self { spaces };
        let [a, b] = &cable.spaces;
        let made = ip(&[
            "link", "add", "eth0", "netns", a, "type", "veth", "peer", "name", "eth0", "netns", b,
        ]);
        assert!(made);
        for (space, address) in [(a, "10.77.0.1/24"), (b, "10.77.0.2/24")] {
            assert!(ip(&["-n", space, "address", "add", address, "dev", "eth0"]));
            assert!(ip(&["-n", space, "link", "set", "lo", "up"]));
            assert!(ip(&["-n", space, "link", "set", "eth0", "up"]));
            assert!(ip(&["-n", space, "route", "add", "default", "dev", "eth0"]));
        }
        Some(cable)
    }

    fn set(&self, end: usize, state: &str) {
        assert!(ip(&["-n", &self.spaces[end], "link", "set", "eth0", state]));
        if state == "up" {
            // The kernel drops routes with their interface.
            ip(&["-n", &self.spaces[end], "route", "add", "default", "dev", "eth0"]);
        }
    }

    /// Runs `work` in a thread inside a namespace.
    fn within<W, F>(&self, end: usize, work: W) -> JoinHandle<()>
    where
        W: FnOnce() -> F + Send + 'static,
        F: Future<Output = ()>,
    {
        let path = format!("/run/netns/{}", self.spaces[end]);
        thread::spawn(move || {
            let space = File::open(path).unwrap();
            move_into_link_name_space(space.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(work());
        })
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        for space in &self.spaces {
            ip(&["netns", "delete", space]);
        }
    }
}

fn ip(arguments: &[&str]) -> bool {
    Command::new("ip").args(arguments).output().is_ok_and(|output| output.status.success())
}

/// A device that takes part in discovery.
fn device(identity: Identity, home: &Home, home_key: Option<[u8; 32]>) -> Device {
    let (endpoint, events) = Endpoint::bind(Config {
        identity: Arc::new(identity),
        listen: "[::]:0".parse().unwrap(),
        members: Arc::new(home.clone()),
        discovery: true,
        home_key,
        hello: Bytes::new(),
    })
    .unwrap();
    Device { endpoint, events }
}

fn two_members(home: &Home) -> (Identity, Identity) {
    let (a, b) = (Identity::generate().unwrap(), Identity::generate().unwrap());
    home.admit(a.device());
    home.admit(b.device());
    (a, b)
}

fn both_end(a: JoinHandle<()>, b: JoinHandle<()>) {
    a.join().unwrap();
    b.join().unwrap();
}

#[test]
fn members_find_each_other_without_an_address_and_again_after_the_cable_was_out() {
    let Some(cable) = Cable::new() else { return };
    let home = Home::default();
    let (a, b) = two_members(&home);
    let (id_a, id_b) = (a.device(), b.device());
    let (up, cut) = (oneshot::channel(), oneshot::channel());
    let (plug, plugged) = (oneshot::channel(), oneshot::channel());
    let at_home = home.clone();
    let first = cable.within(0, async move || {
        let mut device = device(a, &at_home, Some(HOME_KEY));
        let start = Instant::now();
        device.endpoint.keep(vec![(id_b, vec![])]);
        device.up(id_b).await;
        println!("found after {:?}", start.elapsed());
        up.0.send(()).unwrap();
        cut.1.await.unwrap();
        let start = Instant::now();
        assert_eq!(device.down(id_b).await, DownReason::Silent);
        println!("cable out noticed after {:?}", start.elapsed());
        assert!(start.elapsed() < Duration::from_secs(19));
        plug.0.send(()).unwrap();
        plugged.1.await.unwrap();
        let start = Instant::now();
        device.up(id_b).await;
        println!("up again after {:?}", start.elapsed());
        assert!(start.elapsed() < Duration::from_secs(6));
    });
    let second = cable.within(1, async move || {
        let mut device = device(b, &home, Some(HOME_KEY));
        device.endpoint.keep(vec![(id_a, vec![])]);
        device.up(id_a).await;
        // It learns of it by silence or, if that is later, when the cable is back.
        let reason = device.down(id_a).await;
        assert!(matches!(reason, DownReason::Silent | DownReason::Left), "{reason:?}");
        device.up(id_a).await;
        // The other one says goodbye when it has seen enough.
        device.down(id_a).await;
    });
    up.1.blocking_recv().unwrap();
    cable.set(0, "down");
    cut.0.send(()).unwrap();
    plug.1.blocking_recv().unwrap();
    cable.set(0, "up");
    plugged.0.send(()).unwrap();
    both_end(first, second);
}

#[test]
fn an_inviting_device_is_found_without_an_address() {
    let Some(cable) = Cable::new() else { return };
    let home = Home::default();
    let inviting = home.clone();
    let inviter = cable.within(0, async move || {
        let mut device = device(Identity::generate().unwrap(), &inviting, None);
        device.endpoint.invite(CODE, Duration::from_secs(600), 3).unwrap();
        let event = device.next_but_link_changed().await;
        let Event::Joining { answer, address, .. } = event else { panic!("{event:?}") };
        assert!(!address.ip().is_loopback(), "{address}");
        answer.send(Bytes::from_static(b"welcome")).unwrap();
        let event = device.next_but_link_changed().await;
        assert!(matches!(event, Event::InviteEnded { end: InviteEnd::Joined(_) }), "{event:?}");
    });
    let joiner = cable.within(1, async move || {
        let device = device(Identity::generate().unwrap(), &home, None);
        let start = Instant::now();
        let welcome = device.endpoint.join(CODE, &[], Bytes::new()).await.unwrap();
        println!("joined after {:?}", start.elapsed());
        assert_eq!(welcome.answer, "welcome");
    });
    both_end(inviter, joiner);
}

#[test]
fn devices_of_another_home_are_not_even_dialled() {
    let Some(cable) = Cable::new() else { return };
    let home = Home::default();
    let (a, b) = two_members(&home);
    let (id_a, id_b) = (a.device(), b.device());
    let ours = home.clone();
    let first = cable.within(0, async move || {
        let mut device = device(a, &ours, Some(HOME_KEY));
        device.endpoint.keep(vec![(id_b, vec![])]);
        tokio::time::sleep(Duration::from_secs(2)).await;
        device.quiet().await;
    });
    let second = cable.within(1, async move || {
        let mut device = device(b, &home, Some([43; 32]));
        device.endpoint.keep(vec![(id_a, vec![])]);
        tokio::time::sleep(Duration::from_secs(2)).await;
        device.quiet().await;
    });
    both_end(first, second);
}

#[test]
fn a_device_that_looks_for_a_home_is_seen_by_its_name_and_no_longer_than_it_looks() {
    let Some(cable) = Cable::new() else { return };
    let home = Home::default();
    let (seen, enough) = oneshot::channel();
    let looking = home.clone();
    let seeker = cable.within(0, async move || {
        let device = device(Identity::generate().unwrap(), &looking, None);
        device.endpoint.set_name("laptop");
        let seeking = device.endpoint.seek();
        enough.await.unwrap();
        drop(seeking);
        // Its goodbye has to get out.
        tokio::time::sleep(Duration::from_secs(2)).await;
    });
    let other = cable.within(1, async move || {
        let device = device(Identity::generate().unwrap(), &home, None);
        let mut changes = device.endpoint.nearby_changes().unwrap();
        let names = || {
            let nearby = device.endpoint.nearby().unwrap().devices;
            assert!(nearby.iter().all(|one| !one.inviting && !one.addresses.is_empty()));
            nearby.into_iter().map(|one| one.name).collect::<Vec<_>>()
        };
        while names() != ["laptop"] {
            changes.changed().await.unwrap();
        }
        seen.send(()).unwrap();
        while !names().is_empty() {
            changes.changed().await.unwrap();
        }
    });
    both_end(seeker, other);
}
