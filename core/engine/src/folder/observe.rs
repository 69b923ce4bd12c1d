//! What the disk shows becomes a change of this device, or proves a change that it carried out.
//!
//! A change is made only of what differs from what was last seen, never from what others want: so the
//! engine's own work coming back through the watcher makes no version. Something that disappeared is
//! not a delete yet (`leave`).

use model::{
    ConflictId, Content, ContentHash, Dot, Entry, EntryKind, Problem, Register, RelPath, Version,
    WallTime,
};

use super::work::SWEEP_PAGE;
use super::{Folder, Turn};
use crate::action::Action;
use crate::event::ManifestRead;
use crate::index::{Holders, Index, IndexError, OnDisk, Row};
use crate::notice::Notice;
use crate::observation::{Found, Observation, Root, Scope, Seen};
use crate::planner::attributes;

/// A version of so many actors is not made longer: a path may be moved away and made anew for ever.
const ANEW_ACTORS_MAX: usize = 48;

/// A change that this device makes: all of an entry but its dot.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) kind: EntryKind,
    pub(super) mtime: WallTime,
    /// What the change knows of.
    pub(super) basis: Version,
    pub(super) resolves: Option<ConflictId>,
}

/// What stands on the disk when a change is made.
#[derive(Debug)]
pub(super) enum Standing {
    /// What the change says.
    This(Seen),
    /// What stood there before.
    Still(Option<OnDisk>),
}

impl<I: Index> Folder<I> {
    /// Paths that differ from what was known.
    pub(crate) fn observed(
        &mut self,
        turn: &mut Turn<'_>,
        observations: Vec<Observation>,
        manifests: Vec<ManifestRead>,
    ) -> Result<(), IndexError> {
        self.keep_manifests(&manifests)?;
        // What disappeared comes first: what turned up may be the same things.
        let (gone, there): (Vec<_>, Vec<_>) =
            observations.into_iter().partition(|seen| matches!(seen.found, Found::Gone));
        for Observation { path, found } in gone.into_iter().chain(there) {
            self.disk.blocked.remove(&path);
            self.disk.doubted.remove(&path);
            self.work.look_below_later(&path);
            if self.work.is_moving(&path) {
                self.seen_on_the_way(path, &found)?;
                continue;
            }
            match found {
                Found::Present(seen) => self.present(turn, &path, seen)?,
                Found::Gone => self.gone(turn, &path)?,
                Found::Blocked(problem) => self.blocked(turn, path, problem)?,
            }
        }
        self.tell(turn)?;
        self.pump(turn)
    }

    /// The disk changed at a path that is being changed: most often that is the change itself.
    fn seen_on_the_way(&mut self, path: RelPath, found: &Found) -> Result<(), IndexError> {
        let Some(row) = self.index.get(&path)? else { return Ok(()) };
        let expected = match found {
            Found::Present(seen) => self.is_winner(&row, seen),
            Found::Gone => !row.register.winner().kind.is_live(),
            Found::Blocked(_) => false,
        };
        if !expected {
            self.work.look_later(path);
        }
        Ok(())
    }

    pub(super) fn keep_manifests(&mut self, manifests: &[ManifestRead]) -> Result<(), IndexError> {
        for manifest in manifests {
            self.index.put_manifest(manifest.hash, &manifest.bytes, &manifest.sketch)?;
        }
        Ok(())
    }

    /// A scan is through.
    pub(crate) fn scan_ended(
        &mut self,
        turn: &mut Turn<'_>,
        scope: &Scope,
        root: Root,
    ) -> Result<(), IndexError> {
        self.disk.scans = self.disk.scans.saturating_sub(1);
        if root != self.disk.root {
            self.disk.root = root;
            if root != Root::Ready {
                self.leaving.clear();
                self.tell_held(turn);
            }
            turn.ask(Action::Tell(Notice::Folder { folder: self.id }));
        }
        self.looked_again(turn, scope)?;
        match scope {
            Scope::Folder => {
                if root == Root::Ready {
                    self.disk.known = true;
                    self.disk.displaced.clear();
                    self.disk.overtaken.clear();
                }
                self.disk.looking.clear();
                let met = std::mem::take(&mut self.disk.met);
                self.disk.blocked.retain(|path, _| met.contains(path));
                self.work.sweep();
            }
            Scope::Paths(paths) => {
                for path in paths {
                    if !self.disk.met.remove(path) {
                        self.disk.blocked.remove(path);
                    }
                    if self.disk.looking.remove(path) {
                        self.work.add(path.clone());
                    }
                }
                if self.disk.starting.is_some() && self.disk.starting.as_ref() == paths.first() {
                    self.look_at_needed(turn, paths.last())?;
                }
            }
        }
        self.pump(turn)
    }

