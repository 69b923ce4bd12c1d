//! Starting and leaving, and what happens from time to time in between.
//!
//! Start: data dir, lock, log, key, home, network, engine, doors, the ready line; folders are opened
//! beside that, so that commands are answered at once. Leaving: no new work, goodbyes, the indexes are
//! closed; what takes longer than [`LEAVE_MAX`] is left to the next start, which finds its way.

mod heal;
mod limits;
mod ready;
mod rounds;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use api::server::{Door, Token, router};
use engine::home::{Home, Keys as _};
use store::StoreError;
use store::lock::Lock;
use store::reserve::Reserve;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, oneshot, watch};
use transport::{BindError, Config, Endpoint, Events};

use crate::api::Face;
use crate::execute::Hands;
use crate::home::{Book, DeviceKeys, Roster, View};
use crate::node::{Node, Pause};
use crate::place::Place;
use crate::runloop::{self, Core, Inbox};
use crate::{Options, folders, log, receive};

pub(crate) use rounds::apply_pause;

/// The port that is tried first if none was asked for.
const PORT: u16 = 22_700;
/// How long leaving may take in all: whoever asks for it waits two seconds. The threads that are left then
/// end with the process.
const LEAVE_MAX: Duration = Duration::from_millis(1700);
/// What of that the engine has for closing the indexes, and the runtime for ending.
const CLOSE_MAX: Duration = Duration::from_millis(500);
const END_MAX: Duration = Duration::from_millis(200);
/// How often, and how long apart, the data dir is asked for: together longer than leaving takes.
const LOCK_TRIES: u32 = 50;
const LOCK_AGAIN: Duration = Duration::from_millis(50);

/// Runs until asked to leave.
pub(crate) fn run(options: Options) -> anyhow::Result<()> {
    let place = Place::open(&options.data_dir)
        .with_context(|| format!("opening the data dir {}", options.data_dir.display()))?;
    let _lock = take_lock(place.root())?;
    let _log = log::start(&place.logs())?;
    limits::raise_open_files();
    let runtime = Builder::new_multi_thread().enable_all().thread_name("service").build()?;
    let result = serve(&runtime, options, place);
    runtime.shutdown_timeout(END_MAX);
    result
}

/// The right to the data dir. One that is leaving just then is waited for, so that a restart needs no
/// patience of whoever asks for it.
fn take_lock(root: &Path) -> anyhow::Result<Lock> {
    for _ in 0..LOCK_TRIES {
        match Lock::take(root) {
            Err(StoreError::Locked { .. }) => thread::sleep(LOCK_AGAIN),
            other => return Ok(other?),
        }
    }
    anyhow::bail!(
        "another service is running for {}; `homefold service stop`, or Ctrl-C where it runs, ends it",
        root.display()
    )
}

fn serve(runtime: &Runtime, options: Options, place: Place) -> anyhow::Result<()> {
    let doors = runtime.block_on(open_doors(&options, &place))?;
    let (node, inbox, events) = {
        let _inside = runtime.enter();
        build(&options, place, runtime.handle().clone())?
    };
    let core = Core::new(node.keys.clone(), (*node.home.get()).clone());
    let (alive, died) = oneshot::channel::<()>();
    let engine = {
        let (handle, mut hands) = (runtime.handle().clone(), Hands(Arc::clone(&node)));
        thread::Builder::new().name("engine".to_owned()).spawn(move || {
            let _alive = alive;
            runloop::run(&handle, core, inbox, &mut hands);
        })?
    };
    let by = runtime.block_on(async {
        let mut asked = Asked::new()?;
        node.runtime.spawn(receive::run(Arc::clone(&node), events));
        rounds::start(&node, options.name.filter(|name| node.book.is_new_name(name)));
        let place = ready::place_of(&doors);
        let serving: Vec<_> =
            doors.into_iter().map(|door| node.runtime.spawn(answer(&node, door))).collect();
        ready::tell(&node, &place)?;
        node.chronicle.tell(api::view::Event::Started);
        let died = tokio::select! {
            () = asked.leave() => false,
            // Nobody sends: the other end is dropped with the thread.
            _ = died => true,
        };
        let by = Instant::now() + LEAVE_MAX;
        leave(&node, serving, by - CLOSE_MAX).await;
        anyhow::ensure!(!died, "the engine's thread ended; its last words are in the log");
        anyhow::Ok(by)
    })?;
    join(engine, by);
    Ok(())
}

async fn open_doors(options: &Options, place: &Place) -> anyhow::Result<Vec<Door>> {
    let mut doors = vec![Door::unix(&place.socket()).await?];
    if let Some(address) = options.api {
        let token = Token::create(&place.token()).context("making the token of web clients")?;
        doors.push(Door::tcp(address, token).await?);
    }
    Ok(doors)
}

/// Lets clients in at a door until the service leaves.
fn answer(node: &Arc<Node>, door: Door) -> impl Future<Output = ()> + Send + use<> {
    let node = Arc::clone(node);
    let routes = router(&Arc::new(Face(Arc::clone(&node))));
    async move { door.serve(routes, async move { node.left().await }).await }
}

