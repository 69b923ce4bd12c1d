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

pub mod errno;
pub mod error;
pub mod home;
pub mod interrupt;

pub use error::DriveError;
pub use home::{Attributes, Bring, Home, Listed, ListedKind, Pod, Reader, Remote};
pub use interrupt::Interrupt;