    /// Looks at the next page of what has work remaining, at the start; then pages of others may come.
    pub(super) fn look_at_needed(
        &mut self,
        turn: &mut Turn<'_>,
        after: Option<&RelPath>,
    ) -> Result<(), IndexError> {
        let rows = self.index.needed(after, SWEEP_PAGE)?;
        let stood = rows.iter().filter_map(|row| row.disk.as_ref()?.seen.kind.content());
        let contents: Vec<_> = stood.map(|content| content.hash).collect();
        let paths: Vec<RelPath> = rows.into_iter().map(|row| row.path).collect();
        self.disk.starting = paths.first().cloned();
        if paths.is_empty() {
            return self.take_waiting(turn);
        }
        if !contents.is_empty() {
            self.disk.displaced.extend(&contents);
            turn.ask(Action::LookInArchive { folder: self.id, contents });
        }
        self.scan(turn, Scope::Paths(paths));
        Ok(())
    }

    fn present(
        &mut self,
        turn: &mut Turn<'_>,
        path: &RelPath,
        seen: Seen,
    ) -> Result<(), IndexError> {
        if self.leaving.remove(path).is_some() {
            // What was wanted there while it seemed gone was not done.
            self.work.add(path.clone());
        }
        if !matches!(seen.kind, EntryKind::Directory { .. }) {
            self.settle_below(turn, path)?;
        }
        let row = self.index.get(path)?;
        self.end_hold(path, row.as_ref())?;
        let row = row.map(|row| self.put_before(turn, row, &seen)).transpose()?;
        match row {
            None => self.appeared(turn, (path, None), seen),
            Some(row) => match row.disk.clone() {
                Some(disk) => self.changed(turn, &row, &disk, seen),
                None => self.appeared(turn, (path, Some(&row)), seen),
            },
        }
    }

    /// Something stands where something was known to stand.
    fn changed(
        &mut self,
        turn: &mut Turn<'_>,
        row: &Row,
        disk: &OnDisk,
        seen: Seen,
    ) -> Result<(), IndexError> {
        if seen.stat == disk.seen.stat {
            // Bytes that changed while their fingerprint did not have rotted: that is nobody's change.
            return Ok(());
        }
        if self.may_be_displaced(row, disk) {
            let row = self.displaced(turn, row, disk)?;
            return self.appeared(turn, (&row.path, Some(&row)), seen);
        }
        let same = disk.seen.kind.same(&seen.kind);
        let before = attributes(&disk.seen.kind, disk.seen.stat.mtime);
        let after = attributes(&seen.kind, seen.stat.mtime);
        // What was moved over something that looks the same is a change: it is wanted here.
        let origin = self.leaving.origin_of(&seen).filter(|_| seen.kind.content().is_some());
        if same && before == after && origin.is_none() {
            return self.touch(row, OnDisk { seen, ..disk.clone() });
        }
        let winner = self.is_winner(row, &seen);
        if winner && origin.is_none() && (same || !self.put_by_a_person(turn, row, disk)?) {
            return self.adopt(row, seen);
        }
        if let Some(awaiting) = self.on_its_way(turn, row, disk)? {
            return self.edited_on_its_way(turn, (row, disk), &awaiting, seen);
        }
        let put_in_its_place = self.turned_up(row, disk)?.is_some();
        // What the first look finds was done before anything was heard.
        let mut basis = if self.disk.known
            || origin.is_some()
            || put_in_its_place
            || self.stands_where_it_went(row, disk)?
        {
            row.register.basis(&row.seen_version())
        } else {
            row.register.basis_of_edit(&row.seen_version(), disk.dot)
        };
        if winner {
            basis.join(&row.register.winner().version);
        }
        if put_in_its_place {
            // What stood here was moved away, and something else put in its place: no edit of it.
            basis = basis.with(left(disk.dot));
        }
        match origin {
            Some(origin) => self.moved(turn, &origin, (&row.path, Some(row)), (seen, basis)),
            None => self.record(turn, (&row.path, Some(row)), seen, basis).map(|_| ()),
        }
    }

    /// Some contents that were looked for in the archive are not there.
    pub(crate) fn not_archived(&mut self, contents: &[ContentHash]) {
        for content in contents {
            self.disk.displaced.remove(content);
        }
    }

    /// Whether a kill may have come between a change that displaced this and its note: then a file is in the
    /// archive. If it is not, whoever changed the path has seen it.
    pub(super) fn a_kill_may_have_displaced(&self, disk: &OnDisk) -> bool {
        let archived = |content: Content| self.disk.displaced.contains(&content.hash);
        !self.disk.known && disk.seen.kind.content().is_none_or(archived)
    }

