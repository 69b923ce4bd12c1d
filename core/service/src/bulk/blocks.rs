//! Memory for blocks of file bytes, used again and again.
//!
//! Fresh memory of this size comes from the system page by page and is cleared first, which costs as
//! much as hashing what is put there. Invariant: at most [`BLOCKS_MAX`] blocks are kept, none larger
//! than [`KEPT_MAX`].

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Blocks kept.
const BLOCKS_MAX: usize = 16;
/// Bytes of a block that is kept.
const KEPT_MAX: usize = 2 << 20;

/// Blocks that nobody uses.
pub(crate) struct Blocks<B>(Mutex<Vec<B>>);

/// Memory for a block.
pub(crate) trait Block: Default {
    /// Bytes that it has room for.
    fn room(&self) -> usize;
}

impl Block for Vec<u8> {
    fn room(&self) -> usize {
        self.capacity()
    }
}

impl Block for bytes::BytesMut {
    fn room(&self) -> usize {
        self.capacity()
    }
}

impl<B> Default for Blocks<B> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<B: Block> Blocks<B> {
    /// A block, with whatever was in it before, or an empty one.
    pub(crate) fn take(&self) -> B {
        self.blocks().pop().unwrap_or_default()
    }

    /// Keeps a block for the next who wants one.
    pub(crate) fn give(&self, block: B) {
        let mut blocks = self.blocks();
        if blocks.len() < BLOCKS_MAX && (1..=KEPT_MAX).contains(&block.room()) {
            blocks.push(block);
        }
    }

    /// Gives all memory back.
    pub(crate) fn clear(&self) {
        *self.blocks() = Vec::new();
    }

    fn blocks(&self) -> MutexGuard<'_, Vec<B>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_blocks_of_a_sensible_size_are_kept() {
        let blocks = Blocks::<Vec<u8>>::default();
        blocks.give(Vec::new());
        blocks.give(Vec::with_capacity(KEPT_MAX * 2));
        assert_eq!(blocks.take().capacity(), 0);
        (0..BLOCKS_MAX + 5).for_each(|_| blocks.give(Vec::with_capacity(10)));
        assert_eq!(blocks.blocks().len(), BLOCKS_MAX);
    }
}
