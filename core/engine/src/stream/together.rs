//! Several small contents in one request, before they are read.

use model::{DeviceId, Tick};

use super::state::Piece;
use super::{Fetch, REQUESTS_MAX, StreamId, Streams};

/// Requests to a device that others keep room for.
const SPARE: usize = 8;

impl Streams {
    /// Has one device send all of these that nothing was asked of yet, because they are about to be read:
    /// the one that is expected to answer first, as far as it has them. Each is a request of its own here;
    /// they travel as one.
    pub fn ask_together(&mut self, now: Tick, streams: &[StreamId]) -> Vec<Fetch> {
        let Some(from) = self.who_has(streams) else { return Vec::new() };
        let mut fetches = Vec::new();
        for id in streams {
            let is_ready = |device: DeviceId| {
                self.all.get(id).is_some_and(|stream| {
                    stream.pieces == [Piece::Elsewhere] && stream.usable().any(|one| one == device)
                })
            };
            if is_ready(from) && self.sources.load(from).0 + SPARE < REQUESTS_MAX {
                fetches.extend(self.ask(now, (*id, from), 0..1, false));
            }
        }
        fetches
    }

    fn who_has(&self, streams: &[StreamId]) -> Option<DeviceId> {
        let known = || streams.iter().filter_map(|id| self.all.get(id));
        let bytes = known().map(|stream| stream.bytes(0..1)).sum();
        let devices = known().flat_map(super::state::Stream::usable);
        devices.min_by_key(|device| self.sources.expected(*device, bytes))
    }
}

#[cfg(test)]
mod tests {
    use model::ContentHash;

    use super::super::{Ending, Layout, Pieces};
    use super::*;

    fn small(streams: &mut Streams, number: u8, devices: &[u8]) -> StreamId {
        let hash = ContentHash([number; 32]);
        let stream = streams.open(Layout { hash, pieces: Pieces::Whole, ends: vec![4096] });
        streams.set_sources(stream, devices.iter().map(|n| DeviceId([*n; 32])));
        stream
    }

    #[test]
    fn what_is_asked_for_together_is_asked_of_one_device_and_once() {
        let mut streams = Streams::default();
        let all: Vec<_> = (0..6).map(|n| small(&mut streams, n, &[1, 2])).collect();
        let reader = streams.add_reader(all[0]);
        streams.read(all[0], reader, &(0..4096));
        assert_eq!(streams.poll(Tick(1)).len(), 1);
        let fetches = streams.ask_together(Tick(1), &all);
        assert_eq!(fetches.iter().map(|fetch| fetch.stream).collect::<Vec<_>>(), all[1..]);
        assert!(fetches.iter().all(|fetch| fetch.from == fetches[0].from));
        assert!(streams.ask_together(Tick(1), &all).is_empty());
        // Who wants to read one of them meanwhile waits for what is under way.
        let reader = streams.add_reader(all[3]);
        streams.read(all[3], reader, &(0..10));
        assert!(streams.poll(Tick(2)).is_empty());
        streams.arrived(Tick(3), fetches[2].request, 0);
        streams.ended(Tick(3), fetches[2].request, Ending::Whole);
        assert!(streams.has(all[3], &(0..10)));
        // What did not come is asked for by whoever wants it.
        streams.ended(Tick(3), fetches[3].request, Ending::Lost);
        streams.read(all[4], reader, &(0..10));
        assert_eq!(streams.poll(Tick(3)).len(), 1);
    }

    #[test]
    fn a_device_keeps_room_for_what_is_waited_for() {
        let mut streams = Streams::default();
        let all: Vec<_> = (0..60).map(|n| small(&mut streams, n, &[1])).collect();
        assert_eq!(streams.ask_together(Tick(1), &all).len(), REQUESTS_MAX - SPARE);
        let reader = streams.add_reader(all[50]);
        streams.read(all[50], reader, &(0..10));
        assert_eq!(streams.poll(Tick(1)).len(), 1);
    }

    #[test]
    fn nobody_is_asked_for_what_nobody_has() {
        let mut streams = Streams::default();
        let (known, unknown) = (small(&mut streams, 1, &[1]), small(&mut streams, 2, &[]));
        assert_eq!(streams.ask_together(Tick(1), &[unknown]), []);
        assert_eq!(streams.ask_together(Tick(1), &[unknown, known]).len(), 1);
    }
}
