//! The thread that follows the watcher, and looks after the root.
//!
//! What the watcher tells is looked at here and reported at once; what takes longer (the whole folder)
//! goes to the thread that walks. A root that is gone is looked for every [`CHECK_EVERY`]. Invariant:
//! watching starts before the first scan of a root, so that nothing is missed between the two.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, never, select};
use disk::watcher::POLL_EVERY;
use disk::{Reason, RootError, Watch, Watcher};
use engine::observation::{Root, Scope};
use model::RelPath;
use tokio::sync::oneshot;

use super::ground::Ground;
use super::runtime::{Runtime, Trouble};
use super::scan;

/// How often the root is checked.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// How often everything is looked at although nothing was noticed.
const RESCAN_EVERY: Duration = Duration::from_secs(3600);
/// How long nothing must be noticed until all is taken to have been noticed: longer than the watcher
/// waits for the second half of a change.
const CALM: Duration = Duration::from_millis(25);
/// How long catching up may take; what is noticed later is seen by the scan that follows.
const CATCH_UP_MAX: Duration = Duration::from_secs(10);
/// News of the watcher that wait.
const NEWS_MAX: usize = 64;

/// What it is asked for.
pub(crate) enum Job {
    /// Another directory was taken for the root: to watch that one; who waits is told when it does.
    Watch(Sender<()>),
    /// To look at these paths; who waits is told when that is done.
    Look(Vec<RelPath>, Sender<()>),
    /// To look at everything that has been noticed; who waits is told when nothing more comes.
    Catch(oneshot::Sender<()>),
    /// To end.
    Stop,
}

/// The watching of one root.
struct Watching {
    runtime: Arc<Runtime>,
    watcher: Option<Watcher>,
    news: Receiver<Watch>,
    rescan_at: Instant,
}

/// Works until it is told to stop. `started` hears when the first watching has begun, or can't.
pub(super) fn run(runtime: &Arc<Runtime>, jobs: &Receiver<Job>, started: &Sender<()>) {
    let mut watching = Watching {
        runtime: Arc::clone(runtime),
        watcher: None,
        news: never(),
        rescan_at: Instant::now() + RESCAN_EVERY,
    };
    watching.establish();
    // The thread that walks may have ended already.
    let _heard_already = started.try_send(());
    while !runtime.is_stopped() {
        select! {
            recv(watching.news) -> news => match news {
                Ok(news) => watching.noticed(news),
                Err(_) => watching.stop(),
            },
            recv(jobs) -> job => match job {
                Ok(Job::Watch(waiting)) => {
                    watching.watch();
                    let _gone = waiting.send(());
                }
                Ok(Job::Look(paths, waiting)) => {
                    watching.look(paths);
                    let _gone = waiting.send(());
                }
                Ok(Job::Catch(waiting)) => {
                    watching.catch_up();
                    // Whoever waited may be gone.
                    let _gone = waiting.send(());
                }
                Ok(Job::Stop) | Err(_) => return,
            },
            default(CHECK_EVERY) => watching.check(),
        }
    }
}

/// Opens the root, if it is not open; `adopt` takes whatever stands at its path for it.
pub(super) fn open_ground(runtime: &Runtime, adopt: bool) -> Result<Arc<Ground>, Root> {
    if let Some(ground) = runtime.ground()
        && ground.root.check() == Root::Ready
    {
        return Ok(ground);
    }
    runtime.set_ground(None);
    match Ground::open(&runtime.path, runtime.id, adopt) {
        Ok(ground) => {
            let ground = Arc::new(ground);
            runtime.set_ground(Some(Arc::clone(&ground)));
            Ok(ground)
        }
        Err(RootError::State(root)) => Err(root),
        Err(error @ (RootError::OtherFolder(_) | RootError::InUse | RootError::Io(..))) => {
            tracing::warn!(folder = %runtime.id, "{:#}", anyhow::Error::from(error));
            Err(Root::Unmarked)
        }
    }
}

impl Watching {
    /// Opens the root and watches it, if it is there.
    fn establish(&mut self) {
        match open_ground(&self.runtime, false) {
            Ok(_) => self.watch(),
            Err(root) => self.runtime.tell_root(root),
        }
    }

