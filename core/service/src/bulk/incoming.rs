//! The bytes of an answer, taken off the network in the pieces that its parts announce.

use bytes::Bytes;
use transport::{FetchError, FetchStream};
use wire::codec::PART_HEADER;

use crate::pace::Pace;

/// The bytes of an answer as they come.
pub(crate) struct Incoming<'a> {
    stream: FetchStream,
    pace: &'a Pace,
    rest: Bytes,
}

impl<'a> Incoming<'a> {
    /// Takes them no faster than `pace` allows.
    pub(crate) fn new(stream: FetchStream, pace: &'a Pace) -> Self {
        Self { stream, pace, rest: Bytes::new() }
    }

    /// Appends the next `length` bytes to `buffer`.
    pub(crate) async fn read_into(
        &mut self,
        buffer: &mut Vec<u8>,
        length: usize,
    ) -> Result<(), FetchError> {
        let mut missing = length;
        while missing > 0 {
            if self.rest.is_empty() {
                self.rest = self.stream.read_chunk().await?.ok_or(FetchError::Ended)?;
                // What is not taken off the network makes the other side wait.
                self.pace.pass(self.rest.len()).await;
            }
            let some = self.rest.split_to(missing.min(self.rest.len()));
            missing -= some.len();
            buffer.extend_from_slice(&some);
        }
        Ok(())
    }

    /// The next header of a part.
    pub(crate) async fn header(&mut self) -> Result<[u8; PART_HEADER], FetchError> {
        let mut bytes = Vec::with_capacity(PART_HEADER);
        self.read_into(&mut bytes, PART_HEADER).await?;
        let mut header = [0; PART_HEADER];
        header.copy_from_slice(&bytes);
        Ok(header)
    }

    /// Makes sure that the answer is over; its connection can be used again then.
    pub(crate) async fn end(&mut self) -> anyhow::Result<()> {
        anyhow::ensure!(self.rest.is_empty(), "the answer has more than was asked for");
        anyhow::ensure!(self.stream.read_chunk().await?.is_none(), "the answer goes on");
        Ok(())
    }
}
