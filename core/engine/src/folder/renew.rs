//! A new life for an index: when it turns out to have been restored, copied or lost.
//!
//! A life is an epoch (of the stream that others follow) and an actor (under whose name changes are
//! made). An index that was set back would use counters a second time; a new actor makes that
//! impossible. Changes that it made since the last exchange that both sides remember may already carry
//! counters used twice, so they are stamped anew.

use model::{Actor, Counter, DeviceId, Dot, Entry, EntryKind, Register, RelPath};
use wire::{Open, Position};

use super::observe::{Said, Standing};
use super::{Folder, Turn};
use crate::action::Action;
use crate::index::{DeviceNumber, Index, IndexError, PeerState, Row};
use crate::notice::Notice;

impl<I: Index> Folder<I> {
    /// Takes a new epoch and actor, and hears everything from the others once more.
    pub(super) fn start_new_life(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        self.identity.epoch = turn.dice.roll();
        self.identity.actor = Actor(turn.dice.roll());
        self.identity.counter = 0;
        self.identity_changed = true;
        self.note_actor(self.identity.actor, turn.me, 0)?;
        turn.ask(Action::Tell(Notice::NewLife { folder: self.id }));
        self.forget_hearsay(turn)
    }

    /// Forgets what is known only from others and is not here: whoever told it may have forgotten meanwhile
    /// that it was deleted, because this device had acted on that. What still holds they tell again. What is
    /// here is told in full, for the same reason.
    fn forget_hearsay(&mut self, turn: &Turn<'_>) -> Result<(), IndexError> {
        self.each_row(|folder, row| {
            let own = |entry: &Entry| folder.author(entry) == Some(turn.me);
            let heard = row.via.is_some() && !row.register.siblings().iter().any(own);
            let settled = row.disk.is_none() && !folder.work.is_moving(&row.path);
            let held = folder.index.held_at(&row.path)?.is_some();
            if heard && settled && !held && row.register.winner().kind.is_live() {
                folder.erase(row)?;
            } else if row.via.is_some() {
                folder.write(Some(row), Row { via: None, ..row.clone() }, false)?;
            }
            Ok(())
        })?;
        for number in self.numbers.values().copied().collect::<Vec<_>>() {
            let known = self.index.peer(number)?;
            self.index.set_peer(number, PeerState { received: Position::default(), ..known })?;
        }
        for peer in self.peers.values_mut() {
            peer.state.received = Position::default();
        }
        Ok(())
    }

    /// Whether this device itself made all of what another one tells of a path that stands nowhere in this index:
    /// then it was deleted since, and everybody acted on that, the teller too before it was set back.
    pub(super) fn has_forgotten(&self, turn: &Turn<'_>, register: &Register) -> bool {
        let own =
            |dot: Dot| dot.actor == self.identity.actor && dot.counter <= self.identity.counter;
        let all_own = register.siblings().iter().all(|entry| own(entry.dot));
        all_own && register.winner().kind.is_live() && turn.may_write(turn.me)
    }

    /// Says once more that it was deleted.
    pub(super) fn delete_again(
        &mut self,
        turn: &mut Turn<'_>,
        path: &RelPath,
        told: &Register,
    ) -> Result<(), IndexError> {
        let kind = EntryKind::Tombstone { moved_to: None };
        let said = Said { kind, mtime: turn.now.wall, basis: told.knowledge(), resolves: None };
        self.say(turn, (path, None), said, Standing::Still(None))?;
        Ok(())
    }

    /// Whether the opening device knows more of this index than the index itself.
    pub(super) fn check_own_life(
        &mut self,
        turn: &mut Turn<'_>,
        from: DeviceId,
        open: &Open,
    ) -> Result<(), IndexError> {
        let Some(peer) = self.peers.get(&from) else { return Ok(()) };
        let (theirs, sent) = (open.received, peer.state.sent);
        let further = theirs.epoch == self.identity.epoch
            && (theirs.sequence > sent.sequence
                || (theirs.sequence == sent.sequence && theirs.mark != sent.mark));
        let counted = open
            .actors
            .iter()
            .any(|(actor, _, seen)| *actor == self.identity.actor && *seen > self.identity.counter);
        if further || counted {
            let (actor, agreed) = (self.identity.actor, peer.state.counter_sent);
            self.start_new_life(turn)?;
            self.stamp_anew(actor, agreed)?;
            self.reopen(turn);
        }
        Ok(())
    }

    /// Gives every change of `actor` after `agreed` a counter of the new actor.
    fn stamp_anew(&mut self, actor: Actor, agreed: Counter) -> Result<(), IndexError> {
        let doubtful = |entry: &Entry| entry.dot.actor == actor && entry.dot.counter > agreed;
        self.each_row(|folder, row| {
            if !row.register.siblings().iter().any(doubtful) {
                return Ok(());
            }
            let mut after = row.clone();
            let siblings: Vec<_> = row
                .register
                .siblings()
                .iter()
                .map(|entry| {
                    if !doubtful(entry) {
                        return entry.clone();
                    }
                    let dot: Dot = folder.next_dot();
                    Entry { version: entry.version.with(dot), dot, ..entry.clone() }
                })
                .collect();
            if let Some(disk) = &mut after.disk
                && let Some(at) =
                    row.register.siblings().iter().position(|e| e.version == disk.version)
            {
                disk.version = siblings[at].version.clone();
                disk.dot = siblings[at].dot;
            }
            if let Some(register) = Register::of(siblings) {
                after.register = register;
            }
            after.via = None;
            folder.write(Some(row), after, true)?;
            Ok(())
        })
    }

    /// Begins every exchange anew under the new epoch.
    fn reopen(&mut self, turn: &mut Turn<'_>) {
        let devices: Vec<_> = self.peers.keys().copied().collect();
        for device in devices {
            if let Some(peer) = self.peers.get_mut(&device) {
                peer.state = PeerState::default();
                peer.state.sent.epoch = self.identity.epoch;
            }
            self.send_open(turn, device, false);
        }
    }

    /// A device lost its index: what it said it holds is not to be relied on, nor that it still knows what
    /// it told. It will tell all that it knows; but deletes on which everybody had acted it may have
    /// forgotten, and would never speak of again: it is told them once more.
    pub(super) fn forget_holdings(&mut self, number: DeviceNumber) -> Result<(), IndexError> {
        self.forget_teller(number)?;
        self.each_row(|folder, row| {
            let via = row.via.filter(|(teller, _)| *teller != number);
            let gone = !row.register.winner().kind.is_live();
            if row.holders.contains(number) || via != row.via {
                let holders = row.holders.with(number, false);
                folder.write(Some(row), Row { holders, via, ..row.clone() }, gone)?;
            }
            Ok(())
        })
    }

    /// Calls `each` for every row of the index, page by page.
    pub(super) fn each_row(
        &mut self,
        each: impl FnMut(&mut Self, &Row) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        self.each_row_below(None, each)
    }
}