fn build(
    options: &Options,
    place: Place,
    runtime: Handle,
) -> anyhow::Result<(Arc<Node>, Inbox, Events)> {
    let keys = DeviceKeys::load(&place.key())?;
    let book = Book::open(&place.home())?;
    let reserve = Reserve::open(&place.reserve())?;
    let home = load_home(&book, &keys)?;
    let roster = Arc::new(Roster::default());
    roster.set_members(home.members().into_keys().collect());
    for device in book.paused_devices()? {
        roster.set_paused(device, true);
    }
    let name = own_name(options, &book)?;
    let (endpoint, events) = bind(options, &keys, &roster, home.tag_key())?;
    let (door, inbox) = runloop::door();
    let node = Node {
        me: keys.device(),
        keys,
        place,
        runtime,
        door,
        endpoint,
        roster,
        book,
        reserve,
        home: View::new(home),
        folders: folders::Folders::default(),
        outboxes: Default::default(),
        contacts: Default::default(),
        chronicle: crate::chronicle::Chronicle::new(),
        drives: Default::default(),
        views: Default::default(),
        invitation: Default::default(),
        comparisons: Default::default(),
        questions: Default::default(),
        heard: Default::default(),
        serving: Default::default(),
        remotes: Default::default(),
        offers: Default::default(),
        landing: Default::default(),
        arriving: Default::default(),
        flights: Default::default(),
        paces: Default::default(),
        rooms: Default::default(),
        measuring: Arc::new(tokio::sync::Semaphore::new(1)),
        home_changed: Notify::new(),
        founding: tokio::sync::Mutex::new(()),
        pause: Pause::default(),
        leaving: watch::Sender::new(false),
        name: Mutex::new(name),
        far: Default::default(),
        browsers: Default::default(),
    };
    node.contacts.recall(node.book.contacts()?);
    node.pause.set(node.book.pause()?);
    node.roster.set_all_paused(node.pause.is_on());
    Ok((Arc::new(node), inbox, events))
}

/// The home that this device belongs to, as it was kept.
fn load_home(book: &Book, keys: &DeviceKeys) -> anyhow::Result<Home> {
    let records = book.records()?;
    if records.is_empty() {
        return Ok(crate::home::none());
    }
    let home = Home::load(records).context("reading the home's settings")?;
    if home.is_member(&keys.device()) {
        return Ok(home);
    }
    tracing::warn!("this device was removed from its home; its files stay where they are");
    book.forget_home();
    Ok(crate::home::none())
}

/// The name that is given for the first time, or the one it has, or the computer's.
fn own_name(options: &Options, book: &Book) -> anyhow::Result<String> {
    if let Some(name) = options.name.as_ref().filter(|name| book.is_new_name(name)) {
        book.set_name(name);
        return Ok(name.clone());
    }
    let computer = || {
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        if name.is_empty() { "device".to_owned() } else { name }
    };
    Ok(book.name()?.unwrap_or_else(computer))
}

fn bind(
    options: &Options,
    keys: &DeviceKeys,
    roster: &Arc<Roster>,
    home_key: Option<[u8; 32]>,
) -> Result<(Endpoint, Events), BindError> {
    let config = |listen| Config {
        identity: keys.identity(),
        listen,
        members: Arc::<Roster>::clone(roster),
        discovery: !options.no_discovery,
        home_key,
        hello: receive::hello().encode().into(),
    };
    let anywhere = |port| std::net::SocketAddr::from((std::net::Ipv6Addr::UNSPECIFIED, port));
    match options.listen {
        Some(listen) => Endpoint::bind(config(listen)),
        None => Endpoint::bind(config(anywhere(PORT))).or_else(|error| match error {
            BindError::Listen(..) => Endpoint::bind(config(anywhere(0))),
            BindError::Random | BindError::Hello(_) => Err(error),
        }),
    }
}

/// The signals by which the service is asked to leave.
struct Asked {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Asked {
    fn new() -> anyhow::Result<Self> {
        let terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
        let interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
        Ok(Self { terminate, interrupt })
    }

    async fn leave(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Says goodbye to everybody until a moment; the engine hears of it in any case.
async fn leave(node: &Arc<Node>, serving: Vec<tokio::task::JoinHandle<()>>, until: Instant) {
    tracing::info!("leaving");
    node.chronicle.tell(api::view::Event::Stopping);
    node.leaving.send_replace(true);
    crate::drive::stop(node).await;
    folders::stop(node);
    let goodbye = async {
        node.endpoint.close().await;
        for door in serving {
            // A door that failed is shut as well.
            drop(door.await);
        }
    };
    if tokio::time::timeout_at(until.into(), goodbye).await.is_err() {
        tracing::debug!("left before everybody had heard of it");
    }
    drop(tokio::time::timeout(CLOSE_MAX / 5, node.door.stop()).await);
}

/// Waits for the engine's thread, until a moment.
fn join(engine: thread::JoinHandle<()>, by: Instant) {
    let (ended, end) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let result = engine.join();
        // Nobody waits any more if it took too long.
        let _late = ended.send(result.is_ok());
    });
    match end.recv_timeout(by.saturating_duration_since(Instant::now())) {
        Ok(true) => {}
        Ok(false) => tracing::error!("the engine's thread ended with a panic"),
        Err(_) => tracing::warn!("left while the indexes were still being closed"),
    }
}
