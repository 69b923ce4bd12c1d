//! Large new files that this device is still reading: other devices may have their bytes already.
//!
//! A scan shows such a file and its chunks as it goes. Once enough of it is known to tell that it is no
//! copy of what the folder has anyway, it is offered to the devices that will fetch it (`tell`), and
//! whoever asks gets the chunks as they become known (`bulk::serve`). Nothing rests on an offer: the
//! file is announced as any other when its name is known, and what came early counts only as far as
//! the announcement confirms it. Invariant: reading a file never waits for somebody who fetches it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use content::chunker::Sizes;
use content::hash::Part;
use content::{Chunk, is_sampled};
use disk::Held;
use disk::scanner::{Preview, Previewed};
use model::{ContentHash, FolderId, RelPath, Tick};
use tokio::sync::{Semaphore, mpsc};
use wire::Message;

use crate::clock;
use crate::folders::Runtime;
use crate::node::Node;

/// Offers at a time.
const OFFERS_MAX: usize = 8;
/// Offers of others that are taken up at a time; what is offered beyond comes when it is announced.
const TAKEN_MAX: usize = 8;
/// Chunks among which enough are sampled to tell whether the file is like another; for a file of more
/// chunks than its sketch has room for, this share of them.
const HEAD: (usize, u64) = (128, 128);
/// How long somebody who fetches waits for the next chunk.
const NEXT_MAX: Duration = Duration::from_secs(15);
/// How long an offer stays when its file is read and nobody asks any more.
const IDLE: Duration = Duration::from_secs(10);

/// Every offer.
pub(crate) struct Offers {
    all: Mutex<HashMap<(FolderId, u64), Arc<Offer>>>,
    news: mpsc::Sender<Arc<Offer>>,
    /// Until somebody listens.
    told: Mutex<Option<mpsc::Receiver<Arc<Offer>>>>,
    /// Held by whoever takes up what another device offers.
    pub(crate) taking: Semaphore,
}

impl Default for Offers {
    fn default() -> Self {
        let (news, told) = mpsc::channel(OFFERS_MAX);
        let taking = Semaphore::new(TAKEN_MAX);
        Self { all: Mutex::default(), news, told: Mutex::new(Some(told)), taking }
    }
}

/// A file that is being read, or was just now.
pub(crate) struct Offer {
    number: u64,
    folder: FolderId,
    path: RelPath,
    pub(crate) held: Held,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    chunks: Vec<Chunk>,
    phase: Phase,
    /// When anything last happened.
    used: Tick,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Reading,
    Whole,
    /// The file changed, or nobody is to have it early.
    Over,
}

/// Shows the files of one folder.
#[derive(Clone)]
pub(crate) struct Window(pub(crate) Arc<Runtime>);

/// A file that a scan is reading.
struct Shown {
    window: Window,
    offer: Arc<Offer>,
    /// Whether it was decided if it is offered.
    decided: Mutex<bool>,
}

impl Offers {
    /// An offer that still stands.
    pub(crate) fn get(&self, folder: FolderId, number: u64) -> Option<Arc<Offer>> {
        self.all().get(&(folder, number)).cloned()
    }

    /// Forgets what nobody asks for any more.
    pub(crate) fn tidy(&self) {
        let now = clock::tick();
        self.all().retain(|_, offer| !offer.is_idle(now));
    }

