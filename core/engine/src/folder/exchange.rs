//! Telling the other pods what is in the index, and how far they told us.
//!
//! Each side sends its index in pages, in the order of its sequence; a connection starts where the
//! last one ended. What a device told us goes back to it as its own sequence number only. A page is
//! kept in mind before it is sent, with a mark, so that an index that was restored from a backup is
//! noticed when the two meet (`renew`).

use std::collections::{BTreeMap, VecDeque};

use model::{Content, DeviceId, Entry, EntryKind, Mode, RelPath};
use wire::{Item, Mark, Message, Open, Position, Same, Sequence, Update};

use super::{Folder, ME, Peer, Turn};
use crate::action::Action;
use crate::index::{Index, IndexError, Row};

/// Entries in a page, or one more if that keeps a rename together.
pub(super) const PAGE_ENTRIES_MAX: usize = 512;
/// Bytes of small files that travel in one page.
const PAGE_BYTES_MAX: u64 = 2 << 20;
/// A file up to this size travels with the change that made it.
const SMALL_BYTES_MAX: u64 = 16 << 10;
/// Pages handed to the network and not yet taken by it.
const UNSENT_MAX: usize = 4;

impl<I: Index> Folder<I> {
    /// The pods of the folder, and which of their devices are connected.
    pub(crate) fn set_pods(
        &mut self,
        turn: &mut Turn<'_>,
        pods: BTreeMap<DeviceId, Mode>,
        connected: &dyn Fn(DeviceId) -> bool,
    ) -> Result<(), IndexError> {
        self.pods = pods;
        for (device, peer) in &mut self.peers {
            peer.mode = self.pods.get(device).copied().unwrap_or(peer.mode);
        }
        let gone: Vec<_> =
            self.peers.keys().filter(|d| !self.pods.contains_key(*d)).copied().collect();
        for device in gone {
            self.promises.forget_device(device);
            self.disconnect(turn, device)?;
        }
        let devices: Vec<_> = self.pods.keys().copied().collect();
        for device in devices {
            if device != turn.me && connected(device) {
                self.connect(turn, device)?;
            }
        }
        Ok(())
    }

    /// A device is connected; if it has a pod here, the exchange begins.
    pub(crate) fn connect(
        &mut self,
        turn: &mut Turn<'_>,
        device: DeviceId,
    ) -> Result<(), IndexError> {
        let Some(mode) = self.pods.get(&device).copied() else { return Ok(()) };
        if self.peers.contains_key(&device) {
            return Ok(());
        }
        let number = self.number(device)?;
        let state = self.index.peer(number)?;
        let (waiting, followed) = (VecDeque::new(), Sequence(0));
        let peer = Peer {
            number,
            state,
            opened: false,
            mode,
            unsent: 0,
            followed,
            waiting,
            dropped: false,
        };
        self.peers.insert(device, peer);
        self.send_open(turn, device, false);
        Ok(())
    }

    pub(crate) fn disconnect(
        &mut self,
        turn: &mut Turn<'_>,
        device: DeviceId,
    ) -> Result<(), IndexError> {
        if self.peers.remove(&device).is_some() {
            let steps = self.transfers.lose(device);
            self.follow_steps(turn, steps)?;
            self.pump(turn)?;
        }
        Ok(())
    }

    pub(super) fn send_open(&mut self, turn: &mut Turn<'_>, device: DeviceId, answer: bool) {
        let Some(peer) = self.peers.get(&device) else { return };
        let open = Open {
            folder: self.id,
            epoch: self.identity.epoch,
            actor: self.identity.actor,
            sequence: self.identity.sequence,
            received: peer.state.received,
            actors: self
                .actors
                .iter()
                .map(|(actor, (device, seen))| (*actor, *device, *seen))
                .collect(),
            mode: self.mode,
            answer,
        };
        turn.ask(Action::Send { to: device, message: Message::Open(open), attach: Vec::new() });
    }

    /// A pod begins (or begins anew, after its index started a new life).
    pub(crate) fn opened(
        &mut self,
        turn: &mut Turn<'_>,
        from: DeviceId,
        open: &Open,
    ) -> Result<(), IndexError> {
        let Some(peer) = self.peers.get(&from) else { return Ok(()) };
        if open.answer && peer.opened && peer.state.received.epoch == open.epoch {
            return Ok(());
        }
        for (actor, device, seen) in &open.actors {
            if *actor != self.identity.actor {
                self.note_actor(*actor, *device, *seen)?;
            }
        }
        self.note_actor(open.actor, from, 0)?;
        self.check_own_life(turn, from, open)?;
        let Some(peer) = self.peers.get_mut(&from) else { return Ok(()) };
        peer.mode = open.mode;
        if peer.state.received.epoch != open.epoch {
            let forgotten = peer.state.received.epoch != 0;
            let number = peer.number;
            peer.state.received = Position { epoch: open.epoch, ..Position::default() };
            self.promises.forget_device(from);
            if forgotten {
                self.forget_holdings(number)?;
            }
        }
        let epoch = self.identity.epoch;
        let Some(peer) = self.peers.get_mut(&from) else { return Ok(()) };
        peer.state.sent = if open.received.epoch == epoch {
            open.received
        } else {
            Position { epoch, ..Position::default() }
        };
        peer.opened = true;
        peer.followed =
            if open.received.epoch == epoch { open.received.sequence } else { Sequence(0) };
        let (number, state) = (peer.number, peer.state);
        self.index.set_peer(number, state)?;
        if !open.answer {
            // Its first opening may have come before this folder was open here, and the other way round.
            self.send_open(turn, from, true);
        }
        self.work.sweep();
        self.tell(turn)?;
        self.pump(turn)
    }

