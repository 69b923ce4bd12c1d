//! Random numbers from the system.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// Fills `bytes` with random ones.
///
/// # Errors
/// When the system has none to give.
pub(crate) fn fill(bytes: &mut [u8]) -> anyhow::Result<()> {
    getrandom::fill(bytes).map_err(|error| anyhow::anyhow!("drawing random numbers: {error}"))
}

/// A number that is unlike at every call. Not for secrets: should the system have no random numbers,
/// it is only hard to guess.
pub(crate) fn number() -> u64 {
    getrandom::u64().unwrap_or_else(|_| {
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u64(crate::clock::tick().0);
        hasher.finish()
    })
}
