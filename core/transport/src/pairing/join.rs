//! The joining end of a pairing.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::DeviceId;
use prost::Message;
use quinn::{Connection, ConnectionError, SendStream};
use tokio::time::{Instant, timeout, timeout_at};

use super::pake::{self, EXPORTER_LABEL, Ends, Exchange, Side};
use super::{INTRODUCTION_MAX, JoinError, PROOF_MAX, Refusal, Step, Welcome, digits};
use crate::dial::{self, DialError};
use crate::frames::{self, FrameReader};
use crate::greeting::device_of;
use crate::link::{Farewell, canonical};
use crate::shared::Shared;
use crate::tls::{Door, Expected};

/// How long an inviting device is looked for on the network.
const FIND_TIME: Duration = Duration::from_secs(15);
/// How long a device may take for its side of the proofs.
const PROOF_TIME: Duration = Duration::from_secs(15);
/// How long the inviter may take to close when all is said.
const GOODBYE_TIME: Duration = Duration::from_secs(2);
/// How long the inviting service may take to answer the introduction.
const ANSWER_TIME: Duration = Duration::from_secs(75);

/// Joins with `code`: at one of the addresses of a device, or, if there are none, wherever on the
/// network an invitation is open.
pub(crate) async fn join(
    shared: &Arc<Shared>,
    code: &str,
    addresses: &[SocketAddr],
    introduction: Bytes,
) -> Result<Welcome, JoinError> {
    let code = digits(code).ok_or(JoinError::Malformed)?;
    if introduction.len() > INTRODUCTION_MAX {
        return Err(JoinError::TooLong(introduction.len()));
    }
    let mut attempt = Attempt { shared, code, introduction, tried: HashSet::new() };
    match addresses {
        [] => attempt.anywhere().await,
        addresses => attempt.at_one_of(addresses).await,
    }
}

struct Attempt<'a> {
    shared: &'a Arc<Shared>,
    code: String,
    introduction: Bytes,
    /// Devices that said no: a second address of theirs would only cost another try.
    tried: HashSet<DeviceId>,
}

impl Attempt<'_> {
    async fn at_one_of(&mut self, addresses: &[SocketAddr]) -> Result<Welcome, JoinError> {
        let mut refusal = JoinError::NotFound;
        for address in addresses {
            match self.at(*address).await {
                Some(Ok(welcome)) => return Ok(welcome),
                Some(Err(error)) if refusal == JoinError::NotFound => refusal = error,
                Some(Err(_)) | None => {}
            }
        }
        Err(refusal)
    }

    async fn anywhere(&mut self) -> Result<Welcome, JoinError> {
        let discovery = self.shared.discovery.as_ref().ok_or(JoinError::NotFound)?;
        let mut changes = discovery.changes();
        let deadline = Instant::now() + FIND_TIME;
        let mut refusal = JoinError::NotFound;
        let mut asked = HashSet::new();
        loop {
            for (name, addresses) in discovery.inviting() {
                for address in addresses {
                    if !asked.insert((name.clone(), address)) {
                        continue;
                    }
                    match self.at(address).await {
                        Some(Ok(welcome)) => return Ok(welcome),
                        Some(Err(error)) => refusal = error,
                        None => {}
                    }
                }
            }
            // A refusal is an answer; only silence is worth waiting on.
            let wait = if refusal == JoinError::NotFound { deadline } else { Instant::now() };
            match timeout_at(wait, changes.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return Err(refusal),
            }
        }
    }

    /// Asks whoever is at `address`; `None` if that is nobody new.
    async fn at(&mut self, address: SocketAddr) -> Option<Result<Welcome, JoinError>> {
        let connection =
            match dial::dial(self.shared, address, Door::Pairing, Expected::Anyone).await {
                Ok(connection) => connection,
                Err(error) => {
                    tracing::debug!(%address, ?error, "dialling to join");
                    return Some(Err(unreached(&error)));
                }
            };
        let device = device_of(&connection)?;
        if device == self.shared.identity.device() || !self.tried.insert(device) {
            connection.close(Farewell::Paired.code(), b"");
            return None;
        }
        let outcome = self.with(&connection, device).await;
        // A TLS server judges our certificate after we think that we are connected.
        let outcome = match (outcome, connection.close_reason()) {
            (Err(JoinError::Lost), Some(ConnectionError::ConnectionClosed(_))) => {
                Err(JoinError::NotInviting)
            }
            (outcome, _) => outcome,
        };
        connection.close(Farewell::Paired.code(), b"");
        Some(outcome)
    }

    async fn with(&self, connection: &Connection, device: DeviceId) -> Result<Welcome, JoinError> {
        let proved = timeout(PROOF_TIME, self.prove(connection, device)).await;
        let mut talk = proved.map_err(|_late| JoinError::Lost)??;
        introduce(&mut talk, connection, device, self.introduction.clone()).await
    }

    async fn prove(&self, connection: &Connection, device: DeviceId) -> Result<Talk, JoinError> {
        let (writer, reader) = connection.open_bi().await.map_err(|_closed| JoinError::Lost)?;
        let mut talk = Talk { writer, reader: FrameReader::new(reader, PROOF_MAX) };
        let ends = Ends { joiner: self.shared.identity.device(), inviter: device };
        let exchange = Exchange::start(&self.code, ends, Side::Joiner);
        talk.say(Bytes::copy_from_slice(exchange.message())).await?;
        let theirs = talk.hear().await?;
        let mut binding = [0; 32];
        connection
            .export_keying_material(&mut binding, EXPORTER_LABEL, b"")
            .map_err(|_export| JoinError::Lost)?;
        let proofs = exchange.finish(&theirs, &binding).ok_or(JoinError::Impostor)?;
        talk.say(Bytes::copy_from_slice(proofs.of_joiner.as_bytes())).await?;
        let shown = talk.hear().await?;
        pake::proves(&shown, &proofs.of_inviter).then_some(talk).ok_or(JoinError::Impostor)
    }
}

