//! Seeds that once broke a rule: they are run first, for ever.

/// The kept seeds, in the order in which they were found.
pub const KEPT: &[u64] = &[
    16, 539, 636, 642, 679, 743, 770, 931, 960, 1038, 1795, 1830, 2135, 2284, 2535, 2591, 3116,
    8048, 11274, 212, 26000, 29684, 14052, 35503, 197, 433, 1561, 3448, 4524, 6218, 8500, 18660,
    24908,
];