    fn begin(&self, folder: FolderId, path: &RelPath, held: Held) -> Option<Arc<Offer>> {
        let mut all = self.all();
        if all.len() >= OFFERS_MAX {
            return None;
        }
        let state = State { chunks: Vec::new(), phase: Phase::Reading, used: clock::tick() };
        let offer = Arc::new(Offer {
            number: crate::random::number(),
            folder,
            path: path.clone(),
            held,
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        all.insert((folder, offer.number), Arc::clone(&offer));
        Some(offer)
    }

    fn remove(&self, offer: &Offer) {
        offer.set(Phase::Over);
        self.all().remove(&(offer.folder, offer.number));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<(FolderId, u64), Arc<Offer>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Offer {
    /// The chunks behind the first `known` ones; waits for them. None: there are no more.
    ///
    /// # Errors
    /// [`Withdrawn`].
    pub(crate) fn after(&self, known: usize) -> Result<Vec<Chunk>, Withdrawn> {
        let waits =
            |state: &mut State| state.phase == Phase::Reading && state.chunks.len() <= known;
        let waited = self.changed.wait_timeout_while(self.state(), NEXT_MAX, waits);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        state.used = clock::tick();
        match state.phase {
            Phase::Reading | Phase::Whole => Ok(state.chunks.get(known..).unwrap_or(&[]).to_vec()),
            Phase::Over => Err(Withdrawn),
        }
    }

    /// Whether more than `known` chunks are known.
    pub(crate) fn has_more_than(&self, known: usize) -> bool {
        self.state().chunks.len() > known
    }

    fn add(&self, parts: &[Part]) -> usize {
        let mut state = self.state();
        if state.phase == Phase::Reading {
            for (hash, length) in parts {
                let offset = state.chunks.last().map_or(0, Chunk::end);
                state.chunks.push(Chunk { hash: *hash, offset, length: *length });
            }
            self.changed.notify_all();
        }
        state.chunks.len()
    }

    fn set(&self, phase: Phase) {
        let mut state = self.state();
        (state.phase, state.used) = (phase, clock::tick());
        self.changed.notify_all();
    }

    fn is_reading(&self) -> bool {
        self.state().phase == Phase::Reading
    }

    fn is_idle(&self, now: Tick) -> bool {
        let state = self.state();
        state.phase != Phase::Reading && now.since(state.used) >= IDLE
    }

    fn sampled(&self) -> Vec<ContentHash> {
        let state = self.state();
        state.chunks.iter().map(|chunk| chunk.hash).filter(is_sampled).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many chunks are looked at before a file of `size` bytes is offered.
fn head(size: u64) -> usize {
    let share = size / Sizes::of(size).average as u64 / HEAD.1;
    usize::try_from(share).unwrap_or(usize::MAX).max(HEAD.0)
}

/// The file changed while it was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the offered file changed")]
pub(crate) struct Withdrawn;

impl Preview for Window {
    fn begin(&self, path: &RelPath, held: Held) -> Option<Box<dyn Previewed>> {
        let offer = self.0.offers.begin(self.0.id, path, held)?;
        Some(Box::new(Shown { window: self.clone(), offer, decided: Mutex::new(false) }))
    }
}

impl Previewed for Shown {
    fn chunks(&self, chunks: &[Part]) {
        let known = self.offer.add(chunks);
        let mut decided = self.decided.lock().unwrap_or_else(PoisonError::into_inner);
        if known < head(self.offer.held.size()) || std::mem::replace(&mut *decided, true) {
            return;
        }
        let runtime = &self.window.0;
        if runtime.knows_any(&self.offer.sampled())
            || runtime.offers.news.try_send(Arc::clone(&self.offer)).is_err()
        {
            runtime.offers.remove(&self.offer);
        }
    }

    fn whole(self: Box<Self>) {
        if self.offer.is_reading() {
            self.offer.set(Phase::Whole);
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if self.offer.is_reading() {
            self.window.0.offers.remove(&self.offer);
        }
    }
}

/// Tells the devices that will fetch a file that its bytes can be had. Until the service leaves.
pub(crate) async fn tell(node: Arc<Node>) {
    let told = node.offers.told.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(mut news) = told else { return };
    while let Some(offer) = news.recv().await {
        let folder = offer.folder;
        let devices = node.door.look(move |engine| engine.offer_to(folder)).await;
        let devices = devices.unwrap_or_default();
        if devices.is_empty() {
            node.offers.remove(&offer);
        }
        for device in devices {
            let (number, path, size) = (offer.number, offer.path.clone(), offer.held.size());
            let message = Message::Offer(wire::Offer { folder, number, path, size });
            node.outboxes.send_own(&node, device, message);
        }
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Window({:?})", self.0.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer() -> Arc<Offer> {
        let dir = tempfile::tempdir().unwrap();
        let root = Arc::new(disk::Root::adopt(dir.path(), FolderId([1; 16])).unwrap());
        let (staging, _) = disk::Staging::open(root.clone()).unwrap();
        let hash = ContentHash::of(b"bytes");
        staging.small(hash, b"bytes".to_vec()).unwrap();
        let reader = disk::Reader::new(root, Arc::new(staging));
        let held = reader.open(&disk::Place::Staged(hash)).unwrap();
        let path = RelPath::parse("file").unwrap();
        Offers::default().begin(FolderId([1; 16]), &path, held).unwrap()
    }

    fn part(number: u8) -> Part {
        (ContentHash([number; 32]), u32::from(number))
    }

    #[test]
    fn whoever_asks_gets_what_is_new_and_then_the_end() {
        let offer = offer();
        offer.add(&[part(1), part(2)]);
        let chunks = offer.after(1).unwrap();
        assert_eq!(chunks, [Chunk { hash: part(2).0, offset: 1, length: 2 }]);
        let later = std::thread::spawn({
            let offer = offer.clone();
            move || offer.after(2)
        });
        offer.add(&[part(3)]);
        assert_eq!(later.join().unwrap().unwrap().len(), 1);
        offer.set(Phase::Whole);
        assert_eq!(offer.after(3).unwrap(), []);
        assert_eq!(offer.after(9).unwrap(), []);
    }

    #[test]
    fn whoever_waits_for_a_file_that_changed_is_told_so() {
        let offer = offer();
        let waiting = std::thread::spawn({
            let offer = offer.clone();
            move || offer.after(0)
        });
        offer.set(Phase::Over);
        assert_eq!(waiting.join().unwrap(), Err(Withdrawn));
        assert_eq!(offer.add(&[part(1)]), 0, "nothing more is taken in");
    }

    #[test]
    fn more_of_a_file_is_looked_at_the_smaller_the_share_of_its_chunks_in_a_sketch() {
        assert_eq!([head(32 << 20), head(1 << 30), head(4 << 30)], [128, 128, 512]);
        assert!(head(1 << 40) <= 2048);
    }
}
