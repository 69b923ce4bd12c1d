//! Frames on a stream: a length (u32, big-endian), then so many bytes.
//!
//! Invariant: memory grows with the bytes that came, never with the length that was claimed.

use bytes::{Buf, Bytes, BytesMut};
use quinn::{ReadError, RecvStream, SendStream, WriteError};

/// Bytes of the length before a frame.
const HEADER: usize = 4;
/// What is read from a stream at once.
const READ_MAX: usize = 256 << 10;

/// Set in the length of a frame that is carried another way (see `bulk::freight`).
const NOTE: u32 = 1 << 31;

/// What a stream of frames holds.
#[derive(Debug)]
pub(crate) enum Piece {
    Frame(Bytes),
    /// A frame of this length comes another way.
    Note(usize),
}

/// Why no frame could be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a frame of {length} bytes where {limit} are allowed")]
    TooLong { length: usize, limit: usize },
    #[error("the stream ended inside a frame")]
    Truncated,
    #[error("reading a frame")]
    Read(#[from] ReadError),
}

/// Reads frames off a stream. A cancelled read loses nothing.
#[derive(Debug)]
pub(crate) struct FrameReader {
    stream: RecvStream,
    pending: BytesMut,
    limit: usize,
}

impl FrameReader {
    pub(crate) fn new(stream: RecvStream, limit: usize) -> Self {
        Self { stream, pending: BytesMut::new(), limit }
    }

    /// Frames from here on may be as long as `limit`.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// The next frame; `None` when the stream ended between two.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, FrameError> {
        match self.next_piece().await? {
            Some(Piece::Frame(frame)) => Ok(Some(frame)),
            Some(Piece::Note(length)) => Err(FrameError::TooLong { length, limit: 0 }),
            None => Ok(None),
        }
    }

    /// The next frame, or the note that it comes another way.
    pub(crate) async fn next_piece(&mut self) -> Result<Option<Piece>, FrameError> {
        loop {
            if let Some(piece) = self.whole()? {
                return Ok(Some(piece));
            }
            match self.stream.read_chunk(READ_MAX, true).await? {
                Some(chunk) => self.pending.extend_from_slice(&chunk.bytes),
                None if self.pending.is_empty() => return Ok(None),
                None => return Err(FrameError::Truncated),
            }
        }
    }

    fn whole(&mut self) -> Result<Option<Piece>, FrameError> {
        let Some(header) = self.pending.first_chunk::<HEADER>() else { return Ok(None) };
        let header = u32::from_be_bytes(*header);
        let length = (header & !NOTE) as usize;
        if length > self.limit {
            return Err(FrameError::TooLong { length, limit: self.limit });
        }
        if header & NOTE != 0 {
            self.pending.advance(HEADER);
            return Ok(Some(Piece::Note(length)));
        }
        if self.pending.len() < HEADER + length {
            return Ok(None);
        }
        self.pending.advance(HEADER);
        Ok(Some(Piece::Frame(self.pending.split_to(length).freeze())))
    }
}

/// The length that goes before `frame`.
pub(crate) fn header(frame: &Bytes) -> Bytes {
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    Bytes::copy_from_slice(&length.to_be_bytes())
}

/// What stands in the place of `frame` when it is carried another way.
pub(crate) fn note(frame: &Bytes) -> Bytes {
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    Bytes::copy_from_slice(&(length | NOTE).to_be_bytes())
}

/// Writes one frame.
pub(crate) async fn write(stream: &mut SendStream, frame: Bytes) -> Result<(), WriteError> {
    stream.write_all_chunks(&mut [header(&frame), frame]).await
}
