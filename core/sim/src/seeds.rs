//! Seeds that once broke a rule: they are run first, for ever.

/// The kept seeds, in the order in which they were found.
pub const KEPT: &[u64] = &[];

/// Seeds among the first 500 that break a rule still. `cargo xtask test` names them and leaves them out;
/// `cargo xtask sim` runs them. A seed leaves the list with the fault that it found.
pub const OPEN: &[u64] = &[
    7, 11, 27, 28, 34, 38, 42, 48, 49, 78, 101, 103, 111, 132, 137, 143, 151, 152, 156, 161, 163,
    167, 173, 190, 202, 218, 234, 235, 238, 251, 258, 266, 272, 280, 305, 308, 315, 320, 323, 330,
    334, 348, 363, 365, 368, 385, 390, 394, 399, 402, 419, 424, 433, 449, 459, 462, 471, 477, 481,
    486, 487, 489,
];
