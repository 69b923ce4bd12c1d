//! Linux: `openat2` keeps every access below the folder's root, `renameat2` swaps, inotify tells.

mod bytes;
mod dir;
mod errno;
mod lease;
pub(crate) mod notify;
mod ticks;
mod watched;

pub(crate) use bytes::{copy_range, data_extents, lock, punch_hole, reflink, set_mode, set_time};
pub(crate) use dir::{Dir, Facts, Kind, Listed, MODE_PRIVATE, facts_of};
pub(crate) use errno::{is_gone, is_unsupported, problem_of};
pub(crate) use lease::Alone;
pub(crate) use ticks::wait_for_next_tick;
