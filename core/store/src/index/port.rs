//! [`FolderIndex`] as the engine sees it.

use engine::index::{
    After, ArchivedRow, DeviceNumber, HeldRow, Holders, Identity, Index, IndexError, PeerState,
    Row, Totals,
};
use model::{Actor, ContentHash, Counter, DeviceId, RelPath};
use wire::Sequence;

use super::entries::{self, Which};
use super::fault::Fault;
use super::{FolderIndex, Medium, contents, kept, peers, promises, totals};

/// Says what was being done when something went wrong.
pub(super) fn failed(activity: &str, fault: &Fault) -> IndexError {
    IndexError { activity: activity.to_owned(), cause: fault.to_string() }
}

impl FolderIndex {
    /// As [`failed`], and remembers a full disk.
    fn failed<'a>(&'a self, activity: &'a str) -> impl FnOnce(Fault) -> IndexError + 'a {
        move |fault| {
            if fault.is_full() {
                self.is_full.set(true);
            }
            failed(activity, &fault)
        }
    }

    /// Once a copy begins a life of its own, the file that it is in is the one that it belongs to.
    fn write_identity(&mut self, identity: Identity) -> Result<(), Fault> {
        if let Medium::Disk(files) = &self.medium
            && self.is_copy
            && peers::identity(&self.connection)?.epoch != identity.epoch
        {
            files.stamp(&self.connection)?;
        }
        peers::set_identity(&self.connection, identity)
    }

    /// Forgets, of the next `limit` manifests, those of contents that are neither on this disk nor in
    /// its archive; how many went. Each call goes on where the last one ended. To be called between
    /// turns of the engine, best before its first one: a manifest whose row is still to be written
    /// looks unused.
    ///
    /// # Errors
    /// The database can't be read or written.
    pub fn sweep_manifests(&mut self, limit: usize) -> Result<usize, IndexError> {
        let (connection, actors) = (&self.connection, &self.actors);
        let (cursor, gone) = contents::sweep_manifests(connection, actors, self.swept, limit)
            .map_err(self.failed("forgetting manifests"))?;
        self.swept = cursor;
        Ok(gone)
    }

    fn list(
        &self,
        which: Which,
        from: (Option<&RelPath>, After<'_>),
        limit: usize,
    ) -> Result<Vec<Row>, IndexError> {
        entries::page(&self.connection, &self.actors, which, from, limit)
            .map_err(self.failed("listing entries"))
    }
}

impl Index for FolderIndex {
    fn identity(&self) -> Result<Identity, IndexError> {
        peers::identity(&self.connection).map_err(self.failed("reading the identity"))
    }

    fn set_identity(&mut self, identity: Identity) -> Result<(), IndexError> {
        self.write_identity(identity).map_err(self.failed("writing the identity"))
    }

    fn get(&self, path: &RelPath) -> Result<Option<Row>, IndexError> {
        entries::get(&self.connection, &self.actors, path).map_err(self.failed("reading an entry"))
    }

    fn put(&mut self, row: &Row) -> Result<(), IndexError> {
        entries::put(&self.connection, &mut self.actors, &mut self.directories, row)
            .map_err(self.failed("writing an entry"))
    }

    fn remove(&mut self, path: &RelPath) -> Result<(), IndexError> {
        entries::remove(&self.connection, &mut self.directories, path)
            .map_err(self.failed("forgetting an entry"))
    }

    fn since(&self, after: Sequence, limit: usize) -> Result<Vec<Row>, IndexError> {
        entries::since(&self.connection, &self.actors, after, limit)
            .map_err(self.failed("listing changes"))
    }

    fn at(&self, sequence: Sequence) -> Result<Option<Row>, IndexError> {
        entries::at(&self.connection, &self.actors, sequence)
            .map_err(self.failed("reading a change"))
    }

    fn below(
        &self,
        directory: Option<&RelPath>,
        after: After<'_>,
        limit: usize,
    ) -> Result<Vec<Row>, IndexError> {
        self.list(Which::All, (directory, after), limit)
    }

    fn has_live_below(&self, directory: &RelPath) -> Result<bool, IndexError> {
        entries::has_live_below(&self.connection, directory)
            .map_err(self.failed("looking into a directory"))
    }

