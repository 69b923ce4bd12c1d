//! Devices on this network with which a person could pair this one, to pick from.
//!
//! A device calls while it lets one in, looks for a home, or would take in one that does: only then its
//! announcement shows its name. Invariants: names and addresses are what anybody on the network claims, so the list is
//! bounded, and picking the wrong one costs one try of the code and tells nothing of it. Not here:
//! the announcements (`discovery`), proving who it is (`pairing`).

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::Endpoint;
use crate::shared::Shared;

/// Bytes of a name in an announcement.
pub(crate) const NAME_MAX: usize = 120;
/// Devices that are offered at once.
pub const NEARBY_MAX: usize = 32;
/// How long a device may take to say that it is still there.
const VERIFY_TIME: Duration = Duration::from_secs(5);

/// A device that calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearby {
    /// What its announcement is called; another after each start of it.
    pub id: String,
    /// What it says that its name is; may be empty.
    pub name: String,
    /// Where it says that it is.
    pub addresses: Vec<SocketAddr>,
    /// Whether it has an invitation open.
    pub inviting: bool,
    /// Whether it takes devices in that a person compares digits with. One that is neither looks for a
    /// home.
    pub offering: bool,
}

/// The devices that call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// Those that were heard first, by name; at most [`NEARBY_MAX`].
    pub devices: Vec<Nearby>,
    /// How many more there are.
    pub left_out: usize,
}

/// What this device says while a person pairs it.
#[derive(Debug, Default)]
pub(crate) struct Calling {
    name: Mutex<String>,
    seekers: AtomicUsize,
}

impl Calling {
    pub(crate) fn set_name(&self, name: &str) {
        let name = cut(name, NAME_MAX).to_owned();
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = name;
    }

    pub(crate) fn name(&self) -> String {
        self.name.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn is_seeking(&self) -> bool {
        self.seekers.load(Ordering::Relaxed) > 0
    }
}

/// As long as it lives, this device says that it looks for a home.
pub struct Seeking(Arc<Shared>);

impl Seeking {
    fn begin(shared: &Arc<Shared>) -> Self {
        if let Some(discovery) = &shared.discovery {
            discovery.calling.seekers.fetch_add(1, Ordering::Relaxed);
            shared.announce();
        }
        Self(Arc::clone(shared))
    }
}

impl Drop for Seeking {
    fn drop(&mut self) {
        if let Some(discovery) = &self.0.discovery {
            discovery.calling.seekers.fetch_sub(1, Ordering::Relaxed);
            if !self.0.is_closing() {
                self.0.announce();
            }
        }
    }
}

impl std::fmt::Debug for Seeking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seeking")
    }
}

impl Endpoint {
    /// The name that is announced while this device calls.
    pub fn set_name(&self, name: &str) {
        if let Some(discovery) = &self.shared().discovery {
            discovery.calling.set_name(name);
        }
    }

    /// Says that this device looks for a home, until the answer is dropped.
    #[must_use]
    pub fn seek(&self) -> Seeking {
        Seeking::begin(self.shared())
    }

    /// The devices that call; `None` if nobody is looked for on this network.
    #[must_use]
    pub fn nearby(&self) -> Option<Surroundings> {
        Some(self.shared().discovery.as_ref()?.nearby())
    }

    /// Turns whenever [`Endpoint::nearby`] may have changed.
    #[must_use]
    pub fn nearby_changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.shared().discovery.as_ref()?.changes())
    }

    /// Has the devices that call asked whether they are still there: one that went off without a
    /// goodbye is forgotten some seconds later, and not in the hours that announcements last.
    pub fn verify_nearby(&self) {
        if let Some(discovery) = &self.shared().discovery {
            discovery.verify_nearby(VERIFY_TIME);
        }
    }
}

/// The beginning of a text, of so many bytes at most.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_between_two_characters() {
        assert_eq!(cut("short", 120), "short");
        assert_eq!(cut(&"é".repeat(100), 121).len(), 120);
        assert_eq!(cut("né", 2), "n");
    }
}
