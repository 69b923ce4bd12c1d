//! The user's folders on this device's disk: seeing what changes there, and changing it.
//!
//! Everything works on an open [`Root`]; `std::io` and threads only, no async. Paths of the model
//! become names of the system in here and nowhere else, and no access leaves the root or follows a
//! link. Not here: what to do (`engine`), private state of the device (`store`), other devices
//! (`transport`).
//!
//! | part | what it does |
//! |---|---|
//! | [`root`] | [`Root::adopt`], [`Root::open`], [`Root::check`], [`Root::space`] |
//! | [`ignore`] | [`Ignore::load`]: which paths are not synced |
//! | [`scanner`] | [`Scanner::scan`] -> [`scanner::Batch`]es of what differs from what is known |
//! | [`watcher`] | [`Watcher::start`] -> [`Watch`]: where to look |
//! | [`staging`] | [`Staging::open`], [`Staging::small`], [`Staging::large`] -> [`Staged::put`], [`Staged::fill_from`]; [`Staging::early`] -> [`Early::put`]: bytes on their way in |
//! | [`edits`] | [`Edits::begin`] -> [`Edit::write_at`]; [`Edits::place`]: what is written into files that are elsewhere |
//! | [`archive`] | [`Archive::list`], [`Archive::open`], [`Archive::remove`]: replaced and deleted versions |
//! | [`reader`] | [`Reader::open`] a [`Place`] -> [`Held::read_at`]; [`Reader::whole`]: bytes for others |
//! | [`materializer`] | [`Materializer::apply`]: changes of the plan, made durable together |

#![deny(unsafe_code)]

pub mod archive;
pub mod edits;
pub mod ignore;
mod made;
pub mod materializer;
mod platform;
pub mod reader;
pub mod root;
pub mod scanner;
pub mod space;
pub mod staging;
#[cfg(test)]
mod testing;
pub mod watcher;

pub use archive::{Archive, Archived};
pub use edits::{Edit, Edited, Edits};
pub use ignore::Ignore;
pub use materializer::Materializer;
pub use reader::{Held, Place, ReadError, Reader};
pub use root::{Root, RootError};
pub use scanner::{Progress, ScanError, Scanner, Summary};
pub use space::Space;
pub use staging::{Early, Recovered, StageError, Staged, Staging};
pub use watcher::{Reason, Watch, Watcher};
