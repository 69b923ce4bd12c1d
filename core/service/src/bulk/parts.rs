//! Taking the answer to a fetch apart: which bytes belong to which want.
//!
//! Pure bookkeeping over [`Part`] headers. Small pieces are gathered until there is enough of them to
//! be worth a thread's while. A sender that breaks the protocol is an error, never a panic.

use model::ContentHash;
use wire::{Part, Want};

/// Bytes that are gathered before they are handed on.
pub(super) const GATHER: usize = 1 << 20;

/// One whole piece of an answer, as it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The number of the want.
    pub(super) want: usize,
    /// What it is.
    pub(super) what: What,
    /// Where its bytes are in the batch.
    pub(super) range: std::ops::Range<usize>,
    /// Bytes after unpacking, if they are packed.
    pub(super) unpacked: Option<usize>,
}

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A file of one chunk.
    Whole(ContentHash),
    /// A manifest.
    Manifest(ContentHash),
    /// The chunk of that number of a larger file.
    Chunk(ContentHash, u32),
}

/// Which piece comes next.
#[derive(Debug)]
pub(super) struct Order {
    wants: Vec<Want>,
    /// The want whose pieces come now, and how many of them have come.
    at: (usize, u32),
}

/// The sender does not keep to the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the device sent more than it was asked for")]
pub(super) struct TooMuch;

impl Order {
    /// The pieces of the answer to `wants`.
    pub(super) fn new(wants: Vec<Want>) -> Self {
        Self { wants, at: (0, 0) }
    }

    /// Whether everything has come, or was said to be missing.
    pub(super) fn is_done(&self) -> bool {
        self.at.0 >= self.wants.len()
    }

    /// What the part that was just announced is; `None` if the rest of the want (whose number is
    /// given) is missing.
    pub(super) fn next(&mut self, part: Part) -> Result<(usize, Option<What>), TooMuch> {
        let (number, done) = self.at;
        let want = self.wants.get(number).ok_or(TooMuch)?;
        let (what, count) = match want {
            Want::Whole { hash } => (What::Whole(*hash), 1),
            // A front alone is asked for by readers only; what is gathered here is whole.
            Want::Manifest { hash } | Want::Front { hash, .. } => (What::Manifest(*hash), 1),
            Want::Chunks { hash, first, count } => {
                (What::Chunk(*hash, first.saturating_add(done)), *count)
            }
        };
        let is_last = done + 1 >= count;
        let what = match part {
            Part::Plain(_) | Part::Packed { .. } => Some(what),
            Part::Missing => None,
        };
        self.at = if is_last || what.is_none() { (number + 1, 0) } else { (number, done + 1) };
        Ok((number, what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ContentHash = ContentHash([1; 32]);
    const B: ContentHash = ContentHash([2; 32]);

    #[test]
    fn every_piece_belongs_to_its_want() {
        let wants = vec![Want::Whole { hash: A }, Want::Chunks { hash: B, first: 7, count: 2 }];
        let mut order = Order::new(wants);
        assert_eq!(order.next(Part::Plain(5)), Ok((0, Some(What::Whole(A)))));
        assert_eq!(order.next(Part::Plain(5)), Ok((1, Some(What::Chunk(B, 7)))));
        assert!(!order.is_done());
        assert_eq!(order.next(Part::Plain(5)), Ok((1, Some(What::Chunk(B, 8)))));
        assert!(order.is_done());
        assert_eq!(order.next(Part::Plain(5)), Err(TooMuch));
    }

    #[test]
    fn what_is_missing_ends_its_want() {
        let wants = vec![Want::Chunks { hash: B, first: 0, count: 9 }, Want::Manifest { hash: A }];
        let mut order = Order::new(wants);
        assert_eq!(order.next(Part::Plain(5)), Ok((0, Some(What::Chunk(B, 0)))));
        assert_eq!(order.next(Part::Missing), Ok((0, None)));
        assert_eq!(order.next(Part::Plain(5)), Ok((1, Some(What::Manifest(A)))));
        assert!(order.is_done());
    }
}
