//! Taking over what another pod says.
//!
//! Whatever arrives is joined to what is known (`model::Register`), so order, repetition and detours
//! don't matter. A reader's changes are refused here, at the receiver. Deletes of files that stand on
//! this disk pass the safety brake first (`hold`).

use std::collections::{BTreeMap, BTreeSet};

use model::{Actor, ContentHash, Counter, DeviceId, Dot, EntryKind, Register, RelPath, Version};
use wire::{Item, Message, Same, Update};

use super::exchange::PAGE_ENTRIES_MAX;
use super::hold::Arrived;
use super::{Folder, ME, Turn};
use crate::action::Action;
use crate::index::{DeviceNumber, Holders, Index, IndexError, Row};
use crate::notice::Notice;
use crate::planner::{Decision, decide};

/// Pages of a device that wait for what is under way.
const WAITING_MAX: usize = 64;

impl<I: Index> Folder<I> {
    /// A page of another pod's index. `staged`: the small contents that came with it.
    pub(crate) fn updated(
        &mut self,
        turn: &mut Turn<'_>,
        from: DeviceId,
        (update, staged): (Update, Vec<ContentHash>),
    ) -> Result<(), IndexError> {
        let busy = self.is_under_way(&update)?;
        if let Some(peer) = self.peers.get_mut(&from)
            && (busy || !peer.waiting.is_empty())
        {
            if peer.waiting.len() < WAITING_MAX {
                peer.waiting.push_back((update, staged));
            } else {
                peer.dropped = true;
            }
            return Ok(());
        }
        self.take_page(turn, from, (update, staged))
    }

