//! What is to be done, as values: pure functions of what was seen and what is known.
//!
//! `decide` looks at one path, `order` at the changes of a batch. Nothing here is stored: after a
//! crash the same plan comes out again.

mod decide;
mod order;

pub(crate) use decide::{Decision, attributes, decide};
pub(crate) use order::sort;
