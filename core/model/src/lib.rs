//! The words of the domain, as types.
//!
//! Everything here is pure: no clock, no disk, no network, no randomness. A value that exists is
//! valid: the fallible step is where text or bytes become a value (`parse`), never later.
//! Not here: how these are written on the wire (`wire`), in the index (`store`) or for a person
//! (`api`); each of those converts at its own door.

pub mod conflict;
pub mod content;
pub mod device;
pub mod entry;
pub mod folder;
pub mod id;
pub mod path;
pub mod register;
pub mod time;
pub mod version;

pub use conflict::ConflictId;
pub use content::{Content, ContentHash};
pub use device::Role;
pub use entry::{Entry, EntryKind};
pub use folder::{Keep, Mode, Problem};
pub use id::{DeviceId, FolderId, HomeId};
pub use path::{PathError, RelPath};
pub use register::Register;
pub use time::{Stamp, Tick, WallTime};
pub use version::{Actor, Causality, Counter, Dot, Version};
