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
            if self.rest.is_empty() && !self.more().await? {
                return Err(FetchError::Ended);
            }
            let some = self.rest.split_to(missing.min(self.rest.len()));
            missing -= some.len();
            buffer.extend_from_slice(&some);
        }
        Ok(())
    }

    /// Takes what comes next off the network; whether there was anything.
    async fn more(&mut self) -> Result<bool, FetchError> {
        let Some(bytes) = self.stream.read_chunk().await? else { return Ok(false) };
        self.rest = bytes;
        // What is not taken off the network makes the other side wait.
        self.pace.pass(self.rest.len()).await;
        Ok(true)
    }

    /// The next header of a part; `None` where the answer ends.
    pub(crate) async fn header_or_end(&mut self) -> Result<Option<[u8; PART_HEADER]>, FetchError> {
        if self.rest.is_empty() && !self.more().await? {
            return Ok(None);
        }
        self.header().await.map(Some)
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