    /// A page was taken by the network.
    pub(crate) fn sent(&mut self, turn: &mut Turn<'_>, to: DeviceId) -> Result<(), IndexError> {
        if let Some(peer) = self.peers.get_mut(&to) {
            peer.unsent = peer.unsent.saturating_sub(1);
        }
        self.tell(turn)
    }

    /// Sends every connected pod what it has not been told, as far as the network takes it.
    pub(crate) fn tell(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        let devices: Vec<_> = self.peers.keys().copied().collect();
        for device in devices {
            while self.tell_page(turn, device)? {}
        }
        Ok(())
    }

    /// Sends one page; whether there may be another.
    fn tell_page(&mut self, turn: &mut Turn<'_>, device: DeviceId) -> Result<bool, IndexError> {
        let Some(peer) = self.peers.get(&device) else { return Ok(false) };
        let sent = peer.state.sent;
        if !peer.opened
            || peer.unsent >= UNSENT_MAX
            || self.paused
            || sent.sequence >= self.identity.sequence
        {
            return Ok(false);
        }
        let mut rows = self.index.since(sent.sequence, PAGE_ENTRIES_MAX + 1)?;
        if !ends_in_a_rename(&rows) {
            rows.truncate(PAGE_ENTRIES_MAX);
        }
        let mark = Mark(turn.dice.roll());
        let (mut update, attach) = self.page(device, sent.sequence, &rows);
        update.position =
            Position { epoch: self.identity.epoch, sequence: update.position.sequence, mark };
        let all = update.items.len() + update.same.len() == rows.len();
        if all && rows.len() < PAGE_ENTRIES_MAX {
            // Sequences after the last row belong to rows that are forgotten.
            update.position.sequence = self.identity.sequence;
        }
        let counter = self.identity.counter;
        let Some(peer) = self.peers.get_mut(&device) else { return Ok(false) };
        peer.state.sent_before = sent;
        peer.state.sent = update.position;
        peer.state.counter_sent = counter;
        peer.unsent += 1;
        let (number, state) = (peer.number, peer.state);
        self.index.set_peer(number, state)?;
        turn.ask(Action::Send { to: device, message: Message::Update(update), attach });
        Ok(true)
    }

    fn page(
        &self,
        to: DeviceId,
        after: Sequence,
        rows: &[Row],
    ) -> (Update, Vec<(RelPath, Content)>) {
        let peer = &self.peers[&to];
        let mut update = Update {
            folder: self.id,
            after,
            position: Position { sequence: after, ..Position::default() },
            followed: peer.state.received.sequence,
            items: Vec::new(),
            same: Vec::new(),
            small: Vec::new(),
        };
        let (mut attach, mut bytes) = (Vec::new(), 0);
        for row in rows {
            let held = row.holders.contains(ME);
            match row.via {
                Some((number, sequence)) if number == peer.number => {
                    update.same.push(Same { sequence, held });
                }
                Some(_) | None => {
                    if let Some(content) = self.travels_along(row).filter(|_| peer.mode.keeps_all())
                    {
                        bytes += content.size;
                        if bytes > PAGE_BYTES_MAX {
                            break;
                        }
                        attach.push((row.path.clone(), content));
                    }
                    update.items.push(Item {
                        sequence: row.sequence,
                        path: row.path.clone(),
                        siblings: row.register.siblings().to_vec(),
                        held,
                        yours_held: row.holders.contains(peer.number),
                    });
                }
            }
            update.position.sequence = row.sequence;
        }
        (update, attach)
    }

    /// The content of a small file that this device wrote: nobody else can have it yet.
    fn travels_along(&self, row: &Row) -> Option<Content> {
        let winner = row.register.winner();
        let own = winner.dot.actor == self.identity.actor
            && row.holders.contains(ME)
            && !self.disk.moved.contains(&winner.dot);
        winner
            .kind
            .content()
            .filter(|content| own && !content.chunked && content.size <= SMALL_BYTES_MAX)
    }
}

/// Whether what a rename left is the first that has no room in a page, and where it went the last that has: whoever
/// hears of the two halves apart copies what it could have moved.
fn ends_in_a_rename(rows: &[Row]) -> bool {
    let Some((left, new)) = rows.get(PAGE_ENTRIES_MAX).zip(rows.get(PAGE_ENTRIES_MAX - 1)) else {
        return false;
    };
    let leads_there = |entry: &Entry| matches!(&entry.kind, EntryKind::Tombstone { moved_to: Some(to) } if to.path == new.path);
    left.register.siblings().iter().any(leads_there)
}
