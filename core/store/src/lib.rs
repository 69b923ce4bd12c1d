//! The private state of this device: what it knows of every folder, the home's settings, its key.
//!
//! Everything lies in one data directory that only this user can read. Invariants: only one service
//! at a time uses a data directory ([`lock`]); a database is never changed in format without a copy;
//! nothing that was reported durable is lost by a power cut. Not here: files of the user (`disk`),
//! decisions (`engine`).

mod directory;
mod error;
pub mod home;
pub mod index;
pub mod keys;
pub mod lock;
mod migrate;
pub mod reserve;

pub use error::StoreError;
