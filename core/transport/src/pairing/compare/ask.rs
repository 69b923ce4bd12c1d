//! The newcomer's end of a comparison.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use model::DeviceId;
use quinn::{Connection, ConnectionError};
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use super::super::join::{Talk, introduce};
use super::super::{INTRODUCTION_MAX, JoinError, Welcome};
use super::digits::Ends;
use super::line::{self, Line};
use super::{Answer, CompareError, Compared, Comparison, Newcomer};
use crate::dial::{self, DialError};
use crate::greeting::device_of;
use crate::link::Farewell;
use crate::nearby::{NAME_MAX, cut};
use crate::shared::Shared;
use crate::tls::{Door, Expected};

/// Asks the device at one of the addresses; comes back when there are digits to compare.
pub(crate) async fn ask(
    shared: &Arc<Shared>,
    addresses: &[SocketAddr],
    newcomer: Newcomer,
) -> Result<Comparison, CompareError> {
    if newcomer.introduction.len() > INTRODUCTION_MAX {
        return Err(CompareError::TooLong(newcomer.introduction.len()));
    }
    let (connection, device) = reach(shared, addresses).await?;
    let met = meet(shared, &connection, device, &newcomer.name).await;
    let (line, compared) = met.map_err(|error| unjudged(&connection, error))?;
    let (answer, person) = Answer::new();
    let (end, outcome) = oneshot::channel();
    let introduction = newcomer.introduction;
    let until = Instant::now() + shared.gate.lasts();
    tokio::spawn(async move {
        let ended = finish(line, device, (person, until), introduction).await;
        // Whoever waited for it may be gone.
        let _gone = end.send(ended);
    });
    Ok(Comparison { compared, answer, outcome })
}

async fn reach(
    shared: &Shared,
    addresses: &[SocketAddr],
) -> Result<(Connection, DeviceId), CompareError> {
    let mut refusal = CompareError::NotFound;
    for address in addresses {
        let dialled = dial::dial(shared, *address, Door::Compare, Expected::Anyone).await;
        match dialled.map(|connection| (device_of(&connection), connection)) {
            Ok((Some(device), connection)) if device != shared.identity.device() => {
                return Ok((connection, device));
            }
            Ok((_, connection)) => connection.close(Farewell::Paired.code(), b""),
            Err(DialError::Connection(
                ConnectionError::ConnectionClosed(_) | ConnectionError::ApplicationClosed(_),
            )) => refusal = CompareError::NotOffering,
            Err(error) => tracing::debug!(%address, ?error, "dialling to compare"),
        }
    }
    Err(refusal)
}

/// A TLS server judges our protocol and certificate after we think that we are connected.
fn unjudged(connection: &Connection, error: CompareError) -> CompareError {
    match (error, connection.close_reason()) {
        (CompareError::Lost, Some(ConnectionError::ConnectionClosed(_))) => {
            CompareError::NotOffering
        }
        (error, _) => error,
    }
}

async fn meet(
    shared: &Shared,
    connection: &Connection,
    device: DeviceId,
    name: &str,
) -> Result<(Line, Compared), CompareError> {
    let stream = connection.open_bi().await.map_err(|_closed| CompareError::Lost)?;
    let mut line = Line::new(connection, stream);
    let binding = line.binding()?;
    let ends = Ends { newcomer: shared.identity.device(), asked: device, binding };
    line.say(cut(name, NAME_MAX).as_bytes().to_vec()).await?;
    let commitment = line.hear().await?;
    let ours = line::nonce()?;
    line.say(ours.to_vec()).await?;
    let theirs = line.hear_nonce().await?;
    if !ends.committed(&commitment, &theirs) {
        line.refuse(CompareError::Impostor).await;
        return Err(CompareError::Impostor);
    }
    let (id, digits) = (ends.name(&ours, &theirs), ends.digits(&ours, &theirs));
    Ok((line, Compared { id, device, digits }))
}

async fn finish(
    mut line: Line,
    device: DeviceId,
    (person, until): (watch::Receiver<Option<bool>>, Instant),
    introduction: Bytes,
) -> Result<Welcome, CompareError> {
    let connection = line.connection.clone();
    let agreed = line.agree(person, until).await;
    let ended = match agreed {
        Ok(()) => {
            let mut talk = Talk { writer: line.writer, reader: line.reader };
            introduce(&mut talk, &connection, device, introduction).await.map_err(of_join)
        }
        Err(error) => {
            line.refuse(error).await;
            Err(error)
        }
    };
    connection.close(Farewell::Paired.code(), b"");
    ended
}

/// Once both said yes, all that can happen is that the device does not answer or does not want us.
fn of_join(error: JoinError) -> CompareError {
    match error {
        JoinError::Refused => CompareError::TurnedAway,
        JoinError::Malformed
        | JoinError::TooLong(_)
        | JoinError::NotFound
        | JoinError::NotInviting
        | JoinError::WrongCode
        | JoinError::Expired
        | JoinError::NoTriesLeft
        | JoinError::Ended
        | JoinError::Impostor
        | JoinError::Lost => CompareError::Lost,
    }
}
