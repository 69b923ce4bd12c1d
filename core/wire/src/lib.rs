//! What devices say to each other.
//!
//! `message` and `record` are the control plane, `bulk` asks for bytes. Invariant: whatever bytes
//! arrive, decoding ends in a valid value or an error, in memory bounded by the frame's limit.

pub mod bulk;
pub mod message;
pub mod record;

pub use bulk::{Part, Request, Want};
pub use message::{Archived, Item, Mark, Message, Open, Position, Same, Sequence, Small, Update};
pub use record::{Fact, Record};
