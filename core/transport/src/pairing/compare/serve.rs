//! The end of a comparison at a device that takes others in.

use std::sync::Arc;

use model::DeviceId;
use quinn::Connection;
use tokio::time::{Instant, timeout};

use super::super::InviteEnd;
use super::super::serve::Caller;
use super::digits::Ends;
use super::gate::Turn;
use super::line::{self, Line};
use super::{Answer, CompareEnd, CompareError, Compared, STEP_TIME};
use crate::event::{Admission, Event};
use crate::greeting::device_of;
use crate::link::{Farewell, canonical};
use crate::nearby::{NAME_MAX, cut};
use crate::shared::Shared;

/// Answers one newcomer, to the end.
pub(crate) async fn serve(shared: &Arc<Shared>, connection: Connection) {
    if let Ok(Some(mut line)) = timeout(STEP_TIME, take(&connection)).await {
        match meet(shared, &mut line).await {
            Ok((compared, name, turn)) => decide(shared, line, compared, name, turn).await,
            Err(error) => line.refuse(error).await,
        }
    }
    connection.close(Farewell::Paired.code(), b"");
}

async fn take(connection: &Connection) -> Option<Line> {
    let stream = connection.accept_bi().await.ok()?;
    Some(Line::new(connection, stream))
}

/// Comes to the digits; nobody here is disturbed before.
async fn meet<'a>(
    shared: &'a Shared,
    line: &mut Line,
) -> Result<(Compared, String, Turn<'a>), CompareError> {
    let device = device_of(&line.connection).ok_or(CompareError::Impostor)?;
    let ends = Ends { newcomer: device, asked: shared.identity.device(), binding: line.binding()? };
    let said = line.hear().await?;
    let name = cut(&String::from_utf8_lossy(&said), NAME_MAX).to_owned();
    let turn = shared.gate.enter()?;
    let ours = line::nonce()?;
    line.say(ends.commitment(&ours).as_bytes().to_vec()).await?;
    let theirs = line.hear_nonce().await?;
    line.say(ours.to_vec()).await?;
    let (id, digits) = (ends.name(&theirs, &ours), ends.digits(&theirs, &ours));
    Ok((Compared { id, device, digits }, name, turn))
}

async fn decide(
    shared: &Arc<Shared>,
    mut line: Line,
    compared: Compared,
    name: String,
    turn: Turn<'_>,
) {
    turn.shown();
    let (answer, person) = Answer::new();
    let (id, device) = (compared.id.clone(), compared.device);
    let until = Instant::now() + shared.gate.lasts();
    shared.events.send(Event::Comparing { compared, name, answer }).await;
    let end = match line.agree(person, until).await {
        Ok(()) => let_in(shared, line, device, &id).await,
        Err(error) => {
            line.refuse(error).await;
            CompareEnd::Failed(error)
        }
    };
    shared.events.send(Event::CompareEnded { id, end }).await;
}

/// As after a code.
async fn let_in(shared: &Arc<Shared>, line: Line, device: DeviceId, id: &str) -> CompareEnd {
    let Line { connection, writer, reader, .. } = line;
    tracing::debug!(address = %canonical(connection.remote_address()), "both said yes");
    let mut caller = Caller { device, connection, writer, reader };
    match caller.let_in(shared, Admission::Compared(id.to_owned())).await {
        InviteEnd::Joined(device) => CompareEnd::Joined(device),
        InviteEnd::Interrupted(_)
        | InviteEnd::Expired
        | InviteEnd::NoTriesLeft
        | InviteEnd::Cancelled
        | InviteEnd::Replaced => CompareEnd::Failed(CompareError::TurnedAway),
    }
}
