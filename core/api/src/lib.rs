//! What the service says to the GUI, the command line and web clients.
//!
//! [`request`] and [`view`] are the words, [`error`] the ways to say no, [`route`] the one table of
//! operations; [`client`] asks and [`server`] answers, over HTTP on a Unix socket of this user or on
//! loopback TCP with a token. It depends on no other crate of this project: ids, names and paths are
//! plain text here, and the service checks them. Not here: what an operation does (`service::api`),
//! how it is shown (`cli`, `ui`).

mod carriage;
pub mod client;
pub mod data_dir;
pub mod error;
#[cfg(feature = "fake")]
pub mod fake;
pub mod openapi;
pub mod request;
pub mod route;
#[cfg(feature = "server")]
pub mod server;
mod socket;
pub mod text;
pub mod view;
pub mod words;

pub use error::{ApiError, ErrorCode, Exit};
pub use text::Language;
pub use words::{
    HeldCause, Keep, Kept, Kind, Local, Mode, PlaceKind, Problem, Role, State, Viewed,
};

/// The name of the socket in the data dir.
pub const SOCKET_NAME: &str = "api.sock";
/// Bytes in the body of a request.
pub const REQUEST_BYTES_MAX: usize = 1 << 20;
/// Bytes in an answer, or in a line of a stream.
pub const ANSWER_BYTES_MAX: usize = 64 << 20;
/// A stream that has nothing to say sends an empty line this often, so that each side notices when
/// the other is gone.
pub const STREAM_BEAT: std::time::Duration = std::time::Duration::from_secs(15);
