//! The engine with the transactions of its indexes.
//!
//! Invariant: whenever the engine may write to an index, a transaction of that index is open; it is
//! committed, or rolled back and the folder closed, at the end of the turn.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::home::{Author, Home, HomeError, Keys as _};
use engine::index::IndexError;
use engine::{CommandError, Engine, Now, Setup};
use model::{FolderId, HomeId, Mode};
use store::StoreError;
use store::index::{Durability, FolderIndex};
use wire::Record;

use crate::home::DeviceKeys;

/// The engine as it runs here.
pub(crate) struct Core {
    engine: Engine<FolderIndex>,
    keys: DeviceKeys,
    begun: BTreeSet<FolderId>,
}

/// Why something about the home could not be said.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SayError {
    /// The home does not allow it.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A folder could not react to it.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// A folder whose index reported an error.
pub(super) struct Broken {
    pub(super) folder: FolderId,
    pub(super) cause: String,
    pub(super) full: bool,
}

impl Core {
    /// An engine without folders.
    pub(crate) fn new(keys: DeviceKeys, home: Home) -> Self {
        Self { engine: engine(&keys, home), keys, begun: BTreeSet::new() }
    }

    /// Belongs to another home from now on, of which nothing is known yet but its id, and to no
    /// folder.
    pub(crate) fn begin_home(&mut self, id: HomeId) {
        self.close();
        self.engine = engine(&self.keys, Home::unknown(id));
    }

    /// Says something about the home. `speak` gives the records that this device would sign.
    ///
    /// # Errors
    /// Why it can't be said.
    pub(crate) fn say(
        &mut self,
        now: Now,
        speak: impl FnOnce(&Home, Author<'_>) -> Result<Vec<Record>, HomeError>,
    ) -> Result<(), SayError> {
        let author = Author { keys: &self.keys, now: now.wall };
        let records = speak(self.engine.home(), author)?;
        Ok(self.engine_mut()?.say(now, records)?)
    }

    /// The engine, to look at.
    pub(crate) fn engine(&self) -> &Engine<FolderIndex> {
        &self.engine
    }

    /// The engine, to do something with any folder.
    ///
    /// # Errors
    /// An index that takes no transaction.
    pub(crate) fn engine_mut(&mut self) -> Result<&mut Engine<FolderIndex>, IndexError> {
        for folder in self.engine.folder_ids() {
            self.begin(folder)?;
        }
        Ok(&mut self.engine)
    }

    /// Opens a transaction of a folder's index, unless there is one or the folder is not open.
    pub(super) fn begin(&mut self, folder: FolderId) -> Result<(), IndexError> {
        if self.begun.contains(&folder) {
            return Ok(());
        }
        let Some(index) = self.engine.index_mut(folder) else { return Ok(()) };
        index.begin().map_err(fault)?;
        self.begun.insert(folder);
        Ok(())
    }

    /// The engine, for a folder that was begun.
    pub(super) fn begun_engine(&mut self) -> &mut Engine<FolderIndex> {
        &mut self.engine
    }

    /// Takes part in a folder.
    ///
    /// # Errors
    /// What the index reports; the folder is not open then.
    pub(crate) fn open_folder(
        &mut self,
        now: Now,
        (folder, mode): (FolderId, Mode),
        mut index: FolderIndex,
        copied: bool,
    ) -> Result<(), IndexError> {
        self.close_folder(folder);
        index.begin().map_err(fault)?;
        self.engine.open_folder(now, (folder, mode), index, copied)?;
        self.begun.insert(folder);
        Ok(())
    }

    /// Takes no part in a folder any more; whatever is not committed is undone.
    pub(crate) fn close_folder(&mut self, folder: FolderId) {
        self.begun.remove(&folder);
        if let Some(index) = self.engine.close_folder(folder)
            && let Err(error) = index.close()
        {
            tracing::warn!(%folder, "closing an index: {:#}", anyhow::Error::from(error));
        }
    }

    /// Commits every open transaction; the folders for which that did not work are closed.
    pub(super) fn commit(&mut self) -> Vec<Broken> {
        let mut broken = Vec::new();
        for folder in std::mem::take(&mut self.begun) {
            let Some(index) = self.engine.index_mut(folder) else { continue };
            if let Err(error) = index.commit(Durability::Full) {
                let full = error.is_full() || index.is_full();
                broken.push(self.undo(folder, &format!("{:#}", anyhow::Error::from(error)), full));
            }
        }
        broken
    }

    /// Undoes what is not committed of a folder and closes it.
    pub(super) fn undo(&mut self, folder: FolderId, cause: &str, full: bool) -> Broken {
        let full = full || self.engine.index(folder).is_some_and(FolderIndex::is_full);
        self.begun.remove(&folder);
        // Dropped without being closed: the next opening checks the database.
        if let Some(mut index) = self.engine.close_folder(folder)
            && let Err(error) = index.rollback()
        {
            tracing::warn!(%folder, "undoing a transaction: {:#}", anyhow::Error::from(error));
        }
        Broken { folder, cause: cause.to_owned(), full }
    }

    /// Does what a person asked for.
    ///
    /// # Errors
    /// Why it was not done.
    pub(crate) fn command<T>(
        &mut self,
        act: impl FnOnce(&mut Engine<FolderIndex>) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        act(self.engine_mut()?)
    }

    /// Stops or resumes the exchange of a folder.
    ///
    /// # Errors
    /// What the index reports.
    pub(crate) fn set_paused(
        &mut self,
        now: Now,
        folder: FolderId,
        paused: bool,
    ) -> Result<(), CommandError> {
        self.command(|engine| engine.set_paused(now, folder, paused))
    }

    /// How old archived versions of a folder may grow, and how many bytes they may take together.
    pub(crate) fn set_keeping(&mut self, folder: FolderId, age: Duration, bytes_max: u64) {
        self.engine.set_keeping(folder, age, bytes_max);
    }

    /// Gives back memory and disk that the indexes don't need while nothing happens.
    pub(super) fn rest(&mut self) {
        for folder in self.engine.folder_ids() {
            let Some(index) = self.engine.index_mut(folder) else { continue };
            if let Err(error) = index.idle() {
                tracing::warn!(%folder, "resting an index: {:#}", anyhow::Error::from(error));
            }
        }
    }

    /// Closes every folder.
    pub(super) fn close(&mut self) {
        for folder in self.engine.folder_ids() {
            self.close_folder(folder);
        }
    }
}

fn engine(keys: &DeviceKeys, home: Home) -> Engine<FolderIndex> {
    let setup = Setup { me: keys.device(), seed: crate::random::number() };
    Engine::new(setup, home, Box::new(keys.clone()))
}

fn fault(error: StoreError) -> IndexError {
    let activity = error.to_string();
    IndexError { activity, cause: format!("{:#}", anyhow::Error::from(error)) }
}