/// Says who we are to a device that is ready to let us in; what it answers.
pub(super) async fn introduce(
    talk: &mut Talk,
    connection: &Connection,
    device: DeviceId,
    introduction: Bytes,
) -> Result<Welcome, JoinError> {
    talk.reader.set_limit(INTRODUCTION_MAX + PROOF_MAX);
    let answered = timeout(ANSWER_TIME, async {
        talk.say(introduction).await?;
        talk.hear().await
    });
    let answer = answered.await.map_err(|_late| JoinError::Lost)??;
    // The end of the stream tells the inviter, which then closes.
    let _already_closed = talk.writer.finish();
    let _late = timeout(GOODBYE_TIME, connection.closed()).await;
    Ok(Welcome { device, address: canonical(connection.remote_address()), answer })
}

/// The stream of a pairing.
pub(super) struct Talk {
    pub(super) writer: SendStream,
    pub(super) reader: FrameReader,
}

impl Talk {
    async fn say(&mut self, body: Bytes) -> Result<(), JoinError> {
        let step = Step { refusal: 0, body };
        let written = frames::write(&mut self.writer, step.encode_to_vec().into()).await;
        written.map_err(|_closed| JoinError::Lost)
    }

    async fn hear(&mut self) -> Result<Bytes, JoinError> {
        let frame = self.reader.next().await.ok().flatten().ok_or(JoinError::Lost)?;
        let step = Step::decode(frame).map_err(|_malformed| JoinError::Impostor)?;
        match (step.refusal, Refusal::of_number(step.refusal)) {
            (0, _) => Ok(step.body),
            (_, Some(refusal)) => Err(refusal.seen_by_joiner()),
            // A later version may have reasons that this one doesn't know.
            (_, None) => Err(JoinError::Refused),
        }
    }
}

fn unreached(error: &DialError) -> JoinError {
    match error {
        DialError::Connection(
            ConnectionError::ConnectionClosed(_) | ConnectionError::ApplicationClosed(_),
        ) => JoinError::NotInviting,
        DialError::Connection(_)
        | DialError::Tls(_)
        | DialError::Suite(_)
        | DialError::Connect(_)
        | DialError::Late => JoinError::NotFound,
    }
}
