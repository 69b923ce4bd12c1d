//! One folder at work: what its threads share.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use disk::Staged;
use disk::scanner::Progress;
use engine::Event;
use engine::absence::{Evicted, Eviction};
use engine::observation::{self, Scope};
use model::{ContentHash, FolderId, Mode, RelPath, Tick, WallTime};
use store::home::Attachment;
use store::index::Reader as IndexReader;

use super::ground::Ground;
use super::order::Order;
use super::recent::Recent;
use super::{change, look, scan, stage};
use crate::clock;
use crate::edits::Edits;
use crate::node::Node;
use crate::offers::Offers;
use crate::runloop::EngineDoor;

/// Connections to the index that are kept for the next who reads.
const READERS_MAX: usize = 4;

/// The part of what is free on a disk that parts take which were read.
const PARTS_SHARE: u64 = 10;

/// A failure of the index that is so long ago has nothing to do with the next one.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(120);

/// A difference of free room that is told.
const ROOM_STEP: u64 = 64 << 20;

/// One folder at work.
pub(crate) struct Runtime {
    pub(crate) id: FolderId,
    /// Where the files stand that are here.
    pub(crate) path: PathBuf,
    /// Where the folder is shown in the whole, if that is elsewhere.
    place: Mutex<Option<PathBuf>>,
    /// Whether the drive shows it.
    hidden: AtomicBool,
    mode: Mutex<Mode>,
    /// Files that programs have open through the drive, and how often. Held while bytes are given up.
    used: Mutex<HashMap<RelPath, u32>>,
    /// What was last told of the room on the volume.
    told_free: AtomicU64,
    pub(super) index: PathBuf,
    pub(super) door: EngineDoor,
    pub(super) runtime: tokio::runtime::Handle,
    pub(super) progress: Progress,
    pub(super) recent: Recent,
    pub(super) order: Order,
    pub(crate) offers: Arc<Offers>,
    pub(crate) edits: Edits,
    ground: RwLock<Option<Arc<Ground>>>,
    told: Mutex<observation::Root>,
    trouble: Mutex<Vec<Trouble>>,
    /// Since when the root is not what it should be.
    root_lost: Mutex<Option<WallTime>>,
    readers: Mutex<Vec<IndexReader>>,
    large: Mutex<HashMap<ContentHash, Arc<Staged>>>,
    /// How often the index failed, and when it did last.
    failures: Mutex<(u32, Tick)>,
    /// Whether the first watching has begun, or was found to be impossible.
    pub(super) watched: AtomicBool,
    /// Whether leftovers of earlier runs are gone.
    swept: AtomicBool,
    stopped: AtomicBool,
    jobs: Jobs,
}

/// Where the threads take their work from. The engine limits how much waits there.
pub(super) struct Jobs {
    pub(super) look: Sender<look::Job>,
    pub(super) scan: Sender<scan::Job>,
    pub(super) change: Sender<change::Job>,
    pub(super) stage: Sender<stage::Job>,
}

/// What is wrong with a folder as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trouble {
    /// The root directory is gone, emptied or on another volume.
    RootMissing,
    /// The system can't watch so many directories.
    WatchLimit,
    /// Changes on this file system are not reported.
    NoWatch,
    /// The index can't be written, because there is no room.
    IndexFull,
    /// The index can't be read or written.
    IndexBroken,
}

impl Runtime {
    pub(super) fn new(node: &Node, (attachment, path): (&Attachment, PathBuf), jobs: Jobs) -> Self {
        let id = attachment.folder;
        Self {
            index: node.place.index(id),
            door: node.door.clone(),
            runtime: node.runtime.clone(),
            progress: Progress::default(),
            recent: Recent::default(),
            order: Order::default(),
            offers: Arc::clone(&node.offers),
            edits: Edits::default(),
            ground: RwLock::default(),
            told: Mutex::new(observation::Root::Ready),
            trouble: Mutex::default(),
            root_lost: Mutex::default(),
            readers: Mutex::default(),
            large: Mutex::default(),
            failures: Mutex::default(),
            watched: AtomicBool::new(false),
            swept: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            id,
            path,
            place: Mutex::new(attachment.place.clone()),
            hidden: AtomicBool::new(false),
            mode: Mutex::new(attachment.mode),
            used: Mutex::default(),
            told_free: AtomicU64::new(u64::MAX),
            jobs,
        }
    }

