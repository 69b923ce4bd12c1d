//! Who is offered a new file while it is still being read, and who takes an offer up.

use model::{DeviceId, FolderId, RelPath, Role};

use super::Engine;
use crate::folder::Folder;
use crate::index::{Index, IndexError};

impl<I: Index> Engine<I> {
    /// Connected devices that will fetch a new file of this device as soon as it is announced.
    #[must_use]
    pub fn offer_to(&self, folder: FolderId) -> Vec<DeviceId> {
        let heeded = self.may_write(self.me);
        self.folders.get(&folder).filter(|_| heeded).map(Folder::eager).unwrap_or_default()
    }

    /// Whether this device will fetch what `from` is about to announce as new at `path`.
    ///
    /// # Errors
    /// [`IndexError`].
    pub fn wants_offered(
        &self,
        folder: FolderId,
        from: DeviceId,
        path: &RelPath,
    ) -> Result<bool, IndexError> {
        match self.folders.get(&folder).filter(|_| self.may_write(from)) {
            Some(folder) => folder.would_keep(from, path),
            None => Ok(false),
        }
    }

    fn may_write(&self, device: DeviceId) -> bool {
        self.roles.get(&device).copied().is_some_and(Role::may_write)
    }
}
