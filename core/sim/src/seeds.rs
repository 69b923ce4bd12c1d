//! Seeds that once broke a rule: they are run first, for ever.

/// The kept seeds, in the order in which they were found.
pub const KEPT: &[u64] = &[
    16, 539, 636, 642, 679, 743, 770, 931, 960, 1038, 1795, 1830, 2135, 2284, 2535, 2591, 3116,
    8048, 11274, 212,
];

/// Seeds among the first 500 that break a rule still. `cargo xtask test` names them and leaves them out;
/// `cargo xtask sim` runs them. A seed leaves the list with the fault that it found.
pub const OPEN: &[u64] = &[];