    /// Whether a change of one of its paths is under way. What is put there must stay the winner until
    /// it is known to stand there: after a crash it would look like a change of this device.
    fn is_under_way(&self, update: &Update) -> Result<bool, IndexError> {
        if update.items.iter().any(|item| self.work.is_moving(&item.path)) {
            return Ok(true);
        }
        if self.disk.starting.is_some() {
            for item in &update.items {
                if self.index.get(&item.path)?.is_some_and(|row| row.needed) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Takes over the pages that waited, as far as nothing of them is under way any more.
    pub(super) fn take_waiting(&mut self, turn: &mut Turn<'_>) -> Result<(), IndexError> {
        let devices: Vec<_> = self.peers.keys().copied().collect();
        for device in devices {
            loop {
                let front = self.peers.get(&device).and_then(|peer| peer.waiting.front());
                match front {
                    Some((update, _)) if !self.is_under_way(update)? => {}
                    Some(_) | None => break,
                }
                let peer = self.peers.get_mut(&device);
                let Some(page) = peer.and_then(|peer| peer.waiting.pop_front()) else { break };
                self.take_page(turn, device, page)?;
            }
            if let Some(peer) = self.peers.get_mut(&device)
                && peer.waiting.is_empty()
                && std::mem::take(&mut peer.dropped)
            {
                self.send_open(turn, device, false);
            }
        }
        Ok(())
    }

    fn take_page(
        &mut self,
        turn: &mut Turn<'_>,
        from: DeviceId,
        (update, staged): (Update, Vec<ContentHash>),
    ) -> Result<(), IndexError> {
        let Some(peer) = self.peers.get(&from).filter(|peer| peer.opened) else { return Ok(()) };
        let (number, received) = (peer.number, peer.state.received);
        if update.position.epoch != received.epoch || update.after > received.sequence {
            return Ok(());
        }
        if let Some(peer) = self.peers.get_mut(&from) {
            peer.followed = update.followed;
        }
        self.work.staged(staged);
        for same in &update.same {
            self.acknowledged(number, *same)?;
        }
        self.note_counters(&update.items)?;
        let more = update.items.len() + update.same.len() >= PAGE_ENTRIES_MAX;
        if turn.may_write(from) {
            self.take_over(turn, number, update.items, more)?;
        } else {
            self.refuse(turn, from, number, update.items)?;
        }
        if let Some(peer) = self.peers.get_mut(&from) {
            peer.state.received = update.position;
            let state = peer.state;
            self.index.set_peer(number, state)?;
        }
        self.pump(turn)?;
        self.tell(turn)
    }

    /// An entry that we told stands unchanged in the other's index.
    fn acknowledged(&mut self, number: DeviceNumber, same: Same) -> Result<(), IndexError> {
        if let Some(row) = self.index.at(same.sequence)?
            && row.holders.contains(number) != same.held
        {
            let after = Row { holders: row.holders.with(number, same.held), ..row.clone() };
            let after = self.write(Some(&row), after, false)?;
            if after.needed && same.held {
                self.work.add(after.path);
            }
        }
        Ok(())
    }

    /// Remembers the highest counter of every actor, so that a device that lost its own can be told.
    fn note_counters(&mut self, items: &[Item]) -> Result<(), IndexError> {
        let mut highest: BTreeMap<Actor, Counter> = BTreeMap::new();
        for dot in
            items.iter().flat_map(|item| &item.siblings).flat_map(|entry| entry.version.iter())
        {
            let seen = highest.entry(dot.actor).or_insert(0);
            *seen = (*seen).max(dot.counter);
        }
        for (actor, counter) in highest {
            if let Some((device, _)) = self.actors.get(&actor).copied() {
                self.note_actor(actor, device, counter)?;
            }
        }
        Ok(())
    }

    /// Takes over items that may change things; deletes go through the brake together.
    fn take_over(
        &mut self,
        turn: &mut Turn<'_>,
        from: DeviceNumber,
        items: Vec<Item>,
        more: bool,
    ) -> Result<(), IndexError> {
        let (mut deletes, mut over_directories) = (Vec::new(), Vec::new());
        for item in items {
            let Some(register) = Register::of(item.siblings.iter().cloned()) else { continue };
            let before = self.index.get(&item.path)?;
            if before.is_none() && self.has_forgotten(turn, &register) {
                self.delete_again(turn, &item.path, &register)?;
            } else if self.held_at(&item.path)?.is_some() {
                self.hear_of_held(turn, from, (&item, register), before)?;
            } else if self.deletes_here(before.as_ref(), &register)? {
                let is_file = before.is_some_and(|row| row.is_file_on_disk());
                deletes.push(Arrived { item, register, is_file });
            } else if before
                .as_ref()
                .is_some_and(|row| takes_the_place_of_a_directory(row, &register))
            {
                over_directories.push((item, register));
            } else {
                self.join(turn, from, (&item, register), before)?;
            }
        }
        self.judge_arrivals(turn, from, deletes, more)?;
        // What the directory held has to be gone first, or the directory would be kept.
        for (item, register) in over_directories {
            let before = self.index.get(&item.path)?;
            self.join(turn, from, (&item, register), before)?;
        }
        Ok(())
    }

    /// Whether taking over `register` takes something away from this disk that did not move.
    fn deletes_here(&self, before: Option<&Row>, register: &Register) -> Result<bool, IndexError> {
        let stands = |row: &&Row| row.disk.is_some() && !self.leaving.contains(&row.path);
        let Some(before) = before.filter(stands) else { return Ok(false) };
        let EntryKind::Tombstone { moved_to } = &register.winner().kind else { return Ok(false) };
        let released = register.winner().resolves.is_some();
        if !before.register.winner().kind.is_live() || released {
            return Ok(false);
        }
        let arrived = |to: &model::entry::Destination| -> Result<bool, IndexError> {
            Ok(self
                .index
                .get(&to.path)?
                .is_some_and(|row| row.register.knowledge().contains(to.dot)))
        };
        match moved_to {
            Some(to) => Ok(!arrived(to)?),
            None => Ok(true),
        }
    }

    /// Joins one item to what is known of its path.
    pub(super) fn join(
        &mut self,
        turn: &mut Turn<'_>,
        from: DeviceNumber,
        (item, theirs): (&Item, Register),
        before: Option<Row>,
    ) -> Result<(), IndexError> {
        let Some(before) = before else {
            let row = self.new_row(&item.path, theirs, Some((from, item.sequence)));
            let row = Row { holders: Holders::default().with(from, item.held), ..row };
            return self.joined(turn, None, row);
        };
        let mut after = before.clone();
        let changed = if self.gives_way(turn, &before.register, &theirs) {
            after.register = theirs.clone();
            true
        } else {
            after.register.join(&theirs)
        };
        let agreed = after.register == theirs;
        if changed {
            after.via = agreed.then_some((from, item.sequence));
            if after.register.winner() != before.register.winner() {
                after.holders = Holders::default();
            }
        } else if agreed
            && before.via.is_none_or(|(number, _)| number == from)
            && before.via.is_some()
        {
            after.via = Some((from, item.sequence));
        }
        // A reader's own register may differ for ever from what the others agree on.
        let reads =
            !turn.may_write(turn.me) && after.register.winner().kind.same(&theirs.winner().kind);
        if agreed || reads || after.register.winner() == theirs.winner() {
            after.holders = after.holders.with(from, item.held);
        }
        let renamed =
            before.via.is_some_and(|(number, told)| number == from && told != item.sequence);
        let heard = before.sequence <= self.followed_by(from);
        // What it believes of this device is wrong, or will be: the answer that is on its way to it names
        // the entry by an older sequence, so it can't be placed.
        let wrong = (agreed || reads)
            && if heard { item.yours_held != before.holders.contains(ME) } else { renamed };
        if !changed && after == before && !wrong {
            return Ok(());
        }
        if !changed {
            let row = self.write(Some(&before), after, wrong)?;
            if row.needed && item.held {
                self.work.add(row.path);
            }
            return Ok(());
        }
        self.joined(turn, Some(&before), after)
    }

    /// A directory that a reader found on its disk may have been made for what arrived before it: when those
    /// who share it tell of it, it is theirs, or it would stay when they delete it.
    fn gives_way(&self, turn: &Turn<'_>, ours: &Register, theirs: &Register) -> bool {
        let directory = |register: &Register| {
            matches!(register.winner().kind, EntryKind::Directory { .. })
                && register.siblings().len() == 1
        };
        !turn.may_write(turn.me)
            && ours.winner().dot.actor == self.identity.actor
            && theirs.winner().dot.actor != self.identity.actor
            && directory(ours)
            && directory(theirs)
    }

    /// How far a device had followed this index when it wrote its last page.
    fn followed_by(&self, number: DeviceNumber) -> wire::Sequence {
        let mut peers = self.peers.values();
        peers.find(|peer| peer.number == number).map(|peer| peer.followed).unwrap_or_default()
    }

    pub(super) fn new_row(
        &self,
        path: &RelPath,
        register: Register,
        via: Option<(DeviceNumber, wire::Sequence)>,
    ) -> Row {
        Row {
            path: path.clone(),
            register,
            sequence: wire::Sequence(0),
            via,
            holders: Holders::default(),
            disk: None,
            needed: false,
            problem: None,
            shown: Version::default(),
        }
    }

    /// After a register changed: what follows from it, and the row.
    pub(super) fn joined(
        &mut self,
        turn: &mut Turn<'_>,
        before: Option<&Row>,
        mut after: Row,
    ) -> Result<(), IndexError> {
        self.tell_new_conflicts(turn, before, &after);
        if decide(&after) == Decision::Adopt
            && let Some(disk) = &mut after.disk
        {
            disk.version = after.register.winner().version.clone();
            disk.dot = after.register.winner().dot;
        }
        if before.is_none() || !before.is_some_and(|row| row.register.winner().kind.is_live()) {
            after.problem = self.collision(&after)?;
        }
        let row = self.write(before, after, true)?;
        if let Some(before) = before {
            self.on_their_way.note(before, &row);
            self.note_overtaken(before, &row);
        }
        if row.needed {
            self.work.add(row.path.clone());
        } else if row.disk.is_none() {
            let (folder, path) = (self.id, row.path.clone());
            turn.ask(Action::Tell(Notice::Listed { folder, path }));
        }
        if !row.register.winner().kind.is_live() {
            self.end_collisions(&row.path)?;
        }
        if !matches!(row.register.winner().kind, EntryKind::Directory { .. }) {
            self.work.forget_directory(&row.path);
        }
        self.follow(turn, before, &row)
    }

    fn collision(&self, row: &Row) -> Result<Option<model::Problem>, IndexError> {
        let live = row.register.winner().kind.is_live();
        let collides = live && !self.index.folded(&row.path)?.is_empty();
        Ok(collides.then_some(model::Problem::Collision))
    }

    /// A name is free again: another one that differed only in capitals or accents stands alone.
    fn end_collisions(&mut self, path: &RelPath) -> Result<(), IndexError> {
        for other in self.index.folded(path)? {
            let Some(row) = self.index.get(&other)? else { continue };
            if row.problem == Some(model::Problem::Collision) && self.collision(&row)?.is_none() {
                let after = Row { problem: None, ..row.clone() };
                self.write(Some(&row), after, false)?;
            }
        }
        Ok(())
    }

    pub(super) fn tell_new_conflicts(
        &mut self,
        turn: &mut Turn<'_>,
        before: Option<&Row>,
        after: &Row,
    ) {
        let known: BTreeSet<Dot> =
            before.iter().flat_map(|row| row.register.losers()).map(|entry| entry.dot).collect();
        for (id, entry) in after.register.conflicts(&after.path) {
            if !known.contains(&entry.dot) {
                let (folder, path) = (self.id, after.path.clone());
                turn.ask(Action::Tell(Notice::Conflict { folder, path, id }));
            }
        }
    }

    /// A reader's page: nothing of it changes anything here; what would is told back to it.
    fn refuse(
        &mut self,
        turn: &mut Turn<'_>,
        from: DeviceId,
        number: DeviceNumber,
        items: Vec<Item>,
    ) -> Result<(), IndexError> {
        let mut paths = Vec::new();
        for item in items {
            let Some(theirs) = Register::of(item.siblings.iter().cloned()) else { continue };
            let before = self.index.get(&item.path)?;
            if before.is_none() && self.has_forgotten(turn, &theirs) {
                self.delete_again(turn, &item.path, &theirs)?;
                continue;
            }
            let mut register = before.as_ref().map(|row| row.register.clone());
            let news = register.as_mut().is_none_or(|own| own.join(&theirs));
            if news {
                // What it has is told all the same, if that is what everybody else wants there.
                let same = |row: &Row| row.register.winner().kind.same(&theirs.winner().kind);
                if let Some(row) = before.filter(same) {
                    let holders = row.holders.with(number, item.held);
                    self.write(Some(&row), Row { holders, ..row.clone() }, false)?;
                }
                paths.push(item.path);
            } else {
                self.join(turn, number, (&item, theirs), before)?;
            }
        }
        if !paths.is_empty() {
            let message = Message::Refused { folder: self.id, paths };
            turn.ask(Action::Send { to: from, message, attach: Vec::new() });
        }
        Ok(())
    }

    /// This device is a reader, and another one did not take over its changes. A delete that it knows of from
    /// others is not news to `from`, which has forgotten it: it acted on it long ago.
    pub(crate) fn refused(
        &mut self,
        turn: &mut Turn<'_>,
        from: DeviceId,
        paths: &[RelPath],
    ) -> Result<(), IndexError> {
        if turn.may_write(turn.me) {
            return Ok(());
        }
        for path in paths {
            let Some(row) = self.index.get(path)? else { continue };
            let own = |entry: &model::Entry| entry.dot.actor == self.identity.actor;
            if let Some(number) = self.numbers.get(&from)
                && row.register.siblings().iter().all(|entry| !entry.kind.is_live() && !own(entry))
            {
                let holders = row.holders.with(*number, true);
                self.write(Some(&row), Row { holders, ..row.clone() }, false)?;
                continue;
            }
            // Its change need not have won here: a delete brings up what had lost.
            if row.register.siblings().iter().any(own) && row.holders.contains(ME) {
                let problem = model::Problem::Refused;
                let after = Row { problem: Some(problem), ..row.clone() };
                self.count(&row, false);
                self.count(&after, true);
                self.index.put(&after)?;
                let (folder, path) = (self.id, path.clone());
                turn.ask(Action::Tell(Notice::Waits { folder, path, problem }));
            }
        }
        Ok(())
    }
}

/// Whether a file or link is told where a directory was known.
fn takes_the_place_of_a_directory(row: &Row, register: &Register) -> bool {
    let is_directory = |kind: &EntryKind| matches!(kind, EntryKind::Directory { .. });
    let winner = &register.winner().kind;
    winner.is_live()
        && !is_directory(winner)
        && row.register.siblings().iter().any(|entry| is_directory(&entry.kind))
}
