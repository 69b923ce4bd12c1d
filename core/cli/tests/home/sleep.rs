//! The sleep of the system, told by a logind of the test's own on a bus of its own.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use zbus::zvariant;

use crate::bed::{ARRIVAL_MAX, DOCS, Home, noise, until};

/// How long a read may still wait once the system is about to sleep: logind gives 5 s.
const ANSWERED_MAX: Duration = Duration::from_secs(4);

/// What the bus is told to be: private, and anybody may own any name on it.
const CONFIG: &str = "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
    \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\"><busconfig><type>session</type>\
    <listen>unix:dir=/tmp</listen><auth>EXTERNAL</auth><policy context=\"default\">\
    <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>";

/// A bus with a logind on it.
struct Bus {
    daemon: Child,
    address: String,
    connection: zbus::Connection,
    runtime: tokio::runtime::Runtime,
    /// The other end of each lock that was handed out: it ends when the lock is given back.
    locks: Receiver<OwnedFd>,
}

struct Logind(Sender<OwnedFd>);

#[zbus::interface(name = "org.freedesktop.login1.Manager")]
impl Logind {
    fn inhibit(&self, what: &str, _who: &str, _why: &str, mode: &str) -> zvariant::OwnedFd {
        assert_eq!((what, mode), ("sleep", "delay"));
        let (kept, given) = std::io::pipe().unwrap();
        drop(self.0.send(kept.into()));
        OwnedFd::from(given).into()
    }
}

impl Bus {
    fn start() -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let config = place.path().join("bus.conf");
        fs::write(&config, CONFIG).unwrap();
        let mut command = Command::new("dbus-daemon");
        command.arg(format!("--config-file={}", config.display()));
        command.args(["--nofork", "--print-address"]).stdout(Stdio::piped());
        let Ok(mut daemon) = command.spawn() else {
            eprintln!("NOT RUN: this system has no dbus-daemon (apt-get install dbus)");
            return None;
        };
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        let (told, locks) = channel();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let connection = runtime.block_on(async {
            let builder = zbus::connection::Builder::address(&*address).unwrap();
            let builder = builder.serve_at("/org/freedesktop/login1", Logind(told)).unwrap();
            builder.name("org.freedesktop.login1").unwrap().build().await.unwrap()
        });
        Some(Self { daemon, address, connection, runtime, locks })
    }

    fn lock(&self) -> fs::File {
        self.locks.recv_timeout(ARRIVAL_MAX).unwrap().into()
    }

    fn prepare_for_sleep(&self, asleep: bool) {
        let emitted = self.connection.emit_signal(
            None::<&str>,
            "/org/freedesktop/login1",
            "org.freedesktop.login1.Manager",
            "PrepareForSleep",
            &asleep,
        );
        self.runtime.block_on(emitted).unwrap();
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        drop(self.daemon.kill());
        drop(self.daemon.wait());
    }
}

#[test]
fn a_read_that_waits_is_answered_before_the_system_sleeps_and_all_goes_on_when_it_wakes() {
    if !Path::new("/dev/fuse").exists() {
        eprintln!("NOT RUN: this system has no /dev/fuse (apt-get install fuse3)");
        return;
    }
    let Some(bus) = Bus::start() else { return };
    let home = Home::of(2);
    let [a, b] = home.each();
    b.stop();
    b.ride(&bus.address);
    b.start();
    a.meet(b);
    a.write("far.bin", noise(1, 3 << 20));
    a.create(DOCS);
    let top = tempfile::tempdir().unwrap();
    b.tell(&["drive", "mount", top.path().to_str().unwrap()]);
    let far = top.path().join(DOCS).join("far.bin");
    until("the drive shows it", ARRIVAL_MAX, || far.exists());
    let mut lock = bus.lock();
    a.freeze();
    let reading = std::thread::spawn({
        let far = far.clone();
        move || (fs::read(far).map(drop), Instant::now())
    });
    // Long enough to be waiting for the other device.
    std::thread::sleep(Duration::from_millis(500));
    assert!(!reading.is_finished());
    let asleep = Instant::now();
    bus.prepare_for_sleep(true);
    assert_eq!(lock.read(&mut [0]).unwrap(), 0, "the lock is given back");
    assert!(asleep.elapsed() < ANSWERED_MAX, "{:?}", asleep.elapsed());
    until("the read has ended", ANSWERED_MAX, || reading.is_finished());
    let (read, ended) = reading.join().unwrap();
    assert_eq!(read.unwrap_err().raw_os_error(), Some(5), "EIO");
    assert!(ended - asleep < ANSWERED_MAX, "{:?}", ended - asleep);
    a.thaw();
    bus.prepare_for_sleep(false);
    let _locked_again = bus.lock();
    until("it is read", ARRIVAL_MAX, || fs::read(&far).is_ok_and(|read| read == noise(1, 3 << 20)));
    b.tell(&["drive", "unmount"]);
}
