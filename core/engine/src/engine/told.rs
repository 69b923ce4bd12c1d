//! What can be told of the folders at any moment.

use model::{ContentHash, DeviceId, FolderId, Problem, RelPath};

use super::Engine;
use crate::folder::{Barrier, ByteSource, Folder, FolderView};
use crate::index::{Index, IndexError, Tally};

impl<I: Index> Engine<I> {
    /// A folder on this device.
    #[must_use]
    pub fn folder_view(&self, folder: FolderId) -> Option<FolderView> {
        self.folders.get(&folder).map(Folder::view)
    }

    /// How far a folder is from being everywhere.
    #[must_use]
    pub fn barrier(&self, folder: FolderId) -> Option<Barrier> {
        self.folders.get(&folder).map(Folder::barrier)
    }

    /// What a device has not acted on yet in a folder, as far as is known.
    #[must_use]
    pub fn unheld(&self, folder: FolderId, device: DeviceId) -> Tally {
        self.folders.get(&folder).map(|folder| folder.unheld(device)).unwrap_or_default()
    }

    /// What a device lacks of what it keeps of a folder, as far as is known.
    #[must_use]
    pub fn lacks(&self, folder: FolderId, device: DeviceId) -> Tally {
        self.folders.get(&folder).map(|folder| folder.lacks(device)).unwrap_or_default()
    }

    /// Who holds the current version of a path.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn holders(&self, folder: FolderId, path: &RelPath) -> Result<Vec<DeviceId>, IndexError> {
        self.folders.get(&folder).map_or(Ok(Vec::new()), |folder| folder.holders(path))
    }

    /// Local paths that are in no index, because they can't be read or represented.
    #[must_use]
    pub fn blocked_paths(&self, folder: FolderId) -> Vec<(RelPath, Problem)> {
        let blocked = self.folders.get(&folder).into_iter().flat_map(Folder::blocked_paths);
        blocked.map(|(path, problem)| (path.clone(), problem)).collect()
    }

    /// Whether a device may be given bytes of a folder.
    #[must_use]
    pub fn may_fetch(&self, device: DeviceId, folder: FolderId) -> bool {
        self.home.is_member(&device) && self.home.pods(folder).contains_key(&device)
    }

    /// Where the bytes of a content are on this device.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn source_of(
        &self,
        folder: FolderId,
        content: ContentHash,
    ) -> Result<Option<ByteSource>, IndexError> {
        self.folders.get(&folder).map_or(Ok(None), |folder| folder.source_of(content))
    }
}
