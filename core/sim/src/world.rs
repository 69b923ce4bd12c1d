//! The world: true time, everything that is going to happen, and the devices that it happens to.
//!
//! One queue in the order of time; equal times in the order in which they were put there. Rooms: `life`
//! (starting, killing), `turn` (the engine's door), `lane` (changes of the disk), `look` (scans and the
//! watcher), `links` (connections and messages), `bulk` (bytes), `people` (programs and wishes),
//! `fate` (what breaks), `quiet` (waiting until nothing is left to do, and what must hold then).

mod bulk;
mod fate;
mod keeping;
mod lane;
mod life;
mod links;
mod look;
mod people;
mod quiet;
mod turn;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use engine::Event;
use engine::home::HomeError;
use wire::{Message, Want};

use crate::clock::Moment;
use crate::device::Device;
use crate::disk::user::Step;
use crate::home;
use crate::network::Network;
use crate::oracle::{Oracle, Violation};
use crate::pace::Pace;
use crate::random::Random;
use crate::script::{Script, Statement, Who};
use crate::trace::Trace;

/// Something that is going to happen.
pub(crate) enum Work {
    /// A program does a step.
    Program(usize, Step),
    /// The service looks at its inbox.
    Wake(usize, u64),
    /// The engine's timer.
    Timer(usize, u64),
    /// An event reaches the inbox; void if the folder was opened anew since (`u64::MAX`: never).
    Tell(usize, u64, u64, Box<Event>),
    /// The next thing on the disk.
    Lane(usize, u64, u64),
    /// The next stretch of a scan.
    Scan(usize, u64, u64),
    /// The watcher reports.
    Watch(usize, u64),
    /// A scan because the watcher sees nothing.
    Rescan(usize, u64),
    /// The service starts again.
    Start(usize),
    /// The folder is opened again after its index failed.
    Reopen(usize, u64),
    /// Two devices try to connect.
    Dial(usize, usize),
    /// An end of a connection comes up or goes down: whose, to whom, which connection.
    End(usize, usize, u64, bool),
    /// A message arrives: from, to, over which connection.
    Arrive(usize, usize, u64, Box<Message>),
    /// A bulk request is on its way.
    Bulk(Box<bulk::Errand>),
}

/// What is asked of a holder.
pub(crate) type Wants = Vec<Want>;

/// A simulated home and all around it.
pub struct World {
    /// True time.
    pub now: Moment,
    /// The computers.
    pub devices: Vec<Device>,
    /// What happened.
    pub trace: Trace,
    /// Bytes of files that came over the network.
    pub fetched: u64,
    queue: BTreeMap<(Moment, u64), Work>,
    serial: u64,
    network: Network,
    oracle: Oracle,
    pace: Pace,
    random: Random,
    /// When something last changed anywhere.
    active: Moment,
    /// What the services did with their disks, and told.
    deeds: u64,
    /// Files whose bytes the services gave up.
    evictions: u64,
    /// Whether files need not be on every device.
    keeps: bool,
    failure: Option<Violation>,
    /// Devices whose programs may not change the folder, or could not for some time.
    denied: BTreeSet<usize>,
    /// Of them, those whose right to change it was given or taken during the run.
    unclear: BTreeSet<usize>,
    /// Whether messages are encoded and decoded on their way.
    encodes: bool,
    /// Things that happened since the day began.
    steps: u64,
    day: Moment,
}

/// Things that may happen in a day: honest ones have a tenth of it, more is a loop (L1).
const DAY_STEPS_MAX: u64 = 300_000;
const DAY: Duration = Duration::from_secs(86_400);

/// The engine as it runs here.
pub(crate) type Service = engine::Engine<crate::index::MapIndex>;

impl World {
    /// The world of a script, in which everything that the script leaves open comes from `random`.
    ///
    /// # Errors
    /// [`HomeError`] if the script's home can't be.
    pub fn new(
        script: &Script,
        pace: Pace,
        random: &Random,
        trace: Trace,
    ) -> Result<Self, HomeError> {
        let records = home::found(script)?;
        let mut making = random.split("devices");
        let mut devices: Vec<Device> =
            (0..script.devices).map(|place| Device::new(Who(place), &mut making)).collect();
        for device in &mut devices {
            device.records.clone_from(&records);
            device.attached = !script.detached.contains(&device.who);
        }
        let mut world = Self {
            now: Moment::default(),
            devices,
            trace,
            fetched: 0,
            queue: BTreeMap::new(),
            serial: 0,
            network: Network::default(),
            oracle: Oracle::default(),
            pace,
            random: random.split("world"),
            active: Moment::default(),
            deeds: 0,
            evictions: 0,
            keeps: !script.modes.is_empty(),
            failure: None,
            denied: BTreeSet::new(),
            unclear: BTreeSet::new(),
            encodes: making.percent(20),
            steps: 0,
            day: Moment::default(),
        };
        for place in 0..world.devices.len() {
            if !home::role_of(script, Who(place)).may_write() {
                world.denied.insert(place);
            }
        }
        for device in &world.devices {
            world.trace.call(&format!("{:?}", device.id), &device.who.to_string());
        }
        for device in &world.devices {
            if let Some(Ok(own)) = device.index.as_ref().map(engine::index::Index::identity) {
                world.trace.call(&format!("{:x}", own.actor.0), &device.who.to_string());
            }
        }
        for device in 0..world.devices.len() {
            world.start(device);
        }
        Ok(world)
    }

