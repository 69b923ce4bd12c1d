//! The name of a conflict: the same on every device, because it is made of nothing but the path and
//! the change that lost.

use std::fmt;

use crate::{Dot, RelPath};

/// A version that lost its path to a concurrent one and waits for a person's choice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConflictId(pub [u8; 8]);

impl ConflictId {
    /// The id of the version that `lost` made at `path`.
    #[must_use]
    pub fn of(path: &RelPath, lost: Dot) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("homefold 2026 conflict id");
        hasher.update(&lost.actor.0.to_be_bytes());
        hasher.update(&lost.counter.to_be_bytes());
        hasher.update(path.as_str().as_bytes());
        let mut id = [0; 8];
        id.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        Self(id)
    }

    /// The id written as 16 hexadecimal digits, if `text` is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit()))
            .then(|| u64::from_str_radix(text, 16).ok())
            .flatten()
            .map(|number| Self(number.to_be_bytes()))
    }
}

impl fmt::Display for ConflictId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for ConflictId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