    /// Whether what was known to stand there may have been replaced by a winner that it lost against, before
    /// a kill that came between the change and its note. Whoever changes the path then has not seen it. That
    /// winner may have gone meanwhile, if the root could not be looked at right away.
    pub(super) fn may_be_displaced(&self, row: &Row, disk: &OnDisk) -> bool {
        let loses = row.needed && row.register.losers().any(|loser| loser.dot == disk.dot);
        let is_file = disk.seen.kind.content().is_some();
        let wins_since = is_file && row.register.winner().dot == disk.dot;
        (loses || wins_since) && self.a_kill_may_have_displaced(disk)
    }

    /// Notes that this may be so: it stays a side of its conflict, and nothing is known to stand there.
    pub(super) fn displaced(
        &mut self,
        turn: &Turn<'_>,
        row: &Row,
        disk: &OnDisk,
    ) -> Result<Row, IndexError> {
        if !matches!(disk.seen.kind, EntryKind::Directory { .. }) {
            self.keep(turn, &row.path, disk)?;
        }
        self.write(Some(row), Row { disk: None, ..row.clone() }, false)
    }

    /// What the winner says stands there instead of what was known. If this is found at the start, a
    /// kill came between the change and its note: what was displaced is in the archive. Later it was
    /// not this engine: a person has put it there, over what had lost against it.
    fn put_by_a_person(
        &mut self,
        turn: &mut Turn<'_>,
        row: &Row,
        disk: &OnDisk,
    ) -> Result<bool, IndexError> {
        if self.disk.known {
            return Ok(row.register.losers().any(|loser| loser.dot == disk.dot));
        }
        let lasts = !matches!(disk.seen.kind, EntryKind::Directory { .. });
        if lasts && self.a_kill_may_have_displaced(disk) {
            self.keep(turn, &row.path, disk)?;
        }
        Ok(false)
    }

    /// Something stands where nothing was known to stand.
    fn appeared(
        &mut self,
        turn: &mut Turn<'_>,
        (path, row): (&RelPath, Option<&Row>),
        seen: Seen,
    ) -> Result<(), IndexError> {
        if let Some(row) = row.filter(|row| row.register.winner().kind.same(&seen.kind)) {
            return self.adopt(row, seen);
        }
        let basis = row.map_or_else(Version::default, |row| {
            let mut basis = anew(&row.register);
            // Over what was shown without being here, this is an edit.
            basis.join(&row.shown);
            basis
        });
        if let Some(origin) = self.leaving.origin_of(&seen) {
            return self.moved(turn, &origin, (path, row), (seen, basis));
        }
        self.record(turn, (path, row), seen, basis)?;
        Ok(())
    }

    fn is_winner(&self, row: &Row, seen: &Seen) -> bool {
        let winner = &row.register.winner();
        winner.kind.same(&seen.kind)
            && attributes(&winner.kind, winner.mtime) == attributes(&seen.kind, seen.stat.mtime)
    }

    /// The same thing with another fingerprint.
    fn touch(&mut self, row: &Row, disk: OnDisk) -> Result<(), IndexError> {
        if row.disk.as_ref() == Some(&disk) {
            return Ok(());
        }
        self.write(Some(row), Row { disk: Some(disk), ..row.clone() }, false)?;
        Ok(())
    }

    /// What stands there is what the winner says: it was put there by this engine, or it was there
    /// before the folder was shared. Other attributes than the winner's are adjusted.
    fn adopt(&mut self, row: &Row, seen: Seen) -> Result<(), IndexError> {
        let exact = self.is_winner(row, &seen);
        let winner = row.register.winner();
        let version = if exact { winner.version.clone() } else { Version::default() };
        let disk = Some(OnDisk { seen, version, dot: winner.dot });
        let after = self.write(Some(row), Row { disk, ..row.clone() }, false)?;
        if after.needed {
            self.work.add(after.path);
        }
        Ok(())
    }

    /// Records that this device has put `seen` at a path, knowing of `basis`.
    pub(super) fn record(
        &mut self,
        turn: &mut Turn<'_>,
        place: (&RelPath, Option<&Row>),
        seen: Seen,
        basis: Version,
    ) -> Result<Dot, IndexError> {
        let said = Said { kind: seen.kind.clone(), mtime: seen.stat.mtime, basis, resolves: None };
        self.say(turn, place, said, Standing::This(seen))
    }

