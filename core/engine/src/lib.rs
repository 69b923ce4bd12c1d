//! Every decision, and nothing else: sans-IO.

pub mod action;
pub mod change;
pub mod event;
pub mod index;
pub mod notice;
pub mod observation;

pub use action::Action;
pub use event::{Event, Now};
pub use notice::Notice;
