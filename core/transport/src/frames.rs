//! Frames on a stream: a length (u32, big-endian), then so many bytes.
//!
//! Invariant: memory grows with the bytes that came, never with the length that was claimed.

use bytes::{Buf, Bytes, BytesMut};
use quinn::{ReadError, RecvStream, SendStream, WriteError};

/// Bytes of the length before a frame.
const HEADER: usize = 4;
/// What is read from a stream at once.
const READ_MAX: usize = 256 << 10;

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
        loop {
            if let Some(frame) = self.whole()? {
                return Ok(Some(frame));
            }
            match self.stream.read_chunk(READ_MAX, true).await? {
                Some(chunk) => self.pending.extend_from_slice(&chunk.bytes),
                None if self.pending.is_empty() => return Ok(None),
                None => return Err(FrameError::Truncated),
            }
        }
    }

    fn whole(&mut self) -> Result<Option<Bytes>, FrameError> {
        let Some(header) = self.pending.first_chunk::<HEADER>() else { return Ok(None) };
        let length = u32::from_be_bytes(*header) as usize;
        if length > self.limit {
            return Err(FrameError::TooLong { length, limit: self.limit });
        }
        if self.pending.len() < HEADER + length {
            return Ok(None);
        }
        self.pending.advance(HEADER);
        Ok(Some(self.pending.split_to(length).freeze()))
    }
}

/// The length that goes before `frame`.
pub(crate) fn header(frame: &Bytes) -> Bytes {
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    Bytes::copy_from_slice(&length.to_be_bytes())
}

/// Writes one frame.
pub(crate) async fn write(stream: &mut SendStream, frame: Bytes) -> Result<(), WriteError> {
    stream.write_all_chunks(&mut [header(&frame), frame]).await
}