    /// The root, while it is there.
    pub(crate) fn ground(&self) -> Option<Arc<Ground>> {
        self.ground.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_ground(&self, ground: Option<Arc<Ground>>) {
        lock(&self.large).clear();
        if let Some(ground) = &ground {
            self.edits.find(self.id, ground);
        }
        *self.ground.write().unwrap_or_else(PoisonError::into_inner) = ground;
    }

    /// Tells the engine how the root is, if that is news.
    pub(super) fn tell_root(&self, root: observation::Root) {
        self.set_root_lost(root != observation::Root::Ready);
        if std::mem::replace(&mut *lock(&self.told), root) != root {
            let scope = Scope::Paths(Vec::new());
            self.door.tell_blocking(Event::ScanEnded { folder: self.id, scope, root });
        }
    }

    /// Notes that the engine is told of the root in another way.
    pub(super) fn note_root(&self, root: observation::Root) {
        self.set_root_lost(root != observation::Root::Ready);
        *lock(&self.told) = root;
    }

    /// Whether the engine takes the root for ready.
    pub(super) fn is_ready(&self) -> bool {
        *lock(&self.told) == observation::Root::Ready
    }

    /// How the root was when it was last looked at; never ready while it is not open.
    pub(super) fn root_state(&self) -> observation::Root {
        let told = *lock(&self.told);
        if told == observation::Root::Ready { observation::Root::Missing } else { told }
    }

    fn set_root_lost(&self, lost: bool) {
        self.set_trouble(Trouble::RootMissing, lost);
        let mut since = lock(&self.root_lost);
        *since = lost.then(|| since.unwrap_or_else(clock::wall));
    }

    /// Since when the root is gone, emptied or on another volume, as far as this run knows.
    pub(crate) fn root_lost(&self) -> Option<WallTime> {
        *lock(&self.root_lost)
    }

    /// What is wrong with the folder as a whole.
    pub(crate) fn troubles(&self) -> Vec<Trouble> {
        lock(&self.trouble).clone()
    }

    pub(super) fn set_trouble(&self, trouble: Trouble, there: bool) {
        let mut troubles = lock(&self.trouble);
        troubles.retain(|other| *other != trouble);
        if there {
            troubles.push(trouble);
            troubles.sort_unstable();
        }
    }

    /// Reads the index beside its writer.
    ///
    /// # Errors
    /// When it can't be read.
    pub(crate) fn read<T, E: From<store::StoreError>>(
        &self,
        read: impl FnOnce(&mut IndexReader) -> Result<T, E>,
    ) -> Result<T, E> {
        let kept = lock(&self.readers).pop();
        let mut reader = match kept {
            Some(reader) => reader,
            None => IndexReader::open(&self.index)?,
        };
        let result = read(&mut reader);
        let mut readers = lock(&self.readers);
        if result.is_ok() && readers.len() < READERS_MAX {
            readers.push(reader);
        }
        result
    }

    /// Whether any of these chunks is in the sketch of a file that is, or was, in the folder. What can't
    /// be looked up counts as known.
    pub(crate) fn knows_any(&self, chunks: &[ContentHash]) -> bool {
        self.read(|reader| Ok::<_, anyhow::Error>(reader.knows_any(chunks)?)).unwrap_or(true)
    }

    /// The index is another one from here on.
    pub(super) fn forget_readers(&self) {
        lock(&self.readers).clear();
    }

    /// A larger file that is being put together.
    pub(crate) fn staged(&self, content: ContentHash) -> Option<Arc<Staged>> {
        lock(&self.large).get(&content).cloned()
    }

    pub(super) fn keep_staged(&self, staged: Arc<Staged>) {
        lock(&self.large).insert(staged.content().hash, staged);
    }

    pub(super) fn forget_staged(&self, content: ContentHash) {
        lock(&self.large).remove(&content);
    }

    /// How often the index failed.
    pub(super) fn failures(&self) -> u32 {
        lock(&self.failures).0
    }

    /// The index has failed: how often before, without having worked for [`FORGOTTEN_AFTER`].
    pub(super) fn failed(&self, now: Tick) -> u32 {
        let mut failures = lock(&self.failures);
        if now.since(failures.1) > FORGOTTEN_AFTER {
            failures.0 = 0;
        }
        let before = failures.0;
        *failures = (before.saturating_add(1), now);
        before
    }

    /// A program opened or closed a file through the drive; whether it is the first, or was the last. Returns
    /// when the bytes of the file are not being given up.
    pub(crate) fn note_use(&self, path: &RelPath, uses: bool) -> bool {
        let mut used = lock(&self.used);
        if uses {
            let count = used.entry(path.clone()).or_default();
            *count += 1;
            return *count == 1;
        }
        let Some(count) = used.get_mut(path) else { return false };
        *count -= 1;
        let last = *count == 0;
        if last {
            used.remove(path);
        }
        last
    }

    /// Gives up bytes with `give`, of all these files but those that are open.
    pub(super) fn spare_used(
        &self,
        files: &[Eviction],
        give: impl FnOnce(&[Eviction]) -> Vec<Evicted>,
    ) -> Vec<Evicted> {
        let used = lock(&self.used);
        let is_used = |file: &Eviction| used.contains_key(&file.path);
        let unused: Vec<_> = files.iter().filter(|file| !is_used(file)).cloned().collect();
        let mut given = give(&unused).into_iter();
        let outcome = |file| if is_used(file) { None } else { given.next() };
        files.iter().map(outcome).map(|outcome| outcome.unwrap_or(Evicted::Differs)).collect()
    }

    /// How much of the folder this device keeps.
    pub(crate) fn mode(&self) -> Mode {
        *lock(&self.mode)
    }

    /// Keeps as much of the folder as another mode says.
    pub(crate) fn set_mode(&self, mode: Mode) {
        *lock(&self.mode) = mode;
    }

    /// Where the folder is shown in the whole, if that is elsewhere than its files.
    pub(crate) fn place(&self) -> Option<PathBuf> {
        lock(&self.place).clone()
    }

    /// Shows the folder somewhere else, or nowhere but in the drive.
    pub(crate) fn set_place(&self, place: Option<PathBuf>) {
        *lock(&self.place) = place;
    }

    /// Whether this device only looks at the folder.
    pub(crate) fn is_view(&self) -> bool {
        self.mode() == Mode::View
    }

    /// Whether the drive shows it no more, because it is about to end.
    pub(crate) fn is_hidden(&self) -> bool {
        self.hidden.load(Ordering::Relaxed)
    }

    /// Takes it out of the drive, or puts it back.
    pub(crate) fn set_hidden(&self, hidden: bool) {
        self.hidden.store(hidden, Ordering::Relaxed);
    }

    /// Whether a program has a file open through the drive, or what one wrote is not in the folder yet.
    pub(crate) fn is_used(&self) -> bool {
        !lock(&self.used).is_empty() || self.edits.is_any()
    }

    /// Bytes that are free on the volume, if that is news where not all files are kept.
    pub(crate) fn news_of_room(&self) -> Option<u64> {
        if self.mode() == Mode::Clone && self.told_free.load(Ordering::Relaxed) == u64::MAX {
            return None;
        }
        let free = self.ground()?.root.space().ok()?.free;
        let told = self.told_free.load(Ordering::Relaxed);
        if told.abs_diff(free) < ROOM_STEP {
            return None;
        }
        self.told_free.store(free, Ordering::Relaxed);
        Some(free)
    }

    /// The room on the volume matters from now on.
    pub(crate) fn ask_room(&self) {
        self.told_free.store(u64::MAX - ROOM_STEP, Ordering::Relaxed);
    }

    /// Bytes of the volume; `None` if they can't be told now.
    pub(crate) fn volume_bytes(&self) -> Option<u64> {
        self.ground()?.root.space().ok().map(|space| space.total)
    }

    /// Drops what is only kept for a moment.
    pub(crate) fn tidy(&self) {
        self.recent.clear();
        if let Some(ground) = self.ground() {
            ground.staging.tidy_early(Instant::now());
        }
        // A connection that can't even do that fails whoever reads next, and is dropped then.
        lock(&self.readers).iter().for_each(|reader| drop(reader.rest()));
    }

    /// Whether staged bytes that nobody wants may be left, from an earlier run or because what came
    /// with an announcement stands here already.
    pub(crate) fn may_have_leftovers(&self) -> bool {
        let left = |ground: Arc<Ground>| ground.staging.has_left(Instant::now());
        !self.swept.load(Ordering::Relaxed) || self.ground().is_some_and(left)
    }

    /// Gives up staged bytes that are left, when nothing is wanted but the contents that are `read`.
    /// Where not everything is kept, the parts that were read stay.
    pub(crate) fn sweep_leftovers(&self, read: &[ContentHash]) {
        let Some(ground) = self.ground() else { return };
        ground.staging.forget_left(Instant::now());
        let in_use = |content: &ContentHash| {
            lock(&self.large).contains_key(content) || read.contains(content)
        };
        let unwanted = match self.mode().keeps_all() {
            true => ground.staging.list().unwrap_or_default(),
            false => beyond(&ground),
        };
        for content in unwanted.into_iter().filter(|content| !in_use(content)) {
            if let Err(error) = ground.staging.discard(content) {
                tracing::warn!(folder = %self.id, %error, "deleting what was staged and is not wanted");
            }
        }
        self.swept.store(true, Ordering::Relaxed);
    }

    /// Parts came that somebody reads: they are to be looked through when nothing is wanted.
    pub(crate) fn note_parts(&self) {
        self.swept.store(false, Ordering::Relaxed);
    }

    /// Whether the threads are to end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Ends the threads.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.progress.stop.store(true, Ordering::Relaxed);
        self.ask_look(look::Job::Stop);
        self.ask_scan(scan::Job::Stop);
        self.ask_change(change::Job::Stop);
        self.ask_stage(stage::Job::Stop);
    }

    // A queue without its thread belongs to a folder that is being closed.

    pub(crate) fn ask_look(&self, job: look::Job) {
        drop(self.jobs.look.send(job));
    }

    pub(crate) fn ask_scan(&self, job: scan::Job) {
        drop(self.jobs.scan.send(job));
    }

    pub(super) fn ask_change(&self, job: change::Job) {
        drop(self.jobs.change.send(job));
    }

    pub(super) fn ask_stage(&self, job: stage::Job) {
        drop(self.jobs.stage.send(job));
    }
}

/// Parts that came longest ago, beyond what may stay of those that were read.
fn beyond(ground: &Ground) -> Vec<ContentHash> {
    let kept = ground.staging.kept().unwrap_or_default();
    let free = ground.root.space().map_or(0, |space| space.free);
    let mut bytes: u64 = kept.iter().map(|kept| kept.bytes).sum();
    let room = (free + bytes) / PARTS_SHARE;
    let goes = |kept: &disk::staging::Kept| {
        let goes = bytes > room;
        bytes -= if goes { kept.bytes } else { 0 };
        goes.then_some(kept.hash)
    };
    kept.iter().map_while(goes).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
