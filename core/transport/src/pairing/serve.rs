//! The inviting end of a pairing.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::DeviceId;
use prost::Message;
use quinn::{Connection, SendStream};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::invites::Attempt;
use super::pake::{self, EXPORTER_LABEL, Ends, Exchange, Side};
use super::{INTRODUCTION_MAX, InviteEnd, PROOF_MAX, Refusal, Step};
use crate::event::{Admission, Event};
use crate::frames::{self, FrameReader};
use crate::greeting::device_of;
use crate::link::{Farewell, canonical};
use crate::shared::Shared;

/// How long a caller may take for its proof.
const PROOF_TIME: Duration = Duration::from_secs(15);
/// How long its introduction, and its goodbye, may take.
const STEP_TIME: Duration = Duration::from_secs(15);
/// How long the service may take to answer.
const ANSWER_TIME: Duration = Duration::from_secs(60);

/// A caller, and the stream that it speaks on.
pub(super) struct Caller {
    pub(super) device: DeviceId,
    pub(super) connection: Connection,
    pub(super) writer: SendStream,
    pub(super) reader: FrameReader,
}

/// Answers one caller, to the end.
pub(crate) async fn serve(shared: &Arc<Shared>, connection: Connection) {
    if let Some((mut caller, number)) = admit(shared, &connection).await {
        let end = caller.let_in(shared, Admission::Code).await;
        shared.invites.settle(number, end);
    }
    connection.close(Farewell::Paired.code(), b"");
}

/// Runs the proofs; the caller and the number of the invitation that it took.
async fn admit(shared: &Shared, connection: &Connection) -> Option<(Caller, u64)> {
    let mut caller = timeout(PROOF_TIME, Caller::meet(connection)).await.ok()??;
    let outcome = match shared.invites.attempt() {
        Ok(attempt) => timeout(PROOF_TIME, caller.prove(shared, attempt)).await.ok()??,
        Err(refusal) => Err(refusal),
    };
    match outcome {
        Ok(number) => Some((caller, number)),
        Err(refusal) => {
            caller.refuse(refusal).await;
            None
        }
    }
}

impl Caller {
    async fn meet(connection: &Connection) -> Option<Self> {
        let device = device_of(connection)?;
        let (writer, reader) = connection.accept_bi().await.ok()?;
        let reader = FrameReader::new(reader, PROOF_MAX);
        Some(Self { device, connection: connection.clone(), writer, reader })
    }

    /// The number of the invitation, if the caller knows its code; `None` if it left.
    async fn prove(&mut self, shared: &Shared, attempt: Attempt) -> Option<Result<u64, Refusal>> {
        let theirs = self.hear().await?;
        let ends = Ends { joiner: self.device, inviter: shared.identity.device() };
        let exchange = Exchange::start(&attempt.code, ends, Side::Inviter);
        self.say(Bytes::copy_from_slice(exchange.message())).await?;
        let mut binding = [0; 32];
        self.connection.export_keying_material(&mut binding, EXPORTER_LABEL, b"").ok()?;
        let proofs = exchange.finish(&theirs, &binding);
        // A caller that leaves without a proof has learnt nothing, and pays nothing.
        let shown = self.hear().await?;
        let proofs = proofs.filter(|proofs| pake::proves(&shown, &proofs.of_joiner));
        if let Err(refusal) = shared.invites.judge(attempt.number, proofs.is_some()) {
            return Some(Err(refusal));
        }
        if let Some(proofs) = proofs {
            // Whether it was heard is seen when the introduction comes, or doesn't.
            let _told = self.say(Bytes::copy_from_slice(proofs.of_inviter.as_bytes())).await;
        }
        Some(Ok(attempt.number))
    }

    /// Passes the introduction to the service and its answer back.
    pub(super) async fn let_in(&mut self, shared: &Shared, by: Admission) -> InviteEnd {
        let device = self.device;
        let interrupted = InviteEnd::Interrupted(device);
        self.reader.set_limit(INTRODUCTION_MAX + PROOF_MAX);
        let Ok(Some(introduction)) = timeout(STEP_TIME, self.hear()).await else {
            return interrupted;
        };
        let (answer, answered) = oneshot::channel();
        let address = canonical(self.connection.remote_address());
        shared.events.send(Event::Joining { device, address, by, introduction, answer }).await;
        let Ok(Ok(body)) = timeout(ANSWER_TIME, answered).await else {
            self.refuse(Refusal::TurnedAway).await;
            return interrupted;
        };
        let sent = timeout(STEP_TIME, self.say(body)).await;
        if matches!(sent, Ok(Some(()))) && self.heard_goodbye().await {
            InviteEnd::Joined(device)
        } else {
            interrupted
        }
    }

    /// The joiner ends its half of the stream when it has read the answer; closing before that
    /// could overtake the answer.
    async fn heard_goodbye(&mut self) -> bool {
        matches!(timeout(STEP_TIME, self.reader.next()).await, Ok(Ok(None)))
    }

    async fn refuse(&mut self, refusal: Refusal) {
        let step = Step { refusal: refusal.number(), body: Bytes::new() };
        let told = frames::write(&mut self.writer, step.encode_to_vec().into());
        let _gone = timeout(STEP_TIME, told).await;
        let _late = timeout(STEP_TIME, self.connection.closed()).await;
    }

    async fn hear(&mut self) -> Option<Bytes> {
        let frame = self.reader.next().await.ok()??;
        Some(Step::decode(frame).ok()?.body)
    }

    async fn say(&mut self, body: Bytes) -> Option<()> {
        let step = Step { refusal: 0, body };
        frames::write(&mut self.writer, step.encode_to_vec().into()).await.ok()
    }
}
