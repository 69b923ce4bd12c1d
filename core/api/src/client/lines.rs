//! An answer that comes bit by bit.

use std::marker::PhantomData;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::connection::Answer;
use crate::error::{ApiError, ErrorCode};
use crate::{ANSWER_BYTES_MAX, STREAM_BEAT};

/// How long a service may be silent: it sends at least an empty line every [`STREAM_BEAT`].
const SILENCE_MAX: Duration = STREAM_BEAT.saturating_mul(3);

/// How the last line of an answer that ends early begins.
const ERROR_START: &[u8] = br#"{"error":"#;

/// Views as they come. Dropping it tells the service that nobody listens any more.
pub struct Lines<V> {
    answer: Answer,
    /// Bytes that arrived and are not yet given out.
    buffer: Vec<u8>,
    /// How many of them are given out or searched already.
    given: usize,
    ended: bool,
    view: PhantomData<fn() -> V>,
}

/// The last line of an answer that ends early.
#[derive(Deserialize)]
struct ErrorLine {
    error: ApiError,
}

impl<V: DeserializeOwned> Lines<V> {
    pub(super) fn new(answer: Answer) -> Self {
        Self { answer, buffer: Vec::new(), given: 0, ended: false, view: PhantomData }
    }

    /// The next view; `None` at the end.
    ///
    /// # Errors
    /// The error with which the service ended the answer, or why it can't be read on.
    pub async fn next(&mut self) -> Result<Option<V>, ApiError> {
        loop {
            while let Some(line) = self.line() {
                if !line.is_empty() {
                    return read(line).map(Some);
                }
            }
            if self.ended {
                return Ok(None);
            }
            let more = timeout(SILENCE_MAX, self.answer.more())
                .await
                .map_err(|_| ApiError::about(ErrorCode::TimedOut, "the service is silent"))?;
            match more? {
                Some(bytes) => self.take(&bytes)?,
                None => self.ended = true,
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        self.buffer.drain(..self.given);
        self.given = 0;
        if self.buffer.len() + bytes.len() > ANSWER_BYTES_MAX {
            return Err(ApiError::new(ErrorCode::Incomprehensible).because("a line is too long"));
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// The next whole line that has arrived, without its end.
    fn line(&mut self) -> Option<&[u8]> {
        let start = self.given;
        let length = self.buffer[start..].iter().position(|byte| *byte == b'\n')?;
        self.given = start + length + 1;
        Some(&self.buffer[start..start + length])
    }
}

fn read<V: DeserializeOwned>(line: &[u8]) -> Result<V, ApiError> {
    // Looked for first: a reader that takes any JSON would take the error for a view.
    if line.starts_with(ERROR_START)
        && let Ok(last) = serde_json::from_slice::<ErrorLine>(line)
    {
        return Err(last.error);
    }
    serde_json::from_slice(line)
        .map_err(|cause| ApiError::new(ErrorCode::Incomprehensible).because(cause))
}
