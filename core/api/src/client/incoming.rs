//! An answer that is bytes.

use std::time::Duration;

use hyper::body::Bytes;
use tokio::time::timeout;

use super::connection::Answer;
use crate::error::{ApiError, ErrorCode};

/// Bytes as they come. Dropping it tells the service that nobody wants the rest.
pub struct Incoming {
    answer: Answer,
    silence: Duration,
}

impl Incoming {
    pub(super) fn new(answer: Answer, silence: Duration) -> Self {
        Self { answer, silence }
    }

    /// The next bytes; `None` after the last.
    ///
    /// # Errors
    /// They end early. Asked again from there, the service says why.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        timeout(self.silence, self.answer.more())
            .await
            .map_err(|_| ApiError::about(ErrorCode::TimedOut, "the service is silent"))?
    }
}
