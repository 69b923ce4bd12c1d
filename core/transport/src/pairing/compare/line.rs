//! The stream of a comparison, the same at both ends: saying, hearing, and agreeing.
//!
//! Invariant: [`Line::agree`] is done only when the person here and the one there have both said yes;
//! whoever ends it otherwise tells the other end why.

use bytes::Bytes;
use prost::Message;
use quinn::{Connection, RecvStream, SendStream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::super::{PROOF_MAX, Step};
use super::digits::{EXPORTER_LABEL, NONCE_LENGTH, Nonce};
use super::{CompareError, GOODBYE_TIME, STEP_TIME};
use crate::frames::{self, FrameReader};

/// What a yes says.
const YES: &[u8] = b"yes";

/// The stream.
pub(super) struct Line {
    pub(super) connection: Connection,
    pub(super) writer: SendStream,
    pub(super) reader: FrameReader,
    /// Whether the other end has ended it.
    over: bool,
}

impl Line {
    pub(super) fn new(connection: &Connection, (writer, reader): (SendStream, RecvStream)) -> Self {
        let reader = FrameReader::new(reader, PROOF_MAX);
        Self { connection: connection.clone(), writer, reader, over: false }
    }

    pub(super) async fn say(&mut self, body: impl Into<Bytes>) -> Result<(), CompareError> {
        self.step(Step { refusal: 0, body: body.into() }).await
    }

    async fn step(&mut self, step: Step) -> Result<(), CompareError> {
        let written = frames::write(&mut self.writer, step.encode_to_vec().into());
        let written = timeout(STEP_TIME, written).await.map_err(|_late| CompareError::Lost)?;
        written.map_err(|_closed| CompareError::Lost)
    }

    /// What the other end says next. A cancelled wait loses nothing.
    async fn heard(&mut self) -> Result<Bytes, CompareError> {
        let frame = self.reader.next().await.ok().flatten().ok_or(CompareError::Lost)?;
        let step = Step::decode(frame).map_err(|_malformed| CompareError::Impostor)?;
        match step.refusal {
            0 => Ok(step.body),
            number => {
                self.over = true;
                Err(CompareError::of_number(number))
            }
        }
    }

    /// The same, which may not take long.
    pub(super) async fn hear(&mut self) -> Result<Bytes, CompareError> {
        timeout(STEP_TIME, self.heard()).await.map_err(|_late| CompareError::Lost)?
    }

    pub(super) async fn hear_nonce(&mut self) -> Result<Nonce, CompareError> {
        let said = self.hear().await?;
        <[u8; NONCE_LENGTH]>::try_from(&said[..]).map_err(|_length| CompareError::Impostor)
    }

    /// The secret of the TLS connection.
    pub(super) fn binding(&self) -> Result<[u8; 32], CompareError> {
        let mut binding = [0; 32];
        let exported = self.connection.export_keying_material(&mut binding, EXPORTER_LABEL, b"");
        exported.map(|()| binding).map_err(|_export| CompareError::Lost)
    }

    /// Waits until both said yes; `person` answers here.
    pub(super) async fn agree(
        &mut self,
        mut person: watch::Receiver<Option<bool>>,
        until: Instant,
    ) -> Result<(), CompareError> {
        let (mut ours, mut theirs) = (false, false);
        let connection = self.connection.clone();
        while !(ours && theirs) {
            tokio::select! {
                said = person.changed() => {
                    if said.is_err() || *person.borrow_and_update() != Some(true) {
                        return Err(CompareError::Declined);
                    }
                    if !ours {
                        self.say(YES).await?;
                    }
                    ours = true;
                }
                // After its yes a device can still say no, until it has heard ours.
                heard = self.heard() => {
                    if heard? != YES || theirs {
                        return Err(CompareError::Impostor);
                    }
                    theirs = true;
                }
                _ = connection.closed() => return Err(CompareError::Lost),
                () = sleep_until(until) => return Err(CompareError::Expired),
            }
        }
        Ok(())
    }

    /// Tells the other end why this one ends it, unless it was the other that did.
    pub(super) async fn refuse(&mut self, error: CompareError) {
        let Some(refusal) = error.number().filter(|_| !self.over) else { return };
        if self.step(Step { refusal, body: Bytes::new() }).await.is_ok() {
            let _already_closed = self.writer.finish();
            // Closing at once could overtake what was said.
            let _late = timeout(GOODBYE_TIME, self.connection.closed()).await;
        }
    }
}

/// A nonce that nobody can foresee.
pub(super) fn nonce() -> Result<Nonce, CompareError> {
    use ring::rand::{SecureRandom, SystemRandom};
    let mut nonce = [0; NONCE_LENGTH];
    let drawn = SystemRandom::new().fill(&mut nonce);
    drawn.map(|()| nonce).map_err(|_unspecified| CompareError::Random)
}
