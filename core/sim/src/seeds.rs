//! Seeds that once broke a rule: they are run first, for ever.

/// The kept seeds, in the order in which they were found.
pub const KEPT: &[u64] = &[];
