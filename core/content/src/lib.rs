//! The bytes of files, as values: cutting them into chunks, naming them, packing them.
//!
//! Pure: bytes come in through `std::io::Read` or as slices, nothing is opened and no clock is read.
//! Invariant: the cutting depends on nothing but a file's length and bytes, so that the same file has
//! the same name on every device and in every release. Not here: where bytes are (`disk`), how they
//! travel (`transport`), sealing and erasure coding (their own modules, once they exist).
//!
//! - [`chunker`]: where a file is cut.
//! - [`manifest`]: the list of a file's chunks, and its encoding.
//! - [`front`]: the beginning of a manifest, which proves itself.
//! - [`hash`]: one pass over a stream that cuts and hashes it.
//! - [`pack`]: compression of what travels.
//! - [`zero`]: finding runs of zeros, which become holes.

#![forbid(unsafe_code)]

pub mod chunker;
pub mod front;
pub mod hash;
pub mod manifest;
pub mod pack;
mod pipeline;
pub mod zero;

pub use chunker::{CHUNK_MAX, SINGLE_MAX};
pub use hash::{ReadError, read_all};
pub use manifest::{Chunk, Manifest, ManifestError, is_sampled, sketch};
pub use pack::{PackError, Packer, Unpacker};
pub use zero::is_zero;
