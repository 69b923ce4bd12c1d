//! Noticing changes in a folder as they happen.
//!
//! The system's news are folded (`burst`): what is closed is told at once, what is still being written
//! waits, and the steps of an editor's save are one change. What the system can't tell is asked for:
//! after an overflow everything is looked at again, and where nothing can be watched the place is
//! looked at every [`POLL_EVERY`]. The watcher only says *where* to look; it never says what is there.
//! Not here: the looking (`scanner`).

mod burst;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, TrySendError};
use model::RelPath;
use model::path::IGNORE_FILE;

use crate::ignore::Ignore;
use crate::made::Note;
use crate::platform::notify::{Notifier, Waker};
use crate::platform::{Dir, Facts};
use crate::root::Root;
pub(crate) use burst::News;
use burst::{Burst, Place};

/// How often a place is looked at that can't be watched.
pub const POLL_EVERY: Duration = Duration::from_secs(30);
/// Places that can't be watched; if there are more, the whole folder is looked at.
const POLLED_MAX: usize = 64;
/// News that wait for the receiver; if there are more, the whole folder is looked at.
const WAITING_MAX: usize = 16;
/// How long to do nothing after the system refused to tell.
const PAUSE: Duration = Duration::from_secs(1);
/// Times in a row that the system may wake the watcher at short intervals; from then on it sleeps
/// [`NAP`] in between and gets more news at a time.
const HURRIED_MAX: u32 = 8;
const NAP: Duration = Duration::from_millis(2);
/// How soon a full receiver is tried again.
const RETRY: Duration = Duration::from_millis(5);

/// Something that the watcher tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watch {
    /// These paths may have changed, with everything below those that are directories. Both ends of a
    /// rename stand in the same list.
    Changed(Vec<RelPath>),
    /// Everything here (`None`: in the folder) may have changed: news were lost or can't be had.
    Rescan(Option<RelPath>),
    /// The rules of what is ignored may have changed: load them, start another watcher, scan the folder.
    Rules,
    /// From here down (`None`: in the folder) changes are only found by looking every [`POLL_EVERY`].
    Degraded {
        /// Where.
        path: Option<RelPath>,
        /// Why.
        reason: Reason,
    },
    /// The root was moved, deleted or unmounted, or its marker was: check it. This watcher ends.
    RootLost,
}

/// Why changes can't be noticed as they happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The system's limit of watched directories is reached (`fs.inotify.max_user_watches`).
    Limit,
    /// The file system is one that others change without telling (a network share, FUSE).
    Remote,
}

/// Watches one folder until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts watching. When this returns every directory is watched, so a scan that is started
    /// afterwards misses nothing.
    ///
    /// # Errors
    /// If the system has no watches left at all.
    pub fn start(root: Arc<Root>, ignore: Arc<Ignore>, sink: Sender<Watch>) -> io::Result<Self> {
        let mut burst = Burst::default();
        let notifier = Notifier::start(root.clone(), ignore, &mut |news| {
            burst.take(news, Instant::now());
        })?;
        let waker = notifier.waker()?;
        let watching = Watching {
            root,
            notifier,
            burst,
            sink,
            waiting: VecDeque::new(),
            polled: BTreeSet::new(),
        };
        let thread = thread::Builder::new().name("watcher".into()).spawn(|| watching.run())?;
        Ok(Self { waker, thread: Some(thread) })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.waker.stop();
        if let Some(thread) = self.thread.take() {
            // A panic in the thread was reported there; nothing is left to do.
            let _ = thread.join();
        }
    }
}

struct Watching {
    root: Arc<Root>,
    notifier: Notifier,
    burst: Burst,
    sink: Sender<Watch>,
    waiting: VecDeque<Watch>,
    /// Places that can't be watched; the empty text is the root.
    polled: BTreeSet<String>,
}