    fn needed(&self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError> {
        self.list(Which::Needed, (None, after), limit)
    }

    fn conflicts(&self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError> {
        self.list(Which::Conflicts, (None, after), limit)
    }

    fn problems(&self, after: After<'_>, limit: usize) -> Result<Vec<Row>, IndexError> {
        self.list(Which::Problems, (None, after), limit)
    }

    fn settled_tombstones(
        &self,
        pods: Holders,
        told: Sequence,
        limit: usize,
    ) -> Result<Vec<RelPath>, IndexError> {
        entries::settled_tombstones(&self.connection, (pods, told), limit)
            .map_err(self.failed("listing tombstones"))
    }

    fn on_disk(&self, content: ContentHash) -> Result<Vec<Row>, IndexError> {
        contents::on_disk(&self.connection, &self.actors, content, usize::MAX)
            .map_err(self.failed("looking for a content"))
    }

    fn folded(&self, path: &RelPath) -> Result<Vec<RelPath>, IndexError> {
        contents::folded(&self.connection, path).map_err(self.failed("looking for alike names"))
    }

    fn similar(&self, hash: ContentHash, limit: usize) -> Result<Vec<ContentHash>, IndexError> {
        contents::similar(&self.connection, &self.actors, hash, limit)
            .map_err(self.failed("looking for alike contents"))
    }

    fn manifest(&self, hash: ContentHash) -> Result<Option<Vec<u8>>, IndexError> {
        contents::manifest(&self.connection, hash).map_err(self.failed("reading a manifest"))
    }

    fn put_manifest(
        &mut self,
        hash: ContentHash,
        bytes: &[u8],
        sketch: &[ContentHash],
    ) -> Result<(), IndexError> {
        contents::put_manifest(&self.connection, hash, bytes, sketch)
            .map_err(self.failed("writing a manifest"))
    }

    fn number(&mut self, device: DeviceId) -> Result<DeviceNumber, IndexError> {
        peers::number(&self.connection, device).map_err(self.failed("numbering a device"))
    }

    fn devices(&self) -> Result<Vec<(DeviceNumber, DeviceId)>, IndexError> {
        peers::devices(&self.connection).map_err(self.failed("listing devices"))
    }

    fn peer(&self, device: DeviceNumber) -> Result<PeerState, IndexError> {
        peers::peer(&self.connection, device).map_err(self.failed("reading an exchange"))
    }

    fn set_peer(&mut self, device: DeviceNumber, state: PeerState) -> Result<(), IndexError> {
        peers::set_peer(&self.connection, device, state).map_err(self.failed("writing an exchange"))
    }

    fn actors(&self) -> Result<Vec<(Actor, DeviceId, Counter)>, IndexError> {
        peers::known_actors(&self.connection).map_err(self.failed("listing actors"))
    }

    fn set_actor(
        &mut self,
        actor: Actor,
        device: DeviceId,
        counter: Counter,
    ) -> Result<(), IndexError> {
        peers::set_actor(&self.connection, &mut self.actors, actor, (device, counter))
            .map_err(self.failed("writing an actor"))
    }

    fn archive(&mut self, row: &ArchivedRow) -> Result<(), IndexError> {
        kept::archive(&self.connection, &mut self.actors, row)
            .map_err(self.failed("archiving a version"))
    }

    fn archived(
        &self,
        path: Option<&RelPath>,
        limit: usize,
    ) -> Result<Vec<ArchivedRow>, IndexError> {
        kept::archived(&self.connection, &self.actors, path, limit)
            .map_err(self.failed("listing archived versions"))
    }

    fn oldest_archived(&self, limit: usize) -> Result<Vec<ArchivedRow>, IndexError> {
        kept::oldest_archived(&self.connection, &self.actors, limit)
            .map_err(self.failed("listing archived versions"))
    }

    fn forget_archived(&mut self, row: &ArchivedRow) -> Result<bool, IndexError> {
        kept::forget_archived(&self.connection, &mut self.actors, row)
            .map_err(self.failed("forgetting an archived version"))
    }

    fn archived_bytes(&self) -> Result<u64, IndexError> {
        kept::archived_bytes(&self.connection).map_err(self.failed("summing up the archive"))
    }

    fn is_archived(&self, content: ContentHash) -> Result<bool, IndexError> {
        kept::is_archived(&self.connection, &self.actors, content)
            .map_err(self.failed("looking for an archived content"))
    }

    fn held(&self, after: After<'_>, limit: usize) -> Result<Vec<HeldRow>, IndexError> {
        kept::held(&self.connection, &self.actors, after, limit)
            .map_err(self.failed("listing held changes"))
    }

    fn held_at(&self, path: &RelPath) -> Result<Option<HeldRow>, IndexError> {
        kept::held_at(&self.connection, &self.actors, path)
            .map_err(self.failed("looking for a held change"))
    }

    fn hold(&mut self, row: &HeldRow) -> Result<(), IndexError> {
        kept::hold(&self.connection, &mut self.actors, row).map_err(self.failed("holding a change"))
    }

    fn unhold(&mut self, path: &RelPath) -> Result<(), IndexError> {
        kept::unhold(&self.connection, path).map_err(self.failed("letting a change go"))
    }

    fn promised(&self) -> Result<Vec<ContentHash>, IndexError> {
        promises::all(&self.connection).map_err(self.failed("listing promises"))
    }

    fn promise(&mut self, content: ContentHash) -> Result<(), IndexError> {
        promises::add(&self.connection, content).map_err(self.failed("noting a promise"))
    }

    fn end_promise(&mut self, content: ContentHash) -> Result<(), IndexError> {
        promises::remove(&self.connection, content).map_err(self.failed("ending a promise"))
    }

    fn totals(&self) -> Result<Totals, IndexError> {
        totals::totals(&self.connection, &self.actors).map_err(self.failed("summing up"))
    }
}
