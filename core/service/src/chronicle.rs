//! What happened, for whoever listens: a bounded memory of events with running numbers.
//!
//! Changes of files are summed up: at most one event a folder and direction every [`SUM_EVERY`].
//! Invariant: numbers rise by one; a reader who was too slow is told how many it missed. Nothing
//! depends on an event being read. Not here: what the events mean (`notices`).

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use api::view::{Event, EventView};
use model::{Tick, WallTime};
use tokio::sync::watch;

use crate::clock;

/// Events that are remembered.
pub(crate) const EVENTS_MAX: usize = 10_000;
/// How long changes of files are summed up before they are told.
const SUM_EVERY: Duration = Duration::from_millis(250);

/// The memory.
pub(crate) struct Chronicle {
    pages: Mutex<Pages>,
    newest: watch::Sender<u64>,
}

struct Pages {
    events: VecDeque<EventView>,
    next: u64,
    sums: BTreeMap<String, Sum>,
    summed_at: Tick,
}

/// Changes of one folder since the last event about them.
#[derive(Default, Clone, Copy)]
struct Sum {
    local: u64,
    remote: u64,
    touched: bool,
}

impl Chronicle {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let pages = Pages {
            events: VecDeque::new(),
            next: 1,
            sums: BTreeMap::new(),
            summed_at: Tick::default(),
        };
        Self { pages: Mutex::new(pages), newest: watch::Sender::new(0) }
    }

    /// Something happened.
    pub(crate) fn tell(&self, event: Event) {
        let mut pages = self.pages();
        pages.push(event);
        self.newest.send_replace(pages.next - 1);
    }

    /// Entries of `folder` changed, here or elsewhere.
    pub(crate) fn count(&self, folder: &str, local: bool) {
        self.sum(folder, |sum| if local { sum.local += 1 } else { sum.remote += 1 });
    }

    /// Something about `folder` in `status` is not as it was.
    pub(crate) fn touch(&self, folder: &str) {
        self.sum(folder, |sum| sum.touched = true);
    }

    /// Tells the sums that are due; to be called a few times a second while something happens.
    pub(crate) fn tell_sums(&self) {
        let mut pages = self.pages();
        if pages.sums.is_empty() || clock::tick().since(pages.summed_at) < SUM_EVERY {
            return;
        }
        pages.summed_at = clock::tick();
        for (folder, sum) in std::mem::take(&mut pages.sums) {
            if sum.local > 0 {
                pages.push(Event::LocalChanges { folder: folder.clone(), entries: sum.local });
            }
            if sum.remote > 0 {
                pages.push(Event::RemoteChanges { folder: folder.clone(), entries: sum.remote });
            }
            if sum.touched {
                pages.push(Event::Changed { folder: Some(folder) });
            }
        }
        self.newest.send_replace(pages.next - 1);
    }

    /// Up to `limit` events after number `after`, and the number to go on after. `None`: from the
    /// oldest that is remembered.
    pub(crate) fn after(&self, after: Option<u64>, limit: usize) -> (Vec<EventView>, u64) {
        let pages = self.pages();
        let oldest = pages.next - pages.events.len() as u64;
        let from = after.map_or(oldest, |seq| seq.saturating_add(1).min(pages.next));
        let mut told = Vec::new();
        if from < oldest {
            let event = Event::Missed { events: oldest - from };
            told.push(EventView { seq: oldest - 1, time: timestamp(clock::wall()), event });
        }
        let skip = usize::try_from(from.saturating_sub(oldest)).unwrap_or(usize::MAX);
        told.extend(pages.events.iter().skip(skip).take(limit).cloned());
        let last = told.last().map_or(from.saturating_sub(1), |view| view.seq);
        (told, last)
    }

    /// Changes with the number of the newest event.
    pub(crate) fn newest(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    fn sum(&self, folder: &str, add: impl FnOnce(&mut Sum)) {
        let mut pages = self.pages();
        match pages.sums.get_mut(folder) {
            Some(sum) => add(sum),
            None => add(pages.sums.entry(folder.to_owned()).or_default()),
        }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn push(&mut self, event: Event) {
        if self.events.len() == EVENTS_MAX {
            self.events.pop_front();
        }
        self.events.push_back(EventView { seq: self.next, time: timestamp(clock::wall()), event });
        self.next += 1;
    }
}

/// A wall time as the API writes it; times beyond the calendar become its ends.
pub(crate) fn timestamp(time: WallTime) -> jiff::Timestamp {
    jiff::Timestamp::from_nanosecond(i128::from(time.0)).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(name: usize) -> Event {
        Event::DeviceJoined { device: name.to_string(), name: name.to_string() }
    }

    #[test]
    fn a_reader_goes_on_where_it_was() {
        let chronicle = Chronicle::new();
        (0..5).for_each(|i| chronicle.tell(joined(i)));
        let (first, next) = chronicle.after(None, 3);
        assert_eq!(first.iter().map(|view| view.seq).collect::<Vec<_>>(), [1, 2, 3]);
        let (second, next) = chronicle.after(Some(next), 10);
        assert_eq!(second.iter().map(|view| view.seq).collect::<Vec<_>>(), [4, 5]);
        assert_eq!(chronicle.after(Some(next), 10).0, []);
    }

    #[test]
    fn a_slow_reader_is_told_how_much_it_missed() {
        let chronicle = Chronicle::new();
        (0..EVENTS_MAX + 7).for_each(|i| chronicle.tell(joined(i)));
        let (told, _) = chronicle.after(Some(2), 1);
        assert_eq!(told[0].event, Event::Missed { events: 5 });
        assert_eq!(told[1].seq, 8);
    }

    #[test]
    fn changes_of_files_are_told_in_sums() {
        let chronicle = Chronicle::new();
        (0..100).for_each(|_| chronicle.count("Photos", false));
        chronicle.tell_sums();
        let (told, _) = chronicle.after(None, 10);
        assert_eq!(told.len(), 1);
        assert_eq!(
            told[0].event,
            Event::RemoteChanges { folder: "Photos".to_owned(), entries: 100 }
        );
    }
}
