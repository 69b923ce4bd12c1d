//! A home of real processes, driven through the command line alone.

mod changes;
mod conflicts;
mod device;
mod members;
mod safety;
