//! Tests of the index as a whole.

mod arbitrary;
mod crash;
mod extent;
mod file;
mod model;
mod naive;
mod size;
