//! Everything between two devices of a home.
//!
//! ```text
//! service -> Endpoint -> dial, accept -> greeting -> links -> link -> control frames
//!                                                               \--> bulk: fetch, reply
//!                     -> pairing (a connection of its own)
//!                     -> discovery, surroundings (which only hint at whom to dial, and when)
//! what others do -> Events -> service
//! ```
//!
//! An [`Endpoint`] keeps one connection to every device that it is told to [keep], by QUIC with TLS
//! 1.3: both sides prove their [`Identity`], and who is no [member][Members] fails inside the
//! handshake. Over it go control frames ([`Endpoint::send`], [`Event::Frame`]) in their order, and
//! beside it bulk bytes: one side [fetches][Endpoint::fetch], the other gets an [`Event::Fetch`]
//! and writes the [`Reply`]. Two devices become members of one home by pairing
//! ([`Endpoint::invite`], [`Endpoint::join`], [`Endpoint::compare`]).
//!
//! # Invariants
//! - Frames, requests and answers are bytes here; what they mean is `wire`'s and the service's.
//! - Nothing is kept on disk, no clock of the calendar decides anything but a tag's day.
//! - Every queue has a limit with a name, every wait a deadline. What another device sends can end
//!   its connection, never panic or hang this one.
//! - Per device: `Up`, frames, `Down`; see [`event`].
//!
//! [keep]: Endpoint::keep

mod accept;
mod bulk;
mod clock;
mod dial;
mod discovery;
mod endpoint;
pub mod event;
mod frames;
mod greeting;
mod heard;
mod identity;
mod link;
mod links;
mod nearby;
mod pairing;
mod shared;
mod surroundings;
mod tls;
mod tuning;

#[cfg(test)]
mod tests;

pub use bulk::{FetchError, FetchStream, IDLE_MAX, Lane, REQUEST_MAX, Reply, ReplyError};
pub use dial::{CANDIDATES_MAX, KEPT_MAX};
pub use endpoint::{BindError, Config, Endpoint, LinkView};
pub use event::{Admission, DownReason, Event, Events};
pub use greeting::HELLO_MAX;
pub use heard::FOUND_MAX;
pub use identity::{Identity, IdentityError, verify};
pub use link::{BYTES_QUEUED_MAX, FRAME_MAX, FRAMES_QUEUED_MAX, SendError};
pub use nearby::{NEARBY_MAX, Nearby, Seeking, Surroundings};
pub use pairing::{
    Answer, CODE_LENGTH, COMPARE_TIME, CompareEnd, CompareError, Compared, Comparison,
    INTRODUCTION_MAX, InviteEnd, InviteError, JoinError, Newcomer, Welcome, random_code,
};
pub use tls::Members;