    /// The rule that was broken first.
    #[must_use]
    pub fn failure(&self) -> Option<&Violation> {
        self.failure.as_ref()
    }

    /// Carries out a statement. Nothing more happens after a rule was broken.
    pub fn state(&mut self, statement: &Statement) {
        if self.failure.is_some() {
            return;
        }
        self.trace.note(self.now, 1, format_args!("--- {statement}"));
        match statement {
            Statement::After(span) => self.run_for(*span),
            Statement::Settle => self.settle(),
            Statement::Count => self.fetched = 0,
            Statement::Deed(who, deed) => self.program(who.0, deed),
            Statement::Cut(a, b) => self.cut(a.0, b.0),
            Statement::Join(a, b) => self.rejoin(a.0, b.0),
            Statement::Fate(who, fate) => self.befall(who.0, fate),
            Statement::Wish(who, wish) => self.wish(who.0, wish),
            Statement::Expect(who, expectation) => self.expect(who.0, expectation),
        }
    }

    /// Lets time pass.
    pub fn run_for(&mut self, span: Duration) {
        let end = self.now.after(span);
        while self.failure.is_none() && self.step(end) {}
        self.now = self.now.max(end);
    }

    /// Does the next thing, unless it happens after `end`.
    fn step(&mut self, end: Moment) -> bool {
        let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= end) else {
            return false;
        };
        let ((at, _), work) = entry.remove_entry();
        self.now = self.now.max(at);
        if self.now.since(self.day) > DAY {
            (self.day, self.steps) = (self.now, 0);
        }
        self.steps += 1;
        if self.steps > DAY_STEPS_MAX {
            self.fail("L1 (it spins)", format!("{DAY_STEPS_MAX} things happened in a day"));
            return false;
        }
        self.happen(work);
        true
    }

    fn happen(&mut self, work: Work) {
        match work {
            Work::Program(device, step) => self.program_step(device, &step),
            Work::Wake(device, life) if self.lives(device, life) => self.wake(device),
            Work::Timer(device, life) if self.lives(device, life) => self.ring(device),
            Work::Tell(device, life, opening, event) if self.lives(device, life) => {
                if opening == u64::MAX || self.opening(device) == opening {
                    self.tell(device, *event);
                }
            }
            Work::Lane(device, life, opening) if self.lives(device, life) => {
                if self.opening(device) == opening {
                    self.work_on_disk(device);
                }
            }
            Work::Scan(device, life, number) if self.lives(device, life) => {
                self.go_on_scanning(device, number);
            }
            Work::Watch(device, life) if self.lives(device, life) => self.report_dirty(device),
            Work::Rescan(device, life) if self.lives(device, life) => self.rescan_blindly(device),
            Work::Reopen(device, life) if self.lives(device, life) => self.open_folder(device),
            Work::Wake(..)
            | Work::Timer(..)
            | Work::Tell(..)
            | Work::Lane(..)
            | Work::Scan(..)
            | Work::Watch(..)
            | Work::Rescan(..)
            | Work::Reopen(..) => {}
            Work::Start(device) => self.start(device),
            Work::Dial(a, b) => self.dial(a, b),
            Work::End(device, peer, number, up) => self.end(device, peer, number, up),
            Work::Arrive(from, to, number, message) => self.arrive(from, to, number, *message),
            Work::Bulk(errand) => self.run_errand(*errand),
        }
    }

    fn schedule(&mut self, after: Duration, work: Work) {
        self.schedule_at(self.now.after(after), work);
    }

    fn schedule_at(&mut self, at: Moment, work: Work) {
        self.serial += 1;
        self.queue.insert((at, self.serial), work);
    }

    /// Whether the service that was started as number `life` still runs.
    fn lives(&self, device: usize, life: u64) -> bool {
        self.devices[device].life == life && self.devices[device].run.is_some()
    }

    fn opening(&self, device: usize) -> u64 {
        self.devices[device].run.as_ref().map_or(0, |run| run.opening)
    }

    fn device_of(&self, id: model::DeviceId) -> Option<usize> {
        self.devices.iter().position(|device| device.id == id)
    }

    /// Something changed: it is not quiet yet.
    fn stir(&mut self) {
        self.active = self.now;
    }

    fn judge(&mut self, verdict: Result<(), Violation>) {
        if let Err(violation) = verdict {
            self.trace.note(self.now, 2, format_args!("!!! {violation}"));
            self.failure.get_or_insert(violation);
        }
    }

    fn fail(&mut self, rule: &'static str, text: String) {
        self.judge(Err(Violation { rule, text }));
    }
}