impl Watching {
    fn run(mut self) {
        let mut poll_at = Instant::now() + POLL_EVERY;
        let (mut last, mut hurried) = (Instant::now(), 0);
        loop {
            let now = Instant::now();
            hurried = if now.saturating_duration_since(last) < NAP { hurried + 1 } else { 0 };
            if hurried > HURRIED_MAX {
                thread::sleep(NAP);
            }
            last = Instant::now();
            if now >= poll_at {
                poll_at = now + POLL_EVERY;
                self.poll();
            }
            let notes_at = self.root.made().expire(now);
            if !self.deliver(now) {
                return;
            }
            let retry = (!self.waiting.is_empty()).then(|| now + RETRY);
            let polling = (!self.polled.is_empty()).then_some(poll_at);
            let until = [self.burst.due(), notes_at, retry, polling, self.notifier.due()];
            let until = until.into_iter().flatten().min();
            let burst = &mut self.burst;
            let alive = self.notifier.wait(until, &mut |news| burst.take(news, Instant::now()));
            match alive {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "changes are found by looking only");
                    self.polled = BTreeSet::from([String::new()]);
                    thread::sleep(PAUSE);
                }
            }
        }
    }

    /// Sends what is due; false when nobody listens any more or the root is lost.
    fn deliver(&mut self, now: Instant) -> bool {
        if self.burst.due().is_some_and(|due| due <= now) {
            self.gather(now);
        }
        while let Some(watch) = self.waiting.pop_front() {
            let last = watch == Watch::RootLost;
            match self.sink.try_send(watch) {
                Ok(()) if last => return false,
                Ok(()) => {}
                Err(TrySendError::Full(watch)) => {
                    self.waiting.push_front(watch);
                    return true;
                }
                Err(TrySendError::Disconnected(_)) => return false,
            }
        }
        true
    }

    fn gather(&mut self, now: Instant) {
        let settled = self.burst.settle(now);
        for (path, reason) in settled.unwatched {
            let place = RelPath::parse(path.as_str()).ok();
            if self.polled.len() >= POLLED_MAX {
                self.polled = BTreeSet::from([String::new()]);
            } else if self.polled.insert(path) {
                self.waiting.push_back(Watch::Degraded { path: place.clone(), reason });
            }
            self.waiting.push_back(Watch::Rescan(place));
        }
        if settled.overflow {
            self.waiting.push_back(Watch::Rescan(None));
        }
        // Rules that came from another device count as well, so this is seen before what the service
        // made itself is left out.
        if settled.paths.iter().any(|place| place.path == IGNORE_FILE) {
            self.waiting.push_back(Watch::Rules);
        }
        let paths = self.foreign(settled.paths, now);
        if !paths.is_empty() {
            self.waiting.push_back(Watch::Changed(paths));
        }
        if settled.root_lost {
            self.waiting.clear();
            self.waiting.push_back(Watch::RootLost);
        } else if self.waiting.len() > WAITING_MAX {
            self.waiting.retain(|watch| matches!(watch, Watch::Degraded { .. } | Watch::Rules));
            self.waiting.push_back(Watch::Rescan(None));
        }
    }

    /// The paths without those where the service itself made what stands there.
    /// Those that it is changing just now come again later.
    fn foreign(&mut self, places: Vec<Place>, now: Instant) -> Vec<RelPath> {
        let mut foreign = Vec::with_capacity(places.len());
        // Neighbours come in a row.
        let mut parent: Option<(Option<RelPath>, Dir)> = None;
        for place in places {
            let Ok(path) = RelPath::parse(place.path) else { continue };
            let made = if place.with_all_below { None } else { self.root.made().at(path.as_str()) };
            let mut facts = || self.facts_near(&mut parent, &path).ok();
            let own = match made {
                None => false,
                Some(Note::Left(stat)) => facts().flatten().is_some_and(|f| f.stat == stat),
                Some(Note::Gone) => facts() == Some(None),
                Some(Note::Doing) => {
                    self.burst.take(News::Appeared(path.as_str().to_owned()), now);
                    true
                }
            };
            if !own {
                foreign.push(path);
            }
        }
        foreign.sort_unstable();
        foreign
    }

    /// What stands at `path`, looked up in the directory that was used last if it is the same.
    fn facts_near(
        &self,
        last: &mut Option<(Option<RelPath>, Dir)>,
        path: &RelPath,
    ) -> io::Result<Option<Facts>> {
        let parent = path.parent();
        if let Some((known, dir)) = last
            && *known == parent
        {
            return dir.facts(path.name());
        }
        let dir = self.root.parent(path)?;
        let facts = dir.facts(path.name());
        *last = Some((parent, dir));
        facts
    }

    /// Has the places looked at that can't be watched, and tries to watch them again.
    fn poll(&mut self) {
        for path in std::mem::take(&mut self.polled) {
            let burst = &mut self.burst;
            let watched =
                self.notifier.try_again(&path, &mut |news| burst.take(news, Instant::now()));
            self.waiting.push_back(Watch::Rescan(RelPath::parse(path.as_str()).ok()));
            if !watched {
                self.polled.insert(path);
            }
        }
    }
}
