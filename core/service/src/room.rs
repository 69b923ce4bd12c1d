//! How full the disks are that hold folders: here, and as the other devices told it.
//!
//! Each connected member is told once, and after that at most every [`TELL_EVERY`] and only if it changed
//! so much that a person would care. Sizes alone travel: which folders a disk holds, and where, stays here.
//! What was heard lives in memory; it is shown with its time, for as long as the device is a member.
//! Not here: keeping room free (`engine`), problems of a full disk (`folders`).

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api::view::{DiskView, Event};
use model::{DeviceId, Tick, WallTime};
use tokio::sync::Notify;
use wire::limits::DISKS_MAX;
use wire::{DiskSpace, Message};

use crate::clock;
use crate::node::Node;

/// How often it is looked whether there is something to tell, while somebody was told nothing yet.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How long a device that was told is told nothing more.
const TELL_EVERY: Duration = Duration::from_secs(60);
/// So many bytes are worth telling, or this share of the disk.
const WORTH: (u64, u64) = (1 << 30, 100);
/// What is heard more often than this is no event.
const EVENT_EVERY: Duration = Duration::from_secs(1);
/// How long disks may take to say how full they are: one may be in another house.
const MEASURE_MAX: Duration = Duration::from_secs(2);

/// What was told and heard.
#[derive(Default)]
pub(crate) struct Rooms {
    state: Mutex<State>,
    /// Somebody came.
    came: Notify,
}

#[derive(Default)]
struct State {
    /// Who is connected, and what it was told on this connection.
    present: HashMap<DeviceId, Option<Told>>,
    heard: HashMap<DeviceId, Heard>,
    /// When what was heard was last made an event of.
    event: Tick,
}

struct Told {
    /// When it was last looked whether there is something to tell.
    at: Tick,
    disks: Vec<DiskSpace>,
}

/// What a device told of its disks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heard {
    pub(crate) at: WallTime,
    pub(crate) disks: Vec<DiskSpace>,
}

impl Rooms {
    /// A device is connected: it has been told nothing.
    pub(crate) fn up(&self, device: DeviceId) {
        self.state().present.insert(device, None);
        self.came.notify_one();
    }

    /// It is not connected any more. What it told stays.
    pub(crate) fn down(&self, device: DeviceId) {
        self.state().present.remove(&device);
    }

    /// A device tells; whether that is worth an event.
    pub(crate) fn hear(&self, device: DeviceId, heard: Heard, now: Tick) -> bool {
        let mut state = self.state();
        let before = state.heard.insert(device, heard.clone());
        let news = before.is_none_or(|before| is_worth(&before.disks, &heard.disks));
        let told =
            news && (state.event == Tick::default() || now.since(state.event) >= EVENT_EVERY);
        if told {
            state.event = now;
        }
        told
    }

    /// What a device told last.
    pub(crate) fn of(&self, device: DeviceId) -> Option<Heard> {
        self.state().heard.get(&device).cloned()
    }

    /// Whom it is time to tell, of those that belong to the home; the others are forgotten.
    fn due(&self, is_member: impl Fn(&DeviceId) -> bool, now: Tick) -> Vec<DeviceId> {
        let mut state = self.state();
        state.heard.retain(|device, _| is_member(device));
        let due =
            |told: &Option<Told>| told.as_ref().is_none_or(|told| now.since(told.at) >= TELL_EVERY);
        let present = state.present.iter();
        present.filter(|(device, told)| is_member(device) && due(told)).map(|one| *one.0).collect()
    }

    /// How long nobody needs to be looked after, unless somebody comes.
    fn patience(&self) -> Duration {
        let untold = self.state().present.values().any(Option::is_none);
        if untold { LOOK_EVERY } else { TELL_EVERY }
    }

