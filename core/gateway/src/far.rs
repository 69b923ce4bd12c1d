//! The door for browsers on other computers, open only where somebody asked for that: TLS with a certificate of
//! its own, and a password. What is behind it is `web`.
//!
//! Invariants: nothing is said without TLS; a password is kept as an argon2id hash alone, and guessing is held
//! up whoever guesses. Not here: where certificate and password are kept, and who opens the door (`service`).

mod certificate;
mod gate;
mod listener;

pub use certificate::{Certificate, CertificateError};
pub use gate::{Denied, Gate, PASSWORD_MIN, Password};
pub use listener::Listener;
