//! The virtual drive: every folder of the home as a directory, whether its bytes are here or not.
//!
//! The file system itself knows no kernel: names, numbers, handles, reads and writes over what a [`Home`]
//! shows. An adapter for each kernel only translates. Not here: what the folders hold (`engine`), bytes of
//! other devices (`service` implements [`Remote`]), and which mounts there are.
//!
//! | part | what it does |
//! |---|---|
//! | [`home`] | what the drive asks of the running device: [`Home`], [`Pod`], [`Remote`] |
//! | [`error`] | [`DriveError`]: everything that can be wrong |
//! | [`errno`] | [`errno::of`]: the number that a program sees for each of them |

#![forbid(unsafe_code)]

mod attr;
mod bytes;
mod change;
mod drive;
mod edit;
pub mod errno;
pub mod error;
#[cfg(target_os = "linux")]
pub mod fuse;
mod handles;
pub mod home;
pub mod interrupt;
mod list;
mod lookup;
mod names;
mod nodes;
mod open;
mod room;
mod shown;
mod stale;
mod xattr;

pub use attr::{Attr, Kind};
pub use bytes::Seek;
pub use change::{Change, When};
pub use drive::{Call, Caller, Drive, View};
pub use error::DriveError;
pub use home::{Attributes, Bring, Edit, Edited, Home, Listed, ListedKind, Pod, Reader, Remote};
pub use interrupt::Interrupt;
pub use list::Line;
pub use names::Make;
pub use nodes::ROOT;
pub use open::{How, Opened};
pub use room::Room;
pub use stale::Stale;
pub use xattr::XATTR_MAX;
