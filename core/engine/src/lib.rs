//! Every decision, and nothing else: sans-IO.

pub mod change;
pub mod index;
pub mod observation;