    /// Adds a version of this device to a path; what stands on the disk is given apart.
    pub(super) fn say(
        &mut self,
        turn: &mut Turn<'_>,
        (path, before): (&RelPath, Option<&Row>),
        said: Said,
        standing: Standing,
    ) -> Result<Dot, IndexError> {
        let dot = self.next_dot();
        let version = said.basis.with(dot);
        let disk = match standing {
            Standing::This(seen) => Some(OnDisk { seen, version: version.clone(), dot }),
            Standing::Still(disk) => disk,
        };
        let Said { kind, mtime, basis, resolves } = said;
        let own = Register::new(Entry { kind, mtime, version, dot, resolves });
        let mut row = match before {
            None => self.new_row(path, own, None),
            Some(row) => Row { register: said_on(&row.register, &own, &basis), ..row.clone() },
        };
        row.via = None;
        row.problem = None;
        if before.is_none_or(|before| before.register.winner() != row.register.winner()) {
            row.holders = Holders::default();
        }
        row.disk = disk;
        self.joined(turn, before, row)?;
        let (folder, path) = (self.id, path.clone());
        turn.ask(Action::Tell(Notice::Changed { folder, path, local: true }));
        Ok(dot)
    }

    /// A tombstone of this device; nothing stands there any more. `seen`: what whoever took it away
    /// knew of the path.
    pub(super) fn delete_locally(
        &mut self,
        turn: &mut Turn<'_>,
        (path, seen): (&RelPath, &Version),
        moved_to: Option<model::entry::Destination>,
        released: bool,
    ) -> Result<(), IndexError> {
        let Some(row) = self.index.get(path)? else { return Ok(()) };
        let Some(disk) = &row.disk else {
            // What was wanted there while it was undecided was not done.
            if row.needed {
                self.work.add(row.path);
            }
            return Ok(());
        };
        if moved_to.is_none()
            && let Some(awaiting) = self.on_its_way(turn, &row, disk)?
        {
            self.gone_on_its_way(turn, &awaiting)?;
        }
        if !row.register.winner().kind.is_live() {
            self.write(Some(&row), Row { disk: None, ..row.clone() }, false)?;
            return Ok(());
        }
        let said = Said {
            kind: EntryKind::Tombstone { moved_to },
            mtime: turn.now.wall,
            basis: row.register.basis(seen),
            resolves: released.then(|| ConflictId::of(path, row.register.winner().dot)),
        };
        self.say(turn, (path, Some(&row)), said, Standing::Still(None))?;
        Ok(())
    }

    fn blocked(
        &mut self,
        turn: &mut Turn<'_>,
        path: RelPath,
        problem: Problem,
    ) -> Result<(), IndexError> {
        self.leaving.remove(&path);
        let (folder, told) = (self.id, path.clone());
        turn.ask(Action::Tell(Notice::Waits { folder, path: told, problem }));
        self.work.retry_later(turn.now.tick);
        if let Some(row) = self.index.get(&path)? {
            let after = Row { problem: Some(problem), ..row.clone() };
            self.count(&row, false);
            self.count(&after, true);
            return self.index.put(&after);
        }
        self.disk.met.insert(path.clone());
        self.disk.blocked.insert(path, problem);
        Ok(())
    }
}

/// A register after a change of this device. A counter of an actor covers all smaller ones, so an
/// earlier version of this device that the change does not know of, the losing side of a conflict,
/// would seem known to it, or to whatever knows of it and of others. It is told apart by a counter of
/// an actor of its own.
fn said_on(before: &Register, own: &Register, basis: &Version) -> Register {
    let actor = own.winner().dot.actor;
    let loses = |entry: &&Entry| {
        // What was made on top of just this change knows of it, if not of the same that others made.
        let knew_it = basis.get(actor) == entry.dot.counter;
        let is_own = entry.kind.is_live() && entry.dot.actor == actor;
        is_own && !knew_it && !basis.covers(&entry.version)
    };
    let mut register = before.clone();
    for entry in before.siblings().iter().filter(loses) {
        let version = entry.version.with(entry.dot.apart());
        register.join(&Register::new(Entry { version, ..entry.clone() }));
    }
    register.join(own);
    register
}

/// What something new at a path knows of: the deletes there, and that what was moved away is not what it
/// is made of.
pub(super) fn anew(register: &Register) -> Version {
    let mut basis = register.basis(&Version::default());
    for entry in register.siblings() {
        if let EntryKind::Tombstone { moved_to: Some(to) } = &entry.kind
            && basis.iter().count() < ANEW_ACTORS_MAX
        {
            basis = basis.with(left(to.from));
        }
    }
    basis
}

/// Says in a version that something else stands where what a change had made was moved away.
pub(super) fn left(dot: Dot) -> Dot {
    Dot { counter: !dot.counter, ..dot }.apart()
}