    /// Watches the root that is open.
    fn watch(&mut self) {
        self.stop();
        let Some(ground) = self.runtime.ground() else { return };
        for trouble in [Trouble::WatchLimit, Trouble::NoWatch] {
            self.runtime.set_trouble(trouble, false);
        }
        let (sink, news) = bounded(NEWS_MAX);
        match Watcher::start(Arc::clone(&ground.root), ground.ignore(), sink) {
            Ok(watcher) => {
                self.watcher = Some(watcher);
                self.news = news;
            }
            Err(error) => {
                tracing::warn!(folder = %self.runtime.id, %error, "the folder can't be watched");
                self.runtime.set_trouble(Trouble::WatchLimit, true);
            }
        }
        let next = if self.watcher.is_some() { RESCAN_EVERY } else { POLL_EVERY };
        self.rescan_at = Instant::now() + next;
    }

    fn stop(&mut self) {
        self.watcher = None;
        self.news = never();
    }

    fn noticed(&mut self, news: Watch) {
        match news {
            Watch::Changed(paths) => self.look(paths),
            Watch::Rescan(Some(path)) => self.look(vec![path]),
            Watch::Rescan(None) => self.runtime.ask_scan(scan::Job::Whole(None)),
            Watch::Rules => {
                if let Some(ground) = self.runtime.ground() {
                    ground.reload_ignore();
                }
                self.watch();
                self.runtime.ask_scan(scan::Job::Whole(None));
            }
            Watch::Degraded { reason, .. } => {
                let trouble = match reason {
                    Reason::Limit => Trouble::WatchLimit,
                    Reason::Remote => Trouble::NoWatch,
                };
                self.runtime.set_trouble(trouble, true);
            }
            Watch::RootLost => {
                self.stop();
                self.check();
            }
        }
    }

    /// Looks at all that was noticed, until nothing comes for a moment.
    fn catch_up(&mut self) {
        let begun = Instant::now();
        while begun.elapsed() < CATCH_UP_MAX {
            match self.news.recv_timeout(CALM) {
                Ok(news) => self.noticed(news),
                Err(_) => return,
            }
        }
    }

    /// Looks at these paths and reports them.
    fn look(&mut self, paths: Vec<RelPath>) {
        let mut paths = Some(paths);
        while let Some(now) = paths {
            let mark = self.runtime.order.mark();
            let scope = Scope::Paths(now);
            self.look_once(&scope);
            let Scope::Paths(looked) = scope else { return };
            paths = self.runtime.order.again(mark, looked);
        }
    }

    fn look_once(&mut self, scope: &Scope) {
        let Some(ground) = self.runtime.ground() else { return };
        match scan::scan(&self.runtime, &ground, scope) {
            Ok(_) => {}
            Err(scan::Failed::Scan(disk::ScanError::Root(root))) => {
                // It may be ready again by now; but what was to be looked at was not.
                self.runtime.tell_root(root);
                self.check();
            }
            Err(error) => {
                tracing::warn!(folder = %self.runtime.id, "looking: {:#}", anyhow::Error::from(error));
                self.runtime.ask_scan(scan::Job::Whole(None));
            }
        }
    }

    /// Sees whether the root is there, and whether it is time to look at everything.
    fn check(&mut self) {
        match self.runtime.ground().map(|ground| ground.root.check()) {
            Some(Root::Ready) if self.watcher.is_some() && self.runtime.is_ready() => {}
            Some(Root::Ready) => {
                // It was lost for a moment, or can't be watched.
                let lost = !self.runtime.troubles().contains(&Trouble::WatchLimit);
                if lost || Instant::now() >= self.rescan_at {
                    self.watch();
                    self.runtime.ask_scan(scan::Job::Returned);
                }
            }
            Some(root) => {
                self.stop();
                self.runtime.tell_root(root);
                self.come_back();
            }
            None => self.come_back(),
        }
        if Instant::now() >= self.rescan_at {
            self.rescan_at = Instant::now() + RESCAN_EVERY;
            self.runtime.ask_scan(scan::Job::Whole(None));
        }
    }

    /// Opens the root again, if it has come back.
    fn come_back(&mut self) {
        if open_ground(&self.runtime, false).is_ok() {
            tracing::info!(folder = %self.runtime.id, "the folder's directory is there again");
            self.watch();
            self.runtime.ask_scan(scan::Job::Returned);
        }
    }
}
