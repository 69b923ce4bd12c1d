//! What devices say to each other.
//!
//! `message` and `record` are the control plane, `bulk` asks for bytes, `handshake` comes before
//! both; `codec` makes bytes of them. Invariant: whatever bytes arrive, decoding ends in a valid value
//! or an error, in memory bounded by the frame's limit.

pub mod bulk;
pub mod codec;
pub mod error;
pub mod handshake;
pub mod limits;
pub mod message;
pub mod record;

mod convert;
mod pack;
mod proto;
mod scan;
mod signing;

pub use bulk::{Part, Request, Want};
pub use error::DecodeError;
pub use handshake::Hello;
pub use message::{
    Archived, DiskSpace, Item, Mark, Message, Offer, Open, PROMISE_TIME, Position, Same, Sequence,
    Small, Update,
};
pub use record::{Fact, Record};