    /// Whether a device is to be told that the disks are like this; it is taken for told then.
    fn takes(&self, device: DeviceId, disks: &[DiskSpace], now: Tick) -> bool {
        let mut state = self.state();
        let Some(told) = state.present.get_mut(&device) else { return false };
        match told {
            Some(told) if !is_worth(&told.disks, disks) => {
                told.at = now;
                false
            }
            // Nobody is told that there is nothing, unless there was something.
            None if disks.is_empty() => false,
            Some(_) | None => {
                *told = Some(Told { at: now, disks: disks.to_vec() });
                true
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether disks are so much fuller or emptier, or others, that it is worth telling.
fn is_worth(before: &[DiskSpace], after: &[DiskSpace]) -> bool {
    let differs = |(old, new): (&DiskSpace, &DiskSpace)| {
        let much = WORTH.0.min(new.size / WORTH.1).max(1);
        old.size != new.size || old.free.abs_diff(new.free) >= much
    };
    before.len() != after.len() || before.iter().zip(after).any(differs)
}

/// Tells the others, until the service leaves.
pub(crate) async fn follow(node: Arc<Node>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(node.rooms.patience()) => {}
            () = node.rooms.came.notified() => {}
        }
        let home = node.home.get();
        let due = node.rooms.due(|device| home.is_member(device), clock::tick());
        if due.is_empty() {
            continue;
        }
        let Some(disks) = measure(&node).await else { continue };
        let disks = spaces(&disks);
        for device in due {
            if node.rooms.takes(device, &disks, clock::tick()) {
                node.outboxes.send_own(&node, device, Message::Disks(disks.clone()));
            }
        }
    }
}

/// A device told how full its disks are.
pub(crate) fn hear(node: &Node, from: DeviceId, disks: Vec<DiskSpace>) {
    let heard = Heard { at: clock::wall(), disks };
    if node.rooms.hear(from, heard, clock::tick()) {
        node.chronicle.tell(Event::Changed { folder: None });
    }
}

/// What may be told of disks.
fn spaces(disks: &[DiskView]) -> Vec<DiskSpace> {
    let space = |disk: &DiskView| DiskSpace { size: disk.size, free: disk.free.min(disk.size) };
    let mut spaces: Vec<DiskSpace> = disks.iter().map(space).collect();
    spaces.sort_by_key(|space| std::cmp::Reverse(space.size));
    spaces.truncate(DISKS_MAX);
    spaces
}

/// The disks that hold folders of this device, with their names; none while one of them gives no answer.
pub(crate) async fn measure(node: &Arc<Node>) -> Option<Vec<DiskView>> {
    let read = async {
        // One at a time: a disk that never answers keeps one thread, however often it is asked.
        let permit = Arc::clone(&node.measuring).acquire_owned().await.ok()?;
        let reader = Arc::clone(node);
        let measured = tokio::task::spawn_blocking(move || {
            let _one_at_a_time = permit;
            measure_now(&reader)
        });
        measured.await.ok()
    };
    tokio::time::timeout(MEASURE_MAX, read).await.ok().flatten()
}

fn measure_now(node: &Node) -> Vec<DiskView> {
    let mut disks: BTreeMap<u64, DiskView> = BTreeMap::new();
    for runtime in node.folders.all() {
        let Some(ground) = runtime.ground() else { continue };
        let Ok(space) = ground.root.space() else { continue };
        let empty = || DiskView { folders: Vec::new(), size: space.total, free: space.free };
        let disk = disks.entry(ground.root.volume()).or_insert_with(empty);
        disk.folders.push(node.home.folder_name(runtime.id));
    }
    let mut disks: Vec<DiskView> = disks.into_values().collect();
    disks.iter_mut().for_each(|disk| disk.folders.sort());
    disks.sort_by(|a, b| a.folders.cmp(&b.folders));
    disks
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: DeviceId = DeviceId([1; 32]);
    const B: DeviceId = DeviceId([2; 32]);

    fn disk(size: u64, free: u64) -> Vec<DiskSpace> {
        vec![DiskSpace { size, free }]
    }

    fn at(seconds: u64) -> Tick {
        Tick(1).after(Duration::from_secs(seconds))
    }

    #[test]
    fn a_device_is_told_at_once_and_then_at_most_once_a_minute_if_it_is_worth_it() {
        let rooms = Rooms::default();
        rooms.up(A);
        let due = |seconds| rooms.due(|_| true, at(seconds));
        assert_eq!((due(0), rooms.patience()), (vec![A], LOOK_EVERY));
        assert!(!rooms.takes(A, &[], at(0)), "that there is nothing is no news");
        assert!(rooms.takes(A, &disk(1000, 500), at(0)));
        assert_eq!((due(59), rooms.patience()), (vec![], TELL_EVERY));
        assert_eq!(due(60), [A]);
        assert!(!rooms.takes(A, &disk(1000, 495), at(60)));
        assert_eq!(due(61), [], "nobody looks at the disk again before a minute has passed");
        assert!(rooms.takes(A, &disk(1000, 490), at(120)));
        assert!(rooms.takes(A, &[], at(180)), "the last folder is gone");
        rooms.down(A);
        rooms.up(A);
        assert_eq!(due(181), [A]);
    }

    #[test]
    fn who_is_no_member_is_told_nothing_and_forgotten() {
        let rooms = Rooms::default();
        rooms.up(A);
        rooms.up(B);
        rooms.hear(A, Heard { at: WallTime(5), disks: disk(10, 5) }, at(0));
        assert_eq!(rooms.due(|device| *device == B, at(0)), [B]);
        assert_eq!(rooms.of(A), None);
    }

    #[test]
    fn what_was_heard_stays_when_a_device_goes_and_is_an_event_only_if_it_is_worth_it() {
        let rooms = Rooms::default();
        let heard = |free| Heard { at: WallTime(5), disks: disk(1000, free) };
        assert!(rooms.hear(A, heard(500), at(1)));
        assert!(!rooms.hear(A, heard(499), at(100)));
        assert!(rooms.hear(A, heard(400), at(200)));
        assert!(!rooms.hear(A, heard(900), at(200)), "too soon");
        rooms.down(A);
        assert_eq!(rooms.of(A), Some(heard(900)));
    }

    #[test]
    fn a_hundredth_or_a_gibibyte_is_worth_telling() {
        let gib = 1 << 30;
        for (size, before, after, worth) in [
            (1000, 500, 509, false),
            (1000, 500, 510, true),
            (500 * gib, 200 * gib, 199 * gib + 1, false),
            (500 * gib, 200 * gib, 199 * gib, true),
            (0, 0, 0, false),
        ] {
            assert_eq!(is_worth(&disk(size, before), &disk(size, after)), worth, "{size} {after}");
        }
        assert!(is_worth(&disk(10, 1), &[]) && is_worth(&disk(10, 1), &disk(11, 1)));
    }

    #[test]
    fn only_sizes_are_told_and_never_more_free_than_there_is() {
        let view = |size, free| DiskView { folders: vec!["Secret".to_owned()], size, free };
        let mut disks = vec![view(5, 9); DISKS_MAX];
        disks.push(view(100, 7));
        let told = spaces(&disks);
        assert_eq!(told.len(), DISKS_MAX);
        assert_eq!((told[0], told[1]), (disk(100, 7)[0], disk(5, 5)[0]));
    }
}
