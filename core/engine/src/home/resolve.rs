//! What a person means by a name or the beginning of an id.

use model::{DeviceId, FolderId, RelPath};

use super::policy::Target;
use super::{Home, ResolveError};

impl Home {
    /// The member that is meant by its name, or by its id or the beginning of that.
    ///
    /// # Errors
    /// [`ResolveError`]: none or several could be meant.
    pub fn resolve_device(&self, text: &str) -> Result<DeviceId, ResolveError> {
        let text = text.trim();
        let members = || self.view.members.keys().copied();
        let named: Vec<_> = members().filter(|device| self.name(device) == text).collect();
        let meant = if named.is_empty() {
            members().filter(|device| device.has_prefix(text)).collect()
        } else {
            named
        };
        match meant[..] {
            [device] => Ok(device),
            [] => Err(ResolveError::NoDevice(text.to_owned())),
            _ => Err(ResolveError::Ambiguous {
                text: text.to_owned(),
                candidates: meant.iter().map(|d| format!("{} ({d})", self.name(d))).collect(),
            }),
        }
    }

    /// The folder that is meant by the name that it is shown under, or by its id.
    ///
    /// # Errors
    /// [`ResolveError::NoFolder`].
    pub fn resolve_folder(&self, text: &str) -> Result<FolderId, ResolveError> {
        let by_id = || FolderId::parse(text).filter(|id| self.folder(*id).is_some());
        let found = self.folder_by_name(text).map(|folder| folder.id).or_else(by_id);
        found.ok_or_else(|| ResolveError::NoFolder(text.to_owned()))
    }

    /// What a policy is about, as a person writes it: `home`, `device:D`, `folder:F`, `pod:F@D`,
    /// `path:F/P` or `pod:F@D/P`, with names or ids.
    ///
    /// # Errors
    /// [`ResolveError`].
    pub fn resolve_target(&self, text: &str) -> Result<Target, ResolveError> {
        let bad = || ResolveError::Target(text.to_owned());
        if text == "home" {
            return Ok(Target::Home);
        }
        let (kind, rest) = text.split_once(':').ok_or_else(bad)?;
        match kind {
            "device" => self.resolve_device(rest).map(Target::Device),
            "folder" => self.resolve_folder(rest).map(Target::Folder),
            "pod" => {
                if let Some(target) = self.resolve_pod_path(rest) {
                    return Ok(target);
                }
                let (folder, device) = rest.rsplit_once('@').ok_or_else(bad)?;
                Ok(Target::Pod(self.resolve_folder(folder)?, self.resolve_device(device)?))
            }
            "path" => {
                let (folder, path) = rest.split_once('/').ok_or_else(bad)?;
                let path = RelPath::parse(path).map_err(|_| bad())?;
                Ok(Target::Path(self.resolve_folder(folder)?, path))
            }
            _ => Err(bad()),
        }
    }

    /// `F@D/P`, wherever in it the names end: the first way in which all of it means something.
    fn resolve_pod_path(&self, text: &str) -> Option<Target> {
        text.match_indices('@').find_map(|(at, _)| {
            let folder = self.resolve_folder(&text[..at]).ok()?;
            let (device, path) = text[at + 1..].split_once('/')?;
            let device = self.resolve_device(device).ok()?;
            Some(Target::PodPath(folder, device, RelPath::parse(path).ok()?))
        })
    }
}
