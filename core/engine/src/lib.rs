//! Every decision, and nothing else: sans-IO.

pub mod absence;
pub mod action;
pub mod change;
mod dice;
mod engine;
pub mod event;
mod folder;
pub mod home;
pub mod index;
pub mod notice;
pub mod observation;
mod planner;
pub mod stream;

pub use action::Action;
pub use engine::{Engine, Setup};
pub use event::{Event, Now};
pub use folder::{
    Barrier, ByteSource, CommandError, FolderView, HeldView, Keep, OnlyHere, Phase, Stays,
};
pub use notice::Notice;
